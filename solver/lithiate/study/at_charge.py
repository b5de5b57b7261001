"""Quantities at a state of charge: "mean_gap.particle|electrolyte at state_of_charge=0.65"."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lithiate.case.findings import nearest

_CHARGE = "state_of_charge"
_FORM = re.compile(r"(?P<quantity>\S+) at (?P<key>[^\s=]+)=(?P<number>\S+)")
# A plain decimal number: float() takes "nan", "0_5" and the digits of other scripts as well.
_NUMBER = re.compile(r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")

History = Mapping[str, Sequence[float]]


@dataclass(frozen=True)
class AtCharge:
    """A history column at a state of charge.

    Attributes:
        quantity: the column without its unit.
        charge: the state of charge, above 0 and below 1.
    """

    quantity: str
    charge: float


@dataclass(frozen=True)
class Passing:
    """What a quantity is where the state of charge passes the one asked for.

    Attributes:
        value: of the quantity.
        protocol_step: in which it is passed, from 0 as in ``history.csv``.
    """

    value: float
    protocol_step: int


def parse_at_charge(name: str) -> AtCharge | None:
    """Take "QUANTITY at state_of_charge=NUMBER" apart; None where the name is that of a quantity alone.

    Args:
        name: as in the quantities of a study.

    Raises:
        ValueError: what was found there and what is allowed, in one line.
    """
    if not re.search(r"[\s=]", name):
        return None
    match = _FORM.fullmatch(name)
    if match is None:
        raise ValueError(f'found "{name}"; allowed: "QUANTITY" or "QUANTITY at {_CHARGE}=0.65"')
    if match["key"] != _CHARGE:
        hint = nearest(match["key"], [_CHARGE])
        raise ValueError(f'found "{name}"; allowed behind "at": {_CHARGE}=0.65{hint}')
    number = match["number"]
    charge = float(number) if _NUMBER.fullmatch(number) else math.nan
    if not 0 < charge < 1:
        raise ValueError(f'found "{name}"; allowed behind {_CHARGE}=: a number above 0 and below 1')
    return AtCharge(match["quantity"], charge)


def read_history(path: Path) -> dict[str, list[float]]:
    """The columns of a ``history.csv`` by their names without units; none if it cannot be read."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        names = [name.rpartition(" [")[0] for name in header]
        columns = zip(*([float(field) for field in row] for row in rows), strict=True)
        return {name: list(column) for name, column in zip(names, columns, strict=True)}
    except (OSError, ValueError):
        return {}


def last_passing(history: History, wanted: AtCharge) -> Passing | None:
    """Where the state of charge is passed for the last time; linear between two rows of one protocol step.

    Args:
        history: columns, from :func:`read_history`.
        wanted: quantity and state of charge.

    Returns:
        None if the state of charge is never passed, or the last time between the last row of a protocol step
        and the first of the next: no two rows of one step enclose it, and an earlier step is not meant.
    """
    try:
        steps, charges, values = (history[name] for name in ("protocol_step", _CHARGE, wanted.quantity))
    except KeyError:
        return None
    for row in range(len(charges) - 1, 0, -1):
        left, right = charges[row - 1], charges[row]
        if steps[row - 1] != steps[row]:
            if min(left, right) < wanted.charge < max(left, right):
                return None
        elif left != right and min(left, right) <= wanted.charge <= max(left, right):
            share = (wanted.charge - left) / (right - left)
            value = values[row - 1] * (1 - share) + values[row] * share
            return Passing(value, int(steps[row])) if math.isfinite(value) else None
    return None
