# SPDX-License-Identifier: LGPL-3.0-or-later
"""Simple shapes for tests of the equations: a block, or two on top of each other, or a sphere."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal

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
from lithiate_meshes.families.verification_grids import (
    ROUND_OFF,
    collect_facets,
    element_count,
    every_facet,
    structured_simplices,
)
from lithiate_meshes.mesh_data import FloatArray, IndexArray, MeshData
from lithiate_meshes.quantities import Length, quantity, refuse

INTERFACE = "electrode|electrolyte"
# Larger moves could turn a tetrahedron of the structured mesh inside out.
_LARGEST_IRREGULARITY = 0.2
_SEED = 20_240_229
# The lengths that each shape has.
_LENGTHS = {
    "block": ("width", "height"),
    "two_blocks": ("width", "height", "upper_height"),
    "sphere": ("radius",),
}
# The element size at the centre of a sphere, per that on its surface; both halve with mesh_size.
_SIZE_AT_CENTRE = {"plane_strain": 2.0, "axisymmetric": 2.0, "3d": 3.0}


class VerificationBlock(BaseModel):
    """A rectangle, a cylinder of radius ``width`` (axisymmetric), a box ``width`` wide and deep, a sphere.

    ``shape = "block"`` is one region ``block`` of ``height``. ``shape = "two_blocks"`` is a region
    ``electrode`` of ``height`` below a region ``electrolyte`` of ``upper_height``, with the interface
    ``electrode|electrolyte``. Surfaces in 2D: ``axis`` (r or x = 0), ``bottom``, ``side``, ``top``; in 3D
    ``symmetry_x``, ``symmetry_y``, ``bottom``, ``side`` (x = width), ``side_y`` (y = width), ``top``.

    No element of a block is longer than ``mesh_size`` along an axis: with mesh_size = width = height the
    mesh is one unit cell (two triangles or six tetrahedra). ``irregular`` moves every point that is on no
    surface and no interface by a random, repeatable amount of up to this fraction of the element size in
    each coordinate.

    ``shape = "sphere"`` is one region ``sphere`` of ``radius`` around the origin, of which symmetry leaves
    the quarter r >= 0, z >= 0 (axisymmetric), the octant (3d) or, of a long fibre in its place, the quarter
    x >= 0, y >= 0 (plane strain). Surfaces: ``surface``, ``bottom`` (z or y = 0) and, in 2D, ``axis``, in 3D
    ``symmetry_x`` and ``symmetry_y``. Its elements have ``mesh_size`` on the surface and twice that (in 3D
    three times) at the centre.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    family: Literal["verification"]
    problem: Literal["block", "two_blocks", "sphere"] = "block"
    shape: Annotated[
        Literal["block", "two_blocks", "sphere"],
        Field(description="the same as problem; either may be left out"),
    ] = "block"
    symmetry: Literal["plane_strain", "axisymmetric", "3d"] = "plane_strain"
    width: Annotated[
        Length | None, Field(description='needed by (only) "block" and "two_blocks"', validate_default=True)
    ] = None
    height: Annotated[
        Length | None,
        Field(description='of the (lower) block, needed by "block" and "two_blocks"', validate_default=True),
    ] = None
    upper_height: Annotated[
        Length | None,
        Field(description='height of the upper block, needed by (only) "two_blocks"', validate_default=True),
    ] = None
    radius: Annotated[
        Length | None, Field(description='needed by (only) "sphere"', validate_default=True)
    ] = None
    mesh_size: Length
    irregular: Annotated[float, quantity("number", "", "0.1", ge=0.0, le=_LARGEST_IRREGULARITY)] = 0.0

    @model_validator(mode="before")
    @classmethod
    def _shape_is_another_word_for_problem(cls, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        # What neither key may be is told once, of the key that is there.
        given = {data[key] for key in ("problem", "shape") if str(data.get(key)) in _LENGTHS}
        return dict.fromkeys(("problem", "shape"), given.pop()) | dict(data) if given else data

    @field_validator("shape")
    @classmethod
    def _shape_agrees(cls, shape: str, info: ValidationInfo) -> str:
        problem = info.data.get("problem")
        if problem is not None and shape != problem:
            raise refuse(f'found "{shape}"; allowed: problem = "{problem}", or nothing')
        return shape

    @field_validator("width", "height", "upper_height", "radius")
    @classmethod
    def _length_as_shape_says(cls, length: float | None, info: ValidationInfo) -> float | None:
        shape = info.data.get("shape")
        if shape is None or (length is not None) == (info.field_name in _LENGTHS[shape]):
            return length
        if length is None:
            raise refuse(f'found nothing; allowed: a length, with shape = "{shape}"')
        shapes = " or ".join(f'"{name}"' for name, lengths in _LENGTHS.items() if info.field_name in lengths)
        raise refuse(f'found {length:g} m; allowed: only with shape = {shapes}, found shape = "{shape}"')

    @field_validator("mesh_size")
    @classmethod
    def _mesh_size_fits(cls, mesh_size: float, info: ValidationInfo) -> float:
        radius = info.data.get("radius")
        if radius is not None and mesh_size > radius / 2.0 * ROUND_OFF:
            raise refuse(f"found {mesh_size:g} m; allowed: at most half of radius = {radius:g} m")
        return mesh_size

    @field_validator("irregular")
    @classmethod
    def _only_blocks_are_irregular(cls, irregular: float, info: ValidationInfo) -> float:
        if irregular > 0.0 and info.data.get("shape") == "sphere":
            raise refuse(f'found {irregular:g}; allowed: 0, with shape = "sphere"')
        return irregular

    @model_validator(mode="after")
    def _cell_count_is_possible(self) -> VerificationBlock:
        refuse_too_many_cells(self.estimated_cells(), self.mesh_size)
        return self

    @property
    def regions(self) -> tuple[str, ...]:
        """Names of the regions."""
        return {"two_blocks": ("electrode", "electrolyte")}.get(self.shape, (self.shape,))

    @property
    def surfaces(self) -> tuple[str, ...]:
        """Names of the outer surfaces."""
        planes = flat_faces(self.symmetry)
        if self.shape == "sphere":
            return (*planes, "surface")
        return (*planes, "side", "side_y", "top") if self.symmetry == "3d" else (*planes, "side", "top")

    @property
    def interfaces(self) -> tuple[str, ...]:
        """Names of the interfaces."""
        return (INTERFACE,) if self.shape == "two_blocks" else ()

    @property
    def platen_area(self) -> float:
        """Area of ``top``, or of the ``surface`` of a sphere [m2; plane strain: per metre of depth]."""
        if self.radius is not None:
            return curved_area(self.symmetry, self.radius)
        width = self._width
        return {"plane_strain": width, "axisymmetric": math.pi * width**2, "3d": width**2}[self.symmetry]

    def region_volumes(self) -> dict[str, float]:
        """Exact volumes of the regions [m3; plane strain: per metre of depth]."""
        if self.radius is not None:
            return {"sphere": enclosed_volume(self.symmetry, self.radius)}
        return {
            name: self.platen_area * height
            for name, height in zip(self.regions, self._heights(), strict=True)
        }

    def interface_areas(self) -> dict[str, float]:
        """Exact areas of the interfaces [m2; plane strain: per metre of depth]."""
        return dict.fromkeys(self.interfaces, self.platen_area)

    def interface_mesh_size(self, name: str) -> float:
        """Element size on the interface of this name [m]."""
        return dict.fromkeys(self.interfaces, self.mesh_size)[name]

    def estimated_cells(self) -> dict[str, int]:
        """Number of elements of each region: exact for blocks, within about a third for a sphere."""
        if self.radius is not None:
            near = max(self.mesh_size / self.radius, 1e-6)
            cells = estimated_cells_between(
                self.symmetry,
                0.0,
                1.0,
                lambda r: near * (1.0 + (_SIZE_AT_CENTRE[self.symmetry] - 1.0) * (1.0 - r)),
            )
            return {"sphere": cells}
        across = 2 * self._count(self._width) if self.symmetry != "3d" else 6 * self._count(self._width) ** 2
        return {
            name: across * self._count(height)
            for name, height in zip(self.regions, self._heights(), strict=True)
        }

    def build(self) -> MeshData:
        """Make the mesh: of blocks with NumPy alone, of a sphere with gmsh.

        Raises:
            InputError: If gmsh is needed and missing, or fails.
        """
        return self._build_blocks() if self.radius is None else self._build_sphere(self.radius)

    def _build_sphere(self, radius: float) -> MeshData:
        depth = f"Max(0,1-{DISTANCE_FROM_CENTRE})"
        growth = _SIZE_AT_CENTRE[self.symmetry] - 1.0
        return ConcentricModel(
            name="sphere",
            symmetry=self.symmetry,
            radii=(radius,),
            curved=("surface",),
            regions=("sphere",),
            size_expression=f"{self.mesh_size / radius!r}*(1+{growth!r}*{depth})",
        ).build()

    def _build_blocks(self) -> MeshData:
        across = np.linspace(0.0, self._width, self._count(self._width) + 1)
        layers = [self._count(height) for height in self._heights()]
        levels = np.concatenate([[0.0], np.cumsum(self._heights())])
        along = np.concatenate(
            [
                np.linspace(levels[block], levels[block + 1], count + 1)[block > 0 :]
                for block, count in enumerate(layers)
            ]
        )
        axes = [across, along] if self.symmetry != "3d" else [across, across, along]
        dimension, shape = len(axes), tuple(len(axis) for axis in axes)
        index = np.stack(np.unravel_index(np.arange(math.prod(shape)), shape), axis=1)
        points = np.stack([axis[index[:, coordinate]] for coordinate, axis in enumerate(axes)], axis=1)
        cells = structured_simplices(shape)
        layer = index[cells, -1].min(axis=1)
        cell_tags = np.where(layer < layers[0], 1, 2).astype(np.int32)

        # Every named face is a plane of the grid: which index is fixed, and at what.
        planes = {
            "axis": (0, 0),
            "symmetry_x": (0, 0),
            "symmetry_y": (1, 0),
            "bottom": (dimension - 1, 0),
            "side": (0, shape[0] - 1),
            "side_y": (1, shape[1] - 1),
            "top": (dimension - 1, shape[-1] - 1),
            INTERFACE: (dimension - 1, layers[0]),
        }
        names = (*self.surfaces, *self.interfaces)
        on_plane = {name: index[:, planes[name][0]] == planes[name][1] for name in names}
        every = every_facet(cells)
        facets, facet_tags, tags = collect_facets(
            {name: every[on_plane[name][every].all(axis=1)] for name in names}
        )
        free = ~np.any(list(on_plane.values()), axis=0)
        points[free] += self._moves(axes, index[free])
        return MeshData(
            points=points,
            cells=cells,
            cell_tags=cell_tags,
            facets=facets,
            facet_tags=facet_tags,
            regions={name: tag for tag, name in enumerate(self.regions, start=1)},
            surfaces={name: tags[name] for name in self.surfaces},
            interfaces={name: tags[name] for name in self.interfaces},
            symmetry=self.symmetry,
        )

    @property
    def _width(self) -> float:
        assert self.width is not None
        return self.width

    def _heights(self) -> list[float]:
        return [height for height in (self.height, self.upper_height) if height is not None]

    def _count(self, length: float) -> int:
        return element_count(length, self.mesh_size)

    def _moves(self, axes: list[FloatArray], index: IndexArray) -> FloatArray:
        """Random moves of inner points, shape of ``index``, relative to the smaller neighbouring element."""
        random = np.random.default_rng(_SEED)
        moves = self.irregular * (2.0 * random.random(index.shape) - 1.0)
        for coordinate, axis in enumerate(axes):
            spacing = np.diff(axis)
            here = index[:, coordinate]
            moves[:, coordinate] *= np.minimum(spacing[here - 1], spacing[here])
        return moves
