"""The smaller tables of a case file."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Annotated, Literal

from lithiate_meshes.quantities import (
    Dimensionless,
    LengthStiffness,
    NonNegativeTime,
    PositivePressure,
    Pressure,
    Temperature,
    Time,
    Voltage,
    quantity,
    refuse,
    shown,
)
from pydantic import (
    Field,
    PlainValidator,
    StrictBool,
    StrictInt,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from lithiate.materials.functions import refuse_key
from lithiate.materials.properties import Frozen, Stoichiometry

ROOM_TEMPERATURE = 298.15
_QUANTITY_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[A-Za-z0-9_]+(\|[A-Za-z0-9_]+)?)?")

# Named here because inside a class a field called "quantity" hides the factory.
NonNegative = Annotated[float, quantity("number", "", "0.1", ge=0)]
StepTolerance = Annotated[float, quantity("number", "", "1e-3", gt=0, le=0.1)]
NewtonTolerance = Annotated[float, quantity("number", "", "1e-12", gt=0, le=1e-6)]


class Physics(Frozen):
    """``[physics]``: what is solved, and single terms to leave out."""

    mechanics: StrictBool = Field(
        default=True,
        description="balance of forces; false, in cells: the mesh stays as built, without stress, with "
        "contact as made",
    )
    transport: StrictBool = Field(
        default=True,
        description="lithium in the regions that store it; false, in cells: its content stays as it is",
    )
    conduction: StrictBool = Field(
        default=True,
        description="conduction of ions in the electrolyte; false, in cells: its potential is zero",
    )
    reaction: StrictBool = Field(
        default=True,
        description="charge transfer at the interfaces; false, in cells: none, only pressure steps and rests",
    )
    stress_in_flux: StrictBool = Field(default=True, description="stress drives diffusion")
    stress_in_overpotential: StrictBool = Field(
        default=True, description="stress shifts the equilibrium potential"
    )
    modulus_term: StrictBool = Field(
        default=True, description="the term J_c d psi_e/d C of the chemical potential"
    )
    kinematics: Literal["finite_strain", "small_strain"] = Field(
        default="finite_strain", description="small_strain is for verification against linear theory"
    )
    temperature: Temperature = ROOM_TEMPERATURE
    electrons: Literal["equipotential", "resolved"] = Field(
        default="equipotential",
        description="equipotential: one electrode potential everywhere; resolved: Ohm's law in every region "
        "with an electronic_conductivity, and a contact resistance between two of them",
    )
    collector: str = Field(
        default="bottom",
        description='outer surface at which electrons enter without resistance, with electrons = "resolved"; '
        "the voltage is the electrode potential there",
    )

    @property
    def conducts(self) -> bool:
        """Whether an electrolyte potential is solved for: without charge transfer nothing drives ions."""
        return self.conduction and self.reaction


class Boundary(Frozen):
    """``[boundary]``: what holds the outer faces of a cell beside its platen."""

    sides: Literal["symmetry", "free"] = Field(
        default="symmetry",
        description="of side and side_y: symmetry: mirror planes, or rigid, slippery walls; free: nothing "
        "holds them, so that the cell may widen",
    )


class Initial(Frozen):
    """``[initial]``: the state at time zero, free of stress (but see ``mean_filling``)."""

    stoichiometry: Stoichiometry = Field(
        default=0.5, description="in every storing region; if not given, where the open-circuit table starts"
    )
    potential: Voltage | None = Field(
        default=None,
        description="in place of stoichiometry: every storing region starts with the filling at which its "
        "open-circuit curve has this voltage, so that all are in equilibrium",
    )
    mean_filling: Stoichiometry | None = Field(
        default=None,
        description="verification problem core_shell only, in place of stoichiometry: all lithium over all "
        "sites, in regions that are free of stress when empty",
    )

    @model_validator(mode="after")
    def _one_start(self) -> Initial:
        if self.potential is not None and "stoichiometry" in self.model_fields_set:
            raise refuse_key("potential", "found with stoichiometry; allowed: one of them")
        return self


class StackPressure(Frozen):
    """``[stack_pressure]``: force of the platen over its initial area, and how it goes on after row 0."""

    mode: Literal["constant", "fixed_gap", "spring", "table", "free"] = Field(
        default="constant",
        description="fixed_gap: the platen stays where the pressure has put it; spring: it moves against a "
        "stiffness; neither pulls; table: the pressure is given over time; free: no platen, the top face "
        "bears no load and may bend",
    )
    pressure: Pressure = Field(
        description="of the equilibrium before the protocol; with a table its first pressure, if not given"
    )
    stiffness: LengthStiffness | None = Field(
        default=None,
        description="of the fixture, per platen area: p = pressure + stiffness x motion of the platen since "
        'row 0; needed by (only) mode = "spring"',
    )
    times: tuple[NonNegativeTime, ...] = Field(
        default=(), description='of the table, rising from 0; needed by (only) mode = "table"'
    )
    pressures: tuple[Pressure, ...] = Field(
        default=(),
        description="one for each time, straight lines between them, the last one from then on; needed by "
        '(only) mode = "table"',
    )
    fabrication_pressure: PositivePressure | None = Field(
        default=None,
        description="pressed on and released to pressure before row 0; plastic strain and damage stay",
    )

    @model_validator(mode="before")
    @classmethod
    def _starts_as_its_mode_says(cls, given: object) -> object:
        pressures = given.get("pressures") if isinstance(given, dict) else None
        if isinstance(given, dict) and isinstance(pressures, list | tuple) and pressures:
            return {"pressure": pressures[0], **given}
        if isinstance(given, dict) and given.get("mode") == "free":
            return {"pressure": 0.0, **given}
        return given

    @model_validator(mode="after")
    def _has_what_its_mode_needs(self) -> StackPressure:
        needs = {"stiffness": "spring", "times": "table", "pressures": "table"}
        for name, mode in needs.items():
            given = getattr(self, name)
            if self.mode == mode and not given:
                raise refuse_key(name, f'missing; needed by mode = "{mode}"')
            if self.mode != mode and given:
                raise refuse_key(name, f'found with mode = "{self.mode}"; allowed: only with "{mode}"')
        if self.mode == "table":
            self._require_a_table()
        if self.mode == "free":
            self._require_no_load()
        if self.fabrication_pressure is not None and self.fabrication_pressure < self.pressure:
            text = (
                f"found {self.fabrication_pressure:g} Pa; allowed: at least pressure = {self.pressure:g} Pa"
            )
            raise refuse_key("fabrication_pressure", text)
        return self

    def _require_no_load(self) -> None:
        for name in ("pressure", "fabrication_pressure"):
            if getattr(self, name):
                text = f'found {getattr(self, name):g} Pa with mode = "free"; allowed: 0, without a platen'
                raise refuse_key(name, text)

    def _require_a_table(self) -> None:
        if len(self.pressures) != len(self.times):
            text = f"found {len(self.pressures)} values; allowed: as many as times has, {len(self.times)}"
            raise refuse_key("pressures", text)
        if self.times[0] != 0.0 or any(late <= early for early, late in pairwise(self.times)):
            raise refuse_key("times", f"found {shown(list(self.times))}; allowed: times that rise from 0")
        if self.pressure != self.pressures[0]:
            text = (
                f"found {self.pressure:g} Pa; allowed: the table's first, {self.pressures[0]:g} Pa, or none"
            )
            raise refuse_key("pressure", text)


class Output(Frozen):
    """``[output]``: when fields are written; every accepted step is a row of the history."""

    every: Annotated[StrictInt, Field(ge=1)] | None = Field(
        default=None,
        description="fields at every so many accepted steps; if not given, at most about 60 frames",
    )
    times: tuple[NonNegativeTime, ...] = Field(
        default=(), description="steps land on these times, with fields"
    )
    states_of_charge: tuple[Stoichiometry, ...] = Field(
        default=(), description="steps land on these, with fields"
    )
    pictures: StrictBool = Field(default=True, description="draw pictures after the run")


def _petsc_value(value: object) -> str | int | float | bool:
    if isinstance(value, str | int | float | bool):
        return value
    raise refuse(f"found {shown(value)}; allowed: a string, a number, true or false")


PetscValue = Annotated[
    str | int | float | bool,
    PlainValidator(_petsc_value),
    WithJsonSchema({"type": ["string", "number", "boolean"]}),
]


class Solver(Frozen):
    """``[solver]``: accuracy and cost."""

    tolerance: StepTolerance = Field(default=1e-3, description="allowed relative error of one time step")
    newton_tolerance: NewtonTolerance = Field(
        default=1e-12,
        description="Newton iterations end where the norm of the residual (units of order one) is below; "
        "within a hundred times that, where two iterations in a row find no more than round-off",
    )
    largest_step: Time | None = Field(default=None, description="upper bound of the time step")
    maximum_steps: Annotated[StrictInt, Field(ge=1)] = Field(
        default=20000, description="the run gives up beyond this many"
    )
    petsc: dict[str, PetscValue] = Field(
        default_factory=dict, description="PETSc options of the linear solver"
    )


class Expectation(Frozen):
    """``[[expectation]]``: what the last value of a history column should be, and who says so."""

    quantity: str = Field(
        description="a history column without its unit, such as mean_gap.particle|electrolyte"
    )
    relation: Literal["<", "<=", ">", ">=", "within"]
    value: Dimensionless = Field(description="in the unit of the history column")
    tolerance: NonNegative | None = Field(
        default=None, description='largest distance from value, needed by (only) relation = "within"'
    )
    source: str = Field(description="where the expectation comes from")

    @field_validator("quantity")
    @classmethod
    def _looks_like_a_column(cls, name: str) -> str:
        if not _QUANTITY_NAME.fullmatch(name):
            raise refuse(
                f'found "{name}"; allowed: a history column without its unit, such as "voltage", '
                '"mean_stoichiometry.particle" or "mean_gap.particle|electrolyte"'
            )
        return name

    @model_validator(mode="after")
    def _tolerance_belongs_to_within(self) -> Expectation:
        if self.relation == "within" and self.tolerance is None:
            raise refuse_key("tolerance", 'missing; needed by relation = "within"')
        if self.relation != "within" and self.tolerance is not None:
            raise refuse_key("tolerance", f'found {self.tolerance:g}; allowed: only with relation = "within"')
        return self

    def agrees(self, found: float) -> bool:
        """Whether a value found satisfies the relation (NaN never does)."""
        if self.relation == "within":
            return abs(found - self.value) <= (self.tolerance or 0.0)
        comparisons = {
            "<": found < self.value,
            "<=": found <= self.value,
            ">": found > self.value,
            ">=": found >= self.value,
        }
        return comparisons[self.relation]
