# SPDX-License-Identifier: LGPL-3.0-or-later
"""Every shipped case meshes and runs its first steps, all balances within their bounds."""

from __future__ import annotations

import json
from pathlib import Path

import lithiate_post
import numpy as np
import pytest
from running import read_history, run_case

FOLDER = Path(__file__).parents[2] / "cases"
CASES = sorted((*FOLDER.glob("*/case.toml"), FOLDER / "particle_al_si" / "free.toml"))


def test_there_is_a_case_of_every_family() -> None:
    names = {path.parent.name.split("_")[0] for path in CASES}
    assert {"film", "particle", "columnar", "stack"} <= names


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_first_steps(case: Path, tmp_path: Path) -> None:
    out = tmp_path / "result"
    finished = run_case(out, options=("--quick",), case=case)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert summary["status"] == "completed"
    # Steady verification problems take no step at all.
    if not case.parent.name.startswith("verify_"):
        assert summary["quantities"]["accepted_steps"]["value"] > 10
    assert all(item["agrees"] for item in summary["expectations"] if "balance" in item["quantity"])


@pytest.mark.slow
def test_walls_that_meet_end_the_run(tmp_path: Path) -> None:
    """No contact is computed across an empty space: a run must not go on as if there were any room left."""
    case = next(path for path in CASES if path.parent.name == "columnar_si")
    out = tmp_path / "result"
    sets = ("geometry.gap=0.04 um", "geometry.mesh_size=0.04 um", "protocol.0.until.state_of_charge=0.15")
    finished = run_case(out, *sets, options=("--quick",), case=case)
    assert finished.returncode == 3, finished.stdout + finished.stderr
    assert "walls of an empty space met" in finished.stderr
    names, rows = read_history(out)
    assert 0.05 < rows[-1, names.index("state_of_charge [-]")] < 0.15
    # The last good state is that of the last row, and inside the model.
    result = lithiate_post.open(out)
    assert result.frames[-1].time == pytest.approx(rows[-1, names.index("time [s]")], rel=1e-9)
    columns = result.region("columns").read(result.frames[-1].index)
    places = columns.points[:, 0] + columns.point_data["displacement"][:, 0]
    assert places.max() < 0.52e-6 * (1 + 1e-6)


def test_periodic_models_are_meshed_but_not_run(tmp_path: Path) -> None:
    case = next(path for path in CASES if path.parent.name == "stack_soft_interlayer")
    finished = run_case(tmp_path / "result", "geometry.periodic=true", "geometry.width=2 um", case=case)
    assert finished.returncode == 2, finished.stdout + finished.stderr
    assert "geometry.periodic: found true" in finished.stderr
    assert not (tmp_path / "result").exists()


FILLED = (
    "geometry.gaps=filled",
    "regions.gaps.material=void-filler",
    *(f'interfaces."{pair}".bond=bonded' for pair in ("foil|gaps", "columns|gaps", "gaps|electrolyte")),
    'interfaces."columns|electrolyte".bond=bonded',
)


@pytest.mark.slow
def test_walls_that_meet_through_a_filler_press_on_each_other(tmp_path: Path) -> None:
    """A run whose empty gaps close ends there; with filled ones it goes on, and opens them again."""
    case = next(path for path in CASES if path.parent.name == "columnar_si")
    sets = ("geometry.gap=0.2 um", "geometry.mesh_size=0.2 um", "protocol.0.until.state_of_charge=0.2")
    empty, filled = tmp_path / "empty", tmp_path / "filled"
    finished = run_case(empty, *sets, options=("--quick",), case=case)
    assert finished.returncode == 3, finished.stdout + finished.stderr
    finished = run_case(filled, *sets, *FILLED, options=("--quick",), case=case)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    names, rows = read_history(filled)
    pressure = -rows[:, names.index("smallest_hydrostatic_stress.gaps [Pa]")]
    touching = read_history(empty)[1][-1, names.index("time [s]")]
    before = rows[:, names.index("time [s]")] < touching / 2
    # Open, the filler resists with little of the 20 MPa of the stack; closed, with the stress of silicon.
    assert pressure[before].max() < 1e6
    assert pressure.max() > 20e6
    assert np.abs(rows[:, names.index("force_balance_error [-]")]).max() < 1e-6
    assert np.abs(rows[:, names.index("energy_balance_error [-]")]).max() < 0.02
    assert pressure[-1] < 1e-2 * pressure.max()
