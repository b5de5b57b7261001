"""Properties that may differ along the axes of the mesh as built: one value for all, or one for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from lithiate_meshes.quantities import Quantity, refuse
from pydantic import GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from lithiate.materials.functions import PropertyFunction, StoichiometryFunction

FEWEST, MOST = 2, 3
"""Axes of a mesh: (x, y) in plane strain, (r, z) in axisymmetric models, (x, y, z) in 3D."""

_Value = TypeVar("_Value")


def along_axes(value: _Value | tuple[_Value, ...]) -> tuple[_Value, ...]:
    """The values along the axes, a single one for one that is the same along all.

    Args:
        value: of a property.
    """
    return value if isinstance(value, tuple) else (value,)


def _listed(given: object) -> bool:
    """Whether values along axes are given; raises where they are too few or too many."""
    if not isinstance(given, list | tuple):
        return False
    if not FEWEST <= len(given) <= MOST:
        raise refuse(f"found {len(given)} values; allowed: one, or one along each axis of the mesh")
    return True


def _with_axes(schema: JsonSchemaValue) -> JsonSchemaValue:
    axes = {"type": "array", "items": dict(schema), "minItems": FEWEST, "maxItems": MOST}
    return {"anyOf": [dict(schema), axes], "description": "one value, or one along each axis of the mesh"}


@dataclass(frozen=True)
class DirectionalQuantity(Quantity):
    """Reads a number, or a list of one along each axis as a tuple."""

    def parse(self, value: object) -> Any:
        """The value or the values in SI units.

        Raises:
            PydanticCustomError: a value that is not allowed, or a wrong number of them.
        """
        if _listed(value):
            return tuple(super(DirectionalQuantity, self).parse(item) for item in value)  # type: ignore[attr-defined]
        return super().parse(value)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return _with_axes(super().__get_pydantic_json_schema__(schema, handler))


@dataclass(frozen=True)
class DirectionalFunction(PropertyFunction):
    """Reads a function of stoichiometry, or a list of one along each axis as a tuple."""

    def parse(self, given: object) -> Any:
        """The function or the functions.

        Raises:
            PydanticCustomError: none of the forms of a function, or a wrong number of them.
        """
        if _listed(given):
            return tuple(super(DirectionalFunction, self).parse(item) for item in given)  # type: ignore[attr-defined]
        return super().parse(given)

    def refused(self, function: Any, temperature: float) -> str | None:
        """What is wrong with the values for c from 0 to 1 along any axis, or None.

        Args:
            function: a property of this kind.
            temperature: of the run [K].
        """
        functions: tuple[StoichiometryFunction, ...] = along_axes(function)
        texts = (super(DirectionalFunction, self).refused(item, temperature) for item in functions)
        return next((text for text in texts if text is not None), None)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return _with_axes(super().__get_pydantic_json_schema__(schema, handler))
