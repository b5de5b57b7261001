# SPDX-License-Identifier: LGPL-3.0-or-later
"""A body under a rigid cone with a rounded tip: indentation."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from lithiate_meshes.families.limits import refuse_too_many_cells
from lithiate_meshes.families.verification_contact import (
    BodyExtent,
    ContactMeshSize,
    body_width,
    estimated_cells_of_body,
    mesh_bodies,
)
from lithiate_meshes.mesh_data import MeshData
from lithiate_meshes.quantities import Length, quantity

CUBE_CORNER = math.radians(42.28)
"""Half-angle [rad] of the cone with the contact area of a cube corner, tan^2 = 2.5981 / pi."""

_FAR_PER_EXTENT = 1.0 / 8.0

HalfAngle = Annotated[
    float, quantity("angle", "rad", "42.28 deg", units=("deg", "rad"), gt=0.0, lt=math.pi / 2.0)
]


class IndentationGeometry(BaseModel):
    """A cylindrical body, its upper face at height 0; the cone has no mesh.

    Region ``body``, surfaces ``axis``, ``bottom``, ``side``, ``top``. Elements have ``mesh_size`` on the
    upper face up to ``contact_width``, which must hold the contact, and grow by 0.15 of the distance from
    there.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    regions: ClassVar[tuple[str, ...]] = ("body",)
    interfaces: ClassVar[tuple[str, ...]] = ()
    surfaces: ClassVar[tuple[str, ...]] = ("axis", "bottom", "side", "top")

    family: Literal["verification"]
    problem: Literal["indentation"]
    symmetry: Literal["axisymmetric"] = "axisymmetric"
    half_angle: Annotated[
        HalfAngle,
        Field(description="between the axis and the side of the cone; 42.28 deg, that of a cube corner"),
    ] = CUBE_CORNER
    tip_radius: Annotated[Length, Field(description="of the ball that the tip of the cone is rounded to")]
    contact_width: Annotated[Length, Field(description="radius of the zone of even, small elements")]
    width: Annotated[BodyExtent, Field(description="radius of the body; 20 contact_width if not given")] = (
        None
    )
    height: Annotated[BodyExtent, Field(description="of the body; width if not given")] = None
    mesh_size: Annotated[ContactMeshSize, Field(description="element size within contact_width")]

    @model_validator(mode="after")
    def _cell_count_is_possible(self) -> IndentationGeometry:
        refuse_too_many_cells(self.estimated_cells(), self.mesh_size)
        return self

    @property
    def body_width(self) -> float:
        """Radius of the body [m]."""
        return body_width(self.width, self.contact_width)

    @property
    def body_height(self) -> float:
        """Height of the body [m]."""
        return self.height if self.height is not None else self.body_width

    @property
    def platen_area(self) -> float:
        """Area of ``top`` [m2]."""
        return math.pi * self.body_width**2

    def region_volumes(self) -> dict[str, float]:
        """Exact volume of the body [m3]."""
        return {"body": self.platen_area * self.body_height}

    def interface_areas(self) -> dict[str, float]:
        """There is no interface."""
        return {}

    def interface_mesh_size(self, name: str) -> float:
        """There is no interface, and so no name is right."""
        raise KeyError(name)

    def estimated_cells(self) -> dict[str, int]:
        """Number of elements, within about a third."""
        return {"body": estimated_cells_of_body(*self._in_contact_widths())}

    def build(self) -> MeshData:
        """Mesh the body with gmsh.

        Raises:
            InputError: If gmsh is missing or fails.
        """
        return mesh_bodies(self.regions, self.contact_width, *self._in_contact_widths(), self.symmetry)

    def _in_contact_widths(self) -> tuple[float, float, float, float]:
        """Element size near and far, width and height of the body, over ``contact_width``."""
        near, width, height = (
            length / self.contact_width for length in (self.mesh_size, self.body_width, self.body_height)
        )
        return near, max(near, min(width, height) * _FAR_PER_EXTENT), width, height
