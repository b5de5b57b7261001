"""Contact pressures that augment a penalty until nothing penetrates: Uzawa iterations around Newton's method.

Simo & Laursen 1992, Comput. Struct. 42, 97: at a fixed multiplier lambda the pressure is p = <lambda - K g>;
once Newton's method has converged lambda becomes p, and so on until g is small wherever p > 0.
"""

from __future__ import annotations

import numpy as np
from dolfinx import fem
from mpi4py import MPI

from lithiate import parallel
from lithiate.problem.pointwise import FacePoints, store

NO_WEIGHT = 1e-9
"""Share of the largest point's area below which a point does not count: on the axis there is none."""

TOLERANCE_PER_ELEMENT = 1e-5
"""Largest penetration that is left, per element size."""

STALLED_SHARE = 0.999
"""An iteration that leaves more than this share of the penetration has gained nothing."""

STALLED_FACTOR = 100.0
"""Within this factor of the tolerance contacts count as closed where nothing more is gained."""

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
        points: FacePoints,
        tolerance: float,
        communicator: MPI.Intracomm,
    ) -> None:
        self.multiplier, self._points, self._tolerance = multiplier, points, tolerance
        self._communicator = communicator
        self._accepted = multiplier.x.array.copy()
        self._last = np.inf

    def penetration(self) -> float:
        """Largest |g| where p > 0 now, the same on every rank."""
        values = self._points.own_values(self._points.all_values())
        areas = values["weight"] * self._points.weights
        counted = areas > NO_WEIGHT * parallel.largest(self._communicator, areas)
        touching = counted & (values["pressure"] > 0.0)
        return max(parallel.largest(self._communicator, np.abs(values["gap"][touching])), 0.0)

    def settle(self) -> bool:
        """Whether the present solution leaves nothing to gain; if not, lambda becomes p.

        Where faces have slid, points that facets share can have normals so different that not all of them
        close: the multipliers then drift while the penetration stays as it is.
        """
        found = self.penetration()
        stalled = found > STALLED_SHARE * self._last and found <= STALLED_FACTOR * self._tolerance
        self._last = found
        if found <= self._tolerance or stalled:
            return True
        self.augment()
        return False

    def augment(self) -> None:
        """lambda becomes p."""
        values = self._points.all_values()
        pressures = values[:, [self._points.names.index("pressure")]]
        store(self.multiplier, pressures, self._points.places)

    def accept(self) -> None:
        """Keep the multiplier for the steps to come."""
        self._accepted[:] = self.multiplier.x.array

    def restore(self) -> None:
        """Return to the accepted multiplier, for another step."""
        self._last = np.inf
        self.multiplier.x.array[:] = self._accepted
