"""How much of the nominal interface is in true contact."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any, Protocol

import ufl


class ContactAreaLaw(Protocol):
    """True contact from pressure alone, a_p(p_n), for faces that are not bonded."""

    def pressed_fraction(self, contact_pressure: Any, modulus: Any) -> Any:
        """a_p between 0 and 1, zero without pressure."""


@dataclass(frozen=True)
class NoPressureContact:
    """Faces that have separated never conduct again, however hard they are pressed."""

    def pressed_fraction(self, contact_pressure: Any, modulus: Any) -> Any:
        """a_p = 0."""
        del contact_pressure, modulus
        return ufl.as_ufl(0.0)


@dataclass(frozen=True)
class PerssonContact:
    """Elastic contact of rough faces, a_p = erf( sqrt(2) p / (E* h'_rms) ).

    Persson 2001, J. Chem. Phys. 115, 3840.

    Attributes:
        roughness_slope: h'_rms, rms slope of the combined roughness [-].
    """

    roughness_slope: float

    def pressed_fraction(self, contact_pressure: Any, modulus: Any) -> Any:
        """a_p for p_n >= 0; smooth, and zero at p_n = 0."""
        return ufl.erf(sqrt(2) * contact_pressure / (modulus * self.roughness_slope))


def contact_modulus(youngs_modulus_a: Any, poisson_a: Any, youngs_modulus_b: Any, poisson_b: Any) -> Any:
    """E* with 1/E* = (1 - nu_a^2)/E_a + (1 - nu_b^2)/E_b."""
    return 1 / ((1 - poisson_a**2) / youngs_modulus_a + (1 - poisson_b**2) / youngs_modulus_b)


def contact_area_fraction(bonded: Any, pressed: Any, residual: float) -> Any:
    """a = a_res + (1 - a_res) [b + (1 - b) a_p], b the share still bonded, a_p the share pressed together.

    The residual is a numerical floor that keeps the kinetics solvable on faces without contact.
    """
    return residual + (1 - residual) * (bonded + (1 - bonded) * pressed)
