"""A cell under stack pressure, taken through the protocol of its case."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from lithiate.case import Case
from lithiate.case.protocol import ChangePressure, HoldVoltage, Rest
from lithiate.courses.cell_watch import CellWatch
from lithiate.courses.entry import Entry
from lithiate.errors import SolverError
from lithiate.output.history import HistoryRows
from lithiate.problem.nonlinear import NonlinearSystem
from lithiate.problem.observables import Observer
from lithiate.problem.problem import Problem
from lithiate.problem.states import State
from lithiate.problem.walls import MirrorPlanes
from lithiate.stepping.protocol import ProtocolRun, Record
from lithiate.stepping.stepper import Stepper

CLOSED_SPACE = 1e-6
"""Walls may overlap by this share of the model's height before they count as met."""


class CellCourse:
    """Equilibrium under stack pressure, then every accepted step of the protocol.

    Args:
        case: with a protocol.
        problem: built from it.
        observer: of the problem.
        interrupted: raises Interrupted when a signal has come.
    """

    def __init__(
        self, case: Case, problem: Problem, observer: Observer, interrupted: Callable[[], None]
    ) -> None:
        self._case, self._problem, self._observer = case, problem, observer
        system = NonlinearSystem(problem, case.solver.newton_tolerance, case.solver.petsc)
        self._stepper = Stepper(problem, system, case.solver.tolerance)
        self._planes = MirrorPlanes(problem)
        self._protocol = ProtocolRun(case, problem, self._stepper, observer, interrupted, self._require_room)
        self._rows = HistoryRows(case, observer)
        self.columns = self._rows.columns
        self._watch = CellWatch(case, observer)
        self._start_charge: dict[int, float] = {}

    @property
    def warnings(self) -> list[str]:
        """What the user should know, found on the way."""
        return self._watch.warnings

    @property
    def rejected_steps(self) -> int:
        """Attempts that were not accepted."""
        return self._protocol.rejected_steps

    @property
    def done(self) -> str:
        """That the protocol was carried out, and of cycles what their losses can be."""
        text = "the protocol was carried out"
        kinds = {step.step for step in self._case.steps}
        if self._problem.loses_lithium or not {"lithiate", "delithiate"} <= kinds:
            return text
        return f"{text}; no film grows, so that what cycles lose is lithium trapped in the electrode"

    @property
    def worst_balances(self) -> Mapping[str, float]:
        """Largest error of each balance so far."""
        return self._protocol.balances.worst

    def summary_values(self) -> Mapping[str, float]:
        """Nothing beside the last row."""
        return {}

    def entries(self) -> Iterator[Entry]:
        """Every accepted step, the equilibrium under stack pressure first.

        Raises:
            SolverError: no equilibrium, no step small enough converges, or walls of an empty space meet.
            Interrupted: by a signal.
        """
        yield self._entry(self._protocol.press())
        for record in self._protocol.run():
            yield self._entry(record)

    def last_state(self) -> State:
        """The last accepted state once more, after a step that failed."""
        self._stepper.reject()
        self._problem.time_step.value = 0.0
        return self._observer.state()

    def _entry(self, record: Record) -> Entry:
        row = self._rows.row(record)
        self._watch.note(record, row)
        charge, voltage = row["state_of_charge"], row["voltage"]
        kind = self._case.steps[record.protocol_step].step
        iterations = f"{record.newton_iterations} Newton iterations"
        return Entry(
            row=row,
            time=record.time,
            state=record.state,
            landmark=record.landmark,
            distance=charge,
            share=self._share(record, charge),
            words=f"step {record.index}: {kind}, time {record.time:.6g} s, state of charge {charge:.4f}, "
            f"voltage {voltage:.4f} V, {iterations}",
            short_words=f"{kind}: state of charge {charge:.3f}, {voltage:.3f} V, step {record.index}, "
            f"{iterations}",
        )

    def _share(self, record: Record, state_of_charge: float) -> float:
        """Share of the protocol that is done, judged from the state of charge that each step aims at."""
        number = record.protocol_step
        step = self._case.steps[number]
        start = self._start_charge.setdefault(number, state_of_charge)
        if isinstance(step, Rest | HoldVoltage | ChangePressure):
            inside = 0.5
        else:
            aim = step.until.state_of_charge
            if aim is None:
                aim = 1.0 if step.sign < 0 else 0.0
            inside = abs(state_of_charge - start) / max(abs(aim - start), 1e-9)
        return (number + min(inside, 1.0)) / len(self._case.steps)

    def _require_room(self, time: float) -> None:
        """End the run where bodies grow together across an empty space, in which no contact is computed.

        Raises:
            SolverError: with the time.
        """
        problem = self._problem
        if self._planes.overlap() > CLOSED_SPACE * problem.geometry.height / problem.units.length:
            raise SolverError(
                f"a body grew through a side of the model at time {time:.6g} s: the walls of an empty "
                "space met, between which no contact is computed; a meshed filler in that space carries load"
            )
