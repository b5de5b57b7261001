"""Rigid obstacles above a body, each given by the distance of a point from it and the direction of that.

Places are ``(across, height)``: the distance from the obstacle's axis (or plane of symmetry) and the height
above its lowest point. The distance is positive outside.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, sin
from typing import Any, Protocol

import ufl


class Obstacle(Protocol):
    """A rigid shape that extends upwards from its lowest point at (0, 0)."""

    def distance(self, across: Any, height: Any) -> Any:
        """g, distance of a point from the shape.

        Args:
            across: distance of the point from the axis [length].
            height: of the point above the lowest point of the shape [length].
        """

    def outward(self, across: Any, height: Any) -> tuple[Any, Any]:
        """n = grad g, unit vector (across, up) away from the shape.

        Args:
            across: of the point, as above.
            height: of the point, as above.
        """


@dataclass(frozen=True)
class Plane:
    """A flat, level face."""

    def distance(self, across: Any, height: Any) -> Any:
        """g = -height."""
        del across
        return -height

    def outward(self, across: Any, height: Any) -> tuple[Any, Any]:
        """n = (0, -1)."""
        del across, height
        return ufl.as_ufl(0.0), ufl.as_ufl(-1.0)


@dataclass(frozen=True)
class Ball:
    """A sphere, or in plane strain a cylinder.

    Attributes:
        radius: R [length].
    """

    radius: float

    def distance(self, across: Any, height: Any) -> Any:
        """g = |x - x_centre| - R."""
        return ufl.sqrt(across**2 + (height - self.radius) ** 2) - self.radius

    def outward(self, across: Any, height: Any) -> tuple[Any, Any]:
        """n = (x - x_centre) / |x - x_centre|."""
        reach = self.distance(across, height) + self.radius
        return across / reach, (height - self.radius) / reach


@dataclass(frozen=True)
class Cone:
    """A cone with its tip down that ends in a ball, which it touches along a circle.

    It is all that lies within the ball's radius of a ray from the ball's centre along the side of the cone.

    Attributes:
        half_angle: theta, between axis and side [rad].
        tip_radius: rho > 0 of the ball [length].
    """

    half_angle: float
    tip_radius: float

    def _from_ray(self, across: Any, height: Any) -> tuple[Any, Any]:
        """From the nearest point <p . s> s of the ray to the point, p = (across, height - rho)."""
        side = sin(self.half_angle), cos(self.half_angle)
        above = height - self.tip_radius
        along = ufl.max_value(across * side[0] + above * side[1], 0.0)
        return across - along * side[0], above - along * side[1]

    def distance(self, across: Any, height: Any) -> Any:
        """g = |p - <p . s> s| - rho, p from the centre of the ball, s = (sin theta, cos theta)."""
        outwards, upwards = self._from_ray(across, height)
        return ufl.sqrt(outwards**2 + upwards**2) - self.tip_radius

    def outward(self, across: Any, height: Any) -> tuple[Any, Any]:
        """n = (p - <p . s> s) / |p - <p . s> s|."""
        outwards, upwards = self._from_ray(across, height)
        reach = ufl.sqrt(outwards**2 + upwards**2)
        return outwards / reach, upwards / reach
