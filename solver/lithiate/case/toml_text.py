"""Writing TOML: keys, values and whole files (the standard library only reads it)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

_LONGEST_INLINE_TABLE = 100
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def toml_key(part: str | int) -> str:
    """One part of a dotted key, quoted where TOML needs it."""
    text = str(part)
    return text if _BARE_KEY.fullmatch(text) else toml_string(text)


def dotted(path: Sequence[str | int]) -> str:
    """A key path as in ``--set``: dotted, parts quoted where needed, list items by number."""
    return ".".join(toml_key(part) for part in path)


def toml_string(text: str) -> str:
    """A basic string; JSON's escapes are TOML's, but for the character DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def toml_value(value: Any) -> str:
    """One value on one line; tables inline.

    Raises:
        TypeError: the type has no form in TOML.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return toml_string(value)
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        inner = ", ".join(f"{toml_key(key)} = {toml_value(item)}" for key, item in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, Sequence):
        return f"[{', '.join(toml_value(item) for item in value)}]"
    raise TypeError(f"{type(value).__name__} has no form in TOML")


def to_toml(table: Mapping[str, Any]) -> str:
    """A whole file: values first, then tables and lists of tables; short tables stay on one line.

    Args:
        table: strings, numbers, booleans, lists and tables of these; no None.

    Raises:
        TypeError: some value has no form in TOML.
    """
    return "\n\n".join(_blocks("", table)) + "\n"


def _blocks(name: str, table: Mapping[str, Any]) -> list[str]:
    """A table and all below it; ``name`` is its dotted key, empty for the whole file."""
    lines, blocks = [], []
    for key, item in table.items():
        inner = f"{name}.{toml_key(key)}".lstrip(".")
        line = f"{toml_key(key)} = {toml_value(item)}"
        if isinstance(item, Mapping) and (not name or _is_section(item) or len(line) > _LONGEST_INLINE_TABLE):
            blocks.extend(_blocks(inner, item))
        elif _is_list_of_tables(item) and not name:
            blocks.extend("\n".join([f"[[{inner}]]", *_plain_lines(entry)]) for entry in item)
        else:
            lines.append(line)
    heading = [f"[{name}]"] if name and (lines or not blocks) else []
    own = [*heading, *lines]
    return ["\n".join(own), *blocks] if own else blocks


def _plain_lines(table: Mapping[str, Any]) -> list[str]:
    return [f"{toml_key(key)} = {toml_value(item)}" for key, item in table.items()]


def _is_section(table: Mapping[str, Any]) -> bool:
    """A region or an interface: a table that holds tables itself."""
    return any(isinstance(item, Mapping) for item in table.values())


def _is_list_of_tables(item: Any) -> bool:
    is_list = isinstance(item, Sequence) and not isinstance(item, str)
    return is_list and len(item) > 0 and all(isinstance(entry, Mapping) for entry in item)
