"""Which state of a result is asked for, and the run that leads to it once more.

A result holds fields, but not the plastic and the cohesive history of its states: these are had by running
the case again up to the state. A run is deterministic, so that a state that is a row of the history comes
back as it was.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Literal

from lithiate_meshes.quantities import NonNegativeTime
from pydantic import TypeAdapter, ValidationError

from lithiate.case import Case
from lithiate.courses.entry import Entry
from lithiate.errors import InputError, SolverError

SAME = 1e-6
"""States of charge within this are one state, and times within this share of each other."""

KEYS = ("state_of_charge", "time", "step")
ALLOWED = (
    "--at: found {found!r}; allowed: state_of_charge=NUMBER from 0 to 1, time=SECONDS or with a unit "
    "(time='2 h'), step=NUMBER of a row of the history"
)

Row = dict[str, float]


@dataclass(frozen=True)
class Asked:
    """The state that was asked for.

    Attributes:
        key: a column of the history.
        value: its value, SI.
    """

    key: Literal["state_of_charge", "time", "step"]
    value: float

    def met_by(self, row: Row) -> bool:
        """Whether a row of the history is this state."""
        scale = max(abs(self.value), 1.0 if self.key != "time" else 1e-9)
        return abs(row[self.key] - self.value) <= SAME * scale

    def __str__(self) -> str:
        return f"{self.key}={self.value:g}"


@dataclass(frozen=True)
class Target:
    """Where a run is to be left.

    Attributes:
        asked: the state.
        row: of the recorded history, None where the state lies between two of its rows.
    """

    asked: Asked
    row: Row | None

    def prepared(self, case: Case) -> Case:
        """The case whose steps pass through the state; the case itself where they do already."""
        if self.row is not None:
            return case
        key = "times" if self.asked.key == "time" else "states_of_charge"
        landings = (*getattr(case.output, key), self.asked.value)
        return case.model_copy(update={"output": case.output.model_copy(update={key: landings})})

    def reached_by(self, row: Row) -> bool:
        """Whether the run has arrived."""
        return self.asked.met_by(row) if self.row is None else row["step"] == self.row["step"]


def parse_asked(text: str) -> Asked:
    """The state in ``KEY=VALUE``.

    Args:
        text: ``state_of_charge=0.5``, ``time=3600``, ``time=2 h`` or ``step=12``.

    Raises:
        InputError: another key, or a value that cannot be one of it.
    """
    key, _, value = (part.strip() for part in text.partition("="))
    try:
        if key == "step":
            number = float(int(value))
        elif key == "time":
            number = _seconds(value)
        elif key == "state_of_charge":
            number = float(value)
        else:
            raise ValueError
    except (ValueError, ValidationError):
        raise InputError(ALLOWED.format(found=text)) from None
    if not number >= 0.0 or (key == "state_of_charge" and number > 1.0):
        raise InputError(ALLOWED.format(found=text))
    return Asked(key, number)  # type: ignore[arg-type]


def _seconds(text: str) -> float:
    try:
        value: float | str = float(text)
    except ValueError:
        value = text
    return float(TypeAdapter(NonNegativeTime).validate_python(value))


def read_history(folder: Path) -> list[Row]:
    """Rows of a result's history by the names of their columns, without units.

    Raises:
        InputError: the folder holds no result of a run, or its history cannot be read.
    """
    path = folder / "history.csv"
    missing = [name for name in ("case.resolved.toml", "history.csv") if not (folder / name).is_file()]
    if missing:
        raise InputError(
            f"{folder}: no {' and no '.join(missing)} there; allowed: the output folder of `lithiate run`"
        )
    try:
        with path.open(encoding="utf-8", newline="") as file:
            names, *lines = csv.reader(file)
        plain = [name.rsplit(" [", 1)[0] for name in names]
        rows = [dict(zip(plain, map(float, line), strict=True)) for line in lines]
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: not the history of a run ({error})") from None
    lacking = [key for key in KEYS if key not in (rows[0] if rows else {})]
    if lacking:
        raise InputError(f"{path}: not the history of a run of a cell: no {', '.join(lacking)}")
    return rows


def locate(rows: list[Row], asked: Asked) -> Target:
    """The first row that is the state, or the state between the first two rows on either side of it.

    Raises:
        InputError: the run never was there.
    """
    for row, next_row in pairwise([*rows, rows[-1]]):
        if asked.met_by(row):
            return Target(asked, row)
        if asked.met_by(next_row):
            continue
        ends = row[asked.key], next_row[asked.key]
        if asked.key != "step" and min(ends) < asked.value < max(ends):
            return Target(asked, None)
    values = [row[asked.key] for row in rows]
    raise InputError(
        f"--at {asked}: the run never was there; allowed: {asked.key} from {min(values):g} to {max(values):g}"
    )


def run_until(entries: Iterable[Entry], target: Target) -> Entry:
    """Take steps until the state is reached; it is then the accepted state of the problem.

    Raises:
        SolverError: the run ended before.
    """
    for entry in entries:
        if target.reached_by(entry.row):
            return entry
    raise SolverError(f"the run ended before it came to {target.asked}")
