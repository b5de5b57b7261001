# SPDX-License-Identifier: LGPL-3.0-or-later
"""The solids that families put together: where they are, in metres, and how gmsh's kernel makes them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Protocol

Entities = list[tuple[int, int]]
"""gmsh's (dimension, tag) pairs."""


class Shape(Protocol):
    """A piece of the plane or of space."""

    def add(self, gmsh: ModuleType, unit: float) -> Entities:
        """Create it in the current model.

        Args:
            gmsh: The gmsh module with an open session.
            unit: The model's unit of length [m].
        """


@dataclass(frozen=True)
class Box:
    """A rectangle or a box between two corners [m]."""

    lower: tuple[float, ...]
    upper: tuple[float, ...]

    def add(self, gmsh: ModuleType, unit: float) -> Entities:
        """Create it; see :class:`Shape`."""
        corner = [coordinate / unit for coordinate in self.lower]
        sizes = [(up - low) / unit for low, up in zip(self.lower, self.upper, strict=True)]
        if len(corner) == 2:
            return [(2, gmsh.model.occ.addRectangle(*corner, 0.0, *sizes))]
        return [(3, gmsh.model.occ.addBox(*corner, *sizes))]


@dataclass(frozen=True)
class Ellipsoid:
    """An ellipse or ellipsoid with its axes along the coordinates [m]; equal axes make a circle or sphere."""

    centre: tuple[float, ...]
    semi_axes: tuple[float, ...]

    def add(self, gmsh: ModuleType, unit: float) -> Entities:
        """Create it; see :class:`Shape`."""
        occ = gmsh.model.occ
        centre = [coordinate / unit for coordinate in self.centre]
        axes = [axis / unit for axis in self.semi_axes]
        # Dilated, a sphere would become a free-form surface, whose cuts are slow and inexact.
        is_round = all(axis == axes[0] for axis in axes)
        radius = axes[0] if is_round else 1.0
        if len(centre) == 2:
            entity = (2, occ.addDisk(*centre, 0.0, radius, radius))
            if not is_round:
                occ.dilate([entity], *centre, 0.0, *axes, 1.0)
            return [entity]
        entity = (3, occ.addSphere(*centre, radius))
        # The poles and the seam of the parametrisation spoil a surface mesh: turn them off the planes, and
        # out of the quarter x, y > 0.
        occ.rotate([entity], *centre, 0.0, 0.0, 1.0, math.pi)
        occ.rotate([entity], *centre, 1.0, 1.0, 0.0, math.pi / 3.0)
        if not is_round:
            occ.dilate([entity], *centre, *axes)
        return [entity]


@dataclass(frozen=True)
class Cylinder:
    """A (truncated) cone or cylinder along one coordinate [m]; in 3D only.

    Attributes:
        base: Centre of the base.
        height: Extent along ``axis``.
        radius: At the base.
        end_radius: At the other end; the same as ``radius`` if not given.
        axis: Coordinate along which it stands, 0, 1 or 2.
    """

    base: tuple[float, float, float]
    height: float
    radius: float
    end_radius: float | None = None
    axis: int = 2

    def add(self, gmsh: ModuleType, unit: float) -> Entities:
        """Create it; see :class:`Shape`."""
        occ = gmsh.model.occ
        base = [coordinate / unit for coordinate in self.base]
        direction = [self.height / unit if coordinate == self.axis else 0.0 for coordinate in range(3)]
        radius = self.radius / unit
        end = radius if self.end_radius is None else self.end_radius / unit
        if math.isclose(end, radius, rel_tol=1e-12):
            entity = (3, occ.addCylinder(*base, *direction, radius))
        else:
            entity = (3, occ.addCone(*base, *direction, radius, end))
        # Turned about its axis, so that the seam lies on no coordinate plane through the axis.
        occ.rotate([entity], *base, *direction, 0.7)
        return [entity]


@dataclass(frozen=True)
class Polygon:
    """A polygon in the plane [m], or, with ``depth``, a prism over a polygon in x and y.

    Attributes:
        corners: (x, y) of the corners, in order.
        bottom: z of the prism's base.
        depth: Height of the prism along z, or None for a polygon in a 2D model.
    """

    corners: Sequence[tuple[float, float]]
    bottom: float = 0.0
    depth: float | None = None

    def add(self, gmsh: ModuleType, unit: float) -> Entities:
        """Create it; see :class:`Shape`."""
        occ = gmsh.model.occ
        points = [occ.addPoint(x / unit, y / unit, self.bottom / unit) for x, y in self.corners]
        lines = [occ.addLine(points[number - 1], points[number]) for number in range(len(points))]
        face = occ.addPlaneSurface([occ.addCurveLoop(lines)])
        if self.depth is None:
            return [(2, face)]
        made: Entities = occ.extrude([(2, face)], 0.0, 0.0, self.depth / unit)
        return [entity for entity in made if entity[0] == 3]


@dataclass(frozen=True)
class Clipped:
    """What another shape leaves of a shape.

    Attributes:
        shape: The shape.
        by: The other one.
        keep: "inside" or "outside" of the other.
    """

    shape: Shape
    by: Shape
    keep: str = "inside"

    def add(self, gmsh: ModuleType, unit: float) -> Entities:
        """Create it; see :class:`Shape`."""
        occ = gmsh.model.occ
        operation = occ.intersect if self.keep == "inside" else occ.cut
        made: Entities = operation(self.shape.add(gmsh, unit), self.by.add(gmsh, unit))[0]
        return made
