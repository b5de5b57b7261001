"""Two bodies pressed together that touch in a point or along a line at first: Hertz contact.

K. L. Johnson, Contact Mechanics (1985), chapter 4.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from dolfinx import fem, la
from lithiate_meshes.families.verification_contact import HertzContactGeometry
from numpy.typing import NDArray

from lithiate import compat, parallel
from lithiate.case import Case
from lithiate.case.hertz_theory import hertz_of
from lithiate.errors import SolverError
from lithiate.geometry import Geometry
from lithiate.problem.states import State
from lithiate.scaling import GAS_CONSTANT, Units
from lithiate.verification.drive import Progress, stepper_of
from lithiate.verification.far_field import line_force, point_force
from lithiate.verification.hertz_contacts import BODY, INTERFACE, create_contact

OBSTACLE = "obstacle"
OUTER = {BODY: ("bottom", "side"), OBSTACLE: ("top", "side")}

STEPS = 5
"""Steps of the force, all of one size."""

FORCE_TOLERANCE = 1e-9
"""Relative distance of the contact force from the one asked for."""

MOST_TRIALS = 20
"""Of the approach, for one force."""

EDGE_SHARE = 0.3
"""Outer share of the contact, by area, from which its edge is extrapolated."""


class Hertz:
    """The outer faces follow what the force does far away in a half space, so that the blocks act as one.

    The obstacle comes down by the approach on top of that, which is found for each force by the secant
    method. Nothing depends on time, which counts the share of the force.
    """

    def __init__(self, case: Case, geometry: Geometry) -> None:
        shape, load = case.geometry, case.load
        assert isinstance(shape, HertzContactGeometry) and load is not None and load.force is not None
        theory, temperature = hertz_of(case), case.physics.temperature
        modulus = theory.contact_modulus
        # There is no lithium: the unit of concentration makes the contact modulus the unit of stress.
        units = self._units = Units(geometry.length, 1.0, modulus / (GAS_CONSTANT * temperature), temperature)
        self._contact = create_contact(case, geometry, units)
        problem = self.problem = self._contact.problem
        self._theory, self._is_sphere = theory, shape.shape == "sphere"
        self._force_unit = units.stress * (units.length**2 if self._is_sphere else units.length)
        self._full_force = load.force / self._force_unit
        # Half a cylinder is solved, and a whole sphere by its weight 2 pi r.
        self._copies = 1.0 if self._is_sphere else 2.0
        self._far: dict[str, fem.Function] = {}
        self._held: dict[str, fem.Function] = {}
        for name in case.regions:
            surfaces = OUTER[name]
            card = case.card(name)
            ratio = float(card.poisson_ratio.at(0.0, temperature))
            shear = float(card.youngs_modulus.at(0.0, temperature)) / units.stress / (2 * (1 + ratio))
            self._hold(name, surfaces, shear, ratio, shape.block_height / units.length)
        self._stepper = stepper_of(case, problem)
        self._reaction_form = compat.compile_form(
            problem.residuals[f"displacement.{BODY}"], geometry.entity_maps()
        )
        self.time = self.time_step = 0.0
        self.iterations = self.rejected_steps = 0
        self._approach = 0.0

    def _hold(self, name: str, surfaces: tuple[str, ...], shear: float, ratio: float, height: float) -> None:
        """Outer faces at what a unit force does there, times the force; the axis is a mirror."""
        problem = self.problem
        unknown = problem.unknowns[f"displacement.{name}"]
        space = unknown.value.function_space
        sign = 1.0 if name == OBSTACLE else -1.0

        def displacement(points: NDArray[np.float64]) -> NDArray[np.float64]:
            # Only the outer faces are read, far from the force.
            distance = np.maximum(points[0], 0.0)
            depth = np.maximum(sign * points[1], 0.0)
            depth = np.where(np.hypot(distance, depth) < height / 4, height, depth)
            if self._is_sphere:
                outward, inward = point_force(distance, depth, shear, ratio)
            else:
                outward, inward = line_force(distance, depth, shear, ratio, height)
            return np.stack([outward, sign * inward])

        far, held = fem.Function(space), fem.Function(space)
        far.interpolate(displacement)
        self._far[name], self._held[name] = far, held
        problem.fix(unknown.name, "axis", 0)
        for surface in surfaces:
            problem.fix(unknown.name, surface, None, held)

    def _contact_force(self) -> float:
        """Integral of the contact pressure, of the whole sphere or cylinder."""
        return self._copies * self._contact.force()

    def _body_reaction(self) -> float:
        """Force with which the outer faces hold the body up, of the whole sphere or cylinder."""
        problem, name = self.problem, f"displacement.{BODY}"
        vector = fem.assemble_vector(self._reaction_form)
        vector.scatter_reverse(la.InsertMode.add)
        nodes = np.unique(np.concatenate([problem.surface_dofs(name, surface) for surface in OUTER[BODY]]))
        forces = vector.array.reshape(-1, problem.geometry.dimension)
        own = float(np.sum(forces[nodes[nodes < problem.unknowns[name].owned // forces.shape[1]], 1]))
        return self._copies * float(parallel.total(problem.geometry.communicator, own))

    def _press(self, force: float, approach: float, duration: float) -> float | None:
        """Contact force at an approach, with the far field of a force; None if there is no solution."""
        for name, held in self._held.items():
            held.x.array[:] = force * self._far[name].x.array
        if OBSTACLE in self._held:
            self._held[OBSTACLE].x.array[1::2] -= approach
        else:
            self._contact.approach = approach
        outcome = self._stepper.attempt(duration)
        self.iterations += outcome.newton.iterations
        return self._contact_force() if outcome.newton.converged else None

    @property
    def progress(self) -> Progress:
        """Kept here, because what comes next depends on it."""
        return self

    @property
    def share(self) -> float:
        """Of the force."""
        return self.time

    def start(self) -> None:
        """The bodies as made, without load.

        Raises:
            SolverError: there is no solution.
        """
        if self._press(0.0, 0.0, 0.0) is None:
            raise SolverError("no equilibrium without load")

    def advance(self) -> bool:
        """Raise the force by a step; whether it is the last.

        Raises:
            SolverError: there is no solution.
        """
        step = round(self.time * STEPS) + 1
        share = step / STEPS
        force, self.iterations = self._full_force * share, 0
        # In this power of the force the approach is a straight line, or nearly so.
        power = 2 / 3 if self._is_sphere else 1.0
        guess = self._approach * (step / (step - 1)) ** power if step > 1 else self._first_guess(force)
        known: list[tuple[float, float]] = [(0.0, 0.0)]
        for _ in range(MOST_TRIALS):
            found = self._press(force, guess, share - self.time)
            if found is None or found <= 0.0:
                break
            if abs(found - force) < FORCE_TOLERANCE * force:
                self.time_step, self.time, self._approach = share - self.time, share, guess
                return step == STEPS
            known.append((guess, found**power))
            (first, low), (last, high) = known[-2:]
            guess = last + (force**power - high) * (last - first) / (high - low)
        raise SolverError(f"{INTERFACE}: no equilibrium at a force of {force * self._force_unit:.4g}")

    def _first_guess(self, force: float) -> float:
        unit = self._units.length
        return self._theory.contact_radius(force * self._force_unit) ** 2 / self._theory.radius / unit

    def keep(self) -> None:
        """Make the solved step the accepted state."""
        self._stepper.accept()

    def restore(self) -> None:
        """Return to the accepted state."""
        self._stepper.reject()

    def quantities(self, state: State) -> Mapping[str, float]:
        """Edge of the contact, largest pressure and approach."""
        del state
        radius, pressure = self._edge_and_peak()
        return {
            "contact_radius": radius * self._units.length,
            "largest_contact_pressure": pressure * self._units.stress,
            "approach": self._approach * self._units.length,
        }

    def _edge_and_peak(self) -> tuple[float, float]:
        """Where the pressure ends, extrapolated from its square, which falls as 1 - (r/a)^2; and its largest.

        The outermost points in contact alone would tell the edge to no more than their distance.
        """
        communicator = self.problem.geometry.communicator
        rows = parallel.gather_rows(communicator, self._contact.points())
        result = (0.0, 0.0)
        if rows is not None:
            # Points on the axis of revolution carry no area: nothing holds the faces together there.
            touching = rows[(rows[:, 1] > 0.0) & (rows[:, 2] > 0.0)]
            if len(touching) > 0:
                squares, pressures = touching[:, 0] ** 2, touching[:, 1]
                outer = squares >= (1 - EDGE_SHARE) * squares.max()
                edge = np.sqrt(squares.max())
                if np.ptp(squares[outer]) > 0.0:
                    slope, height = np.polyfit(squares[outer], pressures[outer] ** 2, 1)
                    edge = np.sqrt(max(squares.max(), -height / slope)) if slope < 0.0 else edge
                result = float(edge), float(pressures.max())
        return tuple(parallel.from_root(communicator, result))

    def balance_errors(self, state: State) -> Mapping[str, float]:
        """What holds the body from outside against the integral of the contact pressure and the force."""
        if self.time == 0.0:
            return {"force_balance_error": 0.0}
        force = self._full_force * self.time
        found = (self._contact_force(), self._body_reaction())
        return {"force_balance_error": max(abs(value - force) for value in found) / force}

    def summary_values(self) -> Mapping[str, float]:
        """Nothing beside the columns."""
        return {}
