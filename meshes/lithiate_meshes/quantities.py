"""Physical quantities in input files: a number is SI, a string carries its unit, wrong ones are refused.

Every type below is a plain ``float`` in SI units once validated, so that code behind the schema never
meets a unit. Use them as field types of pydantic models:

    class Particle(BaseModel):
        radius: Length          # 1e-6 or "1 um", never "1 MPa"
"""

from __future__ import annotations

import difflib
import functools
import math
import re
import tokenize
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import pint
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

__all__ = [
    "ArealCapacity", "CRate", "Concentration", "Conductivity", "CurrentDensity", "Density", "Diffusivity",
    "Dimensionless", "Fraction", "Length", "LengthStiffness", "MolarVolume", "NonNegativeTime",
    "PositiveDimensionless", "PositivePressure", "Pressure", "Quantity", "Temperature", "Time", "Toughness",
    "Voltage", "parse_rate", "quantity", "refuse", "shown",
]  # fmt: skip

_NUMBER = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
_NUMBER_AND_UNIT = re.compile(rf"\s*({_NUMBER})\s*(.*?)\s*", re.DOTALL)
_NOT_A_NUMBER = re.compile(r"\s*[+-]?(?:nan|inf|infinity)\b.*", re.IGNORECASE | re.DOTALL)
_UNIT_CHARACTERS = re.compile(r"[A-Za-zµμΩ°·*/^()\s\d.+-]+")
# "m2", "m^2" and "cm-2" all mean a power; pint itself knows only the one with an operator.
_SUPERSCRIPTS = str.maketrans({"²": "^2", "³": "^3"})
_POWER = re.compile(r"([A-Za-zµμΩ]+)\^?([+-]?\d+)(?![\w.])")
# What pint raises on a unit that it cannot read (its own errors derive from these as well).
_UNIT_ERRORS = (
    pint.UndefinedUnitError, pint.DefinitionSyntaxError, tokenize.TokenError, AttributeError, TypeError,
    ValueError, AssertionError, SyntaxError, IndexError, KeyError, ZeroDivisionError, OverflowError,
)  # fmt: skip
_RATE = re.compile(rf"\s*(?P<multiple>{_NUMBER})?\s*C\s*(?:/\s*(?P<divisor>{_NUMBER}))?\s*")


def refuse(message: str) -> PydanticCustomError:
    """A validation error whose text is exactly ``message`` (braces included)."""
    return PydanticCustomError("refused", "{message}", {"message": message})


@functools.cache
def _registry() -> pint.UnitRegistry[Any]:
    """The unit registry; building it takes a few tenths of a second, so only where a string is met."""
    return pint.UnitRegistry()


@dataclass(frozen=True)
class Quantity:
    """How one kind of quantity is read and checked; metadata of ``Annotated[float, ...]`` for pydantic.

    Attributes:
        name: what it is called in messages, for example ``"length"``.
        unit: the SI unit a plain number is in; empty for a dimensionless quantity.
        example: a string that would be accepted, or a number for a dimensionless quantity.
        units: common units of this dimension, to suggest one for a misspelling.
        greater_than, at_least, less_than, at_most: bounds in SI, or None.
    """

    name: str
    unit: str
    example: str
    units: tuple[str, ...] = ()
    greater_than: float | None = None
    at_least: float | None = None
    less_than: float | None = None
    at_most: float | None = None

    def allowed(self) -> str:
        """What is accepted, in words, for messages and for the JSON Schema."""
        bounds = self._bounds()
        if not self.unit:
            return f"a number{bounds}"
        article = "an" if self.name[0] in "aeiou" else "a"
        forms = f'as a number in {self.unit} or a string with a unit such as "{self.example}"'
        return f"{article} {self.name}{bounds}, {forms}"

    def _bounds(self) -> str:
        limits = [
            ("> ", self.greater_than),
            (">= ", self.at_least),
            ("< ", self.less_than),
            ("<= ", self.at_most),
        ]
        text = " and ".join(f"{sign}{limit:g}" for sign, limit in limits if limit is not None)
        if not text:
            return ""
        return f" {text} {self.unit}".rstrip()

    def parse(self, value: object) -> float:
        """The value in SI units.

        Args:
            value: a number in SI units, or a string of a number and a unit.

        Raises:
            PydanticCustomError: not a finite number, an unknown unit, a wrong dimension, or out of bounds.
        """
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise refuse(f"found {shown(value)}; allowed: {self.allowed()}")
        number = self._from_text(value) if isinstance(value, str) else _as_float(value)
        if not math.isfinite(number):
            raise refuse(f"found {shown(value)}, which is not a finite number; allowed: {self.allowed()}")
        outside = (
            (self.greater_than is not None and not number > self.greater_than)
            or (self.at_least is not None and not number >= self.at_least)
            or (self.less_than is not None and not number < self.less_than)
            or (self.at_most is not None and not number <= self.at_most)
        )
        if outside:
            raise refuse(f"found {shown(value)}; allowed: {self.allowed()}")
        return number

    def _from_text(self, text: str) -> float:
        if _NOT_A_NUMBER.fullmatch(text):
            raise refuse(f'found "{text}", which is not a finite number; allowed: {self.allowed()}')
        match = _NUMBER_AND_UNIT.fullmatch(text)
        if match is None:
            raise refuse(f'found "{text}", which does not start with a number; allowed: {self.allowed()}')
        number, unit = float(match[1]), match[2]
        if not self.unit:
            raise refuse(
                f'found the string "{text}"; allowed: {self.allowed()}, without quotes and without a unit'
            )
        if not unit:
            raise refuse(f'found "{text}", a string without a unit; allowed: {self.allowed()}')
        return self._to_si(number, unit, text)

    def _to_si(self, number: float, unit: str, text: str) -> float:
        registry = _registry()
        plain = unit.translate(_SUPERSCRIPTS)
        try:
            if not _UNIT_CHARACTERS.fullmatch(plain):
                raise ValueError(unit)
            parsed = registry.parse_units(_POWER.sub(r"\1**\2", plain).replace("^", "**"))
        except _UNIT_ERRORS:
            near = difflib.get_close_matches(unit, self.units, n=1, cutoff=0.5)
            hint = f'; did you mean "{near[0]}"?' if near else ""
            raise refuse(
                f'found "{text}" with the unknown unit "{unit}"; allowed: {self.allowed()}{hint}'
            ) from None
        try:
            return float(registry.Quantity(number, parsed).to(self.unit).magnitude)
        except (pint.DimensionalityError, pint.OffsetUnitCalculusError):
            raise refuse(f'found "{text}", which is no {self.name}; allowed: {self.allowed()}') from None

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.parse)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        number: dict[str, Any] = {"type": "number"}
        keywords = {
            "exclusiveMinimum": self.greater_than, "minimum": self.at_least,
            "exclusiveMaximum": self.less_than, "maximum": self.at_most,
        }  # fmt: skip
        number.update({keyword: limit for keyword, limit in keywords.items() if limit is not None})
        if not self.unit:
            return {**number, "description": self.allowed()}
        # The description of a field takes the place of this one, the comment stays.
        allowed = self.allowed()
        return {"anyOf": [number, {"type": "string"}], "description": allowed, "$comment": allowed}


def quantity(
    name: str, unit: str, example: str, *, units: tuple[str, ...] = (), gt: float | None = None,
    ge: float | None = None, lt: float | None = None, le: float | None = None,
) -> Quantity:  # fmt: skip
    """Metadata for a field type, for example of ``Annotated[float, ...]`` for a length.

    Args:
        name: what the quantity is called in messages.
        unit: SI unit of a plain number; empty for a dimensionless quantity, which takes no strings.
        example: an accepted string, shown in messages.
        units: common units of this dimension, to suggest one for a misspelling.
        gt: bound in SI units that a value must exceed.
        ge: smallest value in SI units.
        lt: bound in SI units that a value must stay below.
        le: largest value in SI units.
    """
    return Quantity(name, unit, example, units, greater_than=gt, at_least=ge, less_than=lt, at_most=le)


def _as_float(value: int | float) -> float:
    """``float(value)``, with infinity for an integer too large for one, so that it is refused as such."""
    try:
        return float(value)
    except OverflowError:
        return math.inf


def shown(value: object) -> str:
    """A value as a user would have written it in TOML, cut where it is long."""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = f'"{value}"' if isinstance(value, str) else repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


_RATE_ALLOWED = 'a rate > 0: "C/10", "0.5C", or a number of full capacities per hour (1 is 1C)'


def parse_rate(value: object) -> float:
    """A rate in full capacities per hour: ``"C/10"`` is 0.1, ``"2C"`` is 2, a number is itself.

    Raises:
        PydanticCustomError: anything else, zero, negative or not finite.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise refuse(f"found {shown(value)}; allowed: {_RATE_ALLOWED}")
    if isinstance(value, str):
        match = _RATE.fullmatch(value)
        if match is None:
            raise refuse(f'found "{value}"; allowed: {_RATE_ALLOWED}')
        divisor = float(match["divisor"] or 1)
        rate = float(match["multiple"] or 1) / divisor if divisor else math.inf
    else:
        rate = _as_float(value)
    if not (math.isfinite(rate) and rate > 0):
        raise refuse(f"found {shown(value)}; allowed: {_RATE_ALLOWED}")
    return rate


@dataclass(frozen=True)
class _Rate:
    """Metadata of :data:`CRate`; a type of its own because pint would read the C in "C/10" as coulomb."""

    parse: Callable[[object], float] = parse_rate

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.parse)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {
            "anyOf": [{"type": "number", "exclusiveMinimum": 0}, {"type": "string"}],
            "description": _RATE_ALLOWED,
        }


_LENGTH = ("um", "nm", "mm", "cm", "m", "pm")
_PRESSURE = ("MPa", "GPa", "kPa", "Pa", "bar")
_TIME = ("h", "min", "s", "ms", "day")

Length = Annotated[float, quantity("length", "m", "1 um", units=_LENGTH, gt=0)]
Pressure = Annotated[float, quantity("pressure", "Pa", "5 MPa", units=_PRESSURE, ge=0)]
PositivePressure = Annotated[float, quantity("pressure", "Pa", "5 MPa", units=_PRESSURE, gt=0)]
Concentration = Annotated[
    float, quantity("concentration", "mol/m^3", "311 mol/l", units=("mol/m^3", "mol/l", "mol/cm^3"), gt=0)
]
Diffusivity = Annotated[
    float, quantity("diffusivity", "m^2/s", "1e-12 cm^2/s", units=("m^2/s", "cm^2/s"), gt=0)
]
CurrentDensity = Annotated[
    float, quantity("current density", "A/m^2", "0.1 mA/cm^2", units=("A/m^2", "mA/cm^2", "uA/cm^2"), gt=0)
]
Conductivity = Annotated[
    float, quantity("conductivity", "S/m", "1 mS/cm", units=("S/m", "mS/cm", "S/cm", "mS/m"), gt=0)
]
Temperature = Annotated[float, quantity("temperature", "K", "25 degC", units=("degC", "K"), gt=0)]
Time = Annotated[float, quantity("time", "s", "30 min", units=_TIME, gt=0)]
NonNegativeTime = Annotated[float, quantity("time", "s", "30 min", units=_TIME, ge=0)]
Toughness = Annotated[
    float, quantity("toughness", "J/m^2", "0.1 J/m^2", units=("J/m^2", "N/m", "mJ/m^2"), gt=0)
]
MolarVolume = Annotated[
    float, quantity("molar volume", "m^3/mol", "9 cm^3/mol", units=("m^3/mol", "cm^3/mol", "l/mol"))
]
Density = Annotated[float, quantity("density", "kg/m^3", "2.33 g/cm^3", units=("kg/m^3", "g/cm^3"), gt=0)]
Voltage = Annotated[float, quantity("voltage", "V", "10 mV", units=("V", "mV"))]
ArealCapacity = Annotated[
    float, quantity("areal capacity", "C/m^2", "3 mAh/cm^2", units=("C/m^2", "mAh/cm^2", "Ah/m^2"), gt=0)
]
AreaResistance = Annotated[
    float, quantity("area resistance", "ohm m^2", "1 ohm cm2", units=("ohm cm^2", "ohm m^2"), gt=0)
]
LengthStiffness = Annotated[
    float, quantity("stiffness", "Pa/m", "200 GPa/um", units=("Pa/m", "GPa/um", "MPa/um", "GPa/nm"), gt=0)
]
Dimensionless = Annotated[float, quantity("number", "", "0.5")]
PositiveDimensionless = Annotated[float, quantity("number", "", "0.5", gt=0)]
Fraction = Annotated[float, quantity("number", "", "0.5", ge=0, le=1)]
CRate = Annotated[float, _Rate()]
