# SPDX-License-Identifier: LGPL-3.0-or-later
"""Two stiff blocks pulled apart: the interface's law, seen through the whole assembly.

The law is given (Camanho and Davila 2002): its traction, the work to open it, what unloading and
compression may and may not do. What can go wrong is between the law and the answer: the sign of a side, the
area, the normal after a large rotation, a history that heals, friction on an interface that still holds.
"""

from __future__ import annotations

import numpy as np
import pytest
from verification_problems import (
    AREA,
    FINAL,
    FRICTION,
    LENGTH,
    MODULUS,
    ONSET,
    STIFFNESS,
    STRENGTH,
    TOUGHNESS,
    TURNS,
    Array,
    Blocks,
    work,
)


@pytest.fixture(scope="module")
def flat() -> Blocks:
    """Plane strain, with friction, free of viscosity."""
    return Blocks("plane_strain")


@pytest.fixture(scope="module")
def solid() -> Blocks:
    """The same in three dimensions."""
    return Blocks("3d")


def bilinear(opening: Array, largest: float) -> Array:
    """Traction [Pa] at an opening after the largest one so far [m]; zero damage in compression."""
    size = max(float(np.linalg.norm(opening)), largest, ONSET)
    envelope = STRENGTH * max(FINAL - size, 0.0) / (FINAL - ONSET)
    return envelope * opening / size


def openings(compliance: float, count: int = 12) -> Array:
    """Separations up to and beyond the final opening that meet both kinks of the law."""
    start = ONSET + compliance * STRENGTH
    return np.unique(
        np.concatenate(
            [
                np.linspace(0.0, 0.95 * start, count)[1:],
                np.linspace(0.95 * start, 1.05 * start, count)[1:],
                [start],
                np.linspace(1.05 * start, FINAL, 2 * count)[1:],
                [1.1 * FINAL],
            ]
        )
    )


MODES = {"opening": 0.0, "mixed": 0.7, "shear": np.pi / 2}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("symmetry", "turn"), [("flat", "none"), ("flat", "plane"), ("solid", "space")])
def test_pull_follows_the_law(symmetry: str, turn: str, mode: str, request: pytest.FixtureRequest) -> None:
    """Traction by traction, peak, and work = G_c A, in both modes and after a large rotation."""
    blocks: Blocks = request.getfixturevalue(symmetry)
    blocks.reset()
    angle, area = MODES[mode], AREA[blocks.symmetry]
    direction = np.cos(angle) * blocks.normal + np.sin(angle) * np.eye(3)[0]
    # Stretch in opening, shear of twice the compliance in sliding.
    compliance = 2 * LENGTH / MODULUS * np.linalg.norm(np.array([np.cos(angle), 2 * np.sin(angle)]))
    states, largest = [], 0.0
    for amount in openings(compliance):
        found = blocks.step(amount * direction, TURNS[turn])
        for opening, traction, pressure in zip(found.opening, found.traction, found.pressure, strict=True):
            # In shear the blocks tilt a little and press a corner together.
            allowed = 1e-12 * STRENGTH + (1 + FRICTION) * pressure
            assert traction == pytest.approx(bilinear(opening, 0.0), abs=allowed)
            assert pressure < 1e-3 * STRENGTH
        largest = max(largest, float(np.linalg.norm(found.traction, axis=1).max()))
        assert found.force == pytest.approx(blocks.resultant(found), abs=1e-6 * STRENGTH * area)
        states.append((amount * direction, found))
    assert largest == pytest.approx(STRENGTH, rel=5e-3)
    assert found.damage == pytest.approx(1.0, abs=1e-12)
    assert np.linalg.norm(found.force) < 1e-6 * STRENGTH * area
    assert list(work(states))[-1] == pytest.approx(TOUGHNESS * area, rel=1e-3)


@pytest.mark.parametrize(("symmetry", "turn"), [("flat", "plane"), ("solid", "space")])
def test_traction_acts_on_the_current_area(symmetry: str, turn: str, request: pytest.FixtureRequest) -> None:
    """Toughness is per true area, which swelling enlarges: the force is the traction times |cof(F) N|."""
    blocks: Blocks = request.getfixturevalue(symmetry)
    blocks.reset()
    stretch = np.array([[2.2, 0.4, 0.0], [0.3, 1.3, 0.0], [0.0, 0.0, 1.0]])
    if symmetry == "solid":
        stretch += np.array([[0.0, 0.0, 0.3], [0.0, 0.0, -0.2], [0.2, 0.4, 0.9]])
    deformation = TURNS[turn] @ stretch
    area = np.linalg.det(deformation) * np.linalg.inv(deformation).T @ blocks.normal
    opening = 0.4 * FINAL * area / np.linalg.norm(area)
    force = blocks.total_force(deformation, opening)
    expected = bilinear(opening, 0.0) * np.linalg.norm(area) * AREA[blocks.symmetry]
    assert force == pytest.approx(expected, abs=1e-6 * np.linalg.norm(expected))


@pytest.mark.parametrize("mode", MODES)
def test_unloading_does_not_heal(flat: Blocks, mode: str) -> None:
    """Back along the secant to the origin, up the same secant, and on along the envelope."""
    flat.reset()
    direction = np.cos(MODES[mode]) * flat.normal + np.sin(MODES[mode]) * np.eye(3)[0]
    half = ONSET + 0.5 * (FINAL - ONSET)
    damaged = flat.step(half * direction)
    assert damaged.damage == pytest.approx(0.5, abs=0.01)
    largest = np.linalg.norm(damaged.opening, axis=1)
    for share in (0.7, 0.3, 0.0, 0.4, 0.9):
        found = flat.step(share * half * direction)
        assert found.damage == pytest.approx(damaged.damage, abs=1e-12)
        for opening, traction, most in zip(found.opening, found.traction, largest, strict=True):
            allowed = 1e-9 * STRENGTH + (1 + FRICTION) * found.pressure.max()
            assert traction == pytest.approx(bilinear(opening, most), abs=allowed)
        assert np.linalg.norm(found.force) == pytest.approx(share * np.linalg.norm(damaged.force), rel=0.02)
    beyond = flat.step(1.2 * half * direction)
    assert np.all(beyond.damage > damaged.damage + 0.05)
    for opening, traction in zip(beyond.opening, beyond.traction, strict=True):
        allowed = 1e-9 * STRENGTH + (1 + FRICTION) * beyond.pressure.max()
        assert traction == pytest.approx(bilinear(opening, 0.0), abs=allowed)


@pytest.mark.parametrize("turn", ["none", "plane"])
def test_compression_carries_and_never_damages(flat: Blocks, turn: str) -> None:
    """Ten times the strength in compression: pressure K |g|, D = 0, and the full strength afterwards."""
    flat.reset()
    pressed = flat.step(-10 * ONSET * flat.normal, TURNS[turn])
    assert pressed.pressure == pytest.approx(-STIFFNESS * (pressed.opening @ flat.normal), rel=1e-12)
    assert pressed.pressure == pytest.approx(10 * STRENGTH, rel=0.02)
    assert pressed.force @ flat.normal == pytest.approx(-pressed.pressure.mean() * LENGTH, rel=1e-4)
    assert not pressed.damage.any()
    opening = 1.5 * ONSET
    pulled = flat.step(opening * flat.normal, TURNS[turn])
    assert not pulled.pressure.any()
    assert pulled.force @ flat.normal == pytest.approx(
        bilinear(opening * flat.normal, 0.0)[1] * LENGTH, rel=1e-3
    )


def test_open_faces_press_again(flat: Blocks) -> None:
    """Contact comes back undamaged: an interface that let go must still carry pressure."""
    flat.reset()
    flat.step(1.2 * FINAL * flat.normal)
    pressed = flat.step(-2 * ONSET * flat.normal)
    assert pressed.damage == pytest.approx(1.0, abs=1e-12)
    assert pressed.pressure == pytest.approx(2 * STRENGTH, rel=0.02)
    assert pressed.traction @ flat.normal == pytest.approx(-pressed.pressure, rel=1e-12)
    assert pressed.force @ flat.normal == pytest.approx(-2 * STRENGTH * LENGTH, rel=0.02)


def test_work_is_toughness_spent_and_energy_stored(flat: Blocks) -> None:
    """At every moment of a pull, from the same columns that the energy balance of a run adds up."""
    flat.reset()
    done, states = [], []
    direction = np.cos(0.7) * flat.normal + np.sin(0.7) * np.eye(3)[0]
    # Part of the way, back, and all the way: what unloading gives back is stored, the rest is spent.
    way = openings(3 * LENGTH / MODULUS)
    half = way[way < 0.6 * FINAL]
    for amount in (*half, *half[::-1], *way):
        found = flat.pull(amount * direction)
        states.append((amount * direction, found))
        done.append(flat.energy("spent_toughness", "cohesive_energy", "sticking_energy"))
        flat.problem.accept_step()
    assert list(work(states)) == pytest.approx(done, abs=2e-3 * TOUGHNESS * LENGTH)
    assert flat.energy("spent_toughness") == pytest.approx(TOUGHNESS * LENGTH, rel=1e-9)


def test_viscous_work_is_the_rest() -> None:
    """With a lag of the damage the work exceeds D G_c by the viscous work, to first order in the step."""
    blocks = Blocks("plane_strain", viscous_time=0.05, friction=False)
    gaps = []
    for steps in (200, 400, 800):
        blocks.reset()
        blocks.problem.time_step.value = 1.0 / steps
        states, lost = [], 0.0
        for amount in 1.5 * FINAL * np.arange(1, steps + 1) / steps:
            found = blocks.pull(amount * blocks.normal)
            states.append((amount * blocks.normal, found))
            stored = blocks.energy()
            lost += blocks.energy("viscous_work") - stored
            kept = blocks.energy("spent_toughness", "cohesive_energy")
            blocks.problem.accept_step()
        total = list(work(states))[-1]
        gaps.append(abs(total - kept - lost) / (TOUGHNESS * LENGTH))
    assert max(np.linalg.norm(state.force) for _, state in states) > 1.1 * STRENGTH * LENGTH
    assert lost > 0.1 * TOUGHNESS * LENGTH
    assert gaps[-1] < 0.01, gaps
    assert np.log2(np.array(gaps[:-1]) / gaps[1:]).min() > 0.9, gaps
