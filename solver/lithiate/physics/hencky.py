"""Hencky elasticity: an energy quadratic in the logarithmic strain, with lithium-dependent moduli.

    psi_e = (K/2) (ln J_e)^2 + G |dev ln V_e|^2,    dev ln V_e = (1/2) ln bbar_e

Anand 1979, J. Appl. Mech. 46, 78; it stays close to measured stress up to elastic stretches of about 1.3.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import ufl

from lithiate.physics.elasticity import ElasticLaw

LOGARITHM_POINTS = 16
"""Gauss points of the matrix logarithm; its error is below 1e-12 for principal stretches from 1/2 to 2."""


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


HENCKY = ElasticLaw(volumetric_energy_shape, pressure_shape, deviatoric_energy_shape, deviatoric_strain)
