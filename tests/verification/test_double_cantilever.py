# SPDX-License-Identifier: LGPL-3.0-or-later
"""A crack between two arms against beam theory: stiffness, largest load, and the load as it grows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from lithiate.case.beam_theory import CantileverBeam
from numpy.typing import NDArray
from running import read_history, run_case

CASE = Path(__file__).parents[2] / "cases" / "verify_double_cantilever" / "case.toml"
Columns = dict[str, NDArray[np.float64]]


def run(out: Path, *sets: str) -> Columns:
    """The history of a run, by name without unit."""
    outcome = run_case(out, "output.pictures=false", *sets, case=CASE)
    assert outcome.returncode == 0, outcome.stderr
    names, values = read_history(out)
    assert {"load_per_width [N/m]", "opening [m]", "crack_length [m]"} <= set(names)
    return {name.split(" [")[0]: values[:, index] for index, name in enumerate(names)}


def beam_loads(beam: CantileverBeam, openings: NDArray[np.float64]) -> NDArray[np.float64]:
    """P on the curve of constant G_c at these openings: delta falls out of P_c and delta_c."""
    return beam.critical_load() * np.sqrt(beam.critical_opening() / openings)


def test_short_run_on_a_coarse_mesh(tmp_path: Path) -> None:
    """A weak interface needs no fine mesh; it softens the arms' root and the peak by a few per cent."""
    found = run(
        tmp_path / "out",
        "geometry.mesh_size='2 um'",
        "geometry.arm_height='8 um'",
        "geometry.crack_length='60 um'",
        "geometry.length='110 um'",
        'interfaces."upper|lower".toughness=0.8',
        'interfaces."upper|lower".strength="30 MPa"',
        "load.opening='3.3 um'",
    )
    beam = CantileverBeam(22.1e9, 8e-6, 60e-6, 0.8)
    load, opening = found["load_per_width"], found["opening"]
    assert load[1] / opening[1] == pytest.approx(beam.critical_load() / beam.critical_opening(), rel=0.05)
    assert load.max() == pytest.approx(beam.critical_load(), rel=0.05)
    late = found["crack_length"] > 63e-6
    assert late.any()
    assert load[late] == pytest.approx(beam_loads(beam, opening[late]), rel=0.03)
    assert found["energy_balance_error"].max() < 0.005


@pytest.mark.slow
def test_reference(tmp_path: Path) -> None:
    found = run(
        tmp_path / "out",
        "load.opening='1.8 um'",
        'interfaces."upper|lower".penalty_stiffness="200 GPa/um"',
    )
    beam = CantileverBeam(22.1e9, 10e-6, 50e-6, 1.0)
    load, opening, crack = (found[name] for name in ("load_per_width", "opening", "crack_length"))
    peak = load.argmax()
    assert load[peak] == pytest.approx(23.6, rel=0.01)
    assert opening[peak] == pytest.approx(1.62e-6, rel=0.015, abs=0)
    late = crack > 51e-6
    assert load[late] == pytest.approx(beam_loads(beam, opening[late]), rel=0.015)
