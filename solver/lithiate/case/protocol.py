"""``[[protocol]]``: what is done to the cell, step after step, each until a condition is met."""

from __future__ import annotations

from typing import Annotated, Literal

from lithiate_meshes.quantities import ArealCapacity, CRate, CurrentDensity, Time, Voltage
from pydantic import Field, model_validator

from lithiate.materials.card import Frozen, Stoichiometry, refuse_key


class Until(Frozen):
    """Conditions that end a step; the first one met does."""

    voltage: Voltage | None = Field(
        default=None, description="cut-off against Li/Li+: reached from above when lithiating"
    )
    state_of_charge: Stoichiometry | None = None
    capacity: ArealCapacity | None = Field(
        default=None, description="charge passed in this step per platen area"
    )
    time: Time | None = Field(default=None, description="duration of this step")

    @model_validator(mode="after")
    def _something_ends_it(self) -> Until:
        if all(getattr(self, name) is None for name in type(self).model_fields):
            raise refuse_key(
                "voltage", "missing; allowed: at least one of voltage, state_of_charge, capacity, time"
            )
        return self


class RestUntil(Frozen):
    """A rest ends after a time."""

    time: Time = Field(description="duration of this step")


class _CurrentStep(Frozen):
    rate: CRate | None = Field(default=None, description="full capacities per hour; this or current_density")
    current_density: CurrentDensity | None = Field(
        default=None, description="magnitude per platen area; this or rate"
    )
    until: Until

    @model_validator(mode="after")
    def _one_current(self) -> _CurrentStep:
        if self.rate is not None and self.current_density is not None:
            raise refuse_key("rate", "found both rate and current_density; allowed: exactly one of them")
        if self.rate is None and self.current_density is None:
            raise refuse_key(
                "rate", 'missing; allowed: exactly one of rate (such as "C/10") and current_density'
            )
        return self


class Lithiate(_CurrentStep):
    """Constant current into the electrode: the anode is charged, the current density is negative."""

    step: Literal["lithiate"]

    @property
    def sign(self) -> float:
        """Sign of the current density: -1, cathodic."""
        return -1.0


class Delithiate(_CurrentStep):
    """Constant current out of the electrode: the anode is discharged, the current density is positive."""

    step: Literal["delithiate"]

    @property
    def sign(self) -> float:
        """Sign of the current density: +1, anodic."""
        return 1.0


class Rest(Frozen):
    """No current."""

    step: Literal["rest"]
    until: RestUntil

    @property
    def sign(self) -> float:
        """No current flows."""
        return 0.0


Step = Annotated[Lithiate | Delithiate | Rest, Field(discriminator="step")]
"""One step of the protocol; ``step`` says which."""
