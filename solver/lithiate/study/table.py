"""What a study found: a table with a row for each member, and whether the trends are as expected."""

from __future__ import annotations

import csv
import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from lithiate.case import Case
from lithiate.case.findings import strip_annotation
from lithiate.case.overrides import parse_key
from lithiate.case.toml_text import toml_value
from lithiate.materials.functions import StoichiometryFunction
from lithiate.study.at_charge import last_passing, parse_at_charge, read_history
from lithiate.study.definition import Study


@dataclass
class Outcome:
    """How one member ended.

    Attributes:
        exit_status: of its run; None where it has not been run.
        quantities: what it found, None where a value is unknown.
        protocol_steps: for each quantity at a state of charge that was passed, the protocol step that did.
        reused: whether it was finished before and not run again.
    """

    exit_status: int | None = None
    quantities: dict[str, float | None] = field(default_factory=dict)
    protocol_steps: dict[str, int] = field(default_factory=dict)
    reused: bool = False

    def read(self, folder: Path, names: Sequence[str]) -> None:
        """Take the quantities out of a finished run.

        Args:
            folder: of the run; what it lacks is None.
            names: of the quantities, with or without a state of charge.
        """
        wanted = {name: parse_at_charge(name) for name in names}
        self.quantities = _last_values(folder, names)
        history = read_history(folder / "history.csv") if any(wanted.values()) else {}
        for name, at in wanted.items():
            if at is not None:
                passing = last_passing(history, at)
                self.quantities[name] = passing.value if passing else None
                if passing:
                    self.protocol_steps[name] = passing.protocol_step


def _last_values(folder: Path, names: Sequence[str]) -> dict[str, float | None]:
    """Quantities out of the ``summary.json`` of a run: the last values, else those of the last cycle."""
    try:
        summary: dict[str, Any] = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        summary = {}
    last = {name: entry.get("value") for name, entry in summary.get("quantities", {}).items()}
    cycles = summary.get("cycles") or [{}]
    return {name: last.get(name, cycles[-1].get(name)) for name in names}


def value_and_unit(case: Case, key: str) -> tuple[float | str, str | None]:
    """The value of a key in a case: a number in SI with its unit, or a text.

    Args:
        case: a loaded case.
        key: dotted path as in ``--set``.
    """
    value: Any = case
    unit: str | None = None
    for part in parse_key(key, "key"):
        if isinstance(value, Mapping):
            value = value[part]
        elif isinstance(value, list | tuple):
            value = value[int(part)]
        else:
            if isinstance(value, BaseModel):
                unit = _unit_of(type(value), part)
            value = getattr(value, part)
    if isinstance(value, StoichiometryFunction) and value.constant:
        value = value.written()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value), unit or "-"
    if isinstance(value, BaseModel):
        value = value.model_dump(exclude_none=True)
    return value if isinstance(value, str) else toml_value(_plain(value)), None


def _plain(value: Any) -> Any:
    return value.written() if isinstance(value, StoichiometryFunction) else value


def _unit_of(model: type[BaseModel], name: str) -> str | None:
    information = model.model_fields[name]
    _, inner = strip_annotation(information.annotation)
    units = [item.unit for item in (*information.metadata, *inner) if hasattr(item, "unit")]
    return units[0] if units else None


def table(study: Study, outcomes: Sequence[Outcome]) -> list[list[str]]:
    """Header and rows: varied keys, quantities, exit status; empty fields where a member gave nothing.

    Args:
        study: the study.
        outcomes: one for each member.
    """
    values = [[value_and_unit(member.case, key) for key in study.keys] for member in study.members]
    heads = [
        f"{key} [{unit}]" if unit is not None else key
        for key, (_, unit) in zip(study.keys, values[0], strict=True)
    ]
    header = [*heads, *(f"{name} [{unit}]" for name, unit in study.units.items()), "exit_status [-]"]
    rows = []
    for own, outcome in zip(values, outcomes, strict=True):
        found = [outcome.quantities.get(name) for name in study.units]
        fields = [*(value for value, _ in own), *found, outcome.exit_status]
        rows.append(
            ["" if item is None else repr(item) if isinstance(item, float) else str(item) for item in fields]
        )
    return [header, *rows]


def write_table(path: Path, lines: Sequence[Sequence[str]]) -> None:
    """Write a table in one move, so that it is never half there."""
    partial = path.with_name(path.name + ".partial")
    with partial.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(lines)
    partial.replace(path)


def trends(study: Study, outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Each expectation with what was found, along the first varied key, for each combination of the others.

    What was found in different protocol steps is not compared: it agrees with nothing; the steps are told.

    Args:
        study: the study.
        outcomes: one for each member.
    """
    others = study.keys[1:]
    groups: dict[tuple[str, ...], list[Outcome]] = {}
    for member, outcome in zip(study.members, outcomes, strict=True):
        groups.setdefault(tuple(toml_value(member.values[key]) for key in others), []).append(outcome)
    found = []
    for trend, (fixed, group) in itertools.product(study.definition.expectation, groups.items()):
        values = [outcome.quantities.get(trend.quantity) for outcome in group]
        steps = [outcome.protocol_steps.get(trend.quantity) for outcome in group]
        comparable = len(set(steps) - {None}) < 2
        entry = {**trend.model_dump(), "found": values, "agrees": comparable and trend.agrees(values)}
        if not comparable:
            # Lithiated to that state of charge in one member, delithiated to it in another.
            entry["protocol_steps"] = steps
        found.append(entry | ({"with": dict(zip(others, fixed, strict=True))} if others else {}))
    return found


def summary(study: Study, outcomes: Sequence[Outcome], status: str) -> dict[str, Any]:
    """The content of the study's ``summary.json``.

    Args:
        study: the study.
        outcomes: one for each member.
        status: "running", "completed", "failed" (a member was not completed) or "stopped".
    """
    return {
        "study": study.name,
        "title": study.definition.title,
        "case": str(study.case_path),
        "status": status,
        "members": [
            {
                "folder": member.folder,
                "values": member.values,
                "exit_status": outcome.exit_status,
                "reused": outcome.reused,
                "quantities": {name: _entry(outcome, name, unit) for name, unit in study.units.items()},
            }
            for member, outcome in zip(study.members, outcomes, strict=True)
        ],
        "expectations": trends(study, outcomes),
    }


def _entry(outcome: Outcome, name: str, unit: str) -> dict[str, Any]:
    entry = {"value": outcome.quantities.get(name), "unit": unit}
    step = outcome.protocol_steps.get(name)
    return entry if step is None else {**entry, "protocol_step": step}
