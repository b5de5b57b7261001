# SPDX-License-Identifier: LGPL-3.0-or-later
"""The material library in words: a table of all cards, and every value of one with its source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lithiate.case.findings import strip_annotation
from lithiate.case.report import engineering
from lithiate.case.toml_text import toml_value
from lithiate.materials.card import MaterialCard
from lithiate.materials.functions import FormulaFunction, StoichiometryFunction, TabulatedFunction
from lithiate.materials.properties import PROPERTY_NAMES, MaterialProperties, OpenCircuitTable
from lithiate.materials.reading import card_names, library_card, library_data

HEADINGS = ("name", "class", "E", "swelling", "conductivity", "assumed")
# Units that carry a prefix; a kilogram or a mole per volume does not.
_WITH_PREFIX = ("Pa", "S/m", "J/mol")


@dataclass(frozen=True)
class Value:
    """One value of a card in words.

    Attributes:
        name: of the property.
        value: with its unit.
        origin: "source: ..." or "assumed: ...".
        validity: within which bounds it holds; empty where none are stated.
    """

    name: str
    value: str
    origin: str
    validity: str


def material_class(card: MaterialCard) -> str:
    """What a material does in a cell, in two words.

    Args:
        card: any material.
    """
    if card.stores_lithium:
        return "stores lithium"
    if card.conducts_ions:
        return "conducts ions"
    return "carries load" if card.electronic_conductivity is None else "carries electrons"


def overview() -> Iterator[tuple[str, ...]]:
    """One row for each card, under :data:`HEADINGS`."""
    for name in card_names():
        card = library_card(name)
        conductivities = [
            f"{_in_words(value, 'S/m')} ({carriers})"
            for value, carriers in (
                (card.ionic_conductivity, "ions"),
                (card.electronic_conductivity, "electrons"),
            )
            if value is not None
        ]
        yield (
            name,
            material_class(card),
            _ends(card.youngs_modulus),
            f"{100 * card.swelling:.4g} %" if card.stores_lithium else "-",
            ", ".join(conductivities) or "-",
            str(len(card.assumed)),
        )


def values_of(card: MaterialCard) -> Iterator[Value]:
    """Every value that a card of the library gives.

    Args:
        card: as read from the library.
    """
    for name in PROPERTY_NAMES:
        if name in card.sources or name in card.assumed:
            kind, text = (
                ("source", card.sources[name]) if name in card.sources else ("assumed", card.assumed[name])
            )
            words = _in_words(getattr(card, name), _unit_of(name))
            yield Value(name, words, f"{kind}: {text}", card.validity.get(name, ""))


def card_lines(name: str) -> Iterator[str]:
    """The lines of ``lithiate materials NAME``.

    Args:
        name: of a card in the library.

    Raises:
        InputError: no such card.
    """
    card = library_card(name)
    yield f"{name}: {card.description}"
    yield ""
    for value in values_of(card):
        yield f"{value.name} = {value.value}"
        yield f"    {value.origin}"
        if value.validity:
            yield f"    valid: {value.validity}"
    data = library_data(name)
    if data:
        yield ""
        yield "Known besides, used by nothing:"
    for key, item in data.items():
        yield f"  {key} = {item if isinstance(item, str) else toml_value(item)}"


def markdown() -> str:
    """The whole library as a page."""
    lines = [
        "# Material library",
        "",
        "Made by `lithiate materials --out DIR` from the cards; do not edit. A case overrides a value by its "
        "name, as in `regions.NAME.youngs_modulus`; a run lists the assumed values that it used.",
        "",
        "Moduli, Poisson ratios, yield and failure stresses, diffusivities, electronic conductivities and "
        "the growth of the volume (`swelling_curve`, in place of `partial_molar_volume`) may depend on the "
        "stoichiometry `c`: as "
        '`{unlithiated = "80 GPa", lithiated = "41 GPa"}`, as points from 0 to 1 that a monotone cubic '
        'joins, `{stoichiometry = [0, 0.3, 1], value = ["80 GPa", "50 GPa", "41 GPa"]}`, or as a formula in '
        '`c` and `T`, `{formula = "80 - 39 * c", unit = "GPa"}`, of numbers, `+ - * / **`, `exp`, `log`, '
        "`sqrt` and `tanh`.",
        "",
        _row(HEADINGS),
        _row(["---"] * len(HEADINGS)),
        *(_row(cells) for cells in overview()),
    ]
    for name in card_names():
        card = library_card(name)
        lines += ["", f"## {name}", "", card.description, ""]
        lines += [_row(["property", "value", "where from", "valid"]), _row(["---"] * 4)]
        lines += [
            _row([f"`{value.name}`", value.value, value.origin, value.validity]) for value in values_of(card)
        ]
        lines += [
            _row([key, item if isinstance(item, str) else toml_value(item), "not used", ""])
            for key, item in library_data(name).items()
        ]
    return "\n".join(lines) + "\n"


def _row(cells: Any) -> str:
    return f"| {' | '.join(cell.replace('|', '/').replace('*', chr(92) + '*') for cell in cells)} |"


def _unit_of(name: str) -> str:
    """The SI unit in which a property is stored."""
    field = MaterialProperties.model_fields[name]
    metadata = (*field.metadata, *strip_annotation(field.annotation)[1])
    return next((item.unit for item in metadata if hasattr(item, "unit")), "")


def _in_words(value: Any, unit: str) -> str:
    if isinstance(value, tuple):
        return " / ".join(_in_words(item, unit) for item in value)
    if isinstance(value, FormulaFunction):
        return f"{value.formula} {value.unit or unit}".strip()
    if isinstance(value, TabulatedFunction):
        points = zip(value.points, value.values, strict=True)
        return "; ".join(f"{number(item, unit)} at {filling:g}" for filling, item in points)
    if isinstance(value, StoichiometryFunction):
        return _ends(value, unit)
    if isinstance(value, OpenCircuitTable):
        return (
            f"{len(value.stoichiometry)} points, {value.potential[0]:.4g} V at {value.stoichiometry[0]:g} to "
            f"{value.potential[-1]:.4g} V at {value.stoichiometry[-1]:g}"
        )
    return number(value, unit) if isinstance(value, float) else str(value)


def _ends(function: StoichiometryFunction, unit: str = "Pa") -> str:
    """The value, or those at c = 0 and 1."""
    if function.constant:
        return number(float(function.at(0.0)), unit)
    return f"{number(function.unlithiated, unit)} -> {number(function.lithiated, unit)}"


def number(value: float, unit: str) -> str:
    """A value with its unit, with a prefix where one is usual.

    Args:
        value: SI.
        unit: its SI unit.
    """
    return engineering(value, unit) if unit in _WITH_PREFIX else f"{value:.6g} {unit}".rstrip()
