# SPDX-License-Identifier: LGPL-3.0-or-later
"""What fabrication left on an interface, in row 0 of a run: bonds, damage, contact; and how they heal."""

from __future__ import annotations

from math import erf, sqrt
from pathlib import Path

import numpy as np
import pytest
from lithiate.case import load_case
from lithiate.errors import InputError
from lithiate.materials import library_card
from lithiate.problem.from_case import build_problem
from lithiate.runner import build_geometry
from mpi4py import MPI
from short_cell import CASE, LITHIATE, run_short_cell

INTERFACE = "film|electrolyte"
ROUGHNESS, FABRICATION, PRESSURE, DAMAGE, FILLING = 0.02, 400e6, 50e6, 0.25, 0.3
KEYS = {
    "bond": '"debondable"',
    "strength": '"100 MPa"',
    "toughness": '"1 J/m2"',
    "shear_toughness": '"4 J/m2"',
    "cohesive_law": '"exponential"',
    "bonded_share": '"pressed"',
    "initial_damage": str(DAMAGE),
    "contact_area": f'{{ model = "persson", roughness_slope = {ROUGHNESS} }}',
}


def pressed_fraction(pressure: float) -> float:
    """a_p of rough elastic faces [-]; pressure [Pa]."""
    compliance = 0.0
    for name, filling in (("a-Si", FILLING), ("Li6PS5Cl", 0.0)):
        card = library_card(name)
        modulus, ratio = float(card.youngs_modulus.at(filling)), float(card.poisson_ratio.at(filling))
        compliance += (1 - ratio**2) / modulus
    return erf(sqrt(2) * pressure * compliance / ROUGHNESS)


@pytest.mark.slow
def test_fabrication_bonds_what_it_presses_together(tmp_path: Path) -> None:
    """b_0 = a_p(fabrication pressure), (1 - D) of it holds, and the stack pressure presses the rest."""
    sets = [f'interfaces."{INTERFACE}".{key}={value}' for key, value in KEYS.items()]
    stack = f"pressure = {PRESSURE}\nfabrication_pressure = {FABRICATION}"
    run = run_short_cell(tmp_path, LITHIATE, stack, *sets)
    bonded = (1 - DAMAGE) * pressed_fraction(FABRICATION)
    expected = bonded + (1 - bonded) * pressed_fraction(PRESSURE)
    assert 0.2 < pressed_fraction(PRESSURE) < expected < 0.9
    assert run.history[f"mean_damage.{INTERFACE}"][0] == pytest.approx(DAMAGE, rel=1e-9)
    assert run.history[f"contact_area_fraction.{INTERFACE}"][0] == pytest.approx(expected, rel=1e-6)
    assert run.history[f"largest_contact_pressure.{INTERFACE}"][0] == pytest.approx(PRESSURE, rel=1e-6)
    assert run.summary["balances"]["energy_balance_error"] < 1e-2


@pytest.mark.slow
def test_pressed_cell_heals(tmp_path: Path) -> None:
    """D = D_0 exp(-t / tau) under stack pressure, more contact with it, and balances that close."""
    keys = {
        **KEYS,
        "cohesive_law": '"bilinear"',
        "bonded_share": "1.0",
        "friction_coefficient": "0.3",
        "readhesion_pressure": '"20 MPa"',
        "readhesion_time": '"300 s"',
    }
    sets = [f'interfaces."{INTERFACE}".{key}={value}' for key, value in keys.items()]
    run = run_short_cell(tmp_path, LITHIATE, f"pressure = {PRESSURE}", *sets)
    damage, time = run.history[f"mean_damage.{INTERFACE}"], run.history["time"]
    assert time[-1] > 150.0
    assert damage == pytest.approx(DAMAGE * np.exp(-time / 300.0), rel=1e-6)
    # Nothing separates, and what heals is no work.
    assert run.history[f"viscous_share.{INTERFACE}"] == pytest.approx(0.0, abs=0.0)
    assert (np.diff(run.history[f"contact_area_fraction.{INTERFACE}"]) > 0.0).all()
    assert run.summary["balances"]["energy_balance_error"] < 1e-2
    assert run.summary["balances"]["force_balance_error"] < 1e-6


def test_what_is_not_allowed_somewhere_names_the_file(tmp_path: Path) -> None:
    """The gap of a formula is negative over a part of the interface, which only the mesh tells."""
    path = tmp_path / "case.toml"
    path.write_text(f'{CASE}[stack_pressure]\npressure = "5 MPa"\n{LITHIATE}', encoding="utf-8")
    key = f'interfaces."{INTERFACE}".initial_gap'
    sets = f'interfaces."{INTERFACE}".bond=contact', f'{key}={{formula = "x - 1e-7"}}'
    case = load_case(path, sets)
    with pytest.raises(InputError) as caught:
        build_problem(case, build_geometry(case, MPI.COMM_SELF))
    assert str(caught.value) == f"{path}: {key}: found values from -1e-07 to 3e-07; allowed: at least 0"
