"""``[interfaces."A|B"]``: how two regions hold together, touch, and exchange lithium."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from lithiate_meshes.quantities import (
    AreaResistance,
    CurrentDensity,
    LengthStiffness,
    NonNegativeTime,
    PositivePressure,
    Pressure,
    Quantity,
    Time,
    Toughness,
    quantity,
    refuse,
)
from pydantic import Field, GetJsonSchemaHandler, field_validator, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from lithiate.case.film_growth import FilmGrowth, TransferCoefficient
from lithiate.case.place_function import PlaceFunction, PlaceQuantity
from lithiate.materials.functions import refuse_key
from lithiate.materials.properties import Frozen

LARGEST_RESIDUAL_CONTACT = 1e-2
"""Above this the numerical floor of the contact area would carry a current that no contact could."""

DEFAULT_ELECTRONIC_RESISTANCE = 1e-7
"""[ohm m2]"""

ResidualContact = Annotated[float, quantity("number", "", "1e-12", gt=0, le=LARGEST_RESIDUAL_CONTACT)]
FrictionCoefficient = Annotated[float, quantity("number", "", "0.3", ge=0)]
AreaCapacitance = Annotated[
    float,
    quantity(
        "double-layer capacitance",
        "F/m^2",
        "0.1 F/m^2",
        units=("F/m^2", "uF/cm^2", "mF/cm^2", "F/cm^2"),
        ge=0,
    ),
]
Damage = Annotated[PlaceFunction, PlaceQuantity(quantity("number", "", "0.5", ge=0, le=1))]
Gap = Annotated[
    PlaceFunction,
    PlaceQuantity(quantity("length", "m", "2 nm", units=("m", "mm", "um", "nm"), ge=0)),
]
FilmResistance = Annotated[
    float, quantity("area resistance", "ohm m^2", "10 ohm cm2", units=("ohm cm^2", "ohm m^2"), ge=0)
]
PRESSED: Final = "pressed"
"""Bonded share that the fabrication press makes."""


class _ShareOrPressed(Quantity):
    """A fraction, or the word for what fabrication makes of it."""

    def allowed(self) -> str:
        return f'{super().allowed()}, or "{PRESSED}"'

    def parse(self, value: object) -> Any:
        return PRESSED if value == PRESSED else super().parse(value)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        number = super().__get_pydantic_json_schema__(schema, handler)
        return {"anyOf": [number, {"const": PRESSED}], "description": self.allowed()}


BondedShare = Annotated[
    float | Literal["pressed"], _ShareOrPressed("number", "", "0.5", at_least=0.0, at_most=1.0)
]
RoughnessSlope = Annotated[float, quantity("number", "", "0.1", gt=0)]

_OF_COHESION = (
    "shear_strength", "shear_toughness", "cohesive_law", "initial_damage", "readhesion_pressure",
    "readhesion_time",
)  # fmt: skip
"""Keys that only faces which may part have a use for."""


class NoPressedContact(Frozen):
    """Only what is bonded touches: pressing a debonded face back makes no contact area."""

    model: Literal["none"] = "none"


class PerssonContact(Frozen):
    """Contact area of rough elastic faces, a_p = erf(sqrt(2) p / (E* h')) with h' the rms slope (Persson)."""

    model: Literal["persson"]
    roughness_slope: RoughnessSlope = Field(description="root-mean-square slope h' of the combined roughness")


class PlasticContact(Frozen):
    """Contact area of rough faces that flow, a_p = min(1, p/H) at the largest pressure so far."""

    model: Literal["plastic"]
    hardness: PositivePressure = Field(description="H of the softer side")


class Interface(Frozen):
    """One interface; where lithium reacts the side named first is the electrode."""

    bond: Literal["bonded", "debondable", "contact"] = Field(
        description="bonded faces share one displacement; debondable may open; contact was never joined and "
        "only presses"
    )
    strength: PositivePressure | None = Field(
        default=None, description="largest cohesive traction; needed if debondable"
    )
    toughness: Toughness | None = Field(
        default=None, description="energy to open a unit area; needed if debondable"
    )
    penalty_stiffness: LengthStiffness | None = Field(
        default=None,
        description="stiffness of the closed, undamaged interface; from stiffness and mesh size if not given",
    )
    friction_coefficient: FrictionCoefficient = Field(
        default=0.0, description="Coulomb friction between faces that have debonded, per contact pressure"
    )
    viscous_time: NonNegativeTime = Field(
        default=10.0, description="relaxation time of the damage, which regularises its jumps"
    )
    exchange_current_density: CurrentDensity | None = Field(
        default=None, description="i_0 per true contact area; needed where lithium reacts"
    )
    exchange_resistance: AreaResistance = Field(
        default=1e-7,
        description="per true contact area, between two regions that both store lithium or both conduct "
        "ions; the default makes their potential continuous",
    )
    anodic_transfer_coefficient: TransferCoefficient = 0.5
    cathodic_transfer_coefficient: TransferCoefficient = 0.5
    bonded_share: BondedShare = Field(
        default=1.0,
        description='b_0, share of the area bonded as made; "pressed": the contact that '
        "stack_pressure.fabrication_pressure makes by contact_area, point by point",
    )
    residual_contact_fraction: ResidualContact = Field(
        default=1e-12, description="numerical floor of the contact-area fraction"
    )
    contact_area: NoPressedContact | PerssonContact | PlasticContact = Field(
        default=NoPressedContact(),
        discriminator="model",
        description="a_p, contact area that pressure makes without a bond",
    )
    double_layer_capacitance: AreaCapacitance = Field(
        default=0.0,
        description="per true contact area, where lithium reacts; only `lithiate impedance` uses it",
    )
    shear_strength: PositivePressure | None = Field(
        default=None, description="largest cohesive traction in shear; strength if not given"
    )
    shear_toughness: Toughness | None = Field(
        default=None, description="energy to separate a unit area in shear; toughness if not given"
    )
    cohesive_law: Literal["bilinear", "exponential"] = Field(
        default="bilinear", description="how the traction falls beyond the strength; toughness is the same"
    )
    initial_damage: Damage = Field(
        default=PlaceFunction(0.0),
        json_schema_extra={"default": 0.0},
        description="D as made: 0 joined, 1 apart; what is damaged has its contact from pressure",
    )
    initial_gap: Gap = Field(
        default=PlaceFunction(0.0),
        json_schema_extra={"default": 0.0},
        description="distance along the normal between faces that are drawn closed; what starts apart is not "
        "joined",
    )
    kinetics: Literal["butler_volmer", "linear"] = Field(
        default="butler_volmer", description="charge transfer; linear has the same slope at equilibrium"
    )
    film_resistance: FilmResistance = Field(
        default=0.0, description="of a film in series with charge transfer, per true contact area"
    )
    electronic_resistance: AreaResistance = Field(
        default=DEFAULT_ELECTRONIC_RESISTANCE,
        description="per true contact area, between two regions that conduct electrons, with "
        'physics.electrons = "resolved"; the default makes the electrode potential continuous',
    )
    contact_enforcement: Literal["penalty", "augmented_lagrangian"] = Field(
        default="penalty",
        description="how faces that press are kept apart: with the penalty alone they overlap by pressure "
        "over penalty_stiffness; the augmented Lagrangian solves each step again until they overlap by less "
        "than 1e-5 of an element (than 1e-3, where nothing more is gained)",
    )
    film_growth: FilmGrowth | None = Field(
        default=None,
        description="a side reaction that takes lithium for a film, which adds to its resistance",
    )
    readhesion_pressure: Pressure | None = Field(
        default=None,
        description="contact pressure beyond which debonded faces stick again; needs readhesion_time",
    )
    readhesion_time: Time | None = Field(
        default=None, description="in which all but 1/e of the damage of faces so pressed fades"
    )
    sources: dict[str, str] = Field(default_factory=dict, description="key -> where its value comes from")
    assumed: dict[str, str] = Field(default_factory=dict, description="key -> why its value was assumed")

    @property
    def debondable(self) -> bool:
        """Whether a gap can open."""
        return self.bond != "bonded"

    @field_validator("sources", "assumed")
    @classmethod
    def _notes_are_about_keys(cls, notes: dict[str, str]) -> dict[str, str]:
        for name in notes:
            if name not in cls.model_fields:
                raise refuse(f'found a note about "{name}"; allowed: {", ".join(cls.model_fields)}')
        return notes

    @property
    def shear_strength_ratio(self) -> float:
        """Strength in shear over that in opening."""
        if self.shear_strength is None or self.strength is None:
            return 1.0
        return self.shear_strength / self.strength

    @property
    def shear_toughness_ratio(self) -> float:
        """Toughness in shear over that in opening."""
        if self.shear_toughness is None or self.toughness is None:
            return 1.0
        return self.shear_toughness / self.toughness

    @model_validator(mode="after")
    def _faces_can_part(self) -> Interface:
        for name in _OF_COHESION:
            given = getattr(self, name) != type(self).model_fields[name].default
            if given and self.bond != "debondable":
                raise refuse_key(name, f'found with bond = "{self.bond}"; allowed: only with "debondable"')
        if self.bond == "bonded" and not self.initial_gap.vanishes:
            text = 'found with bond = "bonded"; allowed: only with "debondable" and "contact"'
            raise refuse_key("initial_gap", text)
        if self.bonded_share == PRESSED and self.bond != "debondable":
            text = f'found "{PRESSED}" with bond = "{self.bond}"; allowed: only with "debondable"'
            raise refuse_key("bonded_share", text)
        if self.bonded_share == PRESSED and isinstance(self.contact_area, NoPressedContact):
            text = f'found "{PRESSED}" with contact_area.model = "none"; allowed: "persson", "plastic"'
            raise refuse_key("bonded_share", text)
        return self

    @model_validator(mode="after")
    def _enforcement_is_of_a_contact(self) -> Interface:
        if self.bond == "bonded" and self.contact_enforcement != "penalty":
            raise refuse_key(
                "contact_enforcement",
                f'found "{self.contact_enforcement}" with bond = "bonded"; allowed: only with "debondable" '
                'or "contact", because bonded faces share one displacement',
            )
        return self

    @model_validator(mode="after")
    def _readhesion_is_complete(self) -> Interface:
        names = "readhesion_pressure", "readhesion_time"
        for name, other in (names, names[::-1]):
            if getattr(self, name) is None and getattr(self, other) is not None:
                raise refuse_key(name, f"missing; needed by {other}")
        if self.readhesion_time is not None and self.cohesive_law != "bilinear":
            text = f'found with cohesive_law = "{self.cohesive_law}"; allowed: only with "bilinear"'
            raise refuse_key("readhesion_time", text)
        return self

    @model_validator(mode="after")
    def _cohesion_is_complete(self) -> Interface:
        if self.bond != "debondable":
            return self
        for name in ("strength", "toughness"):
            if getattr(self, name) is None:
                raise refuse_key(name, 'missing; needed because bond = "debondable"')
        if self.penalty_stiffness is None or self.strength is None or self.toughness is None:
            return self
        onset, end = self.strength / self.penalty_stiffness, 2 * self.toughness / self.strength
        if onset >= end:
            smallest = self.strength**2 / (2 * self.toughness)
            raise refuse_key(
                "penalty_stiffness",
                f"found {self.penalty_stiffness:g} Pa/m, with which damage would start at an opening "
                f"of {onset:g} m, beyond the opening of {end:g} m at which the toughness is used up; "
                f"allowed: more than strength^2 / (2 toughness) = {smallest:g} Pa/m",
            )
        return self
