# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the verification shapes share: structured and graded grids, faces that open, numbers of cells."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Callable, Mapping

import numpy as np

from lithiate_meshes.mesh_data import FloatArray, IndexArray, MeshData, TagArray

# Bounds are meant to be reached, whatever the round-off.
ROUND_OFF = 1.0 + 1e-9
# Stands in for any larger number of elements along an edge, which could overflow; it is refused all the same.
BEYOND_ANY_MESH = 1e9


def element_count(length: float, size: float) -> int:
    """Elements of at most ``size`` along a length; the small number keeps round-off from adding one."""
    return max(1, math.ceil(min(length / size, BEYOND_ANY_MESH) - 1e-9))


def graded_sizes(length: float, first: float, growth: float, largest: float) -> list[float]:
    """Sizes of elements that grow from ``first`` by a factor each until ``largest`` and fill a length.

    All are stretched alike, as little as possible, to fit; where nothing fits well, that is by up to a half.

    Args:
        length: To be filled [m].
        first: Size of the first element [m].
        growth: Size of an element over that of the one before, above 1.
        largest: Largest size [m].
    """
    sizes: list[float] = []
    total, following = 0.0, first
    while total < length:
        sizes.append(following)
        total += following
        following = min(largest, following * growth)
    best = len(sizes)
    # One element less is the better fit if that stretches the others by less than this shrinks them.
    if best > 1 and length / (total - sizes[-1]) < total / length:
        best -= 1
    stretch = length / sum(sizes[:best])
    return [size * stretch for size in sizes[:best]]


def structured_simplices(shape: tuple[int, ...]) -> IndexArray:
    """Conforming simplices of a grid of points of this shape: 2 triangles or 6 tetrahedra per box.

    Every simplex walks from the lowest to the highest corner of its box, one axis after the other (Kuhn
    1960).
    """
    dimension = len(shape)
    strides = np.array([math.prod(shape[axis + 1 :]) for axis in range(dimension)], dtype=np.int64)
    corner = np.zeros(1, dtype=np.int64)
    for count, stride in zip(shape, strides, strict=True):
        corner = (corner[:, None] + np.arange(count - 1) * stride).reshape(-1)
    simplices = []
    for order in itertools.permutations(range(dimension)):
        walk = np.concatenate([[0], np.cumsum(strides[list(order)])])
        inversions = sum(order[i] > order[j] for i in range(dimension) for j in range(i + 1, dimension))
        if inversions % 2:
            walk[[0, 1]] = walk[[1, 0]]
        simplices.append(corner[:, None] + walk)
    return np.stack(simplices, axis=1).reshape(-1, dimension + 1)


def every_facet(cells: IndexArray) -> IndexArray:
    """All facets of the cells, each once, sorted."""
    facets = np.concatenate([np.delete(cells, corner, axis=1) for corner in range(cells.shape[1])])
    return np.unique(np.sort(facets, axis=1), axis=0)


def collect_facets(facets: Mapping[str, IndexArray]) -> tuple[IndexArray, TagArray, dict[str, int]]:
    """The facets of all names in one array, their tags, and the tag of every name: 1, 2, ... in order."""
    tags = {name: tag for tag, name in enumerate(facets, start=1)}
    rows = [len(of_name) for of_name in facets.values()]
    facet_tags = np.repeat(np.arange(1, len(tags) + 1, dtype=np.int32), rows)
    return np.concatenate(list(facets.values())), facet_tags, tags


def open_faces(
    mesh: MeshData, closed: str, names: tuple[str, str], level: float, surfaces: tuple[str, ...]
) -> MeshData:
    """Double the points of a flat inner face, so that it becomes two outer ones.

    Args:
        mesh: Listing the faces to be opened, which lie at ``level``, as a surface ``names[0]``.
        closed: The interface that stays: its points, the edge of the opening among them, are not doubled.
        names: Surfaces of the opened faces, of the cells below and of the cells above.
        level: Last coordinate of the faces [m].
        surfaces: All surfaces in the order of the result.

    Returns:
        A mesh that is no longer joined at the opened faces.
    """
    opened = mesh.facets_of(names[0])
    doubled = np.setdiff1d(opened, mesh.facets_of(closed))
    copies = np.arange(len(mesh.points))
    copies[doubled] = len(mesh.points) + np.arange(len(doubled))
    heights = mesh.points[:, -1]

    def moved(simplices: IndexArray) -> IndexArray:
        above = heights[simplices].max(axis=1) > level
        return np.where(above[:, None], copies[simplices], simplices)

    facets = {name: moved(mesh.facets_of(name)) for name in surfaces if name in mesh.surfaces}
    facets |= {names[0]: opened, names[1]: copies[opened], closed: mesh.facets_of(closed)}
    ordered = {name: facets[name] for name in (*surfaces, closed)}
    all_facets, facet_tags, tags = collect_facets(ordered)
    return dataclasses.replace(
        mesh,
        points=np.concatenate([mesh.points, mesh.points[doubled]]),
        cells=moved(mesh.cells),
        facets=all_facets,
        facet_tags=facet_tags,
        surfaces={name: tags[name] for name in surfaces},
        interfaces={closed: tags[closed]},
    )


def cells_around(
    level_set: Callable[[FloatArray], FloatArray],
    total: float,
    size: Callable[[FloatArray], FloatArray],
    unit: float,
    dimension: int,
    extent: float,
) -> float:
    """Number of elements of a region whose element size depends on the distance from an edge.

    Args:
        level_set: Area (2D: length) of the set of points at these distances, as long as it lies inside.
        total: Volume (2D: area) of the region, where the integral over the distance ends.
        size: Element size at these distances.
        unit: Volume of an element of size 1.
        dimension: 2 or 3.
        extent: A distance beyond which nothing changes but the volume.
    """
    edges = np.concatenate([[0.0], np.geomspace(1e-12 * extent, extent, 400)])
    middle = (edges[1:] + edges[:-1]) / 2.0
    volumes = level_set(middle) * np.diff(edges)
    inside = np.diff(np.minimum(np.cumsum(volumes), total), prepend=0.0)
    rest = total - float(inside.sum())
    beyond = rest / float(size(np.array([extent]))[0]) ** dimension
    return (float((inside / size(middle) ** dimension).sum()) + beyond) / unit
