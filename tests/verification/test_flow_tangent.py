# SPDX-License-Identifier: LGPL-3.0-or-later
"""The tangent of the iterated flow laws in a block that is bent, swells and has flowed before.

The local equation of these laws is solved inside the forms, and its derivative comes with it: what the
iteration leaves would show here, and as slow convergence nowhere else.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from lithiate.materials import StoichiometryFunction, library_card
from lithiate.problem.description import Description
from lithiate.problem.nonlinear import NonlinearSystem
from lithiate.problem.pointwise import RegionPoints
from lithiate.problem.problem import Problem
from lithiate.scaling import Units
from tangent_differences import LARGEST_ERROR, tangent_errors
from verification_problems import LENGTH, Array, build_geometry, displacement, hold_symmetry_planes

START = 0.05
SILICON = library_card("a-Si")
VISCOUS = {"flow": "viscoplastic", "reference_rate": 1e-3, "hardening_modulus": 3e9}
CREEPING = {
    "flow": "creep",
    "reference_rate": 3e-5,
    "rate_exponent": 4.5,
    "reference_stress": 1e9,
    "creep_activation_energy": 1e3,
}
SATURATING = {
    "flow": "rate_independent",
    "hardening_modulus": 1e9,
    "saturation_stress": StoichiometryFunction(3e9, 0.9e9),
    "saturation_strain": 0.03,
}
LAWS = [
    ("plane_strain", SATURATING),
    ("plane_strain", VISCOUS | {"rate_exponent": 4.0}),
    pytest.param(("plane_strain", VISCOUS | {"rate_exponent": 1.0}), marks=pytest.mark.slow),
    pytest.param(("3d", VISCOUS | {"rate_exponent": 20.0, "reference_rate": 10.0}), marks=pytest.mark.slow),
    pytest.param(("axisymmetric", CREEPING), marks=pytest.mark.slow),
    pytest.param(("plane_strain", SATURATING | {"elasticity": "hencky"}), marks=pytest.mark.slow),
    pytest.param(("3d", VISCOUS | {"rate_exponent": 4.0, "elasticity": "hencky"}), marks=pytest.mark.slow),
]


def bend(problem: Problem, size: float, bending: float) -> None:
    """Stretch, shear and lithium of a size, lithium more on one side, and bending of another size."""
    unknown = displacement(problem).value
    dimension = problem.geometry.dimension

    def field(x: Array) -> Array:
        along = 0.1 * size * x[0] + 0.05 * bending * x[0] * x[1]
        across = 0.08 * size * x[1] - 0.06 * bending * x[0] ** 2
        return np.array([along, across, 0.04 * bending * x[2] * x[0]][:dimension])

    unknown.interpolate(field)
    content = problem.unknowns["stoichiometry.block"].value
    content.interpolate(lambda x: START + size * (0.05 + 0.05 * x[1]))


@pytest.mark.parametrize("case", LAWS, ids=str)
def test_tangent_of_an_iterated_law(case: tuple[str, dict[str, Any]]) -> None:
    """While the block flows in part, and in a step of no duration, which is elastic by rate laws."""
    symmetry, law = case
    content = SILICON.maximum_concentration
    assert content is not None
    geometry = build_geometry(symmetry, mesh_size=LENGTH / (1 if symmetry == "3d" else 3))
    units = Units(LENGTH, 3600.0, content, 298.15)
    card = SILICON.model_copy(update=law)
    problem = Problem(geometry, units, Description({"block": card}, {"block": START}))
    hold_symmetry_planes(problem)
    system = NonlinearSystem(problem, 1e-10)
    model = problem.regions["block"]
    expressions = {
        "now": model.flow.equivalent_plastic_strain,
        "before": model.history.equivalent_plastic_strain,
    }
    points = RegionPoints(problem.measures, "block", expressions)
    problem.time_step.value = 0.05
    for size in (0.2, 0.4):
        bend(problem, size, size)
        problem.accept_step()
    bend(problem, 0.3, 0.6)
    flow = points.evaluate()
    grown = flow["now"] - flow["before"]
    assert grown.max() > 1e-4 and flow["before"].max() > 1e-3
    assert law["flow"] == "creep" or 0.3 < np.mean(grown > 0.0) < 1.0
    by_rate = law["flow"] != "rate_independent"
    for duration in (0.05, 0.0) if by_rate else (0.05,):
        problem.time_step.value = duration
        errors = tangent_errors(problem, system)
        assert {pair: error for pair, error in errors.items() if error > LARGEST_ERROR} == {}
    flow = points.evaluate()
    assert not by_rate or np.array_equal(flow["now"], flow["before"])
