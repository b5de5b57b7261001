# SPDX-License-Identifier: LGPL-3.0-or-later
"""One column: its shapes, and the exact sizes of its parts as a round body or as a long ridge."""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import ModuleType

import numpy as np

from lithiate_meshes.shapes import Box, Clipped, Ellipsoid, Entities, Polygon, Shape

# Gauss points along the profile of a cap, enough for round-off with caps that differ from a sphere's by 10.
_POINTS_ON_PROFILE = 200


@dataclass(frozen=True)
class Joined:
    """Shapes as one, without faces where they overlap or meet.

    Attributes:
        shapes: The shapes, at least one.
    """

    shapes: tuple[Shape, ...]

    def add(self, gmsh: ModuleType, unit: float) -> Entities:
        """Create it; see :class:`Shape`."""
        first, *others = [shape.add(gmsh, unit) for shape in self.shapes]
        tools = [entity for entities in others for entity in entities]
        made: Entities = gmsh.model.occ.fuse(first, tools)[0] if tools else first
        return made


@dataclass(frozen=True)
class Revolved:
    """A column as a surface of revolution about the vertical.

    Sections of a scaled sphere, the other way to make a cap, are known to the kernel only within a tolerance
    that opposite sides of a periodic box do not pass.

    Attributes:
        column: The column.
        axis: x and y of its axis [m].
        level: Height of its base [m].
        seam: Direction, counted from x about the vertical, in which the seam of its surface lies [rad].
    """

    column: Column
    axis: tuple[float, float]
    level: float
    seam: float

    def add(self, gmsh: ModuleType, unit: float) -> Entities:
        """Create it; see :class:`Shape`."""
        occ, column = gmsh.model.occ, self.column
        x, y = (coordinate / unit for coordinate in self.axis)
        radius, cap = column.top_radius, column.cap_height
        upper = self.level + column.shaft_height

        def point(radius: float, height: float) -> int:
            return int(occ.addPoint(x + radius / unit, y, height / unit))

        foot, base = point(0.0, self.level), point(column.base_radius, self.level)
        rim, summit = point(radius, upper), point(0.0, upper + cap)
        if cap == 0.0:
            end = occ.addLine(rim, summit)
        elif math.isclose(cap, radius, rel_tol=1e-9):
            end = occ.addCircleArc(rim, point(0.0, upper), summit)
        else:
            end = occ.addEllipseArc(rim, point(0.0, upper), summit if cap > radius else rim, summit)
        lines = [occ.addLine(foot, base), occ.addLine(base, rim), end, occ.addLine(summit, foot)]
        half = occ.addPlaneSurface([occ.addCurveLoop(lines)])
        made: Entities = occ.revolve([(2, half)], x, y, 0.0, 0.0, 0.0, 1.0, 2.0 * math.pi)
        solid = [entity for entity in made if entity[0] == 3]
        occ.rotate(solid, x, y, 0.0, 0.0, 0.0, 1.0, self.seam)
        return solid


@dataclass(frozen=True)
class Column:
    """A tapered shaft, with or without half an ellipsoid as its cap.

    Every size is that of the whole body of revolution (``is_round``) or that of half a ridge, x >= 0, one
    metre deep.

    Attributes:
        base_radius: Radius, or half the width, at the base [m].
        top_radius: The same at the upper end of the shaft, where the cap begins [m].
        shaft_height: Height of the shaft [m].
        cap_height: Height of the cap on the shaft [m]; 0 for a flat end.
        is_round: Whether it is a body of revolution.
    """

    base_radius: float
    top_radius: float
    shaft_height: float
    cap_height: float
    is_round: bool

    @property
    def height(self) -> float:
        """Height from the base to the summit [m]."""
        return self.shaft_height + self.cap_height

    @property
    def largest_radius(self) -> float:
        """The larger one of the radii [m]."""
        return max(self.base_radius, self.top_radius)

    def coated(self, thickness: float, over_cap: bool) -> Column:
        """The column with its coating, as one body.

        Args:
            thickness: Of the coating [m], measured across the axis at the sides and along it at the summit.
            over_cap: Whether it also covers the cap; else it ends where the shaft does.
        """
        extra = thickness if over_cap else 0.0
        dome = self.cap_height > 0.0
        return Column(
            self.base_radius + thickness,
            self.top_radius + thickness,
            self.shaft_height + (0.0 if dome else extra),
            self.cap_height + extra if dome and over_cap else 0.0,
            self.is_round,
        )

    def disc(self, radius: float) -> float:
        """Area of a horizontal section of this radius [m2; ridge: m2 per metre]."""
        return math.pi * radius**2 if self.is_round else radius

    def shaft_volume(self) -> float:
        """Volume of the shaft [m3; ridge: per metre]."""
        base, top = self.base_radius, self.top_radius
        mean = math.pi / 3.0 * (base**2 + base * top + top**2) if self.is_round else (base + top) / 2.0
        return mean * self.shaft_height

    def shaft_area(self) -> float:
        """Area of the shaft's side [m2; ridge: per metre]."""
        slant = math.hypot(self.shaft_height, self.base_radius - self.top_radius)
        return slant * (math.pi * (self.base_radius + self.top_radius) if self.is_round else 1.0)

    def cap_volume(self, depth: float) -> float:
        """Volume of the cap down to ``depth`` [m] below the summit [m3; ridge: per metre]."""
        if self.cap_height == 0.0:
            return 0.0
        angle = self._polar_angle(depth)
        if self.is_round:
            share = 2.0 / 3.0 - math.cos(angle) + math.cos(angle) ** 3 / 3.0
            return math.pi * self.top_radius**2 * self.cap_height * share
        return self.top_radius * self.cap_height / 2.0 * (angle - math.sin(angle) * math.cos(angle))

    def cap_area(self, depth: float) -> float:
        """Area of the cap down to ``depth`` [m], or of the flat end [m2; ridge: per metre]."""
        if self.cap_height == 0.0:
            return self.disc(self.top_radius)
        nodes, weights = np.polynomial.legendre.leggauss(_POINTS_ON_PROFILE)
        angle = self._polar_angle(depth)
        angles = angle / 2.0 * (nodes + 1.0)
        length = np.hypot(self.top_radius * np.cos(angles), self.cap_height * np.sin(angles))
        turn = 2.0 * math.pi * self.top_radius * np.sin(angles) if self.is_round else 1.0
        return float(angle / 2.0 * np.sum(weights * length * turn))

    def cap_radius(self, depth: float) -> float:
        """Radius of the cap, or of the flat end, at ``depth`` [m] below the summit [m]."""
        if self.cap_height == 0.0:
            return self.top_radius
        return self.top_radius * math.sin(self._polar_angle(depth))

    def shape(self, centre: tuple[float, ...], level: float, seam: float = 0.0) -> Shape:
        """The whole column, or ridge, as one piece.

        Args:
            centre: Of the base: x, or x and y [m].
            level: Height of the base [m].
            seam: Direction, counted from x about the vertical, in which the seam of the surface lies [rad].
        """
        if len(centre) == 2:
            return Revolved(self, (centre[0], centre[1]), level, seam)
        upper, cap = level + self.shaft_height, self.cap_height
        base, top, x = self.base_radius, self.top_radius, centre[0]
        shaft = Polygon([(x - base, level), (x + base, level), (x + top, upper), (x - top, upper)])
        if cap == 0.0:
            return shaft
        above = Box((x - 2.0 * top, upper), (x + 2.0 * top, upper + 2.0 * cap))
        return Joined((shaft, Clipped(Ellipsoid((x, upper), (top, cap)), above)))

    def _polar_angle(self, depth: float) -> float:
        """Parameter t of the profile (radius sin t, height cos t) at a depth below the summit."""
        return math.acos(min(1.0, max(0.0, 1.0 - depth / self.cap_height)))
