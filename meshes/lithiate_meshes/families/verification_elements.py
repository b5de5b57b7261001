# SPDX-License-Identifier: LGPL-3.0-or-later
"""One element, or two across an interface: the smallest models on which a law can be tried."""

from __future__ import annotations

import math
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from lithiate_meshes.families.verification_grids import collect_facets
from lithiate_meshes.mesh_data import IndexArray, MeshData
from lithiate_meshes.quantities import Length

_INTERFACE = "electrode|electrolyte"


class ElementGeometry(BaseModel):
    """A right-angled triangle or (3d) tetrahedron with three or four corners on the coordinate axes.

    ``problem = "element"`` is one element, region ``element``, with corners at the origin and at distance
    ``mesh_size`` on every axis. Surfaces: ``axis`` (x or r = 0; in 3D ``symmetry_x`` and ``symmetry_y``),
    ``bottom`` and ``slope``. ``problem = "element_pair"`` puts its mirror image below it: regions
    ``electrode`` (below) and ``electrolyte``, interface ``electrode|electrolyte`` at height 0, surfaces
    ``slope_lower`` and ``slope_upper`` in the place of ``bottom`` and ``slope``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    family: Literal["verification"]
    problem: Literal["element", "element_pair"]
    symmetry: Literal["plane_strain", "axisymmetric", "3d"] = "plane_strain"
    mesh_size: Annotated[Length, Field(description="length of the edges on the coordinate axes")]

    @property
    def regions(self) -> tuple[str, ...]:
        """Names of the regions."""
        return ("electrode", "electrolyte") if self.problem == "element_pair" else ("element",)

    @property
    def surfaces(self) -> tuple[str, ...]:
        """Names of the outer surfaces."""
        sides = ("symmetry_x", "symmetry_y") if self.symmetry == "3d" else ("axis",)
        pair = self.problem == "element_pair"
        return (*sides, *(("slope_lower", "slope_upper") if pair else ("bottom", "slope")))

    @property
    def interfaces(self) -> tuple[str, ...]:
        """Names of the interfaces."""
        return (_INTERFACE,) if self.problem == "element_pair" else ()

    @property
    def platen_area(self) -> float:
        """Area of the face at height 0, ``bottom`` or interface [m2; plane strain: per metre of depth]."""
        size = self.mesh_size
        areas = {"plane_strain": size, "axisymmetric": math.pi * size**2, "3d": size**2 / 2.0}
        return areas[self.symmetry]

    def region_volumes(self) -> dict[str, float]:
        """Exact volumes of the regions [m3; plane strain: per metre of depth]."""
        share = 2.0 if self.symmetry == "plane_strain" else 3.0
        return dict.fromkeys(self.regions, self.platen_area * self.mesh_size / share)

    def interface_areas(self) -> dict[str, float]:
        """Exact area of the interface [m2; plane strain: per metre of depth]."""
        return dict.fromkeys(self.interfaces, self.platen_area)

    def interface_mesh_size(self, name: str) -> float:
        """Element size on the interface of this name [m]."""
        return dict.fromkeys(self.interfaces, self.mesh_size)[name]

    def estimated_cells(self) -> dict[str, int]:
        """One element per region."""
        return dict.fromkeys(self.regions, 1)

    def build(self) -> MeshData:
        """Write the element or the pair down."""
        dimension = 3 if self.symmetry == "3d" else 2
        pair = self.problem == "element_pair"
        corners = np.concatenate([np.zeros((1, dimension)), np.eye(dimension)])
        points = np.concatenate([corners, -corners[-1:]]) if pair else corners
        upper = np.arange(dimension + 1)
        # The mirror image, its first two corners exchanged to be positively oriented.
        lower = np.array([1, 0, *range(2, dimension), dimension + 1])
        cells = np.stack([lower, upper]) if pair else upper[None, :]

        facets: dict[str, IndexArray] = {}
        for name, coordinate in zip(self.surfaces[: dimension - 1], range(dimension - 1), strict=True):
            facets[name] = np.stack([cell[points[cell, coordinate] == 0.0] for cell in cells])
        flat = upper[None, :-1]
        slopes = [cell[cell != 0][None, :] for cell in cells]
        if pair:
            facets |= {"slope_lower": slopes[0], "slope_upper": slopes[1], _INTERFACE: flat}
        else:
            facets |= {"bottom": flat, "slope": slopes[0]}
        all_facets, facet_tags, tags = collect_facets(facets)
        return MeshData(
            points=points * self.mesh_size,
            cells=cells,
            cell_tags=np.arange(1, len(cells) + 1, dtype=np.int32),
            facets=all_facets,
            facet_tags=facet_tags,
            regions={name: tag for tag, name in enumerate(self.regions, start=1)},
            surfaces={name: tags[name] for name in self.surfaces},
            interfaces={name: tags[name] for name in self.interfaces},
            symmetry=self.symmetry,
        )
