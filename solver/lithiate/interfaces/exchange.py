"""Exchange of lithium between storing regions, of ions or of electrons between conductors. F = 1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class PotentialExchange:
    """i = a (Phi_A - Phi_B) / R, positive from the first-named side to the second.

    Phi is the chemical potential of lithium over F where both sides store lithium, the electrolyte potential
    where both conduct ions, the electrode potential where both conduct electrons. A resistance that is small
    beside those of the layers makes Phi continuous; where the interface opens, a takes the current away.

    Attributes:
        resistance: R of full contact [solver area resistance].
    """

    resistance: float

    def current_density(self, contact_area_fraction: Any, first: Any, second: Any) -> Any:
        """i per current interface area."""
        return contact_area_fraction * (first - second) / self.resistance
