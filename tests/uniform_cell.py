# SPDX-License-Identifier: LGPL-3.0-or-later
"""A cell whose state is uniform: electrode below, electrolyte above, rigid walls, a platen and ground on top.

A solve with time step zero leaves the lithium where it is, so that the voltage is that of the state and of
the current alone, for which there are closed forms.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from math import exp

import numpy as np
from dolfinx import fem
from lithiate.geometry import distribute
from lithiate.interfaces.cohesion import CohesiveLaw
from lithiate.interfaces.contact_area import ContactAreaLaw, NoPressureContact, PerssonContact
from lithiate.interfaces.film import Film, FilmGrowth
from lithiate.interfaces.kinetics import ButlerVolmer, Kinetics
from lithiate.materials import MaterialCard
from lithiate.materials.open_circuit import evaluate
from lithiate.problem.description import Description
from lithiate.problem.from_case import connect_collector
from lithiate.problem.interface_laws import InterfaceLaws
from lithiate.problem.nonlinear import NonlinearSystem
from lithiate.problem.observables import Observer
from lithiate.problem.platen import body_at
from lithiate.problem.problem import Problem
from lithiate.problem.switches import Switches
from lithiate.problem.unknowns import ELECTRODE_POTENTIAL
from lithiate_meshes import VerificationBlock, build_mesh
from manufactured import CURRENT_DENSITY, LENGTH, POTENTIAL, START, TEMPERATURE, UNITS
from mpi4py import MPI
from scipy.optimize import brentq

INTERFACE, IONS = "electrode|electrolyte", "electrolyte_potential.electrolyte"

EXCHANGE = 7.0
"""Exchange current density [A/m2]."""

RESIDUAL, ROUGHNESS = 1e-12, 0.3

FILM_VOLUME, FILM_CONDUCTIVITY, FILM_THICKNESS = 3e-5, 1e-5, 1e-9
"""Of a film that grows: molar volume [m3/mol], ionic conductivity [S/m], thickness as built [m]."""

SIDE_POTENTIAL, SIDE_TRANSFER = 0.4, 0.45
"""Equilibrium potential [V] of the side reaction that makes it, and its transfer coefficient."""

TOLERANCE = 1e-11


@dataclass(frozen=True)
class CellDesign:
    """What a cell is made of; its blocks are one micrometre high each.

    Attributes:
        electrode, electrolyte: cards.
        symmetry: of the model.
        debonded: the faces only touch, and pressure makes the contact; else they are one body.
        stretch: of the width, held by the side walls.
        switches: which couplings are on.
        contact: area that pressure makes of debonded faces.
        width: of the blocks [m].
        mesh_size: [m].
        kinetics: law of charge transfer.
        film: whether there is one, of a resistance that tests set.
        electrons: resolved in the electrode, which they enter from below.
        grows: whether a side reaction adds to it, at rates that tests set.
    """

    electrode: MaterialCard
    electrolyte: MaterialCard
    symmetry: str = "plane_strain"
    debonded: bool = False
    stretch: float = 1.0
    switches: Switches = field(default_factory=Switches)
    contact: ContactAreaLaw = PerssonContact(ROUGHNESS)
    width: float = LENGTH
    mesh_size: float = LENGTH / 2
    kinetics: type[Kinetics] = ButlerVolmer
    film: bool = False
    electrons: bool = False
    grows: bool = False


@dataclass
class Cell:
    """A compiled cell; what the tests vary is a constant of its forms."""

    design: CellDesign
    problem: Problem
    exchange: fem.Constant
    anodic: fem.Constant
    cathodic: fem.Constant
    bonded_share: fem.Constant
    film_resistance: fem.Constant
    side_exchange: fem.Constant
    parabolic_constant: fem.Constant

    @cached_property
    def system(self) -> NonlinearSystem:
        return NonlinearSystem(self.problem, TOLERANCE)

    @cached_property
    def observer(self) -> Observer:
        return Observer(self.problem)

    def set(self, anodic: float = 0.5, cathodic: float = 0.5, bonded_share: float = 1.0) -> None:
        """Parameters of the next solves, which start from rest."""
        self.exchange.value = EXCHANGE / CURRENT_DENSITY
        self.anodic.value, self.cathodic.value, self.bonded_share.value = anodic, cathodic, bonded_share
        for unknown in self.problem.unknowns.values():
            unknown.value.x.array[:] = unknown.old.x.array

    def voltage(self, current: float) -> float:
        """[V] at a current density per platen area [A/m2], anodic positive."""
        self.problem.current_density.value = current / CURRENT_DENSITY
        assert self.system.solve().converged
        return float(self.problem.unknowns[ELECTRODE_POTENTIAL].value.x.array[0]) * POTENTIAL

    def at_interface(self, unknown: str) -> float:
        """Value of a potential on the interface [V]; it must be uniform there."""
        function = self.problem.unknowns[unknown].value
        places = function.function_space.tabulate_dof_coordinates()[:, self.problem.geometry.dimension - 1]
        values = function.x.array[np.abs(places - 1.0) < 1e-9] * POTENTIAL
        assert np.ptp(values) < 1e-12
        return float(values.mean())

    def overpotential(self, current: float) -> float:
        """What the voltage has beyond the open-circuit potential and the potential of the electrolyte."""
        return self.voltage(current) - open_circuit(self.design.electrode, START) - self.at_interface(IONS)

    def row(self) -> dict[str, float]:
        """Columns of the interface, without its name."""
        row = self.observer.interface_row(INTERFACE, self.observer.state().interfaces[INTERFACE])
        return {name.removesuffix("." + INTERFACE): value for name, value in row.items()}


def create(design: CellDesign) -> Cell:
    """A cell at rest, all its constants at one."""
    size = {"width": design.width, "height": LENGTH, "upper_height": LENGTH, "mesh_size": design.mesh_size}
    shape = {"family": "verification", "shape": "two_blocks", "symmetry": design.symmetry}
    data = build_mesh(VerificationBlock.model_validate(shape | size))
    geometry = distribute(MPI.COMM_SELF, data, LENGTH, () if design.debonded else (INTERFACE,))
    exchange, anodic, cathodic, share, *of_film = (fem.Constant(geometry.mesh, 1.0) for _ in range(7))
    cohesion = None
    if design.debonded:
        cohesion = CohesiveLaw(strength=0.01, toughness=1e-5, stiffness=1e3, viscous_time=0.0)
    contact = design.contact if design.debonded else NoPressureContact()
    kinetics = design.kinetics(exchange, anodic, cathodic)
    film = Film(of_film[0], _growth(*of_film[1:]) if design.grows else None) if design.film else None
    laws = {INTERFACE: InterfaceLaws(cohesion, None, contact, kinetics, share, RESIDUAL, film=film)}
    cards = {"electrode": design.electrode, "electrolyte": design.electrolyte}
    description = Description(
        cards,
        {"electrode": START},
        laws,
        design.switches,
        "top",
        "top",
        electron_regions=("electrode",) if design.electrons else (),
        collector="bottom" if design.electrons else None,
    )
    problem = Problem(geometry, UNITS, description)
    history = problem.interfaces[INTERFACE].history
    if history is not None:
        history.opening.x.array[:] = 1.0
    hold(problem, design.stretch)
    return Cell(design, problem, exchange, anodic, cathodic, share, *of_film)


def _growth(side_exchange: fem.Constant, parabolic_constant: fem.Constant) -> FilmGrowth:
    return FilmGrowth(
        molar_volume=FILM_VOLUME * UNITS.concentration,
        conductivity=FILM_CONDUCTIVITY / UNITS.conductivity,
        initial_thickness=FILM_THICKNESS / LENGTH,
        exchange_current_density=side_exchange,
        potential=SIDE_POTENTIAL / POTENTIAL,
        transfer_coefficient=SIDE_TRANSFER,
        parabolic_constant=parabolic_constant,
    )


def hold(problem: Problem, stretch: float) -> None:
    """Rigid, frictionless walls, the sides where the stretch puts them; the platen; ground on top."""
    last = problem.geometry.dimension - 1
    for body in problem.geometry.bodies:
        name = "displacement." + "+".join(body)
        for surface in problem.geometry.surface_tags:
            if surface in ("axis", "symmetry_x", "symmetry_y"):
                problem.fix(name, surface, 1 if surface == "symmetry_y" else 0)
            elif surface in ("side", "side_y"):
                problem.fix(name, surface, 1 if surface == "side_y" else 0, stretch - 1.0)
        problem.fix(name, "bottom", last)
    problem.fix("displacement." + "+".join(body_at(problem.geometry, "top")), "top", last)
    problem.fix(IONS, "top")
    connect_collector(problem)


def inverted(current: float, exchange: float, anodic: float, cathodic: float) -> float:
    """Overpotential [V] at which Butler and Volmer give a current [A/m2]."""

    def excess(eta: float) -> float:
        return exchange * (exp(anodic * eta / POTENTIAL) - exp(-cathodic * eta / POTENTIAL)) - current

    return float(brentq(excess, -4.0, 4.0, xtol=1e-15, rtol=1e-15))


def open_circuit(card: MaterialCard, filling: float) -> float:
    """U [V] of an electrode's card."""
    table = card.open_circuit_potential
    assert table is not None
    return float(evaluate(table.stoichiometry, table.potential, TEMPERATURE, filling))
