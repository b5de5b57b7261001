"""The picture of a study: what became of capacity, gap and contact as one value of the case was varied."""

from __future__ import annotations

import itertools
import os
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from lithiate_post.errors import ResultError
from lithiate_post.style import SERIES, letter, new_figure, save, style
from lithiate_post.tables import Table, columns, read_rows

# title with unit, factor from the table's unit, quantities drawn together
_PANELS = (
    ("capacity [mAh/cm²]", 1.0, ("lithiation_capacity", "delithiation_capacity")),
    ("mean gap [nm]", 1e9, ("mean_gap",)),
    ("contact-area fraction [-]", 1.0, ("contact_area_fraction",)),
)
# Quantities of a whole cycle; any other is one at the end of the run, or at a state of charge.
_OF_A_CYCLE = _PANELS[0][2]
_AT_CHARGE = re.compile(r"(?P<quantity>.+) at state_of_charge=(?P<charge>\S+)(?P<unit> \[[^\[\]]*\])")
# The unit a varied quantity is drawn in, where that is not the table's.
_UNITS = {"Pa": ("MPa", 1e-6), "m": ("µm", 1e6), "s": ("h", 1 / 3600)}
_DECADE = 10.0
_LINES = ("-", "--", ":", "-.")


@dataclass(frozen=True)
class Curve:
    """One curve of a panel.

    Attributes:
        label: what sets it apart from the others of the panel.
        values: one per run, in the unit of the table.
    """

    label: str
    values: NDArray[np.float64]


@dataclass(frozen=True)
class Varied:
    """The varied value of each run: numbers, or words at 0, 1, 2 ..."""

    label: str
    values: NDArray[np.float64]
    words: list[str]

    @property
    def logarithmic(self) -> bool:
        """Whether the values span a decade or more, all above zero."""
        values = self.values
        return not self.words and bool(values.min() > 0 and values.max() >= _DECADE * values.min())


@dataclass(frozen=True)
class Series:
    """Runs that differ in the first varied value alone.

    Attributes:
        label: the values of the other varied keys; empty where only one key is varied.
        runs: their rows in the table.
    """

    label: str
    runs: list[int]


def draw_study(folder: str | os.PathLike[str]) -> list[Path]:
    """Draw capacity, mean gap and contact-area fraction against the varied value into study.png.

    Args:
        folder: with ``study.csv``: the varied keys first, then one column per quantity, a row per run.

    Returns:
        The pictures.

    Raises:
        ResultError: there is no study.csv, it cannot be read, or it has none of the quantities.
    """
    path = Path(folder) / "study.csv"
    header, rows = read_rows(path)
    if not rows:
        raise ResultError(f"{path}: no run in it")
    varied = varied_values(header[0], [row[0] for row in rows])
    table = {name: _numbers([row[index] for row in rows]) for index, name in enumerate(header) if index}
    panels = [(title, factor, found) for title, factor, names in _PANELS if (found := curves(table, names))]
    if not panels:
        raise ResultError(f"{path}: no column of capacity, mean_gap or contact_area_fraction to draw")
    with style():
        figure = new_figure(3.6 * len(panels), 3.0)
        for index, axes in enumerate(figure.subplots(1, len(panels), squeeze=False)[0]):
            title, factor, found = panels[index]
            letter(axes, index, title)
            _draw_panel(axes, varied, factor, found, series(header, rows))
        return [save(figure, path.with_name("study.png"))]


def series(header: list[str], rows: list[list[str]]) -> list[Series]:
    """The runs of each combination of the varied keys but the first, whose value the curves go along.

    Args:
        header: of ``study.csv``; the varied keys come first.
        rows: a run each, every combination of the varied values.
    """
    combinations, keys, count = len(rows) // len({row[0] for row in rows}), 1, 1
    while count < combinations and keys < len(header):
        count *= len({row[keys] for row in rows})
        keys += 1
    found: dict[tuple[str, ...], list[int]] = {}
    for number, row in enumerate(rows):
        found.setdefault(tuple(row[1:keys]), []).append(number)
    names = [_key_and_unit(name)[0].split(".")[-1].replace("_", " ") for name in header[1:keys]]
    return [
        Series(", ".join(f"{name} {value}" for name, value in zip(names, values, strict=True)), runs)
        for values, runs in found.items()
    ]


def curves(table: Table, quantities: tuple[str, ...]) -> list[Curve]:
    """The curves of one panel: each quantity in each place, at the end first, then at states of charge.

    Args:
        table: header -> values, as in ``study.csv``.
        quantities: names without place and unit.
    """
    moments: dict[str, Table] = {"at the end": {}}
    for header, values in table.items():
        match = _AT_CHARGE.fullmatch(header)
        moment = f"at state of charge {match['charge']}" if match else "at the end"
        moments.setdefault(moment, {})[match["quantity"] + match["unit"] if match else header] = values
    found = [
        (quantity, entry.place, moment, entry.values)
        for quantity in quantities
        for moment, part in moments.items()
        for entry in columns(part, quantity)
        # A state of charge that no run passes has nothing to show.
        if moment == "at the end" or np.isfinite(entry.values).any()
    ]
    several_places = len({place for _, place, _, _ in found}) > 1
    return [
        Curve(
            ", ".join(
                [
                    *([quantity.replace("_", " ")] if len(quantities) > 1 else []),
                    *([place] if place and several_places else []),
                    *([moment] if quantity not in _OF_A_CYCLE else []),
                ]
            ),
            values,
        )
        for quantity, place, moment, values in found
    ]


def _draw_panel(
    axes: Axes, varied: Varied, factor: float, found: list[Curve], runs_alike: list[Series]
) -> None:
    for (number, curve), (line, alike) in itertools.product(enumerate(found), enumerate(runs_alike)):
        order = np.array(alike.runs)[np.argsort(varied.values[alike.runs])]
        axes.plot(
            varied.values[order],
            curve.values[order] * factor,
            marker="os^Dv"[number % 5],
            color=SERIES[number % len(SERIES)],
            linestyle=_LINES[line % len(_LINES)],
            label=", ".join(text for text in (curve.label, alike.label) if text),
            # Contact is lost to nothing: markers on the axis are shown whole.
            clip_on=False,
            zorder=3,
        )
    if len(runs_alike) > 1:
        # Long labels, which would hide the curves.
        axes.legend(loc="upper left", bbox_to_anchor=(0.0, -0.2))
    else:
        axes.legend()
    axes.set_ylim(bottom=0.0)
    axes.set_xlabel(varied.label)
    if varied.logarithmic:
        axes.set_xscale("log")
    if varied.words or varied.logarithmic:
        labels = varied.words or [f"{value:.3g}" for value in varied.values]
        axes.set_xticks(varied.values, labels=labels)
        axes.set_xticks([], minor=True)


def varied_values(header: str, fields: list[str]) -> Varied:
    """What was varied, from the header and the fields of a study's first column.

    Args:
        header: the key, with its unit: ``stack_pressure.pressure [Pa]``.
        fields: one per run; words, if any of them is no number.
    """
    key, unit = _key_and_unit(header)
    name = key.split(".")[-1].replace("_", " ")
    if key == "stack_pressure.pressure":
        name = "stack pressure"
    values = _numbers(fields)
    if np.isnan(values).any():
        return Varied(name, np.arange(len(fields), dtype=float), fields)
    shown, factor = _UNITS.get(unit, (unit, 1.0))
    return Varied(f"{name} [{shown}]" if shown else name, values * factor, [])


def _key_and_unit(header: str) -> tuple[str, str]:
    """A header's name and its unit, empty where it has none."""
    match = re.fullmatch(r"(.*?)(?: \[([^\[\]]*)\])?", header)
    return (match[1], match[2] or "") if match else (header, "")


def _numbers(fields: list[str]) -> NDArray[np.float64]:
    """The fields as numbers; NaN where one is empty (a run that failed) or a word."""

    def number(field: str) -> float:
        try:
            return float(field)
        except ValueError:
            return float("nan")

    return np.array([number(field) for field in fields])
