"""Changing single values of a case by key path: ``--set KEY=VALUE``, ``[quick]``, keywords in Python."""

from __future__ import annotations

import copy
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lithiate_meshes.errors import InputError

from lithiate.case.toml_text import dotted
from lithiate.materials.properties import NOTES, REPLACES

KeyPath = tuple[str, ...]

# A part is quoted as in TOML, or anything up to the next dot: "|" needs no quotes on the command line.
_PART = re.compile(r"""\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^."'=\s][^."'=]*?))\s*(\.|$)""")

# No other table has a mesh_size.
_SHORT: Mapping[KeyPath, KeyPath] = {("mesh_size",): ("geometry", "mesh_size")}


@dataclass(frozen=True)
class Override:
    """One value to set.

    Attributes:
        path: parts of the key; items of lists as decimal numbers.
        value: what to set, as TOML would give it.
        origin: where it comes from, for messages: ``--set``, ``[quick]`` or ``load_case``.
    """

    path: KeyPath
    value: Any
    origin: str


def parse_key(key: str, origin: str) -> KeyPath:
    """Parts of a dotted key, for example ``interfaces."particle|electrolyte".strength``.

    ``mesh_size`` alone is short for ``geometry.mesh_size``, which no other table has.

    Raises:
        InputError: it is no dotted key.
    """
    parts: list[str] = []
    position = 0
    while True:
        match = _PART.match(key, position)
        if match is None:
            raise InputError(
                f"{origin} {key}: found no key; allowed: a dotted path such as stack_pressure.pressure, "
                'protocol.0.rate or interfaces."particle|electrolyte".strength'
            )
        double, single, bare, _ = match.groups()
        parts.append(next(part for part in (double, single, bare) if part is not None))
        position = match.end()
        if match[4] != ".":
            return _SHORT.get(tuple(parts), tuple(parts))


def parse_value(text: str) -> Any:
    """The value as TOML reads it; what is no TOML is a string (``5 MPa`` needs no quotes)."""
    try:
        table = tomllib.loads(f"value = {text}")
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        return text
    return table["value"] if set(table) == {"value"} else text


def parse_assignment(text: str, origin: str = "--set") -> Override:
    """One ``KEY=VALUE``.

    Raises:
        InputError: there is no ``=`` outside quotes, or the key is none.
    """
    match = re.match(r"""((?:"(?:[^"\\]|\\.)*"|'[^']*'|[^"'=])*)=(.*)""", text, re.DOTALL)
    if match is None:
        raise InputError(
            f"{origin} {text}: found no value; allowed: KEY=VALUE, such as stack_pressure.pressure='20 MPa'"
        )
    return Override(parse_key(match[1], origin), parse_value(match[2].strip()), origin)


def from_mapping(values: Mapping[str, Any], origin: str) -> list[Override]:
    """Overrides from a table: a dotted key sets its value whole, a plain key lays its table over the case's.

    Args:
        values: for example ``{"geometry.mesh_size": "0.2 um", "solver": {"tolerance": 1e-2}}``.
        origin: for messages.

    Raises:
        InputError: a key is no dotted path.
    """
    found: list[Override] = []
    for key, value in values.items():
        path = parse_key(key, origin)
        found.extend(_flat(path, value, origin) if len(path) == 1 else [Override(path, value, origin)])
    return found


def _flat(path: KeyPath, value: Any, origin: str) -> list[Override]:
    if not (isinstance(value, Mapping) and value):
        return [Override(path, value, origin)]
    return [leaf for key, item in value.items() for leaf in _flat((*path, str(key)), item, origin)]


def from_any(overrides: Mapping[str, Any] | Iterable[str], origin: str) -> list[Override]:
    """Overrides from a table or from ``KEY=VALUE`` strings."""
    if isinstance(overrides, Mapping):
        return from_mapping(overrides, origin)
    if isinstance(overrides, str):
        return [parse_assignment(overrides, origin)]
    return [parse_assignment(text, origin) for text in overrides]


def apply(table: Mapping[str, Any], overrides: Iterable[Override]) -> dict[str, Any]:
    """A copy of a raw case with values set. Whether a new key is allowed is left to the schema.

    A value that was marked as assumed, or had a source, loses that note: it is no longer that value.

    Raises:
        InputError: a list item is out of range, or a path goes on below a plain value.
    """
    changed = copy.deepcopy(dict(table))
    for override in overrides:
        _set(changed, override)
    return changed


def _set(table: dict[str, Any], override: Override) -> None:
    holder: Any = table
    for depth, part in enumerate(override.path[:-1]):
        key = _key_in(holder, part, override, depth)
        if isinstance(holder, dict) and key not in holder:
            holder[key] = {}
        holder = holder[key]
    holder[_key_in(holder, override.path[-1], override, len(override.path) - 1)] = copy.deepcopy(
        override.value
    )
    _drop_notes(table, override.path)
    if override.path[0] == "regions" and len(override.path) > 2 and override.path[2] in REPLACES:
        _drop_property(table, override.path[:2], REPLACES[override.path[2]])


def _key_in(holder: Any, part: str, override: Override, depth: int) -> str | int:
    """The key or index by which ``part`` is found in a table or a list."""
    if isinstance(holder, dict):
        return part
    where = f"{override.origin} {dotted(override.path)}: {dotted(override.path[:depth])}"
    if not isinstance(holder, list):
        raise InputError(f"{where} is a single value and has no key {part}")
    if not holder:
        raise InputError(f"{where} is an empty list; there is no item {part} to set")
    if not (part.isascii() and part.isdecimal() and int(part) < len(holder)):
        raise InputError(f"{where} is a list; found item {part}; allowed: 0 to {len(holder) - 1}")
    return int(part)


def _drop_property(table: dict[str, Any], region: KeyPath, name: str) -> None:
    """Take out what the value just set stands in place of, with its notes."""
    table[region[0]][region[1]].pop(name, None)
    _drop_notes(table, (*region, name))


def _drop_notes(table: dict[str, Any], path: KeyPath) -> None:
    if len(path) < 3 or path[0] not in ("regions", "interfaces"):
        return
    owner = table[path[0]][path[1]]
    for notes in NOTES:
        if isinstance(owner.get(notes), dict):
            owner[notes].pop(path[2], None)
