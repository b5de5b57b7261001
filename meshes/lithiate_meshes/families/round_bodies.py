# SPDX-License-Identifier: LGPL-3.0-or-later
"""Spheres, ellipsoids and fibres in a block: their exact sizes, the necks between them, their shapes."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType

from scipy.special import elliprg

from lithiate_meshes.assembly import Domain
from lithiate_meshes.shapes import Box, Clipped, Cylinder, Ellipsoid, Entities, Shape

# Centres this near a plane, per extent of the block, lie on it.
_ON_PLANE = 1e-9


@dataclass(frozen=True)
class Body:
    """A sphere or ellipsoid, or a fibre through the whole block.

    Attributes:
        region: To which it belongs.
        centre: Coordinates [m], two or three.
        semi_axes: Along the coordinates [m]; infinite along a fibre.
    """

    region: str
    centre: tuple[float, ...]
    semi_axes: tuple[float, ...]

    @property
    def finite(self) -> tuple[int, ...]:
        """Coordinates along which it ends."""
        return tuple(axis for axis, length in enumerate(self.semi_axes) if math.isfinite(length))

    @property
    def radius(self) -> float:
        """Its smallest semi-axis [m], the radius where it is round."""
        return min(self.semi_axes)

    def moved(self, shift: Sequence[float]) -> Body:
        """The same one elsewhere, by ``shift`` [m]."""
        centre = tuple(here + by for here, by in zip(self.centre, shift, strict=True))
        return dataclasses.replace(self, centre=centre)

    def distance(self, other: Body) -> float:
        """Between the centres [m], across the direction of a fibre."""
        return math.hypot(*(self.centre[axis] - other.centre[axis] for axis in self.finite))

    def neck(self, other: Body) -> tuple[float, float, float]:
        """What two overlapping round bodies share.

        Returns:
            Radius of the circle in which they cross, distance of its plane from this centre, and height of
            the cap of this body beyond the plane [m].
        """
        distance = self.distance(other)
        plane = (distance**2 + self.radius**2 - other.radius**2) / (2.0 * distance)
        return math.sqrt(max(self.radius**2 - plane**2, 0.0)), plane, self.radius - plane

    def shape(self, domain: Domain) -> Shape:
        """As a shape that reaches a little beyond the block along a fibre."""
        if len(self.finite) == len(self.centre):
            return Ellipsoid(self.centre, self.semi_axes)
        axis = next(axis for axis, length in enumerate(self.semi_axes) if not math.isfinite(length))
        height = domain.upper[axis] - domain.lower[axis]
        low, high = domain.lower[axis] - 0.1 * height, domain.upper[axis] + 0.1 * height
        if len(self.centre) == 2:
            return Box((self.centre[0] - self.radius, low), (self.centre[0] + self.radius, high))
        base = list(self.centre)
        base[axis] = low
        return Cylinder((base[0], base[1], base[2]), high - low, self.radius, axis=axis)


@dataclass(frozen=True)
class Measure:
    """Sizes of bodies as far as they lie in a model.

    Attributes:
        domain: The model's block.
        periodic: Coordinates along which what leaves the block enters it on the other side.
        section: Whether an axisymmetric model is measured as the plane section that is meshed, in m2 and m,
            instead of as a full turn.
    """

    domain: Domain
    periodic: tuple[int, ...] = ()
    section: bool = False

    @property
    def _full_turn(self) -> bool:
        return self.domain.symmetry == "axisymmetric" and not self.section

    @property
    def block(self) -> float:
        """The whole block [m3; plane strain and section: m2]."""
        height = self.domain.upper[-1] - self.domain.lower[-1]
        width = self.domain.upper[0] - self.domain.lower[0]
        return height * (width if self.section else self.domain.platen_area)

    def body(self, body: Body) -> tuple[float, float]:
        """Volume and surface of the whole body, shortened only along a fibre."""
        axes = [body.semi_axes[axis] for axis in body.finite]
        length = self._length(body)
        if self.is_ring(body):
            # Pappus: the section and its outline times the way of their centre.
            length = 2.0 * math.pi * body.centre[0]
        elif self._full_turn:
            axes = [body.semi_axes[0], *axes]
        if len(axes) == 1:
            return 2.0 * axes[0] * length, 2.0 * length
        if len(axes) == 2:
            return (
                math.pi * math.prod(axes) * length,
                8.0 * float(elliprg(0.0, axes[0] ** 2, axes[1] ** 2)) * length,
            )
        first, second, third = axes
        # Scaled to order one: the sixth power of a length in metres is too small for the integral.
        products = [(first * second) ** 2, (first * third) ** 2, (second * third) ** 2]
        largest = max(products)
        surface = math.sqrt(largest) * float(elliprg(*(product / largest for product in products)))
        return 4.0 / 3.0 * math.pi * math.prod(axes), 4.0 * math.pi * surface

    def is_ring(self, body: Body) -> bool:
        """Whether it goes round the axis of an axisymmetric model, off which its section lies."""
        return self._full_turn and not on_plane(self.domain, body, 0, self.domain.lower[0])

    def cap(self, body: Body, height: float) -> tuple[float, float]:
        """Volume and curved surface of a cap of a round body."""
        radius = body.radius
        if self._is_flat(body):
            angle = math.acos(max(-1.0, 1.0 - height / radius))
            chord = math.sqrt(max(0.0, 2.0 * radius * height - height**2))
            length = self._length(body)
            return (radius**2 * angle - (radius - height) * chord) * length, 2.0 * radius * angle * length
        return math.pi * height**2 * (radius - height / 3.0), 2.0 * math.pi * radius * height

    def disc(self, body: Body, radius: float) -> float:
        """Area of a flat neck."""
        return 2.0 * radius * self._length(body) if self._is_flat(body) else math.pi * radius**2

    def share(self, *bodies: Body) -> float:
        """Which share of something round about these centres lies in the model: each plane leaves half."""
        share = 1.0
        for coordinate, value in mirror_planes(self.domain, self.periodic).values():
            if coordinate == 0 and self._full_turn:
                continue
            if all(
                coordinate in body.finite and on_plane(self.domain, body, coordinate, value)
                for body in bodies
            ):
                share /= 2.0
        return share

    def _is_flat(self, body: Body) -> bool:
        return len(body.finite) == 2 and not self._full_turn

    def _length(self, body: Body) -> float:
        """Along a fibre; 1 for what has none."""
        for axis in range(len(body.centre)):
            if axis not in body.finite:
                return self.domain.upper[axis] - self.domain.lower[axis]
        return 1.0


def mirror_planes(domain: Domain, periodic: tuple[int, ...]) -> dict[str, tuple[int, float]]:
    """The outer faces behind which the model goes on as its mirror image: all but the top, by name."""
    return {
        name: plane for name, plane in domain.planes.items() if name != "top" and plane[0] not in periodic
    }


def on_plane(domain: Domain, body: Body, coordinate: int, value: float) -> bool:
    """Whether a body's centre lies on a plane of constant ``coordinate``."""
    extent = max(high - low for low, high in zip(domain.lower, domain.upper, strict=True))
    return abs(body.centre[coordinate] - value) <= _ON_PLANE * extent


def shifts(domain: Domain, periodic: tuple[int, ...]) -> list[tuple[float, ...]]:
    """By how much the periodic images of the model are moved [m]; none comes first."""
    steps = [
        (0.0, high - low, low - high) if axis in periodic else (0.0,)
        for axis, (low, high) in enumerate(zip(domain.lower, domain.upper, strict=True))
    ]
    return list(itertools.product(*steps))


@dataclass(frozen=True)
class HalfSpace:
    """All that lies beyond a plane.

    Attributes:
        point: On the plane [m].
        direction: Unit normal, into the half-space.
        extent: How far it has to reach [m].
    """

    point: tuple[float, ...]
    direction: tuple[float, ...]
    extent: float

    def add(self, gmsh: ModuleType, unit: float) -> Entities:
        """Create it; see :class:`lithiate_meshes.shapes.Shape`."""
        occ, extent = gmsh.model.occ, self.extent / unit
        point = [coordinate / unit for coordinate in self.point]
        if len(point) == 2:
            entity = (2, occ.addRectangle(0.0, -extent, 0.0, extent, 2.0 * extent))
            occ.rotate([entity], 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, math.atan2(*reversed(self.direction)))
            occ.translate([entity], *point, 0.0)
            return [entity]
        entity = (3, occ.addBox(0.0, -extent, -extent, extent, 2.0 * extent, 2.0 * extent))
        x, y, z = self.direction
        if math.hypot(y, z) > 1e-12:
            occ.rotate([entity], 0.0, 0.0, 0.0, 0.0, -z, y, math.acos(max(-1.0, min(1.0, x))))
        elif x < 0.0:
            occ.rotate([entity], 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, math.pi)
        occ.translate([entity], *point)
        return [entity]


@dataclass(frozen=True)
class United:
    """Several overlapping shapes as one, without the faces inside."""

    shapes: tuple[Shape, ...]

    def add(self, gmsh: ModuleType, unit: float) -> Entities:
        """Create it; see :class:`lithiate_meshes.shapes.Shape`."""
        first, *others = [shape.add(gmsh, unit) for shape in self.shapes]
        if not others:
            return first
        made: Entities = gmsh.model.occ.fuse(first, [entity for other in others for entity in other])[0]
        return made


def united_bodies(bodies: Sequence[Body], domain: Domain) -> list[tuple[str, Shape]]:
    """Region and shape of bodies of which some touch: fused within a region, cut flat between two."""
    shapes: list[Shape] = [body.shape(domain) for body in bodies]
    cluster = list(range(len(bodies)))
    extent = 4.0 * max(body.radius for body in bodies)
    for (first, one), (second, two) in itertools.combinations(enumerate(bodies), 2):
        distance = one.distance(two)
        if distance >= one.radius + two.radius:
            continue
        if one.region == two.region:
            merged, absorbed = sorted((cluster[first], cluster[second]))
            cluster = [merged if number == absorbed else number for number in cluster]
            continue
        direction = tuple(
            (there - here) / distance for here, there in zip(one.centre, two.centre, strict=True)
        )
        plane = one.neck(two)[1]
        point = tuple(here + plane * along for here, along in zip(one.centre, direction, strict=True))
        beyond = HalfSpace(point, direction, extent)
        shapes[first] = Clipped(shapes[first], beyond, keep="outside")
        shapes[second] = Clipped(shapes[second], beyond, keep="inside")
    return [
        (bodies[number].region, United(tuple(s for s, c in zip(shapes, cluster, strict=True) if c == number)))
        for number in sorted(set(cluster))
    ]
