"""A film on a rigid base, filled evenly at a given rate: its flow stress.

Bower, Guduru, Sethuraman, J. Mech. Phys. Solids 59 (2011) 804: uniform lithium, in-plane stretch held.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from dolfinx import fem

from lithiate.case import Case
from lithiate.geometry import Geometry
from lithiate.problem.from_case import hold_boundaries
from lithiate.problem.observables import Observer
from lithiate.problem.states import State
from lithiate.scaling import Units
from lithiate.verification.drive import (
    TIME_TOLERANCE,
    AdaptiveSteps,
    Means,
    bare_problem,
    stepper_of,
)

REGION, PLATEN = "block", "top"

LARGEST_STEP_SHARE = 1 / 400
"""Largest time step as a share of the run, unless the case says otherwise: backward Euler errs with it."""


class ClampedFilm:
    """Lithium per silicon x(t) is given, the base and the sides hold the plane, a platen presses on top."""

    def __init__(self, case: Case, geometry: Geometry) -> None:
        load, card = case.load, case.card(REGION)
        assert load is not None and load.lithium_per_silicon_rate is not None
        assert card.maximum_concentration is not None
        full = self._full = load.largest_lithium_per_silicon
        self._start = case.initial.stoichiometry * full
        rate = load.lithium_per_silicon_rate
        seconds = load.end_with_unit
        if seconds is None:
            assert load.end_as_number is not None
            seconds = (load.end_as_number - self._start) / rate
        self._top = self._start + rate * seconds
        back = 0.0 if load.turn is None else (self._top - load.turn) / rate
        units = Units(geometry.length, seconds + back, card.maximum_concentration, case.physics.temperature)
        self._turning = seconds / units.time
        self._rate = rate * units.time
        problem = self.problem = bare_problem(case, geometry, units, platen=PLATEN)
        problem.stack_pressure.value = self._pressure = case.stack_pressure.pressure / units.stress
        hold_boundaries(problem)
        self._filling = fem.Constant(geometry.mesh, case.initial.stoichiometry)
        content = problem.unknowns[f"stoichiometry.{REGION}"]
        space = content.value.function_space
        everywhere = np.arange(len(content.value.x.array), dtype=np.int32)
        content.conditions.append(fem.dirichletbc(self._filling, everywhere, space))
        self._stepper = stepper_of(case, problem)
        largest = LARGEST_STEP_SHARE
        if case.solver.largest_step is not None:
            largest = min(largest, case.solver.largest_step / units.time)
        landings = [self._turning, *(time / units.time for time in case.output.times)]
        landings = [moment for moment in landings if 0 < moment < 1]
        self.progress = AdaptiveSteps(self._stepper, 1.0, landings, largest, largest, self._fill)
        self._height = geometry.height
        self._observer = Observer(problem)
        self._means = Means(problem)
        model = problem.regions[REGION]
        self._means.in_region("cauchy", model.cauchy_stress[0, 0], REGION)
        self._means.in_region("kirchhoff", model.kirchhoff_stress[0, 0], REGION)

    def _fill(self, time: float) -> None:
        """x rises up to the turn, then falls."""
        content = self._start + self._rate * min(time, 2 * self._turning - time)
        self._filling.value = content / self._full

    def start(self) -> None:
        """Equilibrium under the stack pressure.

        Raises:
            SolverError: there is none.
        """
        self.progress.start()

    def advance(self) -> bool:
        """Solve the next acceptable step; whether it lands on the turn or on an asked-for time.

        Raises:
            SolverError: no step small enough converges.
        """
        return self.progress.advance()

    def keep(self) -> None:
        """Make the solved step the accepted state."""
        self._stepper.accept()
        if abs(self.progress.time - self._turning) < TIME_TOLERANCE:
            # The rate jumps: those before say nothing about the step after.
            self._stepper.forget()

    def restore(self) -> None:
        """Return to the accepted state."""
        self._stepper.reject()

    def quantities(self, state: State) -> Mapping[str, float]:
        """Content, stress and thickness."""
        means, units = self._means.evaluate(), self.problem.units
        grown = self._observer.platen_displacement() * units.length / self._height
        return {
            "lithium_per_silicon": float(self._filling.value) * self._full,
            "in_plane_stress": means["cauchy"] * units.stress,
            "in_plane_kirchhoff_stress": means["kirchhoff"] * units.stress,
            "thickness_ratio": 1 + grown,
            "stack_pressure": self._pressure * units.stress,
        }

    def balance_errors(self, state: State) -> Mapping[str, float]:
        """Reaction of the base against the force of the platen."""
        force = self._pressure * self._observer.platen_area
        if force == 0.0:
            return {"force_balance_error": 0.0}
        return {"force_balance_error": abs(self._observer.bottom_reaction() - force) / force}

    def summary_values(self) -> Mapping[str, float]:
        """Nothing beside the columns."""
        return {}
