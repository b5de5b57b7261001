# SPDX-License-Identifier: LGPL-3.0-or-later
"""Conductivities that differ along the axes of the mesh and turn with the material.

With F = R U the current is -J F^{-1} R kappa R^T F^{-T} Grad phi: a body that is only turned conducts along
its own axes as before, a stretched one by its length and cross-section.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import ufl
from dolfinx import fem
from lithiate.geometry import Geometry, distribute
from lithiate.problem.description import Description
from lithiate.problem.nonlinear import NonlinearSystem
from lithiate.problem.problem import Problem
from lithiate_meshes import VerificationBlock, build_mesh
from manufactured import (
    CURRENT_DENSITY,
    LENGTH,
    POTENTIAL,
    UNITS,
    Electrolyte,
    Manufactured,
    electrolyte_card,
    fitted_order,
)
from mpi4py import MPI
from scipy.linalg import polar
from scipy.spatial.transform import Rotation
from verification_problems import Array, TensorPoints, uniform_field

VALUES = (2e-4, 5e-5, 9e-4)
"""[S/m]"""

IONS, BODY = "electrolyte_potential.block", "displacement.block"


def conductors(symmetry: str) -> tuple[float, ...]:
    """One value for each axis of the mesh."""
    return VALUES if symmetry == "3d" else VALUES[:2]


def block(symmetry: str, elements: int, irregular: float = 0.0) -> Geometry:
    """A cube or a square of a micrometre."""
    size = {"width": LENGTH, "height": LENGTH, "mesh_size": LENGTH / elements, "irregular": irregular}
    shape = {"family": "verification", "symmetry": symmetry} | size
    return distribute(MPI.COMM_SELF, build_mesh(VerificationBlock.model_validate(shape)), LENGTH)


def create(symmetry: str, elements: int, irregular: float = 0.0) -> Problem:
    """An electrolyte that conducts differently along each axis."""
    card = electrolyte_card(ionic_conductivity=conductors(symmetry))
    description = Description({"block": card}, {}, grounded="top")
    return Problem(block(symmetry, elements, irregular), UNITS, description, 4)


def expected_current(deformation: Array, gradient: Array, symmetry: str) -> Array:
    """By the polar decomposition of SciPy, solver units."""
    turn = polar(deformation)[0]
    values = (*conductors(symmetry), 1.0)[:3]
    inverse = np.linalg.inv(deformation)
    middle = turn @ np.diag(values) @ turn.T * POTENTIAL / (CURRENT_DENSITY * LENGTH)
    return np.asarray(-np.linalg.det(deformation) * inverse @ middle @ inverse.T @ gradient)


@pytest.mark.parametrize("symmetry", ["plane_strain", "3d"])
def test_axes_turn_with_the_material(symmetry: str) -> None:
    """Stretched, sheared and turned by any angle."""
    problem = create(symmetry, 1)
    points = TensorPoints(problem, "block", {"current": problem.regions["block"].conduction[0].current})
    dimension = problem.geometry.dimension
    random = np.random.default_rng(3)
    slope = np.array([0.7, -0.4, 0.5]) * (np.arange(3) < dimension)
    problem.unknowns[IONS].value.interpolate(lambda x: slope @ x)
    for angle in (0.0, 1.2, -2.9):
        deformation = np.eye(3)
        deformation[:dimension, :dimension] += 0.2 * random.normal(size=(dimension, dimension))
        axis = np.array([0.0, 0.0, 1.0]) if dimension == 2 else np.array([0.6, 0.64, -0.48])
        deformation = Rotation.from_rotvec(angle * axis).as_matrix() @ deformation
        uniform_field(problem.unknowns[BODY].value, deformation)
        found = points.evaluate()["current"]
        expected = expected_current(deformation, slope, symmetry)
        for row in found:
            assert row == pytest.approx(expected, rel=1e-8, abs=1e-9 * float(np.linalg.norm(expected)))


@pytest.mark.parametrize(("entrance", "exit_", "axis"), [("axis", "side", 0), ("bottom", "top", 1)])
def test_a_slab_conducts_by_the_value_along_it(entrance: str, exit_: str, axis: int) -> None:
    """i L / (kappa_axis A) of the deformed slab, also where it has been turned by a right angle."""
    problem, current = create("plane_strain", 2), 30.0
    ions = problem.unknowns[IONS]
    entering = problem.measures.surface(-current / CURRENT_DENSITY * ions.test, entrance)
    problem.add(IONS, entering)
    problem.fix(IONS, exit_)
    system = NonlinearSystem(problem, 1e-11, solved=(IONS,))
    stretches = np.array([1.3, 0.8])
    for turn in (np.eye(3), np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])):
        uniform_field(problem.unknowns[BODY].value, turn @ np.diag([*stretches, 1.0]))
        assert system.solve().converged
        length, across = LENGTH * stretches[axis], stretches[1 - axis]
        drop = current / across * length / VALUES[axis]
        assert ions.value.x.array.max() * POTENTIAL == pytest.approx(drop, rel=1e-9)


@dataclass(frozen=True)
class DirectedElectrolyte(Electrolyte):
    """The equations of a conductor with axes, written by the angle of the rotation."""

    def current(self, F: Any, potential_gradient: Any) -> Any:
        first, second = (
            value * POTENTIAL / (CURRENT_DENSITY * LENGTH) for value in self.card.ionic_conductivity
        )
        angle = ufl.atan2(F[1, 0] - F[0, 1], F[0, 0] + F[1, 1])
        along = ufl.as_vector([ufl.cos(angle), ufl.sin(angle), 0])
        across = ufl.as_vector([-ufl.sin(angle), ufl.cos(angle), 0])
        spatial = ufl.inv(F).T * potential_gradient
        flow = first * ufl.inner(along, spatial) * along + second * ufl.inner(across, spatial) * across
        return -ufl.cofac(F).T * flow


def potential_error(symmetry: str, elements: int) -> float:
    """In L2, on a mesh of so many elements along an edge, the displacement given."""
    problem = create(symmetry, elements, 0.1)
    exact = Manufactured(problem)
    exact.interpolate(problem.unknowns[BODY].value, "displacement", "block")
    exact.balance_charge("block", DirectedElectrolyte(problem.description.cards["block"]))
    held = fem.Function(problem.unknowns[IONS].value.function_space)
    exact.interpolate(held, "electrolyte_potential", "block")
    for surface in problem.geometry.surface_tags:
        if surface != "axis" or symmetry != "axisymmetric":
            problem.fix(IONS, surface, None, held)
    assert NonlinearSystem(problem, 1e-10, solved=(IONS,)).solve().converged
    error = problem.unknowns[IONS].value - exact.fields("block").electrolyte_potential
    return exact.norm(error, region="block")


@pytest.mark.parametrize("symmetry", ["plane_strain", pytest.param("axisymmetric", marks=pytest.mark.slow)])
def test_the_potential_converges_with_second_order(symmetry: str) -> None:
    """On a body that is stretched, sheared and turned differently from place to place."""
    elements = (6, 8, 12, 16)
    errors = [potential_error(symmetry, count) for count in elements]
    assert fitted_order(1 / np.array(elements), errors) > 1.9, errors
