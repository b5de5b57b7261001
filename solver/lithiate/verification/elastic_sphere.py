"""A sphere into whose surface lithium goes: diffusion-induced stress, stress-coupled diffusion.

Cheng & Verbrugge, J. Power Sources 190 (2009) 453, doi:10.1016/j.jpowsour.2009.01.021 (stress follows from
diffusion); Zhang, Shyy, Sastry, J. Electrochem. Soc. 154 (2007) A910 (and diffusion from stress).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import ufl
from dolfinx import fem
from lithiate_meshes import VerificationBlock
from numpy.typing import NDArray

from lithiate import compat, parallel
from lithiate.case import Case
from lithiate.geometry import Geometry
from lithiate.problem.from_case import hold_boundaries
from lithiate.problem.observables import Observer
from lithiate.problem.pointwise import RegionPoints
from lithiate.problem.states import State
from lithiate.scaling import Units
from lithiate.verification.drive import (
    FIRST_STEP_SHARE,
    AdaptiveSteps,
    Means,
    SurfaceReaction,
    bare_problem,
    diffusion_time,
    stepper_of,
)
from lithiate.verification.pair import SteppedPair

REGION, SURFACE = "sphere", "surface"

LARGEST_STEP_SHARE = 0.04
"""Largest time step as a share of the run, unless the case says otherwise."""

DILUTE_OPTIONS: Mapping[str, Any] = {
    "snes_linesearch_type": "basic",
    "snes_divergence_tolerance": 1e30,
    "snes_lag_jacobian": 3,
}
"""Newton on ln c needs its first, far too large step in mu: no line search may stop it. Factorising takes
most of the time, and one tangent serves three iterations: a third fewer of them for the same solution."""

FIT_RADIUS = {2: 0.35, 3: 0.6}
"""Share of the radius within which stresses are fitted to reach the centre; tetrahedra are larger."""

OUTER_LAYER = 0.85
"""Share of the radius outside which they are fitted to reach the surface where material flows."""

Array = NDArray[np.float64]


class ElasticSphere:
    """Lithium enters at a constant rate, or the surface is held at a stoichiometry.

    Backward Euler errs in proportion to the step. Where nothing flows plastically, two solutions go side by
    side, one with steps of half the length: the columns are their linear extrapolation, of second order, and
    fields and balances those of the finer one.
    """

    def __init__(self, case: Case, geometry: Geometry) -> None:
        load = case.load
        assert load is not None
        shape, card = case.geometry, case.card(REGION)
        assert isinstance(shape, VerificationBlock) and shape.radius is not None
        assert card.maximum_concentration is not None
        self._radius = shape.radius
        unit_time = diffusion_time(case, REGION, self._radius)
        self._units = Units(geometry.length, unit_time, card.maximum_concentration, case.physics.temperature)
        problem = self.problem = bare_problem(case, geometry, self._units)
        hold_boundaries(problem)
        self._content = problem.unknowns[f"stoichiometry.{REGION}"]
        self._influx = 0.0
        if load.surface_stoichiometry is not None:
            problem.fix(self._content.name, SURFACE, None, load.surface_stoichiometry)
            # The surface jumps at time zero: however short the first step, its prediction misses by the jump.
            self._content.instantaneous = True
        else:
            assert load.current_density is not None
            self._influx = load.current_density / self._units.current_density
            entering = -problem.time_step * self._influx * self._content.test
            problem.add(self._content.name, problem.measures.surface(entering, SURFACE))
        self._held = load.surface_stoichiometry is not None
        dilute = card.chemistry == "ideal_dilute"
        if dilute:
            # Where there is hardly any lithium mu = R T ln c changes fast, and nothing depends on it.
            problem.unknowns[f"chemical_potential.{REGION}"].error_scale = np.inf
        self._stepper = stepper_of(case, problem, DILUTE_OPTIONS if dilute else None)
        self.progress = self._create_steps(case)
        self._pair: SteppedPair | None = None
        model = problem.regions[REGION]
        if model.history is None and model.largest_filling is None:
            self._pair = SteppedPair(self.progress, self._stepper, self._entering)
        self._entered = 0.0
        self._prepare_observation()

    def _create_steps(self, case: Case) -> AdaptiveSteps:
        assert case.load is not None
        unit = self._units.time
        end = case.load.end_with_unit or case.load.end_as_number or max(case.output.times)
        largest = case.solver.largest_step or LARGEST_STEP_SHARE * end
        landings = [time / unit for time in case.output.times if 0 < time < end]
        return AdaptiveSteps(
            self._stepper, end / unit, landings, largest / unit, FIRST_STEP_SHARE * end / unit
        )

    def _prepare_observation(self) -> None:
        problem, measures = self.problem, self.problem.measures
        model, position = problem.regions[REGION], measures.coordinates
        stress, radius = model.cauchy_stress, ufl.sqrt(ufl.inner(position, position))
        components = [*(position[axis] for axis in range(problem.geometry.dimension)), 0][:3]
        outward = ufl.as_vector(components) / radius
        hoop = (ufl.tr(stress) - ufl.inner(outward, stress * outward)) / 2
        self._means = Means(problem)
        self._means.on_surface("stoichiometry", self._content.value, SURFACE)
        if model.history is None:
            self._means.on_surface("hoop", hoop, SURFACE)
        self._points = RegionPoints(
            measures, REGION, {"hydrostatic": ufl.tr(stress) / 3, "hoop": hoop, "radius": radius}
        )
        maps = problem.geometry.entity_maps()
        area = compat.compile_form(measures.surface(ufl.as_ufl(1.0), SURFACE), maps)
        communicator = problem.geometry.communicator
        self._area = float(parallel.total(communicator, fem.assemble_scalar(area)))
        self._reaction = SurfaceReaction(problem, self._content.name, SURFACE)
        self._observer = Observer(problem)
        self._initial = self._observer.lithium_content()

    # The run

    def start(self) -> None:
        """The sphere free of stress: what it is held at or takes up begins to act in the first step."""
        # No solve: a held surface jumps at time zero, and the sphere as made is in equilibrium.
        self.problem.time_step.value = 0.0

    def advance(self) -> bool:
        """Solve the next acceptable step.

        Raises:
            SolverError: no step small enough converges.
        """
        if self._pair is not None:
            return self._pair.advance()
        landed = self.progress.advance()
        self._entered += self._entering()
        return landed

    def keep(self) -> None:
        """Make the solved step the accepted state."""
        if self._pair is not None and self.progress.time > 0.0:
            self._pair.keep()
        elif self.progress.time > 0.0:
            self._stepper.accept()

    def restore(self) -> None:
        """Return to the accepted state."""
        self._stepper.reject()

    def _entering(self) -> float:
        """Lithium that entered in the step just solved: as driven, or as it takes to hold the surface."""
        if self._held:
            return self._reaction.total()
        return float(self.problem.time_step.value) * self._influx * self._area

    # What is read off

    def quantities(self, state: State) -> Mapping[str, float]:
        """Stoichiometries and stresses at the surface and the centre."""
        fine = self._read()
        if self._pair is None:
            return fine
        with self._pair.coarse_shown():
            coarse = self._read()
        return {name: 2 * fine[name] - coarse[name] for name in fine}

    def _read(self) -> dict[str, float]:
        means, unit = self._means.evaluate(), self._units.stress
        radii, fields = self._fields()
        inner, outer = radii < FIT_RADIUS[self.problem.geometry.dimension], radii > OUTER_LAYER
        # A smooth field is even in the radius at the centre. The history of flow is not known on surfaces.
        centre = self._fitted(radii[inner] ** 2, fields["hydrostatic"][inner], 0.0)
        hoop = means["hoop"] if "hoop" in means else self._fitted(radii[outer], fields["hoop"][outer], 1.0)
        return {
            "surface_stoichiometry": means["stoichiometry"],
            "centre_stoichiometry": self._at_centre(),
            "centre_radial_stress": centre * unit,
            "surface_hoop_stress": hoop * unit,
        }

    def _fields(self) -> tuple[Array, dict[str, Array]]:
        """Radius per that of the sphere, and the fields, at this rank's quadrature points."""
        values: dict[str, Array] = {name: array.ravel() for name, array in self._points.evaluate().items()}
        radii: Array = values.pop("radius") * (self._units.length / self._radius)
        return radii, values

    def _fitted(self, places: Array, values: Array, place: float) -> float:
        """A parabola through values of all ranks, at a place."""
        communicator = self.problem.geometry.communicator
        rows = parallel.gather_rows(communicator, np.column_stack([places, values]))
        found = 0.0
        if rows is not None:
            # The order of the rows, and so the round-off of the fit, must not depend on the ranks.
            ordered: Any = rows[np.lexsort(rows.T)]
            found = float(np.polynomial.Polynomial.fit(ordered[:, 0], ordered[:, 1], 2)(place))
        return float(parallel.from_root(communicator, found))

    def _at_centre(self) -> float:
        """Stoichiometry of the vertex at the origin."""
        function = self._content.value
        distances = np.linalg.norm(function.function_space.tabulate_dof_coordinates(), axis=1)
        communicator = self.problem.geometry.communicator
        nearest = parallel.smallest(communicator, distances)
        return parallel.largest(communicator, function.x.array[distances <= nearest])

    def balance_errors(self, state: State) -> Mapping[str, float]:
        """Lithium inside against what came through the surface, per capacity."""
        entered = self._entered if self._pair is None else self._pair.sum
        gained = self._observer.lithium_content() - self._initial
        return {"lithium_balance_error": abs(gained - entered) / self._observer.capacity}

    def summary_values(self) -> Mapping[str, float]:
        """Nothing beside the columns."""
        return {}
