"""A problem without time: one solution, which is the first and only row of its history."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from lithiate.case import Case
from lithiate.errors import SolverError
from lithiate.problem.nonlinear import NonlinearSystem
from lithiate.problem.problem import Problem
from lithiate.scaling import FARADAY_CONSTANT, GAS_CONSTANT, Units
from lithiate.verification.drive import Progress

CONJUGATE_GRADIENTS: Mapping[str, Any] = {
    "snes_linesearch_type": "basic",
    "ksp_type": "cg",
    "ksp_rtol": 1e-11,
    "pc_type": "gamg",
    "pc_factor_mat_solver_type": None,
    "mat_mumps_icntl_14": None,
}
"""For the symmetric system of one potential, which is linear: meshes in space are too large for factors."""


_CONCENTRATION = 1e4
"""Unit of concentration [mol/m3], of which there is none: the unit of time makes the conductivity one."""


def conduction_units(length: float, conductivity: float, temperature: float) -> Units:
    """Units in which a conductivity is one: T0 = F^2 C0 L0^2 / (kappa R T).

    Args:
        length: L0 [m].
        conductivity: kappa [S/m].
        temperature: T [K].
    """
    thermal = GAS_CONSTANT * temperature
    time = FARADAY_CONSTANT**2 * _CONCENTRATION * length**2 / (conductivity * thermal)
    return Units(length, time, _CONCENTRATION, temperature)


class SteadySolve:
    """What a drive needs beside its own quantities where there is one state to solve for and no time.

    Args:
        case: valid.
        problem: complete, with its conditions.
        solved: names of the unknowns that are solved for.
        options: of PETSc, which those of the case override.
    """

    time = time_step = 0.0
    rejected_steps = 0
    share = 1.0

    def __init__(
        self, case: Case, problem: Problem, solved: Collection[str], options: Mapping[str, Any]
    ) -> None:
        self.problem, self.iterations = problem, 0
        self._system = NonlinearSystem(
            problem, case.solver.newton_tolerance, {**options, **case.solver.petsc}, solved
        )

    @property
    def progress(self) -> Progress:
        """None: the run ends with its start."""
        return self

    def start(self) -> None:
        """Solve.

        Raises:
            SolverError: there is no solution.
        """
        outcome = self._system.solve()
        self.iterations = outcome.iterations
        if not outcome.converged:
            raise SolverError(f"no solution ({outcome.reason})")

    def advance(self) -> bool:
        """Never called: the run ends with its start.

        Raises:
            SolverError: always.
        """
        raise SolverError("there is no time to advance")

    def keep(self) -> None:
        """Make the solution the accepted state."""
        self.problem.accept_step()

    def restore(self) -> None:
        """Leave the state as it is: no step can fail after it."""
