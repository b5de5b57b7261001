"""Contact pressures that augment a penalty until nothing penetrates: Uzawa iterations around Newton's method.

Simo & Laursen 1992, Comput. Struct. 42, 97: at a fixed multiplier lambda the pressure is p = <lambda - K g>;
once Newton's method has converged lambda becomes p, and so on until g is small wherever p > 0.
"""

from __future__ import annotations

import numpy as np
from dolfinx import fem
from mpi4py import MPI

from lithiate import parallel
from lithiate.problem.pointwise import InterfacePoints, SurfacePoints, store

NO_WEIGHT = 1e-9
"""Share of the largest point's area below which a point does not count: on the axis there is none."""

TOLERANCE_PER_ELEMENT = 1e-5
"""Largest penetration that is left, per element size."""

MOST_ITERATIONS = 40
"""A step whose contacts are not closed after so many is solved again, shorter."""


class Augmentation:
    """The multiplier of one contact.

    Attributes:
        multiplier: lambda at the contact's points.

    Args:
        multiplier: zero as made.
        points: evaluate "pressure" p, "gap" g and "weight", area per mesh area.
        tolerance: of the penetration, solver units.
        communicator: the ranks.
    """

    def __init__(
        self,
        multiplier: fem.Function,
        points: InterfacePoints | SurfacePoints,
        tolerance: float,
        communicator: MPI.Intracomm,
    ) -> None:
        self.multiplier, self._points, self._tolerance = multiplier, points, tolerance
        self._communicator = communicator
        self._accepted = multiplier.x.array.copy()

    def penetration(self) -> float:
        """Largest |g| where p > 0 now, the same on every rank."""
        values = self._points.own_values(self._points.all_values())
        areas = values["weight"] * self._points.weights
        counted = areas > NO_WEIGHT * parallel.largest(self._communicator, areas)
        touching = counted & (values["pressure"] > 0.0)
        return max(parallel.largest(self._communicator, np.abs(values["gap"][touching])), 0.0)

    @property
    def is_closed(self) -> bool:
        """Whether the penetration is within the tolerance."""
        return self.penetration() <= self._tolerance

    def augment(self) -> None:
        """lambda becomes p."""
        values = self._points.all_values()
        pressures = values[:, [self._points.names.index("pressure")]]
        store(self.multiplier, pressures, self._points.places)

    def accept(self) -> None:
        """Keep the multiplier for the steps to come."""
        self._accepted[:] = self.multiplier.x.array

    def restore(self) -> None:
        """Return to the accepted multiplier."""
        self.multiplier.x.array[:] = self._accepted
