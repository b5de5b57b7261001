# SPDX-License-Identifier: LGPL-3.0-or-later
"""Porous layers under pressure: Heckel's curve, what stays after release, and what the work went into.

Uniform states are prescribed in a unit cell, so that the curve is in closed form; a layer pressed on a solid
one shows the same in a boundary-value problem.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lithiate.geometry import distribute
from lithiate.materials import MaterialCard
from lithiate.output.fields import FieldWriter
from lithiate.problem.description import Description
from lithiate.problem.nonlinear import NonlinearSystem
from lithiate.problem.observables import Observer
from lithiate.problem.problem import Problem
from lithiate.problem.region_model import RegionModel
from lithiate.problem.unknowns import PLATEN
from lithiate.scaling import Units
from lithiate.stepping.balances import Balances
from lithiate_meshes import build_mesh
from lithiate_meshes.families import StackGeometry
from mpi4py import MPI
from scipy.optimize import brentq
from tangent_differences import LARGEST_ERROR, tangent_errors
from verification_problems import (
    BLOCK_UNITS,
    LENGTH,
    TURNS,
    Array,
    TensorPoints,
    build_geometry,
    card,
    displacement,
    hold_symmetry_planes,
    uniform_field,
)

MODULUS, POISSON, STRENGTH = 4e9, 0.3, 30e6
BULK = MODULUS / (3 * (1 - 2 * POISSON))
POROSITY, ONSET, SLOPE = 0.3, 20e6, 150e6
PRESSED = {
    "youngs_modulus": MODULUS,
    "poisson_ratio": POISSON,
    "porosity": POROSITY,
    "densification_pressure": ONSET,
    "heckel_pressure": SLOPE,
}
POWDER = card(flow="rate_independent", yield_stress=STRENGTH, **PRESSED)
CONTENT, START, SWELLING = 2e4, 0.1, 0.6
STORING = card(
    flow="rate_independent",
    yield_stress=STRENGTH,
    maximum_concentration=CONTENT,
    partial_molar_volume=SWELLING / CONTENT,
    diffusivity=1e-16,
    open_circuit_potential={"stoichiometry": (0.05, 0.95), "potential": (0.33, 0.05)},
    **PRESSED | {"youngs_modulus": {"unlithiated": MODULUS, "lithiated": 2.5e9}},
)
UNITS = Units(LENGTH, 3600.0, CONTENT, 298.15)
SHEAR = np.array([[0.05, 0.15, 0.05], [-0.1, 0.02, 0.1], [0.05, -0.05, -0.07]])


def borne(plastic_ratio: float) -> float:
    """Pressure tau_e at which material of a density compacts, by Heckel: p_0 + P_H ln(phi_0 / phi) [Pa]."""
    porosity = 1 - (1 - POROSITY) / plastic_ratio
    return float(ONSET + SLOPE * np.log(POROSITY / porosity))


def _forget(model: RegionModel) -> None:
    """Back to material that was never loaded."""
    model.old_closure.x.array[:] = 0.0
    if model.history is None:
        return
    model.history.inverse_plastic_metric.x.array.reshape(-1, 9)[:] = np.eye(3).ravel()
    model.history.equivalent_plastic_strain.x.array[:] = 0.0


class PorousPoint:
    """A unit cell whose deformation and lithium content are set, step after step."""

    def __init__(self, material: MaterialCard, symmetry: str = "3d") -> None:
        storing = material.stores_lithium
        description = Description({"block": material}, {"block": START} if storing else {})
        units = UNITS if storing else BLOCK_UNITS
        self.problem = Problem(build_geometry(symmetry), units, description)
        self.model, self.unit = self.problem.regions["block"], units.stress
        self.problem.time_step.value = 1.0
        model = self.model
        expressions: dict[str, Any] = {
            "cauchy": model.cauchy_stress,
            "nominal": model.nominal_stress,
            "strain": model.flow.isochoric_strain,
            "plastic_ratio": model.plastic_ratio,
            "plastic_strain": model.flow.equivalent_plastic_strain,
            "energy": model.elastic_energy,
            "work": model.plastic_work,
        }
        if storing:
            expressions["potential"] = model.storage.maximum_concentration * model.mechanical_potential
        self._points = TensorPoints(self.problem, "block", expressions)

    def reset(self) -> None:
        """Back to material that was never loaded."""
        _forget(self.model)

    def step(self, deformation: Array, stoichiometry: float = START, accept: bool = True) -> dict[str, Array]:
        """Values of one point at the end of a step; all points agree. Stresses and energies in Pa."""
        uniform_field(displacement(self.problem).value, deformation)
        if self.model.concentration:
            self.model.concentration.value.x.array[:] = stoichiometry
        values = self._points.evaluate()
        assert all(np.ptp(value, axis=0).max() < 1e-9 for value in values.values())
        if accept:
            self.problem.accept_step()
        unitless = ("strain", "plastic_ratio", "plastic_strain")
        return {name: value[0] * (1.0 if name in unitless else self.unit) for name, value in values.items()}


@pytest.fixture(scope="module")
def powder() -> PorousPoint:
    return PorousPoint(POWDER)


@pytest.fixture(scope="module")
def storing() -> PorousPoint:
    return PorousPoint(STORING)


@pytest.mark.parametrize("flow", ["rate_independent", pytest.param("elastic", marks=pytest.mark.slow)])
def test_hydrostatic_compaction_and_release(powder: PorousPoint, flow: str) -> None:
    """Elastic to p_0, along Heckel's curve, elastic back to the residual density, and never open again."""
    if flow == "elastic":
        powder = PorousPoint(card(**PRESSED))
    powder.reset()
    first = np.sqrt(1 - 2 * ONSET / BULK)
    lowest = 1.0
    for volume in (0.5 + 0.5 * first, first + 1e-6, 0.93, 0.85, 0.7):
        values = powder.step(volume ** (1 / 3) * np.eye(3))
        ratio = values["plastic_ratio"]
        pressure = BULK / 2 * (1 - (volume / ratio) ** 2)
        expected = -pressure / (volume / ratio) * np.eye(3)
        assert values["cauchy"] == pytest.approx(expected, abs=1e-9 * BULK)
        if volume > first:
            assert ratio == 1.0
        else:
            assert ratio < lowest
            assert pressure == pytest.approx(borne(ratio), abs=1e-9 * BULK)
        lowest = ratio
    # The same in one step from the start: the density follows from the pressure alone.
    powder.reset()
    assert powder.step(0.7 ** (1 / 3) * np.eye(3))["plastic_ratio"] == pytest.approx(lowest, rel=1e-12)
    for volume in (0.5 * (0.7 + lowest), lowest, 1.1 * lowest, 0.701):
        values = powder.step(volume ** (1 / 3) * np.eye(3))
        assert values["plastic_ratio"] == pytest.approx(lowest, rel=1e-14)
        expected = BULK / 2 * ((volume / lowest) ** 2 - 1) * lowest / volume * np.eye(3)
        assert values["cauchy"] == pytest.approx(expected, abs=1e-9 * BULK)
        assert abs(values["work"]) < 1e-12 * BULK
    assert values["plastic_strain"] == 0.0


def test_both_mechanisms_at_once(powder: PorousPoint) -> None:
    """Sheared and pressed: tau_eq on the yield stress, p on Heckel's curve; a rotation turns the stress."""
    found = []
    for turn in (np.eye(3), TURNS["space"]):
        powder.reset()
        for size in (0.5, 1.0):
            deformation = (1 - 0.08 * size) * np.eye(3) + size * SHEAR
            values = powder.step(turn @ deformation)
        found.append(values)
        ratio = values["plastic_ratio"]
        kirchhoff = np.linalg.det(deformation) / ratio * values["cauchy"]
        pressure = -np.trace(kirchhoff) / 3
        deviator = kirchhoff + pressure * np.eye(3)
        assert pressure == pytest.approx(borne(ratio), rel=1e-8)
        assert np.sqrt(1.5 * np.sum(deviator**2)) == pytest.approx(STRENGTH, rel=1e-8)
        assert np.linalg.det(values["strain"]) == pytest.approx(1.0, abs=1e-10)
    plain, turned = found
    turn = TURNS["space"]
    assert turned["cauchy"] == pytest.approx(turn @ plain["cauchy"] @ turn.T, abs=1e-9 * STRENGTH)
    assert turned["plastic_ratio"] == pytest.approx(plain["plastic_ratio"], rel=1e-12)


def energy(values: dict[str, Array], deformation: Array, stoichiometry: float) -> float:
    """J_c J_p psi_e [J/m3 as built] at fixed F, bbar_e and J_p."""
    young = STORING.youngs_modulus.at(stoichiometry)
    bulk, shear = young / (3 * (1 - 2 * POISSON)), young / (2 * (1 + POISSON))
    swelling = (1 + SWELLING * stoichiometry) / (1 + SWELLING * START)
    intermediate = swelling * float(values["plastic_ratio"])
    elastic = np.linalg.det(deformation) / intermediate
    volumetric = bulk / 2 * ((elastic**2 - 1) / 2 - np.log(elastic))
    return float(intermediate * (volumetric + shear / 2 * (np.trace(values["strain"]) - 3)))


def test_chemical_potential_holds_the_density(storing: PorousPoint) -> None:
    """d(J_c J_p psi_e)/dc while the step compacts and flows: never through the return map."""
    storing.reset()
    deformation, filling, step = 0.9 * np.eye(3) + SHEAR, 0.4, 1e-5
    values = storing.step(deformation, filling)
    assert values["plastic_ratio"] < 0.9 and values["plastic_strain"] > 0.05
    assert values["energy"] == pytest.approx(energy(values, deformation, filling), rel=1e-9)
    sides = [energy(values, deformation, filling + sign * step) for sign in (1.0, -1.0)]
    assert values["potential"] == pytest.approx((sides[0] - sides[1]) / (2 * step), rel=1e-7)


def _path(time: float) -> tuple[Array, float]:
    """Pressed and sheared until 0.5, then let go, while lithium comes in."""
    load = 1 - abs(2 * time - 1)
    return (1 - 0.1 * load) * np.eye(3) + load * SHEAR, START + 0.1 * time


def _lost_and_reported(point: PorousPoint, steps: int) -> tuple[float, float]:
    """Work less energy gained, and plastic work as reported, over the path [J/m3]."""
    point.reset()
    old_deformation, old_filling = _path(0.0)
    old = first = point.step(old_deformation, old_filling)
    work = reported = 0.0
    for number in range(1, steps + 1):
        deformation, filling = _path(number / steps)
        new = point.step(deformation, filling)
        nominal, potential = ((old[name] + new[name]) / 2 for name in ("nominal", "potential"))
        work += float(np.sum(nominal * (deformation - old_deformation)) + potential * (filling - old_filling))
        reported += float(new["work"])
        old, old_deformation, old_filling = new, deformation, filling
    return work - float(new["energy"] - first["energy"]), reported


def test_plastic_work_is_work_less_energy(storing: PorousPoint) -> None:
    """Press and release: stress, energy, mu and plastic work belong to one energy."""
    lost, reported = np.array([_lost_and_reported(storing, steps) for steps in (80, 160, 320)]).T
    assert reported[-1] > 0.0
    gaps = np.abs(lost - reported) / lost[-1]
    assert gaps[-1] < 0.005, gaps
    assert np.log2(gaps[-2] / gaps[-1]) > 0.9, gaps


def bend(problem: Problem, size: float, bending: float) -> None:
    """Press by a size, more so on one side, and fill."""
    unknown = displacement(problem).value
    dimension = problem.geometry.dimension

    def field(x: Array) -> Array:
        along = -0.06 * size * x[0] + 0.05 * bending * x[0] * x[1]
        across = -0.08 * size * x[1] - 0.06 * bending * x[0] ** 2
        return np.array([along, across, 0.04 * bending * x[2] * x[0]][:dimension])

    unknown.interpolate(field)
    content = problem.regions["block"].concentration
    if content:
        content.value.interpolate(lambda x: START + 0.02 * size * (1 + x[1]))


@pytest.mark.parametrize(
    ("material", "symmetry"),
    [
        pytest.param(POWDER, "plane_strain", id="plane_strain"),
        *(
            pytest.param(STORING, symmetry, id=f"storing-{symmetry}", marks=pytest.mark.slow)
            for symmetry in ("plane_strain", "axisymmetric", "3d")
        ),
    ],
)
def test_tangent(material: MaterialCard, symmetry: str) -> None:
    """J v against differences while part of a bent block compacts, after it has compacted before."""
    geometry = build_geometry(symmetry, mesh_size=LENGTH / (1 if symmetry == "3d" else 3))
    filling = {"block": START} if material.stores_lithium else {}
    problem = Problem(geometry, UNITS, Description({"block": material}, filling))
    hold_symmetry_planes(problem)
    system, model = NonlinearSystem(problem, 1e-10), problem.regions["block"]
    points = TensorPoints(problem, "block", {"now": model.closure, "before": model.old_closure})
    problem.time_step.value = 0.05
    for size in (0.5, 1.0):
        bend(problem, size, size)
        problem.accept_step()
    bend(problem, 1.25, 2.0)
    values = points.evaluate()
    grown = values["now"] - values["before"]
    assert values["before"].max() > 0.1
    assert 0.1 < np.mean(grown > 1e-6) < 0.9
    errors = tangent_errors(problem, system)
    assert {pair: error for pair, error in errors.items() if error > LARGEST_ERROR} == {}


HEIGHT, SOLID_HEIGHT = 1.0, 1.0
SOLID = card(youngs_modulus=20e9, poisson_ratio=0.25)


class Die:
    """A porous layer on a solid one in a slippery die, under a platen."""

    def __init__(self, symmetry: str) -> None:
        layers = [
            {"name": "solid", "thickness": SOLID_HEIGHT * LENGTH},
            {"name": "powder", "thickness": HEIGHT * LENGTH},
        ]
        section = {"family": "stack", "symmetry": symmetry, "width": LENGTH, "mesh_size": LENGTH}
        data = build_mesh(StackGeometry.model_validate(section | {"layers": layers}))
        geometry = distribute(MPI.COMM_SELF, data, LENGTH, data.interfaces)
        cards = {"solid": SOLID, "powder": POWDER}
        self.problem = Problem(geometry, BLOCK_UNITS, Description(cards, {}, platen="top"))
        body = "displacement.solid+powder"
        hold_symmetry_planes(self.problem, "solid+powder")
        self.problem.fix(body, "side", 0)
        self.problem.fix(body, "top", geometry.dimension - 1)
        self._system = NonlinearSystem(self.problem, 1e-12)
        self._balances = Balances(Observer(self.problem))
        self._points = TensorPoints(
            self.problem, "powder", {"plastic_ratio": self.problem.regions["powder"].plastic_ratio}
        )

    def reset(self) -> None:
        """Back to layers that were never loaded."""
        for unknown in self.problem.unknowns.values():
            unknown.value.x.array[:] = unknown.old.x.array[:] = 0.0
        _forget(self.problem.regions["powder"])

    def mean_porosity(self) -> float:
        """As the history has it."""
        observer = self._balances.observer
        return observer.region_row("powder", observer.state().regions["powder"])["mean_porosity.powder"]

    def write(self, folder: Path) -> None:
        """The fields of the present state."""
        FieldWriter(self._balances.observer, folder).write(0.0, self._balances.observer.state())

    def run(self, pressures: Iterable[float]) -> list[tuple[float, Array, float]]:
        """Way of the platen, J_p at the points and error of the energy balance, at each pressure [Pa]."""
        observer, states = self._balances.observer, []
        self._balances.start(observer.state(), 0.0)
        for pressure in pressures:
            self.problem.stack_pressure.value = pressure / BLOCK_UNITS.stress
            self.problem.time_step.value = 1.0
            assert self._system.solve().converged
            errors = self._balances.step(observer.state(), 1.0, 0.0, pressure / BLOCK_UNITS.stress)
            way = float(self.problem.unknowns[PLATEN].value.x.array[0])
            ratios = self._points.evaluate()["plastic_ratio"]
            states.append((way, ratios, errors["energy_balance_error"]))
            self.problem.accept_step()
        return states


def elastic_stretch(pressure: float) -> float:
    """Of the solid layer, held sideways: P = (K/2)(l - 1/l) + (2 G/3) l^(-5/3)(l^2 - 1)."""
    bulk, shear = 20e9 / (3 * 0.5), 20e9 / 2.5

    def excess(stretch: float) -> float:
        volumetric = bulk / 2 * (stretch - 1 / stretch)
        return volumetric + 2 * shear / 3 * stretch ** (-5 / 3) * (stretch**2 - 1) + pressure

    return float(brentq(excess, 0.5, 1.0, xtol=1e-15))


@pytest.mark.parametrize("symmetry", ["axisymmetric", pytest.param("plane_strain", marks=pytest.mark.slow)])
def test_pressing_leaves_a_thinner_layer(symmetry: str, tmp_path: Path) -> None:
    """Pressed: -tau = p_c + 2 sigma_Y / 3; released: it yields the other way, p = 2 sigma_Y / 3."""
    die, highest, errors = Die(symmetry), 300e6, []
    for steps in (10, 20):
        rising = np.linspace(0.0, highest, steps + 1)[1:]
        die.reset()
        states = die.run([*rising, *rising[::-1][1:], 0.0])
        pressed, released = states[steps - 1], states[-1]
        errors.append(released[2])
        ratio = float(pressed[1][0])
        assert pressed[1] == pytest.approx(ratio, rel=1e-8)
        assert released[1] == pytest.approx(ratio, rel=1e-12)
        elastic = np.sqrt(1 - 2 * borne(ratio) / BULK)
        # P = J_p tau / l, and l = J_p J_e because the die holds the sides.
        assert (borne(ratio) + 2 / 3 * STRENGTH) / elastic == pytest.approx(highest, rel=1e-6)
        way = HEIGHT * (ratio * elastic - 1) + SOLID_HEIGHT * (elastic_stretch(highest) - 1)
        assert pressed[0] == pytest.approx(way, rel=1e-6)
        left = HEIGHT * (ratio * np.sqrt(1 - 4 / 3 * STRENGTH / BULK) - 1)
        assert released[0] == pytest.approx(left, rel=1e-6)
        assert left < -0.25
        assert die.mean_porosity() == pytest.approx(1 - (1 - POROSITY) / ratio, rel=1e-8)
    # The mean of the platen's force counts for a step; that at its end alone would leave a tenth.
    assert errors[1] < errors[0] < 5e-3
    die.write(tmp_path)
    assert "porosity" in (tmp_path / "powder.xdmf").read_text(encoding="utf-8")
    assert "porosity" not in (tmp_path / "solid.xdmf").read_text(encoding="utf-8")
