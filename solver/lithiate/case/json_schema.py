"""The JSON Schema of case files, for editors."""

from __future__ import annotations

import json
from typing import Any

from lithiate.case.case import Case
from lithiate.case.mesh_size import SIZED_FAMILIES

DEFAULT_MESH_SIZE = (
    "element size on the interfaces; if not given, a third of the shortest cohesive length E G / strength^2"
)


def case_schema() -> dict[str, Any]:
    """The schema as a table."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Case.model_json_schema()}
    _drop_defaults(schema)
    for family in schema["$defs"].values():
        named = family.get("properties", {}).get("family", {}).get("const")
        if named in SIZED_FAMILIES and "mesh_size" in family["required"]:
            family["required"].remove("mesh_size")
            family["properties"]["mesh_size"]["description"] = DEFAULT_MESH_SIZE
    _append_units(schema)
    return schema


def case_schema_text() -> str:
    """The schema as committed in ``docs/schema.json``."""
    return json.dumps(case_schema(), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def _drop_defaults(schema: Any) -> None:
    """Take out ``additionalProperties = true``: it means nothing, and only some pydantics write it."""
    parts = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ()
    if isinstance(schema, dict) and schema.get("additionalProperties") is True:
        del schema["additionalProperties"]
    for part in list(parts):
        _drop_defaults(part)


def _append_units(schema: Any) -> None:
    """Say after the description of a key what values it takes, which quantities leave as a comment."""
    parts = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ()
    if isinstance(schema, dict) and isinstance(schema.get("$comment"), str):
        allowed = schema.pop("$comment")
        if schema["description"] != allowed:
            schema["description"] += f"; {allowed}"
    for part in list(parts):
        _append_units(part)
