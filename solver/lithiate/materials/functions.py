"""Properties that change with the stoichiometry c and the temperature T: linear, as a table, as a formula.

Here they are read and evaluated with NumPy; :mod:`lithiate.materials.expressions` makes forms of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, isfinite
from typing import Any

import numpy as np
from lithiate_meshes.quantities import Quantity, refuse
from numpy.typing import NDArray
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema
from scipy.interpolate import PchipInterpolator, PPoly

from lithiate.materials import formula
from lithiate.scaling import GAS_CONSTANT

Array = NDArray[np.float64]

REFERENCE_TEMPERATURE = 298.15
"""At which values that follow an Arrhenius law are stated [K]."""

_SAMPLES = 1001


def refuse_key(key: str, message: str) -> PydanticCustomError:
    """A validation error about one key of the table being validated."""
    return PydanticCustomError("refused", "{message}", {"message": message, "path": (key,)})


def arrhenius_factor(activation_energy: float, temperature: float) -> float:
    """exp(-E_a / R (1 / T - 1 / T_ref)) with T_ref = 298.15 K.

    Args:
        activation_energy: E_a [J/mol].
        temperature: T [K].
    """
    return exp(-activation_energy / GAS_CONSTANT * (1 / temperature - 1 / REFERENCE_TEMPERATURE))


@dataclass(frozen=True)
class StoichiometryFunction:
    """A property that changes linearly with the stoichiometry c.

    Attributes:
        unlithiated: value at c = 0, SI; of a formula at 298.15 K.
        lithiated: value at c = 1, SI; of a formula at 298.15 K.
    """

    unlithiated: float
    lithiated: float

    @property
    def constant(self) -> bool:
        """Whether the property does not depend on c."""
        return self.unlithiated == self.lithiated

    def at(self, stoichiometry: Any, temperature: float = REFERENCE_TEMPERATURE) -> Any:
        """The value at c (a float or an array), SI.

        Args:
            stoichiometry: c in [0, 1].
            temperature: T [K].
        """
        return self.unlithiated + (self.lithiated - self.unlithiated) * stoichiometry

    def samples(self, temperature: float = REFERENCE_TEMPERATURE) -> tuple[Array, Array]:
        """Fillings from 0 to 1 and the values there; not a number where there is none.

        Args:
            temperature: T [K].
        """
        fillings: Array = np.linspace(0.0, 1.0, _SAMPLES, dtype=np.float64)
        with np.errstate(all="ignore"):
            try:
                values = np.asarray(self.at(fillings, temperature), dtype=np.float64)
            except (ArithmeticError, ValueError, TypeError):
                values = np.asarray(np.nan)
        return fillings, np.broadcast_to(values, fillings.shape)

    def smallest(self, temperature: float = REFERENCE_TEMPERATURE) -> float:
        """The smallest value for c from 0 to 1, SI.

        Args:
            temperature: T [K].
        """
        return float(np.min(self.samples(temperature)[1]))

    def written(self) -> Any:
        """As written in a case file."""
        if self.constant:
            return self.unlithiated
        return {"unlithiated": self.unlithiated, "lithiated": self.lithiated}


@dataclass(frozen=True)
class TabulatedFunction(StoichiometryFunction):
    """A property by points, between them the shape-preserving cubic (PCHIP, Fritsch and Carlson 1980).

    It never leaves the range of two neighbouring points, so that it is monotone where the points are.

    Attributes:
        points: stoichiometries, from 0 to 1.
        values: values there, SI.
    """

    points: tuple[float, ...]
    values: tuple[float, ...]

    @property
    def constant(self) -> bool:
        """Whether the property does not depend on c."""
        return min(self.values) == max(self.values)

    def spline(self) -> PPoly:
        """The piecewise cubic."""
        return PchipInterpolator(np.asarray(self.points), np.asarray(self.values))

    def at(self, stoichiometry: Any, temperature: float = REFERENCE_TEMPERATURE) -> Any:
        """The value at c (a float or an array), SI; beyond 0 and 1 that at the end."""
        return self.spline()(np.clip(np.asarray(stoichiometry, dtype=np.float64), 0.0, 1.0))

    def written(self) -> Any:
        """As written in a case file."""
        return {"stoichiometry": list(self.points), "value": list(self.values)}


@dataclass(frozen=True)
class FormulaFunction(StoichiometryFunction):
    """A property by a formula in c and T; see :mod:`lithiate.materials.formula`.

    Attributes:
        formula: its text.
        unit: the unit of its values, as written.
        factor: that unit in SI.
    """

    formula: str
    unit: str
    factor: float

    @property
    def constant(self) -> bool:
        """Whether the property does not depend on c."""
        return not formula.depends_on(self.formula, "c")

    def at(self, stoichiometry: Any, temperature: float = REFERENCE_TEMPERATURE) -> Any:
        """The value at c (a float or an array) and T, SI."""
        given = np.asarray(stoichiometry, dtype=np.float64)
        return formula.evaluate(self.formula, given, temperature) * self.factor

    def written(self) -> Any:
        """As written in a case file."""
        return {"formula": self.formula, "unit": self.unit} if self.unit else {"formula": self.formula}


@dataclass(frozen=True)
class PropertyFunction:
    """Reads a :class:`StoichiometryFunction` in any of its forms; metadata of a field for pydantic.

    Attributes:
        value: how one value is read.
    """

    value: Quantity

    @property
    def unit(self) -> str:
        """SI unit of the values."""
        return self.value.unit

    def parse(self, given: object) -> StoichiometryFunction:
        """One value, or a table of the keys of one of the forms.

        Raises:
            PydanticCustomError: none of these, or a value that is not allowed.
        """
        if isinstance(given, StoichiometryFunction):
            return given
        if not isinstance(given, dict):
            constant = self.value.parse(given)
            return StoichiometryFunction(constant, constant)
        keys = set(given)
        if keys == {"unlithiated", "lithiated"}:
            return StoichiometryFunction(**{key: self._one(key, given[key]) for key in given})
        if keys == {"stoichiometry", "value"}:
            return self._table(given["stoichiometry"], given["value"])
        if "formula" in keys and keys <= {"formula", "unit"}:
            return self._formula(given["formula"], given.get("unit", ""))
        raise refuse(f"found a table with the keys {', '.join(map(str, given)) or 'none'}; allowed: {self}")

    def __str__(self) -> str:
        return (
            f"{self.value.allowed()}, or a table {{unlithiated = ..., lithiated = ...}} of two such values, "
            "{stoichiometry = [0, ..., 1], value = [...]} of points or "
            '{formula = "...", unit = "..."} of c and T'
        )

    def _one(self, key: str, given: object) -> float:
        try:
            return self.value.parse(given)
        except PydanticCustomError as error:
            raise refuse_key(key, error.message()) from None

    def _table(self, fillings: object, values: object) -> TabulatedFunction:
        if not isinstance(fillings, list | tuple) or not isinstance(values, list | tuple):
            raise refuse_key("stoichiometry", "allowed: two lists, stoichiometry and value")
        if len(fillings) != len(values):
            raise refuse_key("value", f"found {len(values)} values for {len(fillings)} stoichiometries")
        numbers = all(isinstance(item, int | float) and not isinstance(item, bool) for item in fillings)
        if len(fillings) < 2 or not numbers or fillings[0] != 0 or fillings[-1] != 1:
            raise refuse_key(
                "stoichiometry",
                f"found {list(fillings)}; allowed: numbers that start at 0 and end at 1, so that "
                "none has to be made up beyond the table",
            )
        for left, right in zip(fillings[:-1], fillings[1:], strict=True):
            if not right > left:
                raise refuse_key(
                    "stoichiometry", f"found {right:g} after {left:g}; allowed: increasing values"
                )
        found = tuple(self._one("value", value) for value in values)
        return TabulatedFunction(found[0], found[-1], tuple(map(float, fillings)), found)

    def _formula(self, text: object, unit: object) -> FormulaFunction:
        if not isinstance(text, str) or not isinstance(unit, str):
            raise refuse_key("formula", "allowed: two strings, formula and unit")
        # Bounds hold for the values, not for one unit.
        plain = Quantity(self.value.name, self.value.unit, self.value.example, self.value.units)
        try:
            factor = plain.parse(f"1 {unit}") if unit else 1.0
        except PydanticCustomError as error:
            raise refuse_key("unit", error.message()) from None
        try:
            formula.parse(text)
        except formula.FormulaError as error:
            raise refuse_key("formula", str(error)) from None
        values = FormulaFunction(0.0, 0.0, text, unit, factor).samples()[1]
        return FormulaFunction(float(values[0]), float(values[-1]), text, unit, factor)

    def refused(self, function: StoichiometryFunction, temperature: float) -> str | None:
        """What is wrong with the values for c from 0 to 1, or None.

        Args:
            function: a property of this kind.
            temperature: of the run [K].
        """
        for filling, value in zip(*function.samples(temperature), strict=True):
            try:
                if not isfinite(value):
                    raise refuse("no finite value")
                self.value.parse(float(value))
            except PydanticCustomError:
                return (
                    f"found {value:.4g} {self.unit}".rstrip() + f" at the stoichiometry {filling:.3g} and "
                    f"{temperature:g} K; allowed everywhere from 0 to 1: {self.value.allowed()}"
                )
        return None

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self.parse,
            serialization=core_schema.plain_serializer_function_ser_schema(written),
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        value = self.value.__get_pydantic_json_schema__(schema, handler)
        filling = {"type": "number", "minimum": 0, "maximum": 1}
        points = {"type": "array", "minItems": 2}
        text = {"type": "string"}
        tables = [
            _table_schema({"unlithiated": value, "lithiated": value}),
            _table_schema(
                {"stoichiometry": {**points, "items": filling}, "value": {**points, "items": value}}
            ),
            _table_schema({"formula": text, "unit": text}, required=["formula"]),
        ]
        return {"anyOf": [*value.get("anyOf", [value]), *tables], "description": str(self)}


def written(value: Any) -> Any:
    """A property as written in a case file; of functions along several axes a list.

    Args:
        value: a number, a function, or a tuple of them.
    """
    if isinstance(value, tuple):
        return [written(item) for item in value]
    return value.written() if isinstance(value, StoichiometryFunction) else value


def _table_schema(properties: dict[str, Any], required: list[str] | None = None) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties) if required is None else required,
        "additionalProperties": False,
    }
