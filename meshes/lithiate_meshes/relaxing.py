# SPDX-License-Identifier: LGPL-3.0-or-later
"""Improving the worst elements of a mesh of layers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lithiate_meshes.mesh_data import FloatArray, IndexArray, MeshData
from lithiate_meshes.quality import scaled_jacobian

# Twice what is refused: points around elements below it are tried elsewhere.
_TARGET = 0.2
_SWEEPS, _TRIALS, _SEED = 4, 30, 1
# Of the distance to the neighbours, how far a point is tried away from where it lies.
_LARGEST_STEP = 0.3

Move = Callable[[FloatArray], FloatArray]


def relaxed(mesh: MeshData, move: Move) -> FloatArray:
    """The moved points of a mesh, some around poor elements elsewhere so that the poorest one gets better.

    Points on faces across the layers stay where they are, those on level faces stay on them. No element gets
    worse than the worst one around the same point was. The same mesh gives the same points.

    Args:
        mesh: The mesh before the move.
        move: Gives the places (n, d) [m] to which points (n, d) [m] of the mesh belong.

    Returns:
        Coordinates after the move [m], shape (n, d).
    """
    points, cells = mesh.points.copy(), mesh.cells
    moved = move(points)
    heights = points[mesh.facets, -1]
    is_level = np.ptp(heights, axis=1) < 1e-9 * np.ptp(points[:, -1])
    free, level = np.ones(len(points), dtype=bool), np.zeros(len(points), dtype=bool)
    free[mesh.facets[~is_level]] = False
    level[mesh.facets[is_level]] = True
    order = np.argsort(cells.ravel(), kind="stable")
    first = np.searchsorted(cells.ravel()[order], np.arange(len(points) + 1))
    random = np.random.default_rng(_SEED)
    for _ in range(_SWEEPS):
        poor = cells[scaled_jacobian(moved, cells) < _TARGET]
        candidates = np.unique(poor[free[poor]])
        if not len(candidates):
            break
        for point in candidates.tolist():
            around = cells[order[first[point] : first[point + 1]] // cells.shape[1]]
            steps = random.standard_normal((_TRIALS, points.shape[1])) * random.random((_TRIALS, 1)) ** 2
            steps[0] = 0.0
            if level[point]:
                steps[:, -1] = 0.0
            neighbours = np.setdiff1d(around, [point])
            reach = np.linalg.norm(points[neighbours] - points[point], axis=1).mean()
            places = points[point] + _LARGEST_STEP * reach * steps
            best = _best(moved, around, point, moved_places := move(places))
            points[point], moved[point] = places[best], moved_places[best]
    return moved


def _best(points: FloatArray, around: IndexArray, point: int, places: FloatArray) -> int:
    """At which place of a point the poorest of the elements around it is best."""
    # Every trial gets points of its own: those of its elements, side by side.
    corners = np.repeat(points[around][None], len(places), axis=0)
    corners[:, around == point] = places[:, None]
    of_all = corners.reshape(-1, points.shape[1])
    quality = scaled_jacobian(of_all, np.arange(len(of_all)).reshape(-1, around.shape[1]))
    return int(np.argmax(quality.reshape(len(places), -1).min(axis=1)))
