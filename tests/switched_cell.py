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
from mpi4py import MPI
from short_cell import CASE

ELASTIC = ("regions.film.flow=elastic", "regions.electrolyte.flow=elastic")
PRESS = """
[[protocol]]
step = "pressure"
pressure = "50 MPa"
until = { time = "1 min" }
"""


def carry_out(folder: Path, protocol: str, *sets: str) -> tuple[Case, Problem, list[dict[str, Any]]]:
    """The cell through a protocol: rows of the history. Every balance of what is left closes."""
    text = f'{CASE}[stack_pressure]\npressure = "0 Pa"\n{protocol}'
    (folder / "case.toml").write_text(text, encoding="utf-8")
    case = load_case(folder / "case.toml", sets)
    problem = build_problem(case, build_geometry(case, MPI.COMM_SELF))
    course = CellCourse(case, problem, Observer(problem), lambda: None)
    rows = [entry.row for entry in course.entries()]
    assert max(course.worst_balances.values()) < 1e-3, course.worst_balances
    for name in ("mechanics", "transport", "conduction", "reaction"):
        told = [text for text in case.warnings if text.startswith(f"physics.{name} = false: ")]
        assert len(told) == (not getattr(case.physics, name))
    return case, problem, rows
