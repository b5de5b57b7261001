"""From a validated case to a problem: laws in solver units, symmetry and loads."""

from __future__ import annotations

import numpy as np

from lithiate import parallel
from lithiate.case import Case
from lithiate.case.checks import ELEMENTS_PER_WIDTH, phase_interface_width, unresolved_phases
from lithiate.case.joining import joined
from lithiate.errors import InputError
from lithiate.geometry import Geometry
from lithiate.problem.description import Description
from lithiate.problem.laws_of_case import interface_laws
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
        InputError: the platen and an interface meet in one element, elements are larger than a third of the
            interface between two phases, or values of a place are not allowed somewhere.
    """
    require_resolved_phases(case, geometry)
    units = solver_units(case, geometry.length)
    description = describe(case, geometry, units)
    try:
        problem = Problem(geometry, units, description)
    except InputError as error:
        raise InputError(f"{case.path}: {error.message}") from None
    hold_boundaries(problem)
    return problem
