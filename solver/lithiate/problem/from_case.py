"""From a validated case to a problem: laws in solver units, symmetry and loads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lithiate import parallel
from lithiate.case import Case, film_growth
from lithiate.case.checks import ELEMENTS_PER_WIDTH, phase_interface_width, unresolved_phases
from lithiate.case.interface import PRESSED, Interface, PerssonContact, PlasticContact
from lithiate.case.joining import joined
from lithiate.case.place_function import PlaceFunction
from lithiate.errors import InputError
from lithiate.geometry import Geometry
from lithiate.interfaces import contact_area
from lithiate.interfaces.cohesion import (
    CONTACT_STIFFNESS_FACTOR,
    CohesiveLaw,
    ExponentialLaw,
    default_stiffness,
)
from lithiate.interfaces.contact import ContactLaw
from lithiate.interfaces.exchange import PotentialExchange
from lithiate.interfaces.film import Film, FilmGrowth
from lithiate.interfaces.friction import CoulombFriction
from lithiate.interfaces.kinetics import ButlerVolmer, Kinetics, LinearKinetics
from lithiate.interfaces.readhesion import Readhesion
from lithiate.problem.augmentation import TOLERANCE_PER_ELEMENT
from lithiate.problem.description import Description
from lithiate.problem.interface_model import InterfaceLaws
from lithiate.problem.platen import body_at
from lithiate.problem.problem import Problem
from lithiate.problem.switches import Switches
from lithiate.problem.tether import loose_bodies
from lithiate.scaling import Units

HOUR = 3600.0
PLATEN_SURFACE = "top"
SIDE_SURFACES = ("side", "side_y")

FIXED_COMPONENTS = {
    "axis": (0,),
    "symmetry_x": (0,),
    "symmetry_y": (1,),
    "bottom": (-1,),
    "side": (0,),
    "side_y": (1,),
}
"""Displacement components that vanish on outer surfaces: symmetry planes and rigid, slippery walls."""


def solver_units(case: Case, length: float) -> Units:
    """Units of order one for a case whose mesh extends over twice ``length`` [m]."""
    concentration = next((case.card(name).maximum_concentration for name in case.storing_regions), None)
    return Units(length, HOUR, concentration or 1e4, case.physics.temperature)


def require_supported(case: Case) -> None:
    """Refuse what the schema can say but this release does not solve.

    Raises:
        InputError: names the key.
    """
    if case.physics.kinematics != "finite_strain" and case.verification is None:
        raise InputError(
            f"{case.path}: physics.kinematics: found {case.physics.kinematics!r}; linear kinematics is for "
            "verification problems and not available for interfaces that open"
        )


def interface_laws(case: Case, name: str, units: Units) -> InterfaceLaws:
    """Laws of one interface in solver units."""
    interface = case.interfaces[name]
    physics = case.physics
    cohesion = _cohesion(case, name, interface, units) if interface.debondable else None
    friction = None
    if cohesion is not None and physics.mechanics and interface.friction_coefficient > 0.0:
        friction = CoulombFriction(interface.friction_coefficient, cohesion.stiffness)
    area: contact_area.ContactAreaLaw = contact_area.NoPressureContact()
    if isinstance(interface.contact_area, PerssonContact):
        area = contact_area.PerssonContact(interface.contact_area.roughness_slope)
    if isinstance(interface.contact_area, PlasticContact):
        area = contact_area.PlasticContact(interface.contact_area.hardness / units.stress)
    kinetics, exchange, transfer = None, None, case.transfer_at(name)
    if transfer == "reaction" and physics.reaction:
        kinetics = _kinetics(interface, units)
    if (transfer == "lithium" and physics.transport) or (transfer == "ions" and physics.conducts):
        exchange = PotentialExchange(interface.exchange_resistance / units.area_resistance)
    electrons = None
    if case.passes_electrons(name):
        electrons = PotentialExchange(interface.electronic_resistance / units.area_resistance)
    pressed = interface.bonded_share == PRESSED
    shares = 0.0 if pressed else float(interface.bonded_share), interface.residual_contact_fraction
    film = _film(interface, units) if kinetics is not None else None
    as_made = (
        _at_places(interface.initial_damage, units, 1.0),
        _at_places(interface.initial_gap, units, units.length),
    )
    laws = InterfaceLaws(
        cohesion,
        friction,
        area,
        kinetics,
        *shares,
        exchange,
        *as_made,
        film=film,
        bonded_by_pressing=pressed,
        electrons=electrons,
        readhesion=_readhesion(interface, units),
    )
    if cohesion is not None and interface.contact_enforcement == "augmented_lagrangian":
        size = case.geometry.interface_mesh_size(name) / units.length
        return replace(laws, largest_penetration=TOLERANCE_PER_ELEMENT * size)
    return laws


def _readhesion(interface: Interface, units: Units) -> Readhesion | None:
    pressure, time = interface.readhesion_pressure, interface.readhesion_time
    if pressure is None or time is None:
        return None
    return Readhesion(pressure / units.stress, time / units.time)


def _at_places(
    function: PlaceFunction, units: Units, unit: float
) -> Callable[[NDArray[np.float64]], NDArray[np.float64]] | None:
    """Values in a unit at places in solver lengths, None where they vanish everywhere."""
    if function.vanishes:
        return None

    def values(places: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(function.at(places * units.length) / unit, dtype=np.float64)

    return values


def _kinetics(interface: Interface, units: Units) -> Kinetics:
    assert interface.exchange_current_density is not None
    law = {"butler_volmer": ButlerVolmer, "linear": LinearKinetics}[interface.kinetics]
    return law(
        interface.exchange_current_density / units.current_density,
        interface.anodic_transfer_coefficient,
        interface.cathodic_transfer_coefficient,
    )


def _film(interface: Interface, units: Units) -> Film | None:
    growth = None if interface.film_growth is None else _film_growth(interface.film_growth, units)
    if growth is None and interface.film_resistance == 0.0:
        return None
    return Film(interface.film_resistance / units.area_resistance, growth)


def _film_growth(given: film_growth.FilmGrowth, units: Units) -> FilmGrowth:
    exchange, constant = given.exchange_current_density, given.parabolic_constant
    return FilmGrowth(
        molar_volume=given.molar_volume * units.concentration,
        conductivity=given.ionic_conductivity / units.conductivity,
        initial_thickness=given.initial_thickness / units.length,
        exchange_current_density=None if exchange is None else exchange / units.current_density,
        potential=(given.potential or 0.0) / units.potential,
        transfer_coefficient=given.transfer_coefficient,
        parabolic_constant=None if constant is None else constant / units.diffusivity,
    )


def _cohesion(case: Case, name: str, interface: Interface, units: Units) -> CohesiveLaw | ContactLaw:
    if interface.bond == "contact":
        return ContactLaw(_contact_stiffness(case, name, interface, units))
    assert interface.strength is not None and interface.toughness is not None
    strength = interface.strength / units.stress
    toughness = interface.toughness / units.energy_per_area
    if interface.penalty_stiffness is not None:
        stiffness = interface.penalty_stiffness / units.stiffness_per_area
    else:
        stiffness = default_stiffness(strength, toughness, *_softer_side(case, name, units))
    law = ExponentialLaw if interface.cohesive_law == "exponential" else CohesiveLaw
    return law(
        strength,
        toughness,
        stiffness,
        interface.viscous_time / units.time,
        interface.shear_strength_ratio,
        interface.shear_toughness_ratio,
    )


def _contact_stiffness(case: Case, name: str, interface: Interface, units: Units) -> float:
    if interface.penalty_stiffness is not None:
        return interface.penalty_stiffness / units.stiffness_per_area
    modulus, size = _softer_side(case, name, units)
    return CONTACT_STIFFNESS_FACTOR * modulus / size


def _softer_side(case: Case, name: str, units: Units) -> tuple[float, float]:
    """Young's modulus of the softer side and the element size on an interface."""
    sides = [case.card(side).youngs_modulus for side in name.split("|")]
    softer = min(modulus.smallest(units.temperature) for modulus in sides) / units.stress
    return softer, case.geometry.interface_mesh_size(name) / units.length


def describe(case: Case, geometry: Geometry, units: Units) -> Description:
    """Everything the problem needs to know about a case."""
    free = SIDE_SURFACES if case.boundary.sides == "free" else ()
    held = {name: fixed for name, fixed in FIXED_COMPONENTS.items() if name not in free}
    loose = loose_bodies(geometry, held) if case.physics.mechanics else []
    return Description(
        cards={name: case.card(name) for name in case.regions},
        initial_stoichiometry=case.starts,
        interfaces={name: interface_laws(case, name, units) for name in case.interfaces},
        switches=Switches(
            stress_in_flux=case.physics.stress_in_flux,
            stress_in_overpotential=case.physics.stress_in_overpotential,
            modulus_term=case.physics.modulus_term,
            mechanics=case.physics.mechanics,
            transport=case.physics.transport,
            conduction=case.physics.conducts,
        ),
        platen=PLATEN_SURFACE if case.physics.mechanics and case.stack_pressure.mode != "free" else None,
        grounded=PLATEN_SURFACE,
        tethered=frozenset(name for body in loose for name in body),
        electron_regions=case.electron_regions,
        collector=case.physics.collector if case.resolves_electrons else None,
        free_surfaces=free,
    )


def hold_boundaries(problem: Problem) -> None:
    """Symmetry planes, side walls, the platen's own nodes and the grounded face."""
    geometry = problem.geometry
    held = [name for name in geometry.surface_tags if name not in problem.description.free_surfaces]
    for body in geometry.bodies:
        name = "displacement." + "+".join(body)
        for surface in held:
            for component in FIXED_COMPONENTS.get(surface, ()):
                problem.fix(name, surface, component % geometry.dimension)
            if surface == "side" and geometry.dimension == 3 and "side_y" not in geometry.surface_tags:
                # A cylinder's wall: no radial motion, and by symmetry none around the axis.
                problem.fix(name, surface, 1)
    if problem.description.platen is not None:
        body = body_at(problem.geometry, problem.description.platen)
        problem.fix("displacement." + "+".join(body), problem.description.platen, geometry.dimension - 1)
    _ground(problem)
    connect_collector(problem)


def connect_collector(problem: Problem) -> None:
    """Let electrons enter at the collector: the electrode potential is V there.

    No resistance stands between: the smallest one that is harmless would, beside the conductivity of a metal,
    lift its potential so far from V that round-off spoils the current.

    Args:
        problem: with all its interfaces.

    Raises:
        InputError: a region is not connected to the collector by others that conduct electrons.
    """
    surface = problem.description.collector
    if surface is None:
        return
    communicator = problem.geometry.communicator
    drops = {
        name: region.electrode_potential_drop.name
        for name, region in problem.regions.items()
        if region.electrode_potential_drop is not None
    }
    reached = []
    for region, name in drops.items():
        here = len(problem.surface_dofs(name, surface)) > 0
        problem.fix(name, surface)
        if parallel.any_rank(communicator, here):
            reached.append(region)
    passed = [name for name, face in problem.interfaces.items() if face.laws.electrons is not None]
    for region, group in joined(drops, passed).items():
        if not group.intersection(reached):
            raise InputError(
                f"surface '{surface}' is the collector, but no regions that conduct electrons join it to "
                f"region '{region}'; choose another surface, or materials with an electronic_conductivity "
                "in between"
            )


def _ground(problem: Problem) -> None:
    """Hold the electrolyte potential of the counter electrode's face at zero."""
    surface, communicator = problem.description.grounded, problem.geometry.communicator
    potentials = [
        region.electrolyte_potential.name
        for region in problem.regions.values()
        if region.electrolyte_potential is not None
    ]
    if surface is None or not potentials or not problem.description.switches.conduction:
        return
    reached = [len(problem.surface_dofs(name, surface)) > 0 for name in potentials]
    for name in potentials:
        problem.fix(name, surface)
    if not parallel.any_rank(communicator, any(reached)):
        raise InputError(
            f"surface '{surface}' is the counter electrode, but no region that conducts ions reaches it; "
            "choose a material with an ionic_conductivity there"
        )


def require_resolved_phases(case: Case, geometry: Geometry) -> None:
    """Refuse a mesh that does not resolve phases: the check of a case knows sizes on interfaces only.

    Args:
        case: valid.
        geometry: its mesh.

    Raises:
        InputError: elements are larger than a third of the interface between two phases.
    """
    for name in case.storing_regions:
        width = phase_interface_width(case, name)
        if width is None:
            continue
        mesh = geometry.regions[name].mesh
        cells = np.arange(mesh.topology.index_map(mesh.topology.dim).size_local, dtype=np.int32)
        # The longest edge is the diagonal of the square or cube that the elements fill.
        edges = mesh.h(mesh.topology.dim, cells) / np.sqrt(geometry.dimension)
        size = parallel.largest(geometry.communicator, edges) * geometry.length
        if size * ELEMENTS_PER_WIDTH > width:
            text = unresolved_phases(width, case.card(name).gradient_energy or 0.0, size)
            raise InputError(f"{case.path}: regions.{name}.gradient_energy: {text}")


def build_problem(case: Case, geometry: Geometry) -> Problem:
    """The problem of a case that is supported, ready to be compiled.

    Args:
        case: validated.
        geometry: its mesh, distributed with ``geometry.length`` as solver length.

    Raises:
        InputError: the platen and an interface meet in one element, or elements are larger than a third of
            the interface between two phases.
    """
    require_resolved_phases(case, geometry)
    units = solver_units(case, geometry.length)
    problem = Problem(geometry, units, describe(case, geometry, units))
    hold_boundaries(problem)
    return problem
