# SPDX-License-Identifier: LGPL-3.0-or-later
"""The command ``lithiate materials``: lists the library, prints a card, draws its functions; no DOLFINx."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rich import box
from rich.console import Console
from rich.table import Table

from lithiate.errors import InputError
from lithiate.materials.card import MaterialCard
from lithiate.materials.functions import REFERENCE_TEMPERATURE, Array, TabulatedFunction
from lithiate.materials.open_circuit import evaluate
from lithiate.materials.reading import card_names, library_card
from lithiate.materials_text import HEADINGS, card_lines, markdown, overview

if TYPE_CHECKING:
    from lithiate_post.material_pictures import Curve

PAGE = "materials.md"
# Wide enough for a row where there is no screen to fit it to.
_WIDTH = 120
_FUNCTIONS = (
    ("youngs_modulus", "Young's modulus", "GPa", 1e9),
    ("yield_stress", "flow stress", "GPa", 1e9),
    ("poisson_ratio", "Poisson ratio", "-", 1.0),
    ("swelling_curve", "growth of the volume", "-", 1.0),
)


def show_materials(name: str | None, *, out: Path | None = None, overwrite: bool = False) -> None:
    """Print the library or one card of it, and write what there is to draw.

    Args:
        name: of a card; None for all.
        out: folder for a picture of each card that has functions and, for all cards, a page; none if None.
        overwrite: replace files that are there.

    Raises:
        InputError: no such card, or the folder cannot be used.
    """
    names = card_names() if name is None else (name,)
    cards = [library_card(each) for each in names]
    curves: dict[str, list[Curve]] = {}
    missing = ""
    if out is not None:
        try:
            curves = {card.name: list(curves_of(card)) for card in cards}
        except ImportError as error:
            missing = f"warning: no pictures: {error}"
        files = [f"{each}.png" for each, own in curves.items() if own]
        _check_folder(out, files if name else [*files, PAGE], overwrite)
    if name is None:
        _print_overview()
    else:
        sys.stdout.write("\n".join(card_lines(name)) + "\n")
    if missing:
        print(missing)
    if out is not None:
        for line in _write(out, curves, page=name is None):
            print(line)
    sys.stdout.flush()


def _print_overview() -> None:
    console = Console(
        width=None if sys.stdout.isatty() else _WIDTH, highlight=False, markup=False, emoji=False
    )
    table = Table(box=box.SIMPLE)
    for heading in HEADINGS:
        table.add_column(heading, justify="right" if heading in ("swelling", "assumed") else "left")
    for cells in overview():
        table.add_row(*cells)
    console.print(table)
    print("lithiate materials NAME prints every value of a material and where it comes from.")


def curves_of(card: MaterialCard) -> Iterator[Curve]:
    """What changes in a material with the stoichiometry, at 298.15 K.

    Args:
        card: any material.

    Raises:
        ImportError: pictures cannot be drawn here.
    """
    from lithiate_post.material_pictures import Curve

    for title, table in (
        ("open circuit", card.open_circuit_potential),
        ("first lithiation", card.first_lithiation_potential),
    ):
        if table is None:
            continue
        inside: Array = np.linspace(0.002, 0.998, 500, dtype=np.float64)
        values = evaluate(table.stoichiometry, table.potential, REFERENCE_TEMPERATURE, inside)
        points = np.column_stack([table.stoichiometry, table.potential])
        yield Curve(title, "potential against Li/Li+ [V]", inside, values, points)
    for key, title, unit, factor in _FUNCTIONS:
        function = getattr(card, key)
        if function is None or function.constant:
            continue
        points = np.empty((0, 2))
        if isinstance(function, TabulatedFunction):
            points = np.column_stack([function.points, np.asarray(function.values) / factor])
        fillings, values = function.samples()
        scaled = np.asarray(values / factor, dtype=np.float64)
        yield Curve(title, f"{title} [{unit}]", fillings, scaled, points)


def _check_folder(folder: Path, names: list[str], overwrite: bool) -> None:
    """Refuse a path that is no folder, and files that would be lost; writes nothing."""
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder}: cannot be used as output folder: it is a file")
    there = [name for name in names if (folder / name).exists()]
    if there and not overwrite:
        raise InputError(
            f"{folder}: the folder holds {there[0]}; allowed: --overwrite to replace it, or another --out"
        )


def _write(folder: Path, curves: dict[str, list[Curve]], page: bool) -> Iterator[str]:
    """Pictures and page; yields what was written."""
    if not page and not any(curves.values()):
        if curves:
            yield "nothing to draw: no property of this material changes with the stoichiometry"
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, own in curves.items():
            if own:
                from lithiate_post.material_pictures import draw_material

                yield f"written: {draw_material(name, own, folder / f'{name}.png')}"
        if page:
            (folder / PAGE).write_text(markdown(), encoding="utf-8")
            yield f"written: {folder / PAGE}"
    except OSError as error:
        raise InputError(
            f"{folder}: cannot be used as output folder: {error.strerror or str(error)}"
        ) from None
