"""Chemical potential of lithium: a stress-free part from data, a mechanical part from the elastic energy.

All functions take and return solver units (R T = F = 1): potentials count in R T / F, energies per mole in R
T.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import ufl
from numpy.typing import NDArray

from lithiate.physics.elasticity import ElasticLaw


def piecewise_polynomial(
    argument: Any, breakpoints: NDArray[np.float64], coefficients: NDArray[np.float64]
) -> Any:
    """Piecewise polynomial in the form SciPy uses, held constant outside its breakpoints.

    Args:
        argument: UFL scalar.
        breakpoints: (n + 1,) increasing.
        coefficients: (k + 1, n), highest power first, in powers of ``argument - breakpoints[i]``.
    """
    inside = ufl.min_value(ufl.max_value(argument, breakpoints[0]), breakpoints[-1])
    pieces = []
    for piece, left in enumerate(breakpoints[:-1]):
        value: Any = ufl.as_ufl(float(coefficients[0, piece]))
        for coefficient in coefficients[1:, piece]:
            value = value * (inside - float(left)) + float(coefficient)
        pieces.append(value)
    result = pieces[-1]
    for right, polynomial in zip(breakpoints[-2:0:-1], pieces[-2::-1], strict=True):
        result = ufl.conditional(ufl.lt(inside, float(right)), polynomial, result)
    return result


def first_lithiation_share(stoichiometry: Any, largest: Any, width: float) -> Any:
    """w = s^2 (3 - 2 s), s = 1 + (c - m) / delta held between 0 and 1: one where c is new to the material.

    Args:
        stoichiometry: c.
        largest: m, the largest filling so far.
        width: delta, by which c must fall below m for the share to vanish.
    """
    place = ufl.min_value(ufl.max_value(1 + (stoichiometry - largest) / width, 0), 1)
    return place**2 * (3 - 2 * place)


def logit_potential(stoichiometry: Any) -> Any:
    """ln(c / (1 - c)): chemical potential of an ideal solution of lithium and vacancies, per R T."""
    return ufl.ln(stoichiometry / (1 - stoichiometry))


def logit_energy(stoichiometry: Any) -> Any:
    """c ln c + (1 - c) ln(1 - c), the energy of which :func:`logit_potential` is the derivative, per R T."""
    return stoichiometry * ufl.ln(stoichiometry) + (1 - stoichiometry) * ufl.ln(1 - stoichiometry)


def regular_solution_potential(stoichiometry: Any, parameter: float, reference: float) -> Any:
    """mu_chem = ln(c / (1 - c)) + Omega_r (1 - 2 c) + mu_0, per R T."""
    return logit_potential(stoichiometry) + parameter * (1 - 2 * stoichiometry) + reference


def regular_solution_energy(stoichiometry: Any, parameter: float, reference: float) -> Any:
    """The energy of which :func:`regular_solution_potential` is the derivative, with Omega_r c (1 - c)."""
    mixing = logit_energy(stoichiometry) + parameter * stoichiometry * (1 - stoichiometry)
    return mixing + reference * stoichiometry


def gradient_energy_density(coefficient: float, gradient: Any) -> Any:
    """(kappa_g / 2) |Grad c|^2 per volume as built."""
    return coefficient / 2 * ufl.inner(gradient, gradient)


def gradient_potential(coefficient: float, capacity: float, gradient: Any, test_gradient: Any) -> Any:
    """(kappa_g / C_max) Grad c . Grad v: the part -Div(kappa_g Grad c) / C_max of mu, tested by v.

    With the natural condition N . Grad c = 0.
    """
    return coefficient / capacity * ufl.inner(gradient, test_gradient)


def mechanical_chemical_potential(
    stoichiometry: Any,
    volumetric_ratio: Any,
    elastic_ratio: Any,
    isochoric_strain: Any,
    bulk: Any,
    shear: Any,
    swelling: Any,
    modulus_term: bool,
    law: ElasticLaw,
) -> Any:
    """dJ_c/dc [psi_e - J_e dpsi_e/dJ_e] + J_c dpsi_e/dc at fixed bbar_e, per C_max as built.

    Divide by C_max (solver units) for the chemical potential; compression raises it.

    Args:
        stoichiometry: c, wrapped by ``ufl.variable`` so that the moduli can be differentiated in it.
        volumetric_ratio: J_c.
        elastic_ratio: J_e = J / J_c.
        isochoric_strain: bbar_e, held fixed in the derivative (never through the return map).
        bulk: K(c).
        shear: G(c).
        swelling: dJ_c/dc.
        modulus_term: whether J_c dpsi_e/dc is kept.
        law: of elasticity.
    """
    energy = law.energy(bulk, shear, elastic_ratio, isochoric_strain)
    potential = swelling * (energy - bulk * law.pressure(elastic_ratio))
    if modulus_term:
        potential = potential + volumetric_ratio * (
            ufl.diff(bulk, stoichiometry) * law.volumetric_energy(elastic_ratio)
            + ufl.diff(shear, stoichiometry) * law.deviatoric_energy(isochoric_strain)
        )
    return potential
