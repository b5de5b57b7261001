# SPDX-License-Identifier: LGPL-3.0-or-later
"""Elastic-plastic thick sphere under internal pressure, against Hill's solution.

R. Hill, The Mathematical Theory of Plasticity (1950), chapter V. Guards the yield surface, the flow rule and
the consistency of both with equilibrium in a boundary-value problem: a shell that locks under isochoric flow
passes every test at a point and misses the limit pressure.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import ufl
from dolfinx import fem
from lithiate import compat
from lithiate.geometry import distribute
from lithiate.problem.nonlinear import NonlinearSystem
from lithiate.problem.problem import Description, Problem
from lithiate.scaling import Units
from lithiate_meshes import MeshData, VerificationBlock, build_mesh, check_quality, check_tags
from mpi4py import MPI
from scipy.optimize import brentq
from verification_problems import SYMMETRY_PLANES, Array, TensorPoints, card, displacement

INNER, OUTER = 1e-6, 2e-6
RATIO = OUTER / INNER
YIELD_STRESS, MODULUS, POISSON = 10e6, 100e9, 0.3
FIRST_YIELD = 2 / 3 * (1 - RATIO**-3)
LIMIT = 2 * np.log(RATIO)
FULLY_PLASTIC = YIELD_STRESS / MODULUS * (1 - POISSON) * RATIO
"""Displacement of the outer face, per inner radius, when the plastic zone reaches it."""


def shell_mesh() -> MeshData:
    """Quarter of a shell: a square of the verification family, its sides bent to polar angle and radius."""
    square = build_mesh(VerificationBlock(family="verification", width=1.0, height=1.0, mesh_size=0.0625))
    angle, share = square.points.T
    angle, radius = angle * np.pi / 2, INNER * RATIO**share
    points = np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1)
    points[np.unique(square.facets_of("side")), 1] = 0.0
    names = {"axis": "axis", "side": "bottom", "bottom": "inner", "top": "outer"}
    surfaces = {new: square.surfaces[old] for old, new in names.items()}
    mesh = dataclasses.replace(
        square, points=points, regions={"shell": 1}, surfaces=surfaces, symmetry="axisymmetric"
    )
    check_tags(mesh)
    check_quality(mesh)
    return mesh


class Shell:
    """A thick sphere that is blown up by a given displacement of its inner face."""

    def __init__(self) -> None:
        units = Units(INNER, 1.0, 1e4, 298.15)
        metal = card(
            youngs_modulus=MODULUS, poisson_ratio=POISSON, flow="rate_independent", yield_stress=YIELD_STRESS
        )
        geometry = distribute(MPI.COMM_SELF, shell_mesh(), INNER)
        problem = self.problem = Problem(geometry, units, Description({"shell": metal}, {}))
        self.unknown, self.unit = displacement(problem, "shell"), units.stress
        space = self.unknown.value.function_space
        for name in ("axis", "bottom"):
            problem.fix(self.unknown.name, name, SYMMETRY_PLANES[name] % 2)
        self._pushed, self._outward = fem.Function(space), fem.Function(space)
        self._outward.interpolate(lambda x: x[:2] / np.maximum(np.linalg.norm(x[:2], axis=0), 0.1))
        problem.fix(self.unknown.name, "inner", None, self._pushed)
        self._system = NonlinearSystem(problem, 1e-9)
        model, maps = problem.regions["shell"], geometry.entity_maps()
        self._forces = compat.compile_form(problem.residuals[self.unknown.name], maps)
        normal = -ufl.FacetNormal(geometry.mesh)
        area = problem.measures.surface(ufl.inner(normal, self._outward), "inner")
        self._area = fem.assemble_scalar(compat.compile_form(area, maps))
        self._inner_nodes = problem.surface_dofs(self.unknown.name, "inner")
        self._outer_nodes = problem.surface_dofs(self.unknown.name, "outer")
        self.points = TensorPoints(
            problem,
            "shell",
            {
                "stress": model.kirchhoff_stress,
                "plastic_strain": model.flow.equivalent_plastic_strain,
                "position": problem.measures.coordinates,
            },
        )

    def push(self, amount: float) -> float:
        """Move the inner face to this displacement per inner radius; the pressure per yield stress."""
        self._pushed.x.array[:] = amount * self._outward.x.array
        outcome = self._system.solve()
        assert outcome.converged, outcome
        forces = fem.assemble_vector(self._forces).array.reshape(-1, 2)[self._inner_nodes]
        directions = self._outward.x.array.reshape(-1, 2)[self._inner_nodes]
        return float(np.sum(forces * directions) / self._area * self.unit / YIELD_STRESS)

    def outer_displacement(self) -> float:
        """Mean radial displacement of the outer face, per inner radius."""
        nodes = self._outer_nodes
        moved, outward = (
            function.x.array.reshape(-1, 2)[nodes] for function in (self.unknown.value, self._outward)
        )
        return float(np.mean(np.sum(moved * outward, axis=1)))

    def state(self) -> tuple[Array, Array, Array]:
        """Radius per inner radius, sqrt(3/2) |dev tau_e| per yield stress, plastic strain at the points."""
        values = self.points.evaluate()
        stress = values["stress"] * self.unit / YIELD_STRESS
        deviator = stress - np.trace(stress, axis1=1, axis2=2)[:, None, None] / 3 * np.eye(3)
        equivalent = np.sqrt(1.5 * np.sum(deviator**2, axis=(1, 2)))
        return np.linalg.norm(values["position"], axis=1), equivalent, values["plastic_strain"]


def elastic_displacement(pressure: float) -> float:
    """Of the inner face, per inner radius, at a pressure per yield stress."""
    strain = pressure * YIELD_STRESS / MODULUS
    return strain * (1 - 2 * POISSON + (1 + POISSON) / 2 * RATIO**3) / (RATIO**3 - 1)


def pressure_at(front: float) -> float:
    """Per yield stress when the plastic zone reaches out to ``front`` inner radii."""
    return float(2 * np.log(front) + 2 / 3 * (1 - (front / RATIO) ** 3))


@pytest.fixture(scope="module")
def shell() -> Shell:
    return Shell()


def test_elastic_then_plastic(shell: Shell) -> None:
    """First yield at 0.5833 sigma_Y, then the plastic front, then the limit 1.3863 sigma_Y."""
    assert pytest.approx((0.5833, 1.3863), abs=5e-5) == (FIRST_YIELD, LIMIT)
    pressure = shell.push(elastic_displacement(0.99 * FIRST_YIELD))
    radius, equivalent, plastic = shell.state()
    assert pressure == pytest.approx(0.99 * FIRST_YIELD, rel=2e-3)
    assert plastic.max() == 0.0
    # It falls with the cube of the radius, so every point tells when the inner face yields.
    at_yield = pressure / (equivalent * radius**3)
    assert at_yield == pytest.approx(FIRST_YIELD, rel=2e-2)
    assert np.mean(at_yield) == pytest.approx(FIRST_YIELD, rel=5e-3)
    shell.problem.accept_step()

    shell.push(elastic_displacement(1.1 * FIRST_YIELD))
    radius, equivalent, plastic = shell.state()
    assert plastic[radius < 1.02].min() > 0.0
    assert plastic[radius > 1.1].max() == 0.0
    shell.problem.accept_step()

    fronts = []
    for amount in elastic_displacement(FIRST_YIELD) * np.linspace(1.5, 15.0, 28):
        pressure, outer = shell.push(float(amount)), shell.outer_displacement()
        if outer < FULLY_PLASTIC:
            front = brentq(lambda c, u=outer: FULLY_PLASTIC * (c / RATIO) ** 3 - u, 1.0, RATIO)
            assert pressure == pytest.approx(pressure_at(front), rel=2e-3)
            radius, _, plastic = shell.state()
            assert plastic[radius < 0.95 * front].min() > 0.0
            assert plastic[radius > 1.05 * front].max(initial=0.0) == 0.0
            fronts.append(front)
        shell.problem.accept_step()
    assert len(fronts) > 8 and max(fronts) > 1.8
    assert outer > 1.2 * FULLY_PLASTIC
    assert pressure == pytest.approx(LIMIT, rel=2e-3)
    assert shell.state()[1] == pytest.approx(1.0, rel=1e-8)
