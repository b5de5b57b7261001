"""A core and a shell that both store lithium, brought to equilibrium: one chemical potential, two fillings.

After Roper, Kirk, Foster, Howey et al., arXiv:1908.00390: linear elasticity, lithium uniform in each region.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import ufl
from dolfinx import fem
from lithiate_meshes.families.verification_spheres import CoreShellGeometry
from scipy.optimize import brentq

from lithiate import parallel
from lithiate.case import Case
from lithiate.errors import InputError
from lithiate.geometry import Geometry
from lithiate.materials.parameters import StorageParameters
from lithiate.problem.from_case import hold_boundaries
from lithiate.problem.observables import Observer
from lithiate.problem.pointwise import RegionPoints
from lithiate.problem.states import State
from lithiate.problem.unknowns import create_unknown, global_scalar_space
from lithiate.scaling import Units
from lithiate.verification.drive import (
    AdaptiveSteps,
    Means,
    bare_problem,
    stepper_of,
)

CORE, SHELL, SURFACE = "core", "shell", "surface"

FIRST_STEP, LARGEST_STEP = 1e-3, 0.1
"""Of the way from the filling at the start to the one asked for; time [s] counts this way, from 0 to 1."""

COMMON_POTENTIAL = "common_potential"

LARGEST_START = 1e-3
"""The particle starts with at most this mean filling, at which stress hardly matters."""

EMPTIEST = 1e-12
"""Fillings of the core between this and one minus this are searched for the start."""

EMPTIEST_SHELL = 1e-100
"""The shell may hold far less than the core where its potential is lower."""


class CoreShell:
    """An almost empty particle is filled up to its mean filling, in equilibrium all the way.

    Nothing is driven where there is one chemical potential: mu = m everywhere, and m, one number, is such
    that all lithium together is what has been put in. Both regions are elastic, so that the way does not
    matter; at once it would not go, stresses of gigapascals then having to be found from none.
    """

    def __init__(self, case: Case, geometry: Geometry) -> None:
        shape, card = case.geometry, case.card(CORE)
        assert isinstance(shape, CoreShellGeometry)
        self._radius, self._core_radius = shape.radius, shape.core_radius
        filling = case.initial.mean_filling
        assert card.maximum_concentration is not None and filling is not None
        self._filling = filling
        units = Units(geometry.length, 1.0, card.maximum_concentration, case.physics.temperature)
        start = self._start_fillings(case, units)
        problem = self.problem = bare_problem(case, geometry, units, start=start)
        hold_boundaries(problem)
        self._target = fem.Constant(geometry.mesh, self._start)
        self._require_one_potential()
        for unknown in problem.unknowns.values():
            # Errors on the way do not last: steps may be as long as they converge.
            unknown.error_scale = np.inf
        self._stepper = stepper_of(case, problem)
        self.progress = AdaptiveSteps(self._stepper, 1.0, (), LARGEST_STEP, FIRST_STEP, self._fill)
        self._observer = Observer(problem)
        self._prepare_means()

    def _require_one_potential(self) -> None:
        """mu = m in place of the balance of lithium at every point, and one balance of all of it for m."""
        problem, measures = self.problem, self.problem.measures
        space = global_scalar_space(problem.geometry.mesh)
        common = create_unknown(COMMON_POTENTIAL, space, np.inf)
        problem.unknowns[COMMON_POTENTIAL] = common
        for name, region in problem.regions.items():
            assert region.concentration and region.potential and region.storage
            content, potential = region.concentration, region.potential
            start = region.storage.chemical_potential_at(problem.description.start_of(name))
            common.value.x.array[:] = common.old.x.array[:] = start
            equal = (potential.value - common.value) * content.test
            problem.residuals[content.name] = measures.region_nodal(equal, name)
            lacking = region.storage.maximum_concentration * (content.value - self._target)
            problem.add(COMMON_POTENTIAL, measures.region_nodal(lacking * common.test, name))

    def _start_fillings(self, case: Case, units: Units) -> dict[str, float]:
        """Stress-free fillings of equal chemical potential that together make the filling at the start.

        Raises:
            InputError: there are none.
        """
        self._start = min(LARGEST_START, self._filling / 10)
        volumes = case.geometry.region_volumes()
        sites = {name: case.concentration_as_built(name) * volumes[name] for name in case.regions}
        storages = {name: StorageParameters(case.card(name), units, 0.0, True) for name in case.regions}

        def shell_filling(core: float) -> float:
            target = storages[CORE].chemical_potential_at(core)
            return float(
                brentq(
                    lambda trial: storages[SHELL].chemical_potential_at(trial) - target,
                    EMPTIEST_SHELL, 1 - EMPTIEST, xtol=1e-16,
                )
            )  # fmt: skip

        def surplus(core: float) -> float:
            content = sites[CORE] * core + sites[SHELL] * shell_filling(core)
            return content - self._start * sum(sites.values())

        highest = min(1 - EMPTIEST, self._start * sum(sites.values()) / sites[CORE])
        try:
            core = float(brentq(surplus, EMPTIEST, highest, xtol=1e-16))
            return {CORE: core, SHELL: shell_filling(core)}
        except ValueError:
            raise InputError(
                f"{case.path}: regions: the potentials of core and shell lie so far apart that no fillings "
                "of both are in equilibrium; allowed: materials whose open-circuit potentials meet"
            ) from None

    def _fill(self, time: float) -> None:
        """All lithium over all sites rises from the start to what is asked for."""
        self._target.value = self._start + (self._filling - self._start) * time

    def _prepare_means(self) -> None:
        problem, measures = self.problem, self.problem.measures
        shell = problem.regions[SHELL]
        position = measures.coordinates
        components = [*(position[axis] for axis in range(problem.geometry.dimension)), 0][:3]
        outward = ufl.as_vector(components) / ufl.sqrt(ufl.inner(position, position))
        stress, radius = shell.cauchy_stress, ufl.sqrt(ufl.inner(position, position))
        hoop = (ufl.tr(stress) - ufl.inner(outward, stress * outward)) / 2
        self._points = RegionPoints(measures, SHELL, {"hoop": hoop, "radius": radius})
        assert shell.potential is not None
        means = self._means = Means(problem)
        means.on_surface("displacement", ufl.inner(shell.displacement, position) / radius, SURFACE)
        means.in_region("potential", shell.potential.value, SHELL)

    def start(self) -> None:
        """Stress at the start.

        Raises:
            SolverError: there is no equilibrium of forces.
        """
        self.progress.start()

    def advance(self) -> bool:
        """Solve the next acceptable step; whether the particle holds what it should.

        Raises:
            SolverError: no step small enough converges.
        """
        return self.progress.advance()

    def keep(self) -> None:
        """Make the solved step the accepted state."""
        self._stepper.accept()

    def restore(self) -> None:
        """Return to the accepted state."""
        self._stepper.reject()

    def quantities(self, state: State) -> Mapping[str, float]:
        """Fillings, stresses, the potential of the particle and how far its surface moved."""
        means, units = self._means.evaluate(), self.problem.units
        inner, outer = self._hoop_stresses()
        core, shell = (self._observer.region_row(name, state.regions[name]) for name in (CORE, SHELL))
        return {
            "core_stoichiometry": core[f"mean_stoichiometry.{CORE}"],
            "shell_stoichiometry": shell[f"mean_stoichiometry.{SHELL}"],
            "core_hydrostatic_stress": core[f"mean_hydrostatic_stress.{CORE}"],
            "shell_inner_hoop_stress": inner * units.stress,
            "shell_outer_hoop_stress": outer * units.stress,
            "voltage": -means["potential"] * units.potential,
            "outer_displacement_ratio": means["displacement"] * units.length / self._radius,
        }

    def _hoop_stresses(self) -> tuple[float, float]:
        """At the inner and the outer face of the shell: a fit of A + B / r^3 to its quadrature points.

        That is how the hoop stress of an elastic shell runs where its lithium is uniform, as in equilibrium;
        on the faces themselves the gradient of the displacement is an order less accurate.
        """
        values, communicator = self._points.evaluate(), self.problem.geometry.communicator
        core = self._core_radius / self.problem.units.length
        shape = np.stack([np.ones(values["radius"].size), (core / values["radius"].ravel()) ** 3])
        weighted = shape * self._points.weights.ravel()
        matrix = parallel.total(communicator, weighted @ shape.T)
        vector = parallel.total(communicator, weighted @ values["hoop"].ravel())
        constant, falling = np.linalg.solve(matrix, vector)
        outside = falling * (self._core_radius / self._radius) ** 3
        return float(constant + falling), float(constant + outside)

    def balance_errors(self, state: State) -> Mapping[str, float]:
        """Lithium at the quadrature points against what has been put in, which the nodes hold."""
        communicator, inside = self.problem.geometry.communicator, 0.0
        for name, region in state.regions.items():
            storage = self.problem.regions[name].storage
            assert storage is not None
            filled = float(np.sum(region.values["stoichiometry"] * region.volumes))
            inside += storage.maximum_concentration * float(parallel.total(communicator, filled))
        return {"lithium_balance_error": abs(inside / self._observer.capacity - float(self._target.value))}

    def summary_values(self) -> Mapping[str, float]:
        """Nothing beside the columns."""
        return {}
