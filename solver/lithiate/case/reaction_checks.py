"""Keys of an interface that say how lithium reacts there: wrong where it does not."""

from __future__ import annotations

from collections.abc import Iterator

from lithiate.case.case import Case
from lithiate.case.findings import Finding
from lithiate.case.interface import Interface

_UNITS = {
    "double_layer_capacitance": " F/m2",
    "kinetics": "",
    "film_resistance": " ohm m2",
    "film_growth": "",
}


def reaction_key_findings(case: Case) -> Iterator[Finding]:
    """Every such key whose value differs from its default at an interface where lithium does not react."""
    for name, interface in case.interfaces.items():
        if case.transfer_at(name) == "reaction":
            continue
        for key, unit in _UNITS.items():
            value = getattr(interface, key)
            if value != Interface.model_fields[key].default:
                text = f"found {_shown(value, unit)}; allowed: only where lithium reacts"
                yield Finding(("interfaces", name, key), text)


def _shown(value: object, unit: str) -> str:
    if isinstance(value, float):
        return f"{value:g}{unit}"
    return f'"{value}"' if isinstance(value, str) else "a table"
