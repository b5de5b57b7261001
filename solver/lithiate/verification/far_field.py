"""Displacement far below a force on an elastic half space: what a finite block's outer faces must follow."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def point_force(distance: Array, depth: Array, shear: float, ratio: float) -> tuple[Array, Array]:
    """Boussinesq: displacement away from the axis and into the half space, per force pressing on it.

    With rho^2 = r^2 + z^2: u_r = [r z / rho^3 - (1 - 2 nu) r / (rho (rho + z))] / (4 pi G),
    u_z = [z^2 / rho^3 + 2 (1 - nu) / rho] / (4 pi G); both vanish far away (Johnson 1985, equations 3.18).

    Args:
        distance: r >= 0 from the axis.
        depth: z >= 0 below the surface; rho > 0.
        shear: G.
        ratio: nu.
    """
    rho = np.hypot(distance, depth)
    scale = 4 * np.pi * shear
    outward = distance * depth / rho**3 - (1 - 2 * ratio) * distance / (rho * (rho + depth))
    inward = depth**2 / rho**3 + 2 * (1 - ratio) / rho
    return outward / scale, inward / scale


def line_force(
    distance: Array, depth: Array, shear: float, ratio: float, reference: float
) -> tuple[Array, Array]:
    """Flamant in plane strain: the same per force per length, zero on the axis at a reference depth.

    With rho and the angle theta from the axis: u_r = [-2 (1 - nu) cos theta ln(rho / d) - (1 - 2 nu) theta
    sin theta] and u_theta = [2 (1 - nu) sin theta ln(rho / d) + sin theta - (1 - 2 nu) theta cos theta], both
    over 2 pi G (Johnson 1985, equations 2.19, without its rigid motion).

    Args:
        distance: x >= 0 from the axis.
        depth: z >= 0 below the surface; rho > 0.
        shear: G.
        ratio: nu.
        reference: d.
    """
    rho, angle = np.hypot(distance, depth), np.arctan2(distance, depth)
    logarithm = 2 * (1 - ratio) * np.log(rho / reference)
    radial = -logarithm * np.cos(angle) - (1 - 2 * ratio) * angle * np.sin(angle)
    hoop = (logarithm + 1) * np.sin(angle) - (1 - 2 * ratio) * angle * np.cos(angle)
    scale = 2 * np.pi * shear
    outward = radial * np.sin(angle) + hoop * np.cos(angle)
    inward = radial * np.cos(angle) - hoop * np.sin(angle)
    return outward / scale, inward / scale
