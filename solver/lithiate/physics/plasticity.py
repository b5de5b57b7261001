"""J2 plasticity and creep at finite strain by radial return; the flow laws are in :mod:`flow_laws`.

Simo & Hughes, Computational Inelasticity (1998), box 9.1, with three changes. The history is the inverse
plastic metric ``Cbar_p^{-1} = Fbar^{-1} bbar_e Fbar^{-T}`` in the configuration as built, which is objective
and needs no previous displacement. The spherical part of bbar_e is restored after the return so that det
bbar_e = 1: box 9.1 keeps the trace of the trial state, which makes the stored energy (and through it the
voltage) drift with plastic flow. And the plastic strain that laws count is conjugate to the stress.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ufl

from lithiate.physics.elasticity import NEO_HOOKEAN, ElasticLaw
from lithiate.physics.flow_laws import FlowLaw

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


def elastic_state(deformation_gradient: Any, shear: Any, law: ElasticLaw = NEO_HOOKEAN) -> FlowState:
    """bbar_e = Fbar Fbar^T: no flow."""
    isochoric = isochoric_deformation(deformation_gradient)
    strain = isochoric * isochoric.T
    zero = ufl.as_ufl(0.0)
    return FlowState(strain, shear * law.deviatoric_strain(strain), zero, ufl.Identity(3), zero)


def stress_per_plastic_strain(isochoric_strain: Any, shear: Any) -> Any:
    """-d tau_eq / d alpha of a radial return: G (3 xi^2 - d:d/2) / (xi - 3 det d / d:d), 3 G at small strain.

    With xi = tr(bbar_e)/3 and d = dev(bbar_e). Along the return the stored energy (3/2) G xi falls by
    tau_eq d alpha, so that alpha is the work-conjugate strain of tau_eq. The multiplier of box 9.1, which
    has 3 G xi here, differs from it by the elastic strain: 1.5 % of the rate in silicon at 1.8 GPa. It is
    positive for every unimodular bbar_e, because xi rises along each ray of d.
    """
    deviator, spherical = ufl.dev(isochoric_strain), ufl.tr(isochoric_strain) / 3
    square = ufl.inner(deviator, deviator) + SMALLEST_NORM_SQUARED
    return shear * (3 * spherical**2 - square / 2) / (spherical - 3 * ufl.det(deviator) / square)


def return_map(
    deformation_gradient: Any,
    old_inverse_plastic_metric: Any,
    old_equivalent_plastic_strain: Any,
    shear: Any,
    law: FlowLaw,
) -> FlowState:
    """Radial return by the plastic strain of the flow law; stresses are Kirchhoff, per intermediate volume.

    Args:
        deformation_gradient: F.
        old_inverse_plastic_metric: Cbar_p^{-1} at the start of the step, symmetric, determinant one.
        old_equivalent_plastic_strain: alpha at the start of the step.
        shear: G, at the current lithium content.
        law: growth of alpha in the step from sqrt(3/2) |s| of the trial state.
    """
    isochoric = isochoric_deformation(deformation_gradient)
    trial = isochoric * old_inverse_plastic_metric * isochoric.T
    trial_deviator = shear * ufl.dev(trial)
    trial_stress = ufl.sqrt(1.5 * (ufl.inner(trial_deviator, trial_deviator) + SMALLEST_NORM_SQUARED))
    stiffness = stress_per_plastic_strain(trial, shear)
    increment = law.strain_increment(trial_stress, stiffness, old_equivalent_plastic_strain)
    reduction = stiffness * increment / trial_stress
    stress = (1 - reduction) * trial_deviator
    deviator = stress / shear
    spherical = unimodular_trace_third(deviator)
    strain = deviator + spherical * ufl.Identity(3)
    pull_back = ufl.inv(isochoric)
    # Energy released at fixed F, to first order from the returned state: d(xi) = (xi d - cof d):dd / (3 xi^2
    # - d:d/2).
    square = ufl.inner(deviator, deviator)
    cofactor = deviator * deviator - square / 2 * ufl.Identity(3)  # cof d of a symmetric traceless tensor
    direction = (spherical * deviator - cofactor) / (3 * spherical**2 - square / 2)
    dissipation = 1.5 * shear * ufl.inner(direction, reduction * trial_deviator / shear)
    return FlowState(
        isochoric_strain=strain,
        deviatoric_stress=stress,
        equivalent_plastic_strain=old_equivalent_plastic_strain + increment,
        inverse_plastic_metric=pull_back * strain * pull_back.T,
        dissipation=dissipation,
    )
