# SPDX-License-Identifier: LGPL-3.0-or-later
"""Swelling of a unit cell in closed form.

Uniform states are exact in any mesh, so a unit cell shows the constitutive law alone. Moduli refer to the
lithiated material: the energy per volume as built carries the volume ratio J_c, and so do the stress and
the chemical potential. A forgotten J_c is invisible at small swelling and a factor of four at full.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from dolfinx import fem
from lithiate.materials import MaterialCard
from lithiate.materials.open_circuit import evaluate
from lithiate.problem.description import Description
from lithiate.problem.nonlinear import NonlinearSystem
from lithiate.problem.problem import Problem
from lithiate.problem.switches import Switches
from lithiate.scaling import FARADAY_CONSTANT, Units
from scipy.interpolate import PchipInterpolator
from scipy.optimize import brentq
from verification_pages import Report
from verification_problems import (
    LENGTH,
    Array,
    TensorPoints,
    build_geometry,
    card,
    hold_symmetry_planes,
    uniform_field,
)

CONTENT, TEMPERATURE, START = 3e5, 298.15, 0.05
UNITS = Units(LENGTH, 3600.0, CONTENT, TEMPERATURE)
SYMMETRIES = ("plane_strain", "axisymmetric", "3d")
FILLINGS, POTENTIALS = (0.05, 0.5, 0.95), (0.33, 0.15, 0.05)
TABLE = {"stoichiometry": FILLINGS, "potential": POTENTIALS}
VOLUME_RATIOS = (1.5, 2.5, 4.0)


def material(**properties: Any) -> MaterialCard:
    """Grows to seven times its volume at c = 1: J_c = 4 is well inside (0, 1)."""
    given = {
        "youngs_modulus": 40e9,
        "poisson_ratio": 0.22,
        "maximum_concentration": CONTENT,
        "partial_molar_volume": 6.0 / CONTENT,
        "diffusivity": 1e-16,
        "open_circuit_potential": TABLE,
    }
    return card(**(given | properties))


CONSTANT = material()
SOFTENING = material(
    youngs_modulus={"unlithiated": 80e9, "lithiated": 30e9},
    poisson_ratio={"unlithiated": 0.2, "lithiated": 0.3},
)
YIELDING = SOFTENING.model_copy(
    update={"flow": "rate_independent", "yield_stress": SOFTENING.youngs_modulus.__class__(2e9, 0.4e9)}
)


def filling(volume_ratio: float) -> float:
    """The stoichiometry at which J_c has this value; the mesh as built is free of stress at START."""
    return float((volume_ratio * (1 + 6.0 * START) - 1) / 6.0)


def chemical_potential(stoichiometry: float) -> float:
    """mu_chem = -F U(c) [J/mol]."""
    return float(-FARADAY_CONSTANT * evaluate(FILLINGS, POTENTIALS, TEMPERATURE, stoichiometry))


@dataclass
class Cell:
    """A unit cell, free to swell or with a prescribed deformation on its whole boundary.

    Attributes:
        problem, system: the equations.
        prescribed: displacement on the boundary, or None where free.
    """

    problem: Problem
    system: NonlinearSystem
    prescribed: fem.Function | None
    points: TensorPoints

    def load(self, stoichiometry: float, deformation: Array | None = None) -> dict[str, Array]:
        """Equilibrium at a lithium content: values at the points, stress in Pa, mu in J/mol."""
        content = self.problem.unknowns["stoichiometry.block"]
        # No lithium enters, so what was there at the start of the step stays.
        content.old.x.array[:] = content.value.x.array[:] = stoichiometry
        if self.prescribed is not None and deformation is not None:
            uniform_field(self.prescribed, deformation)
            uniform_field(self.problem.unknowns["displacement.block"].value, deformation)
        self.problem.time_step.value = 1.0
        outcome = self.system.solve()
        assert outcome.converged, outcome
        values = self.points.evaluate()
        values["stress"] = values["stress"] * UNITS.stress
        potential = self.problem.unknowns["chemical_potential.block"].value.x.array
        values["chemical_potential"] = potential * UNITS.chemical_potential
        return values


def cell(symmetry: str, card_: MaterialCard, held: bool, modulus_term: bool = True) -> Cell:
    """Build a unit cell."""
    geometry = build_geometry(symmetry)
    switches = Switches(modulus_term=modulus_term)
    problem = Problem(geometry, UNITS, Description({"block": card_}, {"block": START}, switches=switches))
    prescribed = None
    if held:
        prescribed = fem.Function(problem.unknowns["displacement.block"].value.function_space)
        for surface in geometry.surface_tags:
            problem.fix("displacement.block", surface, None, prescribed)
    else:
        hold_symmetry_planes(problem)
    model = problem.regions["block"]
    expressions = {
        "stress": model.cauchy_stress,
        "volume_ratio": model.volume_ratio,
        "strain": model.flow.isochoric_strain,
        "plastic_strain": model.flow.equivalent_plastic_strain,
    }
    return Cell(
        problem, NonlinearSystem(problem, 1e-10), prescribed, TensorPoints(problem, "block", expressions)
    )


def swell(cell_: Cell, volume_ratio: float) -> dict[str, Array]:
    """Swell from the volume as built in steps that Newton can follow."""
    cell_.problem.unknowns["displacement.block"].value.x.array[:] = 0.0
    for ratio in np.linspace(1.0, volume_ratio, int(np.ceil(8 * np.log(volume_ratio))) + 1)[1:]:
        values = cell_.load(filling(float(ratio)))
    return values


@pytest.mark.parametrize("symmetry", ["axisymmetric", "3d"])
def test_free_swelling_is_free_of_stress(symmetry: str, report: Report) -> None:
    """Nothing resists, so no stress may remain and the volume ratio is J_c, whatever its size."""
    free = cell(symmetry, CONSTANT, held=False)
    for ratio in VOLUME_RATIOS:
        values = swell(free, ratio)
        largest = np.abs(values["stress"]).max() / 40e9
        report.at_most("one_element", f"free swelling, J_c = {ratio:g}: stress", 1e-9, largest, "of E")
        assert values["volume_ratio"] == pytest.approx(ratio, rel=1e-9)
        expected = chemical_potential(filling(ratio))
        assert values["chemical_potential"] == pytest.approx(expected, abs=1e-6 * FARADAY_CONSTANT)


def test_swelling_in_plane_strain_is_free_in_its_plane() -> None:
    """No stress in the plane; across it the stress of a body that may not grow in that direction."""
    free = cell("plane_strain", CONSTANT, held=False)
    bulk, shear = 40e9 / (3 * (1 - 0.44)), 40e9 / (2 * 1.22)
    for ratio in VOLUME_RATIOS:
        values = swell(free, ratio)
        in_plane = values["stress"][:, :2, :2]
        assert np.abs(in_plane).max() < 1e-9 * 40e9

        def stress(stretch: float, across: bool, volume_ratio: float = ratio) -> float:
            squares = stretch ** (-4 / 3) * np.array([stretch**2, stretch**2, 1.0])
            elastic = stretch**2 / volume_ratio
            kirchhoff = bulk / 2 * (elastic**2 - 1) + shear * (squares - squares.mean())
            return float(kirchhoff[2 if across else 0] / elastic)

        stretch = brentq(stress, 0.9, 3.0, args=(False,), xtol=1e-14)
        assert values["volume_ratio"] == pytest.approx(stretch**2, rel=1e-9)
        assert values["stress"][:, 2, 2] == pytest.approx(stress(stretch, True), rel=1e-8)


@pytest.mark.parametrize("symmetry", SYMMETRIES)
def test_constrained_swelling(symmetry: str, report: Report) -> None:
    """F = I: sigma = (K/2)(1/J_c - J_c) I, mu - mu_chem = Omega K [(1 - J_c^-2)/4 + ln(J_c)/2]."""
    held = cell(symmetry, CONSTANT, held=True)
    bulk = 40e9 / (3 * (1 - 0.44))
    for ratio in VOLUME_RATIOS:
        values = held.load(filling(ratio), np.eye(3))
        expected = bulk / 2 * (1 / ratio - ratio) * np.eye(3)
        assert np.abs(values["stress"] - expected).max() < 1e-10 * bulk
        mechanical = values["chemical_potential"] - chemical_potential(filling(ratio))
        closed_form = 6.0 / CONTENT * bulk * ((1 - ratio**-2) / 4 + np.log(ratio) / 2)
        assert mechanical == pytest.approx(closed_form, rel=1e-8)
        words, found = f"F = I, J_c = {ratio:g}: ", (values["stress"][0, 0, 0], mechanical[0])
        report.compare("one_element", words + "stress", expected[0, 0], found[0], rel=1e-8, unit="Pa")
        report.compare("one_element", words + "mu - mu_chem", closed_form, found[1], rel=1e-8, unit="J/mol")


DEFORMATIONS = {
    "plane_strain": np.array([[1.3, 0.35, 0.0], [-0.1, 1.1, 0.0], [0.0, 0.0, 1.0]]),
    "axisymmetric": np.diag([1.25, 0.9, 1.25]),
    "3d": np.array([[1.2, 0.3, 0.1], [-0.2, 1.1, 0.25], [0.05, -0.15, 1.3]]),
}


def energy(
    stoichiometry: float, moduli_at: float, determinant: float, strain: Array, card_: MaterialCard
) -> float:
    """J_c psi_e [J/m3 as built] at fixed F and bbar_e, with the moduli of another stoichiometry."""
    young, poisson = card_.youngs_modulus.at(moduli_at), card_.poisson_ratio.at(moduli_at)
    bulk, shear = young / (3 * (1 - 2 * poisson)), young / (2 * (1 + poisson))
    swelling = (1 + 6.0 * stoichiometry) / (1 + 6.0 * START)
    elastic = determinant / swelling
    volumetric = bulk / 2 * ((elastic**2 - 1) / 2 - np.log(elastic))
    return float(swelling * (volumetric + shear / 2 * (np.trace(strain) - 3)))


@pytest.mark.parametrize("modulus_term", [True, False])
@pytest.mark.parametrize("symmetry", SYMMETRIES)
def test_chemical_potential_is_the_derivative_of_the_energy(symmetry: str, modulus_term: bool) -> None:
    """d(J_c psi_e)/dC at fixed F and bbar_e; without the modulus term the moduli are held as well."""
    held = cell(symmetry, SOFTENING, held=True, modulus_term=modulus_term)
    deformation, at = DEFORMATIONS[symmetry], filling(1.8)
    values = held.load(at, deformation)
    determinant = np.linalg.det(deformation)
    isochoric = determinant ** (-1 / 3) * deformation
    _compare_potential(values, isochoric @ isochoric.T, determinant, at, modulus_term)


@pytest.mark.parametrize("modulus_term", [True, False])
def test_chemical_potential_of_flowing_material_holds_the_elastic_strain(modulus_term: bool) -> None:
    """Never through the return map: the yield stress falls with c, and with it bbar_e of the next step."""
    held = cell("plane_strain", YIELDING, held=True, modulus_term=modulus_term)
    deformation, at = DEFORMATIONS["plane_strain"], filling(1.8)
    values = held.load(at, deformation)
    assert values["plastic_strain"].min() > 0.1
    strain = values["strain"][0]
    assert np.linalg.norm(values["strain"] - strain) < 1e-12
    _compare_potential(values, strain, np.linalg.det(deformation), at, modulus_term)


def _compare_potential(
    values: dict[str, Array], strain: Array, determinant: float, at: float, modulus_term: bool
) -> None:
    step = 1e-5
    above, below = (
        energy(at + sign * step, at + sign * step * modulus_term, determinant, strain, SOFTENING)
        for sign in (1, -1)
    )
    per_mole = CONTENT / (1 + 6.0 * START)
    derivative = (above - below) / (2 * step) / per_mole
    frozen = energy(at + step, at, determinant, strain, SOFTENING) - energy(
        at - step, at, determinant, strain, SOFTENING
    )
    # The two variants must be told apart, or the flag is not tested.
    assert modulus_term != (abs(derivative - frozen / (2 * step) / per_mole) < 0.01 * abs(derivative))
    mechanical = values["chemical_potential"] - chemical_potential(at)
    assert mechanical == pytest.approx(derivative, rel=1e-7)


POINTS, GROWTH = (0.0, 0.2, 0.45, 0.6, 1.0), (0.0, 0.9, 1.2, 1.2, 3.0)
TABULATED = PchipInterpolator(POINTS, GROWTH)
CURVES = {
    "table": {"stoichiometry": POINTS, "value": GROWTH},
    "formula": {"formula": "5 * c - 2 * c ** 2 + 0.4 * tanh(3 * c)"},
}


def unlithiated_volume(curve: str, c: float) -> tuple[float, float]:
    """J(c) and J'(c) of a swelling curve; J_c = J(c) / J(c_0), so that dJ_c/dC = J'(c) / C_max."""
    if curve == "table":
        return 1 + float(TABULATED(c)), float(TABULATED(c, 1))
    return 1 + 5 * c - 2 * c**2 + 0.4 * np.tanh(3 * c), 5 - 4 * c + 1.2 / np.cosh(3 * c) ** 2


@pytest.mark.slow
@pytest.mark.parametrize("curve", CURVES)
def test_swelling_by_a_curve_is_free_of_stress(curve: str) -> None:
    """The volume ratio is J(c) / J(c_0), and mu is that of the composition alone."""
    card_ = material(partial_molar_volume=None, swelling_curve=CURVES[curve])
    free = cell("axisymmetric", card_, held=False)
    for content in (0.1, 0.2, 0.3, 0.52, 0.7, 0.9):
        values = free.load(content)
        ratio = unlithiated_volume(curve, content)[0] / unlithiated_volume(curve, START)[0]
        assert np.abs(values["stress"]).max() < 1e-9 * 40e9
        assert values["volume_ratio"] == pytest.approx(ratio, rel=1e-9)
        assert values["chemical_potential"] == pytest.approx(chemical_potential(content), abs=0.1)


@pytest.mark.parametrize("curve", ["table", pytest.param("formula", marks=pytest.mark.slow)])
def test_constrained_swelling_by_a_curve(curve: str) -> None:
    """The closed form above with Omega(c) = dJ_c/dC; at 0.52 the table is flat, and Omega = 0."""
    held = cell("plane_strain", material(partial_molar_volume=None, swelling_curve=CURVES[curve]), held=True)
    bulk = 40e9 / (3 * (1 - 0.44))
    for content in (0.15, 0.3, 0.52, 0.9):
        values = held.load(content, np.eye(3))
        grown, slope = unlithiated_volume(curve, content)
        ratio = grown / unlithiated_volume(curve, START)[0]
        expected = bulk / 2 * (1 / ratio - ratio) * np.eye(3)
        assert np.abs(values["stress"] - expected).max() < 1e-10 * bulk
        mechanical = values["chemical_potential"] - chemical_potential(content)
        closed_form = slope / CONTENT * bulk * ((1 - ratio**-2) / 4 + np.log(ratio) / 2)
        assert mechanical == pytest.approx(closed_form, rel=1e-8, abs=1e-3)
