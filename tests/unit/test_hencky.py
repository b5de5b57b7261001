# SPDX-License-Identifier: LGPL-3.0-or-later
"""The matrix logarithm of the Hencky law against eigenvalues, over the stretches that it is stated for."""

from __future__ import annotations

import numpy as np
import pytest
import ufl
from lithiate.physics.hencky import matrix_logarithm
from numpy.typing import NDArray
from scipy.linalg import logm
from scipy.spatial.transform import Rotation
from ufl.algorithms.apply_algebra_lowering import apply_algebra_lowering

TURN = Rotation.from_rotvec([0.8, -1.1, 1.3]).as_matrix()


def logarithm(tensor: NDArray[np.float64]) -> NDArray[np.float64]:
    """(3, 3) of the expression that forms use."""
    given = ufl.as_matrix([[float(entry) for entry in row] for row in tensor])
    expression = matrix_logarithm(given)
    entries = [apply_algebra_lowering(expression[i, j])(()) for i in range(3) for j in range(3)]
    return np.array(entries).reshape(3, 3)


@pytest.mark.parametrize(
    "stretches",
    [
        (1.0, 1.0, 1.0),
        (1.3, 1.3, 1 / 1.69),
        (1.3, 1.3 + 1e-9, 0.6),
        (1 + 1e-7, 1.0, 1 - 1e-7),
        (2.0, 0.5, 1.0),
        (2.0, 2.0, 0.5),
        (0.5, 0.5, 1.7),
    ],
)
def test_logarithm_of_squared_stretches(stretches: tuple[float, float, float]) -> None:
    """To 1e-12 from half to double the length, also where stretches are equal or nearly so."""
    expected = TURN @ np.diag(2 * np.log(stretches)) @ TURN.T
    found = logarithm(TURN @ np.diag(np.square(stretches)) @ TURN.T)
    assert np.abs(found - expected).max() < 1e-12


def test_logarithm_of_a_general_deformation() -> None:
    """Against the Schur form of SciPy."""
    deformation = np.array([[1.2, 0.3, 0.1], [-0.2, 1.1, 0.25], [0.05, -0.15, 1.3]])
    strain = deformation @ deformation.T
    assert np.abs(logarithm(strain) - logm(strain)).max() < 1e-12
