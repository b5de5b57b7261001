"""A rigid obstacle on an outer surface of a body: frictionless unilateral contact, and how it is moved."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import ufl
from dolfinx import fem

from lithiate import compat, parallel
from lithiate.geometry import Measures
from lithiate.interfaces.obstacle import Obstacle
from lithiate.physics.kinematics import spatial_vector
from lithiate.problem.augmentation import Augmentation
from lithiate.problem.platen import body_at
from lithiate.problem.pointwise import SurfacePoints, history_space
from lithiate.problem.problem import Problem
from lithiate.problem.region_model import RegionModel
from lithiate.problem.unknowns import create_unknown, global_scalar_space

HEIGHT = "obstacle_height"

SMALLEST_RADIUS_SQUARED = 1e-24
"""Keeps the direction away from an axis finite on it."""


@dataclass(eq=False)
class ObstacleModel:
    """State of the contact as expressions of the unknowns, in solver units.

    The points of the surface are at x = X + u, the traction on the body is p n per current area, with n the
    gradient of the distance. Where kinematics is linear, areas are those of the mesh as built.

    Attributes:
        surface: of the body that meets it.
        region: behind that surface.
        measures: integration over the geometry.
        shape: the obstacle.
        stiffness: K of the penalty [stress / length].
        height: of the lowest point of the obstacle.
        multiplier: lambda of the augmented Lagrangian, or None with the penalty alone.
    """

    surface: str
    region: RegionModel
    measures: Measures
    shape: Obstacle
    stiffness: float
    height: Any
    multiplier: fem.Function | None

    @cached_property
    def _place(self) -> tuple[Any, Any, list[Any]]:
        """Distance of the deformed point from the axis, height above the tip, unit vector off the axis."""
        dimension = self.measures.geometry.dimension
        current = self.measures.coordinates + self.region.face_displacement
        up = current[dimension - 1] - self.height
        if dimension == 2:
            return current[0], up, [1.0]
        across = ufl.sqrt(current[0] ** 2 + current[1] ** 2 + SMALLEST_RADIUS_SQUARED)
        return across, up, [current[0] / across, current[1] / across]

    @cached_property
    def gap(self) -> Any:
        """g, positive where the faces are apart."""
        across, up, _ = self._place
        return self.shape.distance(across, up)

    @cached_property
    def normal(self) -> Any:
        """n, unit vector of the mesh's dimension away from the obstacle."""
        across, up, direction = self._place
        sideways, upwards = self.shape.outward(across, up)
        return ufl.as_vector([*(sideways * part for part in direction), upwards])

    @cached_property
    def pressure(self) -> Any:
        """p = <lambda - K g>."""
        carried = 0.0 if self.multiplier is None else self.multiplier
        return ufl.max_value(carried - self.stiffness * self.gap, 0.0)

    @cached_property
    def area_ratio(self) -> Any:
        """J_s = |cof F N|."""
        facet = ufl.FacetNormal(self.measures.geometry.mesh)
        normal = spatial_vector(facet, self.measures.geometry.symmetry)
        area = ufl.cofac(self.region.face_deformation_gradient) * normal
        return ufl.sqrt(ufl.inner(area, area))

    @property
    def stored_energy(self) -> Any:
        """p <-g> / 2 per current area: what the penalty alone would store, and next to nothing else."""
        return self.pressure * ufl.max_value(-self.gap, 0.0) / 2


class PressedObstacle:
    """An obstacle in a problem, at a given height or under a given force.

    Its height is an unknown: (1 - h) (contact force - F) + h (height - given) A = 0.

    Attributes:
        model: of the contact.
        force: F downwards on the obstacle, of the model [solver units].
        held: h, one where the height is given, else zero.
        given_height: of the lowest point, where it is given.

    Args:
        problem: to add the contact to; its system is not made yet.
        surface: of one body, which a platen does not press.
        shape: in solver units.
        stiffness: K [stress / length].
        tolerance: of the penetration with an augmented Lagrangian; None for the penalty alone.
    """

    def __init__(
        self, problem: Problem, surface: str, shape: Obstacle, stiffness: float, tolerance: float | None
    ) -> None:
        mesh = problem.geometry.mesh
        body = body_at(problem.geometry, surface)
        displacement = problem.unknowns["displacement." + "+".join(body)]
        body_mesh = displacement.value.function_space.mesh
        unknown = create_unknown(HEIGHT, global_scalar_space(mesh), 1.0)
        problem.unknowns[HEIGHT] = unknown
        self._unknown, self._problem = unknown, problem
        self.force, self.held = fem.Constant(mesh, 0.0), fem.Constant(mesh, 1.0)
        self.given_height = fem.Constant(mesh, 0.0)
        multiplier = None if tolerance is None else fem.Function(history_space(body_mesh))
        model = self.model = ObstacleModel(
            surface, problem.regions[body[0]], problem.measures, shape, stiffness, unknown.value, multiplier
        )
        measures, communicator = problem.measures, problem.geometry.communicator
        pressed = model.pressure * model.area_ratio
        push = -pressed * ufl.inner(model.normal, displacement.test)
        problem.add(displacement.name, measures.pressed_surface(push, surface))
        maps = problem.geometry.entity_maps()
        whole = fem.assemble_scalar(compat.compile_form(measures.pressed_surface(1.0, surface), maps))
        area = float(parallel.total(communicator, whole))
        lift = -pressed * model.normal[problem.geometry.dimension - 1]
        excess = lift - self.force / area
        off = unknown.value - self.given_height
        equation = ((1 - self.held) * excess + self.held * off) * unknown.test
        problem.add(HEIGHT, measures.pressed_surface(equation, surface))
        self._lift = compat.compile_form(measures.pressed_surface(lift, surface), maps)
        stored = model.stored_energy * model.area_ratio
        self._stored = compat.compile_form(measures.pressed_surface(stored, surface), maps)
        if multiplier is not None and tolerance is not None:
            fields = {"pressure": model.pressure, "gap": model.gap, "weight": measures.pressed_weight}
            points = SurfacePoints(measures, surface, body_mesh, fields)
            problem.augmentations.append(Augmentation(multiplier, points, tolerance, communicator))

    def _total(self, form: fem.Form) -> float:
        return float(parallel.total(self._problem.geometry.communicator, fem.assemble_scalar(form)))

    def contact_force(self) -> float:
        """Upwards on the obstacle, of the model."""
        return self._total(self._lift)

    def stored_energy(self) -> float:
        """Of the penalty, of the model."""
        return self._total(self._stored)

    def height(self) -> float:
        """Of the lowest point, the same on every rank."""
        return parallel.largest(self._problem.geometry.communicator, self._unknown.owned_values)
