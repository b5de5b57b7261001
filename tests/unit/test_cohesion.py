# SPDX-License-Identifier: LGPL-3.0-or-later
"""Cohesive laws at one point: criteria of mixed modes, work, and what a path through both may never gain."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("ufl", exc_type=ImportError)

from lithiate.interfaces import cohesion
from lithiate.interfaces.cohesion import CohesiveLaw, ExponentialLaw
from lithiate.interfaces.kinematics import FaceKinematics

Array = NDArray[np.float64]
STRENGTH, TOUGHNESS, STIFFNESS = 2.0, 3.0, 100.0
SHEAR_STRENGTH, SHEAR_TOUGHNESS = 3.0, 12.0
VALUES = STRENGTH, TOUGHNESS, STIFFNESS, 0.0
RATIOS = SHEAR_STRENGTH / STRENGTH, SHEAR_TOUGHNESS / TOUGHNESS
LAWS = {"bilinear": CohesiveLaw(*VALUES, *RATIOS), "exponential": ExponentialLaw(*VALUES, *RATIOS)}


NUMBERS = SimpleNamespace(
    sqrt=np.sqrt,
    exp=np.exp,
    inner=np.dot,
    max_value=np.maximum,
    min_value=np.minimum,
    gt=np.greater,
    conditional=np.where,
)
"""What the laws take from UFL, for numbers."""


@pytest.fixture(autouse=True)
def numbers_for_expressions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cohesion, "ufl", NUMBERS)


def faces(opening: Array) -> FaceKinematics:
    """Faces moved apart by (slip, slip, gap)."""
    normal = np.array([0.0, 0.0, 1.0])
    return FaceKinematics(normal, 1.0, None, opening, opening[2], opening * (1 - normal))


class Point:
    """A point of an interface on its way, with the work done on it."""

    def __init__(self, law: CohesiveLaw) -> None:
        self.law = law
        self.history: Any = law.onset_opening
        self.opening, self.traction = np.zeros(3), np.zeros(3)
        self.work = self.normal_work = self.spent = 0.0

    def move(self, opening: Array) -> None:
        kinematics, law = faces(opening), self.law
        new: Any = law.updated_history(law.effective_opening(kinematics), self.history, 1.0)
        self.spent += law.spent_in_step(kinematics, new, self.history)
        self.history = new
        traction = law.traction(kinematics, new)
        parts = (traction + self.traction) / 2 * (opening - self.opening)
        self.work, self.normal_work = self.work + parts.sum(), self.normal_work + parts[2]
        self.opening, self.traction = opening, traction

    @property
    def stored(self) -> float:
        return float(self.law.stored_energy(faces(self.opening), self.history))

    @property
    def damage(self) -> float:
        return float(self.law.dissipated_share(self.history))


def last_opening(law: CohesiveLaw) -> float:
    return law.final_opening if type(law) is CohesiveLaw else law.onset_opening + 45 * law.softening_length


def pulled(law: CohesiveLaw, angle: float, count: int = 400) -> tuple[Point, Array]:
    """Pulled apart along a straight way, at whose end all is spent, and the tractions on it."""
    point = Point(law)
    way = np.array([np.sin(angle) / law.slip_weight, 0.0, np.cos(angle)])
    tractions = []
    softening = np.geomspace(1.0, last_opening(law) / law.onset_opening, count)
    for size in law.onset_opening * np.concatenate([[0.5], softening]):
        point.move(size * way)
        tractions.append(point.traction)
    return point, np.array(tractions)


@pytest.mark.parametrize("angle", [0.0, 0.4, 1.0, np.pi / 2])
@pytest.mark.parametrize("name", LAWS)
def test_fixed_mixture_meets_both_criteria(name: str, angle: float) -> None:
    """Quadratic onset, and G_I / G_Ic + G_II / G_IIc = 1 at the end with the toughness spent."""
    point, tractions = pulled(LAWS[name], angle)
    onset = (tractions[1, 2] / STRENGTH) ** 2 + (tractions[1, 0] / SHEAR_STRENGTH) ** 2
    assert onset == pytest.approx(1.0, rel=1e-12)
    measure = (tractions[:, 2] / STRENGTH) ** 2 + (tractions[:, 0] / SHEAR_STRENGTH) ** 2
    assert measure.max() == pytest.approx(onset, rel=1e-12)
    shear_work = point.work - point.normal_work
    assert point.normal_work / TOUGHNESS + shear_work / SHEAR_TOUGHNESS == pytest.approx(1.0, rel=2e-4)
    assert point.spent == pytest.approx(point.work, rel=2e-4)
    assert point.damage == pytest.approx(1.0, abs=1e-12)


def test_pure_modes_have_their_own_strength_and_toughness() -> None:
    for law in LAWS.values():
        for angle, strength, toughness in (
            (0.0, STRENGTH, TOUGHNESS),
            (np.pi / 2, SHEAR_STRENGTH, SHEAR_TOUGHNESS),
        ):
            point, tractions = pulled(law, angle)
            assert np.linalg.norm(tractions, axis=1).max() == pytest.approx(strength, rel=1e-12)
            assert point.work == pytest.approx(toughness, rel=2e-4)


def test_exponential_law_in_closed_form() -> None:
    """N exp(-x) after the elastic branch, the secant to the origin on the way back, damage from the work."""
    law = ExponentialLaw(*VALUES)
    start = STRENGTH / STIFFNESS
    length = TOUGHNESS / STRENGTH - start / 2
    point = Point(law)
    for lengths in (0.1, 1.0, 5.0):
        reached = start + lengths * length
        point.move(np.array([0.0, 0.0, reached]))
        traction = STRENGTH * np.exp(-lengths)
        assert point.traction[2] == pytest.approx(traction, rel=1e-12)
        area = STRENGTH * (start / 2 + length * (1 - np.exp(-lengths)))
        assert point.damage == pytest.approx((area - traction * reached / 2) / TOUGHNESS, rel=1e-12)
        assert float(law.history_at(np.array(point.damage))) == pytest.approx(reached, rel=1e-9)
        for share in (0.5, 0.0, -0.2):
            point.move(np.array([0.0, 0.0, share * reached]))
            stiffness = STIFFNESS if share < 0.0 else traction / reached
            assert point.traction[2] == pytest.approx(stiffness * share * reached, rel=1e-12, abs=1e-12)
    assert law.history_at(np.array([0.0, 1.0])) == pytest.approx([start, start + 40 * length], rel=1e-9)


@pytest.mark.parametrize("name", LAWS)
def test_no_path_gains_energy(name: str) -> None:
    """Random ways through opening, shear and compression: what is lost only grows, and is what is spent."""
    law = LAWS[name]
    random = np.random.default_rng(4)
    point = Point(law)
    scale = np.array([0.5 / law.slip_weight, 0.5 / law.slip_weight, 0.5]) * law.final_opening
    lost = [0.0]
    for corner in [*random.uniform(-0.4, 1.0, (8, 3)) * scale, np.zeros(3)]:
        start = point.opening
        for share in np.linspace(0.0, 1.0, 150)[1:]:
            point.move(start + share * (corner - start))
            lost.append(point.work - point.stored)
    assert np.diff(lost).min() > -2e-5 * TOUGHNESS
    assert lost[-1] > 0.3 * TOUGHNESS
    assert point.work == pytest.approx(lost[-1], abs=1e-9)
    assert point.spent == pytest.approx(lost[-1], rel=0.02)
