# SPDX-License-Identifier: LGPL-3.0-or-later
"""The tangent of a problem against differences of its residual."""

from __future__ import annotations

import numpy as np
from lithiate.problem.nonlinear import NonlinearSystem
from lithiate.problem.problem import Problem
from lithiate.problem.unknowns import Unknown
from verification_problems import Array

LARGEST_ERROR, FLOOR = 1e-6, 1e-5
"""Of J v relative to its own size in each block, and the size below which it counts as nothing."""

_LENGTHS = np.array([1.0, 0.1])
"""Shares of the length of a difference; the better one counts. A point that begins to flow between the two
sides spoils one difference, a wrong tangent spoils both."""


def _length(unknown: Unknown) -> float:
    """Of a difference in this unknown."""
    return 1e-7 if "displacement" in unknown.name else 1e-5


def _residual(system: NonlinearSystem) -> Array:
    return np.array(system.residual_and_tangent()[0].array)


def _free(unknown: Unknown) -> Array:
    """One where an unknown is free, zero where a condition holds it."""
    free = np.ones(unknown.owned)
    for condition in unknown.conditions:
        held, owned = condition.dof_indices()
        free[held[:owned]] = 0.0
    return free


def tangent_errors(
    problem: Problem, system: NonlinearSystem, shares: Array = _LENGTHS
) -> dict[tuple[str, str], float]:
    """Largest error of J v by (residual, unknown), for random v in one unknown at a time.

    Args:
        problem: in the state to look at, which is left a little off.
        system: of the problem.
        shares: of the ordinary length of a difference; laws that bend within it need less.
    """
    random = np.random.default_rng(4)
    # Off the solution, where the residual and all its parts are of their ordinary size.
    for unknown in problem.unknowns.values():
        unknown.owned_values[:] += _free(unknown) * _length(unknown) * random.normal(size=unknown.owned)
    matrix = system.residual_and_tangent()[1].copy()
    ends = np.cumsum([unknown.owned for unknown in problem.unknowns.values()])
    rows = dict(zip(problem.unknowns, np.split(np.arange(ends[-1]), ends[:-1]), strict=True))
    worst: dict[tuple[str, str], float] = {}
    for name, unknown in problem.unknowns.items():
        for _ in range(3):
            direction = _free(unknown) * random.normal(size=unknown.owned)
            whole = matrix.createVecRight()
            whole.array[:] = 0.0
            whole.array[rows[name]] = direction
            predicted = matrix.createVecLeft()
            matrix.mult(whole, predicted)
            kept = unknown.owned_values.copy()
            misses = []
            for length in shares * _length(unknown):
                sides = []
                for sign in (1.0, -1.0):
                    unknown.owned_values[:] = kept + sign * length * direction
                    sides.append(_residual(system))
                misses.append((sides[0] - sides[1]) / (2 * length) - predicted.array)
            unknown.owned_values[:] = kept
            for row, entries in rows.items():
                size = np.linalg.norm(predicted.array[entries])
                miss = min(np.linalg.norm(found[entries]) for found in misses)
                worst[row, name] = max(worst.get((row, name), 0.0), float(miss / (size + FLOOR)))
    return worst
