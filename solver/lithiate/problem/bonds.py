"""The bonds of an interface during a step: what damages them, what they bear, and how they form again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import ufl

from lithiate.interfaces.cohesion import CohesiveLaw
from lithiate.interfaces.contact import ContactLaw
from lithiate.interfaces.friction import FrictionState
from lithiate.interfaces.kinematics import FaceKinematics
from lithiate.interfaces.readhesion import Readhesion
from lithiate.problem.switches import Switches

if TYPE_CHECKING:
    from lithiate.problem.interface_laws import InterfaceHistory


@dataclass(eq=False)
class Bonds:
    """Expressions at the points of an interface whose faces can part.

    Attributes:
        law: of separation and contact.
        readhesion: of debonded faces that are pressed together, or None.
        history: of separation and slip.
        faces: gap and slip.
        time_step: length of the step.
        switches: what is frozen.
    """

    law: CohesiveLaw | ContactLaw
    readhesion: Readhesion | None
    history: InterfaceHistory
    faces: FaceKinematics
    time_step: Any
    switches: Switches

    @cached_property
    def remaining_share(self) -> Any:
        """D at the start of the step over that at the end of the last one; one where nothing sticks."""
        if self.readhesion is None or self.switches.frozen or not self.switches.mechanics:
            return ufl.as_ufl(1.0)
        assert self.history.pressure is not None
        return self.readhesion.remaining_share(self.history.pressure("+"), self.time_step)

    @cached_property
    def start_history(self) -> Any:
        """kappa at the start of the step."""
        old = self.history.opening("+")
        if self.readhesion is None:
            return old
        assert isinstance(self.law, CohesiveLaw)
        return self.law.history_at(self.law.dissipated_share(old) * self.remaining_share)

    @cached_property
    def new_history(self) -> Any:
        """kappa at the end of the step."""
        if self.switches.frozen or not self.switches.mechanics:
            return self.history.opening("+")
        opening = self.law.effective_opening(self.felt)
        return self.law.updated_history(opening, self.start_history, self.time_step)

    @cached_property
    def slip_since_bonding(self) -> Any:
        """g_t - g_b, slip from where the bonds of the last step are free of stress."""
        assert self.readhesion is not None and self.history.bond_place is not None
        return self.readhesion.slip_since_bonding(self.faces, self.history.bond_place("+"))

    @cached_property
    def felt(self) -> FaceKinematics:
        """Gap, and the slip that bonds feel: those that formed again start from where the faces lie."""
        if self.readhesion is None:
            return self.faces
        assert isinstance(self.law, CohesiveLaw)
        histories = self.history.opening("+"), self.start_history
        old, new = (1 - self.law.stiffness_damage(history) for history in histories)
        return replace(self.faces, slip=self.readhesion.bond_slip(self.slip_since_bonding, old, new))

    @cached_property
    def new_place(self) -> Any:
        """Slip at which bonds are free of stress after the step, on the mesh as built."""
        assert self.readhesion is not None
        return self.readhesion.new_bond_place(self.faces, self.felt.slip)

    @cached_property
    def traction(self) -> Any:
        """Of bonds, and of contact by the penalty, on the electrode's face per current area."""
        return self.law.traction(self.felt, self.new_history)

    @cached_property
    def stored_energy(self) -> Any:
        """Of bonds, and of contact by the penalty, per current area."""
        return self.law.stored_energy(self.felt, self.new_history)

    @cached_property
    def spent_toughness(self) -> Any:
        """Work of separation dissipated up to the end of the step and not regained, per current area."""
        if self.history.spent is None:
            return self.law.spent_toughness(self.new_history)
        grown = self.law.spent_in_step(self.felt, self.new_history, self.start_history)
        return self.history.spent("+") * self.remaining_share + grown

    @cached_property
    def viscous_work(self) -> Any:
        """Of the step per current area: what the lag of the damage dissipates beside the toughness."""
        return self.law.viscous_work(self.felt, self.new_history, self.start_history)

    def readhesion_heat(self, friction: FrictionState | None) -> Any:
        """Of the step per current area: surface energy regained, and what new bonds took over unstressed.

        Args:
            friction: of full contact, on the debonded share.
        """
        law, old, new = self.law, self.history.opening("+"), self.start_history
        assert isinstance(law, CohesiveLaw)
        spent = law.spent_toughness(old) if self.history.spent is None else self.history.spent("+")
        slip = self.felt.slip
        stiffness = (1 - law.stiffness_damage(new)) * law.shear_stiffness_ratio * law.stiffness
        bonds = stiffness * ufl.inner(slip, self.slip_since_bonding - slip) / 2
        heat = spent * (1 - self.remaining_share) + bonds
        if friction is None:
            return heat
        return heat + (law.dissipated_share(old) - law.dissipated_share(new)) * friction.stored_energy
