# SPDX-License-Identifier: LGPL-3.0-or-later
"""Flow with logarithmic elasticity: a pulled bar in closed form, whatever the length of the steps.

Objectivity, energy, cycles and tangent are checked with those of the other laws, in ``test_flow*``.
"""

from __future__ import annotations

import numpy as np
import pytest
from lithiate.problem.description import Description
from lithiate.problem.problem import Problem
from verification_problems import (
    BLOCK_UNITS,
    Array,
    TensorPoints,
    build_geometry,
    card,
    displacement,
    uniform_field,
)

MODULUS, POISSON, STRENGTH, HARDENING = 50e9, 0.3, 1e9, 2e9
BULK = MODULUS / (3 * (1 - 2 * POISSON))
METAL = card(
    youngs_modulus=MODULUS,
    poisson_ratio=POISSON,
    elasticity="hencky",
    flow="rate_independent",
    yield_stress=STRENGTH,
    hardening_modulus=HARDENING,
)


def build(symmetry: str) -> Problem:
    """A unit cell."""
    return Problem(build_geometry(symmetry), BLOCK_UNITS, Description({"block": METAL}, {}))


def bar(plastic: float) -> tuple[Array, float]:
    """Deformation of a bar at a plastic strain, and its tau: ln l = tau / E + alpha, J = exp(tau / (3 K))."""
    stress = STRENGTH + HARDENING * plastic
    length, volume = np.exp(stress / MODULUS + plastic), np.exp(stress / (3 * BULK))
    side = np.sqrt(volume / length)
    return np.diag([side, length, side]), stress


@pytest.mark.parametrize("steps", [1, 7])
def test_tension_is_exact_in_any_step(steps: int) -> None:
    """To a plastic strain of 0.3 at once or in parts, and elastic back to no load."""
    problem = build("axisymmetric")
    model = problem.regions["block"]
    expressions = {
        "stress": model.kirchhoff_stress,
        "strain": model.flow.equivalent_plastic_strain,
        "metric": model.flow.inverse_plastic_metric,
    }
    points = TensorPoints(problem, "block", expressions)
    along = np.diag([0.0, 1.0, 0.0])
    for plastic in np.linspace(0.0, 0.3, steps + 1)[1:]:
        deformation, stress = bar(plastic)
        uniform_field(displacement(problem).value, deformation)
        values = points.evaluate()
        problem.accept_step()
        assert values["strain"] == pytest.approx(plastic, rel=1e-10)
        found = values["stress"] * BLOCK_UNITS.stress
        assert np.abs(found - stress * along).max() < 1e-9 * MODULUS
        # Cbar_p^-1 is that of exp(alpha) along and exp(-alpha/2) across.
        metric = np.diag(np.exp([plastic, -2 * plastic, plastic]))
        assert np.abs(values["metric"] - metric).max() < 1e-10
    uniform_field(displacement(problem).value, np.diag(np.exp([-0.15, 0.3, -0.15])))
    values = points.evaluate()
    assert np.abs(values["stress"]).max() * BLOCK_UNITS.stress < 1e-9 * MODULUS
    assert values["strain"] == pytest.approx(0.3, rel=1e-10)
