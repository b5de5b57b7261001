"""A rigid cone pressed into a body and taken off again: load against depth, hardness, and what springs back.

Oliver & Pharr, J. Mater. Res. 7 (1992) 1564: hardness is the largest force over the contact area under it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from dolfinx import fem, la
from lithiate_meshes.families.verification_indentation import IndentationGeometry
from numpy.typing import NDArray

from lithiate import compat, parallel
from lithiate.case import Case
from lithiate.errors import SolverError
from lithiate.geometry import Geometry
from lithiate.interfaces.obstacle import Cone
from lithiate.problem.observables import Observer
from lithiate.problem.pointwise import SurfacePoints
from lithiate.problem.states import State
from lithiate.scaling import GAS_CONSTANT, Units
from lithiate.verification.drive import Progress, bare_problem, stepper_of
from lithiate.verification.far_field import point_force
from lithiate.verification.hertz_contacts import BODY, TOP, pressed_obstacle

OUTER = ("bottom", "side")

DEEPER = 0.04
"""Full step of the depth while the force rises, in element sizes."""

LIGHTER = 0.05
"""Full step of the root of the force over its largest while it falls."""

FIRST_STEP, SMALLEST_STEP = 1.0, 1e-3
"""Shares of a full step: the first, and where the run gives up."""

REGAINED = 1.5
"""Growth of a step that was cut, from one to the next."""

LAST_HOLD = 0.2
"""Root of the share of the force below which the height of the cone is given again: no force tells it once
contact is lost."""

LIFT = 0.75
"""Full step of the height then, in full steps of the depth."""

NEWTON = {"snes_linesearch_type": "basic", "snes_max_it": 15}
"""Full steps: where points come into contact and yield, the residual must rise before it falls."""


class Indentation:
    """The cone goes down until it bears the force, which is then taken off it; at last the cone is off.

    The outer faces follow what the force does far away in a half space. Nothing depends on time, which counts
    full steps.
    """

    def __init__(self, case: Case, geometry: Geometry) -> None:
        shape, load = case.geometry, case.load
        assert isinstance(shape, IndentationGeometry) and load is not None and load.force is not None
        temperature, card = case.physics.temperature, case.card(BODY)
        modulus = float(card.youngs_modulus.at(0.0, temperature))
        # There is no lithium: the unit of concentration makes the modulus the unit of stress.
        units = self._units = Units(geometry.length, 1.0, modulus / (GAS_CONSTANT * temperature), temperature)
        problem = self.problem = bare_problem(case, geometry, units)
        self._full_force = load.force / (units.stress * units.length**2)
        cone = Cone(shape.half_angle, shape.tip_radius / units.length)
        self._obstacle = pressed_obstacle(case, problem, cone, shape.mesh_size)
        self._deeper = DEEPER * shape.mesh_size / units.length
        self._displacement = problem.unknowns[f"displacement.{BODY}"]
        ratio = float(card.poisson_ratio.at(0.0, temperature))
        self._hold(1 / (2 * (1 + ratio)), ratio, shape.body_height / units.length)
        self._stepper = stepper_of(case, problem, NEWTON)
        self._observer = Observer(problem)
        self._prepare_observation()
        self.time = self.time_step = 0.0
        self.iterations = self.rejected_steps = 0
        self._step, self._root, self._is_off = FIRST_STEP, 0.0, False
        self._work = self._dissipated = self._last_force = self._last_height = 0.0
        self._last_outer: NDArray[np.float64] = np.zeros((2, len(self._own_outer), 2))
        self._deepest = self._area = self._residual = 0.0
        # Contact modulus 1 / (1 - nu^2): Sneddon 1965, Int. J. Eng. Sci. 3, 47, F = 2 E* tan(theta) h^2 / pi.
        slope = math.tan(shape.half_angle)
        depth = math.sqrt(math.pi * self._full_force * (1 - ratio**2) / (2 * slope))
        self._largest_work = self._full_force * depth / 3

    def _hold(self, shear: float, ratio: float, height: float) -> None:
        """Outer faces at what a unit force does there, times the force; the axis is a mirror."""
        problem, unknown = self.problem, self._displacement

        def displacement(points: NDArray[np.float64]) -> NDArray[np.float64]:
            # Only the outer faces are read, far from the force.
            distance, depth = np.maximum(points[0], 0.0), np.maximum(-points[1], 0.0)
            depth = np.where(np.hypot(distance, depth) < height / 4, height, depth)
            outward, inward = point_force(distance, depth, shear, ratio)
            return np.stack([outward, -inward])

        self._far, self._held = (fem.Function(unknown.value.function_space) for _ in range(2))
        self._far.interpolate(displacement)
        problem.fix(unknown.name, "axis", 0)
        for surface in OUTER:
            problem.fix(unknown.name, surface, None, self._held)

    def _prepare_observation(self) -> None:
        problem, geometry = self.problem, self.problem.geometry
        current = problem.measures.coordinates[0] + self._displacement.value[0]
        fields = {"pressure": self._obstacle.model.pressure, "radius": current}
        mesh = geometry.bodies[(BODY,)].mesh
        self._points = SurfacePoints(problem.measures, TOP, mesh, fields)
        self._forces = compat.compile_form(problem.residuals[self._displacement.name], geometry.entity_maps())
        nodes = [problem.surface_dofs(self._displacement.name, surface) for surface in OUTER]
        outer = np.unique(np.concatenate(nodes))
        self._own_outer = outer[outer < self._displacement.owned // 2]
        space = self._displacement.value.function_space
        self._tip_nodes = fem.locate_dofs_geometrical(
            space, lambda points: np.isclose(points[0], 0.0) & np.isclose(points[1], 0.0)
        )

    def _solve(self, force: float, step: float) -> bool:
        """Solve with the far field of a force; whether it worked."""
        self._obstacle.force.value = force
        self._held.x.array[:] = force * self._far.x.array
        outcome = self._stepper.attempt(step)
        self.iterations = outcome.newton.iterations
        return outcome.newton.converged

    @property
    def progress(self) -> Progress:
        """Kept here, because what comes next depends on it."""
        return self

    @property
    def share(self) -> float:
        """Of the way down and up."""
        if self._is_off:
            return 1.0
        if self._root > 0.0:
            return 1 - self._root / 2
        return min(0.5, math.sqrt(self._last_force / self._full_force) / 2)

    def start(self) -> None:
        """The body as made, the cone just above it.

        Raises:
            SolverError: there is no solution.
        """
        if not self._solve(0.0, 0.0):
            raise SolverError("no equilibrium without load")

    def advance(self) -> bool:
        """Take the next step; whether the force is the largest now, or the cone off.

        Raises:
            SolverError: there is no solution.
        """
        unloading = self._release if self._root > LAST_HOLD else self._lift
        move = self._lower if self._root == 0.0 else unloading
        step = self._step
        while not move(step):
            self.rejected_steps += 1
            self._stepper.reject()
            step /= 2
            if step < SMALLEST_STEP:
                force = self._last_force * self._units.stress * self._units.length**2
                raise SolverError(f"no equilibrium under the cone beyond a force of {force:.4g} N")
        self._step = min(REGAINED * step, 1.0)
        self.time_step, self.time = step, self.time + step
        return self._root == 1.0 or self._is_off

    def _lower(self, step: float) -> bool:
        """The cone deeper by a step, or under the largest force if it would bear more; whether it worked."""
        obstacle = self._obstacle
        obstacle.given_height.value = self._last_height - step * self._deeper
        if not self._solve(self._last_force, step):
            return False
        if obstacle.contact_force() < self._full_force:
            return True
        obstacle.held.value = 0.0
        if self._solve(self._full_force, step):
            self._root, self._step = 1.0, FIRST_STEP
            return True
        obstacle.held.value = 1.0
        return False

    def _release(self, step: float) -> bool:
        """Take off force; whether it worked."""
        root = self._root - step * LIGHTER
        if not self._solve(self._full_force * root**2, step):
            return False
        self._root = root
        return True

    def _lift(self, step: float) -> bool:
        """The cone up by a step, and off if nothing touches it any more; whether it worked."""
        obstacle = self._obstacle
        obstacle.held.value = 1.0
        obstacle.given_height.value = self._last_height + step * LIFT * self._deeper
        if not self._solve(self._last_force, step):
            return False
        self._is_off = obstacle.contact_force() == 0.0
        return True

    def keep(self) -> None:
        """Make the solved step the accepted state."""
        self._stepper.accept()
        if self._root == 1.0:
            self._stepper.forget()

    def restore(self) -> None:
        """Return to the accepted state."""
        self._stepper.reject()

    def _contact_radius(self) -> float:
        """Halfway between the outermost point that touches and the next one, on the deformed body."""
        values = self._points.own_values(self._points.all_values())
        touching = values["pressure"] > 0.0
        communicator = self.problem.geometry.communicator
        inner = parallel.largest(communicator, values["radius"][touching])
        if not np.isfinite(inner):
            return 0.0
        beyond = values["radius"][~touching & (values["radius"] > inner)]
        return (inner + parallel.smallest(communicator, beyond)) / 2

    def _height_of_surface(self) -> float:
        """Of the point under the tip, above its height as made."""
        values = self._displacement.value.x.array.reshape(-1, 2)[self._tip_nodes, 1]
        return parallel.smallest(self.problem.geometry.communicator, values)

    def quantities(self, state: State) -> Mapping[str, float]:
        """Force, depth of the tip (of the imprint, once the cone is off) and contact radius."""
        del state
        # A difference from zero, which never is -0.
        depth = 0.0 - (self._height_of_surface() if self._is_off else self._obstacle.height())
        force, radius, length = self._obstacle.contact_force(), self._contact_radius(), self._units.length
        if self._is_off:
            self._residual = depth
        if depth > self._deepest:
            self._deepest, self._area = depth, math.pi * radius**2
        return {
            "force": force * self._units.stress * length**2,
            "depth": depth * length,
            "contact_radius": radius * length,
        }

    def _outer_state(self) -> NDArray[np.float64]:
        """(2, own outer nodes, 2) forces that hold the body from outside, and displacements of its faces."""
        vector = fem.assemble_vector(self._forces)
        vector.scatter_reverse(la.InsertMode.add)
        values = self._displacement.value.x.array
        return np.stack([array.reshape(-1, 2)[self._own_outer] for array in (vector.array, values)])

    def balance_errors(self, state: State) -> Mapping[str, float]:
        """Reaction against contact force; work of the cone and of the outer faces against where it went.

        The error of energy is over the largest work so far, or over that of a sharp cone on an elastic half
        space where this is larger: the first steps do next to none.
        """
        force, height, outer = self._obstacle.contact_force(), self._obstacle.height(), self._outer_state()
        total, communicator = parallel.total, self.problem.geometry.communicator
        missing = abs(float(total(communicator, float(np.sum(outer[0, :, 1])))) - force) / self._full_force
        mean, moved = (outer[0] + self._last_outer[0]) / 2, outer[1] - self._last_outer[1]
        self._work += float(total(communicator, float(np.sum(mean * moved))))
        self._work += (force + self._last_force) / 2 * (self._last_height - height)
        self._largest_work = max(self._largest_work, self._work)
        self._last_force, self._last_height, self._last_outer = force, height, outer
        self._dissipated += self._observer.region_total(state, "plastic_work")
        stored = self._observer.region_total(state, "elastic_energy") + self._obstacle.stored_energy()
        left = abs(self._work - stored - self._dissipated)
        return {"force_balance_error": missing, "energy_balance_error": left / self._largest_work}

    def summary_values(self) -> Mapping[str, float]:
        """Largest and residual depth, the share that sprang back, and hardness; once the cone is off."""
        if not self._is_off:
            return {}
        length = self._units.length
        return {
            "largest_depth": self._deepest * length,
            "residual_depth": self._residual * length,
            "recovered_depth_share": 1 - self._residual / self._deepest,
            "hardness": self._full_force / self._area * self._units.stress,
        }
