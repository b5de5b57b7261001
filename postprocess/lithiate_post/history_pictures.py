"""The history of a run as curves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from numpy.typing import NDArray

from lithiate_post.errors import ResultError
from lithiate_post.folder import ResultFolder
from lithiate_post.style import BLUE, ORANGE, SERIES, STEP_SHADES, letter, new_figure, save, style
from lithiate_post.tables import Table, column, columns

_SECONDS_PER_HOUR = 3600.0
_NANO = 1e9
_OTHER_STEP = "#F7F7F7"
_DIRECTIONS = {"lithiate": BLUE, "delithiate": ORANGE}


@dataclass(frozen=True)
class Curve:
    """A quantity against the abscissa: title with unit, factor from the history's unit to that one."""

    quantity: str
    title: str
    factor: float = 1.0
    logarithmic: bool = False


@dataclass(frozen=True)
class Abscissa:
    """What all panels but that of the voltage are drawn against, one value per row."""

    values: NDArray[np.floating[Any]]
    title: str


_CURVES = (
    Curve("voltage", "voltage [V]"),
    Curve("thickness", "thickness change [nm]", 1e9),
    Curve("peak_to_valley_height", "peak to valley [nm]", 1e9),
    Curve("mean_gap", "mean gap [nm]", 1e9),
    Curve("contact_area_fraction", "contact-area fraction [-]"),
    Curve("interface_resistance", "interface resistance [Ω cm²]", logarithmic=True),
    Curve("mean_hydrostatic_stress", "mean hydrostatic stress [MPa]", 1e-6),
    Curve("mean_von_mises_stress", "mean von Mises stress [MPa]", 1e-6),
    Curve("largest_equivalent_plastic_strain", "largest plastic strain [-]"),
)
# Where time counts nothing but steps, in place of the columns of the run: all against the depth.
_OF_AN_INDENTATION = (
    Curve("force", "force [µN]", 1e6),
    Curve("contact_radius", "contact radius [nm]", 1e9),
)
_COLUMNS = 3
# Families of layers, whose faces have peaks and valleys; below a picometre there are none.
_LAYERED, _FLAT = ("film", "stack"), 1e-12
# Room beyond where a curve turns back, as a share of its extent.
_RETURN_MARGIN = 0.03
# Less than a decade holds too few round numbers to read a logarithmic axis by.
_LOG_RATIO = 10.0
_OF_EVERY_RUN = ("step", "time", "time_step", "newton_iterations")

# first row, last row and kind of a protocol step
Span = tuple[int, int, str]


def draw_history(result: ResultFolder, path: Path) -> Path:
    """Draw voltage against capacity, and voltage, thickness, gap, contact and stresses against time.

    Of an indentation everything is drawn against the depth, the force first. The kind of protocol step is the
    shade behind the curves.

    Args:
        result: the folder read.
        path: the picture to write.

    Returns:
        The path.

    Raises:
        ResultError: the history has no rows, or none of the columns that are drawn.
    """
    table = result.history
    if not len(table.get("time [s]", ())):
        raise ResultError(f"{result.path / 'history.csv'}: no rows to draw")
    spans = step_spans(table, result.step_names)
    abscissa = _abscissa(table)
    painters: list[tuple[str, Callable[[Axes], None]]] = []
    if {"voltage [V]", "areal_capacity [mAh/cm2]"} <= table.keys():
        painters.append(("voltage [V]", partial(_draw_voltage, table=table, spans=spans)))
    else:
        painters += [
            (curve.title, partial(_draw_curve, table=table, curve=curve, spans=spans, abscissa=abscissa))
            for curve in (_OF_AN_INDENTATION if _is_indentation(table) else _own_curves(table))
        ]
    for curve in _CURVES:
        found = columns(table, curve.quantity)
        if curve.quantity == "largest_equivalent_plastic_strain":
            found = [entry for entry in found if (entry.values > 0.0).any()]
        if curve.quantity == "peak_to_valley_height":
            layered = result.case.get("geometry", {}).get("family") in _LAYERED
            found = [entry for entry in found if layered and np.ptp(entry.values) > _FLAT]
        if found and not any(title == curve.title for title, _ in painters):
            painters.append(
                (curve.title, partial(_draw_curve, table=table, curve=curve, spans=spans, abscissa=abscissa))
            )
    if not painters:
        raise ResultError(f"{result.path / 'history.csv'}: none of the columns that are drawn")
    rows = -(-len(painters) // _COLUMNS)
    with style():
        figure = new_figure(11.2, 2.5 * rows + 0.5)
        panels = figure.subplots(rows, _COLUMNS, squeeze=False).ravel()
        for index, (axes, (title, paint)) in enumerate(zip(panels, painters, strict=False)):
            letter(axes, index, title)
            paint(axes)
        for axes in panels[len(painters) :]:
            axes.set_axis_off()
        kinds = list(dict.fromkeys(kind for _, _, kind in spans if kind))
        figure.legend(
            handles=[Patch(facecolor=STEP_SHADES.get(kind, _OTHER_STEP), label=kind) for kind in kinds],
            loc="outside lower center",
            ncols=max(1, len(kinds)),
        )
        return save(figure, path)


def _is_indentation(table: Table) -> bool:
    return {"force [N]", "depth [m]", "contact_radius [m]"} <= table.keys()


def _abscissa(table: Table) -> Abscissa:
    if _is_indentation(table):
        return Abscissa(table["depth [m]"] * _NANO, "depth [nm]")
    return Abscissa(table["time [s]"] / _SECONDS_PER_HOUR, "time [h]")


def _own_curves(table: Table) -> list[Curve]:
    """What only this kind of run has: the columns without a place, of one that is no cell."""
    curves = []
    for header in table:
        name, _, unit = header.partition(" [")
        if "." in name or name in _OF_EVERY_RUN or name.endswith("_balance_error"):
            continue
        prefix, factor = ("MPa", 1e-6) if unit == "Pa]" else (unit.removesuffix("]"), 1.0)
        curves.append(Curve(name, f"{name.replace('_', ' ')} [{prefix}]", factor))
    return curves


def step_spans(table: Table, names: list[str]) -> list[Span]:
    """First row, last row and kind of each protocol step in turn.

    A step begins where the one before it ended, so its first row is that one's last.
    """
    times = column(table, "time")
    numbers = column(table, "protocol_step")
    if times is None or numbers is None:
        return []
    starts = [0, *(np.flatnonzero(np.diff(numbers)) + 1)]
    ends = [*starts[1:], len(times)]
    spans = []
    for start, end in zip(starts, ends, strict=True):
        number = int(numbers[start])
        kind = names[number] if 0 <= number < len(names) else ""
        spans.append((max(int(start) - 1, 0), int(end) - 1, kind))
    return spans


def _draw_voltage(axes: Axes, table: Table, spans: list[Span]) -> None:
    """Voltage against the capacity passed in each protocol step: up in one colour, down in another."""
    voltage, capacity = table["voltage [V]"], table["areal_capacity [mAh/cm2]"]
    seen: set[str] = set()
    for first, last, kind in spans:
        if kind not in _DIRECTIONS:
            continue
        start = first + 1 if first else 0  # the row before counts the capacity of its own step
        rows = slice(start, last + 1)
        label = "" if kind in seen else kind
        axes.plot(capacity[rows], voltage[rows], color=_DIRECTIONS[kind], label=label)
        seen.add(kind)
    if seen:
        axes.legend()
    axes.set_xlabel("areal capacity [mAh/cm²]")


def _draw_curve(axes: Axes, table: Table, curve: Curve, spans: list[Span], abscissa: Abscissa) -> None:
    """One line per region or interface, the thickness from its first value on."""
    across = abscissa.values
    found = columns(table, curve.quantity)
    for number, entry in enumerate(found):
        values = entry.values - entry.values[0] if curve.quantity == "thickness" else entry.values
        axes.plot(across, values * curve.factor, color=SERIES[number % len(SERIES)], label=entry.place)
    if len(found) > 1:
        axes.legend()
    if curve.logarithmic and _spans_decades(np.concatenate([entry.values for entry in found])):
        axes.set_yscale("log")
    if curve.quantity == "contact_area_fraction":
        axes.set_ylim(-0.03, 1.03)
    for first, last, kind in spans:
        shade = STEP_SHADES.get(kind, _OTHER_STEP)
        axes.axvspan(across[first], across[last], color=shade, linewidth=0, zorder=0)
    margin = _RETURN_MARGIN * np.ptp(across) if across[-1] < across.max() else 0.0
    axes.set_xlim(across.min(), max(across.max() + margin, across.min() + 1e-9))
    axes.set_xlabel(abscissa.title)


def _spans_decades(values: NDArray[np.float64]) -> bool:
    """Whether the values above zero differ by more than what a linear axis shows well."""
    positive = values[values > 0.0]
    return bool(len(positive) and positive.max() > _LOG_RATIO * positive.min())
