# SPDX-License-Identifier: LGPL-3.0-or-later
"""Limits that every family shares."""

from __future__ import annotations

import math
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


# Mean size of the elements that gmsh makes for an element size of 1, measured over many parameters.
AREA_OF_TRIANGLE = 0.39
VOLUME_OF_TETRAHEDRON = 0.165


def graded_cells(
    volume: float, face_area: float, near: float, growth: float, largest: float, dimension: int
) -> int:
    """Number of elements of a region whose element size grows away from its refined faces.

    The region counts as a slab of its volume over its refined faces: n = integral of A dx / (v h(x)^d) with
    h = min(h_near + g x, h_largest) and v the size of an element of size 1.

    Args:
        volume: Of the region [m3; plane strain and axisymmetric: area of the section, m2].
        face_area: Area of its refined faces [m2; else: length in the section, m]; 0 for none.
        near: Element size on them [m].
        growth: By how much the size grows per distance.
        largest: Largest element size [m].
        dimension: 2 or 3.
    """
    unit = AREA_OF_TRIANGLE if dimension == 2 else VOLUME_OF_TETRAHEDRON
    far = max(largest, near)
    if face_area <= 0.0:
        return math.ceil(volume / (unit * largest**dimension))
    depth = volume / face_area
    # Steps that grow with the element size resolve the integral for any depth.
    graded = min(depth, (far - near) / growth) if growth > 0.0 else 0.0
    power = dimension - 1
    integral = (near**-power - (near + growth * graded) ** -power) / (power * growth) if graded > 0.0 else 0.0
    integral += max(0.0, depth - graded) / (far if growth > 0.0 else near) ** dimension
    return math.ceil(face_area * integral / unit)
