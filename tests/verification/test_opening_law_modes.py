# SPDX-License-Identifier: LGPL-3.0-or-later
"""Two stiff blocks whose interface is tougher in shear than in opening and softens exponentially.

The law itself is tested without a mesh; here the whole assembly must follow it: weights of slip on the right
components, also after a large rotation, and the work spent under a mixture that changes on the way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import repeat

import numpy as np
import pytest
from lithiate.errors import InputError
from lithiate.interfaces.cohesion import ExponentialLaw
from verification_problems import (
    AREA,
    INTERFACE,
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

SHEAR_STRENGTH, SHEAR_TOUGHNESS = 1.5 * STRENGTH, 4 * TOUGHNESS
SHEAR_STIFFNESS = (SHEAR_STRENGTH / STRENGTH) ** 2 * (TOUGHNESS / SHEAR_TOUGHNESS) * STIFFNESS
SOFTENING = TOUGHNESS / STRENGTH - ONSET / 2
MODES = {"opening": 0.0, "mixed": 0.6, "shear": np.pi / 2}
"""Angles of the way in openings scaled by those at which damage starts."""


RATIOS = SHEAR_STRENGTH / STRENGTH, SHEAR_TOUGHNESS / TOUGHNESS


@pytest.fixture(scope="module")
def flat() -> Blocks:
    """Plane strain."""
    return Blocks("plane_strain", friction=False, law=ExponentialLaw, shear_ratios=RATIOS)


@pytest.fixture(scope="module")
def solid() -> Blocks:
    """The same in three dimensions."""
    return Blocks("3d", friction=False, law=ExponentialLaw, shear_ratios=RATIOS)


def scaled(opening: Array, normal: Array) -> float:
    """How many times further than to the start of damage."""
    gap = float(opening @ normal)
    slip = float(np.linalg.norm(opening - gap * normal))
    return float(np.hypot(max(gap, 0.0) / ONSET, slip / (SHEAR_STRENGTH / SHEAR_STIFFNESS)))


def remaining(largest: float) -> float:
    """Share of the stiffness left after the largest opening, in openings at which damage starts."""
    if largest <= 1.0:
        return 1.0
    return float(np.exp(-(largest - 1.0) * ONSET / SOFTENING)) / largest


def traction(opening: Array, normal: Array, largest: float = 0.0) -> Array:
    """[Pa] of the exponential law; what presses is carried undamaged."""
    gap, left = opening @ normal, remaining(max(scaled(opening, normal), largest))
    slip = opening - gap * normal
    return left * SHEAR_STIFFNESS * slip + (left if gap > 0.0 else 1.0) * STIFFNESS * gap * normal


def separation(blocks: Blocks, angle: float) -> Array:
    """To the start of damage, in a mixture of modes [m]."""
    opening = ONSET * np.cos(angle) * blocks.normal
    return opening + SHEAR_STRENGTH / SHEAR_STIFFNESS * np.sin(angle) * np.eye(3)[0]


def check_law(found: Pulled, largest: Iterable[float] = repeat(0.0)) -> None:
    for *place, pulls, most in zip(found.opening, found.normal, found.traction, largest):  # noqa: B905
        assert pulls == pytest.approx(traction(*place, most), abs=1e-9 * STRENGTH)


def check_pull(blocks: Blocks, turn: str, mode: str, count: int) -> None:
    """Traction by traction, and the work: each mode has its own toughness."""
    blocks.reset()
    angle, area = MODES[mode], AREA[blocks.symmetry]
    last = 1.0 + 28 * SOFTENING / ONSET
    states = []
    for size in (0.5, *np.geomspace(1.0, last, count)):
        moved = size * separation(blocks, angle)
        found = blocks.step(moved, TURNS[turn])
        check_law(found)
        assert found.force == pytest.approx(blocks.resultant(found), abs=1e-6 * STRENGTH * area)
        states.append((moved, found))
    expected = TOUGHNESS * np.cos(angle) ** 2 + SHEAR_TOUGHNESS * np.sin(angle) ** 2
    assert found.damage == pytest.approx(1.0, abs=1e-9)
    assert list(work(states))[-1] == pytest.approx(expected * area, rel=2e-2)
    assert blocks.energy("spent_toughness") == pytest.approx(expected * area, rel=1e-3)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("turn", ["none", "plane"])
def test_pull_follows_the_law(flat: Blocks, turn: str, mode: str) -> None:
    check_pull(flat, turn, mode, 40)


def test_damage_as_made(flat: Blocks) -> None:
    """D at its place before anything moves, no contact but by pressure, and the law from there on."""
    ratios = flat.law.shear_strength_ratio, flat.law.shear_toughness_ratio
    damaged = Blocks(
        "plane_strain",
        friction=False,
        law=ExponentialLaw,
        shear_ratios=ratios,
        initial_damage=lambda places: 0.9 * places[0],
    )
    found = damaged.pull(0 * flat.normal)
    row = damaged.observer.interface_row(INTERFACE, damaged.observer.state().interfaces[INTERFACE])
    assert np.sort(found.damage) == pytest.approx([0.0, 0.45, 0.9], abs=1e-12)
    assert row[f"mean_damage.{INTERFACE}"] == pytest.approx(0.45, rel=1e-12)
    assert row[f"contact_area_fraction.{INTERFACE}"] == pytest.approx(0.55, rel=1e-9)
    assert damaged.energy("spent_toughness") == pytest.approx(0.45 * TOUGHNESS * LENGTH, rel=1e-9)
    largest = damaged.law.history_at(found.damage) * LENGTH / ONSET
    pulled = damaged.pull(3 * separation(flat, 0.6))
    check_law(pulled, largest)


@pytest.mark.parametrize("values", [lambda places: 1.2 * places[0], lambda places: np.sqrt(places[0] - 0.1)])
def test_damage_that_cannot_be_is_refused(values: Callable[[Array], Array]) -> None:
    with pytest.raises(InputError, match="electrolyte.*initial_damage: found .*; allowed: from 0 to 1"):
        Blocks("plane_strain", initial_damage=values)


@pytest.mark.slow
@pytest.mark.parametrize("mode", MODES)
def test_pull_follows_the_law_in_space(solid: Blocks, mode: str) -> None:
    check_pull(solid, "space", mode, 40)


def test_unloading_goes_back_to_the_origin(flat: Blocks) -> None:
    """Down the secant and up again in another mixture, without more damage; on along the law beyond."""
    flat.reset()
    reached = 20 * separation(flat, 0.6)
    damaged = flat.step(reached)
    largest = [scaled(*each) for each in zip(damaged.opening, damaged.normal, strict=True)]
    for moved in (0.6 * reached, 0.1 * reached, -0.2 * ONSET * flat.normal, 15 * separation(flat, 1.2)):
        found = flat.step(moved)
        check_law(found, largest)
        assert found.damage == pytest.approx(damaged.damage, abs=1e-9)
    beyond = flat.step(30 * separation(flat, 1.2))
    check_law(beyond)
    assert np.all(beyond.damage > damaged.damage + 0.02)


def test_changing_mixture_closes_energy(flat: Blocks) -> None:
    """Work is what is stored and what was spent, to the order of the steps, on a way that turns."""
    gaps = []
    for count in (50, 100, 200):
        flat.reset()
        states = []
        for share in np.linspace(0.0, 1.0, count + 1)[1:]:
            moved = 150 * share * separation(flat, 1.4 * share)
            states.append((moved, flat.pull(moved)))
            kept = flat.energy("spent_toughness", "cohesive_energy")
            flat.problem.accept_step()
        gaps.append(abs(list(work(states))[-1] - kept) / (TOUGHNESS * LENGTH))
    assert gaps[-1] < 0.02, gaps
    assert np.log2(np.array(gaps[:-1]) / gaps[1:]).min() > 0.9, gaps
