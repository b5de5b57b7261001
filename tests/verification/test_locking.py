# SPDX-License-Identifier: LGPL-3.0-or-later
"""Deformation that keeps volume: no locking, and a hydrostatic stress without a checkerboard.

Plastic flow and nearly incompressible elasticity constrain the volume at every quadrature point. With too
many constraints the mesh is too stiff, and what shows first is a hydrostatic stress that alternates from cell
to cell by an amount that no refinement lowers. Where the solution is smooth, neighbours must come together
as fast as the mesh is refined.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import ufl
from dolfinx import fem
from lithiate.geometry import distribute
from lithiate.problem.description import Description
from lithiate.problem.nonlinear import NonlinearSystem
from lithiate.problem.problem import Problem
from lithiate_meshes import VerificationBlock, build_mesh
from manufactured import LENGTH, STRESS, UNITS, Electrolyte, Manufactured, electrolyte_card, fitted_order
from mpi4py import MPI
from thick_sphere import (
    FIRST_YIELD,
    RATIO,
    YIELD_STRESS,
    Shell,
    elastic_displacement,
    octant_shell,
    plastic_hydrostatic_stress,
    quarter_shell,
)
from verification_pages import Report
from verification_problems import Array, TensorPoints

MESHES = {"axisymmetric": quarter_shell, "3d": octant_shell}
FLOWING = elastic_displacement(FIRST_YIELD) * np.array([1.0, 2.0, 4.0, 8.0, 15.0, 22.0])
"""Displacements of the inner face, per inner radius; at the end every point flows."""

SLIGHTLY_COMPRESSIBLE = 0.49


def cell_means(problem: Problem, region: str, stress: Array) -> Array:
    """Mean over each cell of the hydrostatic stress at its points."""
    pressure = np.trace(stress, axis1=1, axis2=2) / 3
    cells = len(problem.geometry.regions[region].parent_to_sub)
    return np.asarray(pressure.reshape(cells, -1).mean(axis=1))


def jumps(problem: Problem, region: str, values: Array) -> Array:
    """Difference of cell values across every inner facet of a mesh of one region."""
    mesh, dimension = problem.geometry.mesh, problem.geometry.dimension
    mesh.topology.create_connectivity(dimension - 1, dimension)
    cells_of = mesh.topology.connectivity(dimension - 1, dimension)
    facets = range(mesh.topology.index_map(dimension - 1).size_local)
    pairs = np.array([cells_of.links(facet) for facet in facets if len(cells_of.links(facet)) == 2])
    values = values[problem.geometry.regions[region].parent_to_sub]
    return np.asarray(np.abs(values[pairs[:, 0]] - values[pairs[:, 1]]))


def limit_pressure(amount: float) -> float:
    """2 ln(b/a) yield stresses on the inner face as built, when it has moved by ``amount`` inner radii.

    The shell keeps its volume and thins; that is 0.1 to 0.3 % here.
    """
    inner = 1 + amount
    outer = (RATIO**3 + inner**3 - 1) ** (1 / 3)
    return float(2 * np.log(outer / inner) * inner**2)


def flowing_shell(symmetry: str, elements: int) -> tuple[float, Shell]:
    """A shell in which everything flows, and its pressure per limit pressure."""
    shell = Shell(MESHES[symmetry](elements))
    for amount in FLOWING:
        pressure = shell.push(float(amount))
        shell.problem.accept_step()
    return pressure / limit_pressure(float(FLOWING[-1])), shell


@pytest.mark.parametrize("symmetry", ["axisymmetric", "3d"])
def test_limit_pressure_on_a_coarse_mesh(symmetry: str, report: Report) -> None:
    """Within 1 % with four elements through the wall, and further on: a mesh that locks carries more."""
    pressure, shell = flowing_shell(symmetry, 4)
    words = "pressure per limit pressure, four elements through the wall"
    report.compare("plastic_sphere", words, 1.0, pressure, rel=0.01)
    amount = 2 * float(FLOWING[-1])
    further = shell.push(amount) / limit_pressure(amount)
    report.compare("plastic_sphere", f"{words}, twice as far", 1.0, further, rel=0.01)


@pytest.mark.parametrize(
    ("symmetry", "elements"),
    [
        ("axisymmetric", (4, 8, 16)),
        pytest.param("3d", (3, 4, 6), marks=pytest.mark.slow),
    ],
)
def test_hydrostatic_stress_of_flow_has_no_checkerboard(
    symmetry: str, elements: Sequence[int], report: Report
) -> None:
    """Towards 2/3 - 2 ln(b/r) yield stresses; the largest jump between neighbours falls with h."""
    largest, typical, wrong = [], [], []
    for count in elements:
        _, shell = flowing_shell(symmetry, count)
        values = shell.points.evaluate()
        assert values["plastic_strain"].min() > 0.0
        stress = values["stress"] * shell.unit / YIELD_STRESS
        found = cell_means(shell.problem, "shell", stress)
        exact = plastic_hydrostatic_stress(np.linalg.norm(values["position"], axis=1))
        difference = jumps(shell.problem, "shell", found)
        largest.append(difference.max())
        typical.append(np.sqrt(np.mean(difference**2)))
        exact = exact.reshape(len(found), -1).mean(axis=1)
        wrong.append(np.abs(found - exact).max())
        # Linear elements that lock have jumps that fall as well, but ten times as large.
        assert largest[-1] < 2 * jumps(shell.problem, "shell", exact).max(), count
    sizes = 1 / np.array(elements)
    for name, bound, values in (
        ("largest jump between neighbours", 0.75, largest),
        ("root mean square jump", 0.9, typical),
        ("largest error", 0.75, wrong),
    ):
        order = fitted_order(sizes, values)
        report.at_least("plastic_sphere", f"order in h, hydrostatic stress: {name}", bound, order)


def sheared(x: Any, symmetry: str, functions: Any) -> tuple[list[Any], Any]:
    """Displacement of two shears after each other, which keeps every volume, and its hoop strain."""
    sin, cos = functions.sin, functions.cos
    if symmetry == "axisymmetric":
        stretch, across = 1.2, x[0] * x[0]
        hoop = stretch**-0.5 - 1
        return [x[0] * hoop, stretch * (x[1] + 0.2 * sin(1.7 * across + 0.3)) - x[1]], hoop
    if symmetry == "plane_strain":
        up = x[1] + 0.15 * sin(2.1 * x[0] + 0.2)
        return [0.2 * cos(1.6 * up), up - x[1]], 0.0
    along = x[2] + 0.12 * sin(1.9 * x[0] + 0.2) * cos(1.3 * x[1])
    across = x[1] + 0.15 * sin(1.4 * along + 0.5 * x[0])
    return [0.15 * cos(1.5 * across + 0.6 * along), across - x[1], along - x[2]], 0.0


def solve_sheared(symmetry: str, elements: int, poisson_ratio: float) -> dict[str, float]:
    """Errors, and largest jump of the hydrostatic stress between neighbours, stresses per shear modulus."""
    size = {"width": LENGTH, "height": LENGTH, "mesh_size": LENGTH / elements, "irregular": 0.2}
    block = VerificationBlock.model_validate({"family": "verification", "symmetry": symmetry} | size)
    geometry = distribute(MPI.COMM_SELF, build_mesh(block), LENGTH)
    card = electrolyte_card(poisson_ratio=poisson_ratio)
    problem = Problem(geometry, UNITS, Description({"block": card}, {}))
    exact = Manufactured(problem)
    components, hoop = sheared(exact.x, symmetry, ufl)
    deformation = ufl.Identity(3) + exact.gradient_of(ufl.as_vector(components))
    if symmetry == "axisymmetric":
        assert hoop == pytest.approx(1.2**-0.5 - 1)
    exact.balance_momentum("block", Electrolyte(card).stress(deformation))
    unknown = problem.unknowns["displacement.block"]
    held = fem.Function(unknown.value.function_space)
    for function in (held, unknown.value):
        function.interpolate(lambda x: np.array(sheared(x, symmetry, np)[0]))
    for surface in block.surfaces:
        if (surface, symmetry) == ("axis", "axisymmetric"):
            problem.fix(unknown.name, surface, 0)
        else:
            problem.fix(unknown.name, surface, value=held)
    outcome = NonlinearSystem(problem, 1e-10).solve()
    assert outcome.converged, outcome
    shear = card.youngs_modulus.at(0.0) / STRESS / (2 * (1 + poisson_ratio))
    points = TensorPoints(problem, "block", {"stress": problem.regions["block"].cauchy_stress})
    found = cell_means(problem, "block", points.evaluate()["stress"]) / shear
    error = unknown.value - ufl.as_vector(components)
    return {
        "displacement": exact.norm(error, region="block"),
        "gradient": exact.norm(exact.gradient_of(error), region="block"),
        "hydrostatic": float(np.sqrt(np.mean(found**2))),
        "largest hydrostatic": float(np.abs(found).max()),
        "largest jump": float(jumps(problem, "block", found).max()),
    }


@pytest.mark.parametrize(
    ("symmetry", "elements"),
    [
        ("plane_strain", (8, 16, 32)),
        ("axisymmetric", (8, 16, 32)),
        pytest.param("3d", (2, 4, 6), marks=pytest.mark.slow),
    ],
)
def test_nearly_incompressible_elasticity(symmetry: str, elements: Sequence[int], report: Report) -> None:
    """nu = 0.49 on irregular meshes: orders as without the constraint, jumps falling faster than h."""
    errors = [solve_sheared(symmetry, count, SLIGHTLY_COMPRESSIBLE) for count in elements]
    sizes = 1 / np.array(elements)
    orders = {name: fitted_order(sizes, [error[name] for error in errors]) for name in errors[0]}
    bounds = {"displacement": 2.7, "gradient": 1.85, "hydrostatic": 1.7}
    bounds |= {"largest hydrostatic": 1.2, "largest jump": 1.2}
    for name, bound in bounds.items():
        report.at_least("orders", f"nu = 0.49: {name}", bound, orders[name])
    compressible = solve_sheared(symmetry, elements[0], 0.3)
    # A mesh that locks would be stiffer by the ratio of bulk to shear modulus, which is 25 times larger.
    assert errors[0]["gradient"] < 1.5 * compressible["gradient"]
