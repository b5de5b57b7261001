"""What presses on the body of a Hertz contact: an elastic block, or a rigid shape."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Protocol

import numpy as np
from dolfinx import fem
from lithiate_meshes.families.verification_contact import HertzContactGeometry
from numpy.typing import NDArray

from lithiate import compat, parallel
from lithiate.case import Case
from lithiate.geometry import Geometry
from lithiate.interfaces.cohesion import CONTACT_STIFFNESS_FACTOR
from lithiate.interfaces.obstacle import Ball, Obstacle
from lithiate.problem.augmentation import TOLERANCE_PER_ELEMENT
from lithiate.problem.laws_of_case import interface_laws
from lithiate.problem.obstacle_model import PressedObstacle
from lithiate.problem.pointwise import FacePoints, InterfacePoints, SurfacePoints
from lithiate.problem.problem import Problem
from lithiate.scaling import Units
from lithiate.verification.drive import bare_problem

BODY, TOP, INTERFACE = "body", "top", "body|obstacle"


class PressedContact(Protocol):
    """The contact and the problem that it is part of, in solver units."""

    @property
    def problem(self) -> Problem:
        """What is solved."""
        ...

    @property
    def approach(self) -> float:
        """By which a rigid shape has come down; zero of a block, whose outer faces are moved."""
        ...

    @approach.setter
    def approach(self, distance: float) -> None: ...

    def force(self) -> float:
        """Integral of the contact pressure over the model."""
        ...

    def points(self) -> NDArray[np.float64]:
        """(own points, 3) distance from the axis as built, pressure and area as built."""
        ...


class BlockContact:
    """Against a block with the gap of a round face."""

    approach = 0.0

    def __init__(self, case: Case, geometry: Geometry, units: Units) -> None:
        laws = replace(interface_laws(case, INTERFACE, units), kinetics=None, exchange=None)
        problem = self.problem = bare_problem(case, geometry, units, interfaces={INTERFACE: laws})
        shape, model = case.geometry, problem.interfaces[INTERFACE]
        assert isinstance(shape, HertzContactGeometry) and model.initial_gap is not None
        unit = units.length
        # The gap itself at the points between the mesh's own, where that of a polygon is too large.
        model.initial_gap.interpolate(lambda points: shape.initial_gap(points[0] * unit) / unit)
        pressure = model.contact_pressure * model.kinematics.area_ratio * model.kinematics.normal[1]
        self._force = compat.compile_form(
            problem.measures.interface(pressure, INTERFACE), geometry.entity_maps()
        )
        fields = {"pressure": model.contact_pressure, "weight": problem.measures.weight("+")}
        self._points = InterfacePoints(problem.measures, INTERFACE, fields)

    def force(self) -> float:
        """Integral of the contact pressure over the model."""
        return float(parallel.total(self.problem.geometry.communicator, fem.assemble_scalar(self._force)))

    def points(self) -> NDArray[np.float64]:
        """(own points, 3) distance from the axis as built, pressure and area as built."""
        return _columns(self._points)


class RigidContact:
    """Against a rigid shape."""

    def __init__(self, case: Case, geometry: Geometry, units: Units) -> None:
        problem = self.problem = bare_problem(case, geometry, units)
        shape = case.geometry
        assert isinstance(shape, HertzContactGeometry)
        self._obstacle = pressed_obstacle(case, problem, Ball(shape.radius / units.length), shape.mesh_size)
        model = self._obstacle.model
        fields = {"pressure": model.pressure, "weight": problem.measures.weight}
        mesh = geometry.bodies[(BODY,)].mesh
        self._points = SurfacePoints(problem.measures, TOP, mesh, fields)

    @property
    def approach(self) -> float:
        """By which the shape has come down."""
        return -float(self._obstacle.given_height.value)

    @approach.setter
    def approach(self, distance: float) -> None:
        self._obstacle.given_height.value = -distance

    def force(self) -> float:
        """Integral of the contact pressure over the model."""
        return self._obstacle.contact_force()

    def points(self) -> NDArray[np.float64]:
        """(own points, 3) distance from the axis as built, pressure and area as built."""
        return _columns(self._points)


def _columns(points: FacePoints) -> NDArray[np.float64]:
    values = points.own_values(points.all_values())
    areas = values["weight"] * points.weights
    return np.column_stack([points.coordinates[:, 0], values["pressure"], areas])


def pressed_obstacle(case: Case, problem: Problem, shape: Obstacle, mesh_size: float) -> PressedObstacle:
    """A rigid obstacle on the top of the body, which no pressure pushes into it.

    Args:
        case: of one body.
        problem: of it.
        shape: in solver units.
        mesh_size: of the elements that it meets [m].
    """
    units = problem.units
    modulus = float(case.card(BODY).youngs_modulus.at(0.0, case.physics.temperature)) / units.stress
    size = mesh_size / units.length
    stiffness = CONTACT_STIFFNESS_FACTOR * modulus / size
    return PressedObstacle(problem, TOP, shape, stiffness, TOLERANCE_PER_ELEMENT * size)


def create_contact(case: Case, geometry: Geometry, units: Units) -> PressedContact:
    """The contact that a case asks for."""
    kinds: dict[str, Any] = {"blocks": BlockContact, "rigid": RigidContact}
    shape = case.geometry
    assert isinstance(shape, HertzContactGeometry)
    contact: PressedContact = kinds[shape.obstacle](case, geometry, units)
    return contact
