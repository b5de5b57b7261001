# SPDX-License-Identifier: LGPL-3.0-or-later
"""How many elements a stack of layers will have, from its element sizes alone."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from lithiate_meshes.families.limits import AREA_OF_TRIANGLE, VOLUME_OF_TETRAHEDRON
from lithiate_meshes.layers import Contact, LayerStack
from lithiate_meshes.mesh_data import FloatArray

# Sizes below this share of the stack's height are refused for the number of elements, before anything
# overflows.
_SMALLEST_SHARE = 1e-9
# Of the distance from an edge, how far its mean place is from the face that the edge lies on.
_MEAN_HEIGHT = 2.0 / math.pi
# How many more elements one has that is an element thick between walls, per number of its walls; measured.
_MORE_AT_WALLS = 0.35


def estimated_cells(stack: LayerStack) -> dict[str, int]:
    """Number of elements per region, within a factor of two.

    Counted are those that a layer would have between flat faces, and those that the walls inside it and the
    edges of its neighbours' walls add.
    """
    plan = stack.plan.section
    contacts = stack.contacts(plan)
    levels = _level_sizes(contacts)
    cells = dict.fromkeys(stack.all_regions, 0.0)
    volumes: dict[tuple[str, int], float] = {}
    for region, number, volume in stack.pieces(plan):
        volumes[region, number] = volumes.get((region, number), 0.0) + volume
    walls: dict[tuple[tuple[str, str], int], Contact] = {}
    for contact in contacts:
        if contact.within is not None:
            key = (contact.regions, contact.within)
            area = contact.area + (walls[key].area if key in walls else 0.0)
            walls[key] = dataclasses.replace(contact, area=area)
    for (region, number), volume in volumes.items():
        count, share = _in_slab(stack, number, volume, levels), 0.0
        for wall in walls.values():
            if wall.within == number and region in wall.regions:
                count += _near_wall(stack, number, volume, wall)
                share += 0.0 if stack.layers[number].pattern is None else wall.area * wall.size / volume
        cells[region] += count * (1.0 + _MORE_AT_WALLS * share)
    for wall in walls.values():
        pattern = None if wall.within is None else stack.layers[wall.within].pattern
        if wall.within is None or pattern is None:
            continue
        edges = pattern.cross_section(plan)[1]
        if wall.within + 1 < len(stack.layers):
            above = stack.layers[wall.within + 1].name
            cells[above] += _near_edge(stack, edges, wall, levels[wall.within])
        if wall.within > 0 and pattern.reaches_down(stack.layers[wall.within].thickness):
            below = stack.layers[wall.within - 1].name
            cells[below] += _near_edge(stack, edges, wall, levels[wall.within - 1])
    return {region: math.ceil(count) for region, count in cells.items() if region not in stack.empty}


def _level_sizes(contacts: Sequence[Contact]) -> dict[int, float]:
    """Element size on most of the face between the layer of this number and the next one [m]."""
    faces: dict[int, list[Contact]] = {}
    for contact in contacts:
        if contact.below is not None:
            faces.setdefault(contact.below, []).append(contact)
    return {below: max(found, key=lambda item: item.area).size for below, found in faces.items()}


def _size_of(stack: LayerStack, size: float) -> float:
    return max(size, _SMALLEST_SHARE * stack.levels[-1])


def _per_volume(stack: LayerStack, size: FloatArray) -> FloatArray:
    """Elements per volume, or per area of the section."""
    dimension = stack.plan.dimension
    unit = AREA_OF_TRIANGLE if dimension == 2 else VOLUME_OF_TETRAHEDRON
    return np.asarray(1.0 / (unit * size**dimension), dtype=np.float64)


def _in_slab(stack: LayerStack, number: int, volume: float, levels: Mapping[int, float]) -> float:
    """Elements of a part of a layer without regard to walls."""
    thickness = stack.layers[number].thickness
    # Denser towards both faces, where the elements are smallest.
    ladder = np.geomspace(1e-9 * thickness, thickness / 2.0, 600)
    depths = np.concatenate([[0.0], ladder, thickness - ladder[-2::-1], [thickness]])
    heights = stack.levels[number] + (depths[1:] + depths[:-1]) / 2.0
    size: FloatArray = np.full(len(heights), _size_of(stack, stack.largest_in(number)))
    for below, near in levels.items():
        away = np.abs(heights - stack.levels[below + 1])
        size = np.minimum(size, _size_of(stack, near) + stack.growth * away)
    return float((np.diff(depths) * _per_volume(stack, size)).sum()) * volume / thickness


def _near_wall(stack: LayerStack, number: int, volume: float, wall: Contact) -> float:
    """Elements that a wall adds to a part of the layer on one side of it."""
    largest = _size_of(stack, stack.largest_in(number))
    near, reach = min(_size_of(stack, wall.size), largest), volume / wall.area
    return _added(stack, near, reach, lambda distance: np.full_like(distance, wall.area), largest, 0.0)


def _near_edge(stack: LayerStack, edges: float, wall: Contact, face_size: float) -> float:
    """Elements that the edges of a wall add to a layer on which the wall stands."""
    near, face = _size_of(stack, wall.size), _size_of(stack, face_size)
    reach = max(0.0, face - near) / (stack.growth * (1.0 - _MEAN_HEIGHT))
    rise = _MEAN_HEIGHT * stack.growth
    return _added(stack, near, reach, lambda distance: math.pi * distance * edges, face, rise)


def _added(
    stack: LayerStack,
    near: float,
    reach: float,
    around: Callable[[FloatArray], FloatArray],
    usual: float,
    rise: float,
) -> float:
    """Elements up to a distance, beyond those of the usual size, which may rise with the distance."""
    distances = np.concatenate([[0.0], np.geomspace(1e-9, 1.0, 600)]) * reach
    middle: FloatArray = np.asarray((distances[1:] + distances[:-1]) / 2.0, dtype=np.float64)
    beyond: FloatArray = usual + rise * middle
    size: FloatArray = np.minimum(near + stack.growth * middle, beyond)
    more = _per_volume(stack, size) - _per_volume(stack, beyond)
    return float((np.diff(distances) * around(middle) * more).sum())
