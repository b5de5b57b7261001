# SPDX-License-Identifier: LGPL-3.0-or-later
"""What limits the parameters of a columnar layer: elements that fit, edges that are not too sharp."""

from __future__ import annotations

import math

from lithiate_meshes.families.columnar_layout import NOTHING, ColumnarLayout

MOST_COLUMNS = 200
"""Of a random packing; its arrangement is searched while the case is read."""
# Angle of the wedge between cap and electrolyte [rad] in which filled gaps end.
_SHARPEST_WEDGE = math.radians(20.0)
# Flat elements cut off this share of the filled gaps' volume, of the 0.02 that is allowed, on round columns.
_LARGEST_DEFECT = 0.012


def smallest_contact_depth(radius: float, cap_height: float) -> float:
    """Depth below the summit of half an ellipsoid at which its slope is the sharpest wedge meshed [m].

    Args:
        radius: Horizontal semi-axis [m].
        cap_height: Vertical semi-axis [m].
    """
    height = cap_height / math.hypot(1.0, math.tan(_SHARPEST_WEDGE) * radius / cap_height)
    return cap_height - height


def largest_mesh_size(layout: ColumnarLayout, clearance: float) -> tuple[float, str]:
    """The largest element size on interfaces that every part can be meshed with, and what sets it.

    Args:
        layout: The columns in their box.
        clearance: Smallest distance between neighbouring columns, coatings included [m].

    Returns:
        The size [m], and in words what it is.
    """
    limits = [
        (clearance, "the distance left between neighbouring columns"),
        (layout.electrolyte - layout.contact_depth, "the electrolyte above the columns"),
    ]
    if layout.foil > 0.0:
        limits.append((layout.foil, "foil_thickness"))
    if layout.coating > 0.0:
        limits.append((layout.coating, "coating_thickness"))
    for column, _ in layout.numbers:
        # A polygon of so many elements around has 98.5 % of the disc's area.
        around = 1.0 / 0.28 if layout.symmetry == "3d" else 1.0
        share = "0.28 of the" if layout.symmetry == "3d" else "the"
        tip = layout.tip(column)
        narrowest = min(column.base_radius, column.top_radius)
        limits += [
            (narrowest / around, f"{share} smallest radius (half width) of a column"),
            (column.shaft_height, "the height of the columns' shafts"),
        ]
        if tip.cap_height > 0.0:
            exposed = tip.cap_height - layout.contact_depth
            touching = tip.cap_radius(layout.contact_depth)
            limits += [
                (column.cap_height, "cap_height"),
                (layout.contact_depth, "contact_depth"),
                (touching / around, f"{share} radius of the contact with the electrolyte"),
            ]
            if exposed > NOTHING * tip.height:
                limits.append((exposed, "the height of the cap outside the electrolyte"))
    if layout.filled and layout.symmetry == "3d":
        volumes = layout.volumes()
        solid = volumes["columns"] + volumes.get("coating", 0.0)
        radius = min(column.base_radius for column, _ in layout.numbers)
        size = radius * math.sqrt(6.0 * _LARGEST_DEFECT * volumes["gaps"] / solid)
        limits.append((size, "what keeps the volume of the filled gaps within 2 %"))
    return min(limits)
