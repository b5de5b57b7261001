"""Two phases of a regular solution and the flat interface between them, in closed form.

    f(c) = c ln c + (1 - c) ln(1 - c) + Omega_r c (1 - c)        energy per mole of sites and R T

Above Omega_r = 2 it has two minima c_1 < 1/2 < c_2 = 1 - c_1. With a gradient energy (kappa_g/2) |Grad c|^2
the flat interface between them obeys the first integral

    (kappa_g/2) (dc/dx)^2 = C_max R T [f(c) - f(c_1)]

(Cahn and Hilliard 1958, J. Chem. Phys. 28, 258).
"""

from __future__ import annotations

from math import exp, log, sqrt, tanh

import numpy as np
from scipy.integrate import quad
from scipy.optimize import brentq

from lithiate.scaling import GAS_CONSTANT

CRITICAL_PARAMETER = 2.0
"""Omega_r above which the solution separates into two phases."""


def mixing_energy(stoichiometry: float, parameter: float) -> float:
    """f(c) = c ln c + (1 - c) ln(1 - c) + Omega_r c (1 - c) [-].

    Args:
        stoichiometry: c in (0, 1).
        parameter: Omega_r [-].
    """
    c = stoichiometry
    return c * log(c) + (1 - c) * log(1 - c) + parameter * c * (1 - c)


def poor_phase(parameter: float) -> float:
    """c_1, the stoichiometry of the lithium-poor phase; that of the other one is 1 - c_1.

    With 1 - 2 c_1 = tanh(t), t is the positive root of 2 t = Omega_r tanh(t).

    Args:
        parameter: Omega_r > 2 [-].

    Raises:
        ValueError: the solution does not separate.
    """
    if not parameter > CRITICAL_PARAMETER:
        raise ValueError(f"regular solution parameter: found {parameter:g}; allowed: more than 2")
    # tanh(t) > t - t^3 / 3 puts the root above this.
    low = 0.9 * sqrt(3 * (1 - CRITICAL_PARAMETER / parameter))
    root = brentq(lambda t: 2 * t - parameter * tanh(t), low, parameter / 2, xtol=1e-15, rtol=1e-14)
    return float(1 / (1 + exp(2 * root)))


def excess_energy(stoichiometry: float, parameter: float) -> float:
    """f(c) - f(c_1) [-]: how much more a mixture holds than the two phases."""
    return mixing_energy(stoichiometry, parameter) - mixing_energy(poor_phase(parameter), parameter)


def interface_width(
    parameter: float, gradient_energy: float, concentration: float, temperature: float
) -> float:
    """w = (c_2 - c_1) sqrt(kappa_g / (2 C_max R T [f(1/2) - f(c_1)])) [m]: the jump over the largest slope.

    Args:
        parameter: Omega_r > 2 [-].
        gradient_energy: kappa_g [J/m].
        concentration: C_max per volume of the mesh as built [mol/m^3].
        temperature: T [K].
    """
    density = concentration * GAS_CONSTANT * temperature
    slope = sqrt(2 * density * excess_energy(0.5, parameter) / gradient_energy)
    return (1 - 2 * poor_phase(parameter)) / slope


def interface_energy(
    parameter: float, gradient_energy: float, concentration: float, temperature: float
) -> float:
    """gamma = int_(c_1)^(c_2) sqrt(2 kappa_g C_max R T [f(c) - f(c_1)]) dc [J/m^2].

    Args:
        parameter: Omega_r > 2 [-].
        gradient_energy: kappa_g [J/m].
        concentration: C_max per volume of the mesh as built [mol/m^3].
        temperature: T [K].
    """
    density = concentration * GAS_CONSTANT * temperature
    first, floor = poor_phase(parameter), mixing_energy(poor_phase(parameter), parameter)
    half, _ = quad(
        lambda c: sqrt(2 * max(mixing_energy(c, parameter) - floor, 0.0)), first, 0.5, epsabs=1e-12
    )
    return float(2 * half * np.sqrt(gradient_energy * density))
