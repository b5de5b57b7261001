"""Open-circuit potential from a table: a monotone fit with logarithmic ends.

    U(c) = P(c) + (R T / F) ln((1 - c) / c)

``P`` is the shape-preserving cubic (PCHIP, Fritsch and Carlson 1980) through what the table leaves after the
ideal solution is taken off, ``U_k - (R T / F) ln((1 - c_k) / c_k)``, and constant beyond the ends of the
table. So the curve goes through every point, rises without bound towards c = 0 and falls without bound
towards c = 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator, PPoly
from scipy.optimize import brentq

from lithiate.scaling import FARADAY_CONSTANT, GAS_CONSTANT

Array = NDArray[np.float64]

_SAMPLES_PER_INTERVAL = 64

SMALLEST_FILLING = 1e-9
"""A material is not taken to start emptier than this, nor as close to full."""


def ideal_solution_potential(stoichiometry: Any, temperature: float) -> Array:
    """(R T / F) ln((1 - c) / c) [V], the potential of an ideal solution of lithium and vacancies.

    Args:
        stoichiometry: c in (0, 1), any shape.
        temperature: T [K].
    """
    filling = np.asarray(stoichiometry, dtype=np.float64)
    return np.asarray(GAS_CONSTANT * temperature / FARADAY_CONSTANT * np.log((1 - filling) / filling))


def remainder_spline(
    stoichiometry: Sequence[float], potential: Sequence[float], temperature: float
) -> tuple[Array, Array]:
    """P(c) in the form that SciPy's ``PPoly`` uses.

    Args:
        stoichiometry: (n,) increasing, inside (0, 1), n >= 2.
        potential: (n,) open-circuit potential at these [V].
        temperature: T [K].

    Returns:
        Breakpoints (n,) [-] and coefficients (4, n - 1) [V], highest power first, in powers of
        ``c - breakpoints[i]``. Outside the breakpoints P is constant.
    """
    points = np.asarray(stoichiometry, dtype=np.float64)
    remainder = np.asarray(potential, dtype=np.float64) - ideal_solution_potential(points, temperature)
    spline = PchipInterpolator(points, remainder)
    return np.array(spline.x), np.array(spline.c)


def evaluate(
    stoichiometry: Sequence[float], potential: Sequence[float], temperature: float, at: Any
) -> Array:  # fmt: skip
    """Open-circuit potential U(c) [V].

    Args:
        stoichiometry: (n,) points of the table.
        potential: (n,) potentials of the table [V].
        temperature: T [K].
        at: where to evaluate, in (0, 1), any shape.
    """
    breakpoints, coefficients = remainder_spline(stoichiometry, potential, temperature)
    inside = np.clip(np.asarray(at, dtype=np.float64), breakpoints[0], breakpoints[-1])
    return np.asarray(PPoly(coefficients, breakpoints)(inside) + ideal_solution_potential(at, temperature))


def filling_at(
    stoichiometry: Sequence[float], potential: Sequence[float], temperature: float, at: float
) -> float | None:  # fmt: skip
    """c with U(c) = ``at``; None where the curve has no such potential short of an empty or a full material.

    Args:
        stoichiometry: (n,) points of a table whose curve falls everywhere.
        potential: (n,) potentials of the table [V].
        temperature: T [K].
        at: open-circuit potential to find [V].
    """

    def excess(filling: float) -> float:
        return float(evaluate(stoichiometry, potential, temperature, filling)) - at

    if excess(SMALLEST_FILLING) < 0.0 or excess(1 - SMALLEST_FILLING) > 0.0:
        return None
    return float(brentq(excess, SMALLEST_FILLING, 1 - SMALLEST_FILLING, xtol=1e-15, rtol=1e-14))


def first_rise(
    stoichiometry: Sequence[float], potential: Sequence[float], temperature: float
) -> tuple[float, float] | None:
    """Where U(c) fails to fall strictly: the ends of the first table interval that does so, or None.

    Beyond the table only the falling logarithm is left, so that looking between its points is enough.

    Args:
        stoichiometry: (n,) points of the table.
        potential: (n,) potentials of the table [V].
        temperature: T [K].
    """
    breakpoints, coefficients = remainder_spline(stoichiometry, potential, temperature)
    slope = PPoly(coefficients, breakpoints).derivative()
    thermal = GAS_CONSTANT * temperature / FARADAY_CONSTANT
    for left, right in zip(breakpoints[:-1], breakpoints[1:], strict=True):
        inner = np.linspace(left, right, _SAMPLES_PER_INTERVAL + 2)[1:-1]
        if np.any(slope(inner) - thermal / (inner * (1 - inner)) >= 0):
            return float(left), float(right)
    return None
