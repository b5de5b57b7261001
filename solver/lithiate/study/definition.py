"""What a study file says: a case, what is varied in it, and what is expected of the results."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from lithiate_meshes.errors import InputError
from lithiate_meshes.quantities import refuse, shown
from pydantic import Field, ValidationError, field_validator

from lithiate.case import Case, known_quantities, load_case
from lithiate.case.findings import Finding, findings_from, nearest
from lithiate.case.loading import case_name
from lithiate.case.overrides import from_any, from_mapping, parse_key
from lithiate.case.quantities_known import CYCLE_QUANTITIES, in_summary_alone
from lithiate.case.reading_file import read_toml
from lithiate.case.toml_text import dotted, toml_value
from lithiate.materials.properties import Frozen
from lithiate.study.at_charge import parse_at_charge

_UNSAFE = re.compile(r"[^A-Za-z0-9.+-]+")


class Vary(Frozen):
    """``[[vary]]``: one key of the case and the values it takes."""

    key: str = Field(description="dotted path as in --set, such as stack_pressure.pressure")
    values: tuple[Any, ...] = Field(min_length=1, description="one run for each")

    @field_validator("values")
    @classmethod
    def _can_be_set(cls, values: tuple[Any, ...]) -> tuple[Any, ...]:
        for value in values:
            _refuse_what_cannot_be_set(value)
        return values


class Trend(Frozen):
    """``[[expectation]]`` of a study: how a quantity goes as the first varied key takes its values."""

    quantity: str = Field(description="a name out of the quantities of this study")
    relation: Literal["falls", "rises"]
    source: str = Field(description="where the expectation comes from")

    def agrees(self, found: Sequence[float | None]) -> bool:
        """Whether the values go the way they should, each of them known."""
        steps = list(itertools.pairwise(found))
        sign = 1.0 if self.relation == "rises" else -1.0
        return bool(steps) and all(
            left is not None and right is not None and sign * (right - left) > 0 for left, right in steps
        )


class StudyFile(Frozen):
    """A study file as written."""

    title: str = Field(min_length=1)
    case: str = Field(description="path of the case file, relative to the study file")
    vary: tuple[Vary, ...] = Field(min_length=1, description="what is varied; several are combined")
    set: dict[str, Any] = Field(default_factory=dict, description="values set in every run, keys as in --set")
    quantities: tuple[str, ...] = Field(
        min_length=1,
        description='columns of the table: last values, or history columns "at state_of_charge=0.65", there '
        "where the last protocol step that passes through it does",
    )
    expectation: tuple[Trend, ...] = ()

    @field_validator("set")
    @classmethod
    def _can_be_set(cls, table: dict[str, Any]) -> dict[str, Any]:
        _refuse_what_cannot_be_set(table)
        return table


def _refuse_what_cannot_be_set(value: Any) -> None:
    try:
        toml_value(value)
    except TypeError:
        raise refuse(
            f"found {shown(value)}; allowed: strings, numbers, true, false, lists and tables"
        ) from None


@dataclass(frozen=True)
class Member:
    """One run of a study.

    Attributes:
        folder: name of its folder in that of the study.
        values: the value of each varied key, as written in the study file.
        sets: all values set in the case, as ``KEY=VALUE``.
        case: the case it runs.
    """

    folder: str
    values: dict[str, Any]
    sets: tuple[str, ...]
    case: Case


@dataclass(frozen=True)
class Study:
    """A study, checked: every member's case is valid.

    Attributes:
        path: the study file.
        name: what its results are named after.
        definition: what the file says.
        case_path: the case file.
        quick: whether the case's ``[quick]`` table is set as well.
        units: unit of each quantity.
        members: the runs, the last varied key changing fastest.
    """

    path: Path
    name: str
    definition: StudyFile
    case_path: Path
    quick: bool
    units: dict[str, str]
    members: tuple[Member, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """The varied keys."""
        return tuple(vary.key for vary in self.definition.vary)


def load_study(path: str | Path, sets: Sequence[str] = (), *, quick: bool = False) -> Study:
    """Read a study file and the case of every member.

    Args:
        path: the study file.
        sets: further values set in every run, as ``KEY=VALUE``; they win over the file's ``[set]``.
        quick: first set what the case's ``[quick]`` table says.

    Raises:
        InputError: with one line for each finding.
    """
    file = Path(path)
    raw = read_toml(file, "study")
    try:
        definition = StudyFile.model_validate(raw)
    except ValidationError as error:
        raise _refusal(file, findings_from(error, StudyFile)) from None
    case_path = file.parent / definition.case
    try:
        common = [*_assignments(definition.set, "set"), *_plain(sets)]
    except InputError as error:
        raise InputError(f"{file}: {error.message}") from None
    findings = _key_findings(definition, common)
    if findings:
        raise _refusal(file, findings)
    members = tuple(_members(file, definition, case_path, common, quick))
    units, findings = _units(definition, members[0].case)
    if findings:
        raise _refusal(file, findings)
    return Study(file, _study_name(file), definition, case_path, quick, units, members)


def _study_name(file: Path) -> str:
    """The folder of a ``study.toml`` with "-study" behind, else the file's stem."""
    return f"{case_name(file.with_name('case.toml'))}-study" if file.name == "study.toml" else file.stem


def _refusal(file: Path, findings: Sequence[Finding]) -> InputError:
    return InputError("\n".join(f"{file}: {finding}" for finding in findings))


def _assignments(table: dict[str, Any], origin: str) -> list[str]:
    return [f"{dotted(item.path)}={toml_value(item.value)}" for item in from_mapping(table, origin)]


def _plain(sets: Sequence[str]) -> list[str]:
    """The same settings with their keys in one spelling, so that they can be compared."""
    overrides = from_any(sets, "--set")
    try:
        return [f"{dotted(item.path)}={toml_value(item.value)}" for item in overrides]
    except TypeError as error:
        raise InputError(
            f"--set: {error}; allowed: strings, numbers, true, false, lists and tables"
        ) from None


def _key_findings(definition: StudyFile, common: Sequence[str]) -> list[Finding]:
    """Keys that are none, stand twice, or are set and varied; values that stand twice."""
    findings: list[Finding] = []
    seen = {assignment.partition("=")[0] for assignment in common}
    for number, vary in enumerate(definition.vary):
        path = ("vary", number, "key")
        try:
            key = dotted(parse_key(vary.key, "key"))
        except InputError as error:
            findings.append(Finding(path, error.message))
            continue
        if key in seen:
            findings.append(Finding(path, f'found "{vary.key}", which is set or varied elsewhere as well'))
        seen.add(key)
        names = [_slug(value) for value in vary.values]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            findings.append(
                Finding(("vary", number, "values"), f"found {twice} twice; allowed: different values")
            )
    return findings


def _units(definition: StudyFile, case: Case) -> tuple[dict[str, str], list[Finding]]:
    """The unit of each quantity, and what is wrong with those that have none."""
    of_a_run, alone = known_quantities(case), in_summary_alone(case)
    anywhere = of_a_run | CYCLE_QUANTITIES
    in_history = {name: unit for name, unit in of_a_run.items() if name not in alone}
    units = {}
    findings = []
    for number, name in enumerate(definition.quantities):
        path = ("quantities", number)
        try:
            wanted = parse_at_charge(name)
        except ValueError as error:
            findings.append(Finding(path, str(error)))
            continue
        known, plain = (anywhere, name) if wanted is None else (in_history, wanted.quantity)
        if plain in known:
            units[name] = known[plain]
            continue
        if plain in anywhere:
            text = f'found "{name}"; allowed with a state of charge: a column of history.csv, not {plain}'
        else:
            longer = next((other for other in known if other.startswith(f"{plain}.")), None)
            hint = f"; did you mean {longer}?" if longer else nearest(plain, known)
            text = f'found "{name}", which no run gives{hint}'
        findings.append(Finding(path, text))
    for number, trend in enumerate(definition.expectation):
        if trend.quantity not in definition.quantities:
            hint = nearest(trend.quantity, definition.quantities)
            text = f'found "{trend.quantity}"; allowed: one of the quantities of this study{hint}'
            findings.append(Finding(("expectation", number, "quantity"), text))
    return units, findings


def _members(
    file: Path, definition: StudyFile, case_path: Path, common: Sequence[str], quick: bool
) -> list[Member]:
    members = []
    for values in itertools.product(*(vary.values for vary in definition.vary)):
        chosen = dict(zip((vary.key for vary in definition.vary), values, strict=True))
        try:
            varied = [f"{dotted(parse_key(key, 'key'))}={toml_value(value)}" for key, value in chosen.items()]
            case = load_case(case_path, [*common, *varied], quick=quick)
        except InputError as error:
            where = ", ".join(f"{key} = {toml_value(value)}" for key, value in chosen.items())
            lines = error.message.splitlines()
            raise InputError("\n".join(f"{file}: with {where}: {line}" for line in lines)) from None
        folder = "__".join(f"{_last_part(key)}_{_slug(value)}" for key, value in chosen.items())
        members.append(Member(folder, chosen, (*common, *varied), case))
    return members


def _last_part(key: str) -> str:
    return _UNSAFE.sub("_", parse_key(key, "key")[-1])


def _slug(value: Any) -> str:
    """A value as part of a folder's name."""
    return _UNSAFE.sub("_", value if isinstance(value, str) else toml_value(value)).strip("_")
