"""Values that may change from place to place on the mesh as built: a number, or a formula in x, y and z."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from lithiate_meshes.quantities import Quantity, refuse
from numpy.typing import NDArray
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from lithiate.materials import formula
from lithiate.materials.functions import refuse_key

Array = NDArray[np.float64]

NAMES = ("x", "y", "z")
"""Coordinates on the mesh as built [m]; in two dimensions z is zero."""


@dataclass(frozen=True)
class PlaceFunction:
    """A value at every place.

    Attributes:
        given: the number, or the text of the formula.
        unit: of the formula's values, as written.
        factor: that unit in SI.
    """

    given: float | str
    unit: str = ""
    factor: float = 1.0

    @property
    def vanishes(self) -> bool:
        """Whether it is zero everywhere."""
        return self.given == 0.0

    def at(self, places: Array) -> Array:
        """(points,) values, SI; not a number where the formula has none.

        Args:
            places: (3, points) coordinates on the mesh as built [m].
        """
        if not isinstance(self.given, str):
            return np.full(places.shape[1], self.given)
        with np.errstate(all="ignore"):
            try:
                values = formula.evaluate_with(self.given, dict(zip(NAMES, places, strict=True)))
            except (ArithmeticError, ValueError):
                values = np.nan
        return np.broadcast_to(np.asarray(values, dtype=np.float64) * self.factor, places.shape[1:]).copy()

    def written(self) -> Any:
        """As written in a case file."""
        if not isinstance(self.given, str):
            return self.given
        return {"formula": self.given, "unit": self.unit} if self.unit else {"formula": self.given}


@dataclass(frozen=True)
class PlaceQuantity:
    """Reads a :class:`PlaceFunction`; metadata of a field for pydantic.

    Attributes:
        value: how one value is read.
    """

    value: Quantity

    def parse(self, given: object) -> PlaceFunction:
        """One value, or a table of a formula and its unit.

        Raises:
            PydanticCustomError: neither, or a value that is not allowed.
        """
        if isinstance(given, PlaceFunction):
            return given
        if not isinstance(given, dict):
            return PlaceFunction(self.value.parse(given))
        if "formula" not in given or not given.keys() <= {"formula", "unit"}:
            keys = ", ".join(map(str, given)) or "none"
            raise refuse(f"found a table with the keys {keys}; allowed: {self}")
        text, unit = given["formula"], given.get("unit", "")
        if not isinstance(text, str) or not isinstance(unit, str):
            raise refuse_key("formula", "allowed: two strings, formula and unit")
        # Bounds hold for the values, not for one unit.
        plain = Quantity(self.value.name, self.value.unit, self.value.example, self.value.units)
        try:
            factor = plain.parse(f"1 {unit}") if unit else 1.0
        except PydanticCustomError as error:
            raise refuse_key("unit", error.message()) from None
        try:
            formula.parse(text, NAMES)
        except formula.FormulaError as error:
            raise refuse_key("formula", str(error)) from None
        return PlaceFunction(text, unit, factor)

    def __str__(self) -> str:
        return f'{self.value.allowed()}, or a table {{formula = "...", unit = "..."}} of x, y and z in m'

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self.parse,
            serialization=core_schema.plain_serializer_function_ser_schema(PlaceFunction.written),
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        value = self.value.__get_pydantic_json_schema__(schema, handler)
        text = {"type": "string"}
        table = {
            "type": "object",
            "properties": {"formula": text, "unit": text},
            "required": ["formula"],
            "additionalProperties": False,
        }
        return {"anyOf": [*value.get("anyOf", [value]), table], "description": str(self)}
