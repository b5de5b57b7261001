# SPDX-License-Identifier: LGPL-3.0-or-later
"""A cycle of a film whose interface grows another film: what is lost, balances, impedance, and two ranks."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
from running import command, read_history, run_case
from short_cell import Run, run_short_cell

pytestmark = pytest.mark.slow

INTERFACE = "film|electrolyte"
LANDING = 0.32
CYCLE = """
[[protocol]]
step = "lithiate"
rate = "C/2"
until = { state_of_charge = 0.35 }
[[protocol]]
step = "delithiate"
rate = "C/2"
until = { state_of_charge = 0.3 }
"""
SETTINGS = (
    f'interfaces."{INTERFACE}".film_resistance="50 ohm cm2"',
    f'interfaces."{INTERFACE}".film_growth={{molar_volume="30 cm^3/mol", ionic_conductivity="1e-5 S/m", '
    'initial_thickness="1 nm", exchange_current_density="0.01 A/m2", potential="0.5 V", '
    'parabolic_constant="1e-20 m^2/s"}',
    f"output.states_of_charge=[{LANDING}]",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("film")


@pytest.fixture(scope="module")
def cycle(folder: Path) -> Run:
    return run_short_cell(folder, CYCLE, 'pressure = "5 MPa"', *SETTINGS)


def test_efficiency_lacks_exactly_the_lithium_of_the_film(cycle: Run) -> None:
    """Between equal states of charge; the charge of the film is its volume over the molar volume."""
    (found,) = cycle.summary["cycles"]
    lost = cycle.quantity(f"lithium_lost.{INTERFACE}")
    assert lost > 0.02 * found["lithiation_capacity"]
    # States of charge are hit to 1e-6 of the capacity.
    share = 1 - found["coulombic_efficiency"]
    assert share == pytest.approx(lost / found["lithiation_capacity"], abs=1e-4)
    grown = cycle.quantity(f"mean_film_thickness.{INTERFACE}") - 1e-9
    assert lost * 3.6e4 == pytest.approx(grown / 30e-6 * 96485.332, rel=1e-6)


def test_balances_hold_while_lithium_is_lost(cycle: Run) -> None:
    balances = cycle.summary["balances"]
    assert balances["lithium_balance_error"] <= 1e-8 and balances["charge_balance_error"] <= 1e-8
    assert balances["energy_balance_error"] < 5e-3


def test_states_of_charge_are_hit_though_current_is_lost(cycle: Run) -> None:
    charge = cycle.history["state_of_charge"]
    assert cycle.during(0)["state_of_charge"][-1] == pytest.approx(0.35, abs=1e-6)
    assert charge[-1] == pytest.approx(0.3, abs=1e-6)
    assert np.sum(np.abs(charge - LANDING) < 1e-6) == 2
    assert "trapped" not in cycle.summary["reason"]


def test_two_ranks_and_impedance(cycle: Run, folder: Path) -> None:
    finished = run_case(folder / "two", *SETTINGS, case=folder / "case.toml", ranks=2)
    assert finished.returncode == 0, finished.stderr
    names, rows = read_history(folder / "two")
    columns = {name.split(" ")[0]: rows[:, number] for number, name in enumerate(names)}
    for name in ("voltage", f"mean_film_thickness.{INTERFACE}", f"interface_resistance.{INTERFACE}"):
        assert columns[name] == pytest.approx(cycle.history[name], rel=1e-6, abs=0.0)

    words = ("impedance", str(folder / "result"), "--at", "step=5", "--frequencies", "1,1e6")
    done = subprocess.run(
        command(*words, "--out", str(folder / "z")), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found = json.loads((folder / "z" / "impedance.json").read_text(encoding="utf-8"))["quantities"]
    reported = cycle.history[f"interface_resistance.{INTERFACE}"][5]
    assert found["reported_interface_resistance"]["value"] == pytest.approx(reported, rel=1e-6)
    assert found["interface_resistance"]["value"] == pytest.approx(reported, rel=5e-3)


def test_plating_and_what_a_cycle_can_lose_are_said(tmp_path: Path) -> None:
    """A film that does not grow loses nothing; what it takes of the voltage at a high rate ends below 0 V."""
    settings = (SETTINGS[0].replace("50 ohm", "500 ohm"), "protocol.0.rate=10C")
    run = run_short_cell(tmp_path, CYCLE, 'pressure = "5 MPa"', *settings, "solver.tolerance=1e-3")
    smallest = run.history[f"smallest_plating_potential.{INTERFACE}"]
    first = run.history["time"][np.flatnonzero(smallest < 0.0)[0]]
    (warning,) = (text for text in run.summary["warnings"] if "lithium would plate" in text)
    assert warning.startswith(f"interface {INTERFACE}: lithium would plate from time {first:.6g} s on")
    assert "no film grows, so that what cycles lose is lithium trapped" in run.summary["reason"]
