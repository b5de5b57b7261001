# SPDX-License-Identifier: LGPL-3.0-or-later
"""Simple shapes for tests of the equations: a block, or two on top of each other, or a sphere."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from types import ModuleType
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from lithiate_meshes.families.limits import refuse_too_many_cells
from lithiate_meshes.gmsh_session import generate, gmsh_session, read_simplices, set_size_field
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
_SIZE_AT_CENTRE = 3.0
# Mean size of the elements that gmsh makes for an element size of 1, as measured on particles.
_AREA_OF_TRIANGLE = 0.39
_VOLUME_OF_TETRAHEDRON = 0.165
# Bounds are meant to be reached, whatever the round-off.
_ROUND_OFF = 1.0 + 1e-9
# Stands in for any larger number of elements along an edge, which could overflow; it is refused all the same.
_BEYOND_ANY_MESH = 1e9


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
    ``symmetry_x`` and ``symmetry_y``. Its elements have ``mesh_size`` on the surface and three times that
    at the centre.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    family: Literal["verification"]
    shape: Literal["block", "two_blocks", "sphere"] = "block"
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
        if radius is not None and mesh_size > radius / 2.0 * _ROUND_OFF:
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
        planes = ("symmetry_x", "symmetry_y", "bottom") if self.symmetry == "3d" else ("axis", "bottom")
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
            radius, symmetry = self.radius, self.symmetry
            if symmetry == "plane_strain":
                return math.pi / 2.0 * radius
            return 4.0 * math.pi * radius**2 / (2.0 if symmetry == "axisymmetric" else 8.0)
        width = self._width
        return {"plane_strain": width, "axisymmetric": math.pi * width**2, "3d": width**2}[self.symmetry]

    def region_volumes(self) -> dict[str, float]:
        """Exact volumes of the regions [m3; plane strain: per metre of depth]."""
        if self.radius is not None:
            share = 2.0 if self.symmetry == "plane_strain" else 3.0
            return {"sphere": self.platen_area * self.radius / share}
        return {
            name: self.platen_area * height
            for name, height in zip(self.regions, self._heights(), strict=True)
        }

    def interface_areas(self) -> dict[str, float]:
        """Exact areas of the interfaces [m2; plane strain: per metre of depth]."""
        return dict.fromkeys(self.interfaces, self.platen_area)

    def estimated_cells(self) -> dict[str, int]:
        """Number of elements of each region: exact for blocks, within about a third for a sphere."""
        if self.radius is not None:
            return {"sphere": _sphere_cells(max(self.mesh_size / self.radius, 1e-6), self.symmetry)}
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
        return self._build_blocks() if self.radius is None else _build_sphere(self, self.radius)

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

    @property
    def _width(self) -> float:
        assert self.width is not None
        return self.width

    def _heights(self) -> list[float]:
        return [height for height in (self.height, self.upper_height) if height is not None]

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


def _sphere_cells(mesh_size: float, symmetry: str) -> int:
    """Number of elements of the model of a unit sphere or fibre, from the size function alone."""
    depth = np.linspace(0.0, 1.0, 101)
    middle, thickness = (depth[1:] + depth[:-1]) / 2.0, np.diff(depth)
    size = mesh_size * (1.0 + (_SIZE_AT_CENTRE - 1.0) * middle)
    if symmetry == "3d":
        density = math.pi / 2.0 * (1.0 - middle) ** 2 / (_VOLUME_OF_TETRAHEDRON * size**3)
    else:
        density = math.pi / 2.0 * (1.0 - middle) / (_AREA_OF_TRIANGLE * size**2)
    return math.ceil(float((density * thickness).sum()))


def _build_sphere(geometry: VerificationBlock, radius: float) -> MeshData:
    """Mesh the quarter or octant with gmsh, in units of the radius: its geometric tolerance is absolute."""
    dimension = 3 if geometry.symmetry == "3d" else 2
    with gmsh_session("sphere") as gmsh:
        region, surfaces = _octant(gmsh) if dimension == 3 else _quarter(gmsh)
        depth = "Max(0,1-Sqrt(x*x+y*y+z*z))"
        set_size_field(gmsh, f"{geometry.mesh_size / radius!r}*(1+{_SIZE_AT_CENTRE - 1.0!r}*{depth})")
        generate(gmsh, dimension)
        surfaces = {name: surfaces[name] for name in geometry.surfaces}
        points, cells, cell_tags, facets, facet_tags = read_simplices(gmsh, dimension, region, surfaces)
    points = points * radius
    tags = {name: tag for tag, name in enumerate(geometry.surfaces, start=1)}
    planes = {"axis": 0, "symmetry_x": 0, "symmetry_y": 1, "bottom": dimension - 1}
    for name in tags.keys() & planes.keys():
        # Freed of the kernel's round-off: no r < 0.
        points[np.unique(facets[facet_tags == tags[name]]), planes[name]] = 0.0
    return MeshData(
        points=points,
        cells=cells,
        cell_tags=cell_tags,
        facets=facets,
        facet_tags=facet_tags,
        regions={"sphere": 1},
        surfaces=tags,
        interfaces={},
        symmetry=geometry.symmetry,
    )


Entities = Mapping[str, list[int]]


def _quarter(gmsh: ModuleType) -> tuple[Entities, Entities]:
    """The quarter of the unit disc: its face, and its lines by name."""
    occ = gmsh.model.occ
    centre, equator, pole = [occ.addPoint(x, y, 0.0) for x, y in ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0))]
    arc = occ.addCircleArc(equator, centre, pole)
    bottom, axis = occ.addLine(centre, equator), occ.addLine(pole, centre)
    face = occ.addPlaneSurface([occ.addCurveLoop([bottom, arc, axis])])
    occ.synchronize()
    return {"sphere": [face]}, {"axis": [axis], "bottom": [bottom], "surface": [arc]}


def _octant(gmsh: ModuleType) -> tuple[Entities, Entities]:
    """The octant of the unit sphere: its volume, and its faces by name."""
    occ = gmsh.model.occ
    box, sphere = occ.addBox(0.0, 0.0, 0.0, 2.0, 2.0, 2.0), occ.addSphere(0.0, 0.0, 0.0, 1.0)
    # The poles and the seam of the sphere's parametrisation spoil a surface mesh: turn them away.
    occ.rotate([(3, sphere)], 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, math.pi / 2.0)
    pieces, _ = occ.intersect([(3, box)], [(3, sphere)])
    occ.synchronize()
    faces: dict[str, list[int]] = {}
    for _, face in gmsh.model.getBoundary(pieces, oriented=False):
        upper = np.round(gmsh.model.getBoundingBox(2, face)[3:], 5)  # the kernel pads by about 1e-7
        flat = np.flatnonzero(upper == 0.0)
        name = ("symmetry_x", "symmetry_y", "bottom")[flat[0]] if len(flat) else "surface"
        faces.setdefault(name, []).append(face)
    return {"sphere": [tag for _, tag in pieces]}, faces
