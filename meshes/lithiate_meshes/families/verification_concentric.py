# SPDX-License-Identifier: LGPL-3.0-or-later
"""Spheres inside each other, or fibres in their place: what symmetry leaves of them, meshed with gmsh."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType

import numpy as np

from lithiate_meshes.families.limits import AREA_OF_TRIANGLE, VOLUME_OF_TETRAHEDRON
from lithiate_meshes.gmsh_session import generate, gmsh_session, read_simplices, set_size_field
from lithiate_meshes.mesh_data import FloatArray, MeshData

Entities = dict[str, list[int]]

DISTANCE_FROM_CENTRE = "Sqrt(x*x+y*y+z*z)"
"""In gmsh's language, in units of the outermost radius."""


def flat_faces(symmetry: str) -> tuple[str, ...]:
    """Names of the planes through the centre."""
    return ("symmetry_x", "symmetry_y", "bottom") if symmetry == "3d" else ("axis", "bottom")


def curved_area(symmetry: str, radius: float) -> float:
    """Area of the modelled part of a sphere [m2], or of a fibre [m2 per metre of depth]."""
    if symmetry == "plane_strain":
        return math.pi / 2.0 * radius
    return 4.0 * math.pi * radius**2 / (2.0 if symmetry == "axisymmetric" else 8.0)


def enclosed_volume(symmetry: str, radius: float) -> float:
    """Volume of the modelled part of a ball [m3], or of a fibre [m3 per metre of depth]."""
    return curved_area(symmetry, radius) * radius / (2.0 if symmetry == "plane_strain" else 3.0)


def estimated_cells_between(
    symmetry: str, inner: float, outer: float, size: Callable[[FloatArray], FloatArray]
) -> int:
    """Number of elements between two radii, from the size function of the radius alone."""
    # Dense at both ends, where the size may be small.
    half = np.geomspace(1e-12, 0.5, 200)
    radii = inner + (outer - inner) * np.concatenate([[0.0], half, 1.0 - half[-2::-1], [1.0]])
    thickness = np.diff(radii)
    middle: FloatArray = np.add(radii[1:], radii[:-1], dtype=np.float64) / 2.0
    if symmetry == "3d":
        density = math.pi / 2.0 * middle**2 / (VOLUME_OF_TETRAHEDRON * size(middle) ** 3)
    else:
        density = math.pi / 2.0 * middle / (AREA_OF_TRIANGLE * size(middle) ** 2)
    return math.ceil(float((density * thickness).sum()))


@dataclass(frozen=True)
class ConcentricModel:
    """Regions between radii around the origin.

    Attributes:
        name: Of the model, for messages.
        symmetry: "plane_strain" (quarter of a fibre), "axisymmetric" (quarter) or "3d" (octant).
        radii: Increasing [m].
        curved: Names of the surfaces and interfaces at the radii.
        regions: Names of the regions, the innermost first: of as many as there are radii, or of one less,
            if the model is hollow.
        size_expression: Element size in gmsh's language, lengths in units of the outermost radius.
    """

    name: str
    symmetry: str
    radii: tuple[float, ...]
    curved: tuple[str, ...]
    regions: tuple[str, ...]
    size_expression: str

    @property
    def hollow(self) -> bool:
        """Whether nothing is inside the smallest radius."""
        return len(self.regions) < len(self.radii)

    def build(self) -> MeshData:
        """Mesh the model in units of the outermost radius: gmsh's geometric tolerance is absolute.

        Raises:
            InputError: If gmsh is missing or fails.
        """
        dimension, unit = 3 if self.symmetry == "3d" else 2, self.radii[-1]
        relative = [radius / unit for radius in self.radii]
        flat = flat_faces(self.symmetry)
        with gmsh_session(self.name) as gmsh:
            make = self._octants if dimension == 3 else self._quarters
            pieces, faces = make(gmsh, relative)
            set_size_field(gmsh, self.size_expression)
            generate(gmsh, dimension)
            surfaces = (*flat, *(name for name in self.curved if "|" not in name))
            interfaces = tuple(name for name in self.curved if "|" in name)
            boundaries = {name: faces[name] for name in (*surfaces, *interfaces)}
            points, cells, cell_tags, facets, facet_tags = read_simplices(gmsh, dimension, pieces, boundaries)
        points = points * unit
        tags = {name: tag for tag, name in enumerate(boundaries, start=1)}
        planes = {"axis": 0, "symmetry_x": 0, "symmetry_y": 1, "bottom": dimension - 1}
        for name in flat:
            # Freed of the kernel's round-off: no r < 0.
            points[np.unique(facets[facet_tags == tags[name]]), planes[name]] = 0.0
        return MeshData(
            points=points,
            cells=cells,
            cell_tags=cell_tags,
            facets=facets,
            facet_tags=facet_tags,
            regions={name: tag for tag, name in enumerate(self.regions, start=1)},
            surfaces={name: tags[name] for name in surfaces},
            interfaces={name: tags[name] for name in interfaces},
            symmetry=self.symmetry,
        )

    def _quarters(self, gmsh: ModuleType, radii: list[float]) -> tuple[Entities, Entities]:
        """The parts of the quarter disc: their faces by region, their lines by name."""
        occ = gmsh.model.occ
        centre = occ.addPoint(0.0, 0.0, 0.0)
        ends = [[occ.addPoint(*place, 0.0) for place in ((radius, 0.0), (0.0, radius))] for radius in radii]
        arcs = [occ.addCircleArc(equator, centre, pole) for equator, pole in ends]
        starts = [[centre, centre], *ends[:-1]]
        pieces: Entities = {}
        faces: Entities = {name: [arc] for name, arc in zip(self.curved, arcs, strict=True)}
        for number in range(1 if self.hollow else 0, len(radii)):
            (inner_equator, inner_pole), (equator, pole) = starts[number], ends[number]
            bottom, axis = occ.addLine(inner_equator, equator), occ.addLine(pole, inner_pole)
            inner_arc = [arcs[number - 1]] if number else []
            face = occ.addPlaneSurface([occ.addCurveLoop([bottom, arcs[number], axis, *inner_arc])])
            pieces[self.regions[len(pieces)]] = [face]
            faces.setdefault("bottom", []).append(bottom)
            faces.setdefault("axis", []).append(axis)
        if self.hollow:
            occ.remove([(0, centre)])
        occ.synchronize()
        return pieces, faces

    def _octants(self, gmsh: ModuleType, radii: list[float]) -> tuple[Entities, Entities]:
        """The parts of the octant: their volumes by region, their faces by name."""
        occ = gmsh.model.occ
        balls = [_octant(gmsh, radius) for radius in radii]
        if self.hollow:
            balls[1:2] = [occ.cut(balls[1], balls[0])[0]]
            del balls[0]
        if len(balls) > 1:
            _, parents = occ.fragment(balls[-1], [entity for ball in balls[:-1] for entity in ball])
        else:
            parents = balls
        occ.synchronize()
        # A ball holds the smaller ones, too; what comes first for a piece is the smallest that holds it.
        pieces: Entities = {}
        taken: set[tuple[int, int]] = set()
        for name, parent in zip(self.regions, (*parents[1:], parents[0]), strict=True):
            pieces[name] = [tag for dimension, tag in parent if (dimension, tag) not in taken]
            taken |= set(parent)
        faces: Entities = {}
        every = sorted({face for _, face in gmsh.model.getBoundary(sorted(taken), False, False)})
        for face in every:
            upper = np.round(gmsh.model.getBoundingBox(2, face)[3:], 5)  # the kernel pads by about 1e-7
            flat = np.flatnonzero(upper == 0.0)
            nearest = int(np.argmin(np.abs(np.array(radii) - upper.max())))
            name = flat_faces("3d")[flat[0]] if len(flat) else self.curved[nearest]
            faces.setdefault(name, []).append(face)
        return pieces, faces


def _octant(gmsh: ModuleType, radius: float) -> list[tuple[int, int]]:
    """The octant x, y, z >= 0 of a ball around the origin."""
    occ = gmsh.model.occ
    box, sphere = occ.addBox(0.0, 0.0, 0.0, 2.0, 2.0, 2.0), occ.addSphere(0.0, 0.0, 0.0, radius)
    # The poles and the seam of the sphere's parametrisation spoil a surface mesh: turn them away.
    occ.rotate([(3, sphere)], 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, math.pi / 2.0)
    pieces: list[tuple[int, int]] = occ.intersect([(3, box)], [(3, sphere)])[0]
    return pieces
