# SPDX-License-Identifier: LGPL-3.0-or-later
"""The Hencky law in a unit cell: closed forms, the derivatives of its energy, and its tangent.

Uniform states are prescribed, so that nothing but the law is seen; the energy that stress and chemical
potential are compared with is written here a second time, by eigenvalues.
"""

from __future__ import annotations

import numpy as np
import pytest
from lithiate.problem.description import Description
from lithiate.problem.nonlinear import NonlinearSystem
from lithiate.problem.problem import Problem
from lithiate.scaling import Units
from verification_problems import LENGTH, TURNS, Array, TensorPoints, build_geometry, card, uniform_field

CONTENT, START, SWELLING = 3e5, 0.05, 2.8
UNITS = Units(LENGTH, 3600.0, CONTENT, 298.15)
SOFTENING = {"unlithiated": 80e9, "lithiated": 30e9}
SHEARED = np.array([[1.2, 0.3, 0.1], [-0.2, 1.1, 0.25], [0.05, -0.15, 1.3]])
MATERIAL = card(
    elasticity="hencky",
    youngs_modulus=SOFTENING,
    poisson_ratio={"unlithiated": 0.2, "lithiated": 0.3},
    maximum_concentration=CONTENT,
    partial_molar_volume=SWELLING / CONTENT,
    diffusivity=1e-16,
    open_circuit_potential={"stoichiometry": (0.05, 0.95), "potential": (0.33, 0.05)},
)
PER_MOLE = CONTENT / (1 + SWELLING * START)


def swelling(c: float) -> float:
    """J_c, one at the start."""
    return (1 + SWELLING * c) / (1 + SWELLING * START)


def moduli(c: float) -> tuple[float, float]:
    """K and G [Pa]."""
    young, poisson = MATERIAL.youngs_modulus.at(c), MATERIAL.poisson_ratio.at(c)
    return young / (3 * (1 - 2 * poisson)), young / (2 * (1 + poisson))


def energy(deformation: Array, c: float) -> float:
    """J_c psi_e [J/m3 as built] from the principal stretches."""
    bulk, shear = moduli(c)
    logarithms = np.log(np.linalg.svd(deformation, compute_uv=False) / swelling(c) ** (1 / 3))
    deviator = logarithms - logarithms.mean()
    return float(swelling(c) * (bulk / 2 * logarithms.sum() ** 2 + shear * deviator @ deviator))


class HenckyCell:
    """A 3D cell of uniform deformation and lithium content."""

    def __init__(self) -> None:
        geometry = build_geometry("3d")
        self.problem = Problem(geometry, UNITS, Description({"block": MATERIAL}, {"block": START}))
        model = self.problem.regions["block"]
        expressions = {
            "cauchy": model.cauchy_stress,
            "nominal": model.nominal_stress,
            "energy": model.elastic_energy,
            "potential": model.mechanical_potential,
        }
        self._points = TensorPoints(self.problem, "block", expressions)

    def at(self, deformation: Array, c: float) -> dict[str, Array]:
        """Uniform stresses and energy [Pa], mechanical part of mu [J/mol]."""
        self.problem.unknowns["stoichiometry.block"].value.x.array[:] = c
        uniform_field(self.problem.unknowns["displacement.block"].value, deformation)
        values = self._points.evaluate()
        assert all(np.ptp(value, axis=0).max() < 1e-9 for value in values.values())
        found = {name: value[0] * UNITS.stress for name, value in values.items()}
        return found | {"potential": values["potential"][0] * UNITS.chemical_potential}


@pytest.fixture(scope="module")
def cell() -> HenckyCell:
    return HenckyCell()


@pytest.mark.parametrize("stretch", [0.8, 1.0 + 1e-6, 1.25])
def test_uniaxial_tension(cell: HenckyCell, stretch: float) -> None:
    """sigma = E ln(lambda) / J with the lateral stretch lambda^-nu, whatever the stretch."""
    young, poisson = MATERIAL.youngs_modulus.at(START), MATERIAL.poisson_ratio.at(START)
    lateral = stretch**-poisson
    values = cell.at(np.diag([stretch, lateral, lateral]), START)
    expected = np.diag([young * np.log(stretch) / (stretch * lateral**2), 0.0, 0.0])
    assert np.abs(values["cauchy"] - expected).max() < 1e-9 * young * abs(np.log(stretch)) + 1e-3


@pytest.mark.parametrize("ratio", [1.5, 2.5])
def test_swelling(cell: HenckyCell, ratio: float) -> None:
    """Held: sigma = -K J_c ln J_c I; free: no stress."""
    c = (ratio * (1 + SWELLING * START) - 1) / SWELLING
    bulk, _ = moduli(c)
    held = cell.at(np.eye(3), c)
    assert held["cauchy"] == pytest.approx(-bulk * ratio * np.log(ratio) * np.eye(3), abs=1e-9 * bulk)
    assert np.abs(cell.at(ratio ** (1 / 3) * np.eye(3), c)["cauchy"]).max() < 1e-9 * bulk


def test_potential_of_held_swelling(cell: HenckyCell) -> None:
    """mu - mu_chem = Omega K [(ln J_c)^2/2 + ln J_c] + J_c (ln J_c)^2 K'(c) / (2 C_max) where F = I."""
    c, step = 0.3, 1e-5
    ratio, (bulk, _) = swelling(c), moduli(c)
    slope = (moduli(c + step)[0] - moduli(c - step)[0]) / (2 * step)
    logarithm = np.log(ratio)
    expected = SWELLING / CONTENT * bulk * (logarithm**2 / 2 + logarithm)
    expected += ratio * logarithm**2 / 2 * slope / PER_MOLE
    assert cell.at(np.eye(3), c)["potential"] == pytest.approx(expected, rel=1e-7)


def test_stress_is_the_derivative_of_the_energy(cell: HenckyCell) -> None:
    """P = d(J_c psi_e)/dF in a sheared, swollen state."""
    c, step, expected = 0.3, 1e-6, np.zeros((3, 3))
    for i in range(3):
        for j in range(3):
            change = np.zeros((3, 3))
            change[i, j] = step
            expected[i, j] = (energy(SHEARED + change, c) - energy(SHEARED - change, c)) / (2 * step)
    values = cell.at(SHEARED, c)
    assert values["energy"] == pytest.approx(energy(SHEARED, c), rel=1e-10)
    assert np.abs(values["nominal"] - expected).max() < 1e-8 * np.abs(expected).max()


def test_potential_is_the_derivative_of_the_energy(cell: HenckyCell) -> None:
    """d(J_c psi_e)/dC, the moduli changing with lithium."""
    c, step = 0.3, 1e-5
    expected = (energy(SHEARED, c + step) - energy(SHEARED, c - step)) / (2 * step) / PER_MOLE
    assert cell.at(SHEARED, c)["potential"] == pytest.approx(expected, rel=1e-7)


def test_rotation_turns_the_stress(cell: HenckyCell) -> None:
    turn = TURNS["space"]
    before, after = cell.at(SHEARED, 0.3)["cauchy"], cell.at(turn @ SHEARED, 0.3)["cauchy"]
    assert np.abs(after - turn @ before @ turn.T).max() < 1e-10 * np.abs(before).max()


def test_tangent() -> None:
    """J v against central differences in a sheared, swollen state, for all unknowns at once."""
    problem = Problem(
        build_geometry("plane_strain"), UNITS, Description({"block": MATERIAL}, {"block": START})
    )
    system = NonlinearSystem(problem, 1e-10)
    random = np.random.default_rng(5)
    uniform_field(problem.unknowns["displacement.block"].value, SHEARED)
    problem.unknowns["stoichiometry.block"].value.x.array[:] = 0.3
    for unknown in problem.unknowns.values():
        unknown.owned_values[:] += 0.02 * random.normal(size=unknown.owned)
    problem.time_step.value = 0.1
    direction = random.normal(size=len(system.gather_values()))
    matrix = system.residual_and_tangent()[1]
    along, predicted = matrix.createVecRight(), matrix.createVecLeft()
    along.array[:] = direction
    matrix.mult(along, predicted)
    kept, sides, step = system.gather_values(), [], 1e-6
    ends = np.cumsum([unknown.owned for unknown in problem.unknowns.values()])[:-1]
    for sign in (1.0, -1.0):
        parts = np.split(kept + sign * step * direction, ends)
        for unknown, values in zip(problem.unknowns.values(), parts, strict=True):
            unknown.owned_values[:] = values
        sides.append(np.array(system.residual_and_tangent()[0].array))
    found = (sides[0] - sides[1]) / (2 * step)
    assert np.linalg.norm(found - predicted.array) < 1e-8 * np.linalg.norm(found)
