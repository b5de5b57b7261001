# SPDX-License-Identifier: LGPL-3.0-or-later
"""Ten of the hundred cycles of the shipped file: what must not grow with the cycles does not."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from running import CASE, read_history, run_case

TIMES = 10


@pytest.mark.slow
def test_cycles_cost_the_same_and_balance(tmp_path: Path) -> None:
    out = tmp_path / "result"
    sets = (f"protocol.0.times={TIMES}", "output.pictures=false")
    finished = run_case(out, *sets, case=CASE.with_name("cycles.toml"))
    assert finished.returncode == 0, finished.stdout + finished.stderr
    names, rows = read_history(out)
    column = {name.split(" ")[0]: rows[:, number] for number, name in enumerate(names)}
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert [entry["cycle"] for entry in summary["cycles"]] == list(range(1, TIMES + 1))
    assert column["lithium_balance_error"].max() < 1e-8
    steps = [int(np.sum(column["cycle"] == cycle)) for cycle in range(1, TIMES + 1)]
    assert max(steps[5:]) <= 1.15 * steps[4]
    # Capacities and swings of the summary from the history alone.
    passed = column["current_density"] * column["time_step"] / 36e3
    for entry in summary["cycles"]:
        own = column["cycle"] == entry["cycle"]
        taken, given = -passed[own & (passed < 0)].sum(), passed[own & (passed > 0)].sum()
        assert entry["lithiation_capacity"] == pytest.approx(taken, rel=1e-9, abs=0)
        assert entry["delithiation_capacity"] == pytest.approx(given, rel=1e-9, abs=0)
        assert entry["coulombic_efficiency"] == pytest.approx(given / taken, rel=1e-9, abs=0)
        assert entry["thickness_swing"] == pytest.approx(np.ptp(column["thickness"][own]), rel=1e-9, abs=0)
        assert entry["pressure_swing"] == 0.0
