# SPDX-License-Identifier: LGPL-3.0-or-later
"""Linear kinematics at a point: stress, plastic flow, energy and chemical potential in closed form."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from lithiate.problem.description import Description
from lithiate.problem.problem import Problem
from lithiate.problem.switches import Switches
from lithiate.scaling import Units
from verification_problems import LENGTH, TensorPoints, build_geometry, card, displacement, uniform_field

UNITS = Units(LENGTH, 3600.0, 3e4, 298.15)
START = 0.2
SILICON = {
    "youngs_modulus": {"formula": "80 - 50 * c + 10 * c ** 2", "unit": "GPa"},
    "poisson_ratio": {"unlithiated": 0.2, "lithiated": 0.3},
    "maximum_concentration": 3e5,
    "partial_molar_volume": 9e-6,
    "diffusivity": 1e-16,
    "chemistry": "ideal_dilute",
}
STRAIN = np.array([[0.02, 0.01, 0.0], [0.01, -0.005, 0.0], [0.0, 0.0, 0.0]])


def moduli(c: float) -> tuple[float, float]:
    """K and G [Pa]."""
    young, poisson = (80 - 50 * c + 10 * c**2) * 1e9, 0.2 + 0.1 * c
    return young / (3 * (1 - 2 * poisson)), young / (2 * (1 + poisson))


def energy(c: float, strain: np.ndarray) -> float:
    """K tr(eps - eps_c)^2 / 2 + G |dev eps|^2 [J/m3]."""
    bulk, shear = moduli(c)
    growth = np.trace(strain) - 2.7 * (c - START)
    deviator = strain - np.trace(strain) / 3 * np.eye(3)
    return bulk * growth**2 / 2 + shear * float(np.sum(deviator**2))


def strained(switches: Switches, **properties: object) -> tuple[Problem, TensorPoints]:
    """One unit cell at STRAIN, c = 0.25, and what is read off it."""
    storing = "maximum_concentration" in properties
    description = Description(
        {"block": card(**properties)}, {"block": START} if storing else {}, switches=switches
    )
    problem = Problem(build_geometry("plane_strain"), UNITS, description)
    uniform_field(displacement(problem).value, np.eye(3) + STRAIN)
    model = problem.regions["block"]
    fields = {
        "stress": model.cauchy_stress,
        "kirchhoff": model.kirchhoff_stress,
        "energy": model.strain_energy,
    }
    if storing:
        problem.unknowns["stoichiometry.block"].value.x.array[:] = 0.25
        fields["potential"] = model.mechanical_potential
    else:
        fields |= {"plastic": model.flow.equivalent_plastic_strain, "work": model.plastic_work}
    return problem, TensorPoints(problem, "block", fields)


@pytest.mark.parametrize("modulus_term", [True, False])
def test_chemical_potential_is_the_derivative_of_the_energy(modulus_term: bool) -> None:
    """At fixed strain; without the modulus term at fixed moduli too, which leaves -Omega sigma_h."""
    _, points = strained(Switches(small_strain=True, modulus_term=modulus_term), **SILICON)
    found, (bulk, _) = points.evaluate(), moduli(0.25)
    pressure = bulk * (np.trace(STRAIN) - 2.7 * 0.05)
    assert found["energy"] * UNITS.stress == pytest.approx(energy(0.25, STRAIN), rel=1e-12)
    trace = np.trace(found["stress"], axis1=1, axis2=2) / 3 * UNITS.stress
    assert trace == pytest.approx(pressure, rel=1e-12)
    assert np.allclose(found["kirchhoff"], found["stress"], rtol=1e-12)
    step = 1e-4
    slope = (energy(0.25 + step, STRAIN) - energy(0.25 - step, STRAIN)) / (2 * step)
    expected = slope if modulus_term else -2.7 * pressure
    assert found["potential"] * UNITS.chemical_potential == pytest.approx(expected / 3e5, rel=1e-6)
    assert abs(slope / (-2.7 * pressure) - 1) > 1e-3


def test_flow_returns_to_the_yield_stress() -> None:
    """alpha = (2 G sqrt(3/2) |dev eps| - sigma_Y) / (3 G + H), and the work of the stress on it."""
    hardening, strength = 5e9, 0.5e9
    switches = replace(Switches(), small_strain=True)
    problem, points = strained(
        switches, flow="rate_independent", yield_stress=strength, hardening_modulus=hardening
    )
    shear = 50e9 / 2.6
    deviator = STRAIN - np.trace(STRAIN) / 3 * np.eye(3)
    trial = 2 * shear * np.sqrt(1.5 * np.sum(deviator**2))
    plastic = (trial - strength) / (3 * shear + hardening)
    for _ in range(2):
        found = points.evaluate()
        stress = found["stress"][0] * UNITS.stress
        shape = stress - np.trace(stress) / 3 * np.eye(3)
        assert found["plastic"] == pytest.approx(plastic, rel=1e-9)
        assert np.sqrt(1.5 * np.sum(shape**2)) == pytest.approx(strength + hardening * plastic, rel=1e-9)
        assert shape == pytest.approx(
            deviator * (strength + hardening * plastic) / trial * 2 * shear, rel=1e-9
        )
        problem.accept_step()
    # At the yield stress and with no more strain nothing flows any more.
    assert found["work"] == pytest.approx(0.0, abs=1e-12)
