"""A film between electrode and electrolyte. R T = F = 1.

The potential that it takes, ``w = (i / a) R_film``, is an unknown of its own: eliminating it would take an
iteration of its own at every point.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ufl


@dataclass(frozen=True)
class Film:
    """Resistance in series with charge transfer.

    Attributes:
        resistance: R_film per true contact area [solver area resistance].
    """

    resistance: float


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
