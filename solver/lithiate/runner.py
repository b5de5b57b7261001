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
from lithiate.ending import Ending
from lithiate.errors import BalanceError, InputError, Interrupted, LithiateError, SolverError
from lithiate.geometry import Geometry, distribute
from lithiate.output.fields import FieldWriter
from lithiate.output.folder import check_folder, default_folder, prepare_folder
from lithiate.output.history import HistoryFile, HistoryRows
from lithiate.output.progress import Reporter
from lithiate.output.summary import provenance, summary, write_json
from lithiate.problem.from_case import build_problem, require_supported
from lithiate.problem.nonlinear import DEFAULT_OPTIONS, NonlinearSystem
from lithiate.problem.observables import Observer
from lithiate.problem.problem import Problem
from lithiate.problem.walls import MirrorPlanes
from lithiate.signals import SignalWatch
from lithiate.stepping.balances import BOUNDS
from lithiate.stepping.protocol import ProtocolRun, Record
from lithiate.stepping.stepper import Stepper

FRAME_CHARGE_INTERVAL = 1 / 30
"""Fields are written at least this far apart in state of charge, unless the case says how often."""


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
    """Refuse a model whose opposite sides are copies of each other: here sides are mirrors.

    Raises:
        InputError: naming the key.
    """
    if getattr(case.geometry, "periodic", False):
        raise InputError(
            f"{case.path}: geometry.periodic: found true; the sides of a model are mirrors in this release; "
            "allowed: false (the mesh can be made with `lithiate mesh`)"
        )


def _refuse_gaps(case: Case, communicator: MPI.Intracomm, data: MeshData | None) -> None:
    """Refuse a mesh whose faces stand apart before anything happened.

    Raises:
        InputError: naming the interface.
    """
    apart = parallel.from_root(communicator, next(iter(data.interface_gaps), None) if data else None)
    if apart is not None:
        raise InputError(
            f"{case.path}: geometry: the faces of {apart} start at a distance from each other; this release "
            "computes interfaces that are closed as made; the mesh can be made with `lithiate mesh`"
        )


def build_geometry(case: Case, communicator: MPI.Intracomm) -> Geometry:
    """Mesh on the root, distributed; the solver length is half the largest extent of the model."""
    data = on_root(communicator, lambda: cached_mesh(case.geometry))
    _refuse_periodic(case)
    _refuse_gaps(case, communicator, data)
    extent = float(np.ptp(data.points, axis=0).max()) if data is not None else None
    length = parallel.from_root(communicator, extent) / 2
    bonded = [name for name, interface in case.interfaces.items() if not interface.debondable]
    return distribute(communicator, data, length, bonded)


CLOSED_SPACE = 1e-6
"""Walls may overlap by this share of the model's height before they count as met."""


class _Run:
    """One run: owns the result folder's files and how the run ended."""

    def __init__(
        self, case: Case, problem: Problem, folder: Path, communicator: MPI.Intracomm, started: float
    ) -> None:
        self.case, self.problem, self.folder, self.communicator = case, problem, folder, communicator
        self.started = started
        self.is_root = communicator.rank == parallel.ROOT
        self.rows: list[dict[str, float]] = []
        self.warnings: list[str] = []
        self._failed: set[str] = set()
        self.protocol: ProtocolRun | None = None
        self.unknowns = 0
        self.summary: dict[str, Any] = {}

    def execute(self, reporter: Reporter, watch: SignalWatch) -> None:
        """Solve the case, writing as it goes."""
        case, communicator = self.case, self.communicator
        reporter.say(f"{case.title}")
        for item in case.assumed_values:
            reporter.log(f"assumed: {item.key} = {item.value} ({item.reason})")
        problem = self.problem
        self.unknowns = sum(unknown.total for unknown in problem.unknowns.values())
        reporter.say(
            f"{self.unknowns} unknowns on {communicator.size} rank{'s' if communicator.size > 1 else ''}"
        )
        watch.check()
        system = NonlinearSystem(problem, case.solver.newton_tolerance, case.solver.petsc)
        observer = Observer(problem)
        if self.is_root:
            options = {**DEFAULT_OPTIONS, **case.solver.petsc}
            write_json(
                self.folder / "provenance.json",
                provenance(case, communicator.size, options, asdict(problem.units)),
            )
        history = HistoryRows(case, observer)
        file = HistoryFile(self.folder / "history.csv", history.columns) if self.is_root else None
        fields = FieldWriter(observer, self.folder)
        stepper = Stepper(problem, system, case.solver.tolerance)
        planes = MirrorPlanes(problem)
        self.protocol = ProtocolRun(
            case, problem, stepper, observer, watch.check, lambda time: self._require_room(planes, time)
        )
        frames = _FrameChoice(case)

        def keep(record: Record) -> None:
            row = history.row(record)
            self.rows.append(row)
            if file is not None:
                file.append(row)
            self._note_table_ends(row)
            self._note_sliding(record)
            self._note_failure(observer, record, row)
            if frames.wanted(record, row["state_of_charge"]):
                fields.write(record.time, record.state)
            reporter.step(record, row["voltage"], row["state_of_charge"])

        try:
            keep(self.protocol.press())
            for record in self.protocol.run():
                keep(record)
        except (SolverError, Interrupted):
            # The step under way is dropped; the last accepted one is the last good state.
            if self.rows and not frames.just_written:
                self._write_last_state(fields, stepper, observer)
            raise

    def _write_last_state(self, fields: FieldWriter, stepper: Stepper, observer: Observer) -> None:
        stepper.reject()
        stepper.problem.time_step.value = 0.0
        fields.write(self.rows[-1]["time"], observer.state())

    def _require_room(self, planes: MirrorPlanes, time: float) -> None:
        """End the run where bodies grow together across an empty space, in which no contact is computed.

        Raises:
            SolverError: with the time.
        """
        if planes.overlap() > CLOSED_SPACE * self.problem.geometry.height / self.problem.units.length:
            raise SolverError(
                f"a body grew through a side of the model at time {time:.6g} s: the walls of an empty "
                "space met, between which no contact is computed; a meshed filler in that space carries load"
            )

    def _note_table_ends(self, row: Mapping[str, float]) -> None:
        """Warn once where the open-circuit curve is read beyond its measured points."""
        for name in self.case.storing_regions:
            card = self.case.card(name)
            table = card.open_circuit_potential
            if table is None or card.chemistry != "open_circuit":
                continue
            low, high = row[f"smallest_stoichiometry.{name}"], row[f"largest_stoichiometry.{name}"]
            first, last = table.stoichiometry[0], table.stoichiometry[-1]
            for beyond, side, end in ((low < first, "below", first), (high > last, "above", last)):
                text = (
                    f"region {name}: the stoichiometry went {side} {end:g}, the end of the open-circuit "
                    "table; its logarithmic continuation was used there"
                )
                if beyond and text not in self.warnings:
                    self.warnings.append(text)

    def _note_sliding(self, record: Record) -> None:
        """Warn once where touching faces slide further than their pairing on the mesh can describe."""
        for name, face in record.state.interfaces.items():
            size = self.case.geometry.interface_mesh_size(name)
            touching = face.values["gap"] <= 0.0
            slip = parallel.largest(self.communicator, face.values["slip"][touching])
            text = (
                f"interface {name}: faces slid by more than an element ({size:g} m); they are paired "
                "on the mesh as built, so contact is approximate there"
            )
            if slip * self.problem.units.length > size and text not in self.warnings:
                self.warnings.append(text)

    def _note_failure(self, observer: Observer, record: Record, row: Mapping[str, float]) -> None:
        """Warn once for each region whose largest principal stress passes its failure stress."""
        for name in record.state.regions:
            if row.get(f"largest_failure_index.{name}", 0.0) <= 1.0 or name in self._failed:
                continue
            self._failed.add(name)
            place = ", ".join(
                f"{value:.4g}" for value in observer.place_of_failure(record.state.regions[name])
            )
            self.warnings.append(
                f"region {name}: the largest principal stress passed the failure stress at time "
                f"{record.time:.6g} s, first at ({place}) m of the mesh as built; no crack is computed"
            )

    def finish(self, status: str, reason: str) -> None:
        """Write summary.json."""
        worst = self.protocol.balances.worst if self.protocol else {}
        extra = {
            "unknowns": self.unknowns,
            "accepted_steps": max(len(self.rows) - 1, 0),
            "rejected_steps": self.protocol.rejected_steps if self.protocol else 0,
            "wall_time": time.monotonic() - self.started,
        }
        self.summary = summary(self.case, status, reason, self.rows, extra, worst, self.warnings)
        if self.is_root:
            write_json(self.folder / "summary.json", self.summary)


class _FrameChoice:
    """Which accepted steps get fields."""

    def __init__(self, case: Case) -> None:
        self._every = case.output.every
        self._last_charge = float("-inf")
        self.just_written = False

    def wanted(self, record: Record, state_of_charge: float) -> bool:
        """Landmarks always; else every n-th step, or by distance in state of charge."""
        if self._every is not None:
            due = record.index % self._every == 0
        else:
            due = abs(state_of_charge - self._last_charge) >= FRAME_CHARGE_INTERVAL
        self.just_written = record.landmark or due
        if self.just_written:
            self._last_charge = state_of_charge
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
        problem = build_problem(case, build_geometry(case, communicator))
        watch.check()
        on_root(communicator, lambda: prepare_folder(folder, case_path=case.path, overwrite=overwrite))
        job = _Run(case, problem, folder, communicator, started)
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
    assert job.protocol is not None
    out_of_bounds = job.protocol.balances.out_of_bounds
    reason = "".join(
        f"; {name} reached {value:.2e}, bound {BOUNDS[name]:.0e}" for name, value in out_of_bounds.items()
    )
    job.finish("completed", "the protocol was carried out" + reason)
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
