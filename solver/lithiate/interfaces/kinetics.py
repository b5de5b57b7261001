"""Charge transfer; positive current is anodic (lithium leaves the electrode). R T = F = 1."""

from __future__ import annotations

from abc import ABC, abstractmethod
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
class Kinetics(ABC):
    """i = a i_0 f(eta), eta in R T / F.

    Attributes:
        exchange_current_density: i_0 per true contact area [solver current density].
        anodic: alpha_a.
        cathodic: alpha_c.
    """

    exchange_current_density: float
    anodic: float
    cathodic: float

    @abstractmethod
    def driving(self, overpotential: Any) -> Any:
        """f(eta), rising through zero."""

    @abstractmethod
    def slope(self, overpotential: Any) -> Any:
        """f'(eta)."""

    def current_density(self, contact_area_fraction: Any, overpotential: Any) -> Any:
        """i per current interface area."""
        return contact_area_fraction * self.exchange_current_density * self.driving(overpotential)

    def conductance(self, contact_area_fraction: Any, overpotential: Any) -> Any:
        """di/deta = a i_0 f'(eta), one over the charge-transfer resistance that impedance measures."""
        return contact_area_fraction * self.exchange_current_density * self.slope(overpotential)


@dataclass(frozen=True)
class ButlerVolmer(Kinetics):
    """i = a i_0 [exp(alpha_a eta) - exp(-alpha_c eta)]."""

    def driving(self, overpotential: Any) -> Any:
        """exp(alpha_a eta) - exp(-alpha_c eta)."""
        return bounded_exponential(self.anodic * overpotential) - bounded_exponential(
            -self.cathodic * overpotential
        )

    def slope(self, overpotential: Any) -> Any:
        """alpha_a exp(alpha_a eta) + alpha_c exp(-alpha_c eta)."""
        anodic = self.anodic * bounded_exponential(self.anodic * overpotential)
        return anodic + self.cathodic * bounded_exponential(-self.cathodic * overpotential)


@dataclass(frozen=True)
class LinearKinetics(Kinetics):
    """i = a i_0 (alpha_a + alpha_c) eta, which Butler and Volmer's law is for small eta."""

    def driving(self, overpotential: Any) -> Any:
        """(alpha_a + alpha_c) eta."""
        return (self.anodic + self.cathodic) * overpotential

    def slope(self, overpotential: Any) -> Any:
        """alpha_a + alpha_c."""
        del overpotential
        return ufl.as_ufl(self.anodic + self.cathodic)


def overpotential(electrode_potential: Any, electrolyte_potential: Any, chemical_potential: Any) -> Any:
    """eta = phi_s - phi_e - U_eq with U_eq = -mu / F; the stress enters through mu, with no extra term."""
    return electrode_potential - electrolyte_potential + chemical_potential
