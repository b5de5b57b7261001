"""A third medium: the soft filler of a pore, which carries the load of its walls once they have closed it.

    psi = K (ln J)^2 / 2 + G [J^(-2/3) tr(F F^T) - 3] / 2 + (K l^2 / 2) |Grad Grad u|^2

The first two terms grow without bound as the filler is squeezed flat, so that the walls never pass each other
and no contact is searched for (Wriggers, Schroeder, Schwarz 2013, Comput. Mech. 52, 837). The last one keeps
its elements in shape while they are squeezed (Bluhm, Sigmund, Poulios 2021; Faltus et al. 2024); it is
quadratic here, without the factor exp(-5 J) that switches it off in open pores, so that its tangent is
positive in every state. No rotation is resisted, because the second gradient of a rigid motion is zero.
"""

from __future__ import annotations

from typing import Any

import ufl

from lithiate.physics import elasticity, hencky

THIRD_MEDIUM = elasticity.ElasticLaw(
    hencky.volumetric_energy_shape,
    hencky.pressure_shape,
    elasticity.deviatoric_energy_shape,
    ufl.dev,
)
"""psi_e = (K/2) (ln J_e)^2 + (G/2) [tr(bbar_e) - 3]."""


def second_gradient(displacement: Any) -> Any:
    """Grad Grad u in the coordinates of the mesh, (dimension, dimension, dimension), linear in u.

    In axisymmetric models these are the second derivatives in the meridian plane. The terms of the
    curvilinear basis, differences of first derivatives divided by r, are left out: they do not see what
    oscillates from element to element.

    Args:
        displacement: vector field of the mesh's dimension, quadratic in each element.
    """
    return ufl.grad(ufl.grad(displacement))


def double_stress(bulk: Any, length: Any, curvature: Any) -> Any:
    """K l^2 Grad Grad u, work-conjugate to Grad Grad u per volume as built.

    Args:
        bulk: K.
        length: l.
        curvature: Grad Grad u.
    """
    return bulk * length**2 * curvature


def regularisation_energy(bulk: Any, length: Any, curvature: Any) -> Any:
    """(K l^2 / 2) |Grad Grad u|^2 per volume as built, arguments as of :func:`double_stress`."""
    return ufl.inner(double_stress(bulk, length, curvature), curvature) / 2
