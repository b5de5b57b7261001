# SPDX-License-Identifier: LGPL-3.0-or-later
"""The tangent against differences of the residual, in a state where every law is at work.

Newton's method converges with a wrong tangent too, only slowly, until one day it does not: nothing else
shows it. The state is that of a particle that was lithiated and is being delithiated: an electrolyte that
yields, an interface partly open and partly pressed, damage that grows, friction, all potentials coupled.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from lithiate.geometry import distribute
from lithiate.interfaces.cohesion import CohesiveLaw, default_stiffness
from lithiate.interfaces.contact_area import PerssonContact
from lithiate.interfaces.friction import CoulombFriction
from lithiate.interfaces.kinetics import ButlerVolmer
from lithiate.materials import MaterialCard, StoichiometryFunction, library_card
from lithiate.problem.description import Description
from lithiate.problem.from_case import hold_boundaries
from lithiate.problem.interface_laws import InterfaceLaws
from lithiate.problem.nonlinear import NonlinearSystem
from lithiate.problem.pointwise import InterfacePoints, RegionPoints
from lithiate.problem.problem import Problem
from lithiate.scaling import Units
from lithiate.stepping.stepper import Stepper, next_step
from lithiate_meshes import ParticleGeometry, build_mesh
from mpi4py import MPI
from tangent_differences import LARGEST_ERROR, tangent_errors
from verification_problems import Array

RADIUS, SHARE = 1e-6, 0.25
INTERFACE = "particle|electrolyte"
FULL = {"axisymmetric": 2 / 3 * np.pi, "plane_strain": np.pi / 4}
PLATEN = {"axisymmetric": 4 * np.pi, "plane_strain": 2.0}


def _yielding_at(card: MaterialCard, unlithiated: float, lithiated: float) -> MaterialCard:
    stress = StoichiometryFunction(unlithiated, lithiated)
    return card.model_copy(update={"yield_stress": stress, "hardening_modulus": 20e6})


def build(symmetry: str, friction: float) -> Problem:
    """Silicon in a soft electrolyte with everything switched on; both yield early."""
    section = {
        "family": "particle",
        "symmetry": symmetry,
        "particle_radius": RADIUS,
        "block_size": 2 * RADIUS,
        "mesh_size": SHARE * RADIUS,
    }
    silicon = _yielding_at(library_card("a-Si"), 60e6, 20e6)
    electrolyte = _yielding_at(library_card("Li6PS5Cl-cold-pressed"), 10e6, 10e6)
    assert silicon.maximum_concentration
    units = Units(RADIUS, 3600.0, silicon.maximum_concentration, 298.15)
    strength, toughness = 10e6 / units.stress, 0.1 / units.energy_per_area
    modulus = electrolyte.youngs_modulus.unlithiated / units.stress
    stiffness = default_stiffness(strength, toughness, modulus, SHARE)
    laws = InterfaceLaws(
        CohesiveLaw(strength, toughness, stiffness, 10.0 / units.time),
        CoulombFriction(friction, stiffness) if friction else None,
        PerssonContact(0.1),
        ButlerVolmer(10.0 / units.current_density, 0.5, 0.5),
        0.9,
        1e-6,
    )
    geometry = distribute(MPI.COMM_SELF, build_mesh(ParticleGeometry.model_validate(section)), RADIUS)
    description = Description(
        {"particle": silicon, "electrolyte": electrolyte},
        {"particle": 0.1},
        {INTERFACE: laws},
        platen="top",
        grounded="top",
    )
    problem = Problem(geometry, units, description)
    hold_boundaries(problem)
    if friction:
        # Damaged as made, so that pressed faces rub from the start.
        law, history = laws.cohesion, problem.interfaces[INTERFACE].history
        history.opening.x.array[:] = law.onset_opening + 0.2 * (law.final_opening - law.onset_opening)
    return problem


@dataclass
class Loaded:
    """A problem in the middle of a step, and its observations.

    Attributes:
        problem, system: the equations.
        points: gap, slip, damage and history of the interface.
        flow: plastic strain of each region, and that at the start of the step.
    """

    problem: Problem
    system: NonlinearSystem
    points: InterfacePoints
    flow: list[RegionPoints]

    def interface(self) -> dict[str, Array]:
        return self.points.own_values(self.points.all_values())

    def shares(self) -> list[float]:
        """Shares of the points where faces are open, where damage grows and where each region flows."""
        faces = self.interface()
        grows = faces["history"] > faces["old_history"] * (1 + 1e-6)
        flows = [points.evaluate() for points in self.flow]
        flowing = [float(np.mean(flow["now"] > flow["before"] + 1e-9)) for flow in flows]
        return [float(np.mean(faces["gap"] > 0.0)), float(np.mean(grows)), *flowing]

    def busy(self) -> bool:
        """Whether every law is at work."""
        opened, growing, particle, electrolyte = self.shares()
        partly = all(0.03 < share < 0.95 for share in (opened, growing, electrolyte))
        faces = self.interface()
        rubbing = (faces["gap"] < 0.0) & (faces["damage"] > 1e-3)
        frictionless = self.problem.interfaces[INTERFACE].friction is None
        return partly and particle > 0.05 and (frictionless or bool(rubbing.any()))


def observe(problem: Problem, system: NonlinearSystem) -> Loaded:
    model = problem.interfaces[INTERFACE]
    faces = {
        "gap": model.kinematics.gap,
        "damage": model.dissipated_share,
        "history": model.new_history,
        "old_history": model.history.opening("+"),
    }
    flow = []
    for name, region in problem.regions.items():
        now, before = region.flow.equivalent_plastic_strain, region.history.equivalent_plastic_strain
        flow.append(RegionPoints(problem.measures, name, {"now": now, "before": before}))
    return Loaded(problem, system, InterfacePoints(problem.measures, INTERFACE, faces), flow)


def advance(loaded: Loaded, symmetry: str) -> None:
    """Lithiate at 2C, turn the current round, and stop inside a step in which every law is at work."""
    problem = loaded.problem
    stepper = Stepper(problem, loaded.system, 2e-2)
    problem.stack_pressure.value = 5e6 / problem.units.stress
    assert stepper.attempt(0.0).acceptable
    stepper.accept()
    capacity = problem.regions["particle"].storage.maximum_concentration
    one_hour = capacity * FULL[symmetry] / PLATEN[symmetry]
    for rate, duration in ((-2.0, 0.1), (2.0, 0.1)):
        problem.current_density.value = rate * one_hour
        stepper.forget()
        passed, step = 0.0, 1e-3
        while passed < duration * (1 - 1e-9):
            outcome = stepper.attempt(min(step, duration - passed))
            taken = float(problem.time_step.value)
            step = next_step(taken, outcome)
            if not outcome.acceptable:
                stepper.reject()
                assert step > 1e-7, outcome
                continue
            if rate > 0 and loaded.busy():
                return
            stepper.accept()
            passed += taken
    pytest.fail("the interface never was partly open while the electrolyte yielded")


CASES = [
    pytest.param(("axisymmetric", 0.0), marks=pytest.mark.slow),
    ("plane_strain", 0.3),
    pytest.param(("axisymmetric", 0.3), marks=pytest.mark.slow),
    pytest.param(("plane_strain", 0.0), marks=pytest.mark.slow),
]


@pytest.fixture(scope="module", params=CASES, ids=str)
def loaded(request: pytest.FixtureRequest) -> Loaded:
    symmetry, friction = request.param
    problem = build(symmetry, friction)
    state = observe(problem, NonlinearSystem(problem, 1e-10))
    advance(state, symmetry)
    return state


def test_every_block(loaded: Loaded) -> None:
    """J v against central differences, for random v in one unknown at a time, row block by row block."""
    errors = tangent_errors(loaded.problem, loaded.system)
    assert {pair: error for pair, error in errors.items() if error > LARGEST_ERROR} == {}
