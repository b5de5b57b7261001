# SPDX-License-Identifier: LGPL-3.0-or-later
"""The time that diffusion takes grows with the square of the length.

One system of units for all lengths, so that the numbers inside the solver differ by four orders of magnitude:
a length or a diffusivity that is scaled in one term and not in another changes the slope. With stress and
swelling there is no closed form, but still no length beside that of the body, and so the same slope.
"""

from __future__ import annotations

import numpy as np
import pytest
from lithiate.materials import MaterialCard
from lithiate.problem.description import Description
from lithiate.problem.nonlinear import NonlinearSystem
from lithiate.problem.observables import Observer
from lithiate.problem.problem import Problem
from lithiate.problem.switches import Switches
from lithiate.scaling import Units
from manufactured import electrode_card, fitted_order
from scipy.optimize import brentq
from verification_pages import Report
from verification_problems import build_geometry, card, hold_symmetry_planes

LENGTHS = (0.1e-6, 1e-6, 10e-6)
DIFFUSIVITY, CONTENT = 1e-16, 3.11e5
UNITS = Units(1e-6, 3600.0, CONTENT, 298.15)
ELEMENTS = 10


def halving_time() -> float:
    """D t / L^2 at which a plane layer, empty at first and full at its one open face, is half full.

    Mean filling 1 - sum of 8 / (q pi)^2 exp(-(q pi / 2)^2 D t / L^2) over odd q (Crank, The Mathematics of
    Diffusion, eq. 4.18).
    """
    odd = np.arange(1, 80, 2)

    def missing(time: float) -> float:
        return float(np.sum(8 / (odd * np.pi) ** 2 * np.exp(-((odd * np.pi / 2) ** 2) * time)) - 0.5)

    return float(brentq(missing, 1e-3, 1.0))


def filling_time(
    material: MaterialCard, length: float, start: float, surface: float, linear: bool, relative_step: float
) -> float:
    """Time [s] until the mean stoichiometry is half-way from start to that of the surface.

    A strip, one element wide and free to grow upwards; its sides are planes of symmetry.

    Args:
        material: of the strip.
        length: of the strip [m].
        start: stoichiometry at first.
        surface: stoichiometry at the open face.
        linear: linear kinematics without stress in the flux.
        relative_step: length of a step per time passed; its error is of first order in it.
    """
    size = length / ELEMENTS
    geometry = build_geometry("plane_strain", width=size, height=length, mesh_size=size)
    switches = Switches(stress_in_flux=not linear, stress_in_overpotential=not linear, small_strain=linear)
    problem = Problem(geometry, UNITS, Description({"block": material}, {"block": start}, switches=switches))
    hold_symmetry_planes(problem)
    problem.fix("displacement.block", "side", 0)
    content = problem.unknowns["stoichiometry.block"]
    problem.fix(content.name, "top", None, surface)
    options = {"snes_linesearch_type": "basic", "snes_divergence_tolerance": 1e30} if linear else None
    system, observer = NonlinearSystem(problem, 1e-10, options), Observer(problem)
    passed, half = 0.0, (start + surface) / 2
    before, filling = start, start
    step = 1e-4 * length**2 / DIFFUSIVITY / UNITS.time
    while filling < half:
        before = filling
        problem.time_step.value = step = max(step, relative_step * passed)
        outcome = system.solve()
        assert outcome.converged, outcome
        problem.accept_step()
        passed, filling = passed + step, observer.state_of_charge()
    return (passed - step * (filling - half) / (filling - before)) * UNITS.time


def test_time_of_plain_diffusion(report: Report) -> None:
    """Slope 2, and the time itself: 0.1967 L^2 / D."""
    dilute = card(
        maximum_concentration=CONTENT,
        partial_molar_volume=1e-6,
        diffusivity=DIFFUSIVITY,
        chemistry="ideal_dilute",
    )
    times = [filling_time(dilute, length, 0.1, 0.9, True, 0.1) for length in LENGTHS]
    slope = fitted_order(LENGTHS, times)
    report.compare("diffusion_time", "slope of time over length", 2.0, slope, abs=1e-6)
    for time, length in zip(times, LENGTHS, strict=True):
        expected = halving_time() * length**2 / DIFFUSIVITY
        words = f"time to half full, {1e6 * length:g} um"
        report.compare("diffusion_time", words, expected, time, rel=0.015, unit="s")


@pytest.mark.slow
def test_time_with_stress_and_swelling(report: Report) -> None:
    """Finite strain, every coupling on: stress makes it twice as fast, and the slope is the same."""
    coupled = electrode_card(
        maximum_concentration=CONTENT, partial_molar_volume=1.0 / CONTENT, diffusivity=DIFFUSIVITY
    )
    times = [filling_time(coupled, length, 0.1, 0.5, False, 0.2) for length in LENGTHS]
    slope = fitted_order(LENGTHS, times)
    report.compare("diffusion_time", "slope of time over length", 2.0, slope, abs=1e-6)
    assert times[1] < 0.8 * halving_time() * LENGTHS[1] ** 2 / DIFFUSIVITY
