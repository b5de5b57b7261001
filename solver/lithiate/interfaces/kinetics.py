"""Charge transfer; positive current is anodic (lithium leaves the electrode). R T = F = 1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ufl

LARGEST_EXPONENT = 200.0
"""Beyond this argument the exponential continues along its tangent: no overflow, still monotone."""


def bounded_exponential(argument: Any) -> Any:
    """exp(x) for x below LARGEST_EXPONENT, its tangent above."""
    capped = ufl.min_value(argument, LARGEST_EXPONENT)
    return ufl.exp(capped) * (1 + argument - capped)


@dataclass(frozen=True)
class ButlerVolmer:
    """i = a i_0 [exp(alpha_a eta) - exp(-alpha_c eta)], eta in R T / F.

    Attributes:
        exchange_current_density: i_0 per true contact area [solver current density].
        anodic: alpha_a.
        cathodic: alpha_c.
    """

    exchange_current_density: float
    anodic: float
    cathodic: float

    def current_density(self, contact_area_fraction: Any, overpotential: Any) -> Any:
        """i per current interface area."""
        driving = bounded_exponential(self.anodic * overpotential) - bounded_exponential(
            -self.cathodic * overpotential
        )
        return contact_area_fraction * self.exchange_current_density * driving

    def conductance(self, contact_area_fraction: Any, overpotential: Any) -> Any:
        """di/deta = a i_0 f'(eta), one over the charge-transfer resistance that impedance measures."""
        slope = self.anodic * bounded_exponential(self.anodic * overpotential)
        slope += self.cathodic * bounded_exponential(-self.cathodic * overpotential)
        return contact_area_fraction * self.exchange_current_density * slope


def overpotential(electrode_potential: Any, electrolyte_potential: Any, chemical_potential: Any) -> Any:
    """eta = phi_s - phi_e - U_eq with U_eq = -mu / F; the stress enters through mu, with no extra term."""
    return electrode_potential - electrolyte_potential + chemical_potential
