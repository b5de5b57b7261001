# SPDX-License-Identifier: LGPL-3.0-or-later
"""A film and its electrolyte of a few elements, run in about two seconds, as a case for tests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from running import read_history, run_case

CASE = """
title = "a film"
[geometry]
family = "stack"
width = "0.4 um"
mesh_size = "0.2 um"
[[geometry.layers]]
name = "film"
thickness = "0.4 um"
[[geometry.layers]]
name = "electrolyte"
thickness = "0.4 um"
[regions.film]
material = "a-Si"
diffusivity = "1e-14 m^2/s"
[regions.electrolyte]
material = "Li6PS5Cl"
yield_stress = "100 MPa"
[interfaces."film|electrolyte"]
bond = "bonded"
exchange_current_density = "10 A/m2"
[initial]
stoichiometry = 0.3
[output]
pictures = false
[solver]
tolerance = 1e-2
"""

LITHIATE = """
[[protocol]]
step = "lithiate"
rate = "C/2"
until = { state_of_charge = 0.33 }
"""


@dataclass(frozen=True)
class Run:
    """What a run left: columns of its history by name without unit, and its summary."""

    history: Mapping[str, NDArray[np.float64]]
    summary: Mapping[str, Any]

    def during(self, protocol_step: int) -> dict[str, NDArray[np.float64]]:
        """The rows of one protocol step."""
        own = self.history["protocol_step"] == protocol_step
        own[0] = False
        return {name: values[own] for name, values in self.history.items()}

    def quantity(self, name: str) -> float:
        """The last value of a quantity."""
        return float(self.summary["quantities"][name]["value"])


def run_short_cell(
    folder: Path, protocol: str = LITHIATE, stack: str = 'pressure = "5 MPa"', *sets: str
) -> Run:
    """Run the film through a protocol under a platen.

    Args:
        folder: an empty one.
        protocol: ``[[protocol]]`` tables.
        stack: lines of the table ``[stack_pressure]``.
        *sets: settings, as after ``--set``.
    """
    (folder / "case.toml").write_text(f"{CASE}[stack_pressure]\n{stack}\n{protocol}", encoding="utf-8")
    finished = run_case(folder / "result", *sets, case=folder / "case.toml")
    assert finished.returncode == 0, finished.stdout + finished.stderr
    columns, rows = read_history(folder / "result")
    summary = json.loads((folder / "result" / "summary.json").read_text(encoding="utf-8"))
    return Run({name.split(" ")[0]: rows[:, number] for number, name in enumerate(columns)}, summary)
