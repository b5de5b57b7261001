"""What an interface needs of other tables of its case."""

from __future__ import annotations

from collections.abc import Iterator

from lithiate.case.case import Case
from lithiate.case.findings import Finding
from lithiate.case.interface import PRESSED


def interface_findings(case: Case) -> Iterator[Finding]:
    """What fabrication bonds must have been pressed."""
    for name, interface in case.interfaces.items():
        if interface.bonded_share != PRESSED:
            continue
        path, found = ("interfaces", name, "bonded_share"), f'found "{PRESSED}"'
        if not case.physics.mechanics:
            yield Finding(path, f"{found} with physics.mechanics = false; allowed: a number there")
        elif case.stack_pressure.fabrication_pressure is None:
            yield Finding(
                path, f"{found}; allowed: only with stack_pressure.fabrication_pressure, or a number"
            )
