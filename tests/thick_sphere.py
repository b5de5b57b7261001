# SPDX-License-Identifier: LGPL-3.0-or-later
"""An elastic-plastic thick sphere under internal pressure, with Hill's solution.

R. Hill, The Mathematical Theory of Plasticity (1950), chapter V.
"""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import ufl
from dolfinx import fem
from lithiate import compat
from lithiate.geometry import distribute
from lithiate.problem.description import Description
from lithiate.problem.nonlinear import NonlinearSystem
from lithiate.problem.problem import Problem
from lithiate.scaling import Units
from lithiate_meshes import MeshData, VerificationBlock, build_mesh, check_quality, check_tags
from lithiate_meshes.families.verification_grids import collect_facets, every_facet
from mpi4py import MPI
from verification_problems import SYMMETRY_PLANES, Array, TensorPoints, card, displacement

INNER, OUTER = 1e-6, 2e-6
RATIO = OUTER / INNER
YIELD_STRESS, MODULUS, POISSON = 10e6, 100e9, 0.3
FIRST_YIELD = 2 / 3 * (1 - RATIO**-3)
LIMIT = 2 * np.log(RATIO)
FULLY_PLASTIC = YIELD_STRESS / MODULUS * (1 - POISSON) * RATIO
"""Displacement of the outer face, per inner radius, when the plastic zone reaches it."""


def elastic_displacement(pressure: float) -> float:
    """Of the inner face, per inner radius, at a pressure per yield stress."""
    strain = pressure * YIELD_STRESS / MODULUS
    return strain * (1 - 2 * POISSON + (1 + POISSON) / 2 * RATIO**3) / (RATIO**3 - 1)


def pressure_at(front: float) -> float:
    """Per yield stress when the plastic zone reaches out to ``front`` inner radii."""
    return float(2 * np.log(front) + 2 / 3 * (1 - (front / RATIO) ** 3))


def plastic_hydrostatic_stress(radius: Array) -> Array:
    """tr(sigma)/3 per yield stress when all flows, 2/3 - 2 ln(b/r), radii per inner radius."""
    return np.asarray(2 / 3 - 2 * np.log(RATIO / radius))


def quarter_shell(elements: int) -> MeshData:
    """Half a shell by its meridian: a square of the verification family, its sides bent to angle and radius.

    Args:
        elements: through the wall and along the quarter circle.
    """
    block = VerificationBlock(family="verification", width=1.0, height=1.0, mesh_size=1 / elements)
    square = build_mesh(block)
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


def octant_shell(elements: int) -> MeshData:
    """An octant of a shell: prisms over triangles on the sphere, each cut into three tetrahedra.

    Args:
        elements: through the wall and along each quarter circle.
    """
    lattice = [(i, j, elements - i - j) for i in range(elements + 1) for j in range(elements + 1 - i)]
    number = {place: index for index, place in enumerate(lattice)}
    triangles = []
    for i, j, k in lattice:
        if k > 0:
            triangles.append([number[i, j, k], number[i + 1, j, k - 1], number[i, j + 1, k - 1]])
        if k > 1:
            triangles.append([number[i + 1, j, k - 1], number[i + 1, j + 1, k - 2], number[i, j + 1, k - 1]])
    shares = np.array(lattice) / elements
    # Tangents make the triangles more even in size than plain shares do.
    directions = np.tan(shares * np.pi / 4) if elements > 1 else shares
    directions = directions / np.linalg.norm(directions, axis=1)[:, None]
    radii = INNER * RATIO ** (np.arange(elements + 1) / elements)
    points = (radii[:, None, None] * directions).reshape(-1, 3)
    lower = np.sort(np.array(triangles), axis=1)
    layers = [lower + layer * len(lattice) for layer in range(elements + 1)]
    cells = np.concatenate(
        [
            np.concatenate([below[:, : corner + 1], above[:, corner:]], axis=1)
            for below, above in itertools.pairwise(layers)
            for corner in range(3)
        ]
    )
    edges = points[cells[:, 1:]] - points[cells[:, :1]]
    cells[np.linalg.det(edges) < 0, :2] = cells[np.linalg.det(edges) < 0, 1::-1]
    facets, radius = every_facet(cells), np.linalg.norm(points, axis=1)
    on_face = {
        "symmetry_x": points[:, 0] == 0.0,
        "symmetry_y": points[:, 1] == 0.0,
        "bottom": points[:, 2] == 0.0,
        "inner": radius < radii[0] * (1 + 1e-9),
        "outer": radius > radii[-1] * (1 - 1e-9),
    }
    found, facet_tags, tags = collect_facets(
        {name: facets[on[facets].all(axis=1)] for name, on in on_face.items()}
    )
    tag = np.ones(len(cells), dtype=np.int32)
    mesh = MeshData(points, cells, tag, found, facet_tags, {"shell": 1}, tags, {}, "3d")
    check_tags(mesh)
    check_quality(mesh)
    return mesh


class Shell:
    """A thick sphere that is blown up by a given displacement of its inner face.

    Args:
        mesh: of the shell.
        properties: changes of the material.
    """

    def __init__(self, mesh: MeshData, **properties: object) -> None:
        units = Units(INNER, 1.0, 1e4, 298.15)
        given = {"youngs_modulus": MODULUS, "poisson_ratio": POISSON}
        given |= {"flow": "rate_independent", "yield_stress": YIELD_STRESS}
        geometry = distribute(MPI.COMM_SELF, mesh, INNER)
        description = Description({"shell": card(**(given | properties))}, {})
        problem = self.problem = Problem(geometry, units, description)
        self.unknown, self.unit = displacement(problem, "shell"), units.stress
        self._dimension = dimension = geometry.dimension
        space = self.unknown.value.function_space
        self._pushed, self._outward = fem.Function(space), fem.Function(space)
        self._outward.interpolate(
            lambda x: x[:dimension] / np.maximum(np.linalg.norm(x[:dimension], axis=0), 0.1)
        )
        # Symmetry planes come after: on the edge of the inner face their zero is the exact one.
        problem.fix(self.unknown.name, "inner", None, self._pushed)
        for name in geometry.surface_tags.keys() & SYMMETRY_PLANES.keys():
            problem.fix(self.unknown.name, name, SYMMETRY_PLANES[name] % dimension)
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
        forces = fem.assemble_vector(self._forces).array.reshape(-1, self._dimension)[self._inner_nodes]
        directions = self._outward.x.array.reshape(-1, self._dimension)[self._inner_nodes]
        return float(np.sum(forces * directions) / self._area * self.unit / YIELD_STRESS)

    def outer_displacement(self) -> float:
        """Mean radial displacement of the outer face, per inner radius."""
        nodes = self._outer_nodes
        moved, outward = (
            function.x.array.reshape(-1, self._dimension)[nodes]
            for function in (self.unknown.value, self._outward)
        )
        return float(np.mean(np.sum(moved * outward, axis=1)))

    def state(self) -> tuple[Array, Array, Array]:
        """Radius per inner radius, sqrt(3/2) |dev tau_e| per yield stress, plastic strain at the points."""
        values = self.points.evaluate()
        stress = values["stress"] * self.unit / YIELD_STRESS
        deviator = stress - np.trace(stress, axis1=1, axis2=2)[:, None, None] / 3 * np.eye(3)
        equivalent = np.sqrt(1.5 * np.sum(deviator**2, axis=(1, 2)))
        return np.linalg.norm(values["position"], axis=1), equivalent, values["plastic_strain"]
