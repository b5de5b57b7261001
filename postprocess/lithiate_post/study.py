"""The picture of a study: what became of capacity, gap and contact as one value of the case was varied."""

from __future__ import annotations

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
    ("mean gap at the end [nm]", 1e9, ("mean_gap",)),
    ("contact-area fraction at the end [-]", 1.0, ("contact_area_fraction",)),
)
# The unit a varied quantity is drawn in, where that is not the table's.
_UNITS = {"Pa": ("MPa", 1e-6), "m": ("µm", 1e6), "s": ("h", 1 / 3600)}
_DECADE = 10.0


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


def draw_study(folder: str | os.PathLike[str]) -> list[Path]:
    """Draw capacity, mean gap and contact-area fraction against the varied value into study.png.

    Args:
        folder: with ``study.csv``: the varied key first, then one column per quantity, a row per run.

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
    panels = [panel for panel in _PANELS if any(columns(table, quantity) for quantity in panel[2])]
    if not panels:
        raise ResultError(f"{path}: no column of capacity, mean_gap or contact_area_fraction to draw")
    with style():
        figure = new_figure(3.6 * len(panels), 3.0)
        for index, axes in enumerate(figure.subplots(1, len(panels), squeeze=False)[0]):
            title, factor, quantities = panels[index]
            letter(axes, index, title)
            _draw_panel(axes, table, varied, factor, quantities)
        return [save(figure, path.with_name("study.png"))]


def _draw_panel(axes: Axes, table: Table, varied: Varied, factor: float, quantities: tuple[str, ...]) -> None:
    found = [entry for quantity in quantities for entry in columns(table, quantity)]
    order = np.argsort(varied.values)
    for number, entry in enumerate(found):
        words = [entry.quantity.replace("_", " ")] if len(quantities) > 1 else []
        axes.plot(
            varied.values[order],
            entry.values[order] * factor,
            marker="os^Dv"[number % 5],
            color=SERIES[number % len(SERIES)],
            label=", ".join([*words, *([entry.place] if entry.place else [])]),
        )
    if len(found) > 1:
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
    match = re.fullmatch(r"(.*?)(?: \[([^\[\]]*)\])?", header)
    key, unit = (match[1], match[2] or "") if match else (header, "")
    name = key.split(".")[-1].replace("_", " ")
    if key == "stack_pressure.pressure":
        name = "stack pressure"
    values = _numbers(fields)
    if np.isnan(values).any():
        return Varied(name, np.arange(len(fields), dtype=float), fields)
    shown, factor = _UNITS.get(unit, (unit, 1.0))
    return Varied(f"{name} [{shown}]" if shown else name, values * factor, [])


def _numbers(fields: list[str]) -> NDArray[np.float64]:
    """The fields as numbers; NaN where one is empty (a run that failed) or a word."""

    def number(field: str) -> float:
        try:
            return float(field)
        except ValueError:
            return float("nan")

    return np.array([number(field) for field in fields])
