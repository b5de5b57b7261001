"""Gap, slip, normal and area of two faces that were paired on the mesh as built (small sliding)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ufl

SMALLEST_SLIP_SQUARED = 1e-24
"""Keeps the derivative of the slip's norm finite at zero slip."""


@dataclass(frozen=True)
class FaceKinematics:
    """Kinematics at a point of the interface.

    Attributes:
        normal: unit normal of the mean deformed face, from the electrode into the electrolyte.
        area_ratio: J_s, current area per area as built.
        mean_deformation: F_mid.
        jump: displacement of the electrolyte minus that of the electrode.
        gap: normal part of the jump, positive when open.
        slip: tangential part of the jump, a vector.
    """

    normal: Any
    area_ratio: Any
    mean_deformation: Any
    jump: Any
    gap: Any
    slip: Any


def face_kinematics(
    electrode_deformation: Any,
    electrolyte_deformation: Any,
    facet_normal: Any,
    smooth_normal: Any,
    jump: Any,
) -> FaceKinematics:
    """n and J_s from cof(F_mid) N, with F_mid the mean of both faces' F; gap = jump . n.

    Straight facets make a polygon of a curved interface, and each kink would act as an asperity on faces
    that slide. The direction of n is therefore corrected by ``cof(F) (N_smooth - N)`` with F of the
    electrode, the stiffer side.

    Args:
        electrode_deformation: F of the first-named side.
        electrolyte_deformation: F of the second-named side.
        facet_normal: N, unit 3-vector on the mesh as built, out of the first-named side.
        smooth_normal: the same, continuous along a smooth interface.
        jump: u of the second side minus u of the first, 3-vector.
    """
    mean = (electrode_deformation + electrolyte_deformation) / 2
    area_vector = ufl.cofac(mean) * facet_normal
    area_ratio = ufl.sqrt(ufl.inner(area_vector, area_vector))
    direction = area_vector + ufl.cofac(electrode_deformation) * (smooth_normal - facet_normal)
    normal = direction / ufl.sqrt(ufl.inner(direction, direction))
    gap = ufl.inner(jump, normal)
    return FaceKinematics(normal, area_ratio, mean, jump, gap, jump - gap * normal)


def slip_length(slip: Any) -> Any:
    """|g_t|, smooth at zero."""
    return ufl.sqrt(ufl.inner(slip, slip) + SMALLEST_SLIP_SQUARED)
