# SPDX-License-Identifier: LGPL-3.0-or-later
"""Two blocks pulled apart, moved along each other, pressed together for a while, and pulled apart once more.

A bond that forms anew must hold with the share of its strength that the time gave back, start free of stress
where the faces lie by then, and give the balance of energy what it regained.
"""

from __future__ import annotations

from math import exp

import numpy as np
import pytest
from lithiate.interfaces.readhesion import Readhesion
from verification_problems import (
    BLOCK_UNITS,
    FINAL,
    LENGTH,
    ONSET,
    STIFFNESS,
    STRENGTH,
    TOUGHNESS,
    TURNS,
    Array,
    Blocks,
    Pulled,
    work,
)

THRESHOLD, TIME = 0.5 * STRENGTH, 2.0
WAITS = 0.2, 0.5, 0.9
REMAINING = exp(-sum(WAITS) / TIME)


@pytest.fixture(scope="module")
def sticky() -> Blocks:
    """Plane strain, without friction."""
    law = Readhesion(THRESHOLD / BLOCK_UNITS.stress, TIME / BLOCK_UNITS.time)
    return Blocks("plane_strain", friction=False, readhesion=law)


class Journey:
    """Moves blocks and adds up what the balance of energy counts."""

    def __init__(self, blocks: Blocks, turn: str) -> None:
        blocks.reset()
        self.blocks, self._turn = blocks, TURNS[turn]
        self.states: list[tuple[Array, Pulled]] = []
        self.heat = 0.0

    def go(self, place: Array, duration: float = 0.0) -> Pulled:
        """Take a step, of a length in seconds."""
        blocks = self.blocks
        blocks.problem.time_step.value = duration / BLOCK_UNITS.time
        found = blocks.pull(place, self._turn)
        self.states.append((place, found))
        self.heat += blocks.energy("readhesion_heat") - blocks.energy()
        self.stored = blocks.energy("cohesive_energy", "spent_toughness")
        blocks.problem.accept_step()
        return found

    def along(self, start: Array, end: Array, count: int) -> list[Pulled]:
        """Steps of no duration along a straight way."""
        return [self.go(start + share * (end - start)) for share in np.linspace(0.0, 1.0, count + 1)[1:]]

    @property
    def error(self) -> float:
        """Of the balance of energy, over what a whole bond costs."""
        return abs(list(work(self.states))[-1] - self.stored - self.heat) / (TOUGHNESS * LENGTH)


@pytest.mark.slow
@pytest.mark.parametrize("turn", ["none", "plane"])
def test_pressed_faces_regain_their_bond(sticky: Blocks, turn: str) -> None:
    """Strength 1 - exp(-t / tau) of the first; and the energy of the whole journey closes."""
    normal, along = sticky.normal, 0.2 * FINAL * np.eye(3)[0]
    journey = Journey(sticky, turn)
    journey.along(0.0 * normal, 1.2 * FINAL * normal, 60)
    journey.go(1.2 * FINAL * normal + along)
    journey.go(along)
    pressed = along - ONSET * normal
    assert journey.go(pressed).damage == pytest.approx(1.0, abs=1e-12)
    for passed, wait in zip(np.cumsum(WAITS), WAITS, strict=True):
        found = journey.go(pressed, wait)
        assert found.pressure.min() > THRESHOLD
        assert found.damage == pytest.approx(exp(-passed / TIME), rel=1e-9)
    shear = found.traction - np.einsum("pi,pi,pj->pj", found.traction, found.normal, found.normal)
    assert np.abs(shear).max() < 1e-6 * STRENGTH
    assert journey.heat == pytest.approx((1 - REMAINING) * TOUGHNESS * LENGTH, rel=1e-6)
    way = np.array([0.0, 0.01, *(REMAINING + (1 - REMAINING) * np.linspace(0.0, 1.05, 60))]) * FINAL
    pulled = [journey.go(along + opening * normal) for opening in way]
    strongest = max(float(np.linalg.norm(state.traction, axis=1).max()) for state in pulled)
    assert strongest == pytest.approx((1 - REMAINING) * STRENGTH, rel=0.02)
    assert pulled[-1].damage == pytest.approx(1.0, abs=1e-12)
    assert journey.error < 5e-3


@pytest.mark.slow
def test_less_pressure_does_not_stick(sticky: Blocks) -> None:
    journey = Journey(sticky, "none")
    for place in (1.2 * FINAL * sticky.normal, -0.4 * ONSET * sticky.normal, -0.4 * ONSET * sticky.normal):
        found = journey.go(place, 5.0)
    assert 0.0 < found.pressure.min() < THRESHOLD
    assert found.damage == pytest.approx(1.0, abs=1e-12)
    assert journey.heat == pytest.approx(0.0, abs=1e-9 * TOUGHNESS * LENGTH)


@pytest.mark.slow
def test_old_bonds_keep_their_shear(sticky: Blocks) -> None:
    """New bonds between faces that half a bond holds leave the shear, and stiffen what follows."""
    normal, along = sticky.normal, np.eye(3)[0]
    journey = Journey(sticky, "none")
    journey.along(0.0 * normal, 0.5 * FINAL * along - 0.8 * ONSET * normal, 40)
    held = journey.go(0.1 * FINAL * along - 0.8 * ONSET * normal)
    stuck = journey.go(0.1 * FINAL * along - 0.8 * ONSET * normal, TIME)
    assert stuck.damage == pytest.approx(held.damage / exp(1.0), rel=1e-6)
    assert stuck.traction[:, 0] == pytest.approx(held.traction[:, 0], rel=1e-6)
    assert held.traction[:, 0].min() > 0.01 * STRENGTH
    further = journey.go(0.1 * FINAL * along + 0.01 * ONSET * along - 0.8 * ONSET * normal)
    history = ONSET + stuck.damage.mean() * (FINAL - ONSET)
    intact = ONSET * (FINAL - history) / (history * (FINAL - ONSET))
    risen = (further.traction - stuck.traction)[:, 0]
    slid = (further.opening - stuck.opening)[:, 0]
    assert risen == pytest.approx(intact * STIFFNESS * slid, rel=1e-3)
    assert journey.error < 5e-3
