"""The branch of the open-circuit curve that a first lithiation follows, and what it costs.

Material that never held more lithium than now follows U_1(c), which lies below the curve U(c) of material
that did. With m the largest filling so far,

    mu_chem(c, m) = -F U(c) + w(s) D(c),    D = F (U - U_1) >= 0,    s = 1 + (c - m) / delta,
    w = 0 for s < 0,    s^2 (3 - 2 s) between,    1 for s > 1

so that mu_chem is continuous with its slope, and rises with c because both curves fall. While m stays, it
is the derivative of the energy of U plus

    E(c, m) = int_(m - delta)^c w D dc = w(s) A(c) - int_0^s w'(t) A(m - delta + t delta) dt,    A' = D

and what a growing m loses, the dissipation of the change of phase, follows from int D dm = dE + dL:

    L(m) - L(m_0) = int_0^1 w'(t) [A(m - delta + t delta) - A(m_0 - delta + t delta)] dt >= 0
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy.interpolate import PPoly

from lithiate.materials.functions import Array
from lithiate.materials.open_circuit import evaluate, remainder_spline
from lithiate.materials.properties import OpenCircuitTable

_GAUSS_POINTS = 16
_SAMPLES = 2001


def first_excess(first: OpenCircuitTable, ordinary: OpenCircuitTable, temperature: float) -> float | None:
    """A filling at which U_1 lies above U, or None.

    Args:
        first: table of U_1.
        ordinary: table of U, with the same ends: beyond them the difference of the curves is constant.
        temperature: T [K].
    """
    points = (*first.stoichiometry, *ordinary.stoichiometry)
    fillings = np.union1d(np.linspace(min(points), max(points), _SAMPLES), points)
    lower, upper = (
        evaluate(table.stoichiometry, table.potential, temperature, fillings) for table in (first, ordinary)
    )
    above = lower - upper
    found = np.flatnonzero(above > 1e-12)
    return float(fillings[found[0]]) if found.size else None


@dataclass(frozen=True)
class _Integral:
    """int P dc of a spline that is constant beyond its ends, zero at the first of them."""

    spline: PPoly

    @cached_property
    def _inside(self) -> PPoly:
        return self.spline.antiderivative()

    def at(self, filling: Array) -> Array:
        held = np.clip(filling, self.spline.x[0], self.spline.x[-1])
        return np.asarray(self._inside(held) + self.spline(held) * (filling - held))


@dataclass(frozen=True)
class FirstLithiation:
    """Energies per mole of lithium sites and Faraday constant [V].

    Attributes:
        first: table of U_1.
        ordinary: table of U.
        width: delta, the filling over which U_1 gives way to U.
        temperature: T [K].
    """

    first: OpenCircuitTable
    ordinary: OpenCircuitTable
    width: float
    temperature: float

    @cached_property
    def _integrals(self) -> tuple[_Integral, _Integral]:
        upper, lower = (
            remainder_spline(table.stoichiometry, table.potential, self.temperature)
            for table in (self.ordinary, self.first)
        )
        return _Integral(PPoly(upper[1], upper[0])), _Integral(PPoly(lower[1], lower[0]))

    def _integral(self, filling: Array) -> Array:
        """A(c); the ideal solution in both curves cancels."""
        upper, lower = self._integrals
        return upper.at(filling) - lower.at(filling)

    def _blended(self, largest: Array, end: Array) -> Array:
        """int_0^s w'(t) A(m - delta + t delta) dt."""
        nodes, weights = np.polynomial.legendre.leggauss(_GAUSS_POINTS)
        places = end[..., None] * (1 + nodes) / 2
        slopes = 6 * places * (1 - places)
        values = self._integral(largest[..., None] - self.width * (1 - places))
        return np.asarray((slopes * values * weights).sum(axis=-1) * end / 2)

    def stored(self, stoichiometry: Any, largest: Any) -> Array:
        """E(c, m), beyond the energy of the ordinary curve.

        Args:
            stoichiometry: c, any shape.
            largest: m >= c, the same shape.
        """
        c, m = (np.asarray(item, dtype=np.float64) for item in (stoichiometry, largest))
        s = np.clip(1 + (c - m) / self.width, 0.0, 1.0)
        return s**2 * (3 - 2 * s) * self._integral(c) - self._blended(m, s)

    def lost(self, largest: Any, start: float) -> Array:
        """L(m) - L(m_0).

        Args:
            largest: m, any shape.
            start: m_0, the filling as built.
        """
        m = np.asarray(largest, dtype=np.float64)
        end = np.ones_like(m)
        return self._blended(m, end) - self._blended(np.full_like(m, start), end)
