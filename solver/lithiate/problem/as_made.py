"""What an interface starts with: the gap between its faces as made, and its history."""

from __future__ import annotations

from collections.abc import Callable

import basix.ufl
import numpy as np
from dolfinx import fem
from numpy.typing import NDArray

from lithiate import parallel
from lithiate.errors import InputError
from lithiate.geometry import Geometry, Measures
from lithiate.interfaces.cohesion import CohesiveLaw
from lithiate.problem.interface_laws import InterfaceHistory, InterfaceLaws
from lithiate.problem.interface_model import InterfaceModel
from lithiate.problem.pointwise import HISTORY_DEGREE, InterfacePoints, history_space, store

Array = NDArray[np.float64]


def gap_as_made(geometry: Geometry, interface: str, laws: InterfaceLaws) -> fem.Function | None:
    """Gap along the normal at the points of an interface, None where its faces touch.

    One that the mesh gives at its own points is linear between them.

    Raises:
        InputError: the mesh and the case both give one, or that of the case is negative somewhere.
    """
    given = geometry.initial_gap(interface)
    if laws.initial_gap is None:
        if given is None:
            return None
        gap = fem.Function(history_space(given.function_space.mesh))
        gap.interpolate(given)
        return gap
    key = f'interfaces."{interface}".initial_gap'
    if given is not None:
        raise InputError(
            f"{key}: found one, but the mesh gives the gap of this interface; allowed: neither both"
        )
    return _on_faces(geometry, interface, laws.initial_gap, key, unit=geometry.length)


def history_as_made(
    geometry: Geometry, interface: str, laws: InterfaceLaws, gap: fem.Function | None
) -> InterfaceHistory | None:
    """History of an interface whose faces have never moved, None where they cannot part.

    Raises:
        InputError: the damage as made is not from 0 to 1 everywhere.
    """
    law = laws.cohesion
    if law is None:
        return None
    mesh = geometry.regions[geometry.interfaces[interface].sides[0]].mesh
    history = InterfaceHistory(fem.Function(history_space(mesh)), fem.Function(history_space(mesh, 3)))
    apart = np.zeros_like(history.opening.x.array) if gap is None else gap.x.array
    damage = np.zeros_like(apart)
    if laws.initial_damage is not None:
        key = f'interfaces."{interface}".initial_damage'
        damage = _on_faces(geometry, interface, laws.initial_damage, key, largest=1.0).x.array
    history.opening.x.array[:] = law.initial_history(apart, damage)
    if laws.contact_area.remembers:
        history.largest_pressure = fem.Function(history_space(mesh))
    if laws.readhesion is not None:
        history.pressure = fem.Function(history_space(mesh))
        history.bond_place = fem.Function(history_space(mesh, 3))
    if laws.bonded_by_pressing:
        history.bonded_share = fem.Function(history_space(mesh))
    if laws.largest_penetration is not None:
        history.multiplier = fem.Function(history_space(mesh))
    if isinstance(law, CohesiveLaw) and law.remembers_spent_work:
        # How it was damaged is not known: as if it had been opened.
        history.spent = fem.Function(history_space(mesh))
        history.spent.x.array[:] = np.where(apart > 0.0, 1.0, damage) * law.toughness
    return history


def bond_what_is_pressed(measures: Measures, interface: InterfaceModel) -> None:
    """Take for b_0 the contact a_p that the pressure of the present solution makes, where pressing bonds.

    Args:
        measures: integration over the geometry.
        interface: in the state under the fabrication pressure.
    """
    if interface.history is None or interface.history.bonded_share is None:
        return
    points = InterfacePoints(measures, interface.name, {"pressed": interface.pressed_fraction})
    store(interface.history.bonded_share, points.all_values(), points.places)


def _on_faces(
    geometry: Geometry,
    interface: str,
    values: Callable[[Array], Array],
    key: str,
    largest: float = np.inf,
    unit: float = 1.0,
) -> fem.Function:
    """Values at the points of an interface, on its first side.

    Args:
        geometry: where.
        interface: name.
        values: at (3, points) places in solver lengths.
        key: of the case, for the message.
        largest: that is allowed; the smallest is zero.
        unit: of the values in SI, for the message.

    Raises:
        InputError: a value is none or not allowed.
    """
    region = geometry.regions[geometry.interfaces[interface].sides[0]]
    function = fem.Function(history_space(region.mesh))
    space = function.function_space
    found = values(space.tabulate_dof_coordinates().T)
    pairs = geometry.interfaces[interface].pairs
    element = basix.ufl.element("Lagrange", geometry.mesh.basix_cell(), HISTORY_DEGREE).basix_element
    nodes = np.array(element.entity_closure_dofs[geometry.dimension - 1], dtype=np.int64)
    cells = region.parent_to_sub[pairs[:, 0]]
    on_faces = found[space.dofmap.list[cells[:, None], nodes[pairs[:, 1]]]]
    communicator = geometry.communicator
    allowed = "at least 0" if np.isinf(largest) else f"from 0 to {largest:g}"
    if parallel.any_rank(communicator, not np.isfinite(on_faces).all()):
        raise InputError(f"{key}: found no number at some point of the interface; allowed: {allowed}")
    ends = parallel.smallest(communicator, on_faces), parallel.largest(communicator, on_faces)
    if ends[0] < 0.0 or ends[1] > largest:
        found_ends = " to ".join(f"{end * unit:g}" for end in ends)
        raise InputError(f"{key}: found values from {found_ends}; allowed: {allowed}")
    # Beyond the faces the values count for nothing, but must be numbers.
    function.x.array[:] = np.clip(np.nan_to_num(found, posinf=0.0, neginf=0.0), 0.0, largest)
    return function
