"""Reading a TOML file that a user wrote: every way it can fail, in words."""

from __future__ import annotations

import difflib
import re
import tomllib
from pathlib import Path
from typing import Any

from lithiate_meshes.errors import InputError

_PLACE = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)$")


def read_toml(path: Path, kind: str = "case") -> dict[str, Any]:
    """The tables of a file.

    Args:
        path: the file.
        kind: "case" or "study", for messages.

    Raises:
        InputError: missing, no regular file, not readable, not UTF-8, empty, or no TOML.
    """
    text = _read_text(path, kind)
    if not text.strip():
        raise InputError(f"{path}: the file is empty; allowed: a {kind} file in TOML")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        place = _PLACE.search(message)
        what = _PLACE.sub("", message)
        where = f"line {place[1]}, column {place[2]}" if place and place[1] else "at the end of the file"
        raise InputError(f"{path}: {where}: found no valid TOML: {what}") from None
    except RecursionError:
        raise InputError(f"{path}: found lists or tables nested too deeply") from None
    except ValueError as error:
        raise InputError(f"{path}: found no valid TOML: {error}") from None


def _read_text(path: Path, kind: str) -> str:
    try:
        if path.is_dir():
            inside = path / f"{kind}.toml"
            hint = f"; did you mean {inside}?" if inside.is_file() else ""
            raise InputError(f"{path}: found a folder; allowed: a {kind} file{hint}")
        if not path.exists():
            raise InputError(f"{path}: there is no such file{_neighbour(path)}")
        if not path.is_file():
            raise InputError(f"{path}: found something that is no regular file; allowed: a {kind} file")
        content = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise InputError(f"{path}: cannot be read: {reason}") from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"{path}: line {line}: found the byte 0x{content[error.start]:02x}, which is not UTF-8; "
            f"allowed: a {kind} file in TOML, encoded as UTF-8"
        ) from None


def _neighbour(path: Path) -> str:
    """A file of a similar name in the same folder."""
    folder = path.parent
    if not folder.is_dir():
        return f" (nor a folder {folder})"
    stems = {file.stem: file.name for file in folder.iterdir() if file.suffix == ".toml"}
    near = difflib.get_close_matches(path.stem, stems, n=1)
    return f"; did you mean {stems[near[0]]}?" if near else ""
