# SPDX-License-Identifier: LGPL-3.0-or-later
"""The short cell without its platen's load, run in this process with settings of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lithiate import Case, load_case
from lithiate.courses.cell import CellCourse
from lithiate.problem.from_case import build_problem
from lithiate.problem.observables import Observer
from lithiate.problem.problem import Problem
from lithiate.runner import build_geometry
from lithiate.stepping.balances import BOUNDS
from mpi4py import MPI
from short_cell import CASE

ELASTIC = ("regions.film.flow=elastic", "regions.electrolyte.flow=elastic")
PRESS = """
[[protocol]]
step = "pressure"
pressure = "50 MPa"
until = { time = "1 min" }
"""


def carry_out(
    folder: Path, protocol: str, *sets: str, energy: float = 1e-3
) -> tuple[Case, Problem, list[dict[str, Any]]]:
    """The cell through a protocol: rows of the history. Every balance of what is left closes.

    Args:
        folder: an empty one.
        protocol: ``[[protocol]]`` tables.
        *sets: settings, as after ``--set``.
        energy: largest error of the energy balance, which follows the time steps.
    """
    text = f'{CASE}[stack_pressure]\npressure = "0 Pa"\n{protocol}'
    (folder / "case.toml").write_text(text, encoding="utf-8")
    case = load_case(folder / "case.toml", sets)
    problem = build_problem(case, build_geometry(case, MPI.COMM_SELF))
    course = CellCourse(case, problem, Observer(problem), lambda: None)
    rows = [entry.row for entry in course.entries()]
    for name, worst in course.worst_balances.items():
        assert worst < (energy if name == "energy_balance_error" else BOUNDS[name]), (name, worst)
    for name in ("mechanics", "transport", "conduction", "reaction"):
        told = [text for text in case.warnings if text.startswith(f"physics.{name} = false: ")]
        assert len(told) == (not getattr(case.physics, name))
    return case, problem, rows
