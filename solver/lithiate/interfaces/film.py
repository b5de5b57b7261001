"""A film between electrode and electrolyte: what it resists and how it grows. R T = F = 1.

The potential that it takes, ``w = (i / a) R_film`` with all current that passes it, is an unknown of its own:
eliminating it would take an iteration of its own at every point.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ufl

from lithiate.interfaces.kinetics import bounded_exponential


@dataclass(frozen=True)
class FilmGrowth:
    """A side reaction makes film of ions and electrons and stores no lithium in the electrode.

    It is limited by its kinetics (Tafel), by diffusion through the film (parabolic), or by both in series
    (Deal & Grove 1965, J. Appl. Phys. 36, 3770). Values in solver units.

    Attributes:
        molar_volume: V, of film per mole of electrons.
        conductivity: kappa of ions in the film.
        initial_thickness: L_0.
        exchange_current_density: i_0 of the side reaction per true contact area; None without kinetics.
        potential: U_side against lithium.
        transfer_coefficient: alpha.
        parabolic_constant: K; None where diffusion does not limit.
    """

    molar_volume: float
    conductivity: float
    initial_thickness: float
    exchange_current_density: float | None = None
    potential: float = 0.0
    transfer_coefficient: float = 0.5
    parabolic_constant: float | None = None

    def kinetic_speed(self, potential: Any) -> Any:
        """r = V i_0 exp(-alpha (E - U_side)).

        Args:
            potential: E = phi_s - phi_e - w, of the electrode against lithium, below the film.
        """
        assert self.exchange_current_density is not None
        exponential = bounded_exponential(-self.transfer_coefficient * (potential - self.potential))
        return self.molar_volume * self.exchange_current_density * exponential

    def speed(self, potential: Any, thickness: Any) -> Any:
        """v = 1 / (1/r + L/K), growth of the thickness L per time where contact is full."""
        if self.exchange_current_density is None:
            return self.parabolic_constant / thickness
        return self.kinetic_speed(potential) / self._hindrance(potential, thickness)

    def _hindrance(self, potential: Any, thickness: Any) -> Any:
        """1 + r L / K."""
        if self.parabolic_constant is None:
            return ufl.as_ufl(1.0)
        return 1 + self.kinetic_speed(potential) * thickness / self.parabolic_constant

    def current_density(self, contact_area_fraction: Any, potential: Any, thickness: Any) -> Any:
        """i_side = -a v / V per current interface area: cathodic, whatever the main reaction does."""
        return -contact_area_fraction * self.speed(potential, thickness) / self.molar_volume

    def conductance(self, contact_area_fraction: Any, potential: Any, thickness: Any) -> Any:
        """d(i_side)/dE = a alpha v / (V (1 + r L / K)) at the thickness at hand."""
        if self.exchange_current_density is None:
            return ufl.as_ufl(0.0)
        slope = self.transfer_coefficient * self.speed(potential, thickness)
        return contact_area_fraction * slope / (self._hindrance(potential, thickness) * self.molar_volume)


@dataclass(frozen=True)
class Film:
    """Resistance in series with charge transfer.

    Attributes:
        resistance: R_0 of what does not grow, per true contact area [solver area resistance].
        growth: of the rest, or None.
    """

    resistance: float
    growth: FilmGrowth | None = None

    def area_resistance(self, thickness: Any) -> Any:
        """R_film = R_0 + L / kappa per true contact area."""
        assert self.growth is not None
        return self.resistance + thickness / self.growth.conductivity


def drop_residual(drop: Any, resistance: Any, exchange_current_density: Any, current_density: Any) -> Any:
    """asinh(w / (2 R i_0)) - asinh(i / (2 a i_0)), zero where w = R i / a.

    The current grows with the exponential of a potential, its inverse hyperbolic sine with the potential
    itself, so that Newton's method neither overflows nor creeps; nothing is divided by a.

    Args:
        drop: w.
        resistance: R per true contact area.
        exchange_current_density: i_0 per true contact area, the scale of currents.
        current_density: i / a through the film, per true contact area.
    """
    scale = 2 * exchange_current_density
    return inverse_hyperbolic_sine(drop / (resistance * scale)) - inverse_hyperbolic_sine(
        current_density / scale
    )


def inverse_hyperbolic_sine(argument: Any) -> Any:
    """asinh(x) = sgn(x) ln(|x| + sqrt(1 + x^2)), which loses no digits where x is negative."""
    sign = ufl.conditional(ufl.ge(argument, 0.0), 1.0, -1.0)
    return sign * ufl.ln(sign * argument + ufl.sqrt(1 + argument**2))
