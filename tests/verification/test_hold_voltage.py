# SPDX-License-Identifier: LGPL-3.0-or-later
"""A held voltage: the current that it gives, what ends it, and what it adds to a cycle."""

from __future__ import annotations

import numpy as np
import pytest
from manufactured import CURRENT_DENSITY, LENGTH, POTENTIAL, START, electrode_card, electrolyte_card
from short_cell import Run, run_short_cell
from uniform_cell import EXCHANGE, Cell, CellDesign, create, inverted, open_circuit

CONDUCTIVITY = 0.02
ELECTRODE = electrode_card(partial_molar_volume=0.0, youngs_modulus=5e9, poisson_ratio=0.25)
ELECTROLYTE = electrolyte_card(youngs_modulus=2e9, ionic_conductivity=CONDUCTIVITY)

HOLD = """
[[protocol]]
step = "lithiate"
rate = "1C"
until = { voltage = "0.2 V" }
[[protocol]]
step = "hold_voltage"
voltage = "0.2 V"
until = { current = "C/20" }
[[protocol]]
step = "hold_voltage"
voltage = "0.25 V"
until = { current = "0.05 A/m2", capacity = "1e-3 mAh/cm^2" }
[[protocol]]
step = "rest"
until = { time = "10 s" }
[[protocol]]
step = "hold_voltage"
voltage = "0.2 V"
until = { time = "1 h", state_of_charge = STATE_OF_CHARGE }
"""
CHARGE = 0.31
LANDING = 0.308


@pytest.fixture(scope="module")
def cell() -> Cell:
    return create(CellDesign(ELECTRODE, ELECTROLYTE))


@pytest.mark.parametrize("rate", [-100.0, -3.0, 3.0, 100.0])
def test_the_current_is_that_of_the_voltage(cell: Cell, rate: float) -> None:
    """U + eta(i) + i L / kappa = V, solved for i by the cell; back at a given current it is the same cell."""
    cell.set(0.4, 0.6)
    problem, current = cell.problem, rate * EXCHANGE
    voltage = open_circuit(ELECTRODE, START) + inverted(current, EXCHANGE, 0.4, 0.6)
    voltage += current * LENGTH / CONDUCTIVITY
    problem.voltage_held.value, problem.held_potential.value = 1.0, voltage / POTENTIAL
    assert cell.voltage(0.0) == pytest.approx(voltage, abs=1e-12)
    found = cell.observer.reacting_current() / cell.observer.platen_area * CURRENT_DENSITY
    assert found == pytest.approx(current, rel=1e-7, abs=0.0)
    problem.voltage_held.value = 0.0
    assert cell.voltage(current) == pytest.approx(voltage, abs=1e-7)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("hold")
    landing = f"output.states_of_charge=[{LANDING}]"
    return run_short_cell(folder, HOLD.replace("STATE_OF_CHARGE", f"{CHARGE}"), 'pressure = "5 MPa"', landing)


def test_a_hold_keeps_its_voltage(run: Run) -> None:
    for number, voltage in ((1, 0.2), (2, 0.25), (4, 0.2)):
        assert run.during(number)["voltage"] == pytest.approx(voltage, abs=1e-9)
    assert run.during(0)["voltage"][-1] == pytest.approx(0.2, abs=1e-3)
    # CCCV: the current goes on from where it was.
    assert run.during(1)["current_density"][0] == pytest.approx(run.during(0)["current_density"][-1], rel=0.1)


def test_a_hold_ends_on_current_capacity_and_state_of_charge(run: Run) -> None:
    one_c = run.during(0)["current_density"][-1]
    currents = run.during(1)["current_density"]
    assert currents[-1] == pytest.approx(one_c / 20, rel=1e-4)
    assert (np.abs(currents[:-1]) > abs(one_c) / 20).all()
    assert (run.during(2)["current_density"] > 0.0).all()
    assert run.during(2)["areal_capacity"][-1] == pytest.approx(1e-3, rel=1e-4)
    assert run.during(4)["state_of_charge"][-1] == pytest.approx(CHARGE, abs=2e-6)
    assert np.abs(run.during(4)["state_of_charge"] - LANDING).min() < 2e-6


def test_charge_follows_the_current_of_a_hold(run: Run) -> None:
    """Lithium gained, current times time and capacity passed are one number, found three ways."""
    one_c = abs(run.during(0)["current_density"][-1])
    for number in (1, 2, 4):
        rows = run.during(number)
        passed = np.cumsum(rows["time_step"] * np.abs(rows["current_density"]))
        assert rows["areal_capacity"] * 3.6e4 == pytest.approx(passed, rel=1e-9, abs=0.0)
        gained = np.abs(np.diff(rows["state_of_charge"]))
        assert gained * one_c * 3600 == pytest.approx(np.diff(passed), abs=1e-5 * passed[-1])


def test_balances_close_in_a_hold(run: Run) -> None:
    assert run.summary["balances"]["lithium_balance_error"] <= 1e-9
    assert run.summary["balances"]["charge_balance_error"] <= 1e-9
    assert 0.0 < run.summary["balances"]["energy_balance_error"] < 1e-2


def test_the_charge_of_a_hold_counts_in_its_direction(run: Run) -> None:
    cycle = run.summary["cycles"][0]
    ends = {number: run.during(number)["areal_capacity"][-1] for number in (0, 1, 2, 4)}
    assert cycle["lithiation_capacity"] == pytest.approx(ends[0] + ends[1] + ends[4], rel=1e-7)
    assert cycle["delithiation_capacity"] == pytest.approx(ends[2], rel=1e-9)
