# SPDX-License-Identifier: LGPL-3.0-or-later
"""Small problems on which the verification tests solve the equations, and what they read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import ufl
from dolfinx import fem
from lithiate import compat, parallel
from lithiate.geometry import Geometry, distribute
from lithiate.interfaces.cohesion import CohesiveLaw
from lithiate.interfaces.contact_area import NoPressureContact
from lithiate.interfaces.friction import CoulombFriction
from lithiate.interfaces.readhesion import Readhesion
from lithiate.materials import MaterialCard
from lithiate.problem.description import Description
from lithiate.problem.interface_laws import InterfaceLaws
from lithiate.problem.nonlinear import NonlinearSystem
from lithiate.problem.observables import Observer
from lithiate.problem.pointwise import InterfacePoints, RegionPoints
from lithiate.problem.problem import Problem
from lithiate.problem.switches import Switches
from lithiate.problem.unknowns import Unknown
from lithiate.scaling import Units
from lithiate_meshes import VerificationBlock, build_mesh
from mpi4py import MPI
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

Array = NDArray[np.float64]
LENGTH = 1e-6
SYMMETRY_PLANES = {"axis": 0, "symmetry_x": 0, "symmetry_y": 1, "bottom": -1}


def card(**properties: Any) -> MaterialCard:
    """A material with these properties (SI); elastic and storing nothing by default."""
    given = {"name": "test", "youngs_modulus": 50e9, "poisson_ratio": 0.3}
    return MaterialCard.model_validate(given | properties)


def oedometer(modulus: float, ratio: float) -> float:
    """Stress per strain without strain across."""
    return modulus * (1 - ratio) / ((1 + ratio) * (1 - 2 * ratio))


def build_geometry(symmetry: str, communicator: MPI.Intracomm = MPI.COMM_SELF, **shape: Any) -> Geometry:
    """Unit cell of 1 um, or a shape of the verification family; every rank has its own by default."""
    if "radius" not in shape:
        shape = {"width": LENGTH, "height": LENGTH, "mesh_size": LENGTH} | shape
    section = {"family": "verification", "symmetry": symmetry} | shape
    data = None
    if communicator.rank == parallel.ROOT:
        data = build_mesh(VerificationBlock.model_validate(section))
    return distribute(communicator, data, section.get("radius", LENGTH))


def hold_symmetry_planes(problem: Problem, body: str = "block") -> None:
    """No displacement out of the planes that mirror the model."""
    for surface in problem.geometry.surface_tags.keys() & SYMMETRY_PLANES.keys():
        component = SYMMETRY_PLANES[surface] % problem.geometry.dimension
        problem.fix(f"displacement.{body}", surface, component)


def displacement(problem: Problem, body: str = "block") -> Unknown:
    """The displacement of a body."""
    return problem.unknowns[f"displacement.{body}"]


def uniform_field(function: fem.Function, deformation: Array) -> None:
    """Make a displacement that of a uniform deformation gradient (3 x 3)."""
    dimension = function.function_space.mesh.geometry.dim
    gradient = (np.asarray(deformation) - np.eye(3))[:dimension, :dimension]
    function.interpolate(lambda x: gradient @ x[:dimension])


class TensorPoints:
    """Tensors, vectors of the mesh and scalars at the bulk quadrature points of a region."""

    def __init__(self, problem: Problem, region: str, expressions: Mapping[str, Any]) -> None:
        self._shapes = {name: ufl.as_ufl(item).ufl_shape for name, item in expressions.items()}
        components = {
            f"{name}{index}": expressions[name][index] if index else expressions[name]
            for name, shape in self._shapes.items()
            for index in np.ndindex(shape)
        }
        self._points = RegionPoints(problem.measures, region, components)

    def evaluate(self) -> dict[str, Array]:
        """(points, *shape) values now, on this rank's own cells."""
        found = self._points.evaluate()
        values = {}
        for name, shape in self._shapes.items():
            parts = [found[f"{name}{index}"].ravel() for index in np.ndindex(shape)]
            values[name] = np.stack(parts, axis=-1).reshape(-1, *shape)
        return values


@dataclass(frozen=True)
class SphereState:
    """A sphere at one time: stoichiometries [-], stresses [Pa], radii as shares of the radius.

    Attributes:
        surface, centre: stoichiometries.
        radii, radial, hoop: radius and stresses at the bulk quadrature points.
        centre_stress: of all directions.
        surface_hoop: mean over the surface.
    """

    surface: float
    centre: float
    radii: Array
    radial: Array
    hoop: Array
    centre_stress: float
    surface_hoop: float

    def combined(self, other: SphereState, share: float) -> SphereState:
        """This state plus a share of its difference from another."""
        mine, theirs = vars(self), vars(other)
        return SphereState(**{key: mine[key] + share * (mine[key] - theirs[key]) for key in mine})


class ElasticSphere:
    """Diffusion in an elastic sphere with linear kinematics and mu = R T ln c.

    Args:
        material: of the sphere.
        radius: [m].
        symmetry: "axisymmetric" or "3d".
        mesh_size: on the surface, as a share of the radius.
        start: uniform stoichiometry at time zero.
        surface: what the surface does: holds a ``stoichiometry``, or takes a ``current_density`` [A/m2].
        stress_in_flux: whether stress drives diffusion.
        temperature: [K].
    """

    def __init__(
        self,
        material: MaterialCard,
        radius: float,
        symmetry: str,
        mesh_size: float,
        start: float,
        surface: Mapping[str, float],
        stress_in_flux: bool,
        temperature: float = 300.0,
    ) -> None:
        diffusivity, content = material.diffusivity, material.maximum_concentration
        assert diffusivity and content
        self.units = Units(radius, radius**2 / diffusivity.unlithiated, content, temperature)
        self.geometry = build_geometry(
            symmetry, MPI.COMM_WORLD, shape="sphere", radius=radius, mesh_size=mesh_size * radius
        )
        switches = Switches(stress_in_flux=stress_in_flux, small_strain=True)
        description = Description({"sphere": material}, {"sphere": start}, switches=switches)
        problem = self.problem = Problem(self.geometry, self.units, description)
        hold_symmetry_planes(problem, "sphere")
        self._content = problem.unknowns["stoichiometry.sphere"]
        if "stoichiometry" in surface:
            problem.fix(self._content.name, "surface", None, surface["stoichiometry"])
        else:
            inward = surface["current_density"] / self.units.current_density
            entering = -problem.time_step * inward * self._content.test
            problem.add(self._content.name, problem.measures.surface(entering, "surface"))
        # Newton on ln c needs its first, far too large step in mu: no line search stops it.
        options = {"snes_linesearch_type": "basic", "snes_divergence_tolerance": 1e30}
        self._system = NonlinearSystem(problem, 1e-12, options)
        self._initial = {name: item.value.x.array.copy() for name, item in problem.unknowns.items()}
        self._prepare_observation()

    def _prepare_observation(self) -> None:
        problem, measures = self.problem, self.problem.measures
        stress = problem.regions["sphere"].cauchy_stress
        self._points = TensorPoints(problem, "sphere", {"stress": stress, "position": measures.coordinates})
        normal = ufl.FacetNormal(self.geometry.mesh)
        if self.geometry.dimension == 2:
            normal = ufl.as_vector([normal[0], normal[1], 0])
        hoop = (ufl.tr(stress) - ufl.inner(normal, stress * normal)) / 2
        maps = self.geometry.entity_maps()
        self._means = [
            compat.compile_form(measures.surface(integrand, "surface"), maps)
            for integrand in (ufl.as_ufl(1.0), self._content.value, hoop)
        ]

    def run(self, times: Sequence[float]) -> list[SphereState]:
        """Backward Euler steps from the start to each time [s], and the state there."""
        problem = self.problem
        for name, unknown in problem.unknowns.items():
            unknown.value.x.array[:] = unknown.old.x.array[:] = self._initial[name]
        states = []
        for step in np.diff(times, prepend=0.0) / self.units.time:
            problem.time_step.value = step
            outcome = self._system.solve()
            assert outcome.converged, outcome
            problem.accept_step()
            states.append(self.observe())
        return states

    def extrapolated(self, times: Sequence[float], per_interval: int = 1) -> list[SphereState]:
        """States at the times from two runs, the second with steps of half the length.

        Backward Euler errs in proportion to the step: the difference of the runs is the error left.
        """
        grid = np.concatenate([[0.0], times])
        runs = []
        for count in (per_interval, 2 * per_interval):
            fine = np.concatenate(
                [np.linspace(a, b, count + 1)[1:] for a, b in zip(grid[:-1], grid[1:], strict=True)]
            )
            runs.append(self.run(list(fine))[count - 1 :: count])
        coarse, fine = runs
        return [better.combined(worse, 1.0) for better, worse in zip(fine, coarse, strict=True)]

    def observe(self) -> SphereState:
        """The present state, the same on every rank."""
        communicator, values = self.geometry.communicator, self._points.evaluate()
        position, stress = (
            np.concatenate(communicator.allgather(values[name])) for name in ("position", "stress")
        )
        radii = np.linalg.norm(position, axis=1)
        outward = np.zeros((len(radii), 3))
        outward[:, : position.shape[1]] = position / radii[:, None]
        stress = stress * self.units.stress
        radial = np.einsum("pi,pij,pj->p", outward, stress, outward)
        trace = np.trace(stress, axis1=1, axis2=2)
        area, content, hoop = (
            parallel.total(communicator, fem.assemble_scalar(form)) for form in self._means
        )
        # Even in the radius, so a fit in its square reaches the centre; tetrahedra are fewer and larger.
        inner = radii < (0.35 if self.geometry.dimension == 2 else 0.6)
        fit = np.polynomial.Polynomial.fit(radii[inner] ** 2, trace[inner] / 3, 2)
        return SphereState(
            surface=content / area,
            centre=self._centre(),
            radii=radii,
            radial=radial,
            hoop=(trace - radial) / 2,
            centre_stress=float(fit(0.0)),
            surface_hoop=hoop / area * self.units.stress,
        )

    def _centre(self) -> float:
        """Stoichiometry of the vertex at the origin."""
        space = self._content.value.function_space
        distance = np.linalg.norm(space.tabulate_dof_coordinates(), axis=1)
        nearest = int(np.argmin(distance))
        pair = (distance[nearest], self._content.value.x.array[nearest])
        return min(self.geometry.communicator.allgather(pair))[1]


BLOCK_UNITS = Units(LENGTH, 1.0, 1e4, 298.15)
INTERFACE = "electrode|electrolyte"
STRENGTH, TOUGHNESS, STIFFNESS, FRICTION = 100e6, 1.0, 200e15, 0.3
ONSET, FINAL = STRENGTH / STIFFNESS, 2 * TOUGHNESS / STRENGTH
AREA = {"plane_strain": LENGTH, "3d": LENGTH**2}
MODULUS = 1e14
"""Two blocks this stiff deform by a hundredth of the onset opening."""

NO_TURN = np.eye(3)


@dataclass(frozen=True)
class Pulled:
    """State of the interface at its points, SI, turned back by the rotation of the blocks.

    Attributes:
        opening: (points, 3) jump of the displacement; the normal is the last in-plane axis.
        traction: (points, 3) on the lower block's face.
        damage: (points,) dissipated share D.
        pressure: (points,) contact pressure.
        normal: (points, 3) out of the lower block's face.
        force: (3,) on the upper block's top.
    """

    opening: Array
    traction: Array
    damage: Array
    pressure: Array
    normal: Array
    force: Array


class Blocks:
    """Two unit cells; the outer faces follow a rotation and a given separation in the turned frame."""

    def __init__(
        self,
        symmetry: str,
        viscous_time: float = 0.0,
        friction: bool = True,
        law: type[CohesiveLaw] = CohesiveLaw,
        shear_ratios: tuple[float, float] = (1.0, 1.0),
        initial_damage: Callable[[Array], Array] | None = None,
        readhesion: Readhesion | None = None,
    ) -> None:
        geometry = build_geometry(symmetry, shape="two_blocks", upper_height=LENGTH)
        stiffness = STIFFNESS / BLOCK_UNITS.stiffness_per_area
        self.law = law(
            STRENGTH / BLOCK_UNITS.stress,
            TOUGHNESS / BLOCK_UNITS.energy_per_area,
            stiffness,
            viscous_time,
            *shear_ratios,
        )
        rubbing = CoulombFriction(FRICTION, stiffness) if friction else None
        laws = InterfaceLaws(
            self.law,
            rubbing,
            NoPressureContact(),
            None,
            1.0,
            1e-12,
            initial_damage=initial_damage,
            readhesion=readhesion,
        )
        stiff = card(youngs_modulus=MODULUS, poisson_ratio=0.0)
        cards = {"electrode": stiff, "electrolyte": stiff}
        self.problem = Problem(geometry, BLOCK_UNITS, Description(cards, {}, {INTERFACE: laws}))
        self.dimension, self.symmetry = geometry.dimension, symmetry
        self._bodies = [self.problem.unknowns[f"displacement.{name}"] for name in cards]
        self._held = [fem.Function(unknown.value.function_space) for unknown in self._bodies]
        for unknown, surface, held in zip(self._bodies, ("bottom", "top"), self._held, strict=True):
            self.problem.fix(unknown.name, surface, None, held)
        self._system = NonlinearSystem(self.problem, 3e-8)
        upper = self._bodies[1].name
        residual = self.problem.residuals[upper]
        self._forces = compat.compile_form(residual, geometry.entity_maps())
        self._top = self.problem.surface_dofs(upper, "top")
        model = self.problem.interfaces[INTERFACE]
        kinematics = model.kinematics
        expressions = {f"opening{i}": kinematics.jump[i] for i in range(3)}
        expressions |= {f"traction{i}": model.traction[i] for i in range(3)}
        expressions |= {f"normal{i}": kinematics.normal[i] for i in range(3)}
        expressions |= {"damage": model.dissipated_share, "pressure": model.contact_pressure}
        self._points = InterfacePoints(self.problem.measures, INTERFACE, expressions)
        self.observer = Observer(self.problem)
        self.problem.time_step.value = 1.0

    def reset(self) -> None:
        """Back to blocks that were never moved."""
        history = self.problem.interfaces[INTERFACE].history
        history.opening.x.array[:] = self.law.onset_opening
        history.passed_slip.x.array[:] = 0.0
        for kept in (history.spent, history.pressure, history.bond_place):
            if kept is not None:
                kept.x.array[:] = 0.0
        for unknown in self._bodies:
            unknown.value.x.array[:] = unknown.old.x.array[:] = 0.0

    @property
    def normal(self) -> Array:
        """Of the interface as built."""
        return np.eye(3)[self.dimension - 1]

    def pull(self, separation: Array, turn: Array = NO_TURN) -> Pulled:
        """Equilibrium with the top moved by ``turn @ separation`` [m] relative to the turned bottom."""
        apart = (turn @ separation / LENGTH)[: self.dimension, None]
        for number, (unknown, held) in enumerate(zip(self._bodies, self._held, strict=True)):
            for function in (held, unknown.value):
                uniform_field(function, turn)
                function.x.array.reshape(-1, self.dimension)[:] += number * apart.T
        outcome = self._system.solve()
        assert outcome.converged, outcome
        values = self._points.own_values(self._points.all_values())
        opening, traction, normal = (
            np.stack([values[f"{name}{i}"] for i in range(3)], axis=1) @ turn
            for name in ("opening", "traction", "normal")
        )
        forces = fem.assemble_vector(self._forces).array.reshape(-1, self.dimension)[self._top]
        return Pulled(
            opening * LENGTH,
            traction * BLOCK_UNITS.stress,
            values["damage"],
            values["pressure"] * BLOCK_UNITS.stress,
            normal,
            self._in_newtons(forces.sum(axis=0)) @ turn,
        )

    def step(self, separation: Array, turn: Array = NO_TURN) -> Pulled:
        """The same, and make it the start of the next step."""
        found = self.pull(separation, turn)
        self.problem.accept_step()
        return found

    def total_force(self, deformation: Array, separation: Array) -> Array:
        """Of the interface on the upper block, both deformed alike and moved apart; no equilibrium."""
        for number, unknown in enumerate(self._bodies):
            uniform_field(unknown.value, deformation)
            moved = number * separation[: self.dimension] / LENGTH
            unknown.value.x.array.reshape(-1, self.dimension)[:] += moved
        # The stress of the block is in equilibrium with itself and drops out of the sum.
        forces = fem.assemble_vector(self._forces).array.reshape(-1, self.dimension)
        return self._in_newtons(forces.sum(axis=0))

    def _in_newtons(self, force: Array) -> Array:
        """(3,) [N] (plane strain: N/m)."""
        return np.pad(force, (0, 3 - len(force))) * BLOCK_UNITS.stress * AREA[self.symmetry]

    def resultant(self, state: Pulled) -> Array:
        """Integral of the traction over the interface [N] (plane strain: N/m)."""
        weights = self._points.weights / self._points.weights.sum()
        return weights @ state.traction * AREA[self.symmetry]

    def energy(self, *quantities: str) -> float:
        """Sum of interface energies [J] (plane strain: J/m)."""
        state, unit = self.observer.state(), BLOCK_UNITS.energy_per_area * AREA[self.symmetry]
        total = sum(self.observer.interface_total(state, name) for name in quantities)
        return (total + self.observer.region_total(state, "elastic_energy")) * unit


TURNS = {
    "none": NO_TURN,
    "plane": Rotation.from_rotvec([0.0, 0.0, 1.9]).as_matrix(),
    "space": Rotation.from_rotvec([0.8, -1.1, 1.3]).as_matrix(),
}
"""Rotations of both blocks."""


def work(states: Iterable[tuple[Array, Pulled]]) -> Iterator[float]:
    """Work of the top's force so far [J], by the trapezoidal rule."""
    total, place, force = 0.0, np.zeros(3), np.zeros(3)
    for separation, state in states:
        total += float((force + state.force) @ (separation - place) / 2)
        place, force = separation, state.force
        yield total
