"""Degrees of freedom on named outer surfaces."""

from __future__ import annotations

import numpy as np
from dolfinx import fem
from numpy.typing import NDArray

from lithiate.geometry.geometry import Geometry


def surface_dofs(
    geometry: Geometry, space: fem.FunctionSpace, surface: str, component: int | None = None
) -> NDArray[np.int32]:
    """This rank's degrees of freedom of a submesh's space on a named outer surface.

    Args:
        geometry: where.
        space: on the submesh of a region or of a body.
        surface: name; where the submesh does not reach it the result is empty.
        component: of a vector space, or None for all of them.
    """
    mesh, dimension = space.mesh, geometry.dimension
    submeshes = (*geometry.bodies.values(), *geometry.regions.values())
    submesh = next(part for part in submeshes if part.mesh is mesh)
    parent = geometry.mesh
    parent.topology.create_connectivity(dimension - 1, dimension)
    to_cells = parent.topology.connectivity(dimension - 1, dimension)
    to_facets = parent.topology.connectivity(dimension, dimension - 1)
    mesh.topology.create_connectivity(dimension, dimension - 1)
    mesh.topology.create_connectivity(dimension - 1, dimension)
    sub_to_facets = mesh.topology.connectivity(dimension, dimension - 1)
    own = np.zeros(len(submesh.parent_to_sub), dtype=bool)
    own[submesh.cells] = True
    facets = []
    for facet in geometry.surface_facets(surface):
        for cell in to_cells.links(facet):
            if own[cell]:
                local = np.flatnonzero(to_facets.links(cell) == facet)[0]
                facets.append(sub_to_facets.links(submesh.parent_to_sub[cell])[local])
    found = np.unique(np.array(facets, dtype=np.int32))
    held = space if component is None else space.sub(component)
    return np.asarray(fem.locate_dofs_topological(held, dimension - 1, found))
