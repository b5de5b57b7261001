"""Conductivities that differ along the axes need one value for each axis of the mesh."""

from __future__ import annotations

from collections.abc import Iterator

from lithiate.case.case import Case
from lithiate.case.findings import Finding
from lithiate.case.place_function import AXES


def conductivity_findings(case: Case) -> Iterator[Finding]:
    """What is wrong with lists of conductivities.

    Args:
        case: its tables are valid.
    """
    axes = AXES[case.geometry.symmetry]
    for name in case.regions:
        for key in ("ionic_conductivity", "electronic_conductivity"):
            value, path = getattr(case.card(name), key), ("regions", name, key)
            if not isinstance(value, tuple):
                continue
            if case.verification is not None:
                text = (
                    f"found {len(value)} values; allowed: one in verification problems, which are isotropic"
                )
                yield Finding(path, text)
            elif len(value) != len(axes):
                text = (
                    f"found {len(value)} values; allowed: one, or {len(axes)} along {', '.join(axes)} with "
                )
                yield Finding(path, f'{text}symmetry = "{case.geometry.symmetry}"')
