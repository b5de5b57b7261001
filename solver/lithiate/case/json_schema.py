"""The JSON Schema of case files, for editors."""

from __future__ import annotations

import json
from typing import Any

from lithiate.case.case import Case


def case_schema() -> dict[str, Any]:
    """The schema as a table."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Case.model_json_schema()}
    _drop_defaults(schema)
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
