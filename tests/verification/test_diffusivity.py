# SPDX-License-Identifier: LGPL-3.0-or-later
"""Diffusivities that depend on lithium and on stress, with tracer and chemical mobility, in closed form."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from lithiate.materials import MaterialCard
from lithiate.problem.description import Description
from lithiate.problem.nonlinear import NonlinearSystem
from lithiate.problem.problem import Problem
from lithiate.scaling import GAS_CONSTANT, Units
from scipy.optimize import brentq
from verification_problems import (
    LENGTH,
    Array,
    TensorPoints,
    build_geometry,
    card,
    hold_symmetry_planes,
    uniform_field,
)

CONTENT, TEMPERATURE = 3e5, 298.15
UNITS = Units(LENGTH, 1.0, CONTENT, TEMPERATURE)
ENDS = (0.1, 0.9)
"""Stoichiometries held at the two ends of the bar."""

PARAMETER = 1.5
RISE = 3.0
"""D(c) = D_0 (1 + 3 c)."""


def material(**properties: object) -> MaterialCard:
    """A regular solution of one phase, four times as fast when full."""
    given = {
        "maximum_concentration": CONTENT,
        "partial_molar_volume": 0.0,
        "diffusivity": {"unlithiated": LENGTH**2, "lithiated": (1 + RISE) * LENGTH**2},
        "chemistry": "regular_solution",
        "regular_solution_parameter": PARAMETER,
        "reference_potential": 0.1,
    }
    return card(**(given | properties))


def chemical_integral(c: float) -> float:
    """int D dc / D_0: with a chemical diffusivity j = -C_max D(c) c'."""
    return c + RISE * c**2 / 2


def tracer_integral(c: float) -> float:
    """int D [1 - 2 Omega_r c (1 - c)] dc / D_0: with a tracer diffusivity D C (1 - c) d mu_chem/dc."""
    factor = 2 * PARAMETER
    plain = c - factor * (c**2 / 2 - c**3 / 3)
    return plain + RISE * (c**2 / 2 - factor * (c**3 / 3 - c**4 / 4))


INTEGRALS = {"chemical": chemical_integral, "tracer": tracer_integral}


def steady_profile(elements: int, kind: str) -> tuple[Array, Array]:
    """Heights and stoichiometries after a time far beyond that of diffusion."""
    size = LENGTH / elements
    geometry = build_geometry("plane_strain", width=size, mesh_size=size)
    description = Description({"block": material(diffusivity_kind=kind)}, {"block": 0.5})
    problem = Problem(geometry, UNITS, description)
    hold_symmetry_planes(problem)
    content = problem.unknowns["stoichiometry.block"]
    for surface, value in zip(("bottom", "top"), ENDS, strict=True):
        problem.fix(content.name, surface, None, value)
    system = NonlinearSystem(problem, 1e-10)
    for time_step in (0.1, 1.0, 10.0, 100.0):
        problem.time_step.value = time_step
        assert system.solve().converged
        problem.accept_step()
    return content.value.function_space.tabulate_dof_coordinates()[:, 1], content.value.x.array


def exact_profile(heights: Array, integral: Callable[[float], float]) -> Array:
    """Where no lithium is stored the flux is constant: the integral of D is linear along the bar."""
    low, high = map(integral, ENDS)
    roots = [brentq(lambda c, y=y: integral(c) - low - (high - low) * y, 0.0, 1.0) for y in heights]
    return np.array(roots)


@pytest.mark.parametrize("kind", INTEGRALS)
def test_steady_state(kind: str) -> None:
    """The profile is that of the closed form, to second order in h."""
    errors = []
    for elements in (12, 24):
        heights, found = steady_profile(elements, kind)
        errors.append(np.abs(found - exact_profile(heights, INTEGRALS[kind])).max())
    assert errors[1] < 3e-3, errors
    assert errors[0] / errors[1] > 3.3, errors


@pytest.mark.parametrize("stretch", [0.97, 1.05])
def test_stress_changes_the_diffusivity(stretch: float) -> None:
    """j_R = -D exp(V_a sigma_h/(R T)) C (1 - c)/(R T) lambda^-2 Grad mu under even stretch in 3D."""
    volume, c, gradient = 2e-6, 0.4, 0.3
    given = material(diffusivity=LENGTH**2, activation_volume=volume)
    problem = Problem(build_geometry("3d"), UNITS, Description({"block": given}, {"block": c}))
    uniform_field(problem.unknowns["displacement.block"].value, stretch * np.eye(3))
    problem.unknowns["chemical_potential.block"].value.interpolate(lambda x: gradient * x[2])
    model = problem.regions["block"]
    flux = TensorPoints(problem, "block", {"flux": model.lithium_flux}).evaluate()["flux"]
    bulk = 50e9 / (3 * (1 - 2 * 0.3))
    hydrostatic = bulk / 2 * (stretch**3 - stretch**-3)
    factor = np.exp(volume * hydrostatic / (GAS_CONSTANT * TEMPERATURE))
    assert abs(np.log(factor)) > 0.3
    expected = -factor * c * (1 - c) * gradient / stretch**2
    assert flux[:, 2] == pytest.approx(expected, rel=1e-9)
    assert np.abs(flux[:, :2]).max() < 1e-12
