"""Elasticity per intermediate (swollen) volume, neo-Hookean by default, with moduli that depend on lithium.

Simo & Hughes, Computational Inelasticity (1998), chapter 9, with the energy carried per swollen volume.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ufl


def bulk_modulus(youngs_modulus: Any, poisson_ratio: Any) -> Any:
    """K = E / (3 (1 - 2 nu))."""
    return youngs_modulus / (3 * (1 - 2 * poisson_ratio))


def shear_modulus(youngs_modulus: Any, poisson_ratio: Any) -> Any:
    """G = E / (2 (1 + nu))."""
    return youngs_modulus / (2 * (1 + poisson_ratio))


def volumetric_energy_shape(elastic_ratio: Any) -> Any:
    """[(J_e^2 - 1)/2 - ln J_e] / 2, the volumetric energy per bulk modulus."""
    return ((elastic_ratio**2 - 1) / 2 - ufl.ln(elastic_ratio)) / 2


def deviatoric_energy_shape(isochoric_strain: Any) -> Any:
    """[tr(bbar_e) - 3] / 2, the distortional energy per shear modulus."""
    return (ufl.tr(isochoric_strain) - 3) / 2


def pressure_shape(elastic_ratio: Any) -> Any:
    """(J_e^2 - 1) / 2 = tr(tau_e) / (3 K), tension positive."""
    return (elastic_ratio**2 - 1) / 2


@dataclass(frozen=True)
class ElasticLaw:
    """psi_e = K f(J_e) + G g(bbar_e) per intermediate volume, an isotropic energy without coupling.

    Attributes:
        volumetric_energy: f(J_e).
        pressure: J_e f'(J_e) = tr(tau_e) / (3 K), tension positive.
        deviatoric_energy: g(bbar_e).
        deviatoric_strain: dev(tau_e) / G as a function of bbar_e.
    """

    volumetric_energy: Callable[[Any], Any]
    pressure: Callable[[Any], Any]
    deviatoric_energy: Callable[[Any], Any]
    deviatoric_strain: Callable[[Any], Any]

    def energy(self, bulk: Any, shear: Any, elastic_ratio: Any, isochoric_strain: Any) -> Any:
        """psi_e = K f(J_e) + G g(bbar_e)."""
        return bulk * self.volumetric_energy(elastic_ratio) + shear * self.deviatoric_energy(isochoric_strain)


NEO_HOOKEAN = ElasticLaw(volumetric_energy_shape, pressure_shape, deviatoric_energy_shape, ufl.dev)
"""psi_e = (K/2) [(J_e^2 - 1)/2 - ln J_e] + (G/2) [tr(bbar_e) - 3]."""


def first_piola_kirchhoff_stress(
    kirchhoff_stress: Any, volumetric_ratio: Any, deformation_gradient: Any
) -> Any:
    """P = J_c tau_e F^{-T}."""
    return volumetric_ratio * kirchhoff_stress * ufl.inv(deformation_gradient).T
