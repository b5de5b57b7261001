"""Lithium diffusion and conduction on the deforming body, pulled back to the mesh as built."""

from __future__ import annotations

from typing import Any

import ufl


def metric(deformation_gradient: Any) -> Any:
    """F^{-1} F^{-T}, by which a referential gradient is measured on the deformed body."""
    inverse = ufl.inv(deformation_gradient)
    return inverse * inverse.T


def tracer_mobility(diffusivity: Any, concentration: Any, stoichiometry: Any) -> Any:
    """M_R = D C (1 - c) / (R T), D a tracer diffusivity (R T = 1)."""
    return diffusivity * concentration * (1 - stoichiometry)


def ideal_dilute_mobility(diffusivity: Any, concentration: Any) -> Any:
    """M_R = D C / (R T), the mobility that goes with mu = R T ln c (R T = 1)."""
    return diffusivity * concentration


def chemical_mobility(diffusivity: Any, maximum_concentration: Any, potential_slope: Any) -> Any:
    """M_R = D / (dmu_chem/dC), D a chemical diffusivity; the slope is dmu_chem/dc > 0."""
    return diffusivity * maximum_concentration / potential_slope


def stress_factor(activation_volume: float, hydrostatic_stress: Any) -> Any:
    """exp(V_a sigma_h / (R T)), by which stress speeds up diffusion (R T = 1).

    The work -p V_a of a jump against the pressure p = -sigma_h adds to its activation energy (Aziz 1997,
    Appl. Phys. Lett. 70, 2810).
    """
    return ufl.exp(activation_volume * hydrostatic_stress)


def lithium_flux(mobility: Any, inverse_metric: Any, potential_gradient: Any) -> Any:
    """j_R = -M_R F^{-1} F^{-T} Grad mu."""
    return -mobility * inverse_metric * potential_gradient


def conduction_current(conductivity: Any, deformation_gradient: Any, potential_gradient: Any) -> Any:
    """i_R = -J F^{-1} kappa F^{-T} Grad phi, of ions with phi_e or of electrons with phi_s."""
    ratio = ufl.det(deformation_gradient)
    return -ratio * conductivity * metric(deformation_gradient) * potential_gradient
