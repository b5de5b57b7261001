"""Integration over named places with the quadrature that each kind of term needs."""

from __future__ import annotations

from typing import Any

import numpy as np
import ufl
from dolfinx import fem
from numpy.typing import NDArray

from lithiate.geometry.geometry import Geometry
from lithiate.physics.kinematics import integration_weight

BULK_DEGREE = 2
"""Quadrature degree of bulk terms: with P2 displacement it avoids most of the locking of plastic flow."""

FACE_POINTS = {
    2: (np.array([[0.0], [0.5], [1.0]]), np.array([1 / 6, 4 / 6, 1 / 6])),
    3: (np.array([[0.5, 0.5], [0.0, 0.5], [0.5, 0.0]]), np.array([1, 1, 1]) / 6),
}
"""Points and weights of interface integrals, by mesh dimension.

They sit on the nodes of P2, because a stiff cohesive law at Gauss points oscillates, and integrate P2
exactly, so that a uniform pressure is a uniform pressure at every point: Simpson's rule on an edge, the
midpoints of the edges on a triangle (where the integral of a vertex function of P2 is zero).
"""

SHARE_ON_AXIS = 0.05
"""Radius that a point on the axis counts with where it meets an obstacle, per length of its facet."""


class Measures:
    """Integrals over regions, surfaces and interfaces of a geometry, in the volume and area of its symmetry.

    Attributes:
        geometry: where.
        coordinates: spatial coordinates of the mesh as built.
        weight: volume per mesh volume (2 pi r in axisymmetric models).
        nodal_weight: the same for vertex quadrature, chosen so that lumping conserves: the row sum of the
            mass matrix.
    """

    def __init__(self, geometry: Geometry, bulk_degree: int = BULK_DEGREE) -> None:
        self.geometry = geometry
        self.bulk_degree = bulk_degree
        self.coordinates = ufl.SpatialCoordinate(geometry.mesh)
        self.weight = integration_weight(self.coordinates, geometry.symmetry)
        self._centroid = self._cell_centroids()
        self._centroid_weight = integration_weight(self._centroid, geometry.symmetry)
        self.nodal_weight = self._row_sum_weight()
        self._bulk = ufl.Measure("dx", domain=geometry.mesh, subdomain_data=geometry.cell_tags)
        self._boundary = ufl.Measure("ds", domain=geometry.mesh, subdomain_data=geometry.facet_tags)
        points, weights = FACE_POINTS[geometry.dimension]
        self._face_rule = {
            "quadrature_rule": "custom",
            "quadrature_points": points,
            "quadrature_weights": weights,
        }
        pairs = [(interface.tag, interface.pairs.ravel()) for interface in geometry.interfaces.values()]
        self._interior = ufl.Measure(
            "dS",
            domain=geometry.mesh,
            subdomain_data=pairs,
            metadata=self._face_rule,
        )

    def _cell_centroids(self) -> fem.Function:
        mesh = self.geometry.mesh
        centroid = fem.Function(fem.functionspace(mesh, ("DG", 0, (self.geometry.dimension,))))
        corners: NDArray[np.float64] = mesh.geometry.x[mesh.geometry.dofmap]
        centroid.x.array[:] = corners.mean(axis=1)[:, : self.geometry.dimension].ravel()
        return centroid

    def _row_sum_weight(self) -> Any:
        geometry = self.geometry
        if geometry.symmetry != "axisymmetric":
            return ufl.as_ufl(1.0)
        # On a triangle the row sum of r over vertex i is area / 3 times (r_i + 3 r_mean) / 4; vertex
        # quadrature with plain r would give the nodes on the axis no mass at all.
        return (self.weight + 3 * self._centroid_weight) / 4

    def region(self, integrand: Any, name: str) -> Any:
        """Integral over a region at the bulk quadrature points."""
        tag = self.geometry.region_tags[name]
        return integrand * self.weight * self._bulk(tag, metadata={"quadrature_degree": self.bulk_degree})

    def region_nodal(self, integrand: Any, name: str) -> Any:
        """Integral over a region at the vertices (lumped, conserving the exact integral of P1 fields)."""
        tag = self.geometry.region_tags[name]
        metadata = {"quadrature_rule": "vertex", "quadrature_degree": 1}
        return integrand * self.nodal_weight * self._bulk(tag, metadata=metadata)

    def region_at_nodes(self, field: Any, test: Any, name: str) -> Any:
        """Integral of a field that its row sum turns into nodal values, of second order up to the boundary.

        The integral of ``field v`` over that of ``v`` is the field at the centroid of the elements around a
        node, which at the boundary lies a third of an element inside. The functions ``v + (d + 1) grad v .
        (x - x_cell)`` are biorthogonal to P1: they carry a linear field to the node itself (as dual Lagrange
        multipliers do, Wohlmuth 2000, SIAM J. Numer. Anal. 38, 989).

        Args:
            field: known at the bulk quadrature points.
            test: P1 test function v.
            name: region.
        """
        tag = self.geometry.region_tags[name]
        lever = ufl.inner(ufl.grad(test), self.coordinates - self._centroid)
        dual = self.weight * test + self._centroid_weight * (self.geometry.dimension + 1) * lever
        return field * dual * self._bulk(tag, metadata={"quadrature_degree": self.bulk_degree})

    def region_points(self, integrand: Any, name: str) -> Any:
        """Sum over the bulk quadrature points with the weights of the mesh volume (no revolution)."""
        tag = self.geometry.region_tags[name]
        return integrand * self._bulk(tag, metadata={"quadrature_degree": self.bulk_degree})

    def surface(self, integrand: Any, name: str) -> Any:
        """Integral over a named outer surface."""
        return integrand * self.weight * self._boundary(self.geometry.surface_tags[name])

    def pressed_surface(self, integrand: Any, name: str) -> Any:
        """Integral over a named outer surface that meets an obstacle, at points like those of interfaces."""
        return self.surface_points(integrand * self.pressed_weight, name)

    @property
    def pressed_weight(self) -> Any:
        """Area per mesh area there; on an axis of revolution a little, or its point could not be pressed."""
        if self.geometry.symmetry != "axisymmetric":
            return self.weight
        smallest = SHARE_ON_AXIS * ufl.FacetArea(self.geometry.mesh)
        return 2 * ufl.pi * ufl.max_value(self.coordinates[0], smallest)

    def surface_points(self, integrand: Any, name: str) -> Any:
        """Sum over these points with the weights of the mesh area (no revolution)."""
        tag = self.geometry.surface_tags[name]
        return ufl.as_ufl(integrand) * self._boundary(tag, metadata=self._face_rule)

    def interface(self, integrand: Any, name: str) -> Any:
        """Integral over an interface as built; '+' is the first-named side."""
        return self.interface_points(integrand * self.weight("+"), name)

    def interface_points(self, integrand: Any, name: str) -> Any:
        """Sum over the interface quadrature points with the weights of the mesh area (no revolution)."""
        return ufl.as_ufl(integrand) * self._interior(self.geometry.interfaces[name].tag)
