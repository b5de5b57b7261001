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
        normal: unit normal of the deformed electrode, into the electrolyte.
        area_ratio: J_s, current area per area as built.
        carrier: F that carries vectors kept on the mesh as built, that of the electrode.
        jump: displacement of the electrolyte minus that of the electrode.
        gap: normal part of the jump and the gap as made, positive when open.
        slip: tangential part of the jump, a vector.
    """

    normal: Any
    area_ratio: Any
    carrier: Any
    jump: Any
    gap: Any
    slip: Any


def face_kinematics(
    electrode_deformation: Any,
    electrolyte_deformation: Any,
    facet_normal: Any,
    smooth_normal: Any,
    jump: Any,
    initial_gap: Any = 0.0,
) -> FaceKinematics:
    """J_s from cof(F_mid) N, F_mid the mean of both faces' F, n from the electrode's F, g_n = jump . n + g_0.

    The electrode is the stiffer side and stays smooth, where a yielding electrolyte that closes again
    crumples from facet to facet: with the mean of both faces the normals of neighbouring facets then differ
    so much that one node is open by one of them and closed by the other. For the same reason n is taken from
    a continuous reference normal: straight facets make a polygon of a curved interface, and each of its
    kinks would act as an asperity.

    Args:
        electrode_deformation: F of the first-named side.
        electrolyte_deformation: F of the second-named side.
        facet_normal: N, unit 3-vector on the mesh as built, out of the first-named side.
        smooth_normal: the same, continuous along a smooth interface.
        jump: u of the second side minus u of the first, 3-vector.
        initial_gap: g_0 along the normal between faces that are drawn closed but start apart.
    """
    mean = (electrode_deformation + electrolyte_deformation) / 2
    area_vector = ufl.cofac(mean) * facet_normal
    area_ratio = ufl.sqrt(ufl.inner(area_vector, area_vector))
    direction = ufl.cofac(electrode_deformation) * smooth_normal
    normal = direction / ufl.sqrt(ufl.inner(direction, direction))
    apart = ufl.inner(jump, normal)
    slip = jump - apart * normal
    return FaceKinematics(normal, area_ratio, electrode_deformation, jump, apart + initial_gap, slip)
