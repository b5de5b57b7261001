# SPDX-License-Identifier: LGPL-3.0-or-later
"""The mesh as every family hands it over: plain arrays, names for everything, SI units."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from lithiate_meshes.quality import scaled_jacobian

FloatArray = npt.NDArray[np.float64]
IndexArray = npt.NDArray[np.int64]
TagArray = npt.NDArray[np.int32]

COORDINATE_NAMES = {"plane_strain": ("x", "y"), "axisymmetric": ("r", "z"), "3d": ("x", "y", "z")}


@dataclass(frozen=True, eq=False)
class MeshData:
    """A mesh of linear simplices with named regions, outer surfaces and interfaces.

    All sizes are those of the model as meshed: a half, quarter or octant is not doubled. An axisymmetric
    model is the full turn (2 pi), a plane-strain model is one metre deep.

    Attributes:
        points: Coordinates [m], shape (n, d); (x, y), (r, z) or (x, y, z), the last one along the stack.
        cells: Vertex numbers, shape (m, d + 1), positively oriented.
        cell_tags: Region tag of every cell, shape (m,).
        facets: Vertex numbers of all facets on a surface or an interface, shape (k, d).
        facet_tags: Tag of every listed facet, shape (k,).
        regions: Region names and their tags.
        surfaces: Names of the outer surfaces and their tags.
        interfaces: Names "A|B" of the interfaces and their tags; no tag is shared with a surface.
        symmetry: "plane_strain", "axisymmetric" or "3d".
        interface_gaps: Distance along the normal between the undeformed faces of interfaces that are drawn
            closed but are not [m]: by name, one value for every one of ``interface_points(name)``, in that
            order. An interface that is missing here has no gap.
    """

    points: FloatArray
    cells: IndexArray
    cell_tags: TagArray
    facets: IndexArray
    facet_tags: TagArray
    regions: dict[str, int]
    surfaces: dict[str, int]
    interfaces: dict[str, int]
    symmetry: str
    interface_gaps: dict[str, FloatArray] = field(default_factory=dict)

    @property
    def dimension(self) -> int:
        """Number of coordinates, 2 or 3."""
        return int(self.points.shape[1])

    @property
    def coordinate_names(self) -> tuple[str, ...]:
        """Names of the coordinates, for messages and reports."""
        return COORDINATE_NAMES[self.symmetry]

    def region_of_cell(self, cell: int) -> str:
        """Name of the region that a cell belongs to."""
        tag = int(self.cell_tags[cell])
        return next(name for name, region_tag in self.regions.items() if region_tag == tag)

    def cells_of(self, region: str) -> IndexArray:
        """Vertex numbers of the cells of a region, shape (., d + 1)."""
        cells: IndexArray = self.cells[self.cell_tags == self.regions[region]]
        return cells

    def facets_of(self, name: str) -> IndexArray:
        """Vertex numbers of the facets of a surface or interface, shape (., d)."""
        tag = self.interfaces[name] if name in self.interfaces else self.surfaces[name]
        facets: IndexArray = self.facets[self.facet_tags == tag]
        return facets

    def interface_points(self, name: str) -> IndexArray:
        """Numbers of the points of an interface, increasing, shape (.,)."""
        points: IndexArray = np.unique(self.facets_of(name))
        return points

    def region_volumes(self) -> dict[str, float]:
        """Volume of every region [m3; plane strain: m3 per metre of depth]."""
        return {name: self.measure(self.cells_of(name)) for name in self.regions}

    def surface_areas(self) -> dict[str, float]:
        """Area of every outer surface [m2; plane strain: m2 per metre of depth]."""
        return {name: self.measure(self.facets_of(name)) for name in self.surfaces}

    def interface_areas(self) -> dict[str, float]:
        """Area of every interface [m2; plane strain: m2 per metre of depth]."""
        return {name: self.measure(self.facets_of(name)) for name in self.interfaces}

    def describe(self) -> dict[str, Any]:
        """Numbers for a report: counts, sizes and quality, ready for JSON (SI units, see the class)."""
        volumes, surface_areas, interface_areas = (
            self.region_volumes(),
            self.surface_areas(),
            self.interface_areas(),
        )
        edges = {name: self._edge_lengths(name) for name in self.regions}
        quality = scaled_jacobian(self.points, self.cells)
        return {
            "symmetry": self.symmetry,
            "points": len(self.points),
            "cells": len(self.cells),
            "smallest_scaled_jacobian": float(quality.min()),
            "mean_scaled_jacobian": float(quality.mean()),
            "regions": {
                name: {
                    "cells": int(np.count_nonzero(self.cell_tags == tag)),
                    "volume": volumes[name],
                    "smallest_edge": float(edges[name].min()),
                    "largest_edge": float(edges[name].max()),
                    "smallest_scaled_jacobian": float(quality[self.cell_tags == tag].min()),
                }
                for name, tag in self.regions.items()
            },
            "surfaces": {
                name: {"facets": len(self.facets_of(name)), "area": area}
                for name, area in surface_areas.items()
            },
            "interfaces": {
                name: {"facets": len(self.facets_of(name)), "area": area}
                for name, area in interface_areas.items()
            },
        }

    def measure(self, simplices: IndexArray) -> float:
        """Total volume of cells or area of facets, exact for linear simplices.

        Args:
            simplices: Vertex numbers, shape (., d + 1) or (., d).

        Returns:
            The sum [m3 or m2; plane strain: per metre of depth].
        """
        corners = self.points[simplices]
        edges = corners[:, 1:] - corners[:, :1]
        gram = np.einsum("mij,mkj->mik", edges, edges)
        sizes = np.sqrt(np.maximum(np.linalg.det(gram), 0.0)) / math.factorial(edges.shape[1])
        if self.symmetry == "axisymmetric":
            # The weight 2 pi r is linear: its value at the centroid is its mean.
            sizes = sizes * 2.0 * math.pi * corners[:, :, 0].mean(axis=1)
        return float(sizes.sum())

    def _edge_lengths(self, region: str) -> FloatArray:
        corners = self.points[self.cells_of(region)]
        first, second = np.triu_indices(corners.shape[1], k=1)
        lengths: FloatArray = np.linalg.norm(corners[:, first] - corners[:, second], axis=-1)
        return lengths
