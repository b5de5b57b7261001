"""Runs a protocol: steps of current, each until a condition is met, with events hit exactly."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.optimize import brentq

from lithiate import parallel
from lithiate.case import Case
from lithiate.case.protocol import ChangePressure, HoldVoltage, Rest, Step
from lithiate.errors import SolverError
from lithiate.problem.observables import MILLIAMPERE_HOUR_PER_SQUARE_CENTIMETRE, Observer
from lithiate.problem.problem import Problem
from lithiate.problem.states import State
from lithiate.stepping.balances import Balances
from lithiate.stepping.cutoffs import CHARGE_TOLERANCE, Cutoffs
from lithiate.stepping.loads import Loads
from lithiate.stepping.stepper import SMALLEST_RATIO, StepOutcome, Stepper, next_step

FIRST_STEP_SHARE = 1e-4
"""First time step after a change of current, as a share of the protocol step's nominal length."""

LARGEST_STEP_SHARE = 0.05
"""Largest time step, as the same share, unless the case says otherwise."""

TIME_TOLERANCE = 1e-9
"""Relative distance at which an event in time counts as reached."""


@dataclass(frozen=True)
class Record:
    """One accepted step, as listeners see it.

    Attributes:
        index: 0 for the equilibrium under pressure.
        time: [s].
        time_step: [s].
        protocol_step: from 0.
        cycle: from 1.
        current_density: per platen area [A/m2], anodic positive.
        stack_pressure: on the platen [Pa], compression positive.
        areal_capacity: passed in this protocol step [mAh/cm2].
        newton_iterations: of this step.
        state: evaluated fields.
        balance_errors: by name.
        landmark: whether fields must be kept: an asked-for time or state of charge, or the end of a protocol
            step.
    """

    index: int
    time: float
    time_step: float
    protocol_step: int
    cycle: int
    current_density: float
    stack_pressure: float
    areal_capacity: float
    newton_iterations: int
    state: State
    balance_errors: dict[str, float]
    landmark: bool


class _EventSolveFailedError(Exception):
    """A trial step of the event search did not converge."""


class ProtocolRun:
    """Advances a problem through the protocol of a case.

    Attributes:
        balances: what must be conserved.
        loads: what is applied.
    """

    def __init__(
        self,
        case: Case,
        problem: Problem,
        stepper: Stepper,
        observer: Observer,
        interrupted: Callable[[], None],
        require_room: Callable[[float], None],
    ) -> None:
        self.case, self.problem, self.stepper, self.observer = case, problem, stepper, observer
        self.balances = Balances(observer, case.solver.newton_tolerance)
        self.loads = Loads(case.stack_pressure, problem, stepper, observer, interrupted)
        self._rejected_steps = 0
        self._interrupted = interrupted
        self._require_room = require_room
        self._time = 0.0
        self._index = 0
        self._cycle = 1
        self._unit = problem.units

    @property
    def rejected_steps(self) -> int:
        """Attempts that were not accepted."""
        return self._rejected_steps + self.loads.rejected_steps

    # Equilibrium under stack pressure

    def press(self) -> Record:
        """Apply the stack pressure at time zero, in as many parts as it takes.

        Raises:
            SolverError: if no equilibrium is found.
        """
        iterations = self.loads.press()
        self._require_room(0.0)
        state = self.observer.state()
        errors = self.balances.start(state, self.loads.pressure)
        record = self._record(0.0, 0, 0.0, 0.0, iterations, state, errors, landmark=True)
        self.stepper.accept()
        self.loads.release()
        return record

    # Protocol

    def run(self) -> Iterator[Record]:
        """Every accepted step of the protocol, after :meth:`press`.

        Raises:
            SolverError: if no step small enough converges.
        """
        lithiated_last = True
        for number, step in enumerate(self.case.steps):
            if step.step == "lithiate":
                if not lithiated_last:
                    self._cycle += 1
                lithiated_last = True
            elif step.step == "delithiate":
                lithiated_last = False
            yield from self._run_step(number, step)

    def _run_step(self, number: int, step: Step) -> Iterator[Record]:
        scales = self.loads.start(step, self._time)
        self.stepper.forget(FIRST_STEP_SHARE * scales.fastest)
        start, passed = self._time, 0.0
        held = isinstance(step, HoldVoltage)
        current = 0.0 if held else self.loads.density(step) * self.observer.platen_area
        powered = None if isinstance(step, Rest | ChangePressure) else step
        cutoffs = Cutoffs(powered, self.observer, scales.end_current)
        if held:
            cutoffs.accept(self.loads.density(step), 0.0)
        time_step = FIRST_STEP_SHARE * scales.fastest
        largest = LARGEST_STEP_SHARE * scales.slowest
        if self.case.solver.largest_step is not None:
            largest = min(largest, self.case.solver.largest_step / self._unit.time)

        def excess_after(trial: float) -> float:
            density = self.loads.density(step)
            return cutoffs.excess(density, passed + abs(density) * trial)

        finished = False
        while not finished:
            self._interrupted()
            if self._index >= self.case.solver.maximum_steps:
                raise SolverError(
                    f"solver.maximum_steps: {self._index} steps done and the protocol is not finished"
                )
            trial, lands, ends = self._shorten(min(time_step, largest), step, start, current)
            outcome = self._attempt(trial)
            if not outcome.acceptable:
                time_step = self._reject(trial, outcome, scales.fastest)
                continue
            try:
                excess = excess_after(trial)
                if excess > 1.0 and cutoffs.before < 0.0:
                    trial, outcome = self._locate(excess_after, cutoffs.before, trial)
                    excess = 0.0
                target = cutoffs.landing(self.case.output.states_of_charge)
                if target is not None:
                    way = partial(self._beyond, cutoffs, target)
                    before = -abs(target - cutoffs.charge) / CHARGE_TOLERANCE
                    trial, outcome = self._locate(way, before, trial)
                    lands, ends, excess = True, False, -np.inf
            except _EventSolveFailedError:
                time_step = self._reject(trial, outcome, scales.fastest, failed=True)
                continue
            finished = ends or excess >= -1.0
            density = self.loads.density(step)
            passed += abs(density) * trial
            # The current follows a held voltage, which jumps only at the start of the protocol step.
            continuous = held and self._time > start
            yield self._finish(number, trial, density, passed, outcome, lands or finished, continuous)
            cutoffs.accept(density, passed)
            proposed = next_step(trial, outcome)
            # A step that was cut short to land on an event says nothing against the length it had before.
            time_step = max(proposed, time_step) if trial < time_step else proposed

    def _attempt(self, trial: float) -> StepOutcome:
        """Solve a step of given length under what is applied at its end."""
        return self.loads.attempt(trial, self._time + trial)

    def _finish(
        self,
        number: int,
        trial: float,
        density: float,
        passed: float,
        outcome: StepOutcome,
        landmark: bool,
        continuous: bool,
    ) -> Record:
        # Before anything of the step is kept: what it refuses is no good state.
        self._require_room((self._time + trial) * self._unit.time)
        state = self.observer.state()
        current = density * self.observer.platen_area
        errors = self.balances.step(state, trial, current, self.loads.pressure, continuous)
        # Where the voltage is held no equation reads it; the next step is measured by it.
        self.problem.current_density.value = density
        self._time += trial
        self._index += 1
        capacity = (
            passed * self._unit.current_density * self._unit.time / MILLIAMPERE_HOUR_PER_SQUARE_CENTIMETRE
        )
        iterations = outcome.newton.iterations
        record = self._record(trial, number, density, capacity, iterations, state, errors, landmark)
        self.stepper.accept()
        return record

    def _record(
        self,
        time_step: float,
        number: int,
        density: float,
        capacity: float,
        iterations: int,
        state: State,
        errors: dict[str, float],
        landmark: bool,
    ) -> Record:
        return Record(
            index=self._index,
            time=self._time * self._unit.time,
            time_step=time_step * self._unit.time,
            protocol_step=number,
            cycle=self._cycle,
            current_density=density * self._unit.current_density,
            stack_pressure=self.loads.pressure * self._unit.stress,
            areal_capacity=capacity,
            newton_iterations=iterations,
            state=state,
            balance_errors=errors,
            landmark=landmark,
        )

    def _reject(self, trial: float, outcome: StepOutcome, nominal: float, failed: bool = False) -> float:
        self._rejected_steps += 1
        self.stepper.reject()
        shorter = trial * 0.4 if failed else next_step(trial, outcome)
        if shorter < SMALLEST_RATIO * nominal:
            raise SolverError(
                f"no step small enough converged at time {self._time * self._unit.time:.6g} s, state of "
                f"charge {self.observer.state_of_charge():.4f} ({outcome.newton.reason}, residual "
                f"{outcome.newton.residual:.2e}){self._worst_interface()}"
            )
        return shorter

    def _worst_interface(self) -> str:
        """Largest damage of each interface and where it is, in words."""
        communicator, words = self.problem.geometry.communicator, ""
        for name, face in self.observer.state().interfaces.items():
            damage = parallel.largest(communicator, face.values["damage"])
            place = ", ".join(f"{value:.4g}" for value in self.observer.place_of_damage(name, face))
            words += f"; interface {name}: largest damage {damage:.3f}, at ({place}) m of the mesh as built"
        return words

    # Events

    def _shorten(
        self, time_step: float, step: Step, start: float, current: float
    ) -> tuple[float, bool, bool]:
        """Step length up to the next event of known time; whether it lands there, and ends."""
        ends = list(self._end_times(step, start, current))
        lands = [moment / self._unit.time - self._time for moment in self.case.output.times]
        lands += [self._time_to(target, current) for target in self.case.output.states_of_charge]
        near = TIME_TOLERANCE * max(self._time, time_step)
        # An end is never behind: where round-off says so, it is now.
        end = min((max(wait, 2 * near) for wait in ends), default=np.inf)
        land = min((wait for wait in lands if wait > near), default=np.inf)
        turn = min((wait for wait in self.loads.turns(self._time) if wait > near), default=np.inf)
        if abs(end - land) <= 10 * near:
            land = end
        if abs(end - turn) <= 10 * near:
            turn = end
        nearest = min(end, land, turn)
        if time_step >= nearest * (1 - 1e-6):
            return nearest, land <= nearest, end <= nearest
        # Two halves rather than one step and a sliver.
        return (nearest / 2 if time_step > nearest / 2 else time_step), False, False

    def _time_to(self, state_of_charge: float, current: float) -> float:
        """Time until a state of charge is reached; negative if it lies behind or the solution has to tell."""
        if current == 0.0 or self.problem.loses_lithium:
            return -1.0
        return (state_of_charge - self.observer.state_of_charge()) * self.observer.capacity / -current

    def _end_times(self, step: Step, start: float, current: float) -> Iterator[float]:
        if step.until.time is not None:
            yield start + step.until.time / self._unit.time - self._time
        if isinstance(step, Rest | HoldVoltage | ChangePressure):
            return
        if step.until.state_of_charge is not None and not self.problem.loses_lithium:
            yield max(
                self._time_to(step.until.state_of_charge, current), 2 * TIME_TOLERANCE * max(self._time, 1.0)
            )
        if step.until.capacity is not None:
            # The schema keeps areal capacities in C/m2.
            charge = step.until.capacity / (self._unit.current_density * self._unit.time)
            yield start + charge / abs(current / self.observer.platen_area) - self._time

    @staticmethod
    def _beyond(cutoffs: Cutoffs, state_of_charge: float, time_step: float) -> float:
        del time_step
        return cutoffs.distance_to(state_of_charge)

    def _locate(
        self, excess_after: Callable[[float], float], before: float, time_step: float
    ) -> tuple[float, StepOutcome]:
        """The step that ends on an event, solved.

        Args:
            excess_after: how far the solved state lies beyond the event, after a step of given length.
            before: the same at the start of the step, negative.
            time_step: a length after which it is positive.

        Raises:
            _EventSolveFailedError: a trial on the way did not converge.
        """
        outcome: StepOutcome | None = None

        def excess(trial: float) -> float:
            nonlocal outcome
            if trial == 0.0:
                return before
            outcome = self._attempt(trial)
            if not outcome.newton.converged:
                raise _EventSolveFailedError
            return excess_after(trial)

        root = float(brentq(excess, 0.0, time_step, xtol=1e-12, rtol=1e-6))
        excess(root)
        assert outcome is not None
        return root, outcome
