"""Whether a contact stayed on the small elements that are made for it."""

from __future__ import annotations

from lithiate_meshes.families.verification_contact import HertzContactGeometry
from lithiate_meshes.families.verification_indentation import IndentationGeometry

from lithiate.case import Case

RESOLUTION = 0.5
"""How well a contact radius is known, in element sizes."""


def contact_zone_warnings(case: Case, largest_contact: float) -> list[str]:
    """What to say of a contact that left its zone; nothing of one that did not.

    Args:
        case: of a verification problem.
        largest_contact: the largest contact radius of the run [m].
    """
    shape = case.geometry
    if not isinstance(shape, HertzContactGeometry | IndentationGeometry):
        return []
    if largest_contact <= shape.contact_width + RESOLUTION * shape.mesh_size:
        return []
    return [
        f"contact reached {largest_contact:.4g} m from the axis, beyond geometry.contact_width = "
        f"{shape.contact_width:g} m, where the elements are larger than geometry.mesh_size"
    ]
