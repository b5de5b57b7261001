"""What is evaluated at the points of regions and interfaces of an accepted solution."""

from __future__ import annotations

from typing import Any

import ufl

from lithiate.problem.interface_model import InterfaceModel
from lithiate.problem.region_model import RegionModel
from lithiate.problem.states import STRESS_COMPONENTS


def region_expressions(model: RegionModel) -> dict[str, Any]:
    """At the bulk quadrature points, in solver units, by name."""
    stress = model.cauchy_stress
    expressions: dict[str, Any] = {
        "weight": model.measures.weight,
        "volume_ratio": model.volume_ratio,
        **{f"stress_{i}{j}": stress[i, j] for i, j in STRESS_COMPONENTS},
        "plastic_strain": model.flow.equivalent_plastic_strain,
        "elastic_energy": model.elastic_energy,
        "plastic_work": model.plastic_work,
    }
    if model.storage and model.concentration:
        expressions["stoichiometry"] = model.concentration.value
        if model.storage.gradient_energy:
            expressions["gradient_energy"] = model.gradient_energy
        if model.switches.transport:
            expressions["diffusion_power"] = -ufl.inner(model.lithium_flux, model.potential_gradient)
    if model.solid.card.failure_stress is not None:
        expressions["failure_stress"] = model.solid.failure_stress(model.stoichiometry)
        for axis in range(model.measures.geometry.dimension):
            expressions[f"coordinate_{axis}"] = model.measures.coordinates[axis]
    if model.old_closure is not None:
        expressions["porosity"] = model.porosity
    if model.drag:
        force = model.tether_force
        expressions |= {f"tether_force_{axis}": force[axis] for axis in range(len(force))}
        expressions["tether_work"] = ufl.inner(force, model.displacement - model.old_displacement)
    if model.conduction:
        expressions["ohmic_power"] = model.ohmic_power
    if model.electrode_potential_drop:
        expressions["electrode_potential_drop"] = model.electrode_potential_drop.value
    return expressions


def interface_expressions(model: InterfaceModel) -> dict[str, Any]:
    """At the points of an interface, in solver units, by name."""
    kinematics = model.kinematics
    expressions: dict[str, Any] = {
        "weight": model.measures.weight("+"),
        "area_ratio": kinematics.area_ratio,
        "gap": kinematics.gap,
        "slip": ufl.sqrt(ufl.inner(kinematics.slip, kinematics.slip)),
        "contact_pressure": model.contact_pressure,
        "damage": model.dissipated_share,
        "contact_area_fraction": model.contact_area_fraction,
        "height": model.height,
    }
    if model.bonds is not None:
        expressions["cohesive_energy"] = model.stored_energy
        expressions["spent_toughness"] = model.bonds.spent_toughness
        expressions["viscous_work"] = model.bonds.viscous_work
        if model.bonds.readhesion is not None:
            expressions["readhesion_heat"] = model.bonds.readhesion_heat(model.friction)
    if model.friction is not None:
        expressions["friction_work"] = model.dissipated_share * model.friction.dissipation
        expressions["sticking_energy"] = model.dissipated_share * model.friction.stored_energy
    if model.laws.kinetics is not None and model.electrode_potential and model.second.electrolyte_potential:
        expressions["current_density"] = model.current_density
        expressions["overpotential"] = model.overpotential
        # Kinetics that leave stress out of mu dissipate i eta and what stress makes of i on top of it.
        assert model.first.potential is not None
        unseen = model.first.potential.value("+") - model.first.potential_at_interface("+")
        expressions["affinity"] = model.overpotential + unseen
        if not model.first.switches.transport:
            expressions["reservoir_power"] = -model.current_density * model.first.potential.value("+")
        expressions["conductance"] = model.conductance
        if model.film_drop is not None:
            expressions["film_resistance"] = model.film_resistance
            expressions["film_power"] = model.film_power
        if model.film_growth is not None:
            expressions["film_thickness"] = model.film_thickness
            expressions["side_current_density"] = model.side_current_density
            expressions["lithium_in_film"] = model.lithium_in_film
            expressions["side_power"] = model.side_power
        expressions["plating_potential"] = model.plating_potential
    if model.laws.exchange is not None:
        expressions["exchange_power"] = model.exchange_power
    if model.laws.electrons is not None:
        expressions["electron_power"] = model.electron_power
    return expressions
