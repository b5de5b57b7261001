"""Chemo-mechanics of anode/electrolyte interfaces in all-solid-state batteries.

Importing this package needs no DOLFINx; running a case does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lithiate.case import Case, load_case

if TYPE_CHECKING:
    from lithiate.runner import Result

__all__ = ["Case", "load_case", "run"]

__version__ = "0.1.0"


def run(case: Case, out: Any = None, overwrite: bool = False) -> Result:
    """Run a case; see :func:`lithiate.runner.run`."""
    from lithiate.runner import run as run_case

    return run_case(case, out, overwrite)
