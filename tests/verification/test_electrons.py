# SPDX-License-Identifier: LGPL-3.0-or-later
"""Electrons that meet resistance: in a poorly conducting electrode, and where it touches the collector.

With one electrode potential everywhere a particle that hangs in mid-air goes on reacting. Here the potential
follows Ohm's law from the collector to the reaction, through contacts that the contact-area fraction scales.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
from dolfinx import fem
from lithiate import compat
from lithiate.errors import InputError
from lithiate.geometry import distribute
from lithiate.impedance.linearisation import Linearisation
from lithiate.impedance.spectrum import Spectrum
from lithiate.interfaces.contact_area import NoPressureContact
from lithiate.interfaces.exchange import PotentialExchange
from lithiate.interfaces.kinetics import ButlerVolmer
from lithiate.materials import MaterialCard
from lithiate.problem.description import Description
from lithiate.problem.from_case import connect_collector, hold_boundaries
from lithiate.problem.interface_laws import InterfaceLaws
from lithiate.problem.nonlinear import NonlinearSystem
from lithiate.problem.observables import Observer
from lithiate.problem.problem import Problem
from lithiate.problem.unknowns import ELECTRODE_POTENTIAL
from lithiate.verification.drive import SurfaceReaction
from lithiate.verification.interface_flux import HarmonicFlux
from lithiate_meshes import VerificationBlock, build_mesh
from lithiate_meshes.families import StackGeometry
from manufactured import (
    CURRENT_DENSITY,
    LENGTH,
    POTENTIAL,
    START,
    UNITS,
    electrode_card,
    electrolyte_card,
    fitted_order,
)
from mpi4py import MPI
from uniform_cell import EXCHANGE, INTERFACE, Cell, CellDesign, create, hold, inverted, open_circuit

CONDUCTIVITY, IONIC = 2e-4, 0.02
"""Of electrons in the electrode and of ions in the electrolyte [S/m]."""

RESIDUAL = 1e-12
OHM_CM2 = 1e4
ELECTRODE = electrode_card(
    partial_molar_volume=0.0, youngs_modulus=5e9, poisson_ratio=0.25, electronic_conductivity=CONDUCTIVITY
)
ELECTROLYTE = electrolyte_card(youngs_modulus=2e9, ionic_conductivity=IONIC)


def conductor(conductivity: float) -> MaterialCard:
    """Of electrons, and of nothing else."""
    return MaterialCard(
        name="wire", youngs_modulus=5e9, poisson_ratio=0.25, electronic_conductivity=conductivity
    )


# Two conductors and the resistance between them


def flux_error(symmetry: str, elements: int) -> float:
    """Error of the potential in L2, over its size, with a current that changes along the interface."""
    size = {"width": LENGTH, "height": LENGTH / 2, "upper_height": LENGTH / 2, "mesh_size": LENGTH / elements}
    shape = {"family": "verification", "shape": "two_blocks", "symmetry": symmetry, "irregular": 0.1}
    data = build_mesh(VerificationBlock.model_validate(shape | size))
    geometry = distribute(MPI.COMM_SELF, data, LENGTH, (INTERFACE,))
    conductivities, resistance, share = (3.0, 0.4), 0.2, 0.4
    cards = {
        name: conductor(value * UNITS.conductivity)
        for name, value in zip(("electrode", "electrolyte"), conductivities, strict=True)
    }
    electrons = PotentialExchange(resistance)
    laws = InterfaceLaws(None, None, NoPressureContact(), None, share, RESIDUAL, electrons=electrons)
    description = Description(cards, {}, {INTERFACE: laws}, electron_regions=tuple(cards))
    problem = Problem(geometry, UNITS, description, 4)
    exact = HarmonicFlux(symmetry, 1.0, 0.5, 1.3, conductivities, resistance / share)
    values = {"electrode": exact.below, "electrolyte": exact.above}
    names = {region: f"electrode_potential_drop.{region}" for region in cards}
    for region, surface in (("electrode", "bottom"), ("electrolyte", "top")):
        held = fem.Function(problem.unknowns[names[region]].value.function_space)
        held.interpolate(values[region])
        problem.fix(names[region], surface, None, held)
    assert NonlinearSystem(problem, 1e-11, solved=tuple(names.values())).solve().converged
    squares = np.zeros(2)
    for region, name in names.items():
        fine = fem.Function(fem.functionspace(geometry.regions[region].mesh, ("Lagrange", 3)))
        fine.interpolate(values[region])
        for number, field in enumerate((problem.unknowns[name].value - fine, fine)):
            form = compat.compile_form(problem.measures.region(field**2, region), geometry.entity_maps())
            squares[number] += fem.assemble_scalar(form)
    return float(np.sqrt(squares[0] / squares[1]))


@pytest.mark.parametrize("symmetry", ["plane_strain", pytest.param("axisymmetric", marks=pytest.mark.slow)])
def test_the_potential_of_two_conductors_converges_with_second_order(symmetry: str) -> None:
    """Unequal conductivities, a jump at the contact, and a current that changes along it threefold."""
    elements = (6, 8, 12, 16)
    errors = [flux_error(symmetry, count) for count in elements]
    assert 1.9 < fitted_order(1 / np.array(elements), errors) < 2.2, errors
    assert errors[0] < 0.02


# An electrode of low conductivity


@cache
def cell() -> Cell:
    return create(CellDesign(ELECTRODE, ELECTROLYTE, electrons=True))


@pytest.mark.slow
@pytest.mark.parametrize("rate", [-10.0, -1.0, 10.0])
@pytest.mark.parametrize("pressure", [0.0, 400e6])
def test_voltage_has_the_ohmic_drop_of_the_electrode(pressure: float, rate: float) -> None:
    """V = U + eta + i L_e / kappa + i L_s / sigma with the lengths of the deformed bodies."""
    found = cell()
    found.set()
    problem = found.problem
    problem.stack_pressure.value = pressure / UNITS.stress
    current = rate * EXCHANGE
    voltage = found.voltage(current)
    problem.stack_pressure.value = 0.0
    heights = _heights(found)
    drops = [current * height / kappa for height, kappa in zip(heights, (CONDUCTIVITY, IONIC), strict=True)]
    eta = inverted(current, EXCHANGE, 0.5, 0.5)
    assert voltage == pytest.approx(open_circuit(ELECTRODE, START) + eta + sum(drops), abs=1e-9)
    assert abs(drops[0]) > 0.02
    assert heights[0] == pytest.approx(LENGTH, rel=1e-9) if pressure == 0.0 else heights[0] < 0.96 * LENGTH
    face = found.observer.state().interfaces[INTERFACE].values
    assert face["overpotential"] * POTENTIAL == pytest.approx(eta, abs=1e-9)
    assert face["plating_potential"] * POTENTIAL == pytest.approx(voltage - sum(drops), abs=1e-9)
    entering = SurfaceReaction(problem, "electrode_potential_drop.electrode", "bottom").total()
    assert entering == pytest.approx(current / CURRENT_DENSITY, rel=1e-9)
    power = found.observer.region_total(found.observer.state(), "ohmic_power")
    assert power * CURRENT_DENSITY * POTENTIAL == pytest.approx(current * sum(drops), rel=1e-8)


def _heights(found: Cell) -> tuple[float, float]:
    """Of electrode and electrolyte as they are [m]."""
    values = found.problem.unknowns["displacement.electrode+electrolyte"].value
    places = values.function_space.tabulate_dof_coordinates()[:, 1]
    middle = LENGTH * float(values.x.array.reshape(-1, 2)[np.abs(places - 1.0) < 1e-9, 1].mean())
    return LENGTH + middle, LENGTH * (1 + found.observer.platen_displacement()) - middle


@pytest.mark.slow
def test_impedance_has_the_resistance_of_the_electrode() -> None:
    """Beside that of the electrolyte, and the charge transfer stays what it is."""
    cell().set()
    cell().voltage(0.0)
    cell().problem.accept_step()
    spectrum = Spectrum(Linearisation(cell().problem, lambda problem: hold(problem, 1.0), {INTERFACE: 0.0}))
    limits = spectrum.limits()
    series = LENGTH / IONIC + LENGTH / CONDUCTIVITY
    assert limits.electrolyte == pytest.approx(series * OHM_CM2, rel=1e-5)
    assert limits.interface == pytest.approx(POTENTIAL / EXCHANGE * OHM_CM2, rel=1e-5)


# A collector, an electrode and an electrolyte

LAYERS = "collector", "electrode", "electrolyte"
CONTACT = "collector|electrode"
RESISTANCE = 2e-3
"""Of the contact [ohm m2]."""


@dataclass
class Layers:
    """Three layers of one micrometre; the contact of the lower two can be broken."""

    problem: Problem
    system: NonlinearSystem
    share: fem.Constant

    def voltage(self) -> float:
        return float(self.problem.unknowns[ELECTRODE_POTENTIAL].value.x.array[0]) * POTENTIAL

    def current(self) -> float:
        """That reacts [A/m2]."""
        form = compat.compile_form(self.problem.reaction, self.problem.geometry.entity_maps())
        return float(fem.assemble_vector(form).array.sum()) * CURRENT_DENSITY


@cache
def layers() -> Layers:
    thick = [{"name": name, "thickness": LENGTH} for name in LAYERS]
    shape = {"family": "stack", "width": LENGTH, "mesh_size": LENGTH / 2, "layers": thick}
    bonded = CONTACT, INTERFACE
    geometry = distribute(MPI.COMM_SELF, build_mesh(StackGeometry.model_validate(shape)), LENGTH, bonded)
    share = fem.Constant(geometry.mesh, 1.0)
    kinetics = ButlerVolmer(EXCHANGE / CURRENT_DENSITY, 0.5, 0.5)
    electrons = PotentialExchange(RESISTANCE / UNITS.area_resistance)
    laws = {
        CONTACT: InterfaceLaws(None, None, NoPressureContact(), None, share, RESIDUAL, electrons=electrons),
        INTERFACE: InterfaceLaws(None, None, NoPressureContact(), kinetics, 1.0, RESIDUAL),
    }
    # A metal: its conductivity is eleven orders of magnitude above that of the electrode.
    cards = dict(zip(LAYERS, (conductor(6e7), ELECTRODE, ELECTROLYTE), strict=True))
    description = Description(
        cards,
        {"electrode": START},
        laws,
        platen="top",
        grounded="top",
        electron_regions=LAYERS[:2],
        collector="bottom",
    )
    problem = Problem(geometry, UNITS, description)
    hold_boundaries(problem)
    return Layers(problem, NonlinearSystem(problem, 1e-12), share)


def at_rest() -> Layers:
    found = layers()
    for unknown in found.problem.unknowns.values():
        unknown.value.x.array[:] = unknown.old.x.array
    found.problem.voltage_held.value = 0.0
    found.share.value = 1.0
    return found


@pytest.mark.parametrize("share", [1.0, 0.1])
def test_electrons_meet_the_resistance_of_the_true_contact(share: float) -> None:
    """V = U + eta + i (R / a + L_s / sigma + L_e / kappa)."""
    found, current = at_rest(), -2 * EXCHANGE
    found.share.value = share
    found.problem.current_density.value = current / CURRENT_DENSITY
    assert found.system.solve().converged
    parts = [RESISTANCE / share, LENGTH / CONDUCTIVITY, LENGTH / IONIC]
    eta = inverted(current, EXCHANGE, 0.5, 0.5)
    expected = open_circuit(ELECTRODE, START) + eta + current * sum(parts)
    # The metal's conductivity is bounded: it drops microvolts.
    assert found.voltage() == pytest.approx(expected, abs=1e-5)


@pytest.mark.slow
def test_the_contact_dissipates_what_its_resistance_says() -> None:
    """i^2 R per area."""
    found, current = at_rest(), -2 * EXCHANGE
    found.problem.current_density.value = current / CURRENT_DENSITY
    assert found.system.solve().converged
    observer = Observer(found.problem)
    power = observer.interface_total(observer.state(), "electron_power")
    assert power * CURRENT_DENSITY * POTENTIAL == pytest.approx(current**2 * RESISTANCE, rel=1e-8)


def test_a_region_without_electrons_stops_reacting() -> None:
    """At a voltage 100 mV below equilibrium; the floor of the contact leaves a billionth of the current."""
    found = at_rest()
    found.problem.voltage_held.value = 1.0
    found.problem.held_potential.value = (open_circuit(ELECTRODE, START) - 0.1) / POTENTIAL
    currents = []
    for share in (1.0, 0.0):
        found.share.value = share
        assert found.system.solve().converged
        currents.append(found.current())
    assert currents[0] < -5.0
    assert abs(currents[1]) < 1e-9 * abs(currents[0])
    floor = -0.1 * RESIDUAL / RESISTANCE
    assert currents[1] == pytest.approx(floor, rel=1e-3, abs=0.0)


def test_a_collector_that_no_conductor_reaches_is_refused() -> None:
    problem = cell().problem
    description = Description(
        problem.description.cards,
        {"electrode": START},
        problem.description.interfaces,
        platen="top",
        grounded="top",
        electron_regions=("electrode",),
        collector="top",
    )
    with pytest.raises(InputError, match="'top' is the collector, but no regions that conduct electrons"):
        connect_collector(Problem(problem.geometry, UNITS, description))
