"""Two arms peeled apart from their ends: the load at which a crack grows, and how it falls as it grows.

Kanninen, Int. J. Fract. 9 (1973) 83: the arms bend as beams that are longer than the crack by 0.673 of their
height.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from dolfinx import fem
from lithiate_meshes.families.verification_beams import DoubleCantileverGeometry
from numpy.typing import NDArray

from lithiate import compat, parallel
from lithiate.case import Case
from lithiate.case.beam_theory import beam_of, last_opening
from lithiate.errors import SolverError
from lithiate.geometry import Geometry
from lithiate.problem.laws_of_case import interface_laws
from lithiate.problem.observables import Observer
from lithiate.problem.states import State
from lithiate.problem.unknowns import Unknown, create_unknown, global_scalar_space
from lithiate.scaling import GAS_CONSTANT, Units
from lithiate.verification.drive import Progress, bare_problem, stepper_of

UPPER, LOWER, INTERFACE = "upper", "lower", "upper|lower"

LOAD = "load_per_width"

CRITICAL_TIME = 1000.0
"""Seconds in which the control rises by one, as it does on the way to where a sharp crack grows."""

CONTROL_PER_LENGTH = 10.0
"""What the control counts of a crack grown by its own length, beside the opening over the critical one."""

FIRST_STEP = 0.02
"""Of the control: a weak interface is damaged from the start."""

LARGEST_STEPS = {0.85: 0.3, 1.3: 0.02}
"""Largest step of the control below a value of it: before much damage, and around the largest load."""

LAST_STEP = 0.2
"""The same where the crack grows."""

REGAINED = 1.5
"""Growth of a first step, or of one that was cut, from one to the next."""

SMALLEST_STEP = 1e-6
"""The run gives up where no control this much larger has a solution."""

NEWTON = {"snes_linesearch_type": "basic", "snes_max_it": 15}
"""Full steps: where the crack advances by a point the residual must rise before it falls."""


class DoubleCantilever:
    """The end faces bear an even shear, which the case's opening and crack decide.

    What rises from step to step is opening over critical opening plus growth of the crack over a tenth of its
    length. Under a given opening alone the crack of a mesh jumps from point to point of the interface, where
    Newton's method does not follow.
    """

    def __init__(self, case: Case, geometry: Geometry) -> None:
        shape = case.geometry
        assert isinstance(shape, DoubleCantileverGeometry)
        self._crack = shape.crack_length
        temperature = case.physics.temperature
        modulus = float(case.card(UPPER).youngs_modulus.at(0.0, temperature))
        units = self._units = Units(
            geometry.length,
            CRITICAL_TIME,
            # There is no lithium: the unit of concentration makes the modulus the unit of stress.
            modulus / (GAS_CONSTANT * temperature),
            temperature,
        )
        # What would pass through the interface is no part of the question.
        laws = replace(interface_laws(case, INTERFACE, units), kinetics=None, exchange=None)
        problem = self.problem = bare_problem(case, geometry, units, interfaces={INTERFACE: laws})
        beam = beam_of(case)
        self._critical = beam.critical_opening() / units.length
        self._end = last_opening(case) / units.length
        self._depth = 1.0 if shape.depth is None else shape.depth / units.length
        self._hold(geometry, shape.length / units.length)
        self._control = fem.Constant(geometry.mesh, 0.0)
        self._add_control(
            shape.arm_height / units.length * self._depth, beam.effective_length() / units.length
        )
        self._stepper = stepper_of(case, problem, NEWTON)
        self._observer = Observer(problem)
        self.time = self.time_step = 0.0
        self.iterations = self.rejected_steps = 0
        self._step = FIRST_STEP
        self._last_load = self._last_opening = self._work = self._viscous = 0.0

    def _hold(self, geometry: Geometry, length: float) -> None:
        problem, last = self.problem, geometry.dimension - 1
        for arm in (UPPER, LOWER):
            for side in ("symmetry_y", "side_y"):
                if side in geometry.surface_tags:
                    problem.fix(f"displacement.{arm}", side, 1)
        # The forces on the ends cancel: what keeps the arms from drifting and turning bears nothing.
        for component in (0, last):
            _fix_line(problem.unknowns[f"displacement.{LOWER}"], length, component)

    def _add_control(self, end_area: float, crack: float) -> None:
        """The load as an unknown, and the equation that decides it.

        Args:
            end_area: of an end face.
            crack: effective length of the crack as made.
        """
        problem, measures = self.problem, self.problem.measures
        last = problem.geometry.dimension - 1
        load = self._load = create_unknown(LOAD, global_scalar_space(problem.geometry.mesh), 1.0)
        problem.unknowns[LOAD] = load
        maps = problem.geometry.entity_maps()
        opening = []
        for arm, sign in ((UPPER, 1), (LOWER, -1)):
            displacement, end = problem.unknowns[f"displacement.{arm}"], f"loaded_end_{arm}"
            shear = -sign * load.value * self._depth / end_area
            problem.add(displacement.name, measures.surface(shear * displacement.test[last], end))
            raised = sign * displacement.value[last] / end_area
            opening.append(compat.compile_form(measures.surface(raised, end), maps))
            share = (raised - self._control / (2 * end_area) * self._critical) / self._critical
            problem.add(LOAD, measures.surface(share * load.test, end))
        grown = problem.interfaces[INTERFACE].dissipated_share * CONTROL_PER_LENGTH / (crack * self._depth)
        problem.add(LOAD, measures.interface(grown * load.test("+"), INTERFACE))
        self._opening_forms = opening

    def _advance_to(self, control: float, duration: float) -> bool:
        """Solve for a value of the control; whether there is a solution."""
        self._control.value = control
        outcome = self._stepper.attempt(duration)
        self.iterations = outcome.newton.iterations
        return outcome.newton.converged

    def _opening(self) -> float:
        """Mean distance that the end faces have moved apart."""
        communicator = self.problem.geometry.communicator
        own = sum(float(fem.assemble_scalar(form)) for form in self._opening_forms)
        return float(parallel.total(communicator, own))

    def _load_per_width(self) -> float:
        return float(parallel.largest(self.problem.geometry.communicator, self._load.owned_values))

    @property
    def progress(self) -> Progress:
        """Kept here, because what comes next depends on it."""
        return self

    @property
    def share(self) -> float:
        """Opening over that at the end."""
        return max(0.0, min(1.0, self._last_opening / self._end))

    def start(self) -> None:
        """The arms as made, without load.

        Raises:
            SolverError: there is no solution.
        """
        if not self._advance_to(0.0, 0.0):
            raise SolverError("no equilibrium without load")

    def advance(self) -> bool:
        """Raise the control; whether the opening at the end is reached.

        Raises:
            SolverError: there is no solution.
        """
        largest = next((step for end, step in LARGEST_STEPS.items() if self.time < end), LAST_STEP)
        self._step = min(REGAINED * self._step, largest)
        while not self._advance_to(self.time + self._step, self._step):
            self.rejected_steps += 1
            self._stepper.reject()
            self._step /= 2
            if self._step < SMALLEST_STEP:
                opening = self._last_opening * self._units.length
                raise SolverError(f"{INTERFACE}: no equilibrium beyond an opening of {opening:.4g} m")
        self.time_step = self._step
        self.time += self._step
        return self._opening() >= self._end

    def keep(self) -> None:
        """Make the solved step the accepted state."""
        self._stepper.accept()

    def restore(self) -> None:
        """Return to the accepted state."""
        self._stepper.reject()

    def quantities(self, state: State) -> Mapping[str, float]:
        """Load, opening, and the crack as made with the share of the toughness spent ahead of it."""
        face, communicator = state.interfaces[INTERFACE], self.problem.geometry.communicator
        grown = float(parallel.total(communicator, float(np.sum(face.values["damage"] * face.areas))))
        return {
            "load_per_width": self._load_per_width() * self._units.stress * self._units.length,
            "opening": self._opening() * self._units.length,
            "crack_length": self._crack + grown / self._depth * self._units.length,
        }

    def balance_errors(self, state: State) -> Mapping[str, float]:
        """Work of the ends against what is stored in the arms and the interface and spent there."""
        load, opening, observer = self._load_per_width() * self._depth, self._opening(), self._observer
        self._work += (load + self._last_load) / 2 * (opening - self._last_opening)
        self._last_load, self._last_opening = load, opening
        self._viscous += observer.interface_total(state, "viscous_work")
        stored = observer.region_total(state, "elastic_energy")
        stored += observer.interface_total(state, "cohesive_energy")
        spent = observer.interface_total(state, "spent_toughness") + self._viscous
        if self._work == 0.0:
            return {"energy_balance_error": 0.0}
        return {"energy_balance_error": abs(self._work - stored - spent) / self._work}

    def summary_values(self) -> Mapping[str, float]:
        """Nothing beside the columns."""
        return {}


def _fix_line(unknown: Unknown, length: float, component: int) -> None:
    """Hold one component on the line at the far end of the plane between the arms."""
    space = unknown.value.function_space

    def on_line(points: NDArray[np.float64]) -> NDArray[np.bool_]:
        last = space.mesh.geometry.dim - 1
        return np.isclose(points[0], length) & np.isclose(points[last], 0.0)

    dofs = fem.locate_dofs_geometrical(space, on_line)
    unknown.conditions.append(fem.dirichletbc(np.float64(0.0), dofs, space.sub(component)))
