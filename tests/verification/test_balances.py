"""Energy closes to the order of the time integration: what is left over must vanish with the time step.

A missing or doubled term of the balance (plastic work, diffusion, charge transfer, ...) would stay.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from running import read_history, run_case
from scipy.optimize import brentq
from short_cell import run_short_cell

TOLERANCES = (4e-3, 1e-3, 2.5e-4)
"""Of the local time error, which is of second order: each makes the steps half as long as the one before."""

SETTINGS = (
    'geometry.mesh_size="0.25 um"',
    'protocol.0.rate="1C"',
    "protocol.0.until.state_of_charge=0.35",
    'protocol.1.until.time="1 s"',
    'protocol.2.rate="1C"',
    "protocol.2.until.state_of_charge=0.2",
    "output.states_of_charge=[]",
    "output.pictures=false",
)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folders = []
    for tolerance in TOLERANCES:
        folder = tmp_path_factory.mktemp("balances") / f"tolerance_{tolerance:g}"
        finished = run_case(folder, *SETTINGS, f"solver.tolerance={tolerance}")
        assert finished.returncode in (0, 4), finished.stderr
        folders.append(folder)
    return folders


def test_energy_closes_with_the_time_step(results: list[Path]) -> None:
    errors, steps = [], []
    for folder in results:
        names, rows = read_history(folder)
        errors.append(rows[-1, names.index("energy_balance_error [-]")])
        steps.append(float(len(rows) - 1))
    assert errors[0] > errors[1] > errors[2]
    assert errors[2] < 1e-3
    # What the mesh leaves over is the same in all three: their differences are of the time integration alone.
    found = (errors[0] - errors[1]) / (errors[1] - errors[2])
    coarse, middle, fine = 1 / np.array(steps)

    def mismatch(order: float) -> float:
        return float((coarse**order - middle**order) / (middle**order - fine**order) - found)

    order = brentq(mismatch, 0.1, 4.0)
    assert order > 0.9, (order, errors, steps)


def test_lithium_charge_and_force_balance_whatever_the_step(results: list[Path]) -> None:
    for folder in results:
        worst = json.loads((folder / "summary.json").read_text(encoding="utf-8"))["balances"]
        assert worst["lithium_balance_error"] <= 1e-8
        assert worst["charge_balance_error"] <= 1e-8
        assert worst["force_balance_error"] <= 1e-6


def test_the_electrolyte_yields_on_the_way(results: list[Path]) -> None:
    """Otherwise the balance would say nothing about plastic work."""
    names, rows = read_history(results[-1])
    assert rows[-1, names.index("largest_equivalent_plastic_strain.electrolyte [-]")] > 0.05


def test_a_long_rest_loses_no_charge(tmp_path: Path) -> None:
    """Over months the tolerance of the solver adds up to more than a billionth of hardly any charge."""
    rest = '[[protocol]]\nstep = "rest"\nuntil = { time = "3000 h" }\n'
    run = run_short_cell(tmp_path, rest, 'pressure = "50 MPa"')
    assert run.history["time"][-1] == pytest.approx(1.08e7)
    assert run.summary["balances"]["charge_balance_error"] <= 1e-8
