"""Closed forms of the double cantilever with a sharp crack."""

from __future__ import annotations

import math
from dataclasses import dataclass

from lithiate_meshes.families.verification_beams import DoubleCantileverGeometry

from lithiate.case.case import Case

ROOT_CORRECTION = 0.673
"""An arm bends as if clamped this many arm heights behind the crack front (Kanninen 1973)."""

GROWTH, LIGAMENT_LEFT = 2.0, 2.0
"""In arm heights: how far the crack grows unless the case says otherwise, and what must stay uncracked."""


@dataclass(frozen=True)
class CantileverBeam:
    """One arm, per width.

    Attributes:
        modulus: E' = E / (1 - nu^2), no strain along the width [Pa].
        height: h of each arm [m].
        crack_length: a as made [m].
        toughness: G_c [J/m2].
    """

    modulus: float
    height: float
    crack_length: float
    toughness: float

    @property
    def bending_stiffness(self) -> float:
        """E' I = E' h^3 / 12 [N m]."""
        return self.modulus * self.height**3 / 12

    def critical_load(self, growth: float = 0.0) -> float:
        """P_c = sqrt(G_c E' I) / (a + 0.673 h) [N/m].

        Args:
            growth: of the crack [m].
        """
        return math.sqrt(self.toughness * self.bending_stiffness) / self.effective_length(growth)

    def critical_opening(self, growth: float = 0.0) -> float:
        """delta_c = 2 P_c (a + 0.673 h)^3 / (3 E' I) = (2/3) sqrt(G_c / (E' I)) (a + 0.673 h)^2 [m].

        Args:
            growth: of the crack [m].
        """
        return 2 / 3 * math.sqrt(self.toughness / self.bending_stiffness) * self.effective_length(growth) ** 2

    def effective_length(self, growth: float = 0.0) -> float:
        """a + 0.673 h [m].

        Args:
            growth: of the crack [m].
        """
        return self.crack_length + growth + ROOT_CORRECTION * self.height


def beam_of(case: Case) -> CantileverBeam:
    """The upper arm of a double cantilever.

    Args:
        case: its tables are valid.
    """
    shape, interface = case.geometry, case.interfaces["upper|lower"]
    assert isinstance(shape, DoubleCantileverGeometry) and interface.toughness is not None
    card, temperature = case.card("upper"), case.physics.temperature
    modulus = float(card.youngs_modulus.at(0.0, temperature))
    ratio = float(card.poisson_ratio.at(0.0, temperature))
    return CantileverBeam(modulus / (1 - ratio**2), shape.arm_height, shape.crack_length, interface.toughness)


def last_opening(case: Case) -> float:
    """Opening at which a double cantilever's run ends [m].

    Args:
        case: its tables are valid.
    """
    shape, load = case.geometry, case.load
    assert isinstance(shape, DoubleCantileverGeometry)
    if load is not None and load.opening is not None:
        return load.opening
    return beam_of(case).critical_opening(GROWTH * shape.arm_height)
