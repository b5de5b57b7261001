"""Faces that stick again: debonded points that are pressed together long enough regain their bond.

Lithiated silver and other soft interlayers weld to what they touch. The damage of a point that is pressed by
more than a threshold fades, ``dD/dt = -D / tau``, which is integrated exactly over a step, with the pressure
at its start. New bonds form free of stress where the faces lie: the shear that old ones carry stays as it is.
The surface energy that is regained, and what old bonds stored and new ones take over, turns to heat.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ufl

from lithiate.interfaces.kinematics import FaceKinematics

NO_BOND = 1e-14
"""Share of the stiffness that counts as none, so that the ratio of none to none is one."""


@dataclass(frozen=True)
class Readhesion:
    """Parameters in solver units.

    Attributes:
        pressure: contact pressure beyond which faces stick [stress].
        time: tau, in which all but 1/e of the damage fades [time].
    """

    pressure: float
    time: float

    def remaining_share(self, old_pressure: Any, time_step: Any) -> Any:
        """D / D_old = exp(-dt / tau) where the step starts pressed, else one."""
        return ufl.conditional(ufl.gt(old_pressure, self.pressure), ufl.exp(-time_step / self.time), 1.0)

    def slip_since_bonding(self, kinematics: FaceKinematics, bond_place: Any) -> Any:
        """g_t - g_b.

        Args:
            kinematics: of the faces.
            bond_place: g_b, slip at which bonds are free of stress, a vector on the mesh as built.
        """
        carried = kinematics.carrier * bond_place
        return kinematics.slip - carried + ufl.inner(carried, kinematics.normal) * kinematics.normal

    def bond_slip(self, slip: Any, old_intact: Any, intact: Any) -> Any:
        """e = (g_t - g_b) (1 - d_old) / (1 - d), so that (1 - d) e, and with it the traction, stays.

        Args:
            slip: g_t - g_b.
            old_intact: 1 - d, intact share of the stiffness before the faces stuck.
            intact: after they did.
        """
        return slip * ((old_intact + NO_BOND) / (intact + NO_BOND))

    def new_bond_place(self, kinematics: FaceKinematics, bond_slip: Any) -> Any:
        """g_b = g_t - e on the mesh as built."""
        return ufl.inv(kinematics.carrier) * (kinematics.slip - bond_slip)
