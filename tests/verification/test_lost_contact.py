# SPDX-License-Identifier: LGPL-3.0-or-later
"""A particle that is cut off, turned round, and pressed into contact again: every run reaches its end.

Contact grows and fades by ten orders of magnitude there, and the voltage follows its logarithm.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lithiate import load_case
from lithiate.courses.cell import CellCourse
from lithiate.errors import SolverError
from lithiate.problem.current_balance import CurrentBalance
from lithiate.problem.from_case import build_problem
from lithiate.problem.nonlinear import NewtonOutcome, NonlinearSystem
from lithiate.problem.observables import Observer
from lithiate.problem.unknowns import ELECTRODE_POTENTIAL
from lithiate.runner import build_geometry
from mpi4py import MPI
from numpy.typing import NDArray
from running import CASE, SHORT, read_history, run_case

COARSE = ('geometry.mesh_size="0.2 um"', "solver.tolerance=5e-3", "output.pictures=false")
INTERFACE = "particle|electrolyte"
CONTACT = f"contact_area_fraction.{INTERFACE}"


def _step(kind: str, state_of_charge: float | None = None, voltage: float | None = None) -> str:
    ends = {"state_of_charge": state_of_charge, "voltage": voltage}
    until = ", ".join(f"{name} = {value}" for name, value in ends.items() if value is not None)
    return f'[[protocol]]\nstep = "{kind}"\nrate = "C/5"\nuntil = {{ {until} }}\n'


def _pressed(megapascal: float) -> str:
    pressure = f'[[protocol]]\nstep = "pressure"\npressure = "{megapascal} MPa"\n'
    return pressure + 'until = { time = "10 min" }\n'


FULL, EMPTY = _step("lithiate", 0.5), _step("delithiate", voltage=1.0)

Columns = dict[str, NDArray[np.float64]]


def _run(folder: Path, protocol: str, *sets: str) -> tuple[Columns, dict[str, Any]]:
    """The particle of the main job through another protocol."""
    text = CASE.read_text(encoding="utf-8")
    case = folder / "case.toml"
    case.write_text(text[: text.index("[[protocol]]")] + protocol + "[output]\npictures = false\n", "utf-8")
    finished = run_case(folder / "result", *COARSE, *sets, case=case)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    names, rows = read_history(folder / "result")
    summary = json.loads((folder / "result" / "summary.json").read_text(encoding="utf-8"))
    return {name.split(" ")[0]: rows[:, number] for number, name in enumerate(names)}, summary


def _last(columns: Columns, protocol_step: int) -> int:
    return int(np.flatnonzero(columns["protocol_step"] == protocol_step)[-1])


@pytest.fixture(scope="module")
def course() -> tuple[Observer, CellCourse]:
    """The short main job, in this process."""
    case = load_case(CASE, SHORT)
    problem = build_problem(case, build_geometry(case, MPI.COMM_SELF))
    observer = Observer(problem)
    return observer, CellCourse(case, problem, observer, lambda: None)


@pytest.mark.parametrize("start", [-40.0, 0.0, 40.0])
@pytest.mark.parametrize("current", [-0.01, 0.0, 1.0])
def test_the_current_is_met_from_any_potential(
    course: tuple[Observer, CellCourse], start: float, current: float
) -> None:
    """From a volt away as from near by, and to round-off."""
    observer, _ = course
    problem = observer.problem
    problem.current_density.value = current
    problem.unknowns[ELECTRODE_POTENTIAL].value.x.array[:] = start
    found = CurrentBalance(problem).find()
    assert problem.unknowns[ELECTRODE_POTENTIAL].value.x.array[0] == found
    applied = current * observer.platen_area
    assert observer.reacting_current() == pytest.approx(applied, rel=1e-11, abs=1e-11)


def test_a_run_that_gives_up_says_where(
    course: tuple[Observer, CellCourse], monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = course[1].entries()
    next(entries)
    failure = NewtonOutcome(False, 25, "DIVERGED_MAX_IT", 1.0)
    monkeypatch.setattr(NonlinearSystem, "solve", lambda self: failure)
    with pytest.raises(SolverError) as found:
        next(entries)
    words = f"interface {re.escape(INTERFACE)}: largest damage 0.000, at \\((.*)\\) m of the mesh as built"
    match = re.search(words, str(found.value))
    assert match is not None
    # On the particle's surface.
    assert np.hypot(*map(float, match[1].split(", "))) == pytest.approx(1e-6, rel=0.02)


@pytest.mark.slow
def test_every_step_reacts_the_current_that_is_applied() -> None:
    """Across a debonding interface, from full contact until its voltage gives out.

    The two differ by the residual of one equation, which Newton iterations leave below their tolerance.
    """
    sets = (*COARSE, "protocol.0.until.state_of_charge=0.5", "solver.newton_tolerance=1e-13")
    case = load_case(CASE, sets)
    problem = build_problem(case, build_geometry(case, MPI.COMM_SELF))
    observer = Observer(problem)
    contacts = []
    for entry in CellCourse(case, problem, observer, lambda: None).entries():
        applied = entry.row["current_density"] / problem.units.current_density * observer.platen_area
        reacting = observer.interface_current(entry.state)
        assert reacting == pytest.approx(applied, rel=1e-12, abs=1e-12 if applied == 0.0 else 0.0)
        contacts.append(entry.row[CONTACT])
    assert contacts[0] == pytest.approx(1.0)
    assert contacts[-1] < 1e-6


@pytest.mark.slow
def test_pressing_a_lost_particle_brings_part_of_it_back(tmp_path: Path) -> None:
    """Cut off at 5 MPa, pressed with 100 MPa, emptied, filled and, at 5 MPa again, cut off earlier."""
    protocol = FULL + EMPTY + _pressed(100) + EMPTY + FULL + _pressed(5) + EMPTY
    columns, summary = _run(tmp_path, protocol)
    assert summary["status"] == "completed"
    lost, pressed, emptied, released = (_last(columns, number) for number in (1, 2, 3, 6))
    assert columns[CONTACT][lost] < 1e-6
    assert columns[CONTACT][pressed] > 0.1
    assert columns["state_of_charge"][emptied] < 0.05 < columns["state_of_charge"][lost]
    # Torn bonds stay torn: a second time at 5 MPa contact goes at a higher filling.
    assert columns["state_of_charge"][released] > columns["state_of_charge"][lost] + 0.05


@pytest.mark.slow
def test_reversals_on_the_way(tmp_path: Path) -> None:
    turns = (0.5, 0.4, 0.42, 0.35, 0.5, 0.3, 0.32)
    kinds = ("lithiate", "delithiate")
    protocol = "".join(_step(kinds[number % 2], charge) for number, charge in enumerate(turns))
    columns, summary = _run(tmp_path, protocol + EMPTY + FULL + EMPTY)
    assert summary["status"] == "completed"
    for number, charge in enumerate(turns):
        assert columns["state_of_charge"][_last(columns, number)] == pytest.approx(charge, abs=1e-6)
    assert columns["voltage"][-1] == pytest.approx(1.0, abs=1e-3)
    assert max(summary["balances"].values()) < 1e-2


@pytest.mark.slow
def test_a_current_without_contact_runs_on_and_is_reported(tmp_path: Path) -> None:
    """With no voltage to end it the floor of the contact area carries it; contact comes back."""
    columns, summary = _run(tmp_path, FULL + _step("delithiate", 0.1) + FULL + EMPTY)
    assert summary["status"] == "completed"
    carried = _last(columns, 1)
    assert columns[CONTACT][carried] < 2e-12
    assert columns["voltage"][carried] > 1.2
    assert sum("the last contact was lost" in warning for warning in summary["warnings"]) == 1
    assert columns[CONTACT][_last(columns, 2)] > 0.5


@pytest.mark.slow
def test_the_floor_changes_no_capacity(tmp_path: Path) -> None:
    """Ten times the residual contact fraction: no capacity of a cycle changes by one per cent."""
    capacities = []
    for floor in (1e-12, 1e-11):
        (tmp_path / f"{floor}").mkdir()
        setting = f'interfaces."{INTERFACE}".residual_contact_fraction={floor}'
        _, summary = _run(tmp_path / f"{floor}", FULL + EMPTY, setting)
        capacities.append(summary["cycles"][0]["delithiation_capacity"])
    assert capacities[1] == pytest.approx(capacities[0], rel=1e-2)
