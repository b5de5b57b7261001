# SPDX-License-Identifier: LGPL-3.0-or-later
"""Where contact spots lie on a face, and what a block with them consists of for gmsh."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from functools import cached_property
from types import ModuleType

import numpy as np

from lithiate_meshes.gmsh_session import set_size_field
from lithiate_meshes.mesh_data import FloatArray

# Places that are tried for one more spot among those that are already there.
_ATTEMPTS = 2000
_FEWEST_SAMPLES, _MOST_SAMPLES = 20, 2000
# The kernel pads bounding boxes by about 1e-7 of the model's unit.
_PLANE_TOLERANCE = 1e-5

Entities = dict[str, list[int]]


@dataclass(frozen=True)
class SpotPattern:
    """Equal spots on the face of a block that reaches from minus to plus ``width`` across.

    Of the block and its spots symmetry leaves a half (plane strain) or quarter (3d), or (axisymmetric) a
    disc of this radius around the one spot.

    Attributes:
        symmetry: "plane_strain", "axisymmetric" or "3d".
        shape: "round", "square" or "stripe".
        width: Half of the block's width [m].
        count: Number of spots on the whole face.
        coverage: Their share of its area.
        random: Whether they lie at random instead of in rows.
        seed: Of the random numbers.
        clearance: Smallest distance between the edges of spots that lie at random [m].
    """

    symmetry: str
    shape: str
    width: float
    count: int
    coverage: float
    random: bool
    seed: int
    clearance: float

    @property
    def across(self) -> int:
        """Number of coordinates along the face."""
        return 2 if self.symmetry == "3d" else 1

    @property
    def rows(self) -> int:
        """Spots in a row of the whole face."""
        return math.isqrt(self.count) if self.across == 2 else self.count

    @property
    def half_size(self) -> float:
        """Radius of a round spot, half the side of a square one or half the width of a stripe [m]."""
        if self.symmetry == "axisymmetric":
            return self.width * math.sqrt(self.coverage)
        if self.shape == "stripe":
            return self.width * self.coverage / self.count
        share = self.coverage / self.count
        return self.width * math.sqrt(4.0 / math.pi * share if self.shape == "round" else share)

    @property
    def gap(self) -> float:
        """Distance between the edges of neighbouring spots in rows, images included [m]."""
        return 2.0 * (self.width / self.rows - self.half_size)

    @cached_property
    def centres(self) -> FloatArray:
        """Places of the spots that are, at least in part, in the model [m], shape (n, 1 or 2).

        Fewer than asked for if there is no room for more at random.
        """
        if self.symmetry == "axisymmetric":
            return np.zeros((1, 1))
        if self.random:
            return self._random_centres()
        # From 0 on, or from half a distance on, as the row is symmetric about 0.
        pitch = 2.0 * self.width / self.rows
        first = 0.0 if self.rows % 2 else pitch / 2.0
        row = first + pitch * np.arange((self.rows + 1) // 2)
        return np.array(list(itertools.product(*[row] * self.across)))

    @property
    def modelled_count(self) -> float:
        """Number of spots in the model, of those on a plane of symmetry only the part that is there."""
        return 1.0 if self.symmetry == "axisymmetric" else self.count / 2.0**self.across

    def _random_centres(self) -> FloatArray:
        generator = np.random.default_rng(self.seed)
        margin = self.half_size + self.clearance / 2.0
        apart = 2.0 * margin
        room = self.width - 2.0 * margin
        found: FloatArray = np.empty((0, self.across))
        while room >= 0.0 and len(found) < self.count // 2**self.across:
            # Drawn in any case as many, so that the places do not depend on how many are tried at once.
            places = margin + room * generator.random((_ATTEMPTS, self.across))
            offsets = np.abs(places[:, None] - found[None])
            distance = offsets.max(axis=2) if self.shape == "square" else np.linalg.norm(offsets, axis=2)
            free = np.flatnonzero((distance >= apart).all(axis=1))
            if len(free) == 0:
                break
            found = np.concatenate([found, places[free[:1]]])
        return found


@dataclass(frozen=True)
class SpotModel:
    """A block on the spots, at heights from 0, and perhaps one below.

    Attributes:
        pattern: The spots.
        regions: Names of the blocks, the lower first.
        lower: Height of the lower block [m]; 0 for none.
        upper: Height of the upper block [m].
        covered: Name of the face that the spots make up.
        uncovered: Name of the rest of the face at height 0.
    """

    pattern: SpotPattern
    regions: tuple[str, ...]
    lower: float
    upper: float
    covered: str
    uncovered: str

    def add(self, gmsh: ModuleType, size: float, growth: float, far: float) -> tuple[Entities, Entities]:
        """Create the model, in units of the width, and its size field.

        Args:
            gmsh: The gmsh module with an open session.
            size: Element size at the edges of the spots [m].
            growth: By how much it grows per distance.
            far: Largest element size [m].

        Returns:
            Entities by region and by name of the face.
        """
        unit = self.pattern.width
        across_plane = self.pattern.across == 2
        pieces, faces, edges = self._boxes(gmsh) if across_plane else self._rectangles(gmsh)
        field = gmsh.model.mesh.field
        distance = field.add("Distance")
        field.setNumbers(distance, "CurvesList" if across_plane else "PointsList", edges)
        if across_plane:
            # Samples half an element size apart along the longest edge that there may be.
            samples = math.ceil(2.0 * 2.0 * math.pi * self.pattern.half_size / size)
            field.setNumber(distance, "Sampling", min(_MOST_SAMPLES, max(_FEWEST_SAMPLES, samples)))
        set_size_field(gmsh, f"Min({far / unit!r},{size / unit!r}+{growth!r}*F{distance})")
        return pieces, faces

    @property
    def levels(self) -> list[float]:
        """Heights of the blocks' horizontal faces in units of the width, that of the spots being 0."""
        lower = [-self.lower / self.pattern.width] if self.lower > 0.0 else []
        return [*lower, 0.0, self.upper / self.pattern.width]

    def _rectangles(self, gmsh: ModuleType) -> tuple[Entities, Entities, list[int]]:
        occ, pattern = gmsh.model.occ, self.pattern
        reach = pattern.half_size / pattern.width
        places = np.sort(pattern.centres[:, 0]) / pattern.width
        stops = [place + side * reach for place in places for side in (-1.0, 1.0)]
        # The spot on the axis is cut in two by it.
        starts_covered = stops[0] < 0.0
        inner = stops[1:] if starts_covered else stops
        points: list[list[int]] = [
            [occ.addPoint(x, level, 0.0) for x in ((0.0, *inner, 1.0) if level == 0.0 else (0.0, 1.0))]
            for level in self.levels
        ]
        lines = [[occ.addLine(*ends) for ends in itertools.pairwise(row)] for row in points]
        faces: Entities = {"axis": [], "side": []}
        pieces: Entities = {}
        for number, region in enumerate(self.regions):
            below, above = points[number], points[number + 1]
            axis, side = occ.addLine(below[0], above[0]), occ.addLine(below[-1], above[-1])
            loop = occ.addCurveLoop([*lines[number], side, *lines[number + 1][::-1], axis])
            pieces[region] = [occ.addPlaneSurface([loop])]
            faces["axis"].append(axis)
            faces["side"].append(side)
        contact = lines[self.levels.index(0.0)]
        first = 0 if starts_covered else 1
        faces |= {self.covered: contact[first::2], self.uncovered: contact[1 - first :: 2], "top": lines[-1]}
        if self.lower > 0.0:
            faces["bottom"] = lines[0]
        occ.synchronize()
        return pieces, faces, points[self.levels.index(0.0)][1:-1]

    def _boxes(self, gmsh: ModuleType) -> tuple[Entities, Entities, list[int]]:
        occ, pattern = gmsh.model.occ, self.pattern
        boxes = [
            (3, occ.addBox(0.0, 0.0, low, 1.0, 1.0, high - low))
            for low, high in itertools.pairwise(self.levels)
        ]
        spots = [(2, self._spot(gmsh, *centre)) for centre in pattern.centres / pattern.width]
        _, parents = occ.fragment(boxes, spots)
        occ.synchronize()
        pieces = {
            region: [tag for _, tag in parent] for region, parent in zip(self.regions, parents, strict=False)
        }
        volumes = [(3, tag) for tags in pieces.values() for tag in tags]
        outer = {tag for _, tag in gmsh.model.getBoundary(volumes, combined=False, oriented=False)}
        of_spots = {tag for parent in parents[len(boxes) :] for _, tag in parent}
        # What lies beyond the planes of symmetry.
        occ.remove([(2, tag) for tag in sorted(of_spots - outer)], recursive=True)
        occ.synchronize()
        planes = {
            "symmetry_x": (0, 0.0),
            "symmetry_y": (1, 0.0),
            "side": (0, 1.0),
            "side_y": (1, 1.0),
            self.uncovered: (2, 0.0),
            "top": (2, self.levels[-1]),
            "bottom" if self.lower > 0.0 else self.uncovered: (2, self.levels[0]),
        }
        faces: Entities = {self.covered: sorted(of_spots & outer)}
        for face in sorted(outer - of_spots):
            name = next(name for name, plane in planes.items() if _lies_in(gmsh, 2, face, *plane))
            faces.setdefault(name, []).append(face)
        rims = gmsh.model.getBoundary(
            [(2, tag) for tag in faces[self.covered]], combined=False, oriented=False
        )
        edges = [
            tag
            for tag in sorted({tag for _, tag in rims})
            if not any(_lies_in(gmsh, 1, tag, coordinate, 0.0) for coordinate in (0, 1))
        ]
        return pieces, faces, edges

    def _spot(self, gmsh: ModuleType, x: float, y: float) -> int:
        """One whole spot, in units of the width."""
        occ, reach = gmsh.model.occ, self.pattern.half_size / self.pattern.width
        if self.pattern.shape == "square":
            square: int = occ.addRectangle(x - reach, y - reach, 0.0, 2.0 * reach, 2.0 * reach)
            return square
        disc: int = occ.addDisk(x, y, 0.0, reach, reach)
        return disc


def _lies_in(gmsh: ModuleType, dimension: int, tag: int, coordinate: int, value: float) -> bool:
    bounds = np.array(gmsh.model.getBoundingBox(dimension, tag)).reshape(2, 3)[:, coordinate]
    return bool(np.all(np.abs(bounds - value) < _PLANE_TOLERANCE))
