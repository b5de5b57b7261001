"""What the outer faces of a model cannot be."""

from __future__ import annotations

from collections.abc import Iterator

from lithiate.case.case import Case
from lithiate.case.findings import Finding


def boundary_findings(case: Case) -> Iterator[Finding]:
    """Sides that a cell has can be free; a verification problem is held as it is solved.

    Args:
        case: its tables are valid.
    """
    if case.boundary.sides == "symmetry":
        return
    path, text = ("boundary", "sides"), 'found "free"'
    if case.verification is not None:
        yield Finding(path, f'{text} with problem = "{case.problem_name}"; allowed: "symmetry"')
    elif "side" not in case.geometry.surfaces:
        names = ", ".join(case.geometry.surfaces)
        yield Finding(path, f'{text}, but the geometry has no surface side ({names}); allowed: "symmetry"')
