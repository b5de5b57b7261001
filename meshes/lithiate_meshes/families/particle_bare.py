# SPDX-License-Identifier: LGPL-3.0-or-later
"""The mesh of a single bare round particle: a quarter or octant whose element size follows one formula.

Kept apart from the meshes assembled from shapes because here the distance from the interface is known in
closed form on either side, and published results stand on exactly these meshes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType

import numpy as np

from lithiate_meshes.families.limits import AREA_OF_TRIANGLE, VOLUME_OF_TETRAHEDRON
from lithiate_meshes.gmsh_session import generate, gmsh_session, read_simplices, set_size_field
from lithiate_meshes.mesh_data import FloatArray, IndexArray, MeshData

INTERFACE = "particle|electrolyte"
# The element size grows by this length per length of distance from the interface, on either side.
_GROWTH_INTO_PARTICLE = 0.04
_GROWTH_INTO_ELECTROLYTE = 0.06


@dataclass(frozen=True)
class BareParticle:
    """One round particle about the origin in a block of electrolyte.

    Attributes:
        symmetry: "plane_strain", "axisymmetric" or "3d".
        radius: Of the particle [m].
        block_size: Distance from its centre to the outer faces [m].
        box: Whether the block of a 3D model is a box and not a cylinder.
        near: Element size on the interface [m].
        far: Largest element size [m].
        surfaces: Names of the outer faces, in order.
    """

    symmetry: str
    radius: float
    block_size: float
    box: bool
    near: float
    far: float
    surfaces: tuple[str, ...]

    def estimated_cells(self) -> dict[str, int]:
        """Number of elements that meshing will give, within about a third, from the size function alone."""
        dimension, count = (3, 60) if self.symmetry == "3d" and self.box else (2, 400)
        # Grid lines lie denser near the origin, to resolve the particle in a block of any size.
        lines = np.linspace(0.0, 1.0, count + 1) ** 3 * (self.block_size / self.radius)
        grid = np.meshgrid(*[(lines[1:] + lines[:-1]) / 2.0] * dimension, indexing="ij")
        measure = math.prod(np.meshgrid(*[np.diff(lines)] * dimension, indexing="ij"))
        distance = np.sqrt(sum(coordinate**2 for coordinate in grid)) - 1.0
        growth = np.where(distance < 0.0, -_GROWTH_INTO_PARTICLE, _GROWTH_INTO_ELECTROLYTE)
        # Sizes below a millionth of the radius are refused for the number of elements, before anything
        # overflows.
        near, far = (max(size / self.radius, 1e-6) for size in (self.near, self.far))
        size = np.minimum(far, near + growth * distance)
        if self.symmetry == "3d":
            if not self.box:
                measure = measure * math.pi / 2.0 * grid[0]
            density = measure / (VOLUME_OF_TETRAHEDRON * size**3)
        else:
            density = measure / (AREA_OF_TRIANGLE * size**2)
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
        block = self.block_size / self.radius
        with gmsh_session("particle in its block") as gmsh:
            if dimension == 3:
                regions, surfaces, interface = _octant(gmsh, block, box=self.box)
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
        near, far = self.near / self.radius, self.far / self.radius
        distance = "(Sqrt(x*x+y*y+z*z)-1)"
        inward, outward = f"{-_GROWTH_INTO_PARTICLE!r}*{distance}", f"{_GROWTH_INTO_ELECTROLYTE!r}*{distance}"
        return f"Min({far!r},{near!r}+Max({inward},{outward}))"

    def _on_exact_planes(self, points: FloatArray, facets: Mapping[str, IndexArray]) -> FloatArray:
        """The points in metres, those of the flat outer faces freed of the kernel's round-off (no r < 0)."""
        points = points * self.radius
        vertical = points.shape[1] - 1
        planes = {
            "axis": (0, 0.0),
            "symmetry_x": (0, 0.0),
            "symmetry_y": (1, 0.0),
            "bottom": (vertical, 0.0),
            "top": (vertical, self.block_size),
            "side_y": (1, self.block_size),
        }
        if self.symmetry != "3d" or self.box:
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
