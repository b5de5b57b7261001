"""Hencky elasticity: an energy quadratic in the logarithmic strain, with lithium-dependent moduli and flow.

    psi_e = (K/2) (ln J_e)^2 + G |dev ln V_e|^2,    dev ln V_e = (1/2) ln bbar_e

Anand 1979, J. Appl. Mech. 46, 78; it stays close to measured stress up to elastic stretches of about 1.3.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import ufl

from lithiate.physics.elasticity import ElasticLaw
from lithiate.physics.flow_laws import FlowLaw
from lithiate.physics.plasticity import SMALLEST_NORM_SQUARED, FlowState, isochoric_deformation

LOGARITHM_POINTS = 16
"""Gauss points of the matrix logarithm; its error is below 1e-12 for principal stretches from 1/2 to 2."""

EXPONENTIAL_ORDER = 18
"""Of the series of the matrix exponential."""


def matrix_logarithm(tensor: Any) -> Any:
    """ln A = int_0^1 (A - I) [I + t (A - I)]^{-1} dt by Gauss quadrature, A symmetric positive definite.

    With m points this is the diagonal Pade approximant of order m (Dieci, Morini, Papini 1996, SIAM J. Matrix
    Anal. Appl. 17, 570): smooth where eigenvalues meet, odd under inversion, relative error about 2 pi
    rho^(2m + 1) with rho = (sqrt(a) - 1) / (sqrt(a) + 1) and a the eigenvalue furthest from one. The inverse
    is the adjugate over the determinant, so that a point costs one division.

    Args:
        tensor: A, 3 x 3.
    """
    difference = tensor - ufl.Identity(3)
    square = difference * difference
    trace, determinant = ufl.tr(difference), ufl.det(difference)
    minors = (trace**2 - ufl.tr(square)) / 2
    nodes, weights = np.polynomial.legendre.leggauss(LOGARITHM_POINTS)
    constant, linear, quadratic = ufl.as_ufl(0.0), ufl.as_ufl(0.0), ufl.as_ufl(0.0)
    for node, weight in zip((1 + nodes) / 2, weights / 2, strict=True):
        t = float(node)
        share = float(weight) / (1 + t * (trace + t * (minors + t * determinant)))
        constant += t**2 * share
        linear += share * (1 + t * trace)
        quadratic += t * share
    return constant * determinant * ufl.Identity(3) + linear * difference - quadratic * square


def volumetric_energy_shape(elastic_ratio: Any) -> Any:
    """(ln J_e)^2 / 2, the volumetric energy per bulk modulus."""
    return ufl.ln(elastic_ratio) ** 2 / 2


def pressure_shape(elastic_ratio: Any) -> Any:
    """ln J_e = tr(tau_e) / (3 K), tension positive."""
    return ufl.ln(elastic_ratio)


def deviatoric_strain(isochoric_strain: Any) -> Any:
    """dev(ln bbar_e) = 2 dev(ln V_e) = s / G; ln bbar_e has no trace but for round-off."""
    return ufl.dev(matrix_logarithm(isochoric_strain))


def deviatoric_energy_shape(isochoric_strain: Any) -> Any:
    """|dev ln V_e|^2 = |dev ln bbar_e|^2 / 4, the distortional energy per shear modulus."""
    strain = deviatoric_strain(isochoric_strain)
    return ufl.inner(strain, strain) / 4


def matrix_exponential(tensor: Any) -> Any:
    """exp A by its series, A symmetric and traceless.

    With A^3 = (A:A / 2) A + det(A) I (Cayley and Hamilton) every power is a sum of I, A and A^2, so that only
    their scalar factors are added up. The determinant of the sum is one as far as the series goes: to 1e-12
    for |A| up to 1.7, which is that of principal stretches from 1/2 to 2.

    Args:
        tensor: A, 3 x 3.
    """
    half_square, determinant = ufl.inner(tensor, tensor) / 2, ufl.det(tensor)
    square, linear, constant = ufl.as_ufl(0.0), ufl.as_ufl(0.0), ufl.as_ufl(1.0)
    sums = [square, linear, constant]
    for order in range(1, EXPONENTIAL_ORDER + 1):
        square, linear, constant = (
            linear / order,
            (half_square * square + constant) / order,
            determinant * square / order,
        )
        sums = [total + part for total, part in zip(sums, (square, linear, constant), strict=True)]
    return sums[0] * tensor * tensor + sums[1] * tensor + sums[2] * ufl.Identity(3)


def return_map(
    deformation_gradient: Any,
    old_inverse_plastic_metric: Any,
    old_equivalent_plastic_strain: Any,
    shear: Any,
    law: FlowLaw,
) -> FlowState:
    """Radial return in the logarithmic strain, as :func:`lithiate.physics.plasticity.return_map`.

    tau_eq falls by 3 G per equivalent plastic strain however large the strain is: the return of small strains
    (Weber and Anand 1990, Comput. Methods Appl. Mech. Eng. 79, 173). det bbar_e stays one because ln bbar_e
    has no trace. Where the axes of both agree, ln V_e and the plastic logarithmic strain add up exactly.

    Args:
        deformation_gradient: F.
        old_inverse_plastic_metric: Cbar_p^{-1} at the start of the step, symmetric, determinant one.
        old_equivalent_plastic_strain: alpha at the start of the step.
        shear: G, at the current lithium content.
        law: growth of alpha in the step from sqrt(3/2) |s| of the trial state.
    """
    isochoric = isochoric_deformation(deformation_gradient)
    trial = deviatoric_strain(isochoric * old_inverse_plastic_metric * isochoric.T)
    trial_stress = shear * ufl.sqrt(1.5 * (ufl.inner(trial, trial) + SMALLEST_NORM_SQUARED))
    stiffness = 3 * shear
    increment = law.strain_increment(trial_stress, stiffness, old_equivalent_plastic_strain)
    logarithm = (1 - stiffness * increment / trial_stress) * trial
    strain, pull_back = matrix_exponential(logarithm), ufl.inv(isochoric)
    return FlowState(
        isochoric_strain=strain,
        deviatoric_stress=shear * logarithm,
        equivalent_plastic_strain=old_equivalent_plastic_strain + increment,
        inverse_plastic_metric=pull_back * strain * pull_back.T,
        # At the stress of the end of the step, to first order.
        dissipation=(trial_stress - stiffness * increment) * increment,
    )


HENCKY = ElasticLaw(volumetric_energy_shape, pressure_shape, deviatoric_energy_shape, deviatoric_strain)
