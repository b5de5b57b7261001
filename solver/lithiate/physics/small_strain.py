"""Linear elasticity with swelling: stress, energy and their part in the chemical potential; for verification.

The strain free of stress is eps_c = (J_c - 1)/3 I; s is the deviatoric stress of the flow law.
"""

from __future__ import annotations

from typing import Any

import ufl


def cauchy_stress(bulk: Any, strain: Any, swelling_ratio: Any, deviatoric_stress: Any) -> Any:
    """sigma = K tr(eps - eps_c) I + s.

    Args:
        bulk: K.
        strain: eps.
        swelling_ratio: J_c.
        deviatoric_stress: s.
    """
    growth = ufl.tr(strain) - (swelling_ratio - 1)
    return bulk * growth * ufl.Identity(3) + deviatoric_stress


def strain_energy(bulk: Any, shear: Any, stress: Any, deviatoric_stress: Any) -> Any:
    """(tr(sigma)/3)^2 / (2 K) + |s|^2 / (4 G) per volume.

    Args:
        bulk: K.
        shear: G.
        stress: sigma.
        deviatoric_stress: s.
    """
    volumetric = (ufl.tr(stress) / 3) ** 2 / (2 * bulk)
    return volumetric + ufl.inner(deviatoric_stress, deviatoric_stress) / (4 * shear)


def stress_potential(swelling_slope: Any, stress: Any) -> Any:
    """-J_c' tr(sigma)/3, mechanical part of C_max mu.

    Args:
        swelling_slope: J_c' = dJ_c/dc.
        stress: sigma.
    """
    return -swelling_slope * ufl.tr(stress) / 3


def modulus_potential(stoichiometry: Any, bulk: Any, shear: Any, stress: Any, deviatoric_stress: Any) -> Any:
    """K' tr(eps_e)^2 / 2 + G' |dev eps_e|^2, what moduli that change with c add to C_max mu.

    Args:
        stoichiometry: c, a variable to differentiate by.
        bulk: K(c).
        shear: G(c).
        stress: sigma.
        deviatoric_stress: s.
    """
    growth = ufl.tr(stress) / (3 * bulk)
    deviator = deviatoric_stress / (2 * shear)
    bulk_slope, shear_slope = (ufl.diff(modulus, stoichiometry) for modulus in (bulk, shear))
    return bulk_slope * growth**2 / 2 + shear_slope * ufl.inner(deviator, deviator)
