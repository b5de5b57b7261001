"""What an interface needs of other tables of its case."""

from __future__ import annotations

from collections.abc import Iterator

from lithiate.case.case import Case
from lithiate.case.findings import Finding
from lithiate.case.interface import PRESSED
from lithiate.case.place_function import AXES


def interface_findings(case: Case) -> Iterator[Finding]:
    """Everything that is wrong, interface by interface."""
    for name, interface in case.interfaces.items():
        yield from _places(case, name)
        if interface.bonded_share == PRESSED:
            yield from _pressed(case, name)


def _pressed(case: Case, name: str) -> Iterator[Finding]:
    """What fabrication bonds must have been pressed."""
    path, found = ("interfaces", name, "bonded_share"), f'found "{PRESSED}"'
    if not case.physics.mechanics:
        yield Finding(path, f"{found} with physics.mechanics = false; allowed: a number there")
    elif case.stack_pressure.fabrication_pressure is None:
        yield Finding(path, f"{found}; allowed: only with stack_pressure.fabrication_pressure, or a number")


def _places(case: Case, name: str) -> Iterator[Finding]:
    """A formula of the place is in the coordinates that the model has."""
    symmetry, interface = case.geometry.symmetry, case.interfaces[name]
    for key, function in (
        ("initial_damage", interface.initial_damage),
        ("initial_gap", interface.initial_gap),
    ):
        unknown = function.unknown_names(symmetry)
        if unknown:
            text = f'found {", ".join(unknown)} in "{function.given}"; allowed: {", ".join(AXES[symmetry])} '
            yield Finding(("interfaces", name, key, "formula"), f'{text}with symmetry = "{symmetry}"')
