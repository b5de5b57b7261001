# SPDX-License-Identifier: LGPL-3.0-or-later
"""The report of a mesh on the screen: lengths in um and nm, areas and volumes in powers of um."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from lithiate.case.report import engineering

_BAR_WIDTH = 40
_NAMES = {
    "region_volume": "volume",
    "volume_fraction": "volume fraction",
    "interface_area": "area",
    "specific_interface_area": "area per volume",
    "coverage": "coverage",
    "interface_area_per_platen_area": "area per platen area",
}
# How SI units are printed: the unit and the factor to it.
_PRINTED = {
    "m2": ("um2", 1e12),
    "m3": ("um3", 1e18),
    "m2/m": ("um2/um", 1e6),
    "m3/m": ("um3/um", 1e12),
    "1/m": ("1/um", 1e-6),
    "1": ("", 1.0),
    "kg/m2": ("mg/cm2", 100.0),
    "C/m2": ("mAh/cm2", 1.0 / 36e3),
}
# Beyond this deviation from what was asked for a row is marked.
_MARKED_PERCENT = 2.0

_WIDTH_IN_FILES = 110
"""Letters in a line where nobody watches: wide enough for the tables."""


def print_report(report: Mapping[str, Any], seconds: float, folder: Path) -> None:
    """Print what report.json says.

    Args:
        report: its content.
        seconds: what meshing took.
        folder: where the files lie.
    """
    # Names such as "a|b [c]" are no markup, numbers are no links.
    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console.width = _WIDTH_IN_FILES
    mesh = report["mesh"]
    symmetry = mesh["symmetry"].replace("_", " ")
    console.print(
        f"{report['case']}: {report['geometry']['family']}, {symmetry}; {mesh['cells']:,} elements, "
        f"{mesh['points']:,} points in {seconds:.3g} s"
    )
    console.print(_regions(report))
    if report["morphology"]:
        console.print(_morphology(report))
    _print_histogram(console, report["scaled_jacobian"], mesh)
    console.print(f"written to {folder}: {', '.join(report['files'])}", soft_wrap=True)


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number == 0 else "right", no_wrap=number == 0)
    return table


def _regions(report: Mapping[str, Any]) -> Table:
    table = _table(
        "region", "elements", "volume", "share", "smallest edge", "largest edge", "scaled Jacobian >="
    )
    unit, factor = _PRINTED[report["units"]["volume"]]
    for name, region in report["mesh"]["regions"].items():
        table.add_row(
            name,
            f"{region['cells']:,}",
            f"{region['volume'] * factor:.4g} {unit}",
            f"{100 * region['volume_fraction']:.3g} %",
            engineering(region["smallest_edge"], "m"),
            engineering(region["largest_edge"], "m"),
            f"{region['smallest_scaled_jacobian']:.2f}",
        )
    return table


def _morphology(report: Mapping[str, Any]) -> Table:
    table = _table("region or interface", "quantity", "asked for", "in the mesh", "deviation")
    rows = [(row["name"], _NAMES[row["quantity"]], row) for row in report["morphology"]]
    capacity = report["capacity"]
    storing = ", ".join(capacity.get("storing_regions", ()))
    for key, name in (("loading", "loading"), ("areal_capacity", "areal capacity")):
        if key in capacity:
            rows.append((storing, name, capacity[key]))
    for name, quantity, row in rows:
        unit, factor = _PRINTED[row["unit"]]
        deviation = row["deviation_percent"]
        mark = " !" if deviation is not None and abs(deviation) > _MARKED_PERCENT else ""
        table.add_row(
            name,
            quantity,
            "-" if row["asked"] is None else f"{row['asked'] * factor:.4g} {unit}".rstrip(),
            f"{row['found'] * factor:.4g} {unit}".rstrip(),
            "-" if deviation is None else f"{deviation:+.2f} %{mark}",
        )
    return table


def _print_histogram(console: Console, histogram: Mapping[str, Any], mesh: Mapping[str, Any]) -> None:
    """Bars from the first to the last that is not empty."""
    counts, edges = histogram["counts"], histogram["edges"]
    filled = [number for number, count in enumerate(counts) if count]
    console.print(
        f"scaled Jacobian: smallest {mesh['smallest_scaled_jacobian']:.3f}, "
        f"mean {mesh['mean_scaled_jacobian']:.3f}"
    )
    for number in range(filled[0], filled[-1] + 1):
        length = round(_BAR_WIDTH * counts[number] / max(counts))
        # One element in a million is still to be seen.
        bar = "#" * max(length, 1 if counts[number] else 0)
        console.print(
            f"  {edges[number]:.2f} to {edges[number + 1]:.2f}  {bar:<{_BAR_WIDTH}}  {counts[number]:,}"
        )
