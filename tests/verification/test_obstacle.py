# SPDX-License-Identifier: LGPL-3.0-or-later
"""A block under a rigid obstacle: the stress of a closed form, a given force, and the tangent."""

from __future__ import annotations

import math

import numpy as np
import pytest
from lithiate.interfaces.obstacle import Cone, Obstacle, Plane
from lithiate.problem.description import Description
from lithiate.problem.nonlinear import NonlinearSystem
from lithiate.problem.obstacle_model import PressedObstacle
from lithiate.problem.problem import Problem
from lithiate.stepping.stepper import Stepper
from tangent_differences import LARGEST_ERROR, tangent_errors
from verification_problems import BLOCK_UNITS, LENGTH, build_geometry, card, hold_symmetry_planes

MODULUS, RATIO = 40.0, 0.25
TOLERANCE = 1e-7
SYMMETRIES = [
    pytest.param("plane_strain", marks=pytest.mark.slow),
    "axisymmetric",
    pytest.param("3d", marks=pytest.mark.slow),
]


def pressed(
    symmetry: str, shape: Obstacle, stiffness: float, tolerance: float | None, elements: int = 1
) -> tuple[Problem, PressedObstacle]:
    """A block in a smooth die with an obstacle on its top; units of MODULUS and of the block's height."""
    geometry = build_geometry(symmetry, mesh_size=LENGTH / elements)
    material = card(youngs_modulus=MODULUS * BLOCK_UNITS.stress, poisson_ratio=RATIO)
    problem = Problem(geometry, BLOCK_UNITS, Description({"block": material}, {}))
    hold_symmetry_planes(problem)
    for component, side in enumerate(("side", "side_y")):
        if side in geometry.surface_tags:
            problem.fix("displacement.block", side, component)
    return problem, PressedObstacle(problem, "top", shape, stiffness, tolerance)


def die_pressure(height: float) -> float:
    """Of the neo-Hookean block squeezed to a share of its height without strain across."""
    bulk, shear = MODULUS / (3 * (1 - 2 * RATIO)), MODULUS / (2 * (1 + RATIO))
    deviator = height ** (-2 / 3) * 2 / 3 * (height**2 - 1)
    return -(bulk / 2 * (height**2 - 1) + shear * deviator) / height


@pytest.mark.parametrize("symmetry", SYMMETRIES)
def test_squeezed_block(symmetry: str) -> None:
    """A flat obstacle at a given height, then released to half its force, which the balance of it finds."""
    problem, obstacle = pressed(symmetry, Plane(), 10.0 * MODULUS, TOLERANCE)
    stepper = Stepper(problem, NonlinearSystem(problem, 1e-11), 1.0)
    area = {"plane_strain": 1.0, "axisymmetric": np.pi, "3d": 1.0}[symmetry]
    obstacle.given_height.value = 0.8
    assert stepper.attempt(0.0).newton.converged
    stepper.accept()
    force = obstacle.contact_force()
    assert force == pytest.approx(area * die_pressure(0.8), rel=1e-5)
    assert problem.augmentations[0].penetration() < TOLERANCE
    obstacle.held.value, obstacle.force.value = 0.0, force / 2
    assert stepper.attempt(0.0).newton.converged
    assert obstacle.contact_force() == pytest.approx(force / 2, rel=1e-9)
    assert area * die_pressure(obstacle.height()) == pytest.approx(force / 2, rel=1e-5)


def test_a_rejected_attempt_leaves_no_multiplier_behind() -> None:
    problem, obstacle = pressed("axisymmetric", Plane(), 10.0 * MODULUS, TOLERANCE)
    stepper = Stepper(problem, NonlinearSystem(problem, 1e-11), 1.0)
    multiplier = problem.augmentations[0].multiplier.x.array
    obstacle.given_height.value = 0.95
    assert stepper.attempt(0.0).newton.converged
    assert multiplier.max() > 0.5 * die_pressure(0.95)
    stepper.reject()
    assert not multiplier.any()
    assert stepper.attempt(0.0).newton.converged
    stepper.accept()
    kept = multiplier.copy()
    obstacle.given_height.value = 0.9
    assert stepper.attempt(0.0).newton.converged
    assert multiplier.max() > 1.3 * kept.max()
    stepper.reject()
    assert multiplier == pytest.approx(kept, abs=0)


def test_an_obstacle_that_does_not_reach_the_block_leaves_it_alone() -> None:
    problem, obstacle = pressed("axisymmetric", Plane(), 10.0 * MODULUS, TOLERANCE)
    stepper = Stepper(problem, NonlinearSystem(problem, 1e-11), 1.0)
    obstacle.given_height.value = 1.1
    assert stepper.attempt(0.0).newton.converged
    assert obstacle.contact_force() == 0.0
    assert problem.unknowns["displacement.block"].value.x.array == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("symmetry", SYMMETRIES[1:])
def test_tangent(symmetry: str) -> None:
    """Of a cone that moves under a force, its round tip and its side in contact."""
    problem, obstacle = pressed(symmetry, Cone(math.radians(50.0), 0.2), MODULUS, None, elements=2)
    system = NonlinearSystem(problem, 1e-11)
    obstacle.given_height.value = 0.9
    assert system.solve().converged
    obstacle.held.value, obstacle.force.value = 0.0, 1.0
    worst = tangent_errors(problem, system)
    assert max(worst.values()) < LARGEST_ERROR, worst
