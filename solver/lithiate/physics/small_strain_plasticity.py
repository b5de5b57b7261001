"""J2 plasticity and creep in linear kinematics by radial return; for verification against linear theory.

Simo & Hughes, Computational Inelasticity (1998), box 3.2. The history is the linearisation of that of finite
strain, Cbar_p^{-1} = I - 2 eps_p, so that both theories keep their plastic strain in one place.
"""

from __future__ import annotations

from typing import Any

import ufl

from lithiate.physics.flow_laws import FlowLaw
from lithiate.physics.plasticity import SMALLEST_NORM_SQUARED, FlowState


def elastic_state(strain: Any, shear: Any) -> FlowState:
    """s = 2 G dev(eps): no flow.

    Args:
        strain: eps.
        shear: G.
    """
    zero = ufl.as_ufl(0.0)
    identity = ufl.Identity(3)
    return FlowState(identity + 2 * ufl.dev(strain), 2 * shear * ufl.dev(strain), zero, identity, zero)


def return_map(
    strain: Any,
    old_inverse_plastic_metric: Any,
    old_equivalent_plastic_strain: Any,
    shear: Any,
    law: FlowLaw,
) -> FlowState:
    """Radial return of s = 2 G (dev(eps) - eps_p) by the plastic strain of the flow law.

    Args:
        strain: eps at the end of the step.
        old_inverse_plastic_metric: I - 2 eps_p at the start of the step.
        old_equivalent_plastic_strain: alpha at the start of the step.
        shear: G.
        law: growth of alpha in the step from sqrt(3/2) |s| of the trial state.
    """
    identity = ufl.Identity(3)
    old_plastic_strain = (identity - old_inverse_plastic_metric) / 2
    trial = 2 * shear * (ufl.dev(strain) - old_plastic_strain)
    trial_stress = ufl.sqrt(1.5 * (ufl.inner(trial, trial) + SMALLEST_NORM_SQUARED))
    increment = law.strain_increment(trial_stress, 3 * shear, old_equivalent_plastic_strain)
    growth = 1.5 * increment / trial_stress * trial
    stress = trial - 2 * shear * growth
    plastic_strain = old_plastic_strain + growth
    return FlowState(
        isochoric_strain=identity + stress / shear,
        deviatoric_stress=stress,
        equivalent_plastic_strain=old_equivalent_plastic_strain + increment,
        inverse_plastic_metric=identity - 2 * plastic_strain,
        dissipation=ufl.inner(stress, growth),
    )
