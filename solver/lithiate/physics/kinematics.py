"""Deformation in the three symmetries; tensors are always 3 x 3.

Component order is (x, y, z) in plane strain and 3D and (r, z, theta) in axisymmetric models, so that the
first two in-plane components are the coordinates of the mesh.
"""

from __future__ import annotations

from typing import Any

import ufl

AXIS_RADIUS = 1e-10
"""Smallest radius that is divided by, in solver lengths."""

ROTATION_STEPS = 4
"""Newton steps to the rotation of a deformation gradient in 3D."""


def displacement_gradient(displacement: Any, coordinates: Any, symmetry: str) -> Any:
    """H = Grad u as a 3 x 3 tensor (also for test and trial functions, being linear).

    Args:
        displacement: vector field of the mesh's dimension.
        coordinates: spatial coordinates of the mesh as built.
        symmetry: "plane_strain", "axisymmetric" or "3d".
    """
    gradient = ufl.grad(displacement)
    if symmetry == "3d":
        return gradient
    hoop: Any = 0
    if symmetry == "axisymmetric":
        # Interface points do lie on the axis, where u_r = 0: the hoop strain reads zero there instead of
        # du_r/dr, which no integral sees because the axis has no area. A conditional form here is beyond
        # FFCx 0.9.
        hoop = displacement[0] / ufl.max_value(coordinates[0], AXIS_RADIUS)
    return ufl.as_tensor(
        [[gradient[0, 0], gradient[0, 1], 0], [gradient[1, 0], gradient[1, 1], 0], [0, 0, hoop]]
    )


def scalar_gradient(field: Any, symmetry: str) -> Any:
    """Grad of a scalar field as a 3-vector (out-of-plane component zero)."""
    gradient = ufl.grad(field)
    return gradient if symmetry == "3d" else ufl.as_vector([gradient[0], gradient[1], 0])


def spatial_vector(vector: Any, symmetry: str) -> Any:
    """A vector of the mesh's dimension as a 3-vector."""
    return vector if symmetry == "3d" else ufl.as_vector([vector[0], vector[1], 0])


def deformation_gradient(gradient: Any) -> Any:
    """F = I + Grad u."""
    return ufl.Identity(3) + gradient


def rotation(deformation_gradient: Any, symmetry: str) -> Any:
    """R of the polar decomposition F = R U.

    In the plane R = [[a, -b], [b, a]] / sqrt(a^2 + b^2) with a = F_11 + F_22, b = F_21 - F_12. In 3D
    by Newton's iteration X <- (X + X^{-T}) / 2 from J^{-1/3} F (Higham 1986, SIAM J. Sci. Stat. Comput. 7,
    1160): four steps leave 1e-7 where stretches differ by a factor of four, 1e-12 where by two.

    Args:
        deformation_gradient: F with J > 0; in 2D models its third direction is on its own.
        symmetry: "plane_strain", "axisymmetric" or "3d".
    """
    F = deformation_gradient
    if symmetry == "3d":
        X = ufl.det(F) ** (-1 / 3) * F
        for _ in range(ROTATION_STEPS):
            X = (X + ufl.inv(X).T) / 2
        return X
    along, across = F[0, 0] + F[1, 1], F[1, 0] - F[0, 1]
    length = ufl.sqrt(along**2 + across**2)
    return ufl.as_tensor(
        [[along / length, -across / length, 0], [across / length, along / length, 0], [0, 0, 1]]
    )


def integration_weight(coordinates: Any, symmetry: str) -> Any:
    """Volume per mesh volume: 1 in plane strain (per unit depth) and 3D, 2 pi r for a full revolution."""
    return 2 * ufl.pi * coordinates[0] if symmetry == "axisymmetric" else ufl.as_ufl(1.0)


def volumetric_ratio(growth: Any, growth_as_built: float) -> Any:
    """J_c = J(c) / J(c_0), the stress-free volume per volume as built.

    Args:
        growth: J(c) - 1, over the volume of the unlithiated material [-].
        growth_as_built: the same at c_0, at which the mesh as built is free of stress [-].
    """
    return (1 + growth) / (1 + growth_as_built)
