"""One implicit step with predictor and error estimate, and the size of the next one."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lithiate import parallel
from lithiate.problem.augmentation import MOST_ITERATIONS
from lithiate.problem.nonlinear import NewtonOutcome, NonlinearSystem
from lithiate.problem.problem import Problem
from lithiate.problem.unknowns import Unknown

SAFETY = 0.85
LARGEST_GROWTH = 1.8
SMALLEST_SHRINK = 0.25
SHRINK_AFTER_FAILURE = 0.4
"""Step factor after a Newton failure."""

SMALLEST_RATIO = 1e-12
"""A step smaller than this share of the protocol step's nominal length is given up."""

EDGE = 1e-3
"""A predicted stoichiometry goes at most to this share of the last value's distance from 0 or 1."""


JUMP_SHARE = 1e-3
"""Of the first step after a change of load: where potentials still jump in a step as short as that, no
shorter one would resolve them. Longer steps are judged by potentials too."""


@dataclass(frozen=True)
class StepOutcome:
    """One attempted step.

    Attributes:
        newton: how the nonlinear solve ended.
        error: largest local time error in units of the tolerance; zero where nothing is known yet.
    """

    newton: NewtonOutcome
    error: float

    @property
    def acceptable(self) -> bool:
        """Converged, and within the tolerance."""
        return self.newton.converged and self.error <= 1.0


class Stepper:
    """Backward Euler steps of a problem.

    The predictor extrapolates linearly from the last two accepted states. Its distance from the solution
    estimates the local error: with backward Euler it is ``(x - x_predicted) dt / (2 dt + dt_old)``.

    Attributes:
        problem: what is advanced.
        system: its nonlinear system.
        tolerance: local error per step, relative to the error scale of each unknown.
    """

    def __init__(self, problem: Problem, system: NonlinearSystem, tolerance: float) -> None:
        self.problem, self.system, self.tolerance = problem, system, tolerance
        self._rates: dict[str, NDArray[np.float64]] = {}
        self._last_step = 0.0
        self._skip: frozenset[str] = frozenset()
        self._jump_step, self._jumped = 0.0, False

    def forget(self, first_step: float = 0.0) -> None:
        """Drop the history of rates, after the load has jumped.

        Args:
            first_step: length of the first step that follows. In steps as short as ``JUMP_SHARE`` of it
                potentials may jump: where faces meet again, or the current turns at a surface that was
                empty, contact or filling grow by orders of magnitude however short the step.
        """
        self._rates, self._last_step, self._skip = {}, 0.0, frozenset()
        self._jump_step = first_step

    def attempt(self, time_step: float) -> StepOutcome:
        """Solve one step of the given length from the accepted state; nothing is accepted yet."""
        problem = self.problem
        problem.time_step.value = time_step
        self._restore_multipliers()
        predicted = {}
        for name, unknown in problem.unknowns.items():
            guess = unknown.old.x.array.copy()
            if name in self._rates:
                guess += time_step * self._rates[name]
            if unknown.bounded:
                old = unknown.old.x.array
                guess = np.clip(guess, EDGE * old, 1 - EDGE * (1 - old))
            unknown.value.x.array[:] = guess
            predicted[name] = guess
        newton = self._solve()
        if not newton.converged:
            return StepOutcome(newton, np.inf)
        return StepOutcome(newton, self._error(predicted, time_step))

    def _solve(self) -> NewtonOutcome:
        """Newton's method, again and again where multipliers have to close contacts."""
        newton = self.system.solve()
        for _ in range(MOST_ITERATIONS):
            if not newton.converged:
                return newton
            settled = [augmentation.settle() for augmentation in self.problem.augmentations]
            if all(settled):
                return newton
            further = self.system.solve()
            newton = replace(further, iterations=newton.iterations + further.iterations)
        return replace(newton, converged=False, reason="contacts not closed by their multipliers")

    def _restore_multipliers(self) -> None:
        for augmentation in self.problem.augmentations:
            augmentation.restore()

    def _error(self, predicted: dict[str, NDArray[np.float64]], time_step: float) -> float:
        self._jumped = False
        if time_step <= 0.0:
            return 0.0
        share = time_step / (2 * time_step + self._last_step)
        worst, jump = 0.0, 0.0
        for name, unknown in self.problem.unknowns.items():
            if name in self._skip or (unknown.instantaneous and name not in self._rates):
                continue
            difference = np.abs(unknown.value.x.array - predicted[name])
            error = float(difference.max(initial=0.0)) * share / unknown.error_scale
            if self._may_jump(unknown):
                jump = max(jump, error)
            else:
                worst = max(worst, error)
        communicator = self.problem.geometry.communicator
        worst, jump = (parallel.largest(communicator, value) / self.tolerance for value in (worst, jump))
        self._jumped = jump > 1.0 and time_step <= JUMP_SHARE * self._jump_step
        return worst if self._jumped else max(worst, jump)

    @staticmethod
    def _may_jump(unknown: Unknown) -> bool:
        return unknown.instantaneous or unknown.algebraic

    def accept(self) -> None:
        """Make the solved step the accepted state."""
        step = float(self.problem.time_step.value)
        if step > 0.0:
            fresh = not self._rates
            self._rates = {
                name: (unknown.value.x.array - unknown.old.x.array) / step
                for name, unknown in self.problem.unknowns.items()
            }
            # Potentials follow a change of load at once: their first difference is a jump, not a rate.
            unknowns = self.problem.unknowns.items()
            after_load = [name for name, unknown in unknowns if fresh and unknown.instantaneous]
            after_jump = [name for name, unknown in unknowns if self._jumped and self._may_jump(unknown)]
            self._skip = frozenset((*after_load, *after_jump))
            for name in self._skip:
                self._rates[name][:] = 0.0
            self._last_step = step
        self.problem.accept_step()

    def reject(self) -> None:
        """Return to the accepted state."""
        for unknown in self.problem.unknowns.values():
            unknown.value.x.array[:] = unknown.old.x.array
        self._restore_multipliers()


def next_step(time_step: float, outcome: StepOutcome) -> float:
    """Step length after an attempt: from the error (second order in the step), or after a failure."""
    if not outcome.newton.converged:
        return time_step * SHRINK_AFTER_FAILURE
    factor = LARGEST_GROWTH if outcome.error == 0.0 else SAFETY / np.sqrt(outcome.error)
    return time_step * float(np.clip(factor, SMALLEST_SHRINK, LARGEST_GROWTH))
