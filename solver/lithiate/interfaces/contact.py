"""Unilateral contact of faces that were never joined: they press, and part without resistance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ufl

from lithiate.interfaces.kinematics import FaceKinematics


class PenaltyContact:
    """What keeps pressed faces apart.

    Attributes:
        stiffness: K [stress / length].
    """

    stiffness: float

    def contact_pressure(self, kinematics: FaceKinematics) -> Any:
        """p_n = K <-g_n>."""
        return self.stiffness * ufl.max_value(-kinematics.gap, 0)


@dataclass(frozen=True)
class ContactLaw(PenaltyContact):
    """Contact by a penalty, in solver units; no cohesion, and so nothing to damage.

    Attributes:
        stiffness: K [stress / length].
    """

    stiffness: float

    def initial_history(self, gap: Any, damage: Any = 0.0) -> Any:
        """No opening is remembered."""
        del damage
        return 0.0 * gap

    def effective_opening(self, kinematics: FaceKinematics) -> Any:
        """<g_n>."""
        return ufl.max_value(kinematics.gap, 0)

    def updated_history(self, opening: Any, old_history: Any, time_step: Any) -> Any:
        """As before."""
        del opening, time_step
        return old_history

    def dissipated_share(self, history: Any) -> Any:
        """D = 1: nothing is bonded."""
        del history
        return ufl.as_ufl(1.0)

    def traction(self, kinematics: FaceKinematics, history: Any) -> Any:
        """t = -K <-g_n> n on the first side's face, per current area."""
        del history
        return -self.contact_pressure(kinematics) * kinematics.normal

    def stored_energy(self, kinematics: FaceKinematics, history: Any) -> Any:
        """K <-g_n>^2 / 2 per current area."""
        del history
        return self.stiffness * ufl.max_value(-kinematics.gap, 0) ** 2 / 2

    def spent_toughness(self, history: Any) -> Any:
        """None."""
        del history
        return ufl.as_ufl(0.0)

    def spent_in_step(self, kinematics: FaceKinematics, history: Any, old_history: Any) -> Any:
        """None."""
        del kinematics, history, old_history
        return ufl.as_ufl(0.0)

    def viscous_work(self, kinematics: FaceKinematics, history: Any, old_history: Any) -> Any:
        """None."""
        del kinematics, history, old_history
        return ufl.as_ufl(0.0)
