"""What is applied to a cell: the force of the platen, and the current or the voltage of a protocol step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from dolfinx import fem

from lithiate.case.protocol import ChangePressure, HoldVoltage, Rest, Step
from lithiate.case.sections import StackPressure
from lithiate.errors import SolverError
from lithiate.problem.observables import Observer
from lithiate.problem.problem import Problem
from lithiate.problem.unknowns import PLATEN
from lithiate.stepping.stepper import StepOutcome, Stepper

LARGEST_LOAD_CUTS = 12
"""A load that jumps is split at most this many times in two."""

ROUND_OFF = 1e-9
"""A pressure or a motion of the platen below this, in solver units, is none."""


@dataclass(frozen=True)
class Scales:
    """What the time steps of a protocol step are measured by, solver units.

    Attributes:
        fastest: time in which the charge would pass at the first current; of the first and smallest step.
        slowest: the same at the last current; of the largest step.
        end_current: current density per platen area that ends a hold.
    """

    fastest: float
    slowest: float
    end_current: float | None


class Loads:
    """Sets the loads of a problem, those that jump in as many parts as it takes.

    Attributes:
        rejected_steps: parts that were too large.
    """

    def __init__(
        self,
        section: StackPressure,
        problem: Problem,
        stepper: Stepper,
        observer: Observer,
        interrupted: Callable[[], None],
    ) -> None:
        self.problem, self.stepper, self.observer = problem, stepper, observer
        self.rejected_steps = 0
        self._section, self._interrupted = section, interrupted
        self._unit = problem.units
        unit = problem.units
        self._table = np.array(section.times) / unit.time, np.array(section.pressures) / unit.stress
        self._ramp = np.array([]), np.array([])

    # Platen

    @property
    def pressure(self) -> float:
        """Stack pressure of the solved state, solver units."""
        problem = self.problem
        if float(problem.gap_held.value):
            return self.observer.platen_pressure()
        stiffness = float(problem.fixture_stiffness.value)
        return max(float(problem.stack_pressure.value) + stiffness * self._motion, 0.0)

    @property
    def _motion(self) -> float:
        """Of the platen from where it is held, solver units, positive when the model grows."""
        return self.observer.platen_displacement() - float(self.problem.held_platen.value)

    def press(self) -> int:
        """Solve the equilibrium under stack pressure without accepting it; return the Newton iterations.

        Raises:
            SolverError: if no equilibrium is found.
        """
        section, unit = self._section, self._unit.stress
        path = [0.0, section.fabrication_pressure, section.pressure]
        pressures = [pressure / unit for pressure in path if pressure is not None]
        iterations = 0
        for start, target in pairwise(pressures):
            if start > 0.0:  # the fabrication pressure has been reached
                self.stepper.accept()
                self.problem.bond_what_is_pressed()
            load = self.problem.stack_pressure
            iterations += self._approach(load, start, target, "Pa of stack pressure", unit)
        return iterations

    def release(self) -> None:
        """From now on the fixture acts: it stands still, or is a spring, from where the pressure put it."""
        problem, section = self.problem, self._section
        if PLATEN not in problem.unknowns:
            return  # nothing moves, so that the pressure stays as applied
        if section.mode in ("fixed_gap", "spring"):
            problem.held_platen.value = self.observer.platen_displacement()
        if section.mode == "fixed_gap":
            problem.gap_held.value = 1.0
            problem.stack_pressure.value = 0.0  # what acts where the model has shrunk away from the fixture
        problem.fixture_stiffness.value = (section.stiffness or 0.0) / self._unit.stiffness_per_area

    def move_to(self, time: float) -> None:
        """Set the pressure of a step that ends at a time, solver units."""
        if self._section.mode == "constant":
            times, pressures = self._ramp
        else:
            times, pressures = self._table
        if len(times):
            self.problem.stack_pressure.value = float(np.interp(time, times, pressures))

    def attempt(self, time_step: float, end: float) -> StepOutcome:
        """Solve a step under what is applied at its end; a fixture that stands still does not pull.

        Args:
            time_step: its length, solver units.
            end: time at its end, solver units.
        """
        self.move_to(end)
        outcome = self.stepper.attempt(time_step)
        if self._section.mode == "fixed_gap" and outcome.newton.converged and self._fixture_is_wrong():
            held = self.problem.gap_held
            held.value = 1.0 - float(held.value)
            outcome = self.stepper.attempt(time_step)
        return outcome

    def _fixture_is_wrong(self) -> bool:
        """Whether a fixture that stands still pulls at the platen, or lets it pass."""
        if float(self.problem.gap_held.value):
            return self.observer.platen_pressure() < -ROUND_OFF
        return self._motion > ROUND_OFF

    def turns(self, time: float) -> list[float]:
        """Time left until each bend of the table, solver units."""
        return [float(moment) - time for moment in self._table[0]]

    # Electrode

    def _approach(self, load: fem.Constant, start: float, target: float, name: str, unit: float) -> int:
        """Bring a load to its value while lithium stays where it is, in as many parts as it takes.

        The last part is solved but not accepted.

        Args:
            load: to be changed.
            start: its value in the accepted state.
            target: its value at the end.
            name: what it is, after its value in a message.
            unit: its solver unit.

        Returns:
            Newton iterations.

        Raises:
            SolverError: if no equilibrium is found.
        """
        done, part, iterations = 0.0, 1.0, 0
        while True:
            self._interrupted()
            share = min(done + part, 1.0)
            load.value = target if share == 1.0 else start + share * (target - start)
            outcome = self.stepper.attempt(0.0)
            iterations += outcome.newton.iterations
            if outcome.newton.converged:
                done = share
                if done == 1.0:
                    return iterations
                self.stepper.accept()
                continue
            self.rejected_steps += 1
            self.stepper.reject()
            part /= 2
            if part <= 2.0**-LARGEST_LOAD_CUTS:
                reached = (start + done * (target - start)) * unit
                raise SolverError(f"no equilibrium beyond {reached:.3g} {name} ({outcome.newton.reason})")

    def _areal_current(self, density: float | None, rate: float | None) -> float:
        """Magnitude per platen area, solver units, of what a step gives as a current density or a rate."""
        if density is not None:
            return density / self._unit.current_density
        assert rate is not None
        per_hour = rate * self._unit.time / 3600.0
        return per_hour * self.observer.capacity / self.observer.platen_area

    def start(self, step: Step, time: float) -> Scales:
        """Apply the current or the voltage of a step, and find what its time steps are measured by.

        Args:
            step: of the protocol.
            time: at which it starts, solver units.
        """
        problem, observer = self.problem, self.observer
        duration = step.until.time / self._unit.time if step.until.time is not None else np.inf
        if isinstance(step, HoldVoltage):
            return self._hold(step, duration)
        problem.voltage_held.value = 0.0
        density = 0.0
        if isinstance(step, ChangePressure):
            start, end = float(problem.stack_pressure.value), step.pressure / self._unit.stress
            self._ramp = np.array([time, time + duration]), np.array([start, end])
        elif not isinstance(step, Rest):
            density = step.sign * self._areal_current(step.current_density, step.rate)
            duration = min(duration, observer.capacity / (abs(density) * observer.platen_area))
        problem.current_density.value = density
        return Scales(duration, duration, None)

    def _hold(self, step: HoldVoltage, duration: float) -> Scales:
        """Bring the electrode to its voltage at once; the current that follows says how fast things go."""
        problem, observer, until = self.problem, self.observer, step.until
        end_current = None
        if until.current is not None:
            end_current = self._areal_current(until.current_density, until.rate)
            duration = min(duration, observer.capacity / (end_current * observer.platen_area))
        start = observer.voltage() / self._unit.potential
        target = step.voltage / self._unit.potential
        problem.voltage_held.value = 1.0
        self._approach(problem.held_potential, start, target, "V of held voltage", self._unit.potential)
        problem.current_density.value = self.density(step)
        self.stepper.accept()
        current = abs(observer.reacting_current())
        fastest = min(duration, observer.capacity / current) if current > 0.0 else duration
        return Scales(fastest, duration, end_current)

    def density(self, step: Step) -> float:
        """Current density per platen area of the solved state, solver units."""
        if isinstance(step, HoldVoltage):
            return self.observer.reacting_current() / self.observer.platen_area
        return float(self.problem.current_density.value)
