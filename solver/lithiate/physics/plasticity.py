"""Rate-independent J2 plasticity at finite strain with linear isotropic hardening.

Simo & Hughes, Computational Inelasticity (1998), box 9.1, with two changes. The history is the inverse
plastic metric ``Cbar_p^{-1} = Fbar^{-1} bbar_e Fbar^{-T}`` in the configuration as built, which is objective
and needs no previous displacement. And the spherical part of bbar_e is restored after the return so that det
bbar_e = 1: box 9.1 keeps the trace of the trial state, which makes the stored energy (and through it the
voltage) drift with plastic flow.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any

import ufl

NEWTON_STEPS = 3
"""Newton steps for the spherical part; from the start below the error is under 1e-12 for |dev bbar| < 0.5."""

SMALLEST_NORM_SQUARED = 1e-24
"""Keeps the derivative of a norm finite at the origin."""


@dataclass(frozen=True)
class FlowState:
    """Outcome of one step at a material point.

    Attributes:
        isochoric_strain: bbar_e, determinant one.
        deviatoric_stress: s = G dev(bbar_e), Kirchhoff stress per intermediate volume.
        equivalent_plastic_strain: alpha >= 0.
        inverse_plastic_metric: Cbar_p^{-1}, the history of the next step.
        dissipation: plastic work of the step per intermediate volume.
    """

    isochoric_strain: Any
    deviatoric_stress: Any
    equivalent_plastic_strain: Any
    inverse_plastic_metric: Any
    dissipation: Any


def isochoric_deformation(deformation_gradient: Any) -> Any:
    """Fbar = J^{-1/3} F."""
    return ufl.det(deformation_gradient) ** (-1.0 / 3.0) * deformation_gradient


def unimodular_trace_third(deviator: Any) -> Any:
    """xi with det(d + xi I) = 1, that is xi^3 - (d:d) xi/2 + det d = 1, by Newton steps from 1 + (d:d)/6."""
    square, determinant = ufl.inner(deviator, deviator), ufl.det(deviator)
    root = 1 + square / 6 - determinant / 3
    for _ in range(NEWTON_STEPS):
        root = root - (root**3 - square * root / 2 + determinant - 1) / (3 * root**2 - square / 2)
    return root


def elastic_state(deformation_gradient: Any, shear: Any) -> FlowState:
    """bbar_e = Fbar Fbar^T: no flow."""
    isochoric = isochoric_deformation(deformation_gradient)
    strain = isochoric * isochoric.T
    zero = ufl.as_ufl(0.0)
    return FlowState(strain, shear * ufl.dev(strain), zero, ufl.Identity(3), zero)


def return_map(
    deformation_gradient: Any,
    old_inverse_plastic_metric: Any,
    old_equivalent_plastic_strain: Any,
    shear: Any,
    yield_stress: Any,
    hardening_modulus: float,
) -> FlowState:
    """Radial return onto sqrt(3/2) |s| = sigma_Y + H alpha, s Kirchhoff stress per intermediate volume.

    Args:
        deformation_gradient: F.
        old_inverse_plastic_metric: Cbar_p^{-1} at the start of the step, symmetric, determinant one.
        old_equivalent_plastic_strain: alpha at the start of the step.
        shear: G, at the current lithium content.
        yield_stress: sigma_Y, at the current lithium content.
        hardening_modulus: H >= 0.
    """
    isochoric = isochoric_deformation(deformation_gradient)
    trial = isochoric * old_inverse_plastic_metric * isochoric.T
    trial_stress = shear * ufl.dev(trial)
    trial_norm = ufl.sqrt(ufl.inner(trial_stress, trial_stress) + SMALLEST_NORM_SQUARED)
    radius = sqrt(2 / 3) * (yield_stress + hardening_modulus * old_equivalent_plastic_strain)
    effective_shear = shear * ufl.tr(trial) / 3
    overstress = trial_norm - radius
    slip = ufl.conditional(
        ufl.gt(overstress, 0), overstress / (2 * effective_shear + 2 * hardening_modulus / 3), ufl.as_ufl(0.0)
    )
    reduction = 2 * effective_shear * slip / trial_norm
    stress = (1 - reduction) * trial_stress
    deviator = stress / shear
    spherical = unimodular_trace_third(deviator)
    strain = deviator + spherical * ufl.Identity(3)
    pull_back = ufl.inv(isochoric)
    # Energy released at fixed F, to first order from the returned state: d(xi) = (xi d - cof d):dd / (3 xi^2
    # - d:d/2).
    square = ufl.inner(deviator, deviator)
    cofactor = deviator * deviator - square / 2 * ufl.Identity(3)  # cof d of a symmetric traceless tensor
    direction = (spherical * deviator - cofactor) / (3 * spherical**2 - square / 2)
    dissipation = 1.5 * shear * ufl.inner(direction, reduction * trial_stress / shear)
    return FlowState(
        isochoric_strain=strain,
        deviatoric_stress=stress,
        equivalent_plastic_strain=old_equivalent_plastic_strain + sqrt(2 / 3) * slip,
        inverse_plastic_metric=pull_back * strain * pull_back.T,
        dissipation=dissipation,
    )
