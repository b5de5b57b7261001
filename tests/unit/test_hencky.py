# SPDX-License-Identifier: LGPL-3.0-or-later
"""The matrix logarithm of the Hencky law against eigenvalues, over the stretches that it is stated for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import ufl
from lithiate.physics.hencky import matrix_exponential, matrix_logarithm
from numpy.typing import NDArray
from scipy.linalg import expm, logm
from scipy.spatial.transform import Rotation
from ufl.algorithms.apply_algebra_lowering import apply_algebra_lowering

TURN = Rotation.from_rotvec([0.8, -1.1, 1.3]).as_matrix()


def logarithm(tensor: NDArray[np.float64]) -> NDArray[np.float64]:
    """(3, 3) of the expression that forms use."""
    return entries_of(matrix_logarithm(given(tensor)))


def given(tensor: NDArray[np.float64]) -> Any:
    """Numbers as a tensor of UFL."""
    return ufl.as_matrix([[float(entry) for entry in row] for row in tensor])


def entries_of(expression: Any) -> NDArray[np.float64]:
    """(3, 3) values of an expression without fields."""
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


@pytest.mark.parametrize("size", [1e-9, 0.1, 0.7, 1.7])
def test_exponential(size: float) -> None:
    """Against SciPy up to the norm that is stated; its determinant is one."""
    random = np.random.default_rng(2)
    tensor = random.normal(size=(3, 3))
    tensor += tensor.T
    tensor -= np.trace(tensor) / 3 * np.eye(3)
    tensor *= size / np.linalg.norm(tensor)
    found = entries_of(matrix_exponential(given(tensor)))
    assert np.abs(found - expm(tensor)).max() < 1e-12
    assert np.linalg.det(found) == pytest.approx(1.0, abs=1e-12)
