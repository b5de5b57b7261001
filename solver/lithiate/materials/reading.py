"""The library of material cards: TOML files shipped with the package, one material each.

A property is a table ``{value = ..., source = "..."}`` or ``{value = ..., assumed = "reason"}``: no number
stands without saying where it comes from. ``validity`` may say within which bounds it holds. Keys under
``[data]`` are kept for the reader and used by nothing.
"""

from __future__ import annotations

import difflib
import functools
import tomllib
from importlib import resources
from typing import Any

from lithiate_meshes.errors import InputError

from lithiate.materials.card import MaterialCard
from lithiate.materials.properties import PROPERTY_NAMES

_SUFFIX = ".toml"
_KEYS = {"value", "source", "assumed", "validity"}


@functools.cache
def card_names() -> tuple[str, ...]:
    """Names of all materials in the library, sorted."""
    folder = resources.files("lithiate.materials") / "library"
    return tuple(
        sorted(file.name.removesuffix(_SUFFIX) for file in folder.iterdir() if file.name.endswith(_SUFFIX))
    )


def unknown_material(name: str) -> str:
    """What to tell somebody who asked for a material that the library does not hold."""
    lower = {known.lower(): known for known in card_names()}
    near = [f'"{lower[word]}"' for word in difflib.get_close_matches(name.lower(), lower, n=3, cutoff=0.5)]
    hint = f"; did you mean {near[0]}?" if near else ""
    if len(near) > 1:
        hint += f" (also near: {', '.join(near[1:])})"
    names = ", ".join(f'"{known}"' for known in card_names())
    return f'found "{name}", which is not in the material library; allowed: {names}{hint}'


@functools.cache
def library_properties(name: str) -> dict[str, Any]:
    """A card of the library as the raw fields of :class:`MaterialCard`; do not change what is returned.

    Args:
        name: a name from :func:`card_names`.

    Raises:
        InputError: no such material.
    """
    return card_fields(name, _read(name))


def library_data(name: str) -> dict[str, Any]:
    """What a card of the library holds for the reader alone, its ``[data]``.

    Args:
        name: a name from :func:`card_names`.

    Raises:
        InputError: no such material.
    """
    data: dict[str, Any] = _read(name).get("data", {})
    return data


def _read(name: str) -> dict[str, Any]:
    if name not in card_names():
        raise InputError(unknown_material(name))
    text = (resources.files("lithiate.materials") / "library" / (name + _SUFFIX)).read_text(encoding="utf-8")
    return tomllib.loads(text)


def card_fields(name: str, table: dict[str, Any]) -> dict[str, Any]:
    """The fields of a :class:`MaterialCard` from the tables of a library file.

    Args:
        name: name of the material.
        table: content of its file.

    Raises:
        InputError: a property is unknown, has no value, or has not exactly one of ``source`` and ``assumed``.
    """
    fields: dict[str, Any] = {
        "name": name,
        "description": table.get("description", ""),
        "sources": {},
        "assumed": {},
        "validity": {},
    }
    for key, entry in table.items():
        if key in ("description", "data"):
            continue
        where = f"material {name}: {key}"
        if key not in PROPERTY_NAMES:
            raise InputError(f"{where}: unknown property; known: {', '.join(PROPERTY_NAMES)}")
        if not isinstance(entry, dict) or "value" not in entry or set(entry) - _KEYS:
            raise InputError(
                f'{where}: allowed: {{value = ..., source = "..."}} or {{value = ..., assumed = "..."}}, '
                'and validity = "..."'
            )
        if ("source" in entry) == ("assumed" in entry):
            raise InputError(f"{where}: allowed: exactly one of source and assumed")
        fields[key] = entry["value"]
        if "source" in entry:
            fields["sources"][key] = entry["source"]
        else:
            fields["assumed"][key] = entry["assumed"]
        if "validity" in entry:
            fields["validity"][key] = entry["validity"]
    return fields


@functools.cache
def library_card(name: str) -> MaterialCard:
    """A card of the library as it stands.

    Args:
        name: a name from :func:`card_names`.

    Raises:
        InputError: no such material.
    """
    return MaterialCard.model_validate(library_properties(name))
