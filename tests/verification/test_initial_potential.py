# SPDX-License-Identifier: LGPL-3.0-or-later
"""Two materials with different curves that start at one voltage are in equilibrium: nothing moves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from lithiate.case import load_case
from running import read_history, run_case
from short_cell import CASE

LAYERS = CASE.replace(
    '[[geometry.layers]]\nname = "electrolyte"',
    '[[geometry.layers]]\nname = "silicon"\nthickness = "0.4 um"\n[[geometry.layers]]\nname = "electrolyte"',
)
LAYERS = LAYERS.replace('material = "a-Si"\ndiffusivity = "1e-14 m^2/s"', 'material = "graphite"')
LAYERS = LAYERS.replace("stoichiometry = 0.3", 'potential = "0.15 V"')
LAYERS = LAYERS.replace(
    '[interfaces."film|electrolyte"]',
    '[regions.silicon]\nmaterial = "a-Si"\n[interfaces."film|silicon"]\nbond = "bonded"\n'
    '[interfaces."silicon|electrolyte"]',
)
REST = """
[stack_pressure]
pressure = 0
[[protocol]]
step = "rest"
until = { time = "10 h" }
"""


@pytest.mark.slow
def test_materials_that_start_at_one_voltage_stay_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "case.toml").write_text(LAYERS + REST, encoding="utf-8")
    starts = load_case(tmp_path / "case.toml").starts
    assert abs(starts["film"] - starts["silicon"]) > 0.05
    finished = run_case(tmp_path / "result", case=tmp_path / "case.toml")
    assert finished.returncode == 0, finished.stderr
    names, rows = read_history(tmp_path / "result")
    assert rows[:, names.index("voltage [V]")] == pytest.approx(0.15, abs=1e-9)
    for region, start in starts.items():
        filling = rows[:, names.index(f"mean_stoichiometry.{region} [-]")]
        assert np.abs(filling - start).max() < 1e-9
