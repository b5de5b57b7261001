# SPDX-License-Identifier: LGPL-3.0-or-later
"""Two beams joined along a part of their length: the double cantilever."""

from __future__ import annotations

import itertools
import math
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from lithiate_meshes.families.limits import refuse_too_many_cells
from lithiate_meshes.families.verification_grids import (
    BEYOND_ANY_MESH,
    ROUND_OFF,
    collect_facets,
    element_count,
    every_facet,
    graded_sizes,
    open_faces,
    structured_simplices,
)
from lithiate_meshes.mesh_data import FloatArray, MeshData
from lithiate_meshes.quantities import Length, refuse

_INTERFACE = "upper|lower"
_CRACK = ("crack_lower", "crack_upper")
_GROWTH = 1.15
# Longest edge of a cuboid of the grid over its shortest: longer ones hold simplices that are too flat.
_LARGEST_ASPECT = {"plane_strain": 4.0, "3d": 2.0}
# A length that holds fewer elements cannot be graded without flat ones.
_FEWEST_ELEMENTS = 4.0


class DoubleCantileverGeometry(BaseModel):
    """Two arms on top of each other, joined along ``upper|lower`` from ``crack_length`` on.

    x runs along the arms from the loaded ends, the last coordinate (y, in 3D z) is zero on the crack plane,
    and in 3D the arms are ``depth`` deep along y. Regions ``upper`` and ``lower``. The crack is open: its
    faces are the surfaces ``crack_lower`` and ``crack_upper``, which share but the points of the crack front.
    The other surfaces: ``loaded_end_lower`` and ``loaded_end_upper`` (x = 0), ``far_end`` (x = length),
    ``bottom``, ``top`` and, in 3D, ``symmetry_y`` (y = 0) and ``side_y`` (y = depth).

    The mesh is structured. Along the interface no element is longer than ``mesh_size``; along the crack and
    away from its plane elements grow up to four times (in 3D: twice) that.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    regions: ClassVar[tuple[str, ...]] = ("upper", "lower")
    interfaces: ClassVar[tuple[str, ...]] = (_INTERFACE,)

    family: Literal["verification"]
    problem: Literal["double_cantilever"]
    symmetry: Literal["plane_strain", "3d"] = "plane_strain"
    length: Annotated[Length, Field(description="of the arms")]
    arm_height: Annotated[Length, Field(description="height of each arm")]
    crack_length: Annotated[Length, Field(description="from the loaded ends to the crack front")]
    depth: Annotated[
        Length | None, Field(description='extent along y, needed by (only) "3d"', validate_default=True)
    ] = None
    mesh_size: Annotated[Length, Field(description="element size along the interface")]

    @field_validator("crack_length")
    @classmethod
    def _crack_ends_inside(cls, crack: float, info: ValidationInfo) -> float:
        length = info.data.get("length")
        if length is not None and crack >= length:
            raise refuse(f"found {crack:g} m; allowed: less than length = {length:g} m")
        return crack

    @field_validator("depth")
    @classmethod
    def _depth_needs_three_dimensions(cls, depth: float | None, info: ValidationInfo) -> float | None:
        symmetry = info.data.get("symmetry")
        if symmetry is None or (depth is not None) == (symmetry == "3d"):
            return depth
        if depth is None:
            raise refuse('found nothing; allowed: a length, with symmetry = "3d"')
        raise refuse(f'found {depth:g} m; allowed: only with symmetry = "3d", found symmetry = "{symmetry}"')

    @field_validator("mesh_size")
    @classmethod
    def _mesh_size_fits(cls, mesh_size: float, info: ValidationInfo) -> float:
        length, crack, arm, depth = (
            info.data.get(name) for name in ("length", "crack_length", "arm_height", "depth")
        )
        extents = {"crack_length": crack, "arm_height": arm}
        if length is not None and crack is not None:
            extents["length - crack_length"] = length - crack
        for name, extent in extents.items():
            if extent is not None and mesh_size > extent / _FEWEST_ELEMENTS * ROUND_OFF:
                raise refuse(
                    f"found {mesh_size:g} m; allowed: at most a quarter of {name} = "
                    f"{extent / _FEWEST_ELEMENTS:g} m"
                )
        if depth is not None and mesh_size > depth * ROUND_OFF:
            raise refuse(f"found {mesh_size:g} m; allowed: at most depth = {depth:g} m")
        return mesh_size

    @model_validator(mode="after")
    def _cell_count_is_possible(self) -> DoubleCantileverGeometry:
        refuse_too_many_cells(self.estimated_cells(), self.mesh_size)
        return self

    @property
    def surfaces(self) -> tuple[str, ...]:
        """Names of the outer surfaces."""
        ends = ("loaded_end_lower", "loaded_end_upper", "far_end")
        sides = ("symmetry_y", "side_y") if self.depth is not None else ()
        return (*ends, *sides, "bottom", "top", *_CRACK)

    @property
    def platen_area(self) -> float:
        """Area of ``top`` [m2; plane strain: per metre of depth]."""
        return self.length * self._depth

    def region_volumes(self) -> dict[str, float]:
        """Exact volumes of the arms [m3; plane strain: per metre of depth]."""
        return dict.fromkeys(self.regions, self.platen_area * self.arm_height)

    def interface_areas(self) -> dict[str, float]:
        """Exact area of the interface ahead of the crack [m2; plane strain: per metre of depth]."""
        return {_INTERFACE: (self.length - self.crack_length) * self._depth}

    def interface_mesh_size(self, name: str) -> float:
        """Element size on the interface of this name [m]."""
        return {_INTERFACE: self.mesh_size}[name]

    def estimated_cells(self) -> dict[str, int]:
        """Number of elements of each arm, as good as exact."""
        largest = _LARGEST_ASPECT[self.symmetry] * self.mesh_size
        along = element_count(self.length - self.crack_length, self.mesh_size)
        along += _graded_count(self.crack_length, self.mesh_size, largest)
        upwards = _graded_count(self.arm_height, self.mesh_size, largest)
        cuboid = 2 if self.depth is None else 6 * element_count(self.depth, largest)
        return dict.fromkeys(self.regions, cuboid * along * upwards)

    def build(self) -> MeshData:
        """Make the mesh with NumPy."""
        axes, crack_columns, arm_rows = self._axes()
        shape = tuple(len(axis) for axis in axes)
        index = np.stack(np.unravel_index(np.arange(math.prod(shape)), shape), axis=1)
        points = np.stack([axis[index[:, coordinate]] for coordinate, axis in enumerate(axes)], axis=1)
        cells = structured_simplices(shape)
        upper_cells = index[cells, -1].min(axis=1) >= arm_rows

        column, row = index[:, 0], index[:, -1]
        planes = {
            "loaded_end_lower": (column == 0) & (row <= arm_rows),
            "loaded_end_upper": (column == 0) & (row >= arm_rows),
            "far_end": column == shape[0] - 1,
            "symmetry_y": index[:, 1] == 0,
            "side_y": index[:, 1] == shape[1] - 1,
            "bottom": row == 0,
            "top": row == shape[-1] - 1,
            _CRACK[0]: (row == arm_rows) & (column <= crack_columns),
            _INTERFACE: (row == arm_rows) & (column >= crack_columns),
        }
        every = every_facet(cells)
        names = [name for name in (*self.surfaces, _INTERFACE) if name in planes]
        facets, facet_tags, tags = collect_facets(
            {name: every[planes[name][every].all(axis=1)] for name in names}
        )
        joined = MeshData(
            points=points,
            cells=cells,
            cell_tags=np.where(upper_cells, 1, 2).astype(np.int32),
            facets=facets,
            facet_tags=facet_tags,
            regions={name: tag for tag, name in enumerate(self.regions, start=1)},
            surfaces={name: tag for name, tag in tags.items() if name != _INTERFACE},
            interfaces={_INTERFACE: tags[_INTERFACE]},
            symmetry=self.symmetry,
        )
        return open_faces(joined, _INTERFACE, _CRACK, 0.0, self.surfaces)

    @property
    def _depth(self) -> float:
        return 1.0 if self.depth is None else self.depth

    def _axes(self) -> tuple[list[FloatArray], int, int]:
        """Coordinates of the grid, the columns of elements along the crack and the rows in an arm."""
        size, largest = self.mesh_size, _LARGEST_ASPECT[self.symmetry] * self.mesh_size
        crack = graded_sizes(self.crack_length, size, _GROWTH, largest)[::-1]
        ligament = self.length - self.crack_length
        count = element_count(ligament, size)
        along = np.array([0.0, *itertools.accumulate([*crack, *[ligament / count] * count])])
        # The last of many sums misses the end by the round-off.
        along[len(crack)], along[-1] = self.crack_length, self.length
        upwards = np.array(
            [0.0, *itertools.accumulate(graded_sizes(self.arm_height, size, _GROWTH, largest))]
        )
        upwards[-1] = self.arm_height
        axes = [along, np.concatenate([-upwards[:0:-1], upwards])]
        if self.depth is not None:
            axes.insert(1, np.linspace(0.0, self.depth, element_count(self.depth, largest) + 1))
        return axes, len(crack), len(upwards) - 1


def _graded_count(length: float, first: float, largest: float) -> int:
    """Number of elements of a graded line without making one, so that no request is too large to refuse."""
    length = min(length, BEYOND_ANY_MESH * first)
    graded = math.ceil(math.log(largest / first) / math.log(_GROWTH))
    covered = first * (_GROWTH**graded - 1.0) / (_GROWTH - 1.0)
    if length <= covered:
        return max(1, round(math.log1p(length * (_GROWTH - 1.0) / first) / math.log(_GROWTH)))
    return graded + round((length - covered) / largest)
