# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the platen does beside a constant pressure: it stands still, is a spring, or follows a table.

A layer that swells between rigid, slippery walls under a layer that does not is uniform, so that the motion
of the platen and its pressure follow from two equations in one stretch each.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from lithiate.materials import MaterialCard
from manufactured import LENGTH, START, STRESS, electrode_card, electrolyte_card
from scipy.optimize import brentq
from short_cell import LITHIATE, run_short_cell
from uniform_cell import Cell, CellDesign, create

ELECTRODE = electrode_card(youngs_modulus=5e9, poisson_ratio=0.25)
ELECTROLYTE = electrolyte_card(youngs_modulus=2e9, poisson_ratio=0.3)
FILLING = START + 0.02
PRESSED = 30e6


def axial_pressure(card: MaterialCard, stretch: float, swelling: float) -> float:
    """-sigma [Pa] along the axis of a layer between rigid side walls.

    F^e = diag(1, 1, lambda) / J_c^(1/3), sigma = [K/2 (J_e^2 - 1) + G dev(bbar_e)] / J_e along lambda.
    """
    modulus, poisson = float(card.youngs_modulus.at(0.0, 300.0)), float(card.poisson_ratio.at(0.0, 300.0))
    bulk, shear = modulus / (3 - 6 * poisson), modulus / (2 + 2 * poisson)
    volume = stretch / swelling
    isochoric = np.array([1.0, 1.0, stretch**2]) / stretch ** (2 / 3)
    deviator = isochoric[2] - isochoric.mean()
    return -(bulk / 2 * (volume**2 - 1) + shear * deviator) / volume


def stretch_under(card: MaterialCard, pressure: float, swelling: float = 1.0) -> float:
    """Stretch of a layer under a pressure [Pa]."""
    return float(brentq(lambda it: axial_pressure(card, it, swelling) - pressure, 0.2, 3.0, xtol=1e-15))


def motion(pressure: float, swelling: float = 1.0) -> float:
    """Displacement of the platen [m] on both layers under a pressure [Pa]."""
    stretches = stretch_under(ELECTRODE, pressure, swelling), stretch_under(ELECTROLYTE, pressure)
    return LENGTH * (sum(stretches) - 2.0)


@pytest.fixture(scope="module")
def cell() -> Cell:
    return create(CellDesign(ELECTRODE, ELECTROLYTE))


@pytest.mark.parametrize("stiffness", [0.0, 1e14, 1e15, np.inf])
def test_swelling_against_a_fixture(cell: Cell, stiffness: float) -> None:
    """p = p_0 + k (u - u_0): between a weight (k = 0) and a gap that stays as it is."""
    problem = cell.problem
    cell.set()
    filling = problem.unknowns["stoichiometry.electrode"]
    filling.old.x.array[:] = filling.value.x.array[:] = START
    problem.gap_held.value = problem.fixture_stiffness.value = 0.0
    problem.stack_pressure.value = PRESSED / STRESS
    assert cell.system.solve().converged
    pressed = cell.observer.platen_displacement()
    assert pressed * LENGTH == pytest.approx(motion(PRESSED), rel=1e-8, abs=0.0)
    assert cell.observer.platen_pressure() * STRESS == pytest.approx(PRESSED, rel=1e-8, abs=0.0)

    problem.held_platen.value = pressed
    problem.gap_held.value = float(np.isinf(stiffness))
    problem.fixture_stiffness.value = 0.0 if np.isinf(stiffness) else stiffness * LENGTH / STRESS
    filling.old.x.array[:] = filling.value.x.array[:] = FILLING
    assert cell.system.solve().converged
    start, swelling = motion(PRESSED), 1 + 3.0 * (FILLING - START) / (1 + 3.0 * START)

    def excess(pressure: float) -> float:
        moved = motion(pressure, swelling) - start
        return -moved if np.isinf(stiffness) else pressure - PRESSED - stiffness * moved

    expected = brentq(excess, 1e6, 3e9, xtol=1e-3)
    moved = motion(expected, swelling)
    assert cell.observer.platen_pressure() * STRESS == pytest.approx(expected, rel=1e-7, abs=0.0)
    assert cell.observer.platen_displacement() * LENGTH == pytest.approx(moved, abs=1e-7 * LENGTH)
    assert (expected > 1.05 * PRESSED) == (stiffness > 0.0)


CYCLE = """
[[protocol]]
step = "lithiate"
rate = "2C"
until = { state_of_charge = 0.31 }
[[protocol]]
step = "delithiate"
rate = "2C"
until = { state_of_charge = 0.303 }
"""


@pytest.mark.slow
def test_the_pressure_of_a_fixed_gap_follows_the_charge(tmp_path: Path) -> None:
    run = run_short_cell(tmp_path, CYCLE, 'mode = "fixed_gap"\npressure = "20 MPa"')
    pressure, thickness = run.history["stack_pressure"], run.history["thickness"]
    assert pressure[0] == pytest.approx(20e6, rel=1e-9)
    assert thickness == pytest.approx(thickness[0], rel=1e-12, abs=0.0)
    lithiation, back = run.during(0)["stack_pressure"], run.during(1)["stack_pressure"]
    assert (np.diff(lithiation) > 0.0).all() and lithiation[-1] > 40e6
    assert (np.diff(back) < 0.0).all()
    assert run.summary["balances"]["force_balance_error"] <= 1e-6
    cycle = run.summary["cycles"][0]
    assert cycle["pressure_swing"] == pytest.approx(pressure.max() - pressure.min(), rel=1e-9)
    per_capacity = cycle["pressure_swing"] / cycle["lithiation_capacity"]
    assert cycle["pressure_swing_per_capacity"] == pytest.approx(per_capacity, rel=1e-12)
    assert cycle["thickness_swing"] < 1e-18


@pytest.mark.slow
def test_a_spring_pushes_back_and_its_work_is_counted(tmp_path: Path) -> None:
    run = run_short_cell(tmp_path, CYCLE, 'mode = "spring"\npressure = "20 MPa"\nstiffness = "20 GPa/um"')
    pressure, thickness = run.history["stack_pressure"], run.history["thickness"]
    expected = 20e6 + 2e16 * (thickness - thickness[0])
    assert pressure == pytest.approx(expected, rel=1e-9, abs=0.0)
    assert pressure.max() > 25e6
    assert run.summary["balances"]["force_balance_error"] <= 1e-6


SWEEP = """
[[protocol]]
step = "rest"
until = { time = "1 s" }
[[protocol]]
step = "pressure"
pressure = "1 MPa"
until = { time = "10 s" }
[[protocol]]
step = "lithiate"
rate = "2C"
until = { state_of_charge = 0.302 }
[[protocol]]
step = "pressure"
pressure = "50 MPa"
until = { time = "10 s" }
"""


def test_a_sweep_of_pressure_keeps_the_state(tmp_path: Path) -> None:
    """50 to 1 to 50 MPa: along a straight line in time, no lithium lost, no plastic strain forgotten."""
    run = run_short_cell(
        tmp_path,
        SWEEP,
        'pressure = "50 MPa"\nfabrication_pressure = "400 MPa"',
        "output.times=[4]",
    )
    down, after, up = run.during(1), run.during(2), run.during(3)
    assert down["stack_pressure"] == pytest.approx(50e6 - 4.9e6 * (down["time"] - 1.0), rel=1e-9)
    assert down["stack_pressure"][down["time"] == 4.0] == pytest.approx([35.3e6], rel=1e-9)
    assert after["stack_pressure"] == pytest.approx(1e6, rel=1e-9)
    assert up["stack_pressure"][-1] == pytest.approx(50e6, rel=1e-9)
    for rows in (down, up):
        assert rows["current_density"] == pytest.approx(0.0, abs=0.0)
        assert np.ptp(rows["state_of_charge"]) < 1e-9
    assert (np.diff(down["thickness"]) > 0.0).all() and (np.diff(up["thickness"]) < 0.0).all()
    # Pressed at 400 MPa, the electrolyte has yielded, and what follows does not undo it.
    strain = run.history["largest_equivalent_plastic_strain.electrolyte"]
    assert strain[0] > 1e-4
    assert (np.diff(strain) >= 0.0).all()
    worst = run.summary["balances"]
    assert worst["force_balance_error"] <= 1e-6 and worst["lithium_balance_error"] <= 1e-8


@pytest.mark.slow
def test_a_table_is_followed_through_the_steps(tmp_path: Path) -> None:
    stack = 'mode = "table"\ntimes = ["0 s", "5 s", "20 s"]\npressures = ["10 MPa", "40 MPa", "5 MPa"]'
    protocol = LITHIATE.replace("state_of_charge = 0.33", 'time = "30 s"')
    run = run_short_cell(tmp_path, protocol, stack)
    time = run.history["time"]
    expected = np.interp(time, [0.0, 5.0, 20.0], [10e6, 40e6, 5e6])
    assert run.history["stack_pressure"] == pytest.approx(expected, rel=1e-9)
    assert {5.0, 20.0} <= set(np.round(time, 6))
    assert run.summary["balances"]["force_balance_error"] <= 1e-6


SHRINK = """
[[protocol]]
step = "delithiate"
rate = "2C"
until = { state_of_charge = 0.28 }
[[protocol]]
step = "lithiate"
rate = "2C"
until = { state_of_charge = 0.31 }
"""


@pytest.mark.parametrize(
    "stack",
    [
        'mode = "fixed_gap"\npressure = "20 MPa"',
        'mode = "spring"\npressure = "20 MPa"\nstiffness = "20 GPa/um"',
    ],
    ids=["fixed gap", "spring"],
)
def test_a_fixture_presses_but_does_not_pull(tmp_path: Path, stack: str) -> None:
    """The film shrinks away from its fixture, grows back and is pressed again; the work still adds up."""
    run = run_short_cell(tmp_path, SHRINK, stack)
    pressure, thickness = run.history["stack_pressure"], run.history["thickness"]
    apart = thickness < thickness[0] - 1e-9
    assert pressure.min() == 0.0 and (pressure[apart] == 0.0).sum() > 3
    assert thickness.min() < thickness[0] - 5e-9
    assert pressure[-1] > 20e6
    if "fixed_gap" in stack:
        assert thickness.max() == pytest.approx(thickness[0], rel=1e-12, abs=0.0)
        assert pressure[thickness < thickness[0] * (1 - 1e-12)] == pytest.approx(0.0, abs=1e-3)
    assert run.summary["status"] == "completed"
    assert run.summary["balances"]["force_balance_error"] <= 1e-6
    assert run.summary["balances"]["energy_balance_error"] <= 1e-2


def test_a_free_face_bears_no_load(tmp_path: Path) -> None:
    """Without a platen the thickness follows the mean of the top face, as under a platen without weight."""
    folders = tmp_path / "free", tmp_path / "pressed"
    for folder in folders:
        folder.mkdir()
    free = run_short_cell(folders[0], CYCLE, 'mode = "free"')
    pressed = run_short_cell(folders[1], CYCLE, 'pressure = "0 Pa"')
    assert (free.history["stack_pressure"] == 0.0).all()
    for column in ("thickness", "voltage", "mean_hydrostatic_stress.film"):
        assert free.history[column] == pytest.approx(pressed.history[column], rel=1e-6, abs=0.0)
    assert free.quantity("thickness") > free.history["thickness"][0] + 5e-10
