# SPDX-License-Identifier: LGPL-3.0-or-later
"""At low stack pressure a layer that sticks keeps contact where pressure alone makes little."""

from __future__ import annotations

from pathlib import Path

import pytest
from running import read_history, run_case

FOLDER = Path(__file__).parents[2] / "cases" / "interlayer_ag"
STEPS = (
    '{step="lithiate", current_density="0.74 mA/cm2", until={state_of_charge=0.25}}',
    '{step="delithiate", current_density="0.74 mA/cm2", until={state_of_charge=0.1}}',
)


def _contact(folder: Path, file: str, interface: str) -> float:
    """Contact-area fraction at 3 MPa after a short cycle."""
    finished = run_case(
        folder,
        'stack_pressure.pressure="3 MPa"',
        f"protocol=[{', '.join(STEPS)}]",
        "output={pictures=false}",
        case=FOLDER / file,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    names, rows = read_history(folder)
    return float(rows[-1, names.index(f"contact_area_fraction.{interface} [-]")])


@pytest.mark.slow
def test_silver_keeps_contact_at_low_pressure(tmp_path: Path) -> None:
    bare = _contact(tmp_path / "bare", "bare.toml", "electrode|electrolyte")
    silver = _contact(tmp_path / "silver", "case.toml", "silver|electrolyte")
    assert bare < 0.2
    assert silver > 3 * bare
