# SPDX-License-Identifier: LGPL-3.0-or-later
"""What particles in a block may not do, and the limits that are named when they do."""

from __future__ import annotations

import math

import numpy as np

from lithiate_meshes.families.particle_layout import LARGEST_RELATIVE_SIZE, Layer, Layout
from lithiate_meshes.families.round_bodies import Body, mirror_planes, on_plane
from lithiate_meshes.mesh_data import FloatArray
from lithiate_meshes.quantities import refuse

# Bounds are meant to be reached, whatever the round-off.
_ROUND_OFF = 1.0 - 1e-9
# The wedge of electrolyte beside a neck, and the wedge that a face cuts off a body, must not be too sharp to
# mesh: limits of the neck's radius, and of the distance from a centre to a face, per radius of the body.
_SMALLEST_NECK, _LARGEST_NECK = 0.2, 0.7
_LARGEST_CUT = 0.9
# A body may rest on the wall of a void over a cap up to this radius, per its own.
_LARGEST_CONTACT = 0.7
# Elements along the radius of a cap, by dimension, and of a neck in 3D: fewer miss more than 2 % of its area,
# or are flat.
_ELEMENTS_IN_CONTACT = {2: 2, 3: 4}
_ELEMENTS_IN_DISC = 3.0


def refuse_impossible(layout: Layout) -> None:
    """Refuse a layout that cannot be meshed or computed.

    Raises:
        PydanticCustomError: Naming the bodies, what was found and the limit.
    """
    for body in layout.layers[0].bodies:
        _check_size(layout, body, layout.layers[0].size)
    for layer in layout.layers:
        for body in layer.bodies:
            _check_planes(layout, body, layer.size, may_touch_mirror=layer is layout.layers[-1])
        _check_neighbours(layout, layer)
    for number in range(1, len(layout.layers)):
        if layout.layers[number].contact_radius is not None:
            _check_contact(layout, number)
    refuse_inclusions_outside(layout)


def _where(body: Body) -> str:
    place = ", ".join(f"{coordinate:g}" for coordinate in body.centre)
    return f"'{body.region}' at ({place}) m"


def _check_size(layout: Layout, body: Body, size: float) -> None:
    most = body.radius * LARGEST_RELATIVE_SIZE[layout.domain.dimension]
    if size > most / _ROUND_OFF:
        raise refuse(
            f"found mesh_size = {size:g} m on {_where(body)}; allowed: at most {most:g} m, or flat "
            "elements would miss "
            "more than 2 % of its volume"
        )


def _check_planes(
    layout: Layout, body: Body, size: float, may_touch_mirror: bool, may_be_ring: bool = False
) -> None:
    """A body is cut by an outer face through its centre, by a periodic one anywhere, or not at all."""
    domain = layout.domain
    mirrors = mirror_planes(domain, layout.periodic)
    for name, (coordinate, value) in domain.planes.items():
        if coordinate not in body.finite:
            continue
        inward = body.centre[coordinate] - value
        if value == domain.upper[coordinate]:
            inward = -inward
        reach, turned = body.semi_axes[coordinate], domain.symmetry == "axisymmetric" and coordinate == 0
        if name in mirrors and on_plane(domain, body, coordinate, value):
            continue
        # Between a body and its mirror or periodic image, one element is enough.
        least = size if name == "top" else size / 2.0
        clear = inward >= (reach + least) * _ROUND_OFF
        if name == "axis" and turned and not may_be_ring:
            raise refuse(
                f"found the centre of {_where(body)}, off the axis, where it would be a ring; allowed: r = 0"
            )
        if coordinate in layout.periodic:
            if inward < 0.0 or (not clear and inward > _LARGEST_CUT * reach):
                raise refuse(
                    f"found {_where(body)}, its centre {inward:g} m inside the face '{name}'; allowed: "
                    "from 0 to "
                    f"{_LARGEST_CUT * reach:g} m, cut by this periodic face, or at least {reach + least:g} m"
                )
        elif not clear:
            touching = may_touch_mirror and name in mirrors and not turned and inward > 0.0
            if touching and inward < reach:
                continue  # meets its mirror image, as checked among neighbours
            on_it = "on it, or " if name in mirrors and (may_be_ring or not turned) else ""
            raise refuse(
                f"found {_where(body)}, its centre {inward:g} m inside the face '{name}'; allowed: "
                f"{on_it}at least "
                f"{reach + size:g} m, its radius and one element"
            )


def _check_neighbours(layout: Layout, layer: Layer) -> None:
    outermost = layer is layout.layers[-1]
    necks: dict[int, list[tuple[FloatArray, float]]] = {}
    for body, other in layout.neighbours(layer):
        distance, together = body.distance(other), body.radius + other.radius
        if distance >= (together + layer.size) * _ROUND_OFF:
            continue
        smaller = min(body.radius, other.radius)
        neck = body.neck(other)[0] if abs(body.radius - other.radius) < distance < together else 0.0
        elements = _ELEMENTS_IN_DISC if layout.domain.dimension == 3 else 1.0
        least, most = max(elements * layer.size, _SMALLEST_NECK * smaller), _LARGEST_NECK * smaller
        # Beyond the smaller one's centre, the neck's circle does not tell how deep they overlap.
        shallow = distance > max(body.radius, other.radius)
        if outermost and not layer.empty and shallow and least * _ROUND_OFF <= neck <= most / _ROUND_OFF:
            direction = (np.array(other.centre) - np.array(body.centre)) / distance
            necks.setdefault(id(body), []).append((direction, math.asin(neck / body.radius)))
            continue
        gap = distance - together if abs(distance - together) > 1e-9 * together else 0.0
        found = f"{_where(body)} and {_where(other)} with a gap of {gap:g} m"
        if neck > 0.0:
            found += f" and a neck of radius {neck:g} m"
        if not outermost or layer.empty:
            raise refuse(f"found {found}; allowed: a gap of at least mesh_size = {layer.size:g} m")
        raise refuse(
            f"found {found}; allowed: a gap of at least mesh_size = {layer.size:g} m, or particles that "
            "overlap in a "
            f"neck of radius {least:g} m to {most:g} m"
        )
    for around in necks.values():
        for number, (direction, angle) in enumerate(around):
            for other_direction, other_angle in around[:number]:
                between = math.acos(float(np.clip(direction @ other_direction, -1.0, 1.0)))
                if between < angle + other_angle:
                    raise refuse(
                        f"found necks of half-angles {math.degrees(angle):.3g} and "
                        f"{math.degrees(other_angle):.3g} "
                        f"degrees, {math.degrees(between):.3g} degrees apart on one particle; allowed: "
                        "necks that "
                        "do not meet; reduce neck_radius or move the particles apart"
                    )


def _check_contact(layout: Layout, number: int) -> None:
    """A body in a void rests on its wall over a resolved cap, and does not pierce the wall."""
    void, inner = layout.layers[number], layout.layers[number - 1]
    radius = void.contact_radius
    assert radius is not None
    for body, wall in zip(inner.bodies, void.bodies, strict=True):
        elements = _ELEMENTS_IN_CONTACT[layout.domain.dimension]
        least, most = elements * void.size, _LARGEST_CONTACT * body.radius
        if not least * _ROUND_OFF <= radius <= most / _ROUND_OFF:
            raise refuse(
                f"found contact_radius = {radius:g} m of the void '{wall.region}'; allowed: from {least:g} "
                "m, "
                f"{elements} elements, to {most:g} m, {_LARGEST_CONTACT:g} of the radius of "
                f"'{body.region}' inside"
            )
        depth = body.distance(wall) + body.radius - wall.radius
        if number + 1 < len(layout.layers):
            outer = layout.layers[number + 1]
            thickness = outer.bodies[0].radius - wall.radius
            if depth > (thickness - outer.size) / _ROUND_OFF:
                raise refuse(
                    f"found contact_radius = {radius:g} m, which presses '{body.region}' {depth:g} m into "
                    "the shell "
                    f"'{outer.bodies[0].region}'; allowed: at most {thickness - outer.size:g} m, its "
                    "thickness "
                    "less one element"
                )


def refuse_inclusions_outside(layout: Layout) -> None:
    """Refuse inclusions too near to each other, to the surface of their particle or to a plane of the model.

    Raises:
        PydanticCustomError: Naming the bodies, what was found and the limit.
    """
    cores = layout.layers[0].bodies
    per_particle = len(layout.inclusions) // len(cores)
    for number, (body, size, _) in enumerate(layout.inclusions):
        core = cores[number // per_particle]
        _check_size(layout, body, size)
        grown = _surface_points(body, size * _ROUND_OFF)
        inside = _inside(core, grown)
        crossing = [other for other in cores if other is not core and _inside(other, grown).any()]
        if not inside.all() or crossing:
            raise refuse(
                f"found the inclusion {_where(body)}, which crosses the surface of {_where(core)} or comes "
                "nearer to it "
                f"than an element; allowed: inside, at least mesh_size = {size:g} m from the surface"
            )
        _check_planes(layout, body, size, may_touch_mirror=False, may_be_ring=True)
        first = number - number % per_particle
        for other, _, _ in layout.inclusions[first:number]:
            if _inside(other, grown).any() or _inside(body, _surface_points(other, size * _ROUND_OFF)).any():
                raise refuse(
                    f"found the inclusions {_where(body)} and {_where(other)}, which overlap or leave less "
                    "than an "
                    f"element between them; allowed: a gap of at least mesh_size = {size:g} m"
                )


def _surface_points(body: Body, further: float) -> FloatArray:
    """The centre, and points all over the surface of an inclusion grown by a length [m]."""
    axes = np.array(body.semi_axes) + further
    centre = np.array(body.centre)
    if len(axes) == 2:
        angle = np.linspace(0.0, 2.0 * math.pi, 400, endpoint=False)
        directions = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    else:
        # Points of a spiral from pole to pole, each standing for the same area.
        height = np.linspace(-1.0, 1.0, 2000)
        angle = math.pi * (1.0 + math.sqrt(5.0)) * np.arange(len(height))
        across = np.sqrt(1.0 - height**2)
        directions = np.stack([across * np.cos(angle), across * np.sin(angle), height], axis=1)
    points: FloatArray = np.concatenate([centre[None], centre + axes * directions])
    return points


def _inside(body: Body, points: FloatArray) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    relative = (points - np.array(body.centre)) / np.array(body.semi_axes)
    found: np.ndarray[tuple[int], np.dtype[np.bool_]] = (relative**2).sum(axis=1) < 1.0 + 1e-9
    return found
