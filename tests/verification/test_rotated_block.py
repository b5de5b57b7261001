# SPDX-License-Identifier: LGPL-3.0-or-later
"""A solved problem under a large rotation, and the energy of swelling cycles with flow.

The laws alone are objective (``test_flow``); here a block takes up and gives back lithium, flows, and turns
as a whole between its steps, with boundary conditions, diffusion and history as in a run. Stress must turn
with it, and stoichiometry, chemical potential and plastic strain must not see it. Of a film that swells and
shrinks in turns, what lithium brought in must be stored or dissipated.
"""

from __future__ import annotations

import numpy as np
import pytest
from dolfinx import fem
from lithiate.materials import MaterialCard, library_card
from lithiate.problem.description import Description
from lithiate.problem.nonlinear import NonlinearSystem
from lithiate.problem.observables import Observer
from lithiate.problem.problem import Problem
from lithiate.scaling import Units
from manufactured import fitted_order
from scipy.spatial.transform import Rotation
from verification_pages import Report
from verification_problems import (
    LENGTH,
    NO_TURN,
    Array,
    TensorPoints,
    build_geometry,
    hold_symmetry_planes,
    uniform_field,
)

PLASTIC = library_card("a-Si")
HARDENING = PLASTIC.model_copy(update={"hardening_modulus": 5e9})
CONTENT, START = 3.11e5, 0.1
UNITS = Units(LENGTH, LENGTH**2 / 1e-16, CONTENT, 298.15)
SHEARED = np.array([[1.06, 0.10, 0.04], [-0.05, 1.02, 0.08], [0.03, -0.04, 1.10]])
IN_PLANE = np.array([[1.06, 0.10, 0.0], [-0.05, 1.02, 0.0], [0.0, 0.0, 1.0]])
"""Deformations of the bottom and the top, which are held; the sides are free."""


State = dict[str, Array]


class Block:
    """Bottom and top follow a deformation and a turn; lithium enters through the top."""

    def __init__(self, symmetry: str, material: MaterialCard) -> None:
        geometry = build_geometry(symmetry, mesh_size=LENGTH / 2, irregular=0.2)
        problem = self.problem = Problem(geometry, UNITS, Description({"block": material}, {"block": START}))
        self.deformation = SHEARED if symmetry == "3d" else IN_PLANE
        self.displacement = problem.unknowns["displacement.block"]
        self._held = fem.Function(self.displacement.value.function_space)
        for surface in ("bottom", "top"):
            problem.fix(self.displacement.name, surface, None, self._held)
        self._inward = fem.Constant(geometry.mesh, 0.0)
        test = problem.unknowns["stoichiometry.block"].test
        entering = -problem.time_step * self._inward * test
        problem.add("stoichiometry.block", problem.measures.surface(entering, "top"))
        self._system = NonlinearSystem(problem, 1e-10, {"snes_linesearch_type": "basic"})
        model = problem.regions["block"]
        expressions = {
            "stress": model.cauchy_stress,
            "strain": model.flow.isochoric_strain,
            "plastic_strain": model.flow.equivalent_plastic_strain,
        }
        self._points = TensorPoints(problem, "block", expressions)
        dimension = geometry.dimension
        space = self.displacement.value.function_space
        self._places = space.tabulate_dof_coordinates()[:, :dimension]
        self._last_rotation, self._last_stretch = np.eye(dimension), np.eye(3)

    def step(self, share: float, inward: float, turn: Array = NO_TURN, time_step: float = 1e-3) -> State:
        """Solve, accept and return the state, positions and tensors turned back."""
        problem, dimension = self.problem, self.problem.geometry.dimension
        stretched = np.eye(3) + share * (self.deformation - np.eye(3))
        rotation = turn[:dimension, :dimension]
        values = self.displacement.value.x.array.reshape(-1, dimension)
        # The search begins at the last state, stretched and turned as the held faces are now.
        further = (stretched - self._last_stretch)[:dimension, :dimension]
        now = (self._places + values) @ self._last_rotation + self._places @ further.T
        values[:] = now @ rotation.T - self._places
        self._last_rotation, self._last_stretch = rotation, stretched
        uniform_field(self._held, turn @ stretched)
        self._inward.value, problem.time_step.value = inward, time_step
        outcome = self._system.solve()
        assert outcome.converged, outcome
        state: State = self._points.evaluate()
        for name in ("stress", "strain"):
            state[name] = turn.T @ state[name] @ turn
        for name in ("stoichiometry", "chemical_potential"):
            state[name] = problem.unknowns[f"{name}.block"].value.x.array.copy()
        state["place"] = (self._places + values) @ rotation
        return state

    def accept(self) -> None:
        """Make the end of the step the start of the next one."""
        self.problem.accept_step()


PATH = [(0.2, 4.0), (0.5, 6.0), (0.8, 6.0), (1.0, 6.0), (0.8, -4.0), (0.9, -4.0)]
"""Share of the deformation, and lithium entering."""


@pytest.mark.parametrize("symmetry", ["plane_strain", pytest.param("3d", marks=pytest.mark.slow)])
def test_rotation_turns_the_stress_and_nothing_else(symmetry: str, report: Report) -> None:
    """By up to half a turn from one step to the next."""
    block = Block(symmetry, HARDENING)
    plain = []
    for share, inward in PATH:
        plain.append(block.step(share, inward))
        block.accept()
    block, worst = Block(symmetry, HARDENING), dict.fromkeys(plain[0], 0.0)
    for number, ((share, inward), expected) in enumerate(zip(PATH, plain, strict=True)):
        axis = [0.8, -0.5, 1.1] if symmetry == "3d" else [0.0, 0.0, 1.0]
        found = block.step(
            share, inward, Rotation.from_rotvec((1.0 + 1.4 * number) * np.array(axis)).as_matrix()
        )
        for name, values in found.items():
            size = max(np.abs(expected[name]).max(), 1.0)
            worst[name] = max(worst[name], float(np.abs(values - expected[name]).max() / size))
        block.accept()
    for name, difference in worst.items():
        words = f"{name.replace('_', ' ')}, turned against not turned"
        report.at_most("one_element", words, 1e-7, difference, "of the largest")
    assert np.ptp(expected["stoichiometry"]) > 0.01
    assert expected["plastic_strain"].max() > 0.05 > 0.02 > np.abs(expected["stress"]).min()


def test_swelling_cycles_close_the_energy(report: Report) -> None:
    """Lithium times mu is what a clamped film stores and dissipates, to second order; det bbar_e stays one.

    The film is uniform, so that the mesh leaves nothing over.
    """
    missing = []
    for steps in (8, 16, 32):
        problem = Problem(
            build_geometry("plane_strain"), UNITS, Description({"block": PLASTIC}, {"block": START})
        )
        hold_symmetry_planes(problem)
        problem.fix("displacement.block", "side", 0)
        rate = fem.Constant(problem.geometry.mesh, 0.0)
        content = problem.unknowns["stoichiometry.block"]
        entering = -problem.time_step * rate * content.test
        problem.add(content.name, problem.measures.region_nodal(entering, "block"))
        system, observer = NonlinearSystem(problem, 1e-10), Observer(problem)
        strain = TensorPoints(problem, "block", {"strain": problem.regions["block"].flow.isochoric_strain})
        potential = problem.unknowns["chemical_potential.block"].value.x.array
        problem.time_step.value = 1 / steps
        first, supplied, plastic = observer.chemical_energy(), 0.0, 0.0
        for direction in (1, -1) * 2:
            rate.value = 0.5 * observer.capacity * direction
            for _ in range(steps):
                before = potential.mean()
                content.value.x.array[:] += 0.5 * direction / steps
                assert system.solve().converged
                determinant = np.linalg.det(strain.evaluate()["strain"])
                assert determinant == pytest.approx(1.0, abs=1e-8)
                supplied += float(rate.value) / steps * (before + potential.mean()) / 2
                state = observer.state()
                plastic += observer.region_total(state, "plastic_work")
                problem.accept_step()
        gained = observer.chemical_energy() + observer.region_total(state, "elastic_energy") - first
        missing.append((supplied - gained - plastic) / plastic)
    missing = np.abs(missing)
    report.at_most(
        "balances", "energy missing after two cycles of 64 steps", 3e-3, missing[-1], "of the dissipation"
    )
    order = fitted_order([4.0, 2.0, 1.0], missing)
    report.at_least("balances", "order in the time step of the energy missing", 1.7, order)
