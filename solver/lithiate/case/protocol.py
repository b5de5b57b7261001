"""``[[protocol]]``: what is done to the cell, step after step, each until a condition is met."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal, get_args

from lithiate_meshes.quantities import (
    ArealCapacity,
    CRate,
    CurrentDensity,
    Pressure,
    Quantity,
    Time,
    Voltage,
    parse_rate,
    refuse,
    shown,
)
from pydantic import Field, PlainValidator, StrictInt, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from lithiate.materials.functions import refuse_key
from lithiate.materials.properties import Frozen, Stoichiometry

LARGEST_REPEAT = 100_000
"""A repeat beyond this is taken for a slip."""

_CURRENT_ALLOWED = (
    'a current density > 0 A/m^2, as a number in A/m^2 or a string with a unit such as "0.1 mA/cm^2", or a '
    'rate such as "C/50"'
)


def _current_density_or_rate(value: object) -> float | str:
    """A current density as a number [A/m2], a rate as a string in full capacities per hour: "0.02C"."""
    density: Quantity = get_args(CurrentDensity)[1]
    for parse in (parse_rate, density.parse) if isinstance(value, str) else (density.parse,):
        try:
            number = parse(value)
        except PydanticCustomError:
            continue
        return f"{number!r}C" if parse is parse_rate else number
    raise refuse(f"found {shown(value)}; allowed: {_CURRENT_ALLOWED}")


CurrentDensityOrRate = Annotated[
    float | str,
    PlainValidator(_current_density_or_rate),
    WithJsonSchema({"anyOf": [{"type": "number", "exclusiveMinimum": 0}, {"type": "string"}]}),
]


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


class HoldUntil(Frozen):
    """Conditions that end a hold; the first one met does."""

    current: CurrentDensityOrRate | None = Field(
        default=None,
        description="magnitude of the current per platen area below which the hold ends, or a rate "
        '("C/50"); this or time',
    )
    time: Time | None = Field(default=None, description="duration of this step; this or current")
    state_of_charge: Stoichiometry | None = None
    capacity: ArealCapacity | None = Field(
        default=None, description="charge passed in this step per platen area"
    )

    @model_validator(mode="after")
    def _something_surely_ends_it(self) -> HoldUntil:
        if self.current is None and self.time is None:
            raise refuse_key(
                "current",
                "missing; allowed: at least one of current and time, because the charge that a hold "
                "passes may stop short of any capacity and state_of_charge",
            )
        return self

    @property
    def current_density(self) -> float | None:
        """Magnitude of the current per platen area at which the hold ends [A/m2], where it is given so."""
        return self.current if isinstance(self.current, float) else None

    @property
    def rate(self) -> float | None:
        """The same in full capacities per hour, where it is given so."""
        return parse_rate(self.current) if isinstance(self.current, str) else None


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


class HoldVoltage(Frozen):
    """Constant voltage; the current follows. After a lithiation to the same voltage it is CCCV charging."""

    step: Literal["hold_voltage"]
    voltage: Voltage = Field(description="against Li/Li+")
    until: HoldUntil


class ChangePressure(Frozen):
    """The stack pressure goes along a straight line in time to another one, while no current flows."""

    step: Literal["pressure"]
    pressure: Pressure = Field(description="at the end of the step, kept in the steps that follow")
    until: RestUntil


class Repeat(Frozen):
    """Steps that are done several times over, such as the cycles of a test."""

    step: Literal["repeat"]
    times: Annotated[StrictInt, Field(ge=1, le=LARGEST_REPEAT)] = Field(
        description="how often the steps are done, 1 for once"
    )
    steps: tuple[Entry, ...] = Field(min_length=1, description="steps as in [[protocol]], repeats included")


Step = Lithiate | Delithiate | Rest | HoldVoltage | ChangePressure
"""One step of the protocol; ``step`` says which."""

Entry = Annotated[Step | Repeat, Field(discriminator="step")]
"""What a protocol is written of: a step, or steps to repeat."""

Repeat.model_rebuild()


def carried_out(entries: Sequence[Step | Repeat]) -> Iterator[Step]:
    """Every step in the order in which it is done, those of a repeat as often as it says."""
    for entry in entries:
        if isinstance(entry, Repeat):
            for _ in range(entry.times):
                yield from carried_out(entry.steps)
        else:
            yield entry


def written(
    entries: Sequence[Step | Repeat], path: tuple[str | int, ...] = ("protocol",)
) -> Iterator[tuple[tuple[str | int, ...], Step]]:
    """Every step once, as written, with its key path in the case file."""
    for number, entry in enumerate(entries):
        if isinstance(entry, Repeat):
            yield from written(entry.steps, (*path, number, "steps"))
        else:
            yield (*path, number), entry
