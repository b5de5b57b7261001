"""Two backward Euler solutions side by side, one with steps of half the length."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from lithiate.problem.problem import Problem
from lithiate.stepping.stepper import SHRINK_AFTER_FAILURE, Stepper, next_step
from lithiate.verification.drive import AdaptiveSteps

_Values = dict[str, NDArray[np.float64]]


class SteppedPair:
    """Advances a coarse and a fine solution of one problem on the same grid of times.

    Backward Euler errs in proportion to the step, so ``2 fine - coarse`` is of second order in anything that
    is read off both. Only for problems whose whole memory is in their unknowns. Between calls the problem
    holds the fine solution.

    Args:
        steps: chooses the lengths and advances the coarse solution.
        coarse: its stepper.
        counted: called after each solved half step of the fine solution; what it returns is added up.
    """

    def __init__(self, steps: AdaptiveSteps, coarse: Stepper, counted: Callable[[], float]) -> None:
        self._steps, self._coarse, self._counted = steps, coarse, counted
        self._fine = Stepper(coarse.problem, coarse.system, coarse.tolerance)
        self._problem: Problem = coarse.problem
        self.sum = 0.0
        self._coarse_values = self._snapshot()

    def _snapshot(self) -> _Values:
        return {name: unknown.value.x.array.copy() for name, unknown in self._problem.unknowns.items()}

    def _load(self, values: _Values) -> None:
        for name, unknown in self._problem.unknowns.items():
            unknown.value.x.array[:] = unknown.old.x.array[:] = values[name]

    def advance(self) -> bool:
        """Solve the next step of both; whether it lands.

        Raises:
            SolverError: no step small enough converges.
        """
        while True:
            length, lands = self._steps.shortened()
            before = {name: unknown.old.x.array.copy() for name, unknown in self._problem.unknowns.items()}
            self._load(self._coarse_values)
            outcome = self._coarse.attempt(length)
            if not outcome.acceptable:
                self._load(before)
                self._steps.retry(next_step(length, outcome), outcome.newton.reason)
                continue
            candidate = self._snapshot()
            self._load(before)
            counted = self._halves(length)
            if counted is None:
                self._load(before)
                self._fine.forget()
                self._steps.retry(length * SHRINK_AFTER_FAILURE, "of half the length")
                continue
            self.sum += counted
            self._accept_coarse(candidate, length)
            self._steps.done(length, next_step(length, outcome), outcome.newton.iterations)
            return lands

    def _halves(self, length: float) -> float | None:
        """Solve two half steps, accepting the first; what they counted, None after a failure."""
        counted = 0.0
        for half in range(2):
            if not self._fine.attempt(length / 2).newton.converged:
                return None
            counted += self._counted()
            if half == 0:
                self._fine.accept()
        return counted

    def _accept_coarse(self, candidate: _Values, length: float) -> None:
        """The coarse stepper learns its rates from the values before and after its step."""
        unknowns = self._problem.unknowns
        fine = {name: (item.value.x.array.copy(), item.old.x.array.copy()) for name, item in unknowns.items()}
        half = float(self._problem.time_step.value)
        self._load(self._coarse_values)
        for name, unknown in unknowns.items():
            unknown.value.x.array[:] = candidate[name]
        self._problem.time_step.value = length
        self._coarse.accept()
        self._coarse_values = candidate
        for name, unknown in unknowns.items():
            unknown.value.x.array[:], unknown.old.x.array[:] = fine[name]
        self._problem.time_step.value = half

    def keep(self) -> None:
        """Accept the last half step of the fine solution."""
        self._fine.accept()

    @contextmanager
    def coarse_shown(self) -> Iterator[None]:
        """While this lasts the problem's values are those of the coarse solution."""
        fine = self._snapshot()
        for name, unknown in self._problem.unknowns.items():
            unknown.value.x.array[:] = self._coarse_values[name]
        try:
            yield
        finally:
            for name, unknown in self._problem.unknowns.items():
                unknown.value.x.array[:] = fine[name]
