# SPDX-License-Identifier: LGPL-3.0-or-later
"""Two stiff blocks pulled apart: the interface's law, seen through the whole assembly.

The law is given (Camanho and Davila 2002): its traction, the work to open it, what unloading and
compression may and may not do. What can go wrong is between the law and the answer: the sign of a side, the
area, the normal after a large rotation, a history that heals, friction on an interface that still holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from dolfinx import fem
from lithiate import compat
from lithiate.interfaces.cohesion import CohesiveLaw
from lithiate.interfaces.contact_area import NoPressureContact
from lithiate.interfaces.friction import CoulombFriction
from lithiate.problem.interface_model import InterfaceLaws
from lithiate.problem.nonlinear import NonlinearSystem
from lithiate.problem.observables import Observer
from lithiate.problem.pointwise import InterfacePoints
from lithiate.problem.problem import Description, Problem
from lithiate.scaling import Units
from scipy.spatial.transform import Rotation
from verification_problems import LENGTH, Array, build_geometry, card, uniform_field

UNITS = Units(LENGTH, 1.0, 1e4, 298.15)
INTERFACE = "electrode|electrolyte"
STRENGTH, TOUGHNESS, STIFFNESS, FRICTION = 100e6, 1.0, 200e15, 0.3
ONSET, FINAL = STRENGTH / STIFFNESS, 2 * TOUGHNESS / STRENGTH
AREA = {"plane_strain": LENGTH, "3d": LENGTH**2}
MODULUS = 1e14
"""Two blocks this stiff deform by a hundredth of the onset opening."""

NO_TURN = np.eye(3)


@dataclass(frozen=True)
class Pulled:
    """State of the interface at its points, SI, turned back by the rotation of the blocks.

    Attributes:
        opening: (points, 3) jump of the displacement; the normal is the last in-plane axis.
        traction: (points, 3) on the lower block's face.
        damage: (points,) dissipated share D.
        pressure: (points,) contact pressure.
        force: (3,) on the upper block's top.
    """

    opening: Array
    traction: Array
    damage: Array
    pressure: Array
    force: Array


class Blocks:
    """Two unit cells; the outer faces follow a rotation and a given separation in the turned frame."""

    def __init__(self, symmetry: str, viscous_time: float = 0.0, friction: bool = True) -> None:
        geometry = build_geometry(symmetry, shape="two_blocks", upper_height=LENGTH)
        stiffness = STIFFNESS / UNITS.stiffness_per_area
        self.law = CohesiveLaw(
            STRENGTH / UNITS.stress, TOUGHNESS / UNITS.energy_per_area, stiffness, viscous_time
        )
        rubbing = CoulombFriction(FRICTION, stiffness) if friction else None
        laws = InterfaceLaws(self.law, rubbing, NoPressureContact(), None, 1.0, 1e-12)
        stiff = card(youngs_modulus=MODULUS, poisson_ratio=0.0)
        cards = {"electrode": stiff, "electrolyte": stiff}
        self.problem = Problem(geometry, UNITS, Description(cards, {}, {INTERFACE: laws}))
        self.dimension, self.symmetry = geometry.dimension, symmetry
        self._bodies = [self.problem.unknowns[f"displacement.{name}"] for name in cards]
        self._held = [fem.Function(unknown.value.function_space) for unknown in self._bodies]
        for unknown, surface, held in zip(self._bodies, ("bottom", "top"), self._held, strict=True):
            self.problem.fix(unknown.name, surface, None, held)
        self._system = NonlinearSystem(self.problem, 3e-8)
        upper = self._bodies[1].name
        residual = self.problem.residuals[upper]
        self._forces = compat.compile_form(residual, geometry.entity_maps())
        self._top = self.problem.surface_dofs(upper, "top")
        model = self.problem.interfaces[INTERFACE]
        kinematics = model.kinematics
        expressions = {f"opening{i}": kinematics.jump[i] for i in range(3)}
        expressions |= {f"traction{i}": model.traction[i] for i in range(3)}
        expressions |= {"damage": model.dissipated_share, "pressure": model.contact_pressure}
        self._points = InterfacePoints(self.problem.measures, INTERFACE, expressions)
        self.observer = Observer(self.problem)
        self.problem.time_step.value = 1.0

    def reset(self) -> None:
        """Back to blocks that were never moved."""
        history = self.problem.interfaces[INTERFACE].history
        history.opening.x.array[:] = self.law.onset_opening
        history.passed_slip.x.array[:] = 0.0
        for unknown in self._bodies:
            unknown.value.x.array[:] = unknown.old.x.array[:] = 0.0

    @property
    def normal(self) -> Array:
        """Of the interface as built."""
        return np.eye(3)[self.dimension - 1]

    def pull(self, separation: Array, turn: Array = NO_TURN) -> Pulled:
        """Equilibrium with the top moved by ``turn @ separation`` [m] relative to the turned bottom."""
        apart = (turn @ separation / LENGTH)[: self.dimension, None]
        for number, (unknown, held) in enumerate(zip(self._bodies, self._held, strict=True)):
            for function in (held, unknown.value):
                uniform_field(function, turn)
                function.x.array.reshape(-1, self.dimension)[:] += number * apart.T
        outcome = self._system.solve()
        assert outcome.converged, outcome
        values = self._points.own_values(self._points.all_values())
        opening, traction = (
            np.stack([values[f"{name}{i}"] for i in range(3)], axis=1) @ turn
            for name in ("opening", "traction")
        )
        forces = fem.assemble_vector(self._forces).array.reshape(-1, self.dimension)[self._top]
        force = np.zeros(3)
        force[: self.dimension] = forces.sum(axis=0)
        return Pulled(
            opening * LENGTH,
            traction * UNITS.stress,
            values["damage"],
            values["pressure"] * UNITS.stress,
            force @ turn * UNITS.stress * AREA[self.symmetry],
        )

    def step(self, separation: Array, turn: Array = NO_TURN) -> Pulled:
        """The same, and make it the start of the next step."""
        found = self.pull(separation, turn)
        self.problem.accept_step()
        return found

    def resultant(self, state: Pulled) -> Array:
        """Integral of the traction over the interface [N] (plane strain: N/m)."""
        weights = self._points.weights / self._points.weights.sum()
        return weights @ state.traction * AREA[self.symmetry]

    def energy(self, *quantities: str) -> float:
        """Sum of interface energies [J] (plane strain: J/m)."""
        state, unit = self.observer.state(), UNITS.energy_per_area * AREA[self.symmetry]
        total = sum(self.observer.interface_total(state, name) for name in quantities)
        return (total + self.observer.region_total(state, "elastic_energy")) * unit


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


def work(states: Iterable[tuple[Array, Pulled]]) -> Iterator[float]:
    """Work of the top's force so far [J], by the trapezoidal rule."""
    total, place, force = 0.0, np.zeros(3), np.zeros(3)
    for separation, state in states:
        total += float((force + state.force) @ (separation - place) / 2)
        place, force = separation, state.force
        yield total


TURNS = {
    "none": NO_TURN,
    "plane": Rotation.from_rotvec([0.0, 0.0, 1.9]).as_matrix(),
    "space": Rotation.from_rotvec([0.8, -1.1, 1.3]).as_matrix(),
}
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


PRESSED = 0.8 * ONSET
"""Approach of the faces under which they slide."""


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
    turned = slide(blocks, 4.9 * limit, TURNS[turn])
    assert turned.traction == pytest.approx(slid.traction, abs=1e-6 * STRENGTH)


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
