# SPDX-License-Identifier: LGPL-3.0-or-later
"""Limits that every family shares."""

from __future__ import annotations

from collections.abc import Mapping

from lithiate_meshes.quantities import refuse

LARGEST_CELL_COUNT = 50_000_000
"""A mesh beyond this does not fit the one process that makes it; it is nearly always a wrong unit."""


def refuse_too_many_cells(estimated_cells: Mapping[str, int], mesh_size: float) -> None:
    """Refuse parameters that ask for more elements than can be meshed.

    Args:
        estimated_cells: Number of elements by region.
        mesh_size: The element size that was asked for [m].

    Raises:
        PydanticCustomError: If the sum is beyond :data:`LARGEST_CELL_COUNT`.
    """
    cells = sum(estimated_cells.values())
    if cells > LARGEST_CELL_COUNT:
        raise refuse(
            f"found mesh_size = {mesh_size:g} m, which needs about {float(cells):.1e} elements; "
            f"allowed: at most {LARGEST_CELL_COUNT:.0e} elements"
        )
