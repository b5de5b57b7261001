# SPDX-License-Identifier: LGPL-3.0-or-later
"""Simple shapes for tests of the equations: a block, or two on top of each other, of structured simplices."""

from __future__ import annotations

import itertools
import math
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from lithiate_meshes.families.limits import refuse_too_many_cells
from lithiate_meshes.mesh_data import FloatArray, IndexArray, MeshData
from lithiate_meshes.quantities import Length, quantity, refuse

INTERFACE = "electrode|electrolyte"
# Larger moves could turn a tetrahedron of the structured mesh inside out.
_LARGEST_IRREGULARITY = 0.2
_SEED = 20_240_229
# Stands in for any larger number of elements along an edge, which could overflow; it is refused all the same.
_BEYOND_ANY_MESH = 1e9


class VerificationBlock(BaseModel):
    """A rectangle, a cylinder of radius ``width`` (axisymmetric) or a box ``width`` wide and deep.

    ``shape = "block"`` is one region ``block`` of ``height``. ``shape = "two_blocks"`` is a region
    ``electrode`` of ``height`` below a region ``electrolyte`` of ``upper_height``, with the interface
    ``electrode|electrolyte``. Surfaces in 2D: ``axis`` (r or x = 0), ``bottom``, ``side``, ``top``; in 3D
    ``symmetry_x``, ``symmetry_y``, ``bottom``, ``side`` (x = width), ``side_y`` (y = width), ``top``.

    No element is longer than ``mesh_size`` along an axis: with mesh_size = width = height the mesh is one
    unit cell (two triangles or six tetrahedra). ``irregular`` moves every point that is on no surface and no
    interface by a random, repeatable amount of up to this fraction of the element size in each coordinate.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    family: Literal["verification"]
    shape: Literal["block", "two_blocks"] = "block"
    symmetry: Literal["plane_strain", "axisymmetric", "3d"] = "plane_strain"
    width: Length
    height: Length
    upper_height: Annotated[
        Length | None,
        Field(description='height of the upper block, needed by (only) "two_blocks"', validate_default=True),
    ] = None
    mesh_size: Length
    irregular: Annotated[float, quantity("number", "", "0.1", ge=0.0, le=_LARGEST_IRREGULARITY)] = 0.0

    @field_validator("upper_height")
    @classmethod
    def _upper_block_as_shape_says(cls, upper_height: float | None, info: ValidationInfo) -> float | None:
        shape = info.data.get("shape")
        if shape == "two_blocks" and upper_height is None:
            raise refuse('found nothing; allowed: a length, with shape = "two_blocks"')
        if shape == "block" and upper_height is not None:
            raise refuse(
                f'found {upper_height:g} m; allowed: only with shape = "two_blocks", found shape = "block"'
            )
        return upper_height

    @model_validator(mode="after")
    def _cell_count_is_possible(self) -> VerificationBlock:
        refuse_too_many_cells(self.estimated_cells(), self.mesh_size)
        return self

    @property
    def regions(self) -> tuple[str, ...]:
        """Names of the regions."""
        return ("block",) if self.shape == "block" else ("electrode", "electrolyte")

    @property
    def surfaces(self) -> tuple[str, ...]:
        """Names of the outer surfaces."""
        if self.symmetry != "3d":
            return ("axis", "bottom", "side", "top")
        return ("symmetry_x", "symmetry_y", "bottom", "side", "side_y", "top")

    @property
    def interfaces(self) -> tuple[str, ...]:
        """Names of the interfaces."""
        return () if self.shape == "block" else (INTERFACE,)

    @property
    def platen_area(self) -> float:
        """Area of the face ``top`` of the model [m2; plane strain: per metre of depth]."""
        return {"plane_strain": self.width, "axisymmetric": math.pi * self.width**2, "3d": self.width**2}[
            self.symmetry
        ]

    def region_volumes(self) -> dict[str, float]:
        """Exact volumes of the regions [m3; plane strain: per metre of depth]."""
        return {
            name: self.platen_area * height
            for name, height in zip(self.regions, self._heights(), strict=True)
        }

    def interface_areas(self) -> dict[str, float]:
        """Exact areas of the interfaces [m2; plane strain: per metre of depth]."""
        return dict.fromkeys(self.interfaces, self.platen_area)

    def estimated_cells(self) -> dict[str, int]:
        """Number of elements of each region (exact)."""
        across = 2 * self._count(self.width) if self.symmetry != "3d" else 6 * self._count(self.width) ** 2
        return {
            name: across * self._count(height)
            for name, height in zip(self.regions, self._heights(), strict=True)
        }

    def build(self) -> MeshData:
        """Make the mesh, with NumPy alone."""
        across = np.linspace(0.0, self.width, self._count(self.width) + 1)
        layers = [self._count(height) for height in self._heights()]
        levels = np.concatenate([[0.0, self.height], self.height + np.array(self._heights()[1:])])
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
        cells = _structured_simplices(shape)
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
        every_facet = np.concatenate([np.delete(cells, corner, axis=1) for corner in range(dimension + 1)])
        every_facet = np.unique(np.sort(every_facet, axis=1), axis=0)
        facets = [every_facet[on_plane[name][every_facet].all(axis=1)] for name in names]
        facet_tags = np.repeat(np.arange(1, len(names) + 1, dtype=np.int32), [len(rows) for rows in facets])
        free = ~np.any(list(on_plane.values()), axis=0)
        points[free] += self._moves(axes, index[free])
        tags = {name: tag for tag, name in enumerate(names, start=1)}
        return MeshData(
            points=points,
            cells=cells,
            cell_tags=cell_tags,
            facets=np.concatenate(facets),
            facet_tags=facet_tags,
            regions={name: tag for tag, name in enumerate(self.regions, start=1)},
            surfaces={name: tags[name] for name in self.surfaces},
            interfaces={name: tags[name] for name in self.interfaces},
            symmetry=self.symmetry,
        )

    def _heights(self) -> list[float]:
        return [self.height] if self.upper_height is None else [self.height, self.upper_height]

    def _count(self, length: float) -> int:
        """Elements along a length; the small number keeps round-off from adding one."""
        return max(1, math.ceil(min(length / self.mesh_size, _BEYOND_ANY_MESH) - 1e-9))

    def _moves(self, axes: list[FloatArray], index: IndexArray) -> FloatArray:
        """Random moves of inner points, shape of ``index``, relative to the smaller neighbouring element."""
        random = np.random.default_rng(_SEED)
        moves = self.irregular * (2.0 * random.random(index.shape) - 1.0)
        for coordinate, axis in enumerate(axes):
            spacing = np.diff(axis)
            here = index[:, coordinate]
            moves[:, coordinate] *= np.minimum(spacing[here - 1], spacing[here])
        return moves


def _structured_simplices(shape: tuple[int, ...]) -> IndexArray:
    """Conforming simplices of a grid of points of this shape: 2 triangles or 6 tetrahedra per box.

    Every simplex walks from the lowest to the highest corner of its box, one axis after the other (Kuhn
    1960).
    """
    dimension = len(shape)
    strides = np.array([math.prod(shape[axis + 1 :]) for axis in range(dimension)], dtype=np.int64)
    corner = np.zeros(1, dtype=np.int64)
    for count, stride in zip(shape, strides, strict=True):
        corner = (corner[:, None] + np.arange(count - 1) * stride).reshape(-1)
    simplices = []
    for order in itertools.permutations(range(dimension)):
        walk = np.concatenate([[0], np.cumsum(strides[list(order)])])
        inversions = sum(order[i] > order[j] for i in range(dimension) for j in range(i + 1, dimension))
        if inversions % 2:
            walk[[0, 1]] = walk[[1, 0]]
        simplices.append(corner[:, None] + walk)
    return np.stack(simplices, axis=1).reshape(-1, dimension + 1)
