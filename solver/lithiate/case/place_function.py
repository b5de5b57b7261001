"""Values that may change from place to place on the mesh as built: a number, or a formula in coordinates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from lithiate_meshes.quantities import Quantity, refuse, shown
from numpy.typing import NDArray
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from lithiate.materials import formula
from lithiate.materials.functions import refuse_key

Array = NDArray[np.float64]

AXES = {"plane_strain": ("x", "y"), "axisymmetric": ("r", "z"), "3d": ("x", "y", "z")}
"""Coordinates of the mesh as built, by symmetry."""

NAMES = ("x", "y", "z", "r")
"""All of them; which a model has is known once its geometry is."""


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

    def __str__(self) -> str:
        return self.given if isinstance(self.given, str) else f"{self.given:g}"

    @property
    def vanishes(self) -> bool:
        """Whether it is zero everywhere."""
        return self.given == 0.0

    def exceeds(self, bound: float) -> bool:
        """Whether it is one number, larger than a bound [SI]; what a formula gives only a mesh tells."""
        return not isinstance(self.given, str) and self.given > bound

    def unknown_names(self, symmetry: str) -> tuple[str, ...]:
        """Coordinates in the formula that a model does not have.

        Args:
            symmetry: of the model.
        """
        if not isinstance(self.given, str):
            return ()
        used = formula.names_in(self.given, NAMES)
        return tuple(name for name in NAMES if name in used and name not in AXES[symmetry])

    def at(self, places: Array, symmetry: str) -> Array:
        """(points,) values, SI; not a number where the formula has none.

        Args:
            places: (3, points) coordinates on the mesh as built [m].
            symmetry: of the model, which names them.
        """
        if not isinstance(self.given, str):
            return np.full(places.shape[1], self.given)
        with np.errstate(all="ignore"):
            try:
                values = formula.evaluate_with(self.given, dict(zip(AXES[symmetry], places, strict=False)))
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
            return PlaceFunction(self._number(given))
        if "formula" not in given or not given.keys() <= {"formula", "unit"}:
            keys = ", ".join(map(str, given)) or "none"
            raise refuse(f"found a table with the keys {keys}; allowed: {self}")
        text, unit = given["formula"], given.get("unit", "")
        for key, value in (("formula", text), ("unit", unit)):
            if not isinstance(value, str):
                raise refuse_key(key, f"found {shown(value)}; allowed: a string")
        factor = self._factor(unit)
        try:
            formula.parse(text, NAMES)
        except formula.FormulaError as error:
            raise refuse_key("formula", str(error)) from None
        return PlaceFunction(text, unit, factor)

    def _number(self, given: object) -> float:
        try:
            return self.value.parse(given)
        except PydanticCustomError as error:
            raise refuse(error.message().replace(self.value.allowed(), str(self))) from None

    def _factor(self, unit: str) -> float:
        """One unit of the formula's values in SI."""
        # Bounds hold for the values, not for one unit.
        plain = Quantity(self.value.name, self.value.unit, self.value.example, self.value.units)
        try:
            return plain.parse(f"1 {unit}") if unit else 1.0
        except PydanticCustomError:
            allowed = ", ".join(self.value.units) or "none, because the values are plain numbers"
            text = f'found "{unit}", which is the unit of no {self.value.name}; allowed: {allowed}'
            raise refuse_key("unit", text) from None

    def __str__(self) -> str:
        table = '{formula = "..."}'
        if self.value.unit:
            table = f'{{formula = "...", unit = "..."}}, in {self.value.unit} without unit,'
        places = "; ".join(f"{', '.join(names)} in {symmetry}" for symmetry, names in AXES.items())
        return f"{self.value.allowed()}, or a table {table} of the place in m ({places})"

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
        options = [*value.get("anyOf", [value]), table]
        return {"anyOf": options, "description": str(self), "$comment": str(self)}
