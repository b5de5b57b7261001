"""How much of the nominal interface is in true contact."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any, ClassVar, Protocol

import ufl

LIFTING_SHARE = 0.01
"""Flattened asperities let go below this share of the pressure that flattened them."""

ROUNDING = 0.1
"""Half-width of the rounded corner of plastic contact, as a share of the hardness."""

SMALLEST_PRESSURE = 1e-12
"""Share of the hardness that keeps the ratio of two pressures finite where there was none."""


class ContactAreaLaw(Protocol):
    """True contact from pressure alone, a_p(p_n), for faces that are not bonded.

    Attributes:
        remembers: whether the largest pressure so far counts beside the present one.
    """

    remembers: ClassVar[bool]

    def pressed_fraction(self, contact_pressure: Any, largest_pressure: Any, modulus: Any) -> Any:
        """a_p between 0 and 1, zero without pressure."""


@dataclass(frozen=True)
class NoPressureContact:
    """Faces that have separated never conduct again, however hard they are pressed."""

    remembers: ClassVar[bool] = False

    def pressed_fraction(self, contact_pressure: Any, largest_pressure: Any, modulus: Any) -> Any:
        """a_p = 0."""
        del contact_pressure, largest_pressure, modulus
        return ufl.as_ufl(0.0)


@dataclass(frozen=True)
class PerssonContact:
    """Elastic contact of rough faces, a_p = erf( sqrt(2) p / (E* h'_rms) ).

    Persson 2001, J. Chem. Phys. 115, 3840.

    Attributes:
        roughness_slope: h'_rms, rms slope of the combined roughness [-].
    """

    remembers: ClassVar[bool] = False

    roughness_slope: float

    def pressed_fraction(self, contact_pressure: Any, largest_pressure: Any, modulus: Any) -> Any:
        """a_p for p_n >= 0; smooth, and zero at p_n = 0."""
        del largest_pressure
        return ufl.erf(sqrt(2) * contact_pressure / (modulus * self.roughness_slope))


@dataclass(frozen=True)
class PlasticContact:
    """Contact of rough faces whose asperities flow, a_p = min(1, p / H) at the largest pressure p so far.

    What has been flattened stays in contact while pressure is taken off, until hardly any is left: below
    ``LIFTING_SHARE`` of the largest one the contact fades to nothing. The corner at p = H is rounded.
    Bowden and Tabor 1950, The Friction and Lubrication of Solids.

    Attributes:
        hardness: H, of the softer side.
    """

    remembers: ClassVar[bool] = True

    hardness: float

    def pressed_fraction(self, contact_pressure: Any, largest_pressure: Any, modulus: Any) -> Any:
        """a_p for p_n >= 0."""
        del modulus
        lifted = ufl.min_value(
            contact_pressure / (LIFTING_SHARE * largest_pressure + SMALLEST_PRESSURE * self.hardness), 1.0
        )
        return self.flattened_fraction(largest_pressure) * lifted**2 * (3 - 2 * lifted)

    def flattened_fraction(self, largest_pressure: Any) -> Any:
        """min(1, p/H), within ``ROUNDING`` of p = H the parabola that touches both lines."""
        share = ufl.min_value(largest_pressure / self.hardness, 1 + ROUNDING)
        beyond = ufl.max_value(share - (1 - ROUNDING), 0.0)
        return share - beyond**2 / (4 * ROUNDING)


def contact_modulus(youngs_modulus_a: Any, poisson_a: Any, youngs_modulus_b: Any, poisson_b: Any) -> Any:
    """E* with 1/E* = (1 - nu_a^2)/E_a + (1 - nu_b^2)/E_b."""
    return 1 / ((1 - poisson_a**2) / youngs_modulus_a + (1 - poisson_b**2) / youngs_modulus_b)


def contact_area_fraction(bonded: Any, pressed: Any, residual: float) -> Any:
    """a = a_res + (1 - a_res) [b + (1 - b) a_p], b the share still bonded, a_p the share pressed together.

    The residual is a numerical floor that keeps the kinetics solvable on faces without contact.
    """
    return residual + (1 - residual) * (bonded + (1 - bonded) * pressed)
