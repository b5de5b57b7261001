"""What a verification problem is to the run around it, and what several of them share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

import numpy as np
import ufl
from dolfinx import fem, la

from lithiate import compat, parallel
from lithiate.case import Case
from lithiate.errors import SolverError
from lithiate.geometry import Geometry
from lithiate.problem.description import Description
from lithiate.problem.from_case import require_resolved_phases
from lithiate.problem.nonlinear import NonlinearSystem
from lithiate.problem.observables import Observer
from lithiate.problem.problem import Problem
from lithiate.problem.states import State
from lithiate.problem.switches import Switches
from lithiate.scaling import Units
from lithiate.stepping.stepper import SMALLEST_RATIO, Stepper, next_step

FIRST_STEP_SHARE = 1e-6
"""First time step as a share of the whole run: the layer that lithium enters first is thin."""

TIME_TOLERANCE = 1e-9
"""Relative distance at which an asked-for time counts as reached."""


class Progress(Protocol):
    """How far a run has come; times in solver units."""

    @property
    def time(self) -> float:
        """Of the last accepted step."""
        ...

    @property
    def time_step(self) -> float:
        """Length of the last accepted step."""
        ...

    @property
    def iterations(self) -> int:
        """Newton iterations of the last accepted step."""
        ...

    @property
    def rejected_steps(self) -> int:
        """Attempts that were not accepted."""
        ...

    @property
    def share(self) -> float:
        """Of the run that is done, 1 at its end."""
        ...


class Drive(Protocol):
    """One verification problem under its load, advanced step by step."""

    @property
    def problem(self) -> Problem:
        """What is solved."""
        ...

    @property
    def progress(self) -> Progress:
        """How far it has come."""
        ...

    def start(self) -> None:
        """Solve for the state at time zero.

        Raises:
            SolverError: there is none.
        """
        ...

    def advance(self) -> bool:
        """Solve the next step that is accepted; whether it lands on something that was asked for.

        Raises:
            SolverError: no step small enough converges.
        """
        ...

    def keep(self) -> None:
        """Make the solved step the accepted state; called once it has been observed."""
        ...

    def restore(self) -> None:
        """Return to the accepted state, after a step that failed."""
        ...

    def quantities(self, state: State) -> Mapping[str, float]:
        """The problem's own columns, SI."""
        ...

    def balance_errors(self, state: State) -> Mapping[str, float]:
        """Error of each balance that the problem checks; called once after each solved step."""
        ...

    def summary_values(self) -> Mapping[str, float]:
        """Quantities that are in the summary alone, SI; called after the last step."""
        ...


def switches(case: Case) -> Switches:
    """Which couplings are on."""
    physics = case.physics
    return Switches(
        stress_in_flux=physics.stress_in_flux,
        stress_in_overpotential=physics.stress_in_overpotential,
        modulus_term=physics.modulus_term,
        small_strain=physics.kinematics == "small_strain",
    )


def diffusivity_at(case: Case, region: str, stoichiometry: float) -> float:
    """D of a region at a filling [m2/s].

    Args:
        case: valid.
        region: that stores lithium.
        stoichiometry: the filling.
    """
    card, temperature = case.card(region), case.physics.temperature
    assert card.diffusivity is not None
    return float(card.diffusivity.at(stoichiometry, temperature)) * card.diffusivity_factor(temperature)


def diffusion_time(case: Case, region: str, length: float) -> float:
    """L^2 / D at the start [s].

    Args:
        case: valid.
        region: that stores lithium.
        length: L [m].
    """
    return length**2 / diffusivity_at(case, region, case.initial.stoichiometry)


def bare_problem(
    case: Case, geometry: Geometry, units: Units, bulk_degree: int | None = None, **more: Any
) -> Problem:
    """A problem of the regions of a case, without loads.

    Args:
        case: valid.
        geometry: its mesh.
        units: of the solver.
        bulk_degree: of the quadrature, if not the usual one.
        more: further parts of the description.

    Raises:
        InputError: the mesh does not resolve the interface between two phases.
    """
    require_resolved_phases(case, geometry)
    start = {name: case.stress_free_stoichiometry for name in case.storing_regions}
    more = {"switches": switches(case), **more}
    description = Description({name: case.card(name) for name in case.regions}, start, **more)
    return Problem(geometry, units, description, bulk_degree)


class Means:
    """Means over surfaces, regions and interfaces, compiled once; the same on every rank."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._forms: dict[str, tuple[Any, Any]] = {}

    def add(self, name: str, integral: Any, unit: Any) -> None:
        """A mean.

        Args:
            name: what it is called.
            integral: form of the quantity.
            unit: the same form of one.
        """
        maps = self._problem.geometry.entity_maps()
        self._forms[name] = compat.compile_form(integral, maps), compat.compile_form(unit, maps)

    def on_surface(self, name: str, integrand: Any, surface: str) -> None:
        """Mean over a surface as built."""
        measure = self._problem.measures.surface
        self.add(name, measure(integrand, surface), measure(ufl.as_ufl(1.0), surface))

    def in_region(self, name: str, integrand: Any, region: str) -> None:
        """Mean over a region as built."""
        measure = self._problem.measures.region
        self.add(name, measure(integrand, region), measure(ufl.as_ufl(1.0), region))

    def evaluate(self) -> dict[str, float]:
        """All means now, in solver units."""
        communicator = self._problem.geometry.communicator
        found = {}
        for name, forms in self._forms.items():
            above, below = (float(parallel.total(communicator, fem.assemble_scalar(form))) for form in forms)
            found[name] = above / below
        return found


class SurfaceReaction:
    """Residual of an unknown on a surface where it is held: what the holding puts in or bears."""

    def __init__(self, problem: Problem, unknown: str, surface: str) -> None:
        self._problem = problem
        maps = problem.geometry.entity_maps()
        self._form = compat.compile_form(problem.residuals[unknown], maps)
        dofs = problem.surface_dofs(unknown, surface)
        self._block = problem.unknowns[unknown].value.function_space.dofmap.bs
        self.own_nodes = dofs[dofs < problem.unknowns[unknown].owned // self._block]

    def values(self) -> Any:
        """(own nodes, components) reactions in solver units; the rows follow ``own_nodes``."""
        vector = fem.assemble_vector(self._form)
        vector.scatter_reverse(la.InsertMode.add)
        return vector.array.reshape(-1, self._block)[self.own_nodes]

    def total(self) -> float:
        """Sum over the surface, the same on every rank."""
        communicator = self._problem.geometry.communicator
        return float(parallel.total(communicator, float(np.sum(self.values()))))


class AdaptiveSteps:
    """Steps whose length follows from their error, landing on given times.

    Args:
        stepper: attempts them.
        duration: of the run.
        landings: times to land on.
        largest: upper bound of the step.
        first: length of the first step.
        load: puts on the load of the time at the end of a step, before it is solved.
    """

    def __init__(
        self,
        stepper: Stepper,
        duration: float,
        landings: Iterable[float],
        largest: float,
        first: float,
        load: Callable[[float], None] = lambda time: None,
    ) -> None:
        self._stepper, self.duration, self._largest, self._load = stepper, duration, largest, load
        self._landings = sorted({*landings, duration})
        self._proposed = first
        self.time = self.time_step = 0.0
        self.iterations = self.rejected_steps = 0

    def start(self) -> None:
        """The equilibrium at time zero.

        Raises:
            SolverError: there is none.
        """
        outcome = self._stepper.attempt(0.0)
        if not outcome.newton.converged:
            raise SolverError(f"no equilibrium at time zero ({outcome.newton.reason})")
        self.iterations = outcome.newton.iterations

    def shortened(self) -> tuple[float, bool]:
        """Length of the next step to try, and whether it lands."""
        wait = next(
            moment - self.time
            for moment in self._landings
            if moment - self.time > TIME_TOLERANCE * self.duration
        )
        length = min(self._proposed, self._largest)
        if length >= wait * (1 - TIME_TOLERANCE):
            return wait, True
        # Two halves rather than one step and a sliver.
        return (wait / 2 if length > wait / 2 else length), False

    def advance(self) -> bool:
        """Solve the next acceptable step; whether it lands.

        Raises:
            SolverError: no step small enough converges.
        """
        while True:
            length, lands = self.shortened()
            self._load(self.time + length)
            outcome = self._stepper.attempt(length)
            if outcome.acceptable:
                self.done(length, next_step(length, outcome), outcome.newton.iterations)
                return lands
            self._stepper.reject()
            self.retry(next_step(length, outcome), outcome.newton.reason)

    def done(self, length: float, proposed: float, iterations: int) -> None:
        """Count a solved step."""
        self.time += length
        self.time_step, self.iterations = length, iterations
        # A step cut short to land says nothing against the length it had before.
        self._proposed = max(proposed, self._proposed) if length < self._proposed else proposed

    def retry(self, length: float, reason: str) -> None:
        """Try a shorter step next.

        Raises:
            SolverError: it would be too short.
        """
        self.rejected_steps += 1
        self._proposed = length
        if length < SMALLEST_RATIO * self.duration:
            raise SolverError(f"no step small enough converged at {self.time:.6g} of the run ({reason})")

    @property
    def share(self) -> float:
        """Of the time that has passed, 1 at the end."""
        finished = self.time >= self.duration * (1 - TIME_TOLERANCE)
        return 1.0 if finished else self.time / self.duration


def stepper_of(case: Case, problem: Problem, options: Mapping[str, Any] | None = None) -> Stepper:
    """Newton's method and backward Euler steps as the case wants them.

    Args:
        case: valid.
        problem: with all loads and conditions.
        options: of PETSc, which those of the case override.
    """
    system = NonlinearSystem(problem, case.solver.newton_tolerance, {**(options or {}), **case.solver.petsc})
    return Stepper(problem, system, case.solver.tolerance)


def region_rows(observer: Observer, state: State) -> dict[str, float]:
    """The columns of every region."""
    row: dict[str, float] = {}
    for name, region in state.regions.items():
        row |= observer.region_row(name, region)
    return row
