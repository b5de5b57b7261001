# SPDX-License-Identifier: LGPL-3.0-or-later
"""The augmented Lagrangian of an interface: patch test, and a bond that is pressed before it breaks."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from dolfinx import fem
from lithiate.interfaces.cohesion import CohesiveLaw
from lithiate.interfaces.contact import ContactLaw
from lithiate.interfaces.contact_area import NoPressureContact
from lithiate.problem.augmentation import Augmentation
from lithiate.problem.description import Description
from lithiate.problem.interface_laws import InterfaceLaws
from lithiate.problem.nonlinear import NonlinearSystem
from lithiate.problem.pointwise import InterfacePoints
from lithiate.problem.problem import Problem
from lithiate.problem.switches import Switches
from lithiate.stepping.stepper import Stepper
from numpy.typing import NDArray
from verification_problems import BLOCK_UNITS, INTERFACE, LENGTH, build_geometry, card, oedometer

Array = NDArray[np.float64]
GAP = 0.01
SOFT_PENALTY, PENETRATION = 20.0, 1e-8


class Press:
    """Two unlike blocks a gap apart whose outer faces come closer.

    Args:
        law: of the interface.
        gap: between the faces as made.
        penetration: that an augmented Lagrangian leaves, or None for the penalty.
    """

    def __init__(
        self, law: ContactLaw | CohesiveLaw, gap: float = GAP, penetration: float | None = None
    ) -> None:
        problem = self._build(law, gap, penetration)
        self.stepper = Stepper(problem, NonlinearSystem(problem, 1e-12), 1.0)
        model = problem.interfaces[INTERFACE]
        expressions = {
            "pressure": model.contact_pressure,
            "gap": model.kinematics.gap,
            "traction": model.traction[1],
            "energy": model.stored_energy,
        }
        self._points = InterfacePoints(problem.measures, INTERFACE, expressions)

    def _build(self, law: ContactLaw | CohesiveLaw, gap: float, penetration: float | None) -> Problem:
        geometry = build_geometry(
            "plane_strain", shape="two_blocks", upper_height=LENGTH, mesh_size=LENGTH / 3
        )
        gaps = {INTERFACE: np.full(len(geometry.mesh.geometry.x), gap)} if gap else {}
        geometry = dataclasses.replace(geometry, gaps=gaps)
        none = NoPressureContact()
        laws = InterfaceLaws(law, None, none, None, 1.0, 1e-12, largest_penetration=penetration)
        cards = {
            name: card(youngs_modulus=modulus * BLOCK_UNITS.stress, poisson_ratio=ratio)
            for name, modulus, ratio in (("electrode", 70.0, 0.3), ("electrolyte", 20.0, 0.1))
        }
        switches = Switches(small_strain=True)
        problem = Problem(geometry, BLOCK_UNITS, Description(cards, {}, {INTERFACE: laws}, switches))
        self._moved = fem.Constant(geometry.mesh, 0.0)
        for name, surface, moved in (("electrode", "bottom", 0.0), ("electrolyte", "top", self._moved)):
            problem.fix(f"displacement.{name}", surface, 1, moved)
            for side in {"axis", "symmetry_x", "side"} & geometry.surface_tags.keys():
                problem.fix(f"displacement.{name}", side, 0)
        return problem

    def to(self, approach: float) -> dict[str, Array]:
        """(points,) values once the outer faces have come closer by so much; the step is accepted."""
        self._moved.value = -approach
        assert self.stepper.attempt(1.0).newton.converged
        found = self._points.own_values(self._points.all_values())
        self.stepper.accept()
        return found


def squeezed(approach: float) -> float:
    """Pressure of the two blocks in series once the gap has closed."""
    return max(approach - GAP, 0.0) / (1 / oedometer(70.0, 0.3) + 1 / oedometer(20.0, 0.1))


def test_multipliers_take_the_penetration_away() -> None:
    """Whatever the penalty: the blocks alone decide the pressure, up and down again."""
    press = Press(ContactLaw(SOFT_PENALTY), penetration=PENETRATION)
    for approach in (0.005, 0.02, 0.03, 0.012, 0.008, 0.03):
        found = press.to(approach)
        assert found["pressure"] == pytest.approx(squeezed(approach), rel=1e-5, abs=1e-5)
        assert found["gap"].min() > -PENETRATION
    assert found["gap"] == pytest.approx(0.0, abs=PENETRATION)
    assert found["energy"].max() < squeezed(0.03) * PENETRATION


@pytest.mark.slow
def test_a_bond_that_is_pressed_first_breaks_as_if_it_had_not_been() -> None:
    """The multiplier of the compressive side is gone before the bond is in tension."""
    law = CohesiveLaw(1.0, 0.05, 400.0, 0.0)
    plain, augmented = Press(law, 0.0), Press(law, 0.0, PENETRATION)
    assert plain.to(0.02)["gap"].min() < -100 * PENETRATION
    found = augmented.to(0.02)
    assert found["gap"].min() > -PENETRATION
    assert found["pressure"] == pytest.approx(squeezed(GAP + 0.02), rel=1e-5)
    for approach in (-0.01, -0.05, -0.08, -0.04, 0.0):
        expected = plain.to(approach)
        found = augmented.to(approach)
        # Where the faces just touch the penetration that is allowed leaves a traction of its own.
        for name, close in (("gap", 1.0), ("traction", law.stiffness), ("energy", 1.0)):
            assert found[name] == pytest.approx(expected[name], rel=1e-6, abs=close * PENETRATION), name
    found = augmented.to(0.02)
    assert found["gap"].min() > -PENETRATION
    assert found["traction"] == pytest.approx(-squeezed(GAP + 0.02), rel=1e-5)


class Stuck(Augmentation):
    """A contact whose penetration is given, whatever its multiplier."""

    def __init__(self, penetration: float, tolerance: float) -> None:
        geometry = build_geometry("plane_strain", shape="two_blocks", upper_height=LENGTH, mesh_size=LENGTH)
        multiplier = fem.Function(fem.functionspace(geometry.mesh, ("DG", 0)))
        points: Any = None
        super().__init__(multiplier, points, tolerance, geometry.communicator)
        self.found, self.augmented = penetration, 0

    def penetration(self) -> float:
        return self.found

    def augment(self) -> None:
        self.augmented += 1


def test_multipliers_that_gain_nothing_are_left_alone() -> None:
    """Near the tolerance only: faces that overlap by more are solved again, in a shorter step."""
    near, far = Stuck(3e-8, PENETRATION), Stuck(300 * PENETRATION, PENETRATION)
    assert [near.settle(), near.settle(), near.augmented] == [False, True, 1]
    assert not any(far.settle() for _ in range(5)) and far.augmented == 5
    falling = Stuck(3e-8, PENETRATION)
    assert not falling.settle()
    falling.found = 2e-8
    assert not falling.settle()
    falling.found = PENETRATION
    assert falling.settle() and falling.augmented == 2
    near.restore()
    assert not near.settle()
