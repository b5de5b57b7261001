# SPDX-License-Identifier: LGPL-3.0-or-later
"""Columns of different diameters at random places, and why some cannot be placed."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from lithiate_meshes.columns import Column
from lithiate_meshes.packing import DENSEST_RANDOM, random_places
from lithiate_meshes.quantities import refuse

# A side of the box that does not cut a column stays clear of it by this share of its radius; one that cuts it
# cuts off no less. Independent of the element size, so that a refined mesh has the same columns.
_CLEAR_OF_SIDES = 0.15


def random_diameters(diameter: float, spread: float, count: int, seed: int) -> list[float]:
    """Diameters [m] evenly distributed within 1 +- ``spread`` times ``diameter``."""
    deviations = np.random.default_rng([seed, 1]).uniform(-1.0, 1.0, count)
    return [diameter * (1.0 + spread * float(deviation)) for deviation in deviations]


def place_columns(
    columns: Sequence[Column], bodies: Sequence[tuple[float, float]], gap: float, width: float, seed: int
) -> tuple[tuple[float, float], ...]:
    """Places of columns in a square that repeats.

    Args:
        columns: The columns.
        bodies: Smallest and largest radius [m] that a side of the square may cut of each, coating included.
        gap: Smallest distance between two columns at their bases [m].
        width: Side of the square [m].
        seed: Of the random numbers.

    Returns:
        Centres of the bases [m].

    Raises:
        PydanticCustomError: If they are too large, too dense, or find no places, naming the limit.
    """
    uncut = tuple(
        (small - _CLEAR_OF_SIDES * column.base_radius, large + _CLEAR_OF_SIDES * column.base_radius)
        for column, (small, large) in zip(columns, bodies, strict=True)
    )
    largest = 2.0 * max(high for _, high in uncut)
    count = f"{len(columns)} column{'s' if len(columns) > 1 else ''}"
    if width < largest:
        raise refuse(
            f"found {count} in a random packing {width:g} m wide; allowed: at least {largest:g} m, for a "
            "column not to meet its own image; ask for more columns, a smaller coverage or a larger width"
        )
    radii = tuple(column.base_radius for column in columns)
    density = math.pi * sum((radius + gap / 2.0) ** 2 for radius in radii) / width**2
    coverage = math.pi * sum(radius**2 for radius in radii) / width**2
    if density > DENSEST_RANDOM:
        possible = DENSEST_RANDOM / density * coverage
        raise refuse(
            f"found coverage = {coverage:.3g} with gaps of at least {gap:g} m in a random packing; allowed: "
            f"coverage up to {possible:.3g}, or smaller gaps"
        )
    places = random_places(radii, gap, width, seed, uncut)
    if places is None:
        raise refuse(
            f"found no places for {count} with gaps of at least {gap:g} m at coverage = {coverage:.3g} and "
            f"seed = {seed}; allowed: what fits beside the box's sides as well; ask for more columns, "
            "a smaller coverage or gap, or another seed"
        )
    return places
