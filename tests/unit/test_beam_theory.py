# SPDX-License-Identifier: LGPL-3.0-or-later
"""The double cantilever's closed form, and which cases are refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from lithiate.case import load_case
from lithiate.case.beam_theory import CantileverBeam, last_opening
from refusals import lines

CASE = Path(__file__).parents[2] / "cases" / "verify_double_cantilever" / "case.toml"


def test_numbers_of_the_reference() -> None:
    beam = CantileverBeam(22.1e9, 10e-6, 50e-6, 1.0)
    assert beam.critical_load() == pytest.approx(23.92, rel=2e-4)
    assert beam.critical_opening() == pytest.approx(1.581e-6, rel=3e-4, abs=0)


def test_the_toughness_is_the_work_of_growth() -> None:
    """Between two points of the curve the work is G_c times growth plus what is stored, P delta / 2."""
    beam, growth, steps = CantileverBeam(70e9, 4e-6, 30e-6, 0.5), 6e-6, 2000
    points = [growth * step / steps for step in range(steps + 1)]
    loads, openings = [beam.critical_load(x) for x in points], [beam.critical_opening(x) for x in points]
    work = sum((loads[i] + loads[i + 1]) / 2 * (openings[i + 1] - openings[i]) for i in range(steps))
    stored = (loads[-1] * openings[-1] - loads[0] * openings[0]) / 2
    assert work - stored == pytest.approx(0.5 * growth, rel=1e-6, abs=0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ('interfaces."upper|lower".bond="bonded"', "bond"),
        ("geometry.length='80 um'", "geometry.length"),
        ("load.opening='9 um'", "load.opening"),
        ("regions.upper.flow='rate_independent'", "regions.upper.material"),
        ("load.force=1", "load"),
        ("stack_pressure.pressure='1 MPa'", "stack_pressure.pressure"),
    ],
)
def test_refused(change: str, message: str) -> None:
    assert any(message in line for line in lines(CASE, change))


def test_the_run_ends_where_the_crack_has_grown_by_two_arm_heights() -> None:
    beam = CantileverBeam(22.1e9, 10e-6, 50e-6, 1.0)
    assert last_opening(load_case(CASE)) == pytest.approx(beam.critical_opening(20e-6), rel=1e-9, abs=0)
    assert last_opening(load_case(CASE, ["load.opening='2 um'"])) == 2e-6


def test_a_stronger_interface_gets_a_finer_mesh() -> None:
    sizes = [
        load_case(CASE, [f'interfaces."upper|lower".strength="{value} MPa"']).geometry.mesh_size
        for value in (20, 100, 200)
    ]
    assert sizes == pytest.approx([1e-6, 2.21e-6 / 5, 2.21e-6 / 20], rel=1e-9, abs=0)
