# SPDX-License-Identifier: LGPL-3.0-or-later
"""What protrudes from a film grows more than even swelling would let it, and more where contact is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from running import read_history, run_case

CASE = Path(__file__).parents[2] / "cases" / "film_protrusion" / "case.toml"
AS_MADE = 40e-9
EVEN_SWELLING = (1 + 2.8 * 0.2) / (1 + 2.8 * 0.05)
"""Ratio of the film's thickness at a state of charge of 0.2 to that at the start, 0.05."""


def _end(folder: Path, pressure: int) -> dict[str, float]:
    """The last row of a lithiation to 0.2, coarse."""
    finished = run_case(
        folder,
        f'stack_pressure.pressure="{pressure} MPa"',
        'geometry.mesh_size="0.12 um"',
        'protocol=[{step="lithiate", rate="C/10", until={state_of_charge=0.2}}]',
        "solver.tolerance=2e-3",
        "output={pictures=false}",
        case=CASE,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    names, rows = read_history(folder)
    return {name.split(".")[0]: value for name, value in zip(names, rows[-1], strict=True)}


@pytest.mark.slow
def test_a_protrusion_grows_and_pressure_holds_it_back(tmp_path: Path) -> None:
    low, high = (_end(tmp_path / f"{pressure}", pressure) for pressure in (5, 50))
    assert high["peak_to_valley_height"] > 1.5 * EVEN_SWELLING * AS_MADE
    assert low["peak_to_valley_height"] > 1.5 * high["peak_to_valley_height"]
    assert low["contact_area_fraction"] < 0.3 < 0.7 < high["contact_area_fraction"]
    assert low["interface_resistance"] > 3 * high["interface_resistance"]
    assert low["current_density_deviation"] > 5 * high["current_density_deviation"]
