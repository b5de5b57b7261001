# SPDX-License-Identifier: LGPL-3.0-or-later
"""A film that is cut into two layers of the same material is still one film.

Lithium passes between the layers, both feed one voltage, and each is counted: with a fast and a slow
exchange between them the run must be that of the film in one piece, and must not be.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from running import read_history, run_case

CASE = """
title = "layers"
[geometry]
family = "stack"
width = "0.4 um"
mesh_size = "0.1 um"
{layers}
[[geometry.layers]]
name = "electrolyte"
thickness = "0.6 um"
{regions}
[regions.electrolyte]
material = "Li6PS5Cl"
[initial]
stoichiometry = 0.1
[stack_pressure]
mode = "constant"
pressure = "5 MPa"
[[protocol]]
step = "lithiate"
rate = "C/20"
until = {{ state_of_charge = 0.2 }}
[output]
pictures = false
[solver]
tolerance = 2e-3
largest_step = "4 min"
"""
REACTION = 'bond = "bonded"\nexchange_current_density = "10 A/m2"\n'


def case_text(names: tuple[str, ...], resistance: str) -> str:
    """A film of 0.6 um in as many equal layers."""
    thickness = 0.6 / len(names)
    layers = "".join(
        f'[[geometry.layers]]\nname = "{name}"\nthickness = "{thickness} um"\n' for name in names
    )
    regions = "".join(f'[regions.{name}]\nmaterial = "a-Si"\n' for name in names)
    regions += f'[interfaces."{names[-1]}|electrolyte"]\n{REACTION}'
    if len(names) == 2:
        regions += (
            f'[interfaces."{names[0]}|{names[1]}"]\nbond = "bonded"\nexchange_resistance = "{resistance}"\n'
        )
    return CASE.format(layers=layers, regions=regions)


def history(
    folder: Path, names: tuple[str, ...], resistance: str = "", *sets: str
) -> dict[str, NDArray[np.float64]]:
    """Columns of a run."""
    folder.mkdir()
    (folder / "case.toml").write_text(case_text(names, resistance), encoding="utf-8")
    finished = run_case(folder / "result", *sets, case=folder / "case.toml")
    assert finished.returncode == 0, finished.stdout + finished.stderr
    columns, rows = read_history(folder / "result")
    return {name.split(" ")[0]: rows[:, number] for number, name in enumerate(columns)}


@pytest.mark.slow
def test_two_layers_of_one_material_are_one_film(tmp_path: Path) -> None:
    whole = history(tmp_path / "whole", ("film",))
    halves = history(tmp_path / "halves", ("lower", "upper"), "1e-3 ohm cm2")
    apart = history(tmp_path / "apart", ("lower", "upper"), "1e6 ohm cm2")
    assert whole["voltage"][-1] == pytest.approx(halves["voltage"][-1], abs=1e-4)
    assert whole["thickness"][-1] == pytest.approx(halves["thickness"][-1], rel=1e-4, abs=0.0)
    filling = (halves["mean_stoichiometry.lower"][-1] + halves["mean_stoichiometry.upper"][-1]) / 2
    assert filling == pytest.approx(0.2, abs=1e-6)
    # The lower layer gets its share, though all lithium enters the upper one; cut off, it gets none.
    assert halves["mean_stoichiometry.lower"][-1] > 0.17
    assert apart["mean_stoichiometry.lower"][-1] == pytest.approx(0.1, abs=2e-3)
    assert apart["voltage"][-1] < whole["voltage"][-1] - 0.01
