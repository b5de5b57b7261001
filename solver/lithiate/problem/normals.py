"""Reference normals of an interface, freed of the kinks between its straight facets."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import ufl
from dolfinx import fem, la

from lithiate import compat
from lithiate.geometry import Measures, surface_dofs
from lithiate.problem.pointwise import history_space

SHARPEST_SMOOTH_KINK = 0.5
"""Facet and averaged normals further apart than this [rad] meet at a real edge, which stays sharp."""

MIRRORS = {"axis": 0, "symmetry_x": 0, "symmetry_y": 1, "bottom": -1, "side": 0, "side_y": 1}
"""Flat surfaces that mirror the model, and the component of the normal that vanishes on them."""


def smooth_normals(measures: Measures, interface: str, free: Collection[str] = ()) -> fem.Function:
    """Nodal averages of the facet normals on the first side's cells, discontinuous P2.

    At each vertex the normals of all facets around it are averaged by area; where the interface meets a
    symmetry plane the mirrored half counts too. Between vertices the average is interpolated. Where the
    interface has a real edge the facet's own normal is kept.

    Args:
        measures: over the geometry.
        interface: name.
        free: names of flat surfaces that do not mirror the model.
    """
    geometry = measures.geometry
    mesh = geometry.regions[geometry.interfaces[interface].sides[0]].mesh
    dimension = geometry.dimension
    maps = geometry.entity_maps()
    facet_normal = ufl.FacetNormal(geometry.mesh)("+")

    averaged = fem.Function(fem.functionspace(mesh, ("Lagrange", 1, (dimension,))))
    test = ufl.TestFunction(averaged.function_space)
    form = measures.interface_points(ufl.inner(facet_normal, test("+")), interface)
    vector = fem.assemble_vector(compat.compile_form(form, maps))
    vector.scatter_reverse(la.InsertMode.add)
    vector.scatter_forward()
    normals = np.array(vector.array).reshape(-1, dimension)
    is_cylinder = dimension == 3 and "side_y" not in geometry.surface_tags
    for surface, component in MIRRORS.items():
        is_mirror = surface in geometry.surface_tags and surface not in free
        if is_mirror and not (surface == "side" and is_cylinder):
            nodes = surface_dofs(geometry, averaged.function_space, surface)
            normals[nodes, component % dimension] = 0.0
    lengths = np.linalg.norm(normals, axis=1, keepdims=True)
    averaged.x.array[:] = np.divide(normals, lengths, out=np.zeros_like(normals), where=lengths > 0).ravel()

    smooth = fem.Function(history_space(mesh, dimension))
    own = fem.Function(smooth.function_space)
    smooth.interpolate(averaged)
    vector = fem.assemble_vector(
        compat.compile_form(
            measures.interface_points(
                ufl.inner(facet_normal, ufl.TestFunction(own.function_space)("+")), interface
            ),
            maps,
        )
    )
    vector.scatter_reverse(la.InsertMode.add)
    vector.scatter_forward()
    facet = np.array(vector.array).reshape(-1, dimension)
    sizes = np.linalg.norm(facet, axis=1, keepdims=True)
    facet = np.divide(facet, sizes, out=np.zeros_like(facet), where=sizes > 0)
    candidate = smooth.x.array.reshape(-1, dimension)
    lengths = np.linalg.norm(candidate, axis=1, keepdims=True)
    candidate = np.divide(candidate, lengths, out=np.zeros_like(candidate), where=lengths > 0)
    sharp = np.einsum("ij,ij->i", candidate, facet) < np.cos(SHARPEST_SMOOTH_KINK)
    smooth.x.array[:] = np.where(sharp[:, None], facet, candidate).ravel()
    return smooth
