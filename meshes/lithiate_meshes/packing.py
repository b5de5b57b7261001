# SPDX-License-Identifier: LGPL-3.0-or-later
"""Discs at random places in a periodic square, apart from each other and cleanly cut by its sides."""

from __future__ import annotations

import functools

import numpy as np

from lithiate_meshes.mesh_data import FloatArray

DENSEST_RANDOM = 0.75
"""Largest share of the square that discs, each with half the smallest gap around it, are packed to.

Random packings of equal discs jam at about 0.84; the sides of the square take their part.
"""
_ATTEMPTS, _SWEEPS = 8, 800
# Discs are moved a little further than they must, so that a finite number of sweeps ends.
_OVERSHOOT = 2e-3


@functools.lru_cache(maxsize=16)
def random_places(
    radii: tuple[float, ...],
    gap: float,
    width: float,
    seed: int,
    uncut: tuple[tuple[float, float], ...],
) -> tuple[tuple[float, float], ...] | None:
    """Places of discs in the square [0, width]^2, which repeats in both directions.

    Discs at independent, evenly distributed places are pushed apart until none is too near to another.

    Args:
        radii: Radius of each disc [m].
        gap: Smallest distance between the rims of two discs [m].
        width: Side of the square [m].
        seed: Of the random numbers.
        uncut: For each disc an open interval of distances [m] that its centre keeps from no side and no
            corner of the square, so that none is merely grazed.

    Returns:
        The centres [m], in the order of the radii, or None if none of a number of attempts succeeded.
    """
    random = np.random.default_rng(seed)
    sizes, limits = np.array(radii), np.array(uncut)
    for _ in range(_ATTEMPTS):
        centres = random.random((len(sizes), 2)) * width
        for _ in range(_SWEEPS):
            moves, fits = _pushes_apart(centres, sizes, gap, width)
            from_sides, clean = _pushes_off_sides(centres, limits, width)
            if fits and clean:
                return tuple((float(x), float(y)) for x, y in centres)
            centres = np.mod(centres + moves + from_sides, width)
    return None


def _pushes_apart(
    centres: FloatArray, radii: FloatArray, gap: float, width: float
) -> tuple[FloatArray, bool]:
    """Moves that part discs that are too near, and whether none is."""
    moves = np.zeros_like(centres)
    first, second = np.triu_indices(len(centres), k=1)
    # To the nearest image; where that one is far enough, so are the others.
    apart = centres[first] - centres[second]
    apart -= width * np.round(apart / width)
    distance = np.linalg.norm(apart, axis=1)
    needed = radii[first] + radii[second] + gap
    lacking = np.maximum(0.0, needed * (1.0 + _OVERSHOOT) - distance)
    push = (apart * (lacking / np.maximum(distance, 1e-12 * width))[:, None]) / 2.0
    np.add.at(moves, first, push)
    np.add.at(moves, second, -push)
    return moves, bool(np.all(distance >= needed))


def _pushes_off_sides(centres: FloatArray, uncut: FloatArray, width: float) -> tuple[FloatArray, bool]:
    """Moves that free discs of sides and corners that graze them, and whether none is grazed."""
    low, high = uncut[:, 0], uncut[:, 1]
    offset = centres - width * np.round(centres / width)
    moves = np.zeros_like(centres)
    clean = True
    directions = [offset * np.array(axis) for axis in ((1.0, 0.0), (0.0, 1.0), (1.0, 1.0))]
    for vector in directions:
        distance = np.linalg.norm(vector, axis=1)
        grazed = (distance > low) & (distance < high)
        clean = clean and not np.any(grazed)
        inwards = grazed & (low > 0.0) & (distance < (low + high) / 2.0)
        target = np.where(inwards, low * (1.0 - _OVERSHOOT), high * (1.0 + _OVERSHOOT))
        length = np.maximum(distance, 1e-12 * width)
        moves += np.where(grazed[:, None], vector * ((target - distance) / length)[:, None], 0.0)
    return moves, clean
