"""The laws of an interface of a case, in solver units."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lithiate.case import Case, film_growth
from lithiate.case.interface import PRESSED, Interface, PerssonContact, PlasticContact
from lithiate.case.place_function import PlaceFunction
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
from lithiate.problem.interface_model import InterfaceLaws
from lithiate.scaling import Units


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
        _at_places(interface.initial_damage, case.geometry.symmetry, units, 1.0),
        _at_places(interface.initial_gap, case.geometry.symmetry, units, units.length),
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
    function: PlaceFunction, symmetry: str, units: Units, unit: float
) -> Callable[[NDArray[np.float64]], NDArray[np.float64]] | None:
    """Values in a unit at places in solver lengths, None where they vanish everywhere."""
    if function.vanishes:
        return None

    def values(places: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(function.at(places * units.length, symmetry) / unit, dtype=np.float64)

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
