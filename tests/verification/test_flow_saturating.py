# SPDX-License-Identifier: LGPL-3.0-or-later
"""A bar that hardens towards a saturation stress (Voce), pulled to twice its length: one element is exact."""

from __future__ import annotations

import numpy as np
import pytest
from dolfinx import fem
from lithiate.problem.description import Description
from lithiate.problem.nonlinear import NonlinearSystem
from lithiate.problem.problem import Problem
from verification_problems import (
    BLOCK_UNITS,
    Array,
    TensorPoints,
    build_geometry,
    card,
    displacement,
    hold_symmetry_planes,
)

MODULUS, POISSON = 50e9, 0.3
START, SATURATION, STRAIN, HARDENING = 0.4e9, 1.2e9, 0.15, 0.2e9
METAL = card(
    youngs_modulus=MODULUS,
    poisson_ratio=POISSON,
    flow="rate_independent",
    yield_stress=START,
    hardening_modulus=HARDENING,
    saturation_stress=SATURATION,
    saturation_strain=STRAIN,
)


def strength(plastic: float) -> float:
    """sigma_Y + H alpha + (sigma_sat - sigma_Y) (1 - exp(-alpha / alpha_0)) [Pa]."""
    return float(START + HARDENING * plastic - (SATURATION - START) * np.expm1(-plastic / STRAIN))


def stretch(plastic: float) -> tuple[float, float]:
    """Length ratio and J of a bar under tension: exp(alpha) times the elastic stretch."""
    shear, bulk = MODULUS / (2 * (1 + POISSON)), MODULUS / (3 * (1 - 2 * POISSON))
    stress = strength(plastic)
    # G (x^2 - 1/x) = tau, the faces free: (K/2) (J^2 - 1) = tau / 3.
    roots = np.roots([1.0, 0.0, -stress / shear, -1.0])
    isochoric = float(roots[np.isreal(roots)].real.max())
    ratio = np.sqrt(1 + 2 * stress / (3 * bulk))
    return float(np.exp(plastic) * isochoric * ratio ** (1 / 3)), float(ratio)


class Bar:
    """A unit cell with free sides, pulled at its top."""

    def __init__(self, symmetry: str) -> None:
        self._problem = Problem(build_geometry(symmetry), BLOCK_UNITS, Description({"block": METAL}, {}))
        hold_symmetry_planes(self._problem)
        self.axis = self._problem.geometry.dimension - 1
        self._displacement = displacement(self._problem).value
        self._top = fem.Constant(self._problem.geometry.mesh, 0.0)
        self._problem.fix("displacement.block", "top", self.axis, self._top)
        self._system = NonlinearSystem(self._problem, 1e-11)
        model = self._problem.regions["block"]
        expressions = {"stress": model.cauchy_stress, "plastic": model.flow.equivalent_plastic_strain}
        self._points = TensorPoints(self._problem, "block", expressions)

    def pull(self, lengths: Array) -> tuple[float, float]:
        """Plastic strain at the end, and the largest error of a length; stresses are checked on the way."""
        history = self._problem.regions["block"].history
        history.inverse_plastic_metric.x.array.reshape(-1, 9)[:] = np.eye(3).ravel()
        history.equivalent_plastic_strain.x.array[:] = 0.0
        self._displacement.x.array[:] = 0.0
        along, worst = np.zeros((3, 3)), 0.0
        along[self.axis, self.axis] = 1.0
        for length in lengths:
            self._top.value = length - 1
            # Newton's method starts from a state that is uniform as well.
            self._displacement.sub(self.axis).interpolate(
                lambda x, length=length: (length - 1) * x[self.axis]
            )
            assert self._system.solve().converged
            values = self._points.evaluate()
            self._problem.accept_step()
            plastic = float(values["plastic"][0])
            expected, ratio = stretch(plastic)
            worst = max(worst, abs(length / expected - 1))
            found = values["stress"] * BLOCK_UNITS.stress
            assert np.abs(found - strength(plastic) / ratio * along).max() < 1e-6 * START
        return plastic, worst


@pytest.mark.parametrize("symmetry", ["axisymmetric", pytest.param("3d", marks=pytest.mark.slow)])
def test_tension(symmetry: str) -> None:
    """Stress exact at each plastic strain, the length to first order of the steps; no hardening is left."""
    bar, errors = Bar(symmetry), []
    for steps in (50, 100):
        plastic, worst = bar.pull(np.linspace(1.0, 2.0, steps + 1)[1:])
        assert plastic > 4 * STRAIN
        errors.append(worst)
    assert errors[1] < 3e-3
    assert errors[0] / errors[1] == pytest.approx(2.0, rel=0.1)
