"""A run from case to result folder, on any number of ranks."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from lithiate_meshes import MeshData, cached_mesh
from mpi4py import MPI

from lithiate import compat, parallel
from lithiate.case import Case, load_case
from lithiate.case.toml_text import dotted
from lithiate.courses.cell import CellCourse
from lithiate.courses.entry import Course, Entry
from lithiate.ending import Ending
from lithiate.errors import BalanceError, InputError, Interrupted, LithiateError, SolverError
from lithiate.geometry import Geometry, distribute
from lithiate.output.fields import FieldWriter
from lithiate.output.folder import check_folder, default_folder, prepare_folder
from lithiate.output.history import HistoryFile
from lithiate.output.progress import Reporter
from lithiate.output.summary import provenance, summary, write_json
from lithiate.problem.from_case import build_problem, require_supported
from lithiate.problem.nonlinear import DEFAULT_OPTIONS
from lithiate.problem.observables import Observer
from lithiate.problem.problem import Problem
from lithiate.signals import SignalWatch
from lithiate.stepping.balances import BOUNDS
from lithiate.verification.course import VerificationCourse, create_drive
from lithiate.verification.drive import Drive

FRAME_DISTANCE = 1 / 30
"""Fields are written at least this far apart in the state of charge, or in what the course of the run has in
its place, unless the case says how often."""


@dataclass(frozen=True)
class Result:
    """What a run left behind.

    Attributes:
        folder: the result folder.
        status: exit status.
        summary: the content of summary.json (empty on ranks other than the root).
    """

    folder: Path
    status: int
    summary: Mapping[str, Any]


def on_root(communicator: MPI.Intracomm, action: Callable[[], Any]) -> Any:
    """Do something on the root and give every rank its outcome, be it a value or an error.

    Raises:
        InputError: the root's, on every rank.
    """
    outcome: Any = None
    problem: str | None = None
    if communicator.rank == parallel.ROOT:
        try:
            outcome = action()
        except InputError as error:
            problem = error.message
    problem = parallel.from_root(communicator, problem)
    if problem is not None:
        raise InputError(problem)
    return outcome


def _refuse_periodic(case: Case) -> None:
    """Refuse a model whose opposite sides are copies of each other: here sides are mirrors, or free.

    Raises:
        InputError: naming the key.
    """
    if getattr(case.geometry, "periodic", False):
        raise InputError(
            f"{case.path}: geometry.periodic: found true; in this release its sides are mirrors or free; "
            "allowed: false (the mesh can be made with `lithiate mesh`)"
        )


def _refuse_bonded_gaps(case: Case, communicator: MPI.Intracomm, data: MeshData | None) -> None:
    """Refuse a mesh whose faces stand apart where the case bonds them.

    Raises:
        InputError: naming the interface.
    """
    for name in parallel.from_root(communicator, tuple(data.interface_gaps) if data else None):
        if not case.interfaces[name].debondable:
            key = dotted(("interfaces", name, "bond"))
            raise InputError(
                f'{case.path}: {key}: found "bonded", but the faces start at a distance from each other in '
                'the mesh; allowed: "debondable", "contact"'
            )


def build_geometry(case: Case, communicator: MPI.Intracomm) -> Geometry:
    """Mesh on the root, distributed; the solver length is half the largest extent of the model."""
    data = on_root(communicator, lambda: cached_mesh(case.geometry))
    _refuse_periodic(case)
    _refuse_bonded_gaps(case, communicator, data)
    extent = float(np.ptp(data.points, axis=0).max()) if data is not None else None
    length = parallel.from_root(communicator, extent) / 2
    bonded = [name for name, interface in case.interfaces.items() if not interface.debondable]
    return distribute(communicator, data, length, bonded)


class _Run:
    """One run: owns the result folder's files and how the run ended."""

    def __init__(
        self,
        case: Case,
        problem: Problem,
        drive: Drive | None,
        folder: Path,
        communicator: MPI.Intracomm,
        started: float,
    ) -> None:
        self.case, self.problem, self.drive = case, problem, drive
        self.folder, self.communicator = folder, communicator
        self.started = started
        self.is_root = communicator.rank == parallel.ROOT
        self.rows: list[dict[str, float]] = []
        self.course: Course | None = None
        self.unknowns = 0
        self.summary: dict[str, Any] = {}

    def execute(self, reporter: Reporter, watch: SignalWatch) -> None:
        """Solve the case, writing as it goes."""
        case, communicator = self.case, self.communicator
        reporter.say(f"{case.title}")
        for item in case.assumed_values:
            reporter.log(f"assumed: {item.key} = {item.value} ({item.reason})")
        for warning in case.warnings:
            reporter.log(f"warning: {warning}")
        problem = self.problem
        self.unknowns = sum(problem.unknowns[name].total for name in problem.solved_unknowns)
        reporter.say(
            f"{self.unknowns} unknowns on {communicator.size} rank{'s' if communicator.size > 1 else ''}"
        )
        watch.check()
        observer = Observer(problem)
        course = self.course = self._create_course(observer, watch)
        if self.is_root:
            options = {**DEFAULT_OPTIONS, **case.solver.petsc}
            write_json(
                self.folder / "provenance.json",
                provenance(case, communicator.size, options, asdict(problem.units)),
            )
        file = HistoryFile(self.folder / "history.csv", course.columns) if self.is_root else None
        fields = FieldWriter(observer, self.folder)
        frames = _FrameChoice(case)
        try:
            for entry in course.entries():
                self.rows.append(entry.row)
                if file is not None:
                    file.append(entry.row)
                if frames.wanted(entry, len(self.rows) - 1):
                    fields.write(entry.time, entry.state)
                reporter.step(entry)
        except (SolverError, Interrupted):
            # The step under way is dropped; the last accepted one is the last good state.
            if self.rows and not frames.just_written:
                fields.write(self.rows[-1]["time"], course.last_state())
            raise

    def _create_course(self, observer: Observer, watch: SignalWatch) -> Course:
        if self.drive is not None:
            return VerificationCourse(self.case, self.drive, observer, watch.check)
        return CellCourse(self.case, self.problem, observer, watch.check)

    def finish(self, status: str, reason: str) -> None:
        """Write summary.json."""
        course = self.course
        extra = {
            "unknowns": self.unknowns,
            "accepted_steps": max(len(self.rows) - 1, 0),
            "rejected_steps": course.rejected_steps if course else 0,
            "wall_time": time.monotonic() - self.started,
            **(course.summary_values() if course else {}),
        }
        worst, warnings = (course.worst_balances, course.warnings) if course else ({}, ())
        self.summary = summary(self.case, status, reason, self.rows, extra, worst, warnings)
        if self.is_root:
            write_json(self.folder / "summary.json", self.summary)


class _FrameChoice:
    """Which accepted steps get fields."""

    def __init__(self, case: Case) -> None:
        self._every = case.output.every
        self._last = float("-inf")
        self.just_written = False

    def wanted(self, entry: Entry, index: int) -> bool:
        """Landmarks always; else every n-th step, or by distance."""
        if self._every is not None:
            due = index % self._every == 0
        else:
            due = abs(entry.distance - self._last) >= FRAME_DISTANCE
        self.just_written = entry.landmark or due
        if self.just_written:
            self._last = entry.distance
        return self.just_written


def run(case: Case, out: str | os.PathLike[str] | None = None, overwrite: bool = False) -> Result:
    """Run a case; collective over all ranks of the process.

    Args:
        case: from :func:`lithiate.load_case`.
        out: result folder; ``results/<case name>`` if None.
        overwrite: replace a result that the folder holds.

    Returns:
        Where the result lies and how the run ended; status 4 if a balance is out of its bound.

    Raises:
        InputError: the folder cannot be used, or the case is beyond this release.
        SolverError: the solver gave up; the last good state is in the folder.
        Interrupted: by a signal; the files are readable.
    """
    started = time.monotonic()
    communicator = MPI.COMM_WORLD
    compat.require_supported_version()
    folder = Path(out) if out is not None else default_folder(case.name, quick=False)
    with SignalWatch(communicator) as watch:
        on_root(communicator, lambda: check_folder(folder, case_path=case.path, overwrite=overwrite))
        # Whatever can refuse the input comes before anything is written.
        require_supported(case)
        geometry = build_geometry(case, communicator)
        drive = create_drive(case, geometry) if case.verification is not None else None
        problem = build_problem(case, geometry) if drive is None else drive.problem
        watch.check()
        on_root(communicator, lambda: prepare_folder(folder, case_path=case.path, overwrite=overwrite))
        job = _Run(case, problem, drive, folder, communicator, started)
        if job.is_root:
            (folder / "case.resolved.toml").write_text(case.to_toml(), encoding="utf-8")
        with Reporter(case, folder / "run.log" if job.is_root else None) as reporter:
            return _carry_out(job, reporter, watch)


def _carry_out(job: _Run, reporter: Reporter, watch: SignalWatch) -> Result:
    """Run to the end, whichever it is, and say how it ended."""
    try:
        job.execute(reporter, watch)
    except LithiateError as error:
        job.finish("stopped" if isinstance(error, Interrupted) else "failed", error.message)
        reporter.log(error.message)
        raise
    assert job.course is not None
    worst = job.course.worst_balances
    out_of_bounds = {name: value for name, value in worst.items() if value > BOUNDS[name]}
    reason = "".join(
        f"; {name} reached {value:.2e}, bound {BOUNDS[name]:.0e}" for name, value in out_of_bounds.items()
    )
    job.finish("completed", job.course.done + reason)
    _report(job, reporter)
    _draw(job, reporter)
    return Result(job.folder, BalanceError.exit_status if out_of_bounds else 0, job.summary)


def _report(job: _Run, reporter: Reporter) -> None:
    """Expectations and warnings, in words."""
    for item in job.summary["expectations"]:
        verdict = "agrees" if item["agrees"] else "DISAGREES"
        reporter.say(
            f"{verdict}: {item['quantity']} = {item['found']:.6g}, expected {item['relation']} "
            f"{item['value']:g} ({item['source']})"
        )
    for warning in job.summary["warnings"]:
        reporter.say(f"warning: {warning}")
    if job.summary["assumed_values"]:
        keys = ", ".join(item["key"] for item in job.summary["assumed_values"])
        reporter.say(f"assumed values used: {keys}")
    reporter.say(f"{job.summary['reason']}; results in {job.folder}")


def _draw(job: _Run, reporter: Reporter) -> None:
    """Pictures, on the root; a failure to draw is a warning."""
    if not job.is_root or not job.case.output.pictures:
        return
    try:
        from lithiate_post.errors import ResultError
        from lithiate_post.pictures import draw_all
    except ImportError as error:
        reporter.say(f"warning: no pictures: {error}")
        return
    try:
        draw_all(job.folder)
    except (ResultError, ImportError, OSError, ValueError, RuntimeError) as error:
        reporter.say(f"warning: no pictures: {error}")


def run_from_command_line(
    path: Path, out: Path | None, sets: Sequence[str], quick: bool, overwrite: bool
) -> int:
    """``lithiate run``: load and run on every rank, report errors once, end all ranks with one status."""
    ending = Ending(MPI.COMM_WORLD)
    try:
        case = load_case(path, sets, quick=quick)
        folder = out if out is not None else default_folder(case.name, quick)
        ending.log = folder / "run.log"
        return ending.together(run(case, folder, overwrite).status)
    except (InputError, LithiateError) as error:
        return ending.with_error(error.message, error.exit_status)
    except Exception as error:  # noqa: BLE001  whatever a bug raises on one rank must end all of them
        return ending.with_bug(error)
