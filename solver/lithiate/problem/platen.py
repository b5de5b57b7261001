"""The rigid platen: which nodes it moves, and the force or the place it is given."""

from __future__ import annotations

from typing import Any

import numpy as np
import ufl
from dolfinx import fem

from lithiate import parallel
from lithiate.errors import InputError
from lithiate.geometry import Geometry, Measures, surface_dofs


def body_at(geometry: Geometry, surface: str) -> tuple[str, ...]:
    """The one body that a surface belongs to.

    Raises:
        InputError: if the surface belongs to several bodies.
    """
    facets = geometry.surface_facets(surface)
    mesh = geometry.mesh
    mesh.topology.create_connectivity(geometry.dimension - 1, geometry.dimension)
    to_cells = mesh.topology.connectivity(geometry.dimension - 1, geometry.dimension)
    cells = np.array([to_cells.links(facet)[0] for facet in facets], dtype=np.int32)
    found = []
    for body in geometry.bodies:
        tags = [geometry.region_tags[name] for name in body]
        inside = np.isin(geometry.cell_tags.values, tags)
        touches = bool(inside[np.isin(geometry.cell_tags.indices, cells)].any())
        if parallel.any_rank(geometry.communicator, touches):
            found.append(body)
    if len(found) != 1:
        raise InputError(f"surface '{surface}' belongs to {len(found)} bodies; a platen needs one")
    return found[0]


def platen_shape(geometry: Geometry, space: fem.FunctionSpace, surface: str) -> fem.Function:
    """Displacement for a unit motion of the platen: one on its nodes, zero on all others.

    Args:
        geometry: the mesh.
        space: displacement space of the body under the platen.
        surface: that the platen presses on.

    Raises:
        InputError: a cell touches both the platen and an interface, whose forms leave the platen out.
    """
    shape = fem.Function(space)
    shape.x.array[surface_dofs(geometry, space, surface, geometry.dimension - 1)] = 1.0
    shape.x.scatter_forward()
    _require_clear_of_interfaces(geometry, shape, surface)
    return shape


def _require_clear_of_interfaces(geometry: Geometry, shape: fem.Function, surface: str) -> None:
    space = shape.function_space
    block = space.dofmap.bs
    loaded = np.abs(shape.x.array.reshape(-1, block)[space.dofmap.list]).max(axis=(1, 2)) > 0
    sub = next(part for part in geometry.bodies.values() if part.mesh is space.mesh)
    touching = np.zeros(len(sub.parent_to_sub), dtype=bool)
    touching[sub.cells[np.flatnonzero(loaded)]] = True
    clash = any(
        touching[face.pairs[:, side]].any() for face in geometry.interfaces.values() for side in (0, 2)
    )
    if parallel.any_rank(geometry.communicator, clash):
        raise InputError(
            f"geometry.mesh_size: an element reaches from the platen '{surface}' to an "
            "interface; choose a smaller mesh_size or more room above the interface"
        )


def platen_equation(
    measures: Measures,
    surface: str,
    platen: Any,
    test: Any,
    resistance: Any,
    pressure: Any,
    fixture_stiffness: Any,
    held: Any,
    held_platen: Any,
) -> Any:
    """(1 - g) (internal force + <p + k (u - u_h)> A) + g (u - u_h) A = 0: a force, or (g = 1) a place.

    A fixture presses and does not pull: where its spring would, the platen is free.

    Args:
        measures: of the mesh.
        surface: that the platen presses on.
        platen: u, its displacement.
        test: its test function.
        resistance: form of the internal force.
        pressure: p, compression positive.
        fixture_stiffness: k, per area of the platen.
        held: g.
        held_platen: u_h.
    """
    motion = platen - held_platen
    force = measures.surface(ufl.max_value(pressure + fixture_stiffness * motion, 0) * test, surface)
    return (1 - held) * (resistance + force) + measures.surface(held * motion * test, surface)
