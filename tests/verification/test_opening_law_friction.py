# SPDX-License-Identifier: LGPL-3.0-or-later
"""Coulomb friction between stiff blocks: it limits the shear of pressed faces that have debonded.

The slip already passed is history that has to turn with the faces; a mistake in it makes friction out of a
rotation, or loses it, and shows nowhere else.
"""

from __future__ import annotations

import numpy as np
import pytest
from verification_problems import (
    FINAL,
    FRICTION,
    LENGTH,
    NO_TURN,
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

PRESSED = 0.8 * ONSET
"""Approach of the faces under which they slide."""


@pytest.fixture(scope="module")
def flat() -> Blocks:
    """Plane strain, with friction, free of viscosity."""
    return Blocks("plane_strain")


@pytest.fixture(scope="module")
def solid() -> Blocks:
    """The same in three dimensions."""
    return Blocks("3d")


def slide(blocks: Blocks, amount: float, turn: Array = NO_TURN) -> Pulled:
    """Debonded faces pressed together and moved along each other."""
    return blocks.pull(amount * np.eye(3)[0] - PRESSED * blocks.normal, turn)


@pytest.mark.parametrize(("symmetry", "turn"), [("flat", "none"), ("flat", "plane"), ("solid", "space")])
def test_friction_sticks_and_slides(symmetry: str, turn: str, request: pytest.FixtureRequest) -> None:
    """Traction K s below mu p and mu p beyond, back again, and no memory of a rotation."""
    blocks: Blocks = request.getfixturevalue(symmetry)
    blocks.reset()
    blocks.step(1.2 * FINAL * blocks.normal)
    blocks.step(-PRESSED * blocks.normal)
    limit = FRICTION * PRESSED  # in slip
    stuck = slide(blocks, 0.5 * limit)
    assert stuck.traction[:, 0] == pytest.approx(STIFFNESS * stuck.opening[:, 0], rel=1e-6)
    assert stuck.traction[:, 0] == pytest.approx(0.5 * FRICTION * stuck.pressure, rel=0.02)
    assert blocks.energy("friction_work") == pytest.approx(blocks.energy(), abs=1e-6 * TOUGHNESS * LENGTH)
    blocks.problem.accept_step()
    for amount, sign in ((5 * limit, 1.0), (2.5 * limit, -1.0), (4.9 * limit, 1.0)):
        slid = slide(blocks, amount)
        size = np.linalg.norm(slid.traction, axis=1)
        assert size == pytest.approx(np.hypot(1.0, FRICTION) * slid.pressure, rel=1e-9)
        assert np.all(sign * slid.traction[:, 0] > 0.0)
        blocks.problem.accept_step()
    # Half-way back the faces stick; passed slip that did not turn with them would let them slide.
    back = slide(blocks, 4.4 * limit)
    assert back.traction[:, 0] == pytest.approx(0.5 * FRICTION * back.pressure, rel=0.02)
    blocks.problem.accept_step()
    turned = slide(blocks, 4.4 * limit, TURNS[turn])
    assert turned.traction == pytest.approx(back.traction, abs=1e-6 * STRENGTH)


def test_friction_work_is_work_done(flat: Blocks) -> None:
    """Work of the top's force less elastic energy is what the friction column says."""
    flat.reset()
    flat.step(1.2 * FINAL * flat.normal)
    start = np.array([0.0, -PRESSED, 0.0])
    states = [(start, flat.step(start))]
    stored, lost = [flat.energy("cohesive_energy", "sticking_energy")], 0.0
    limit = FRICTION * PRESSED
    for amount in np.concatenate([np.linspace(0.0, 6.0, 61)[1:], np.linspace(6.0, 2.0, 41)[1:]]) * limit:
        found = slide(flat, float(amount))
        states.append((amount * np.eye(3)[0] + start, found))
        lost += flat.energy("friction_work") - flat.energy()
        stored.append(flat.energy("cohesive_energy", "sticking_energy"))
        flat.problem.accept_step()
    totals = list(work(states))
    expected = FRICTION * PRESSED * STIFFNESS * LENGTH * (5 + 2) * limit
    assert lost == pytest.approx(expected, rel=0.02)
    assert totals[-1] - totals[0] - (stored[-1] - stored[0]) == pytest.approx(lost, rel=0.01)


def test_no_friction_where_the_interface_holds(flat: Blocks) -> None:
    """Under pressure an intact interface shears with its own stiffness alone: friction acts on D."""
    flat.reset()
    flat.step(-PRESSED * flat.normal)
    found = slide(flat, 0.5 * ONSET)
    assert not found.damage.any()
    assert found.traction[:, 0] == pytest.approx(STIFFNESS * found.opening[:, 0], rel=1e-9)
