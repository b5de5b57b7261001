# SPDX-License-Identifier: LGPL-3.0-or-later
"""A rigid cone on a half space: its closed form, and what it leaves behind in two electrolytes."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from refusals import lines
from running import read_history, run_case

FOLDER = Path(__file__).parents[2] / "cases" / "indentation"
CASE, SPRINGY = FOLDER / "case.toml", FOLDER / "lbhi.toml"
Array = NDArray[np.float64]


def run(out: Path, *sets: str, case: Path = CASE) -> tuple[dict[str, Array], dict[str, float]]:
    """Columns of the history and quantities of the summary, by name without unit."""
    outcome = run_case(out, "output.pictures=false", *sets, case=case)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    names, values = read_history(out)
    quantities = json.loads((out / "summary.json").read_text(encoding="utf-8"))["quantities"]
    columns = {name.split(" [")[0]: values[:, index] for index, name in enumerate(names)}
    return columns, {name: item["value"] for name, item in quantities.items()}


@pytest.mark.slow
def test_a_blunt_elastic_cone(tmp_path: Path) -> None:
    """Sneddon 1965: F = 2 E* tan(theta) h^2 / pi, contact radius 2 h tan(theta) / pi, and all springs back.

    The rounded tip takes rho (1 / sin(theta) - 1) off the depth of a sharp cone.
    """
    angle, tip, force = math.radians(80.0), 20e-9, 500e-6
    found, summary = run(
        tmp_path / "out",
        f"geometry.half_angle={angle}",
        f"geometry.tip_radius={tip}",
        "geometry.contact_width='0.5 um'",
        "geometry.mesh_size='12.5 nm'",
        case=SPRINGY,
    )
    modulus, slope = 21.4e9 / (1 - 0.3**2), math.tan(angle)
    depth = math.sqrt(math.pi * force / (2 * modulus * slope))
    assert found["force"].max() == pytest.approx(force, rel=1e-9, abs=0)
    assert found["depth"].max() == pytest.approx(depth, rel=0.03, abs=0)
    last = np.argmax(found["force"])
    assert found["contact_radius"][last] == pytest.approx(2 * depth * slope / math.pi, rel=0.05, abs=0)
    assert summary["residual_depth"] == pytest.approx(0.0, abs=1e-3 * depth)
    assert summary["recovered_depth_share"] == pytest.approx(1.0, abs=1e-3)


@pytest.mark.slow
def test_what_yields_keeps_its_imprint(tmp_path: Path) -> None:
    """Less than a tenth recovers where it yields, all of it where it does not."""
    found, kept = run(tmp_path / "kept", "load.force='100 uN'")
    _, springy = run(tmp_path / "springy", "load.force='100 uN'", case=SPRINGY)
    assert kept["recovered_depth_share"] < 0.1
    assert springy["recovered_depth_share"] > 0.999
    assert 1.5 * 0.8e9 < kept["hardness"] < 3.0 * 0.8e9
    assert found["force"][-1] == 0.0
    assert found["energy_balance_error"].max() < 1e-2


@pytest.mark.slow
def test_a_contact_that_leaves_its_zone_is_reported(tmp_path: Path) -> None:
    """The zone holds what three yield stresses would touch; less than that bears the cone."""
    outcome = run_case(tmp_path, "output.pictures=false", "geometry.contact_width='0.26 um'", case=CASE)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    (warning,) = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))["warnings"]
    assert "beyond geometry.contact_width" in warning and warning in outcome.stdout


def test_it_starts_at_depth_zero(tmp_path: Path) -> None:
    """Not at minus zero, which a table and a log would show."""
    run_case(tmp_path, "output.pictures=false", "solver.maximum_steps=1", case=CASE)
    first = (tmp_path / "history.csv").read_text(encoding="utf-8").splitlines()[1].split(",")
    assert "-0" not in first


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("geometry.half_angle=42.28", "geometry.half_angle: found 42.28; allowed: an angle > 0 and"),
        ("geometry.half_angle='95 deg'", "geometry.half_angle"),
        ("geometry.mesh_size='1 um'", "geometry.mesh_size"),
        ("geometry.width='1 um'", "geometry.width"),
        ("load.opening='1 um'", "load.opening"),
        ("regions.body.material='a-Si'", "regions.body.material"),
    ],
)
def test_refused(change: str, message: str) -> None:
    assert any(message in line for line in lines(CASE, change))
