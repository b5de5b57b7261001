# SPDX-License-Identifier: LGPL-3.0-or-later
"""Improving the worst elements of a mesh whose points have been moved."""

from __future__ import annotations

import numpy as np

from lithiate_meshes.mesh_data import FloatArray, IndexArray, MeshData
from lithiate_meshes.quality import scaled_jacobian

# Twice what is refused: points around elements below it are tried elsewhere.
_TARGET = 0.2
_SWEEPS, _TRIALS, _SEED = 4, 30, 1
# Of the distance to the neighbours, how far a point is tried away from where it lies.
_LARGEST_STEP = 0.3


def relaxed(mesh: MeshData) -> FloatArray:
    """The points of a mesh, some of those around poor elements moved so that the poorest one gets better.

    Points on sides, walls and interfaces stay, those on the bottom and the top stay on them. No element gets
    worse than the worst one around the same point was. The same mesh gives the same points.

    Args:
        mesh: The mesh.

    Returns:
        Coordinates [m], shape (n, d).
    """
    points, cells = mesh.points.copy(), mesh.cells
    ends = [mesh.surfaces[name] for name in ("bottom", "top") if name in mesh.surfaces]
    on_end = np.isin(mesh.facet_tags, ends)
    free, level = np.ones(len(points), dtype=bool), np.zeros(len(points), dtype=bool)
    free[mesh.facets[~on_end]] = False
    level[mesh.facets[on_end]] = True
    order = np.argsort(cells.ravel(), kind="stable")
    first = np.searchsorted(cells.ravel()[order], np.arange(len(points) + 1))
    random = np.random.default_rng(_SEED)
    for _ in range(_SWEEPS):
        quality = scaled_jacobian(points, cells)
        poor = cells[quality < _TARGET]
        candidates = np.unique(poor[free[poor]])
        if not len(candidates):
            break
        for point in candidates:
            around = cells[order[first[point] : first[point + 1]] // cells.shape[1]]
            points[point] = _best_place(points, around, int(point), bool(level[point]), random)
    return points


def _best_place(
    points: FloatArray, around: IndexArray, point: int, level: bool, random: np.random.Generator
) -> FloatArray:
    """Where the poorest of the elements around a point is best, among random places and where it lies."""
    neighbours = np.setdiff1d(around, [point])
    reach = _LARGEST_STEP * np.linalg.norm(points[neighbours] - points[point], axis=1).mean()
    steps = random.standard_normal((_TRIALS, points.shape[1])) * random.random((_TRIALS, 1)) ** 2
    if level:
        steps[:, -1] = 0.0
    places = np.concatenate([points[[point]], points[point] + reach * steps])
    # Every trial gets points of its own: those of its elements, side by side.
    corners = np.repeat(points[around][None], len(places), axis=0)
    corners[:, around == point] = places[:, None]
    of_all = corners.reshape(-1, points.shape[1])
    quality = scaled_jacobian(of_all, np.arange(len(of_all)).reshape(-1, around.shape[1]))
    best: FloatArray = places[int(np.argmax(quality.reshape(len(places), -1).min(axis=1)))]
    return best
