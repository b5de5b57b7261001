"""Tables with units in their headers, such as history.csv: ``mean_gap.particle|electrolyte [m]``."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lithiate_post.errors import ResultError

Table = dict[str, NDArray[np.float64]]
_HEADER = re.compile(r"^(?P<quantity>[^.\[\]]+?)(?:\.(?P<place>[^\[\]]+?))? \[(?P<unit>[^\[\]]*)\]$")


@dataclass(frozen=True)
class Column:
    """One column of a table: its quantity, region or interface it belongs to ("" for none), its values."""

    quantity: str
    place: str
    unit: str
    values: NDArray[np.float64]


def read_rows(path: Path, growing: bool = False) -> tuple[list[str], list[list[str]]]:
    """Read header and lines of a comma-separated table as text.

    Args:
        path: the file.
        growing: a program may still be appending, so a last line without its line end is left out.

    Raises:
        ResultError: the file is missing or empty, or a line does not fit the header.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ResultError(f"{path}: no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ResultError(f"{path}: cannot be read: {error}") from error
    if growing and not text.endswith("\n"):
        text = text[: text.rfind("\n") + 1]
    lines = list(csv.reader(text.splitlines()))
    if not lines:
        raise ResultError(f"{path}: empty, not even a header")
    header, rows = lines[0], lines[1:]
    if len(set(header)) != len(header):
        raise ResultError(f"{path}: a column stands twice in the header")
    for number, row in enumerate(rows, start=2):
        if len(row) != len(header):
            raise ResultError(f"{path}: line {number} has {len(row)} fields, the header {len(header)}")
    return header, rows


def read_table(path: Path, growing: bool = False) -> Table:
    """Read a comma-separated table of numbers.

    Args:
        path: the file.
        growing: as in `read_rows`.

    Returns:
        Header -> values, shape (rows,), in the order of the file; an empty field is NaN.

    Raises:
        ResultError: as in `read_rows`, or a field is no number.
    """
    header, rows = read_rows(path, growing)
    values = np.empty((len(rows), len(header)))
    for number, row in enumerate(rows):
        try:
            values[number] = [float(field) if field.strip() else np.nan for field in row]
        except ValueError as error:
            raise ResultError(f"{path}: line {number + 2}: {error}") from None
    return {name: values[:, index] for index, name in enumerate(header)}


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object; a missing file gives an empty one.

    Raises:
        ResultError: the file is not a JSON object.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ResultError(f"{path}: cannot be read: {error}") from error
    if not isinstance(content, dict):
        raise ResultError(f"{path}: expected a JSON object")
    return content


def columns(table: Mapping[str, NDArray[np.float64]], quantity: str) -> list[Column]:
    """All columns of a quantity, one per region or interface, in the order of the table."""
    found = []
    for header, values in table.items():
        match = _HEADER.match(header)
        if match and match["quantity"] == quantity:
            found.append(Column(quantity, match["place"] or "", match["unit"], values))
    return found


def column(table: Mapping[str, NDArray[np.float64]], quantity: str) -> NDArray[np.float64] | None:
    """The values of the one column of a quantity, or None where the table has none."""
    found = columns(table, quantity)
    return found[0].values if found else None
