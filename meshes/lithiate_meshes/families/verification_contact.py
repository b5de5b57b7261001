# SPDX-License-Identifier: LGPL-3.0-or-later
"""Two bodies that meet in a point or along a line: Hertz contact."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from lithiate_meshes.families.limits import AREA_OF_TRIANGLE, refuse_too_many_cells
from lithiate_meshes.families.verification_grids import ROUND_OFF, cells_around
from lithiate_meshes.gmsh_session import generate, gmsh_session, read_simplices, set_size_field
from lithiate_meshes.mesh_data import FloatArray, MeshData
from lithiate_meshes.quantities import Length, refuse

_INTERFACE = "body|obstacle"
_SYMMETRY_OF_SHAPE = {"sphere": "axisymmetric", "cylinder": "plane_strain"}
_GROWTH = 0.15
# Extent of the bodies over the half-width of the contact zone, where it is not given.
_WIDTH_OVER_CONTACT = 20.0
# Up to here, as a share of the radius, the parabola is within 2 % of the circle that it stands for.
_LARGEST_CONTACT = 0.25
# Sizes below this share of the contact zone are refused for the number of elements, before they overflow.
_SMALLEST_SIZE = 1e-9


class HertzContactGeometry(BaseModel):
    """A body below an obstacle, their faces drawn flat and joined, the gap between them given as data.

    Regions ``body`` (below) and ``obstacle``, interface ``body|obstacle`` at height 0 over the whole width.
    The mesh is conforming. The gap between the undeformed faces is x^2/(2 R), with R = ``radius`` of the
    cylinder (plane strain) or sphere (axisymmetric, x = r), and is found in ``MeshData.interface_gaps``.
    Surfaces: ``axis``, ``bottom``, ``side``, ``top``. Elements have ``mesh_size`` on the interface up to
    ``contact_width``, which must hold the contact, and grow by 0.15 of the distance from there.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    regions: ClassVar[tuple[str, ...]] = ("body", "obstacle")
    interfaces: ClassVar[tuple[str, ...]] = (_INTERFACE,)
    surfaces: ClassVar[tuple[str, ...]] = ("axis", "bottom", "side", "top")

    family: Literal["verification"]
    problem: Literal["hertz"]
    shape: Annotated[Literal["sphere", "cylinder"], Field(description="what the gap is that of")] = "sphere"
    symmetry: Annotated[
        Literal["axisymmetric", "plane_strain"],
        Field(description='"axisymmetric" for a sphere, "plane_strain" for a cylinder; may be left out'),
    ] = "axisymmetric"
    radius: Annotated[Length, Field(description="of the sphere or cylinder")]
    contact_width: Annotated[Length, Field(description="half-width of the zone of even, small elements")]
    width: Annotated[
        Length | None, Field(description="extent from the axis; 20 contact_width if not given")
    ] = None
    height: Annotated[Length | None, Field(description="of each of the two; width if not given")] = None
    mesh_size: Annotated[Length, Field(description="element size within contact_width")]

    @model_validator(mode="before")
    @classmethod
    def _symmetry_follows_shape(cls, data: Any) -> Any:
        if isinstance(data, Mapping) and data.get("symmetry") is None:
            symmetry = _SYMMETRY_OF_SHAPE.get(str(data.get("shape", "sphere")), "axisymmetric")
            return {**data, "symmetry": symmetry}
        return data

    @field_validator("symmetry")
    @classmethod
    def _symmetry_agrees_with_shape(cls, symmetry: str, info: ValidationInfo) -> str:
        shape = info.data.get("shape")
        if shape is not None and symmetry != _SYMMETRY_OF_SHAPE[shape]:
            raise refuse(
                f'found "{symmetry}"; allowed: "{_SYMMETRY_OF_SHAPE[shape]}", with shape = "{shape}"'
            )
        return symmetry

    @field_validator("contact_width")
    @classmethod
    def _contact_is_small(cls, contact: float, info: ValidationInfo) -> float:
        radius = info.data.get("radius")
        if radius is not None and contact > _LARGEST_CONTACT * radius * ROUND_OFF:
            raise refuse(
                f"found {contact:g} m; allowed: at most a quarter of radius = "
                f"{_LARGEST_CONTACT * radius:g} m, beyond which x^2/(2 radius) is not the gap of a circle"
            )
        return contact

    @field_validator("width", "height")
    @classmethod
    def _bodies_hold_the_contact(cls, extent: float | None, info: ValidationInfo) -> float | None:
        contact = info.data.get("contact_width")
        if extent is not None and contact is not None and extent < 2.0 * contact / ROUND_OFF:
            raise refuse(f"found {extent:g} m; allowed: at least twice contact_width = {2.0 * contact:g} m")
        return extent

    @field_validator("mesh_size")
    @classmethod
    def _mesh_size_fits(cls, mesh_size: float, info: ValidationInfo) -> float:
        contact = info.data.get("contact_width")
        if contact is not None and mesh_size > contact / 2.0 * ROUND_OFF:
            raise refuse(f"found {mesh_size:g} m; allowed: at most half of contact_width = {contact / 2:g} m")
        return mesh_size

    @model_validator(mode="after")
    def _cell_count_is_possible(self) -> HertzContactGeometry:
        refuse_too_many_cells(self.estimated_cells(), self.mesh_size)
        return self

    @property
    def block_width(self) -> float:
        """Extent of both bodies from the axis [m]."""
        return self.width if self.width is not None else _WIDTH_OVER_CONTACT * self.contact_width

    @property
    def block_height(self) -> float:
        """Height of each body [m]."""
        return self.height if self.height is not None else self.block_width

    @property
    def platen_area(self) -> float:
        """Area of ``top`` [m2; plane strain: per metre of depth]."""
        width = self.block_width
        return width if self.symmetry == "plane_strain" else math.pi * width**2

    def region_volumes(self) -> dict[str, float]:
        """Exact volumes of the bodies [m3; plane strain: per metre of depth]."""
        return dict.fromkeys(self.regions, self.platen_area * self.block_height)

    def interface_areas(self) -> dict[str, float]:
        """Exact area of the flat interface [m2; plane strain: per metre of depth]."""
        return {_INTERFACE: self.platen_area}

    def interface_mesh_size(self, name: str) -> float:
        """Element size on the interface of this name within ``contact_width`` [m]."""
        return {_INTERFACE: self.mesh_size}[name]

    def initial_gap(self, distance: FloatArray) -> FloatArray:
        """Gap x^2/(2 R) between the undeformed faces [m].

        Args:
            distance: x or r [m], any shape.
        """
        gap: FloatArray = np.square(distance) / (2.0 * self.radius)
        return gap

    def estimated_cells(self) -> dict[str, int]:
        """Number of elements of each body, within about a third."""
        near, far, width, height = self._in_contact_widths()
        near, far = max(near, _SMALLEST_SIZE), max(far, _SMALLEST_SIZE)
        cells = cells_around(
            lambda distance: 1.0 + math.pi / 2.0 * distance,
            width * height,
            lambda distance: np.minimum(far, near + _GROWTH * distance),
            AREA_OF_TRIANGLE,
            2,
            math.hypot(width, height),
        )
        return dict.fromkeys(self.regions, math.ceil(cells))

    def build(self) -> MeshData:
        """Mesh both bodies with gmsh, in units of ``contact_width``: its geometric tolerance is absolute.

        Raises:
            InputError: If gmsh is missing or fails.
        """
        near, far, width, height = self._in_contact_widths()
        with gmsh_session("two bodies in contact") as gmsh:
            occ = gmsh.model.occ
            rows = [[occ.addPoint(x, y, 0.0) for x in (0.0, width)] for y in (-height, 0.0, height)]
            levels = [occ.addLine(*row) for row in rows]
            axis = [occ.addLine(rows[row][0], rows[row + 1][0]) for row in (0, 1)]
            side = [occ.addLine(rows[row][1], rows[row + 1][1]) for row in (0, 1)]
            bodies = [
                occ.addPlaneSurface([occ.addCurveLoop([levels[row], side[row], levels[row + 1], axis[row]])])
                for row in (0, 1)
            ]
            occ.synchronize()
            distance = "Sqrt(Max(0,x-1)*Max(0,x-1)+y*y)"
            set_size_field(gmsh, f"Min({far!r},{near!r}+{_GROWTH!r}*{distance})")
            generate(gmsh, 2)
            regions = {name: [body] for name, body in zip(self.regions, bodies, strict=True)}
            lines = {"axis": axis, "bottom": [levels[0]], "side": side, "top": [levels[2]]}
            lines[_INTERFACE] = [levels[1]]
            points, cells, cell_tags, facets, facet_tags = read_simplices(gmsh, 2, regions, lines)
        tags = {name: tag for tag, name in enumerate(lines, start=1)}
        points = points * self.contact_width
        on_interface = np.unique(facets[facet_tags == tags[_INTERFACE]])
        points[on_interface, 1] = 0.0
        # Freed of the kernel's round-off: no r < 0.
        points[np.unique(facets[facet_tags == tags["axis"]]), 0] = 0.0
        return MeshData(
            points=points,
            cells=cells,
            cell_tags=cell_tags,
            facets=facets,
            facet_tags=facet_tags,
            regions={name: tag for tag, name in enumerate(regions, start=1)},
            surfaces={name: tags[name] for name in self.surfaces},
            interfaces={_INTERFACE: tags[_INTERFACE]},
            symmetry=self.symmetry,
            interface_gaps={_INTERFACE: self.initial_gap(points[on_interface, 0])},
        )

    def _in_contact_widths(self) -> tuple[float, float, float, float]:
        """Element size near and far, width and height of a body, over ``contact_width``."""
        near, width, height = (
            length / self.contact_width for length in (self.mesh_size, self.block_width, self.block_height)
        )
        return near, max(near, min(width, height) / 6.0), width, height
