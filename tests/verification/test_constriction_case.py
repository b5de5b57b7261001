# SPDX-License-Identifier: LGPL-3.0-or-later
"""The shipped constriction against closed forms of spots and stripes, and what splitting a spot does."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from lithiate import load_case
from lithiate.problem.states import State
from lithiate.runner import build_geometry
from lithiate.verification.course import create_drive
from mpi4py import MPI
from refusals import only_line
from running import run_case

CASE = Path(__file__).parents[2] / "cases" / "verify_constriction" / "case.toml"
CONDUCTIVITY, WIDTH, HEIGHT, RADIUS = 0.4, 100e-6, 125e-6, 1e-6
SQUARE_CENTIMETRE = 1e-4
DISC = ('geometry.symmetry="axisymmetric"', "geometry.coverage=1e-4")


def solve(*sets: str, conductivity: float = CONDUCTIVITY) -> dict[str, float]:
    """Quantities of the summary, without files."""
    case = load_case(CASE, (f"regions.electrolyte.ionic_conductivity={conductivity}", *sets))
    drive = create_drive(case, build_geometry(case, MPI.COMM_SELF))
    drive.start()
    nothing = State({}, {})
    assert case.verification is not None
    assert drive.quantities(nothing).keys() == case.verification.columns.keys()
    assert drive.balance_errors(nothing)["charge_balance_error"] < 1e-10
    values = drive.summary_values()
    assert values.keys() == case.verification.summary.keys()
    return dict(values)


@pytest.fixture(scope="module")
def disc() -> dict[str, float]:
    """One spot on a cylinder a hundred times as wide."""
    return solve(*DISC)


def test_a_spot_on_a_half_space_has_one_over_four_conductivity_radius(disc: dict[str, float]) -> None:
    """The cylinder's own resistance is 1.6 % of it, and its wall takes 1.4 % off the constriction."""
    area = np.pi * WIDTH**2
    half_space = 1 / (4 * CONDUCTIVITY * RADIUS)
    assert disc["spot_half_width"] == pytest.approx(RADIUS, rel=1e-6, abs=0)
    assert disc["effective_resistance"] * SQUARE_CENTIMETRE / area == pytest.approx(half_space, rel=0.005)
    # Of a disc on a cylinder (Negus and Yovanovich 1984, ASME 84-HT-84), which ends far away.
    ratio = RADIUS / WIDTH
    in_cylinder = half_space * (1 - 1.40925 * ratio + 0.29591 * ratio**3)
    found = disc["constriction_resistance"] * SQUARE_CENTIMETRE / area
    assert found == pytest.approx(in_cylinder, rel=0.004)


def test_the_parts_of_the_resistance_belong_together(disc: dict[str, float]) -> None:
    """Resistance, conductivity and the constriction say one thing, and go with the conductivity."""
    total = disc["effective_resistance"] * SQUARE_CENTIMETRE
    assert disc["effective_conductivity"] == pytest.approx(HEIGHT / total, rel=1e-12)
    even = HEIGHT / CONDUCTIVITY / SQUARE_CENTIMETRE
    found = disc["effective_resistance"] - disc["constriction_resistance"]
    assert found == pytest.approx(even, rel=1e-9)
    better = solve(*DISC, conductivity=3 * CONDUCTIVITY)
    assert 3 * better["effective_resistance"] == pytest.approx(disc["effective_resistance"], rel=1e-9)


@pytest.mark.parametrize(
    ("stripes", "coverage"),
    [(3, 0.1), *(pytest.param(*pair, marks=pytest.mark.slow) for pair in ((1, 0.1), (2, 0.5)))],
)
def test_stripes_have_the_resistance_of_the_conformal_map(stripes: int, coverage: float) -> None:
    """Per stripe of a channel as wide as its pitch, ln(1/sin(pi coverage/2))/(pi kappa) per depth."""
    found = solve(
        'geometry.symmetry="plane_strain"',
        'geometry.shape="stripe"',
        f"geometry.coverage={coverage}",
        f"geometry.spots={stripes}",
    )
    pitch = 2 * WIDTH / stripes
    expected = pitch * np.log(1 / np.sin(np.pi * coverage / 2)) / (np.pi * CONDUCTIVITY)
    assert found["constriction_resistance"] * SQUARE_CENTIMETRE == pytest.approx(expected, rel=0.01)


def test_resistance_falls_where_one_spot_is_split() -> None:
    """Four spots of the same total area, far apart, have half the constriction of one."""
    coarse = 'geometry.symmetry="3d"', "geometry.coverage=0.005", 'geometry.height="60 um"'
    one, four = (
        solve(*coarse, f"geometry.spots={count}", f'geometry.mesh_size="{size} um"')
        for count, size in ((1, 1.0), (4, 0.5))
    )
    assert four["effective_resistance"] < one["effective_resistance"]
    ratio = four["constriction_resistance"] / one["constriction_resistance"]
    # A spot in its own channel: the same share 1 - 1.409 sqrt(coverage) is left of 1/(4 kappa a) in both.
    assert ratio == pytest.approx(0.5, rel=0.01)


@pytest.mark.slow
def test_the_case_in_space_as_shipped() -> None:
    """Within 2 % of the half space; sixteen spots a quarter of the constriction of one."""
    one, four, sixteen = (solve(f"geometry.spots={count}") for count in (1, 4, 16))
    area = 4 * WIDTH**2
    half_space = area / (4 * CONDUCTIVITY * RADIUS) / SQUARE_CENTIMETRE
    assert one["effective_resistance"] == pytest.approx(half_space, rel=0.005)
    assert one["constriction_resistance"] == pytest.approx(half_space, rel=0.02)
    assert four["constriction_resistance"] == pytest.approx(half_space / 2, rel=0.02)
    assert sixteen["constriction_resistance"] == pytest.approx(half_space / 4, rel=0.03)


@pytest.mark.slow
def test_a_run_says_it_in_its_summary(tmp_path: Path) -> None:
    """Names and units that scripts rely on; the run ends with its only row."""
    done = run_case(tmp_path / "out", *DISC, 'geometry.mesh_size="0.2 um"', case=CASE)
    assert done.returncode == 0, done.stderr
    assert "not used" not in done.stdout + done.stderr
    found = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    units = {"effective_resistance": "ohm cm2", "effective_conductivity": "S/m"}
    assert {name: found["quantities"][name]["unit"] for name in units} == units
    assert found["quantities"]["potential_difference"]["value"] == 1.0
    assert found["balances"]["charge_balance_error"] < 1e-8


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ('regions.electrolyte.material="stainless-steel"', ["regions.electrolyte.material", "ionic_cond"]),
        ("geometry.coverage=1.2", ["geometry.coverage", "< 1"]),
        ('geometry.shape="stripe"', ["geometry.shape", '"round" or "square"']),
        ("geometry.spots=3", ["geometry.spots", "1, 4, 9"]),
        ('load.current_density="1 A/m2"', ["load.current_density", "no [load] at all"]),
        ('stack_pressure.pressure="1 MPa"', ["stack_pressure.pressure", "no platen"]),
    ],
)
def test_bad_input_is_refused(setting: str, words: list[str]) -> None:
    found = only_line(CASE, setting)
    assert all(word in found for word in words), found
