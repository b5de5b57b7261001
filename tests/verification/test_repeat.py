# SPDX-License-Identifier: LGPL-3.0-or-later
"""Cycles by a repeat: counted as steps and cycles, each ended by its own cut-offs."""

from __future__ import annotations

from pathlib import Path

import lithiate_post
import numpy as np
import pytest
from short_cell import run_short_cell

TIMES = 3
CYCLES = f"""
[[protocol]]
step = "rest"
until = {{ time = "1 s" }}
[[protocol]]
step = "repeat"
times = {TIMES}
[[protocol.steps]]
step = "lithiate"
rate = "2C"
until = {{ voltage = "0.18 V" }}
[[protocol.steps]]
step = "delithiate"
rate = "2C"
until = {{ voltage = "0.3 V" }}
"""


@pytest.mark.slow
def test_cycles(tmp_path: Path) -> None:
    run = run_short_cell(tmp_path, CYCLES)
    history = run.history
    assert sorted(set(history["protocol_step"])) == list(range(1 + 2 * TIMES))
    assert sorted(set(history["cycle"])) == list(range(1, TIMES + 1))
    for cycle in range(TIMES):
        for number, voltage in ((1 + 2 * cycle, 0.18), (2 + 2 * cycle, 0.3)):
            rows = run.during(number)
            assert rows["voltage"][-1] == pytest.approx(voltage, abs=1e-3)
            assert set(rows["cycle"]) == {cycle + 1}
    assert [item["cycle"] for item in run.summary["cycles"]] == list(range(1, TIMES + 1))
    # Later cycles are alike, in what they pass and in what they cost.
    capacities = [item["delithiation_capacity"] for item in run.summary["cycles"]]
    assert capacities[2] == pytest.approx(capacities[1], rel=1e-2)
    steps = [int(np.sum(history["cycle"] == cycle)) for cycle in range(1, TIMES + 1)]
    assert abs(steps[2] - steps[1]) <= 2
    names = lithiate_post.open(tmp_path / "result").step_names
    assert names == ["rest", *(["lithiate", "delithiate"] * TIMES)]
