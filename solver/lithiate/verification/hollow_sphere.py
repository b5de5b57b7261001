"""A thick sphere blown up from inside until its whole wall has yielded: first yield and limit pressure.

R. Hill, The Mathematical Theory of Plasticity (1950), chapter V.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import ufl
from dolfinx import fem
from lithiate_meshes.families.verification_spheres import HollowSphereGeometry

from lithiate import compat, parallel
from lithiate.case import Case
from lithiate.errors import SolverError
from lithiate.geometry import Geometry
from lithiate.problem.from_case import hold_boundaries
from lithiate.problem.observables import Observer
from lithiate.problem.pointwise import RegionPoints
from lithiate.problem.states import State
from lithiate.scaling import GAS_CONSTANT, Units
from lithiate.verification.drive import Progress, SurfaceReaction, bare_problem, stepper_of

REGION, INNER = "shell", "inner"

PROBE = 0.01
"""Share of the yield strain times the inner radius by which the inner face moves to find first yield."""

FIRST_PUSH, GROWTH = 0.5, 1.06
"""Displacement of the first step in that of first yield, and the factor from each step to the next."""

STEPS_BEYOND = 5
"""Steps after the whole wall has yielded."""

LARGEST_PUSH = 1e3
"""The run gives up where the wall is not plastic at this many displacements of first yield, times (b/a)^3."""


class HollowSphere:
    """The inner face is moved outwards, which takes a pressure.

    Nothing depends on time, which counts the displacement of first yield: 2 s means twice that.
    """

    def __init__(self, case: Case, geometry: Geometry) -> None:
        shape = case.geometry
        assert isinstance(shape, HollowSphereGeometry)
        self._inner, self._outer = shape.inner_radius, shape.outer_radius
        card = case.card(REGION)
        assert card.yield_stress is not None
        temperature = case.physics.temperature
        self._small_strain = case.physics.kinematics == "small_strain"
        yield_stress = float(card.yield_stress.at(0.0, temperature))
        modulus = float(card.youngs_modulus.at(0.0, temperature))
        # There is no lithium: the unit of concentration makes the modulus the unit of stress.
        units = self._units = Units(geometry.length, 1.0, modulus / (GAS_CONSTANT * temperature), temperature)
        self._yield_stress = yield_stress / units.stress
        self._radius = self._inner / units.length
        self._probe = PROBE * yield_stress / modulus * self._radius
        problem = self.problem = bare_problem(case, geometry, units)
        hold_boundaries(problem)
        self._displacement = problem.unknowns[f"displacement.{REGION}"]
        space, dimension = self._displacement.value.function_space, geometry.dimension
        self._pushed, self._outward = fem.Function(space), fem.Function(space)
        smallest = self._radius / 2
        self._outward.interpolate(
            lambda x: x[:dimension] / np.maximum(np.linalg.norm(x[:dimension], axis=0), smallest)
        )
        problem.fix(self._displacement.name, INNER, None, self._pushed)
        self._stepper = stepper_of(case, problem)
        self._reaction = SurfaceReaction(problem, self._displacement.name, INNER)
        self._observer = Observer(problem)
        self._prepare_observation()
        self.time = self.time_step = 0.0
        self.iterations = self.rejected_steps = 0
        self._pressures: list[float] = []
        self._force = self._work = self._dissipated = 0.0
        self._first_yield = self._yield_push = 0.0
        self._steps_left = STEPS_BEYOND

    def _prepare_observation(self) -> None:
        problem, measures = self.problem, self.problem.measures
        model = problem.regions[REGION]
        position = measures.coordinates
        radius = ufl.sqrt(ufl.inner(position, position))
        deviator = ufl.dev(model.cauchy_stress)
        fields = {"radius": radius, "mises": ufl.sqrt(1.5 * ufl.inner(deviator, deviator))}
        fields["plastic"] = model.flow.equivalent_plastic_strain
        self._points = RegionPoints(measures, REGION, fields)
        maps = problem.geometry.entity_maps()
        normal = -ufl.FacetNormal(problem.geometry.mesh)
        area = compat.compile_form(measures.surface(ufl.inner(normal, self._outward), INNER), maps)
        communicator = problem.geometry.communicator
        self._area = float(parallel.total(communicator, fem.assemble_scalar(area)))

    def _push(self, amount: float, duration: float) -> bool:
        """Move the inner face out to a displacement; whether there is a solution."""
        self._pushed.x.array[:] = amount * self._outward.x.array
        outcome = self._stepper.attempt(duration)
        self.iterations = outcome.newton.iterations
        return outcome.newton.converged

    def _inner_force(self) -> float:
        """Work of the inner face per displacement of it."""
        block = self.problem.geometry.dimension
        directions = self._outward.x.array.reshape(-1, block)[self._reaction.own_nodes]
        own = float(np.sum(self._reaction.values() * directions))
        return float(parallel.total(self.problem.geometry.communicator, own))

    def _pressure(self, amount: float) -> float:
        """On the inner face as it is now, solver units."""
        stretch = 1.0 if self._small_strain else 1 + amount / self._radius
        return self._inner_force() / (self._area * stretch**2)

    def _mises_inside(self) -> float:
        """Von Mises stress of the inner face while all is elastic, when it falls with r^-3."""
        values, communicator = self._points.evaluate(), self.problem.geometry.communicator
        volumes, strengths = self._points.weights, values["mises"] * (values["radius"] / self._radius) ** 3
        sums = parallel.total(communicator, np.array([np.sum(volumes * strengths), np.sum(volumes)]))
        return float(sums[0] / sums[1])

    @property
    def progress(self) -> Progress:
        """Kept here, because what comes next depends on it."""
        return self

    @property
    def share(self) -> float:
        """One when the wall has yielded; until then a guess from the displacement."""
        return 1.0 if self._steps_left == 0 else min(0.99, self.time / (2 * (self._outer / self._inner) ** 3))

    def start(self) -> None:
        """Find first yield by a small elastic displacement, and return to the state as made.

        Raises:
            SolverError: there is no solution.
        """
        if not self._push(self._probe, 0.0):
            raise SolverError("no equilibrium under the first displacement of the inner face")
        ratio = self._yield_stress / self._mises_inside()
        self._first_yield = self._pressure(self._probe) * ratio
        self._yield_push = self._probe * ratio
        self._stepper.reject()
        if not self._push(0.0, 0.0):
            raise SolverError("no equilibrium without load")

    def advance(self) -> bool:
        """Move the inner face further; whether the wall has just yielded or the run ends.

        Raises:
            SolverError: there is no solution.
        """
        target = max(FIRST_PUSH, self.time * GROWTH)
        while not self._push(target * self._yield_push, target - self.time):
            self.rejected_steps += 1
            self._stepper.reject()
            target = (target + self.time) / 2
            if target - self.time < 1e-6 * target:
                raise SolverError(f"no equilibrium beyond {self.time:.4g} displacements of first yield")
        self.time_step, self.time = target - self.time, target
        plastic = self._points.evaluate()["plastic"]
        elastic_left = parallel.smallest(self.problem.geometry.communicator, plastic) <= 0.0
        if not elastic_left:
            self._steps_left -= 1
        elif self.time > LARGEST_PUSH * (self._outer / self._inner) ** 3:
            raise SolverError("the wall did not yield through")
        return self._steps_left in (0, STEPS_BEYOND - 1)

    def keep(self) -> None:
        """Make the solved step the accepted state."""
        self._stepper.accept()

    def restore(self) -> None:
        """Return to the accepted state."""
        self._stepper.reject()

    def quantities(self, state: State) -> Mapping[str, float]:
        """Pressure, plastic front and how far the inner face moved."""
        amount = self.time * self._yield_push
        pressure = self._pressure(amount) * self._units.stress
        self._pressures.append(pressure)
        return {
            "inner_pressure": pressure,
            "plastic_radius": self._plastic_radius() * self._units.length,
            "inner_displacement": amount * self._units.length,
        }

    def _plastic_radius(self) -> float:
        """Where the von Mises stress of the elastic part, which falls with r^-3, is the yield stress."""
        values, communicator = self._points.evaluate(), self.problem.geometry.communicator
        elastic = values["plastic"] <= 0.0
        weights = self._points.weights[elastic]
        fronts = values["radius"][elastic] * (values["mises"][elastic] / self._yield_stress) ** (1 / 3)
        found = parallel.total(communicator, np.array([np.sum(fronts * weights), np.sum(weights)]))
        outer = self._outer / self._units.length
        if found[1] == 0.0:
            return outer
        return float(np.clip(found[0] / found[1], self._radius, outer))

    def balance_errors(self, state: State) -> Mapping[str, float]:
        """Work of the inner face against what is stored and dissipated."""
        force = self._inner_force()
        self._work += (force + self._force) / 2 * self.time_step * self._yield_push
        self._force = force
        self._dissipated += self._observer.region_total(state, "plastic_work")
        stored = self._observer.region_total(state, "elastic_energy")
        if self._work == 0.0:
            return {"energy_balance_error": 0.0}
        return {"energy_balance_error": abs(self._work - stored - self._dissipated) / self._work}

    def summary_values(self) -> Mapping[str, float]:
        """First yield, and the largest pressure of the run."""
        if not self._pressures:
            return {}
        return {
            "first_yield_pressure": self._first_yield * self._units.stress,
            "limit_pressure": max(self._pressures),
        }
