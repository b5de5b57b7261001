"""Terms of the balances of momentum, lithium and charge: of a region, and of what passes an interface.

Each function gives pairs of the name of an unknown and a form that belongs to the residual of its equation.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import ufl

from lithiate.physics import chemistry, kinematics
from lithiate.problem.interface_model import InterfaceModel
from lithiate.problem.region_model import RegionModel
from lithiate.problem.unknowns import Unknown

Term = tuple[str, Any]


def momentum(region: RegionModel, unknown: Unknown, shape: Any, scale: Any = 1) -> Iterator[Term]:
    """P : Grad v over the region (of a third medium its double stress too), k (u - u_old) . v of a tether.

    Args:
        region: whose internal forces they are.
        unknown: that has the equation.
        shape: v, along which the forces work: the test function of a displacement, or a given field.
        scale: what a given field is multiplied by, the test function of a global unknown.
    """
    work = region.internal_work(shape)
    if region.drag:
        work += ufl.inner(region.tether_force, shape)
    yield unknown.name, region.measures.region(work * scale, region.name)


def lithium(region: RegionModel) -> Iterator[Term]:
    """C_max (c - c_old) q - dt j_R . Grad q, and the definition of mu.

    The first is multiplied by the length of the step, which is zero in the step that applies the pressure; it
    is left out where no lithium moves.
    """
    assert region.concentration and region.potential and region.storage
    measures, name = region.measures, region.name
    concentration, potential = region.concentration, region.potential
    capacity = region.storage.maximum_concentration
    stored = capacity * (concentration.value - concentration.old) * concentration.test
    flux = ufl.as_vector([region.lithium_flux[i] for i in range(measures.geometry.dimension)])
    if region.switches.transport:
        yield concentration.name, measures.region_nodal(stored, name)
        passed = ufl.inner(flux, ufl.grad(concentration.test))
        yield concentration.name, measures.region(-region.time_step * passed, name)
    definition = (potential.value - region.chemical_potential_of_composition) * potential.test
    yield potential.name, measures.region_nodal(definition, name)
    if region.storage.gradient_energy:
        spread = chemistry.gradient_potential(
            region.storage.gradient_energy,
            capacity,
            region.stoichiometry_gradient,
            kinematics.scalar_gradient(potential.test, region.symmetry),
        )
        yield potential.name, measures.region(-spread, name)
    if region.stress_in_potential:
        mechanical = measures.region_at_nodes(-region.mechanical_potential, potential.test, name)
        yield potential.name, mechanical


def charge(region: RegionModel) -> Iterator[Term]:
    """-i_R . Grad q of every carrier of a region."""
    for model in region.conduction:
        yield model.potential.name, model.balance


def traction(interface: InterfaceModel, first: Unknown, second: Unknown) -> Iterator[Term]:
    """-t . v on the first side and t . v on the second, t per current area."""
    dimension, name = interface.measures.geometry.dimension, interface.name
    area = interface.kinematics.area_ratio
    force = ufl.as_vector([interface.traction[i] for i in range(dimension)])
    for unknown, side, sign in ((first, "+", -1), (second, "-", 1)):
        yield (
            unknown.name,
            interface.measures.interface(sign * ufl.inner(force, unknown.test(side)) * area, name),
        )


def reaction(interface: InterfaceModel) -> Iterator[Term]:
    """Lithium leaves the electrode, ions enter the electrolyte, electrons the collector.

    The electrons do so at once, in the equation of the voltage. Where they have to get there through the
    electrode, they leave it here as well. What a growing film takes is missing in the electrode alone. A
    balance that is switched off gets no term.
    """
    measures, name = interface.measures, interface.name
    electrode, electrolyte = interface.first.concentration, interface.second.electrolyte_potential
    potential, drop = interface.electrode_potential, interface.first.electrode_potential_drop
    assert electrode and electrolyte and potential
    current = interface.current_density * interface.kinematics.area_ratio
    switches = interface.first.switches
    if switches.transport:
        yield electrode.name, measures.interface(interface.time_step * current * electrode.test("+"), name)
    if interface.film_growth is not None:
        current = interface.passing_current_density * interface.kinematics.area_ratio
    if switches.conduction:
        yield electrolyte.name, measures.interface(-current * electrolyte.test("-"), name)
    yield potential.name, measures.interface(current * potential.test("+"), name)
    if drop is not None:
        yield drop.name, measures.interface(current * drop.test("+"), name)


def film(interface: InterfaceModel) -> Iterator[Term]:
    """w = R_film i / a at every point of an interface, and what has grown there."""
    assert interface.film_drop is not None
    unknown, residual = interface.film_drop, interface.film_residual
    yield unknown.name, interface.measures.interface_points(residual * unknown.test("+"), interface.name)
    if interface.film_logarithm is not None:
        unknown, residual = interface.film_logarithm, interface.growth_residual
        yield unknown.name, interface.measures.interface_points(residual * unknown.test("+"), interface.name)


def exchange(interface: InterfaceModel) -> Iterator[Term]:
    """Lithium, or ions, from the first side to the second."""
    first, second = interface.first, interface.second
    current = interface.exchanged_current_density * interface.kinematics.area_ratio
    if first.concentration and second.concentration:
        sides, current = (first.concentration, second.concentration), interface.time_step * current
    else:
        assert first.electrolyte_potential and second.electrolyte_potential
        sides = first.electrolyte_potential, second.electrolyte_potential
    for unknown, side, sign in zip(sides, "+-", (1, -1), strict=True):
        yield unknown.name, interface.measures.interface(sign * current * unknown.test(side), interface.name)


def electrons(interface: InterfaceModel) -> Iterator[Term]:
    """Current of electrons from the first side to the second."""
    first, second = interface.first.electrode_potential_drop, interface.second.electrode_potential_drop
    assert first and second
    current = interface.electron_current_density * interface.kinematics.area_ratio
    for unknown, side, sign in ((first, "+", 1), (second, "-", -1)):
        yield unknown.name, interface.measures.interface(sign * current * unknown.test(side), interface.name)
