"""Irreversible mixed-mode cohesion with unilateral contact.

The law acts on the effective opening ``delta = sqrt(<g_n>^2 + rho^2 |g_t|^2)``: quadratic onset at
``delta_0 = strength / stiffness``, then softening, linear to ``delta_f = 2 toughness / strength`` or
exponential. Compression never damages and is carried by the same stiffness as a penalty. The history is the
largest effective opening seen, with viscous lag (Duvaut & Lions).

With N, S the strengths and G_Ic, G_IIc the toughnesses in opening and in shear, slip weighs ``rho = (S / N)
(G_Ic / G_IIc)`` and meets the stiffness ``K_s = rho (S / N) K``. Scaled so, both modes go through the same
law, and under a fixed mode mixture it meets the criteria of Camanho & Davila (2002, NASA/TM-2002-211737) with
power-law exponent one exactly: ``(t_n / N)^2 + (t_s / S)^2 = 1`` at onset and
``G_I / G_Ic + G_II / G_IIc = 1`` when all is spent. Theirs has one stiffness for both modes, here that of
shear follows, and with it a mixture that changes on the way neither gains nor loses energy by the change:
traction is the derivative of an energy with a single damage variable, which only grows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import ufl
from scipy.special import lambertw

from lithiate.interfaces.contact import PenaltyContact
from lithiate.interfaces.kinematics import SMALLEST_SLIP_SQUARED, FaceKinematics

ONSETS_PER_FINAL_OPENING = 50.0
"""The default stiffness makes delta_f at least this many times delta_0."""

MOST_LENGTHS = 40.0
"""An exponential law counts as spent at so many times its length: 4e-18 of its strength is left."""

CONTACT_STIFFNESS_FACTOR = 10.0
"""Default penalty stiffness in units of the softer body's modulus per element size."""


@dataclass(frozen=True)
class CohesiveLaw(PenaltyContact):
    """Linear softening; parameters in solver units.

    Attributes:
        strength: N, largest traction in opening [stress].
        toughness: G_Ic, work per current area to open fully [stress x length].
        stiffness: initial and contact stiffness K [stress / length].
        viscous_time: lag of the damage history [time], zero for none.
        shear_strength_ratio: S / N, largest traction in shear over that in opening.
        shear_toughness_ratio: G_IIc / G_Ic.
    """

    strength: float
    toughness: float
    stiffness: float
    viscous_time: float
    shear_strength_ratio: float = 1.0
    shear_toughness_ratio: float = 1.0

    @property
    def onset_opening(self) -> float:
        """delta_0 = N / K."""
        return self.strength / self.stiffness

    @property
    def final_opening(self) -> float:
        """delta_f = 2 G_Ic / N."""
        return 2 * self.toughness / self.strength

    @property
    def slip_weight(self) -> float:
        """rho = (S / N) (G_Ic / G_IIc): slip counts as so much opening."""
        return self.shear_strength_ratio / self.shear_toughness_ratio

    @property
    def shear_stiffness_ratio(self) -> float:
        """K_s / K = rho S / N."""
        return self.slip_weight * self.shear_strength_ratio

    @property
    def remembers_spent_work(self) -> bool:
        """Whether damage alone does not tell what was spent on it: G_Ic and G_IIc differ."""
        return self.shear_toughness_ratio != 1.0

    def initial_history(self, gap: Any, damage: Any = 0.0) -> Any:
        """kappa as made: what starts apart was never bonded there.

        Args:
            gap: between the faces as made, an array.
            damage: D as made, an array or a number.
        """
        return self.history_at(np.where(gap > 0.0, 1.0, damage))

    def history_at(self, damage: Any) -> Any:
        """kappa = delta_0 + D (delta_f - delta_0).

        Args:
            damage: D, an array.
        """
        return self.onset_opening + damage * (self.final_opening - self.onset_opening)

    def effective_opening(self, kinematics: FaceKinematics) -> Any:
        """delta = sqrt(<g_n>^2 + rho^2 |g_t|^2)."""
        opening, slip = ufl.max_value(kinematics.gap, 0), kinematics.slip
        weighed = self.slip_weight**2 * ufl.inner(slip, slip)
        return ufl.sqrt(opening**2 + weighed + SMALLEST_SLIP_SQUARED)

    def relative_toughness(self, kinematics: FaceKinematics) -> Any:
        """Gamma = 1 + (G_IIc / G_Ic - 1) (rho |g_t| / delta)^2: toughness of a mode mixture over G_Ic."""
        slip = ufl.inner(kinematics.slip, kinematics.slip)
        shear_share = self.slip_weight**2 * slip / self.effective_opening(kinematics) ** 2
        return 1 + (self.shear_toughness_ratio - 1) * shear_share

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
        """t = (1 - d) (K <g_n> n + K_s g_t) - K <-g_n> n on the electrode's face, per current area."""
        intact = (1 - self.stiffness_damage(history)) * self.stiffness
        normal = ufl.conditional(ufl.gt(kinematics.gap, 0), intact, self.stiffness) * kinematics.gap
        return normal * kinematics.normal + self.shear_stiffness_ratio * intact * kinematics.slip

    def stored_energy(self, kinematics: FaceKinematics, history: Any) -> Any:
        """(1 - d) (K <g_n>^2 + K_s |g_t|^2) / 2 + K <-g_n>^2 / 2 per current area."""
        intact = (1 - self.stiffness_damage(history)) * self.stiffness
        slip = ufl.inner(kinematics.slip, kinematics.slip)
        squares = ufl.max_value(kinematics.gap, 0) ** 2 + self.shear_stiffness_ratio * slip
        return intact * squares / 2 + self.stiffness * ufl.max_value(-kinematics.gap, 0) ** 2 / 2

    def spent_toughness(self, history: Any) -> Any:
        """D G_Ic, the work of separation already dissipated per current area (rate-independent part).

        The dissipated energy at opening kappa is the area under the law less the triangle that unloading
        gives back, and D is its share of the toughness: this is exact where G_Ic = G_IIc, whatever the path.
        """
        return self.dissipated_share(history) * self.toughness

    def spent_in_step(self, kinematics: FaceKinematics, history: Any, old_history: Any) -> Any:
        """Gamma G_Ic (D - D_old), the work dissipated in a step per current area where G_Ic and G_IIc differ.

        Exact where the mode mixture stays, else of first order in the step, as the step itself.
        """
        grown = self.spent_toughness(history) - self.spent_toughness(old_history)
        return self.relative_toughness(kinematics) * grown

    def viscous_work(self, kinematics: FaceKinematics, history: Any, old_history: Any) -> Any:
        """(delta - kappa)-driven overstress work of the step, per current area: what the lag adds to D G_c.

        The energy release rate of damage is Y = Gamma K delta^2 / 2; at kappa it is Gamma K kappa^2 / 2, so
        the excess is Gamma K (delta^2 - kappa^2) / 2 times the damage increment where the history grows.
        """
        grows = ufl.gt(history, old_history)
        increment = self.stiffness_damage(history) - self.stiffness_damage(old_history)
        excess = self.stiffness / 2 * (self.effective_opening(kinematics) ** 2 - history**2)
        return ufl.conditional(grows, self.relative_toughness(kinematics) * excess * increment, 0.0)


@dataclass(frozen=True)
class ExponentialLaw(CohesiveLaw):
    """Exponential softening t = N exp(-x), x = (delta - delta_0) / l, after the same elastic branch.

    The length l = G_Ic / N - delta_0 / 2 makes the area under both branches, N delta_0 / 2 + N l, the
    toughness, whatever the stiffness of the first.
    """

    @property
    def softening_length(self) -> float:
        """l = G_Ic / N - delta_0 / 2."""
        return self.toughness / self.strength - self.onset_opening / 2

    def history_at(self, damage: Any) -> Any:
        """kappa from 1 - D = exp(-x) (1 + x / q), q = 2 + delta_0 / l, and x at most ``MOST_LENGTHS``.

        Args:
            damage: D, an array.
        """
        offset = 2 + self.onset_opening / self.softening_length
        branch = lambertw(-(1 - np.asarray(damage, dtype=np.float64)) * offset * np.exp(-offset), -1).real
        lengths = np.clip(-branch - offset, 0.0, MOST_LENGTHS)
        return self.onset_opening + lengths * self.softening_length

    def stiffness_damage(self, history: Any) -> Any:
        """d = 1 - delta_0 exp(-x) / kappa with x at kappa."""
        return 1 - self.onset_opening * self._remaining_traction(history) / history

    def dissipated_share(self, history: Any) -> Any:
        """D = 1 - exp(-x) (1 + x / q), q = 2 + delta_0 / l: the share of the toughness spent.

        The area up to kappa, N delta_0 / 2 + N l (1 - exp(-x)), less the triangle N exp(-x) kappa / 2 below
        the way back, over N l + N delta_0 / 2.
        """
        length = self.softening_length
        reached = (history - self.onset_opening) / (2 * length + self.onset_opening)
        return 1 - self._remaining_traction(history) * (1 + reached)

    def _remaining_traction(self, history: Any) -> Any:
        """exp(-x)."""
        return ufl.exp(-(history - self.onset_opening) / self.softening_length)


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
