"""Irreversible bilinear cohesion with unilateral contact, mode I and II of equal strength and toughness.

The law acts on the effective opening ``delta = sqrt(<g_n>^2 + |g_t|^2)``: quadratic onset at ``delta_0 =
strength / stiffness``, linear softening to ``delta_f = 2 toughness / strength`` (Camanho & Davila 2002,
NASA/TM-2002-211737, with power-law exponent one, which for equal modes is exactly this). Compression never
damages and is carried by the same stiffness as a penalty. The history is the largest opening seen, with
viscous lag (Duvaut & Lions).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import ufl

from lithiate.interfaces.kinematics import SMALLEST_SLIP_SQUARED, FaceKinematics

ONSETS_PER_FINAL_OPENING = 50.0
"""The default stiffness makes delta_f at least this many times delta_0."""

CONTACT_STIFFNESS_FACTOR = 10.0
"""Default penalty stiffness in units of the softer body's modulus per element size."""


@dataclass(frozen=True)
class CohesiveLaw:
    """Parameters in solver units.

    Attributes:
        strength: largest traction [stress].
        toughness: G_c, work per current area to open fully [stress x length].
        stiffness: initial and contact stiffness K [stress / length].
        viscous_time: lag of the damage history [time], zero for none.
    """

    strength: float
    toughness: float
    stiffness: float
    viscous_time: float

    @property
    def onset_opening(self) -> float:
        """delta_0 = strength / K."""
        return self.strength / self.stiffness

    @property
    def final_opening(self) -> float:
        """delta_f = 2 G_c / strength."""
        return 2 * self.toughness / self.strength

    def initial_history(self, gap: Any) -> Any:
        """kappa as made: what starts apart was never bonded there.

        Args:
            gap: between the faces as made, an array.
        """
        return np.where(gap > 0.0, self.final_opening, self.onset_opening)

    def effective_opening(self, kinematics: FaceKinematics) -> Any:
        """delta = sqrt(<g_n>^2 + |g_t|^2)."""
        opening = ufl.max_value(kinematics.gap, 0)
        return ufl.sqrt(opening**2 + ufl.inner(kinematics.slip, kinematics.slip) + SMALLEST_SLIP_SQUARED)

    def updated_history(self, opening: Any, old_history: Any, time_step: Any) -> Any:
        """kappa with d(kappa)/dt = <delta - kappa> / tau by backward Euler, kappa >= delta_0."""
        grown = ufl.max_value(opening, old_history)
        if self.viscous_time == 0.0:
            return grown  # the ratio below is 0/0 in the equilibrium step, whose length is zero
        ratio = time_step / (time_step + self.viscous_time)
        return old_history + ratio * (grown - old_history)

    def stiffness_damage(self, history: Any) -> Any:
        """d = delta_f (kappa - delta_0) / (kappa (delta_f - delta_0)), between 0 and 1."""
        onset, final = self.onset_opening, self.final_opening
        return ufl.min_value(final * (history - onset) / (history * (final - onset)), 1.0)

    def dissipated_share(self, history: Any) -> Any:
        """D = (kappa - delta_0) / (delta_f - delta_0) between 0 and 1: the share of the toughness spent."""
        onset, final = self.onset_opening, self.final_opening
        return ufl.min_value((history - onset) / (final - onset), 1.0)

    def traction(self, kinematics: FaceKinematics, history: Any) -> Any:
        """t = (1 - d) K (<g_n> n + g_t) - K <-g_n> n on the electrode's face, per current area."""
        intact = (1 - self.stiffness_damage(history)) * self.stiffness
        normal = ufl.conditional(ufl.gt(kinematics.gap, 0), intact, self.stiffness) * kinematics.gap
        return normal * kinematics.normal + intact * kinematics.slip

    def contact_pressure(self, kinematics: FaceKinematics) -> Any:
        """p_n = K <-g_n>."""
        return self.stiffness * ufl.max_value(-kinematics.gap, 0)

    def stored_energy(self, kinematics: FaceKinematics, history: Any) -> Any:
        """(1 - d) K delta^2 / 2 + K <-g_n>^2 / 2 per current area."""
        intact = (1 - self.stiffness_damage(history)) * self.stiffness
        opening = self.effective_opening(kinematics)
        return intact * opening**2 / 2 + self.stiffness * ufl.max_value(-kinematics.gap, 0) ** 2 / 2

    def spent_toughness(self, history: Any) -> Any:
        """D G_c, the work of separation already dissipated per current area (rate-independent part).

        With the bilinear law the dissipated energy at opening kappa is strength (kappa - delta_0) delta_f /
        (2 (delta_f - delta_0)) = D G_c exactly.
        """
        return self.dissipated_share(history) * self.toughness

    def viscous_work(self, kinematics: FaceKinematics, history: Any, old_history: Any) -> Any:
        """(delta - kappa)-driven overstress work of the step, per current area: what the lag adds to D G_c.

        The energy release rate of damage is Y = K delta^2 / 2; at kappa it is K kappa^2 / 2, so the excess is
        K (delta^2 - kappa^2) / 2 times the damage increment where the history grows.
        """
        grows = ufl.gt(history, old_history)
        increment = self.stiffness_damage(history) - self.stiffness_damage(old_history)
        excess = self.stiffness / 2 * (self.effective_opening(kinematics) ** 2 - history**2)
        return ufl.conditional(grows, excess * increment, 0.0)


def default_stiffness(strength: float, toughness: float, softer_modulus: float, element_size: float) -> float:
    """Penalty K: stiff beside the softer body's elements, and with an onset small beside the final opening.

    Args:
        strength: cohesive strength (any coherent units).
        toughness: G_c.
        softer_modulus: Young's modulus of the softer side.
        element_size: element size on the interface.
    """
    return max(
        ONSETS_PER_FINAL_OPENING * strength**2 / (2 * toughness),
        CONTACT_STIFFNESS_FACTOR * softer_modulus / element_size,
    )
