# SPDX-License-Identifier: LGPL-3.0-or-later
"""Particles as nested layers of round bodies: names, exact sizes and shapes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lithiate_meshes.assembly import Domain
from lithiate_meshes.families.particle_model import ELECTROLYTE
from lithiate_meshes.families.round_bodies import (
    Body,
    Measure,
    United,
    mirror_planes,
    on_plane,
    shifts,
    united_bodies,
)
from lithiate_meshes.shapes import Clipped, Shape

# Largest element size on a round face per radius, by dimension: flat elements then miss 2 % of the volume.
LARGEST_RELATIVE_SIZE = {2: 0.27, 3: 0.22}


@dataclass(frozen=True)
class Layer:
    """The cores of all particles, or one of their shells together with all that it surrounds.

    Attributes:
        bodies: One for every particle.
        size: Element size on the faces [m].
        empty: Whether it is left without a mesh.
        contact_radius: Of a void: radius of the cap over which what lies inside rests on its wall [m].
    """

    bodies: tuple[Body, ...]
    size: float
    empty: bool = False
    contact_radius: float | None = None


@dataclass(frozen=True)
class Layout:
    """A block with particles.

    Attributes:
        domain: The block.
        layers: From the cores outwards.
        inclusions: Bodies inside the cores, each with its element size [m] and whether it is empty.
        periodic: Coordinates along which the block repeats.
        mesh_size: Element size on interfaces unless a layer has its own [m].
        largest_size: Largest element size [m].
    """

    domain: Domain
    layers: tuple[Layer, ...]
    inclusions: tuple[tuple[Body, float, bool], ...]
    periodic: tuple[int, ...]
    mesh_size: float
    largest_size: float

    @property
    def cores(self) -> tuple[str, ...]:
        """Names of the particles, in order."""
        return tuple(dict.fromkeys(body.region for body in self.layers[0].bodies))

    @property
    def names(self) -> tuple[str, ...]:
        """All regions from the inside out, empty ones included."""
        inclusions = dict.fromkeys(body.region for body, _, _ in self.inclusions)
        shells = [layer.bodies[0].region for layer in self.layers[1:]]
        return (*inclusions, *self.cores, *shells, ELECTROLYTE)

    @property
    def empty(self) -> frozenset[str]:
        """Regions without a mesh."""
        shells = {layer.bodies[0].region for layer in self.layers if layer.empty}
        return frozenset(shells | {body.region for body, _, empty in self.inclusions if empty})

    def neighbours(self, layer: Layer) -> Iterator[tuple[Body, Body]]:
        """Each body with every other one of its layer, with periodic images, and with its mirror images."""
        moves = shifts(self.domain, self.periodic)
        for number, body in enumerate(layer.bodies):
            for other_number, other in enumerate(layer.bodies):
                for move in moves if other_number != number else moves[1:]:
                    yield body, other.moved(move)
            for coordinate, value in mirror_planes(self.domain, self.periodic).values():
                if coordinate in body.finite and not on_plane(self.domain, body, coordinate, value):
                    across = [0.0] * len(body.centre)
                    across[coordinate] = 2.0 * (value - body.centre[coordinate])
                    yield body, body.moved(across)

    def sizes(self, section: bool = False) -> tuple[dict[str, float], dict[str, float]]:
        """Exact volumes of the regions and areas of the faces between two of them, empty ones included.

        Args:
            section: Whether an axisymmetric model is measured as its plane section.
        """
        measure = Measure(self.domain, self.periodic, section)
        volumes = dict.fromkeys(self.names, 0.0)
        areas: dict[str, float] = {}
        inside = 0.0
        for number, layer in enumerate(self.layers):
            volume_of, area_of = self._layer_sizes(measure, layer)
            outside = self._outside(number)
            if number == 0:
                volumes |= volume_of
            else:
                volumes[layer.bodies[0].region] = sum(volume_of.values()) - inside
            inside = sum(volume_of.values())
            for region, area in area_of.items():
                areas[f"{region}|{outside}"] = area
        volumes[ELECTROLYTE] = measure.block - inside
        self._rest_on_walls(measure, volumes, areas)
        self._cut_flat(measure, areas)
        self._put_inside(measure, volumes, areas)
        return volumes, areas

    def face_size(self, name: str) -> float:
        """Element size on the face between two regions [m]."""
        of_region = {layer.bodies[0].region: layer.size for layer in self.layers}
        of_region |= {body.region: size for body, size, _ in self.inclusions}
        return min(of_region.get(side, self.mesh_size) for side in name.split("|"))

    def parts(self) -> list[tuple[str, Shape]]:
        """Regions and shapes, the later over the earlier; the electrolyte is what remains."""
        moves = shifts(self.domain, self.periodic)
        parts: list[tuple[str, Shape]] = []
        for number, layer in reversed(list(enumerate(self.layers))):
            images = [body.moved(move) for move in moves for body in layer.bodies]
            found = united_bodies([body for body in images if self._reaches_in(body)], self.domain)
            if layer.contact_radius is not None:
                # What rests on the wall is spared, or the wall would go on inside it and cut off a thin cap.
                resting = [body.moved(move) for move in moves for body in self.layers[number - 1].bodies]
                inner = United(tuple(body.shape(self.domain) for body in resting if self._reaches_in(body)))
                found = [(region, Clipped(shape, inner, keep="outside")) for region, shape in found]
            parts += found
        for inclusion, _, _ in self.inclusions:
            images = [inclusion.moved(move) for move in moves]
            parts += [(body.region, body.shape(self.domain)) for body in images if self._reaches_in(body)]
        return parts

    def _outside(self, number: int) -> str:
        """Region around a layer."""
        return self.layers[number + 1].bodies[0].region if number + 1 < len(self.layers) else ELECTROLYTE

    def _layer_sizes(self, measure: Measure, layer: Layer) -> tuple[dict[str, float], dict[str, float]]:
        """Volume and curved surface of a layer with all inside it, by region: bodies less caps at necks."""
        volumes: dict[str, float] = {}
        areas: dict[str, float] = {}
        for body in layer.bodies:
            volume, area = (size * measure.share(body) for size in measure.body(body))
            volumes[body.region] = volumes.get(body.region, 0.0) + volume
            areas[body.region] = areas.get(body.region, 0.0) + area
        for body, other in self.neighbours(layer):
            if body.distance(other) < body.radius + other.radius:
                volume, area = measure.cap(body, body.neck(other)[2])
                share = measure.share(body, other)
                volumes[body.region] -= volume * share
                areas[body.region] -= area * share
        return volumes, areas

    def _rest_on_walls(self, measure: Measure, volumes: dict[str, float], areas: dict[str, float]) -> None:
        """Account for bodies that are pressed into the wall of the void around them."""
        for number, layer in enumerate(self.layers):
            if layer.contact_radius is None:
                continue
            outside, void = self._outside(number), layer.bodies[0].region
            for body, wall in zip(self.layers[number - 1].bodies, layer.bodies, strict=True):
                share = measure.share(body, wall)
                # Both caps stand on the circle in which the two spheres cross.
                heights = [
                    sphere.radius - (sphere.radius**2 - layer.contact_radius**2) ** 0.5
                    for sphere in (body, wall)
                ]
                (volume, area), (removed, opened) = (
                    measure.cap(sphere, height) for sphere, height in zip((body, wall), heights, strict=True)
                )
                volumes[void] += (volume - removed) * share
                volumes[outside] -= (volume - removed) * share
                areas[f"{body.region}|{void}"] -= area * share
                areas[f"{void}|{outside}"] -= opened * share
                name = f"{body.region}|{outside}"
                areas[name] = areas.get(name, 0.0) + area * share

    def _cut_flat(self, measure: Measure, areas: dict[str, float]) -> None:
        """Add the flat necks between particles of different names; both sides list each of them."""
        for body, other in self.neighbours(self.layers[0]):
            if body.region != other.region and body.distance(other) < body.radius + other.radius:
                name = "|".join(sorted((body.region, other.region), key=self.cores.index))
                area = measure.disc(body, body.neck(other)[0]) * measure.share(body, other)
                areas[name] = areas.get(name, 0.0) + area / 2.0

    def _put_inside(self, measure: Measure, volumes: dict[str, float], areas: dict[str, float]) -> None:
        per_particle = len(self.inclusions) // len(self.layers[0].bodies)
        for number, (inclusion, _, _) in enumerate(self.inclusions):
            core = self.layers[0].bodies[number // per_particle].region
            volume, area = (size * measure.share(inclusion) for size in measure.body(inclusion))
            volumes[core] -= volume
            volumes[inclusion.region] += volume
            name = f"{inclusion.region}|{core}"
            areas[name] = areas.get(name, 0.0) + area

    def _reaches_in(self, body: Body) -> bool:
        return all(
            self.domain.lower[axis] < body.centre[axis] + body.semi_axes[axis]
            and body.centre[axis] - body.semi_axes[axis] < self.domain.upper[axis]
            for axis in body.finite
        )
