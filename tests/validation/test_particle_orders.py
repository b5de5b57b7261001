# SPDX-License-Identifier: LGPL-3.0-or-later
"""Orders between particles that differ in one thing: electrolyte, or lithium they were made with.

The shipped studies on a coarser mesh; their READMEs have what the full mesh finds.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from running import read_history, run_case

CASES = Path(__file__).parents[2] / "cases"
COARSE = ('geometry.mesh_size="0.2 um"', "solver.tolerance=5e-3", "output.pictures=false")


def _last_cycle(folder: Path, case: Path, *sets: str) -> dict[str, float]:
    """What the summary says of the cycle, and the last state of charge."""
    finished = run_case(folder, *COARSE, *sets, case=case)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    cycle: dict[str, float] = summary["cycles"][-1]
    return cycle | {"state_of_charge": summary["quantities"]["state_of_charge"]["value"]}


@pytest.mark.slow
def test_an_electrolyte_that_springs_back_keeps_contact(tmp_path: Path) -> None:
    """Song et al., Adv. Funct. Mater. 2025, 35, 2504739; both lithiated to the same state of charge."""
    case, contact, ends = CASES / "particle_si_lbhi" / "case.toml", {}, {}
    for material in ("Li6PS5Cl", "LBHI"):
        out = tmp_path / material
        sets = (f"regions.electrolyte.material={material}", "protocol.0.until.state_of_charge=0.2")
        ends[material] = _last_cycle(out, case, *sets, "output.states_of_charge=[0.12]")["state_of_charge"]
        names, rows = read_history(out)
        column = {name.split(" ")[0]: rows[:, number] for number, name in enumerate(names)}
        there = (abs(column["state_of_charge"] - 0.12) < 1e-6) & (column["protocol_step"] == 2)
        contact[material] = column["contact_area_fraction.particle|electrolyte"][there][0]
        # Pure silicon opens in both in the end.
        assert column["open_area_fraction.particle|electrolyte"][-1] > 0.9
    assert contact["LBHI"] > 0.9
    assert contact["Li6PS5Cl"] < 0.5
    assert ends["LBHI"] < 0.05 < ends["Li6PS5Cl"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("mode", "swing"), [("constant", "thickness_swing"), ("fixed_gap", "pressure_swing")]
)
def test_prelithiation_halves_the_swing_but_not_that_per_capacity(
    mode: str, swing: str, tmp_path: Path
) -> None:
    case = CASES / "particle_prelithiated" / "case.toml"
    bare, prelithiated = (
        _last_cycle(
            tmp_path / f"{start}", case, f"initial.stoichiometry={start}", f'stack_pressure.mode="{mode}"'
        )
        for start in (0.05, 0.3)
    )
    assert prelithiated[swing] == pytest.approx(0.44 * bare[swing], rel=0.1)
    assert prelithiated[swing] / prelithiated["lithiation_capacity"] == pytest.approx(
        bare[swing] / bare["lithiation_capacity"], rel=0.08
    )
    assert prelithiated["coulombic_efficiency"] > bare["coulombic_efficiency"]
