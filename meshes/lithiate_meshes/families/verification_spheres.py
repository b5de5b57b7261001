# SPDX-License-Identifier: LGPL-3.0-or-later
"""A ball with a core, and a hollow ball."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from lithiate_meshes.families.limits import refuse_too_many_cells
from lithiate_meshes.families.verification_concentric import (
    DISTANCE_FROM_CENTRE,
    ConcentricModel,
    curved_area,
    enclosed_volume,
    estimated_cells_between,
    flat_faces,
)
from lithiate_meshes.families.verification_grids import ROUND_OFF
from lithiate_meshes.mesh_data import FloatArray, MeshData
from lithiate_meshes.quantities import Length, quantity, refuse

# Flat elements cut up to 0.36 (h/R)^2 of a ball's volume off: 1.5 % at this number of elements per radius.
_ELEMENTS_PER_RADIUS = 5.0
_GROWTH = 0.1
# Sizes below this share of the radius are refused for the number of elements, before anything overflows.
_SMALLEST_SIZE = 1e-9


class CoreShellGeometry(BaseModel):
    """A ball (in plane strain: a long fibre) of one material in a shell of another.

    Regions ``core`` and ``shell``, interface ``core|shell``. Symmetry leaves the quarter r >= 0, z >= 0
    (axisymmetric), the octant (3d) or the quarter x >= 0, y >= 0 (plane strain) around the origin. Surfaces:
    ``axis`` (in 3D ``symmetry_x`` and ``symmetry_y``), ``bottom`` and, outside, ``surface``. Elements have
    ``mesh_size`` on the interface and on the surface and grow by a tenth of the distance from them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    regions: ClassVar[tuple[str, ...]] = ("core", "shell")
    interfaces: ClassVar[tuple[str, ...]] = ("core|shell",)

    family: Literal["verification"]
    problem: Literal["core_shell"]
    symmetry: Literal["plane_strain", "axisymmetric", "3d"] = "axisymmetric"
    radius: Annotated[Length, Field(description="of the surface")]
    core_volume_fraction: Annotated[
        float,
        quantity("number", "", "0.05", gt=0.0, lt=1.0),
        Field(description="volume of the core over that of core and shell together"),
    ]
    mesh_size: Annotated[Length, Field(description="element size on the interface and on the surface")]

    @field_validator("mesh_size")
    @classmethod
    def _mesh_size_fits(cls, mesh_size: float, info: ValidationInfo) -> float:
        radius, fraction = info.data.get("radius"), info.data.get("core_volume_fraction")
        symmetry = info.data.get("symmetry")
        if radius is None or fraction is None or symmetry is None:
            return mesh_size
        core = _core_radius(symmetry, radius, fraction)
        if mesh_size > core / _ELEMENTS_PER_RADIUS * ROUND_OFF:
            raise refuse(
                f"found {mesh_size:g} m; allowed: at most a fifth of the core's radius = "
                f"{core / _ELEMENTS_PER_RADIUS:g} m"
            )
        if mesh_size > (radius - core) * ROUND_OFF:
            raise refuse(
                f"found {mesh_size:g} m; allowed: at most the thickness of the shell = {radius - core:g} m"
            )
        return mesh_size

    @model_validator(mode="after")
    def _cell_count_is_possible(self) -> CoreShellGeometry:
        refuse_too_many_cells(self.estimated_cells(), self.mesh_size)
        return self

    @property
    def core_radius(self) -> float:
        """Radius of the interface [m]."""
        return _core_radius(self.symmetry, self.radius, self.core_volume_fraction)

    @property
    def surfaces(self) -> tuple[str, ...]:
        """Names of the outer surfaces."""
        return (*flat_faces(self.symmetry), "surface")

    @property
    def platen_area(self) -> float:
        """Area of ``surface`` [m2; plane strain: per metre of depth]."""
        return curved_area(self.symmetry, self.radius)

    def region_volumes(self) -> dict[str, float]:
        """Exact volumes of the regions [m3; plane strain: per metre of depth]."""
        whole = enclosed_volume(self.symmetry, self.radius)
        core = self.core_volume_fraction * whole
        return {"core": core, "shell": whole - core}

    def interface_areas(self) -> dict[str, float]:
        """Exact area of the interface [m2; plane strain: per metre of depth]."""
        return {"core|shell": curved_area(self.symmetry, self.core_radius)}

    def interface_mesh_size(self, name: str) -> float:
        """Element size on the interface of this name [m]."""
        return {"core|shell": self.mesh_size}[name]

    def estimated_cells(self) -> dict[str, int]:
        """Number of elements of each region, within about a third."""
        core, near = self.core_radius / self.radius, max(self.mesh_size / self.radius, _SMALLEST_SIZE)

        def size(radius: FloatArray) -> FloatArray:
            return near + _GROWTH * np.minimum(np.abs(radius - core), 1.0 - radius)

        return {
            "core": estimated_cells_between(self.symmetry, 0.0, core, size),
            "shell": estimated_cells_between(self.symmetry, core, 1.0, size),
        }

    def build(self) -> MeshData:
        """Mesh the model with gmsh.

        Raises:
            InputError: If gmsh is missing or fails.
        """
        core, near = self.core_radius / self.radius, self.mesh_size / self.radius
        distances = f"Min(Abs({DISTANCE_FROM_CENTRE}-{core!r}),Abs({DISTANCE_FROM_CENTRE}-1))"
        return ConcentricModel(
            name="core and shell",
            symmetry=self.symmetry,
            radii=(self.core_radius, self.radius),
            curved=("core|shell", "surface"),
            regions=self.regions,
            size_expression=f"{near!r}+{_GROWTH!r}*{distances}",
        ).build()


class HollowSphereGeometry(BaseModel):
    """A thick-walled ball (in plane strain: a long tube) around an empty one.

    One region ``shell``, no interface. Symmetry leaves the quarter r >= 0, z >= 0 (axisymmetric), the octant
    (3d) or the quarter x >= 0, y >= 0 (plane strain) around the origin. Surfaces: ``axis`` (in 3D
    ``symmetry_x`` and ``symmetry_y``), ``bottom``, ``inner`` and, outside, ``surface``. Elements have
    ``mesh_size`` on the inner face and grow in proportion to the distance from the centre.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    regions: ClassVar[tuple[str, ...]] = ("shell",)
    interfaces: ClassVar[tuple[str, ...]] = ()

    family: Literal["verification"]
    problem: Literal["hollow_sphere"]
    symmetry: Literal["plane_strain", "axisymmetric", "3d"] = "axisymmetric"
    inner_radius: Length
    outer_radius: Length
    mesh_size: Annotated[Length, Field(description="element size on the inner face")]

    @field_validator("outer_radius")
    @classmethod
    def _wall_has_a_thickness(cls, outer: float, info: ValidationInfo) -> float:
        inner = info.data.get("inner_radius")
        if inner is not None and outer <= inner:
            raise refuse(f"found {outer:g} m; allowed: more than inner_radius = {inner:g} m")
        return outer

    @field_validator("mesh_size")
    @classmethod
    def _mesh_size_fits(cls, mesh_size: float, info: ValidationInfo) -> float:
        inner, outer = info.data.get("inner_radius"), info.data.get("outer_radius")
        if inner is not None and mesh_size > inner / _ELEMENTS_PER_RADIUS * ROUND_OFF:
            raise refuse(
                f"found {mesh_size:g} m; allowed: at most a fifth of inner_radius = "
                f"{inner / _ELEMENTS_PER_RADIUS:g} m"
            )
        if inner is not None and outer is not None and mesh_size > (outer - inner) * ROUND_OFF:
            raise refuse(
                f"found {mesh_size:g} m; allowed: at most the thickness of the wall = {outer - inner:g} m"
            )
        return mesh_size

    @model_validator(mode="after")
    def _cell_count_is_possible(self) -> HollowSphereGeometry:
        refuse_too_many_cells(self.estimated_cells(), self.mesh_size)
        return self

    @property
    def surfaces(self) -> tuple[str, ...]:
        """Names of the outer surfaces."""
        return (*flat_faces(self.symmetry), "inner", "surface")

    @property
    def platen_area(self) -> float:
        """Area of ``surface`` [m2; plane strain: per metre of depth]."""
        return curved_area(self.symmetry, self.outer_radius)

    def region_volumes(self) -> dict[str, float]:
        """Exact volume of the region [m3; plane strain: per metre of depth]."""
        outside, inside = (
            enclosed_volume(self.symmetry, radius) for radius in (self.outer_radius, self.inner_radius)
        )
        return {"shell": outside - inside}

    def interface_areas(self) -> dict[str, float]:
        """No interface, no area."""
        return {}

    def interface_mesh_size(self, name: str) -> float:
        """Element size on an interface; there is none, so that every name is a KeyError."""
        raise KeyError(name)

    def estimated_cells(self) -> dict[str, int]:
        """Number of elements, within about a third."""
        inner = self.inner_radius / self.outer_radius
        slope = max(self.mesh_size / self.inner_radius, _SMALLEST_SIZE)
        return {"shell": estimated_cells_between(self.symmetry, inner, 1.0, lambda radius: slope * radius)}

    def build(self) -> MeshData:
        """Mesh the model with gmsh.

        Raises:
            InputError: If gmsh is missing or fails.
        """
        slope, smallest = self.mesh_size / self.inner_radius, self.mesh_size / self.outer_radius
        return ConcentricModel(
            name="hollow sphere",
            symmetry=self.symmetry,
            radii=(self.inner_radius, self.outer_radius),
            curved=("inner", "surface"),
            regions=self.regions,
            size_expression=f"Max({smallest!r},{slope!r}*{DISTANCE_FROM_CENTRE})",
        ).build()


def _core_radius(symmetry: str, radius: float, fraction: float) -> float:
    return radius * (math.sqrt(fraction) if symmetry == "plane_strain" else math.cbrt(fraction))
