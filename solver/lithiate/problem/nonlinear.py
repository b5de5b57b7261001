"""The monolithic nonlinear system: PETSc SNES with line search on the blocks of a problem."""

from __future__ import annotations

import atexit
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import ufl
from dolfinx import fem, la
from numpy.typing import NDArray
from petsc4py import PETSc

from lithiate import compat, parallel
from lithiate.problem.current_balance import CurrentBalance
from lithiate.problem.problem import Problem
from lithiate.problem.unknowns import ELECTRODE_POTENTIAL

OPTIONS_PREFIX = "lithiate_"

DEFAULT_OPTIONS: Mapping[str, Any] = {
    "snes_type": "newtonls",
    "snes_linesearch_type": "bt",
    "snes_max_it": 25,
    "snes_max_linear_solve_fail": 1,
    "ksp_type": "preonly",
    "pc_type": "lu",
    "pc_factor_mat_solver_type": "mumps",
    "mat_mumps_icntl_14": 80,
}
"""Newton with backtracking and a direct solver; any PETSc option may be set instead."""

FULL_STEP_OPTIONS: Mapping[str, Any] = {"snes_linesearch_type": "basic", "snes_max_it": 12}
"""At a kink of a contact, friction or damage law the residual must rise before it falls: a line search stops
there, full steps of a semismooth Newton method go on. Where flow stops or starts at many points at once it
does not stop but crawls: what a sphere whose surface turns from compressed to stretched needs 25 damped steps
for, and more, about five full steps do."""

SMALLEST_KINK = 1e-6
"""Norm of the residual below which a failed line search is taken for such a kink."""

ROUND_OFF_FACTOR = 100.0
"""Within this factor of the tolerance a residual counts as solved where no descent is left."""

ROUND_OFF_PROGRESS = 0.5
"""An iteration that leaves more than this share of such a residual has only moved round-off about."""

LAST_CONTACT = 1e-8
"""Norm of the residual that counts as solved once the currents agree, where nothing brings it further."""

_WRITTEN: set[tuple[str, str]] = set()
"""Prefix and name of the options that systems have put into PETSc's table, which all of them share."""

BOUND_FRACTION = 0.9
"""A Newton update covers at most this share of the way to the ends of (0, 1)."""


@atexit.register
def _take_defaults_away() -> None:
    """When PETSc ends it names options that nothing read, as those of a matrix that was never factorised.

    What a user has set stays, so that a spelling mistake there is still found.
    """
    for prefix, name in _WRITTEN:
        if name in DEFAULT_OPTIONS:
            PETSc.Options(prefix).delValue(name)


@dataclass(frozen=True)
class NewtonOutcome:
    """How a nonlinear solve ended.

    Attributes:
        converged: whether the residual fell below the tolerance.
        iterations: Newton iterations.
        reason: PETSc's name of the reason.
        residual: norm of the last residual.
    """

    converged: bool
    iterations: int
    reason: str
    residual: float

    def followed_by(self, further: NewtonOutcome) -> NewtonOutcome:
        """Outcome of another attempt after this one, with the iterations of both."""
        return replace(further, iterations=self.iterations + further.iterations)


class NonlinearSystem:
    """Residual and tangent of a problem as one PETSc system.

    Args:
        problem: complete, with its conditions.
        tolerance: of the norm of the residual.
        options: of PETSc; None takes a default one away.
        solved: names of the unknowns to solve for, all that have an equation if None; the others keep their
            values.

    Attributes:
        problem: whose unknowns are solved for; its values hold the initial guess and then the solution.
    """

    def __init__(
        self,
        problem: Problem,
        tolerance: float,
        options: Mapping[str, Any] | None = None,
        solved: Collection[str] | None = None,
    ) -> None:
        self.problem = problem
        names = problem.solved_unknowns if solved is None else solved
        self._blocks = [problem.unknowns[name] for name in names]
        self._conditions = [condition for block in self._blocks for condition in block.conditions]
        maps = problem.geometry.entity_maps()
        residuals = [problem.residuals[block.name] for block in self._blocks]
        self._residual_forms = compat.compile_form(residuals, maps)
        self._tangent_forms = compat.compile_form(self._tangents(residuals), maps)
        self._matrix = compat.create_matrix(self._tangent_forms)
        self._residual_vectors = [la.vector(self._map(b), self._bs(b)) for b in self._blocks]
        self._bounded = self._bounded_entries()
        self._solution = self._matrix.createVecRight()
        self._residual = self._matrix.createVecLeft()
        self._stagnation = ROUND_OFF_FACTOR * tolerance
        self._last_norm, self._was_slow = np.inf, False
        self._balances_current = False
        # Between its two curves the potential of a first lithiation bends so much that the residual must rise
        # before it falls, as at a kink: a line search all but stops there.
        self._bends = any(region.largest_filling is not None for region in problem.regions.values())
        given = {**DEFAULT_OPTIONS, **(options or {})}
        given = {name: value for name, value in given.items() if value is not None}
        self._tolerance = tolerance
        self._other_options = {**DEFAULT_OPTIONS, **FULL_STEP_OPTIONS, **(options or {})}
        if self._bends:
            given, self._other_options = {**DEFAULT_OPTIONS, **FULL_STEP_OPTIONS, **(options or {})}, given
        self._snes = self._create_solver(OPTIONS_PREFIX, tolerance, given)

    @staticmethod
    def _map(block: Any) -> Any:
        return block.value.function_space.dofmap.index_map

    @staticmethod
    def _bs(block: Any) -> int:
        return int(block.value.function_space.dofmap.index_map_bs)

    def _tangents(self, residuals: list[Any]) -> list[list[Any]]:
        rows = []
        for residual in residuals:
            row = []
            for block in self._blocks:
                trial = ufl.TrialFunction(block.value.function_space)
                tangent = ufl.algorithms.expand_derivatives(ufl.derivative(residual, block.value, trial))
                row.append(None if tangent.empty() else tangent)
            rows.append(row)
        return rows

    def _bounded_entries(self) -> NDArray[np.bool_]:
        return np.concatenate([np.full(block.owned, block.bounded) for block in self._blocks])

    def _create_solver(self, prefix: str, tolerance: float, options: Mapping[str, Any]) -> PETSc.SNES:
        communicator = self.problem.geometry.communicator
        snes = PETSc.SNES().create(communicator)
        snes.setOptionsPrefix(prefix)
        store = PETSc.Options(prefix)
        for left in {key for owner, key in _WRITTEN if owner == prefix} - options.keys():
            store.delValue(left)
            _WRITTEN.discard((prefix, left))
        for key, value in options.items():
            # Options of the command line stay; those that an earlier system wrote do not.
            if (prefix, key) in _WRITTEN or not store.hasName(key):
                store[key] = value
                _WRITTEN.add((prefix, key))
        snes.setFunction(self._evaluate_residual, self._residual)
        snes.setJacobian(self._evaluate_tangent, self._matrix)
        snes.setLineSearchPreCheck(self._keep_inside_bounds)
        snes.setMonitor(self._stop_at_round_off)
        snes.setTolerances(rtol=0.0, atol=tolerance, stol=0.0, max_it=25)
        snes.setFromOptions()
        return snes

    # Transfer between PETSc's vector and the unknowns; every rank's own values, block after block

    def _read(self, vector: PETSc.Vec) -> None:
        values, start = vector.array_r, 0
        for block in self._blocks:
            block.owned_values[:] = values[start : start + block.owned]
            block.value.x.scatter_forward()
            start += block.owned

    def gather_values(self) -> NDArray[np.float64]:
        """This rank's own values of all unknowns, block after block."""
        return np.concatenate([block.owned_values for block in self._blocks])

    def _apply_conditions(self) -> None:
        for block in self._blocks:
            if block.conditions:
                fem.set_bc(block.value.x.array, block.conditions)
                block.value.x.scatter_forward()

    # Callbacks

    def _evaluate_residual(self, snes: PETSc.SNES, vector: PETSc.Vec, residual: PETSc.Vec) -> None:
        del snes
        self._read(vector)
        parts = []
        for block, form, storage in zip(
            self._blocks, self._residual_forms, self._residual_vectors, strict=True
        ):
            storage.array[:] = 0.0
            fem.assemble_vector(storage.array, form)
            storage.scatter_reverse(la.InsertMode.add)
            if block.conditions:
                # Values on fixed entries are exact, so their residual is zero.
                fem.set_bc(storage.array, block.conditions, block.value.x.array, -1.0)
            parts.append(storage.array[: block.owned])
        residual.array[:] = np.concatenate(parts)

    def _evaluate_tangent(self, snes: PETSc.SNES, vector: PETSc.Vec, matrix: PETSc.Mat, *_: Any) -> None:
        del snes, matrix
        self._read(vector)
        compat.assemble_matrix(self._matrix, self._tangent_forms, self._conditions)

    def _keep_inside_bounds(self, vector: PETSc.Vec, step: PETSc.Vec) -> bool:
        """Keep each bounded unknown inside (0, 1) by a shorter update; SNES sets x - step."""
        values, update = vector.array_r[self._bounded], step.array[self._bounded]
        limited = np.clip(update, -BOUND_FRACTION * (1 - values), BOUND_FRACTION * values)
        step.array[self._bounded] = limited
        communicator = self.problem.geometry.communicator
        changed = parallel.any_rank(communicator, bool(np.any(limited != update)))
        if self._balances_current:
            aim = vector.duplicate()
            aim.array[:] = vector.array_r - step.array_r
            self._balance_current(aim)
            step.array[:] = vector.array_r - aim.array_r
        return changed or self._balances_current

    def _stop_at_round_off(self, snes: PETSc.SNES, iteration: int, norm: float) -> None:
        """End where round-off is all that is left of the residual.

        Forces are rounded to 1e-16 of moduli over the stress unit C R T, about 1e3 where little lithium is
        stored in stiff material: the residual then stays above the tolerance, and the line search finds a
        little less of it again and again.
        """
        slow = iteration > 0 and norm > ROUND_OFF_PROGRESS * self._last_norm
        # A single slow iteration may be a damped or a shortened one.
        if slow and self._was_slow and norm <= self._stagnation and not snes.getConvergedReason():
            snes.setConvergedReason(PETSc.SNES.ConvergedReason.CONVERGED_FNORM_RELATIVE)
        self._last_norm, self._was_slow = norm, slow

    def residual_norm(self) -> float:
        """Norm of the residual at the present values of the unknowns."""
        self._apply_conditions()
        self._solution.array[:] = self.gather_values()
        self._evaluate_residual(self._snes, self._solution, self._residual)
        return float(self._residual.norm())

    def residual_and_tangent(self) -> tuple[PETSc.Vec, PETSc.Mat]:
        """Residual and tangent at the present values (views that the next evaluation overwrites)."""
        self.residual_norm()
        self._evaluate_tangent(self._snes, self._solution, self._matrix)
        return self._residual, self._matrix

    def solve(self) -> NewtonOutcome:
        """Solve from the present values of the unknowns; they hold the solution afterwards."""
        self._apply_conditions()
        start = self.gather_values()
        self._solution.array[:] = start
        raw = self._run(self._snes)
        at_kink = raw.reason == "DIVERGED_LINE_SEARCH" and raw.residual < SMALLEST_KINK
        crawled = raw.reason == "DIVERGED_MAX_IT"
        outcome = self._polished(raw, self._stagnation)
        if not outcome.converged and (at_kink or crawled or self._bends):
            if self._bends:
                self._solution.array[:] = start
            outcome = outcome.followed_by(self._polished(self._run(self._other), self._stagnation))
        if not outcome.converged and self._current_is_given:
            # What full steps, too, leave of it is round-off in the overlap of a last contact.
            bound = max(self._stagnation, LAST_CONTACT)
            outcome = outcome.followed_by(self._polished(self._run_balanced(start), bound))
        self._read(self._solution)
        return outcome

    def _polished(self, outcome: NewtonOutcome, bound: float) -> NewtonOutcome:
        """Solved after all, if a small residual is within a bound where the currents agree; else as it was.

        A last contact of 100 Pa is an overlap of the faces by 1e-13 of the model: round-off of displacements
        is a billionth of the current through it, which Newton iterations of all unknowns never get rid of.
        """
        if outcome.converged or outcome.residual > SMALLEST_KINK or not self._current_is_given:
            return outcome
        before = self._solution.array.copy()
        self._balance_current(self._solution)
        self._evaluate_residual(self._snes, self._solution, self._residual)
        norm = float(self._residual.norm())
        if norm <= bound:
            return replace(outcome, converged=True, residual=norm)
        self._solution.array[:] = before
        return outcome

    def _run_balanced(self, start: NDArray[np.float64]) -> NewtonOutcome:
        """Full steps, before each of which the electrode potential is brought to where the currents agree."""
        self._solution.array[:] = start
        self._balance_current(self._solution)
        self._balances_current = True
        try:
            return self._run(self._other if not self._bends else self._snes)
        finally:
            self._balances_current = False

    def _balance_current(self, vector: PETSc.Vec) -> None:
        """Put into a vector the electrode potential at which the interfaces react what is applied."""
        self._read(vector)
        self._current_balance.find()
        vector.array[self._electrode_entries] = self.gather_values()[self._electrode_entries]

    @cached_property
    def _current_balance(self) -> CurrentBalance:
        return CurrentBalance(self.problem)

    @cached_property
    def _electrode_entries(self) -> NDArray[np.bool_]:
        return np.concatenate([np.full(b.owned, b.name == ELECTRODE_POTENTIAL) for b in self._blocks])

    @property
    def _current_is_given(self) -> bool:
        """Whether the electrode potential is solved for and follows from a current."""
        solved = any(block.name == ELECTRODE_POTENTIAL for block in self._blocks)
        return solved and self.problem.reaction is not None and not float(self.problem.voltage_held.value)

    @cached_property
    def _other(self) -> PETSc.SNES:
        """Full steps after a line search, or the other way round.

        Made only where it is needed: PETSc complains of options that nothing reads.
        """
        prefix = OPTIONS_PREFIX + ("line_search_" if self._bends else "full_steps_")
        return self._create_solver(prefix, self._tolerance, self._other_options)

    def _run(self, snes: PETSc.SNES) -> NewtonOutcome:
        snes.solve(None, self._solution)
        code = snes.getConvergedReason()
        names = {
            value: name
            for name, value in vars(PETSc.SNES.ConvergedReason).items()
            if isinstance(value, int) and not name.startswith("_")
        }
        norm = float(snes.getFunctionNorm())
        # Where round-off keeps the residual just above the tolerance, the line search finds no descent.
        stagnated = code == PETSc.SNES.ConvergedReason.DIVERGED_LINE_SEARCH and norm <= self._stagnation
        converged = bool(np.isfinite(norm)) and (code > 0 or stagnated)
        return NewtonOutcome(converged, int(snes.getIterationNumber()), names.get(code, str(code)), norm)
