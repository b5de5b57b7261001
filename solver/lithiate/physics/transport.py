"""Lithium diffusion and conduction on the deforming body, pulled back to the mesh as built."""

from __future__ import annotations

from typing import Any

import ufl

from lithiate.physics import kinematics


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


def conduction_current(
    conductivities: tuple[Any, ...], deformation_gradient: Any, potential_gradient: Any, symmetry: str
) -> Any:
    """i_R = -J F^{-1} R kappa R^T F^{-T} Grad phi, of ions with phi_e or of electrons with phi_s.

    kappa is diagonal along the axes of the mesh as built. With F = R U these axes turn with the material by
    R, and along them the body as it is conducts by kappa. (If they were convected by F, directions that are
    sheared would no longer be perpendicular, and equal values would not make an isotropic body.) A single
    value needs no R: -J kappa F^{-1} F^{-T} Grad phi.

    Args:
        conductivities: kappa, one along all axes or one along each axis of the mesh.
        deformation_gradient: F.
        potential_gradient: Grad phi, a 3-vector.
        symmetry: "plane_strain", "axisymmetric" or "3d".
    """
    ratio = ufl.det(deformation_gradient)
    if len(conductivities) == 1:
        return -ratio * conductivities[0] * metric(deformation_gradient) * potential_gradient
    # No gradient points out of the plane, so that no current flows there whatever the third value is.
    first, second, third = (*conductivities, conductivities[-1])[:3]
    tensor = ufl.as_tensor([[first, 0, 0], [0, second, 0], [0, 0, third]])
    stretch_back = ufl.inv(deformation_gradient) * kinematics.rotation(deformation_gradient, symmetry)
    return -ratio * stretch_back * tensor * stretch_back.T * potential_gradient
