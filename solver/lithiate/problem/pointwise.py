"""Expressions evaluated at quadrature points of regions and interfaces, as plain arrays.

An expression tested against functions that are one at a single quadrature point gives weight times value
there; dividing by the same with a unit integrand gives the value. One compiled form serves any number of
expressions, works with functions that live on different submeshes, and is how histories are updated and
outputs are computed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import basix.ufl
import numpy as np
import ufl
from dolfinx import fem, la
from dolfinx import mesh as dolfinx_mesh
from numpy.typing import NDArray

from lithiate import compat
from lithiate.geometry import Geometry, Measures

HISTORY_DEGREE = 2
"""Degree whose nodes on a facet hold the points of ``geometry.measures.FACE_POINTS``."""


def _assembled(form: Any) -> NDArray[np.float64]:
    vector = fem.assemble_vector(form)
    vector.scatter_reverse(la.InsertMode.add)
    vector.scatter_forward()
    return np.asarray(vector.array)


class RegionPoints:
    """Values at the bulk quadrature points of one region.

    Attributes:
        names: of the components, in order.
        weights: (cells, points) mesh volume of each point of this rank's own cells.
    """

    def __init__(self, measures: Measures, region: str, expressions: Mapping[str, Any]) -> None:
        mesh = measures.geometry.regions[region].mesh
        self.names = tuple(expressions)
        self._own_cells = mesh.topology.index_map(mesh.topology.dim).size_local
        maps = measures.geometry.entity_maps()
        scalar = fem.functionspace(
            mesh, basix.ufl.quadrature_element(mesh.basix_cell(), degree=measures.bulk_degree)
        )
        unit = compat.compile_form(measures.region_points(ufl.TestFunction(scalar), region), maps)
        self._all_weights = _assembled(unit)[scalar.dofmap.list]
        self.weights = self._all_weights[: self._own_cells]
        element = basix.ufl.quadrature_element(
            mesh.basix_cell(), value_shape=(len(self.names),), degree=measures.bulk_degree
        )
        space = fem.functionspace(mesh, element)
        self._dofs = space.dofmap.list
        values = ufl.as_vector(list(expressions.values()))
        integrand = measures.region_points(ufl.inner(values, ufl.TestFunction(space)), region)
        self._form = compat.compile_form(integrand, maps)

    def all_values(self) -> NDArray[np.float64]:
        """(cells with ghosts, points, components) values now."""
        assembled = _assembled(self._form).reshape(-1, len(self.names))
        return assembled[self._dofs] / self._all_weights[:, :, None]

    def evaluate(self) -> dict[str, NDArray[np.float64]]:
        """(cells, points) values of every named expression now, on this rank's own cells."""
        values = self.all_values()[: self._own_cells]
        return {name: values[:, :, index] for index, name in enumerate(self.names)}


class FacePoints:
    """Values at the quadrature points of a face of a body.

    They are nodes of discontinuous P2 on the body's cells. A cell with two facets on the face shares the
    values of their common node.

    Args:
        mesh: of the body.
        maps: entity maps for the forms.
        expressions: by name.
        integral: over the face, of an integrand.
        on_face: a test function of the body as the integrand takes it.

    Attributes:
        names: of the components, in order.
        places: (cell, node) index pair of the points, ghosts included.
        weights: (points,) mesh area of each of this rank's own points.
        coordinates: (points, 3) their places on the mesh as built.
    """

    def __init__(
        self,
        mesh: dolfinx_mesh.Mesh,
        maps: Any,
        expressions: Mapping[str, Any],
        integral: Callable[[Any], Any],
        on_face: Callable[[Any], Any],
    ) -> None:
        self.names = tuple(expressions)
        space = history_space(mesh)
        unit = compat.compile_form(integral(on_face(ufl.TestFunction(space))), maps)
        all_weights = _assembled(unit)[space.dofmap.list]
        self._nodes_of_cells = all_weights.shape
        self.places = np.nonzero(all_weights > 0)
        self._used_weights = all_weights[self.places]
        self._is_own = self.places[0] < mesh.topology.index_map(mesh.topology.dim).size_local
        self.weights = self._used_weights[self._is_own]
        self.coordinates = space.tabulate_dof_coordinates()[space.dofmap.list[self.places][self._is_own]]
        blocked = fem.functionspace(mesh, ("DG", HISTORY_DEGREE, (len(self.names),)))
        self._dofs = blocked.dofmap.list[self.places]
        values = ufl.as_vector(list(expressions.values()))
        integrand = ufl.inner(values, on_face(ufl.TestFunction(blocked)))
        self._form = compat.compile_form(integral(integrand), maps)

    def all_values(self) -> NDArray[np.float64]:
        """(points with ghosts, components) values now, at ``places``."""
        assembled = _assembled(self._form).reshape(-1, len(self.names))
        return assembled[self._dofs] / self._used_weights[:, None]

    def own_values(self, values: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
        """(own points,) values of every named expression, from :meth:`all_values`."""
        return {name: values[self._is_own, index] for index, name in enumerate(self.names)}


class InterfacePoints(FacePoints):
    """Values at the interface quadrature points, on the first side's cells."""

    def __init__(self, measures: Measures, interface: str, expressions: Mapping[str, Any]) -> None:
        geometry = measures.geometry
        super().__init__(
            geometry.regions[geometry.interfaces[interface].sides[0]].mesh,
            geometry.entity_maps(),
            expressions,
            integral=lambda integrand: measures.interface_points(integrand, interface),
            on_face=lambda test: test("+"),
        )
        self._facet_rows = self._rows_of_facets(geometry, interface)

    def _rows_of_facets(self, geometry: Geometry, interface: str) -> NDArray[np.int64]:
        """(own facets, points of a facet) row of each facet's points in :meth:`all_values`."""
        pairs = geometry.interfaces[interface].pairs
        region = geometry.regions[geometry.interfaces[interface].sides[0]]
        # Discontinuous P2 has the nodes of P2, but only the latter knows which of them lie on which facet.
        continuous = basix.ufl.element("Lagrange", geometry.mesh.basix_cell(), HISTORY_DEGREE).basix_element
        nodes = np.array(continuous.entity_closure_dofs[geometry.dimension - 1], dtype=np.int64)
        rows = np.full(self._nodes_of_cells, -1, dtype=np.int64)
        rows[self.places] = np.arange(len(self.places[0]))
        cells = region.parent_to_sub[pairs[:, 0]]
        found = rows[cells[:, None], nodes[pairs[:, 1]]]
        # On triangles the vertices carry no weight.
        return found[:, (found >= 0).all(axis=0)]

    def facet_means(self, values: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
        """(own facets,) area mean over each facet of every named expression, from :meth:`all_values`.

        The expression named "weight" is the area per mesh area.
        """
        areas = self._used_weights * values[:, self.names.index("weight")]
        weights = areas[self._facet_rows]
        weights = weights / weights.sum(axis=1, keepdims=True)
        return {
            name: (values[self._facet_rows, index] * weights).sum(axis=1)
            for index, name in enumerate(self.names)
        }


class SurfacePoints(FacePoints):
    """Values at the points of a named outer surface of a body, placed like those of an interface."""

    def __init__(
        self, measures: Measures, surface: str, mesh: dolfinx_mesh.Mesh, expressions: Mapping[str, Any]
    ) -> None:
        super().__init__(
            mesh,
            measures.geometry.entity_maps(),
            expressions,
            integral=lambda integrand: measures.surface_points(integrand, surface),
            on_face=lambda test: test,
        )


def history_space(mesh: dolfinx_mesh.Mesh, components: int = 0) -> fem.FunctionSpace:
    """Discontinuous P2 on the first side, whose facet nodes hold the interface quadrature points.

    Args:
        mesh: of the first-named region.
        components: of a vector; zero for a scalar.
    """
    shape = (components,) if components else ()
    return fem.functionspace(mesh, ("DG", HISTORY_DEGREE, shape))


def store(function: fem.Function, values: NDArray[np.float64], places: Any = slice(None)) -> None:
    """Write point values into a history function.

    Args:
        function: scalar or tensor function on a quadrature or discontinuous space.
        values: (cells with ghosts, points, components), or (points, components) at ``places``.
        places: (cell, node) index pair, all by default.
    """
    dofmap = function.function_space.dofmap
    rows = function.x.array.reshape(-1, dofmap.bs)
    rows[dofmap.list[places]] = values
