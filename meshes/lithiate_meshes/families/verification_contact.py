# SPDX-License-Identifier: LGPL-3.0-or-later
"""Two bodies that meet in a point or along a line: Hertz contact."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from lithiate_meshes.families.limits import AREA_OF_TRIANGLE, refuse_too_many_cells
from lithiate_meshes.families.verification_grids import ROUND_OFF, cells_around
from lithiate_meshes.gmsh_session import generate, gmsh_session, read_simplices, set_size_field
from lithiate_meshes.mesh_data import FloatArray, MeshData
from lithiate_meshes.quantities import Length, refuse

_INTERFACE = "body|obstacle"
_SYMMETRY_OF_SHAPE = {"sphere": "axisymmetric", "cylinder": "plane_strain"}
_GROWTH = 0.15
# Extent of a body over the half-width of the contact zone, where it is not given.
_WIDTH_OVER_CONTACT = 20.0
# Up to here, as a share of the radius, the parabola is within 2 % of the circle that it stands for.
_LARGEST_CONTACT = 0.25
# Sizes below this share of the contact zone are refused for the number of elements, before they overflow.
_SMALLEST_SIZE = 1e-9


def _body_holds_the_contact(extent: float | None, info: ValidationInfo) -> float | None:
    contact = info.data.get("contact_width")
    if extent is not None and contact is not None and extent < 2.0 * contact / ROUND_OFF:
        raise refuse(f"found {extent:g} m; allowed: at least twice contact_width = {2.0 * contact:g} m")
    return extent


def _elements_resolve_the_contact(mesh_size: float, info: ValidationInfo) -> float:
    contact = info.data.get("contact_width")
    if contact is not None and mesh_size > contact / 2.0 * ROUND_OFF:
        raise refuse(f"found {mesh_size:g} m; allowed: at most half of contact_width = {contact / 2:g} m")
    return mesh_size


BodyExtent = Annotated[Length | None, AfterValidator(_body_holds_the_contact)]
"""Width or height of a body around a zone of ``contact_width``, a field above this one."""

ContactMeshSize = Annotated[Length, AfterValidator(_elements_resolve_the_contact)]
"""Element size within ``contact_width``, a field above this one."""


class HertzContactGeometry(BaseModel):
    """A body below an obstacle, their faces drawn flat and joined, the gap between them given as data.

    Regions ``body`` (below) and ``obstacle``, interface ``body|obstacle`` at height 0 over the whole width.
    The mesh is conforming. The gap between the undeformed faces is x^2/(2 R), with R = ``radius`` of the
    cylinder (plane strain) or sphere (axisymmetric, x = r), and is found in ``MeshData.interface_gaps``.
    Surfaces: ``axis``, ``bottom``, ``side``, ``top``. Elements have ``mesh_size`` on the interface up to
    ``contact_width``, which must hold the contact, and grow by 0.15 of the distance from there.

    With ``obstacle = "rigid"`` there is only the ``body``, whose ``top`` meets a round shape without a mesh.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

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
    width: Annotated[BodyExtent, Field(description="extent from the axis; 20 contact_width if not given")] = (
        None
    )
    height: Annotated[BodyExtent, Field(description="of each of the two; width if not given")] = None
    mesh_size: Annotated[ContactMeshSize, Field(description="element size within contact_width")]
    obstacle: Annotated[
        Literal["blocks", "rigid"],
        Field(description="an elastic block above the body, or a rigid shape without a mesh"),
    ] = "blocks"

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

    @model_validator(mode="after")
    def _cell_count_is_possible(self) -> HertzContactGeometry:
        refuse_too_many_cells(self.estimated_cells(), self.mesh_size)
        return self

    @property
    def regions(self) -> tuple[str, ...]:
        """Names of the regions."""
        return ("body",) if self.obstacle == "rigid" else ("body", "obstacle")

    @property
    def interfaces(self) -> tuple[str, ...]:
        """Names of the interfaces."""
        return () if self.obstacle == "rigid" else (_INTERFACE,)

    @property
    def block_width(self) -> float:
        """Extent of both bodies from the axis [m]."""
        return body_width(self.width, self.contact_width)

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
        return dict.fromkeys(self.interfaces, self.platen_area)

    def interface_mesh_size(self, name: str) -> float:
        """Element size on the interface of this name within ``contact_width`` [m]."""
        return dict.fromkeys(self.interfaces, self.mesh_size)[name]

    def initial_gap(self, distance: FloatArray) -> FloatArray:
        """Gap x^2/(2 R) between the undeformed faces [m].

        Args:
            distance: x or r [m], any shape.
        """
        gap: FloatArray = np.square(distance) / (2.0 * self.radius)
        return gap

    def estimated_cells(self) -> dict[str, int]:
        """Number of elements of each body, within about a third."""
        return dict.fromkeys(self.regions, estimated_cells_of_body(*self._in_contact_widths()))

    def build(self) -> MeshData:
        """Mesh the bodies with gmsh, in units of ``contact_width``: its geometric tolerance is absolute.

        Raises:
            InputError: If gmsh is missing or fails.
        """
        data = mesh_bodies(self.regions, self.contact_width, *self._in_contact_widths(), self.symmetry)
        if not self.interfaces:
            return data
        on_interface = np.unique(data.facets[data.facet_tags == data.interfaces[_INTERFACE]])
        gaps = {_INTERFACE: self.initial_gap(data.points[on_interface, 0])}
        return dataclasses.replace(data, interface_gaps=gaps)

    def _in_contact_widths(self) -> tuple[float, float, float, float]:
        """Element size near and far, width and height of a body, over ``contact_width``."""
        near, width, height = (
            length / self.contact_width for length in (self.mesh_size, self.block_width, self.block_height)
        )
        return near, max(near, min(width, height) / 6.0), width, height


def body_width(given: float | None, contact_width: float) -> float:
    """Extent of a body from the axis [m].

    Args:
        given: in the case, or None [m].
        contact_width: half-width of the zone of small elements [m].
    """
    return given if given is not None else _WIDTH_OVER_CONTACT * contact_width


def estimated_cells_of_body(near: float, far: float, width: float, height: float) -> int:
    """Number of elements of one body, within about a third.

    Args:
        near: element size close to the contact, over the half-width of the contact zone.
        far: the same far from it.
        width: of the body, in the same unit.
        height: of the body, in the same unit.
    """
    near, far = max(near, _SMALLEST_SIZE), max(far, _SMALLEST_SIZE)
    cells = cells_around(
        lambda distance: 1.0 + math.pi / 2.0 * distance,
        width * height,
        lambda distance: np.minimum(far, near + _GROWTH * distance),
        AREA_OF_TRIANGLE,
        2,
        math.hypot(width, height),
    )
    return math.ceil(cells)


def mesh_bodies(
    regions: tuple[str, ...],
    unit: float,
    near: float,
    far: float,
    width: float,
    height: float,
    symmetry: Literal["axisymmetric", "plane_strain"],
) -> MeshData:
    """Mesh a body whose upper face is at height 0, and a second one above it if there is one.

    Args:
        regions: one or two names, the lower body first.
        unit: half-width of the zone of even, small elements [m].
        near: element size in that zone, over ``unit``.
        far: element size far from it, over ``unit``.
        width: of each body, over ``unit``.
        height: of each body, over ``unit``.
        symmetry: of the model.

    Raises:
        InputError: If gmsh is missing or fails.
    """
    levels_at = (-height, 0.0, height)[: len(regions) + 1]
    with gmsh_session("bodies in contact") as gmsh:
        occ = gmsh.model.occ
        rows = [[occ.addPoint(x, y, 0.0) for x in (0.0, width)] for y in levels_at]
        levels = [occ.addLine(*row) for row in rows]
        axis = [occ.addLine(low[0], high[0]) for low, high in pairwise(rows)]
        side = [occ.addLine(low[1], high[1]) for low, high in pairwise(rows)]
        bodies = [
            occ.addPlaneSurface([occ.addCurveLoop([levels[row], side[row], levels[row + 1], axis[row]])])
            for row in range(len(regions))
        ]
        occ.synchronize()
        distance = "Sqrt(Max(0,x-1)*Max(0,x-1)+y*y)"
        set_size_field(gmsh, f"Min({far!r},{near!r}+{_GROWTH!r}*{distance})")
        generate(gmsh, 2)
        tagged = {name: [body] for name, body in zip(regions, bodies, strict=True)}
        lines = {"axis": axis, "bottom": [levels[0]], "side": side, "top": [levels[-1]]}
        surfaces = tuple(lines)
        if len(regions) > 1:
            lines["|".join(regions)] = [levels[1]]
        points, cells, cell_tags, facets, facet_tags = read_simplices(gmsh, 2, tagged, lines)
    tags = {name: tag for tag, name in enumerate(lines, start=1)}
    points = points * unit
    meeting = tags["|".join(regions)] if len(regions) > 1 else tags["top"]
    points[np.unique(facets[facet_tags == meeting]), 1] = 0.0
    # Freed of the kernel's round-off: no r < 0.
    points[np.unique(facets[facet_tags == tags["axis"]]), 0] = 0.0
    return MeshData(
        points=points,
        cells=cells,
        cell_tags=cell_tags,
        facets=facets,
        facet_tags=facet_tags,
        regions={name: tag for tag, name in enumerate(tagged, start=1)},
        surfaces={name: tags[name] for name in surfaces},
        interfaces={name: tags[name] for name in lines if name not in surfaces},
        symmetry=symmetry,
    )
