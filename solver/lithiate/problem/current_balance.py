"""The electrode potential at which the interfaces react the applied current, all else as it is."""

from __future__ import annotations

from math import asinh, isfinite, sqrt

from dolfinx import fem, la

from lithiate import compat, parallel
from lithiate.problem.problem import Problem
from lithiate.problem.unknowns import ELECTRODE_POTENTIAL

LARGEST_ITERATIONS = 30

LARGEST_RATIO = 10.0
"""Of the current to its slope: kinetics that grow exponentially have at most 1/alpha, linear ones any."""

CLOSE = 1e-13
"""Share of the applied current, or of what 25 mV more would drive, to which they agree."""

SMALL_CHANGE = 1e-4
"""Of the potential, in R T / F, to find how the current follows it."""


class CurrentBalance:
    """Solves integral of i = I for the electrode potential alone.

    Where faces meet again the true contact grows by many orders of magnitude within one step, and the
    potential of the step before drives a current as many times too large. Newton iterations then bring an
    exponential down by one R T / F at a time, and everything else follows currents that are never there.

    Args:
        problem: with an electrode potential and a current per platen area.
    """

    def __init__(self, problem: Problem) -> None:
        maps = problem.geometry.entity_maps()
        surface = problem.description.platen or problem.description.grounded
        assert problem.reaction is not None and surface is not None
        self._problem, self._unknown = problem, problem.unknowns[ELECTRODE_POTENTIAL]
        self._reaction = compat.compile_form(problem.reaction, maps)
        area = fem.assemble_scalar(compat.compile_form(problem.measures.surface(1.0, surface), maps))
        self._area = float(parallel.total(problem.geometry.communicator, area))

    def _current(self, potential: float) -> float:
        self._unknown.value.x.array[:] = potential
        vector = fem.assemble_vector(self._reaction)
        vector.scatter_reverse(la.InsertMode.add)
        own = vector.array[: vector.index_map.size_local]
        return float(parallel.total(self._problem.geometry.communicator, float(own.sum())))

    def find(self) -> float:
        """The potential, solver units; the present one where none is found. Leaves it in the unknown.

        Each iteration takes all interfaces for one of symmetric kinetics, R = 2 s sinh(eta / 2), whose
        exchange current s = sqrt(R'^2 - R^2/4) follows from the current and its slope: the potential then
        changes by 2 asinh(I / 2s) - 2 asinh(R / 2s), exact for such an interface however far away it is.
        Linear kinetics give themselves away by a current many times its slope; they take Newton's step.
        """
        own = self._unknown.owned_values
        start = potential = parallel.largest(self._problem.geometry.communicator, own)
        applied = float(self._problem.current_density.value) * self._area
        for _ in range(LARGEST_ITERATIONS):
            current = self._current(potential)
            slope = (self._current(potential + SMALL_CHANGE) - current) / SMALL_CHANGE
            if not isfinite(slope) or slope <= 0.0:
                break
            if abs(current - applied) <= CLOSE * max(abs(applied), slope):
                self._unknown.value.x.array[:] = potential
                return potential
            if abs(current) > LARGEST_RATIO * slope:
                potential += (applied - current) / slope
                continue
            exchange = sqrt(max(slope**2 - current**2 / 4, (SMALL_CHANGE * slope) ** 2))
            potential += 2 * asinh(applied / (2 * exchange)) - 2 * asinh(current / (2 * exchange))
        self._unknown.value.x.array[:] = start
        return start
