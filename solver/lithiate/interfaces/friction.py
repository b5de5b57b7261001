"""Coulomb friction between faces that have debonded, with elastic sticking.

The slip already passed is kept as a vector on the mesh as built and carried along by the deformation
of the electrode, so that a rigid rotation neither makes nor loses friction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ufl

from lithiate.interfaces.kinematics import SMALLEST_SLIP_SQUARED, FaceKinematics


@dataclass(frozen=True)
class FrictionState:
    """Outcome of one step.

    Attributes:
        traction: on the electrode's face per current area of full contact.
        passed_slip: history of the next step, a vector on the mesh as built.
        dissipation: work lost in the step per current area of full contact.
        stored_energy: elastic energy of sticking per current area of full contact.
    """

    traction: Any
    passed_slip: Any
    dissipation: Any
    stored_energy: Any


@dataclass(frozen=True)
class CoulombFriction:
    """|t_t| <= mu p_n, elastic with the interface's stiffness below.

    Attributes:
        coefficient: mu [-].
        stiffness: of sticking [stress / length].
    """

    coefficient: float
    stiffness: float

    def state(self, kinematics: FaceKinematics, contact_pressure: Any, old_passed_slip: Any) -> FrictionState:
        """Return map: t = K (g_t - g_p) min(1, mu p_n / |K (g_t - g_p)|), then g_p = g_t - t / K.

        Args:
            kinematics: of the faces at the end of the step.
            contact_pressure: p_n >= 0.
            old_passed_slip: g_p at the start of the step, on the mesh as built.
        """
        carried, trial = self._trial(kinematics, old_passed_slip)
        size = ufl.sqrt(ufl.inner(trial, trial) + self.stiffness**2 * SMALLEST_SLIP_SQUARED)
        limit = self.coefficient * contact_pressure
        share = ufl.conditional(ufl.gt(size, limit), limit / size, 1.0)
        traction = share * trial
        passed = kinematics.slip - traction / self.stiffness
        return FrictionState(
            traction=traction,
            passed_slip=ufl.inv(kinematics.carrier) * passed,
            dissipation=ufl.inner(traction, passed - carried),
            stored_energy=ufl.inner(traction, traction) / (2 * self.stiffness),
        )

    def sticking(
        self, kinematics: FaceKinematics, contact_pressure: Any, old_passed_slip: Any
    ) -> FrictionState:
        """t = K (g_t - g_p) where faces touch, however large: nothing slips further.

        Args:
            kinematics: of the faces.
            contact_pressure: p_n >= 0.
            old_passed_slip: g_p, on the mesh as built.
        """
        _, trial = self._trial(kinematics, old_passed_slip)
        traction = ufl.conditional(ufl.gt(contact_pressure, 0), 1.0, 0.0) * trial
        return FrictionState(
            traction=traction,
            passed_slip=old_passed_slip,
            dissipation=ufl.as_ufl(0.0),
            stored_energy=ufl.inner(traction, traction) / (2 * self.stiffness),
        )

    def _trial(self, kinematics: FaceKinematics, old_passed_slip: Any) -> tuple[Any, Any]:
        """g_p carried along with the electrode, and K (g_t - g_p)."""
        carried = kinematics.carrier * old_passed_slip
        carried = carried - ufl.inner(carried, kinematics.normal) * kinematics.normal
        return carried, self.stiffness * (kinematics.slip - carried)
