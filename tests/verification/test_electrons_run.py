# SPDX-License-Identifier: LGPL-3.0-or-later
"""Runs with resolved electrons: balances, fields, ranks, and a film that lets go of its collector."""

from __future__ import annotations

import json
from pathlib import Path

import h5py
import numpy as np
import pytest
from numpy.typing import NDArray
from running import read_history, run_case

pytestmark = pytest.mark.slow

CASE = """
title = "a film of low conductivity on a collector"
[geometry]
family = "stack"
symmetry = "{symmetry}"
width = "0.4 um"
mesh_size = "0.2 um"
[[geometry.layers]]
name = "collector"
thickness = "0.4 um"
[[geometry.layers]]
name = "film"
thickness = "0.4 um"
[[geometry.layers]]
name = "electrolyte"
thickness = "0.4 um"
[regions.collector]
material = "Cu"
[regions.film]
material = "a-Si"
diffusivity = "1e-14 m^2/s"
electronic_conductivity = {{ unlithiated = "2e-5 S/m", lithiated = "6e-5 S/m" }}
[regions.electrolyte]
material = "Li6PS5Cl"
yield_stress = "100 MPa"
[interfaces."collector|film"]
bond = "bonded"
electronic_resistance = "20 ohm cm2"
[interfaces."film|electrolyte"]
bond = "bonded"
exchange_current_density = "10 A/m2"
[physics]
electrons = "resolved"
[initial]
stoichiometry = 0.3
[stack_pressure]
pressure = "5 MPa"
[output]
pictures = false
[[protocol]]
step = "lithiate"
rate = "2C"
until = {{ state_of_charge = 0.33 }}
"""

RESISTANCE = 20e-4
"""Of the contact [ohm m2]."""


def run(folder: Path, *sets: str, symmetry: str = "plane_strain", ranks: int = 1) -> Path:
    """The result of the case."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "case.toml").write_text(CASE.format(symmetry=symmetry), encoding="utf-8")
    finished = run_case(folder / "result", *sets, case=folder / "case.toml", ranks=ranks)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return folder / "result"


def last_row(folder: Path) -> dict[str, float]:
    names, rows = read_history(folder)
    return {name.split(" ")[0]: float(value) for name, value in zip(names, rows[-1], strict=True)}


@pytest.mark.parametrize("symmetry", ["plane_strain", "axisymmetric", "3d"])
def test_voltage_falls_by_film_and_contact_and_all_balances_close(tmp_path: Path, symmetry: str) -> None:
    """Against the same run without resistance: i (h / sigma(c) + R), with h and c of the film as it is."""
    size = ("solver.tolerance=5e-3",)
    resolved = last_row(run(tmp_path / "resolved", *size, symmetry=symmetry))
    plain = last_row(
        run(
            tmp_path / "plain",
            *size,
            "physics.electrons=equipotential",
            'interfaces."collector|film".electronic_resistance=1e-7',
            symmetry=symmetry,
        )
    )
    height = 0.4e-6 * resolved["volume_ratio.film"]
    conductivity = 2e-5 + 4e-5 * resolved["mean_stoichiometry.film"]
    drop = resolved["current_density"] * (height / conductivity + RESISTANCE)
    assert resolved["voltage"] - plain["voltage"] == pytest.approx(drop, rel=1e-3)
    assert drop < -0.04
    film = resolved["mean_electrode_potential.film"] - resolved["voltage"]
    expected = -resolved["current_density"] * (height / conductivity / 2 + RESISTANCE)
    assert film == pytest.approx(expected, rel=1e-3)
    plating = "smallest_plating_potential.film|electrolyte"
    assert resolved[plating] == pytest.approx(plain[plating], abs=1e-4)
    for name, bound in (("lithium", 1e-8), ("charge", 1e-8), ("force", 1e-6), ("energy", 1e-3)):
        assert resolved[f"{name}_balance_error"] <= bound, name


def field(folder: Path, region: str) -> NDArray[np.float64]:
    """Electrode potential of a region's points in the last frame."""
    found = []
    with h5py.File(folder / f"{region}.h5") as file:
        file.visititems(lambda path, item: found.append(path) if "electrode_potential" in path else None)
        datasets = [path for path in found if isinstance(file[path], h5py.Dataset)]
        return np.asarray(file[sorted(datasets)[-1]][...])


def test_fields_and_histories_are_the_same_on_two_ranks(tmp_path: Path) -> None:
    sets = ("solver.tolerance=1e-2", "output.every=100")
    one, two = run(tmp_path / "one", *sets), run(tmp_path / "two", *sets, ranks=2)
    names, rows = read_history(one)
    _, others = read_history(two)
    assert rows.shape == others.shape
    size = np.abs(rows).max(axis=0)
    assert not [
        name
        for name, d, s in zip(names, np.abs(rows - others).max(axis=0), size, strict=True)
        if d > 1e-6 * s
    ]
    voltage = rows[-1, names.index("voltage [V]")]
    for region in ("collector", "film"):
        values = field(one, region)
        assert values == pytest.approx(field(two, region), abs=1e-9)
        assert np.abs(values - voltage).max() < (1e-5 if region == "collector" else 0.3)
    assert np.ptp(field(one, "film")) > 0.02


def test_pressed_contact_carries_electrons_by_its_true_area(tmp_path: Path) -> None:
    """A debondable contact that was made with half its area bonded has more resistance, by that area."""
    sets = (
        'interfaces."collector|film".bond="debondable"',
        'interfaces."collector|film".strength="100 MPa"',
        'interfaces."collector|film".toughness="1 J/m2"',
        'interfaces."collector|film".contact_area={ model = "persson", roughness_slope = 0.1 }',
        'interfaces."collector|film".bonded_share=0.5',
        "solver.tolerance=1e-2",
    )
    folder = run(tmp_path / "half", *sets)
    row = last_row(folder)
    bonded = last_row(run(tmp_path / "full", "solver.tolerance=1e-2"))
    share = row["contact_area_fraction.collector|film"]
    assert share < 0.7
    extra = row["current_density"] * RESISTANCE * (1 / share - 1)
    assert row["voltage"] - bonded["voltage"] == pytest.approx(extra, rel=0.02, abs=2e-4)
    balances = json.loads((folder / "summary.json").read_text(encoding="utf-8"))["balances"]
    assert balances["charge_balance_error"] <= 1e-8


def test_a_film_that_is_apart_from_its_collector_does_not_react(tmp_path: Path) -> None:
    """Nothing flows at a voltage 100 mV below equilibrium, though ions reach the film as before."""
    apart = (
        'interfaces."collector|film".bond="debondable"',
        'interfaces."collector|film".strength="100 MPa"',
        'interfaces."collector|film".toughness="1 J/m2"',
        'protocol=[{ step = "hold_voltage", voltage = "0.14 V", until = { time = "10 s" } }]',
        "solver.tolerance=1e-2",
    )
    joined = last_row(run(tmp_path / "joined", *apart))
    row = last_row(run(tmp_path / "apart", *apart, 'interfaces."collector|film".initial_damage=1'))
    assert row["contact_area_fraction.collector|film"] < 1e-9
    assert joined["current_density"] < -1.0
    assert abs(row["current_density"]) < 1e-8
    assert row["state_of_charge"] == pytest.approx(0.3, abs=1e-9)
    assert row["smallest_plating_potential.film|electrolyte"] > joined["voltage"] + 0.05
