# SPDX-License-Identifier: LGPL-3.0-or-later
"""Current volume of a region over its volume as built: the history's ``volume_ratio``."""

from __future__ import annotations

import numpy as np
import pytest
from lithiate.problem.description import Description
from lithiate.problem.observables import Observer
from lithiate.problem.problem import Problem
from lithiate.scaling import Units
from verification_problems import LENGTH, build_geometry, card

UNITS = Units(LENGTH, 1.0, 3e5, 298.15)
WIDENING, STRAIN, SLOPE = 0.1, 0.2, 0.3


@pytest.mark.parametrize(("symmetry", "sideways"), [("plane_strain", 1), ("axisymmetric", 2)])
def test_a_block_that_grows_unevenly(symmetry: str, sideways: int) -> None:
    """u = (w x, e y + k y^2 / 2) on the unit square: V / V_0 = (1 + w)^n (1 + e + k / 2).

    n is the number of directions that widen; the mean of the determinants over the current volume is another
    number, 1 + e + k y being not uniform.
    """
    given = card(youngs_modulus=50e9, poisson_ratio=0.3)
    problem = Problem(
        build_geometry(symmetry, mesh_size=LENGTH / 2), UNITS, Description({"block": given}, {})
    )
    problem.unknowns["displacement.block"].value.interpolate(
        lambda x: np.stack([WIDENING * x[0], STRAIN * x[1] + SLOPE * x[1] ** 2 / 2])
    )
    observer = Observer(problem)
    row = observer.region_row("block", observer.state().regions["block"])
    expected = (1 + WIDENING) ** sideways * (1 + STRAIN + SLOPE / 2)
    assert row["volume_ratio.block"] == pytest.approx(expected, rel=1e-12)
