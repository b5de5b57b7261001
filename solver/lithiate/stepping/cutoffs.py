"""What ends a protocol step at a moment that only the solution tells: a voltage, a current, a charge."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from lithiate.case.protocol import Delithiate, HoldVoltage, Lithiate
from lithiate.problem.observables import Observer

VOLTAGE_TOLERANCE = 1e-4
"""Cut-off voltages are hit to within this [V]."""

CURRENT_TOLERANCE = 1e-4
"""The current that ends a hold is hit to within this share of it."""

CHARGE_TOLERANCE = 1e-6
"""Charges passed during a hold are hit to within this share of the capacity."""

PowerStep = Lithiate | Delithiate | HoldVoltage
"""A protocol step in which current may flow."""


class Cutoffs:
    """The cut-offs of one protocol step that have to be located.

    Attributes:
        before: excess at the start of the time step; at the start of the protocol step infinite, because a
            step that starts beyond a cut-off ends at once.
        charge: state of charge at the start of the time step.
    """

    def __init__(self, step: PowerStep | None, observer: Observer, end_current: float | None) -> None:
        """Start a protocol step.

        Args:
            step: None where no current flows.
            observer: of the problem, in its accepted state.
            end_current: current density per platen area that ends a hold, solver units.
        """
        self._step, self._observer, self._end_current = step, observer, end_current
        self._unit = observer.problem.units
        # The state of charge does not follow from time where the current follows a voltage or makes film.
        self._locates_charge = isinstance(step, HoldVoltage) or observer.problem.loses_lithium
        self.before = np.inf
        self.charge = self._start_charge = observer.state_of_charge()

    def excess(self, density: float, passed: float) -> float:
        """How far the solved state lies beyond the nearest cut-off, in units of its tolerance.

        Args:
            density: current density per platen area, solver units.
            passed: charge per platen area in this protocol step so far, this time step included.
        """
        return max(self._excesses(density, passed), default=-np.inf)

    def _excesses(self, density: float, passed: float) -> Iterator[float]:
        step = self._step
        if isinstance(step, Lithiate | Delithiate) and step.until.voltage is not None:
            yield step.sign * (self._observer.voltage() - step.until.voltage) / VOLTAGE_TOLERANCE
        observer = self._observer
        if step is not None and self._locates_charge and step.until.state_of_charge is not None:
            way = step.until.state_of_charge - self._start_charge
            if isinstance(step, Lithiate | Delithiate):
                way = -step.sign
            left = step.until.state_of_charge - observer.state_of_charge()
            yield -np.sign(way) * left / CHARGE_TOLERANCE
        if not isinstance(step, HoldVoltage):
            return
        if self._end_current is not None:
            yield (1 - abs(density) / self._end_current) / CURRENT_TOLERANCE
        if step.until.capacity is not None:
            # The schema keeps areal capacities in C/m2.
            charge = step.until.capacity / (self._unit.current_density * self._unit.time)
            yield (passed - charge) * observer.platen_area / observer.capacity / CHARGE_TOLERANCE

    def accept(self, density: float, passed: float) -> None:
        """Make the solved state the start of the next time step."""
        self.before = self.excess(density, passed)
        self.charge = self._observer.state_of_charge()

    def landing(self, targets: tuple[float, ...]) -> float | None:
        """The first of some states of charge that are passed in this time step, if they must be located."""
        if self._step is None or not self._locates_charge:
            return None
        start, end = self.charge, self._observer.state_of_charge()
        way = np.sign(end - start)
        inside = [
            target
            for target in targets
            if way * (target - start) > CHARGE_TOLERANCE and way * (end - target) > CHARGE_TOLERANCE
        ]
        return float(min(inside, key=lambda target: abs(target - start))) if inside else None

    def distance_to(self, state_of_charge: float) -> float:
        """How far the solved state lies beyond a state of charge, in units of the tolerance."""
        way = np.sign(state_of_charge - self.charge)
        beyond = way * (self._observer.state_of_charge() - state_of_charge)
        return float(beyond) / CHARGE_TOLERANCE
