# SPDX-License-Identifier: LGPL-3.0-or-later
"""One round particle in a block of electrolyte.

The particle's centre is the origin. The model is what symmetry leaves: the quarter r >= 0, z >= 0 of a sphere
in a cylinder (axisymmetric), the quarter x >= 0, y >= 0 of a long fibre in a block (plane strain), or the
octant of a sphere in a cylinder or in a box (3d). Elements are smallest on the interface and grow steadily
away from it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from lithiate_meshes.families.limits import refuse_too_many_cells
from lithiate_meshes.gmsh_session import generate, gmsh_session, read_simplices, set_size_field
from lithiate_meshes.mesh_data import FloatArray, IndexArray, MeshData
from lithiate_meshes.quantities import Length, refuse

INTERFACE = "particle|electrolyte"
# Bounds are meant to be reached: 2 um - 1 um is a little less than 1 um in floating point.
_ROUND_OFF = 1.0 + 1e-9
# The element size grows by this length per length of distance from the interface, on either side.
_GROWTH_INTO_PARTICLE = 0.04
_GROWTH_INTO_ELECTROLYTE = 0.06
# Mean size of the elements that gmsh makes for an element size of 1, measured over many parameters.
_AREA_OF_TRIANGLE = 0.39
_VOLUME_OF_TETRAHEDRON = 0.165


class ParticleGeometry(BaseModel):
    """A sphere (or, in plane strain, a fibre) of ``particle_radius`` in a block of electrolyte.

    Regions ``particle`` and ``electrolyte``, interface ``particle|electrolyte``. Surfaces in 2D: ``axis`` (r
    or x = 0), ``bottom`` (z or y = 0), ``side``, ``top``; in 3D ``symmetry_x``, ``symmetry_y``, ``bottom`` (z
    = 0), ``side`` (the mantle of the cylinder, or x = block_size of the box), ``side_y`` (y = block_size, box
    only), ``top``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    regions: ClassVar[tuple[str, ...]] = ("particle", "electrolyte")
    interfaces: ClassVar[tuple[str, ...]] = (INTERFACE,)

    family: Literal["particle"]
    symmetry: Literal["plane_strain", "axisymmetric", "3d"] = "axisymmetric"
    particle_radius: Length
    block_size: Annotated[Length, Field(description="distance from the particle's centre to the outer faces")]
    block_shape: Annotated[
        Literal["cylinder", "box"] | None,
        Field(description='shape of the block in "3d"; "cylinder" if not given'),
    ] = None
    mesh_size: Annotated[Length, Field(description="element size on the interface")]
    mesh_size_far: Annotated[
        Length | None,
        Field(description="largest element size; block_size/8, but not below mesh_size, if not given"),
    ] = None

    @model_validator(mode="before")
    @classmethod
    def _default_block_shape(cls, data: Any) -> Any:
        if isinstance(data, Mapping) and data.get("symmetry") == "3d" and data.get("block_shape") is None:
            return {**data, "block_shape": "cylinder"}
        return data

    @field_validator("block_size")
    @classmethod
    def _block_holds_particle(cls, block_size: float, info: ValidationInfo) -> float:
        radius = info.data.get("particle_radius")
        if radius is not None and block_size <= radius:
            raise refuse(
                f"found {block_size:g} m; the particle would overlap the outer faces; allowed: more than "
                f"particle_radius = {radius:g} m"
            )
        return block_size

    @field_validator("block_shape")
    @classmethod
    def _shape_needs_three_dimensions(cls, block_shape: str | None, info: ValidationInfo) -> str | None:
        symmetry = info.data.get("symmetry")
        if block_shape is not None and symmetry in ("plane_strain", "axisymmetric"):
            raise refuse(
                f'found "{block_shape}"; allowed: only with symmetry = "3d", found symmetry = "{symmetry}"'
            )
        return block_shape

    @field_validator("mesh_size")
    @classmethod
    def _mesh_size_fits(cls, mesh_size: float, info: ValidationInfo) -> float:
        radius, block_size = info.data.get("particle_radius"), info.data.get("block_size")
        if radius is not None and mesh_size > radius / 2.0 * _ROUND_OFF:
            raise refuse(f"found {mesh_size:g} m; allowed: at most half of particle_radius = {radius:g} m")
        if radius is not None and block_size is not None and mesh_size > (block_size - radius) * _ROUND_OFF:
            raise refuse(
                f"found {mesh_size:g} m; allowed: at most block_size - particle_radius = "
                f"{block_size - radius:g} m, one layer of elements between the particle and the outer faces"
            )
        return mesh_size

    @field_validator("mesh_size_far")
    @classmethod
    def _far_size_fits(cls, far: float | None, info: ValidationInfo) -> float | None:
        near, block_size = info.data.get("mesh_size"), info.data.get("block_size")
        if far is not None and near is not None and block_size is not None and not near <= far <= block_size:
            raise refuse(
                f"found {far:g} m; allowed: from mesh_size = {near:g} m to block_size = {block_size:g} m"
            )
        return far

    @model_validator(mode="after")
    def _cell_count_is_possible(self) -> ParticleGeometry:
        refuse_too_many_cells(self.estimated_cells(), self.mesh_size)
        return self

    @property
    def surfaces(self) -> tuple[str, ...]:
        """Names of the outer surfaces."""
        if self.symmetry != "3d":
            return ("axis", "bottom", "side", "top")
        sides = ("side", "side_y") if self.block_shape == "box" else ("side",)
        return ("symmetry_x", "symmetry_y", "bottom", *sides, "top")

    @property
    def largest_size(self) -> float:
        """Element size far from the interface [m]."""
        if self.mesh_size_far is not None:
            return self.mesh_size_far
        return max(self.mesh_size, self.block_size / 8.0)

    @property
    def platen_area(self) -> float:
        """Area of the face ``top`` of the model [m2; plane strain: per metre of depth]."""
        if self.symmetry == "plane_strain":
            return self.block_size
        if self.symmetry == "axisymmetric":
            return math.pi * self.block_size**2
        return self.block_size**2 * (1.0 if self.block_shape == "box" else math.pi / 4.0)

    def region_volumes(self) -> dict[str, float]:
        """Exact volumes of the regions of the model [m3; plane strain: per metre of depth]."""
        if self.symmetry == "plane_strain":
            particle = math.pi / 4.0 * self.particle_radius**2
        else:
            parts = 2.0 if self.symmetry == "axisymmetric" else 8.0
            particle = 4.0 / 3.0 * math.pi * self.particle_radius**3 / parts
        return {"particle": particle, "electrolyte": self.platen_area * self.block_size - particle}

    def interface_areas(self) -> dict[str, float]:
        """Exact area of the interface of the model [m2; plane strain: per metre of depth]."""
        if self.symmetry == "plane_strain":
            return {INTERFACE: math.pi / 2.0 * self.particle_radius}
        parts = 2.0 if self.symmetry == "axisymmetric" else 8.0
        return {INTERFACE: 4.0 * math.pi * self.particle_radius**2 / parts}

    def estimated_cells(self) -> dict[str, int]:
        """Number of elements that meshing will give, within about a third, from the size function alone."""
        dimension, count = (3, 60) if self.symmetry == "3d" and self.block_shape == "box" else (2, 400)
        # Grid lines lie denser near the origin, to resolve the particle in a block of any size.
        lines = np.linspace(0.0, 1.0, count + 1) ** 3 * (self.block_size / self.particle_radius)
        grid = np.meshgrid(*[(lines[1:] + lines[:-1]) / 2.0] * dimension, indexing="ij")
        measure = math.prod(np.meshgrid(*[np.diff(lines)] * dimension, indexing="ij"))
        distance = np.sqrt(sum(coordinate**2 for coordinate in grid)) - 1.0
        growth = np.where(distance < 0.0, -_GROWTH_INTO_PARTICLE, _GROWTH_INTO_ELECTROLYTE)
        # Sizes below a millionth of the radius are refused for the number of elements, before anything
        # overflows.
        near, far = (max(size / self.particle_radius, 1e-6) for size in (self.mesh_size, self.largest_size))
        size = np.minimum(far, near + growth * distance)
        if self.symmetry == "3d":
            if self.block_shape != "box":
                measure = measure * math.pi / 2.0 * grid[0]
            density = measure / (_VOLUME_OF_TETRAHEDRON * size**3)
        else:
            density = measure / (_AREA_OF_TRIANGLE * size**2)
        inside = distance < 0.0
        return {
            "particle": math.ceil(density[inside].sum()),
            "electrolyte": math.ceil(density[~inside].sum()),
        }

    def build(self) -> MeshData:
        """Mesh the model with gmsh.

        Raises:
            InputError: If gmsh is missing or fails.
        """
        dimension = 3 if self.symmetry == "3d" else 2
        # gmsh works in units of the particle radius: its geometric tolerance is absolute.
        block = self.block_size / self.particle_radius
        with gmsh_session("particle in its block") as gmsh:
            if dimension == 3:
                regions, surfaces, interface = _octant(gmsh, block, box=self.block_shape == "box")
            else:
                regions, surfaces, interface = _quarter(gmsh, block)
            set_size_field(gmsh, self._size_expression())
            generate(gmsh, dimension)
            boundaries = {name: surfaces[name] for name in self.surfaces} | {INTERFACE: interface}
            points, cells, cell_tags, facets, facet_tags = read_simplices(
                gmsh, dimension, regions, boundaries
            )
        tags = {name: tag for tag, name in enumerate(boundaries, start=1)}
        points = self._on_exact_planes(
            points, {name: facets[facet_tags == tag] for name, tag in tags.items()}
        )
        return MeshData(
            points=points,
            cells=cells,
            cell_tags=cell_tags,
            facets=facets,
            facet_tags=facet_tags,
            regions={name: tag for tag, name in enumerate(regions, start=1)},
            surfaces={name: tags[name] for name in self.surfaces},
            interfaces={INTERFACE: tags[INTERFACE]},
            symmetry=self.symmetry,
        )

    def _size_expression(self) -> str:
        near, far = self.mesh_size / self.particle_radius, self.largest_size / self.particle_radius
        distance = "(Sqrt(x*x+y*y+z*z)-1)"
        inward, outward = f"{-_GROWTH_INTO_PARTICLE!r}*{distance}", f"{_GROWTH_INTO_ELECTROLYTE!r}*{distance}"
        return f"Min({far!r},{near!r}+Max({inward},{outward}))"

    def _on_exact_planes(self, points: FloatArray, facets: Mapping[str, IndexArray]) -> FloatArray:
        """The points in metres, those of the flat outer faces freed of the kernel's round-off (no r < 0)."""
        points = points * self.particle_radius
        vertical = points.shape[1] - 1
        planes = {
            "axis": (0, 0.0),
            "symmetry_x": (0, 0.0),
            "symmetry_y": (1, 0.0),
            "bottom": (vertical, 0.0),
            "top": (vertical, self.block_size),
            "side_y": (1, self.block_size),
        }
        if self.block_shape != "cylinder":
            planes["side"] = (0, self.block_size)
        for name in facets.keys() & planes.keys():
            coordinate, value = planes[name]
            points[np.unique(facets[name]), coordinate] = value
        return points


Entities = dict[str, list[int]]


def _quarter(gmsh: ModuleType, block: float) -> tuple[Entities, Entities, list[int]]:
    """The quarter disc of radius 1 in a square: its faces by region, its lines by name, its arc."""
    occ = gmsh.model.occ
    centre, right, corner, upper = [
        occ.addPoint(x, y, 0.0) for x, y in ((0, 0), (block, 0), (block, block), (0, block))
    ]
    equator, pole = occ.addPoint(1.0, 0.0, 0.0), occ.addPoint(0.0, 1.0, 0.0)
    arc = occ.addCircleArc(equator, centre, pole)
    bottom = [occ.addLine(centre, equator), occ.addLine(equator, right)]
    side, top = occ.addLine(right, corner), occ.addLine(corner, upper)
    axis = [occ.addLine(upper, pole), occ.addLine(pole, centre)]
    particle = occ.addPlaneSurface([occ.addCurveLoop([bottom[0], arc, axis[1]])])
    electrolyte = occ.addPlaneSurface([occ.addCurveLoop([bottom[1], side, top, axis[0], arc])])
    occ.synchronize()
    lines = {"axis": axis, "bottom": bottom, "side": [side], "top": [top]}
    return {"particle": [particle], "electrolyte": [electrolyte]}, lines, [arc]


def _octant(gmsh: ModuleType, block: float, box: bool) -> tuple[Entities, Entities, list[int]]:
    """The octant of the unit sphere in a block: volumes by region, outer faces by name, the interface."""
    occ = gmsh.model.occ
    if box:
        outside = occ.addBox(0.0, 0.0, 0.0, block, block, block)
    else:
        outside = occ.addCylinder(0.0, 0.0, 0.0, 0.0, 0.0, block, block, angle=math.pi / 2.0)
    sphere = occ.addSphere(0.0, 0.0, 0.0, 1.0)
    # The poles and the seam of the sphere's parametrisation spoil a surface mesh: turn them out of the
    # octant.
    occ.rotate([(3, sphere)], 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, math.pi / 2.0)
    pieces, (of_block, of_sphere) = occ.fragment([(3, outside)], [(3, sphere)])
    occ.remove([piece for piece in pieces if piece not in of_block], recursive=True)
    occ.synchronize()
    particle = [piece for piece in of_block if piece in of_sphere]
    electrolyte = [piece for piece in of_block if piece not in of_sphere]
    around_particle, around_electrolyte = (
        {face for _, face in gmsh.model.getBoundary(volumes, oriented=False)}
        for volumes in (particle, electrolyte)
    )
    interface = sorted(around_particle & around_electrolyte)
    faces: Entities = {}
    for face in sorted(around_particle ^ around_electrolyte):
        faces.setdefault(_name_of_face(gmsh.model.getBoundingBox(2, face), block, box), []).append(face)
    volumes = {"particle": [tag for _, tag in particle], "electrolyte": [tag for _, tag in electrolyte]}
    return volumes, faces, interface


def _name_of_face(bounds: Sequence[float], block: float, box: bool) -> str:
    """Name of an outer face from the corners of its bounding box (which the kernel pads by about 1e-7)."""
    lower, upper = np.round(bounds[:3], 5), np.round(bounds[3:], 5)
    for coordinate, name in enumerate(("symmetry_x", "symmetry_y", "bottom")):
        if upper[coordinate] == 0.0:
            return name
    if lower[2] > 0.0:
        return "top"
    return "side_y" if box and lower[1] > 0.0 else "side"
