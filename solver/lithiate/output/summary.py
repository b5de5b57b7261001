"""summary.json and provenance.json: what a run found, and what made it."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from lithiate.case import Case, known_quantities

PASCAL_PER_AREAL_CAPACITY = "pressure_swing_per_capacity"
PACKAGES = ("lithiate", "fenics-dolfinx", "petsc4py", "mpi4py", "numpy", "scipy", "h5py", "gmsh", "pydantic")


def expectations(case: Case, last: Mapping[str, float]) -> list[dict[str, Any]]:
    """Each expectation of the case with what was found and whether it agrees."""
    found = []
    for item in case.expectation:
        value = last.get(item.quantity, float("nan"))
        entry = item.model_dump(exclude_none=True)
        found.append({**entry, "found": value, "agrees": bool(np.isfinite(value) and item.agrees(value))})
    return found


def cycles(case: Case, rows: Sequence[Mapping[str, float]]) -> list[dict[str, Any]]:
    """Capacities, swings and contact of each cycle, from the rows of the history."""
    result: list[dict[str, Any]] = []
    if case.verification is not None:
        return result
    numbers = sorted({int(row["cycle"]) for row in rows})
    for number in numbers:
        own = [row for row in rows if int(row["cycle"]) == number]
        charge = _charges(own)
        if not any(charge.values()):
            continue
        thickness = [row["thickness"] for row in own]
        pressure = [row["stack_pressure"] for row in own]
        swing = max(pressure) - min(pressure)
        efficiency = charge["delithiate"] / charge["lithiate"] if charge["lithiate"] else None
        entry = {
            "cycle": number,
            "lithiation_capacity": charge["lithiate"],
            "delithiation_capacity": charge["delithiate"],
            "coulombic_efficiency": efficiency,
            "thickness_swing": max(thickness) - min(thickness),
            "pressure_swing": swing,
            PASCAL_PER_AREAL_CAPACITY: swing / charge["lithiate"] if charge["lithiate"] else None,
        }
        entry |= {key: value for key, value in own[-1].items() if key.startswith("contact_area_fraction.")}
        result.append(entry)
    return result


def _charges(rows: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Charge passed per platen area in either direction [mAh/cm2]; that of a hold goes with its current."""
    charge = {"lithiate": 0.0, "delithiate": 0.0}
    step, passed = -1, 0.0
    for row in rows:
        if int(row["protocol_step"]) != step:
            step, passed = int(row["protocol_step"]), 0.0
        direction = "lithiate" if row["current_density"] < 0.0 else "delithiate"
        charge[direction] += row["areal_capacity"] - passed
        passed = row["areal_capacity"]
    return charge


def summary(
    case: Case,
    status: str,
    reason: str,
    rows: Sequence[Mapping[str, float]],
    extra: Mapping[str, float],
    balances: Mapping[str, float],
    warnings: Sequence[str],
) -> dict[str, Any]:
    """The content of summary.json.

    Args:
        case: what was run.
        status: "completed", "stopped" or "failed".
        reason: in words.
        rows: of the history.
        extra: unknowns, accepted_steps, rejected_steps, wall_time.
        balances: worst error of each.
        warnings: what the user should know.
    """
    units = known_quantities(case)
    last = {**(rows[-1] if rows else {}), **extra}
    return {
        "case": case.name,
        "title": case.title,
        "symmetry": case.geometry.symmetry,
        "status": status,
        "reason": reason,
        "quantities": {
            name: {"value": last[name], "unit": unit} for name, unit in units.items() if name in last
        },
        "cycles": cycles(case, rows),
        "expectations": expectations(case, last),
        "balances": dict(balances),
        "assumed_values": [
            {"key": item.key, "value": item.value, "reason": item.reason} for item in case.assumed_values
        ],
        "warnings": [*case.warnings, *warnings],
    }


def provenance(
    case: Case, ranks: int, options: Mapping[str, Any], units: Mapping[str, float]
) -> dict[str, Any]:
    """The content of provenance.json: versions, commit, ranks, options and solver units."""
    versions: dict[str, str | None] = {}
    for package in PACKAGES:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            versions[package] = None
    return {
        "command": sys.argv,
        "case_file": str(case.path),
        "versions": versions,
        "python": platform.python_version(),
        "system": platform.platform(),
        "commit": _commit(),
        "ranks": ranks,
        "threads": os.environ.get("OMP_NUM_THREADS"),
        "petsc_options": dict(options),
        "solver_units": dict(units),
    }


def _commit() -> str | None:
    """Commit of the source the package runs from, with a mark if it was changed; None outside a checkout."""
    folder = Path(__file__).parent
    try:
        found = subprocess.run(
            ["git", "-C", str(folder), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"],
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return found.stdout.strip() or None


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a file in one move, so that it is never half there."""
    temporary = path.with_suffix(path.suffix + ".partial")
    temporary.write_text(json.dumps(_finite(content), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    temporary.replace(path)


def _finite(value: Any) -> Any:
    """JSON has no NaN: null instead."""
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if isinstance(value, float | np.floating):
        return float(value) if np.isfinite(value) else None
    return value.item() if isinstance(value, np.generic) else value
