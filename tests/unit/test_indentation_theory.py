# SPDX-License-Identifier: LGPL-3.0-or-later
"""How far a cone touches at least, and what is said where its zone of small elements is too narrow."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from lithiate.case import load_case
from lithiate.case.indentation_theory import elastic_cone_radius, least_contact_radius, plastic_radius
from lithiate.errors import InputError
from lithiate.verification.contact_zone import contact_zone_warnings

FOLDER = Path(__file__).parents[2] / "cases" / "indentation"
CASE, SPRINGY = FOLDER / "case.toml", FOLDER / "lbhi.toml"


def test_an_elastic_cone_sinks_by_half_pi_of_what_it_touches_over_its_slope() -> None:
    """Sneddon 1965: F = 2 E* tan(theta) h^2 / pi at the contact radius a = 2 h tan(theta) / pi."""
    slope, modulus, depth = math.tan(1.2), 30e9, 50e-9
    force = 2 * modulus * slope * depth**2 / math.pi
    assert elastic_cone_radius(force, modulus, 1.2) == pytest.approx(
        2 * depth * slope / math.pi, rel=1e-9, abs=0
    )


def test_what_yields_bears_three_yield_stresses() -> None:
    radius = plastic_radius(500e-6, 0.8e9)
    assert 500e-6 / (math.pi * radius**2) == pytest.approx(2.4e9)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ((), math.sqrt(500e-6 / (math.pi * 2.4e9))),
        (("regions.body.saturation_stress='1 GPa'", "regions.body.saturation_strain=0.1"),
         math.sqrt(500e-6 / (math.pi * 3e9))),
        # hardens with no end: a ball of 100 nm, E* = 83.7 GPa / 0.91
        (("regions.body.hardening_modulus='1 GPa'",), (0.75 * 500e-6 * 1e-7 * 0.91 / 83.7e9) ** (1 / 3)),
        (("geometry.tip_radius='0.1 um'", "load.force='5 mN'"), math.sqrt(5e-3 / (math.pi * 2.4e9))),
    ],
)  # fmt: skip
def test_the_largest_of_three_counts(changes: tuple[str, ...], expected: float) -> None:
    case = load_case(CASE, ["geometry.contact_width='2 um'", *changes])
    assert case.load is not None and case.load.force is not None
    assert least_contact_radius(case, case.load.force) == pytest.approx(expected, rel=1e-6, abs=0)


@pytest.mark.parametrize("path", [CASE, SPRINGY])
@pytest.mark.parametrize("change", ["load.force='500 N'", "geometry.tip_radius='1 mm'"])
def test_a_contact_beyond_its_zone_is_refused(path: Path, change: str) -> None:
    with pytest.raises(InputError, match=r"geometry.contact_width: found 1e-06 m; allowed: at least"):
        load_case(path, [change])


def test_linear_kinematics_is_refused() -> None:
    with pytest.raises(InputError, match=r'physics.kinematics: found "small_strain"; allowed: "finite_'):
        load_case(CASE, ["physics.kinematics=small_strain"])


def test_a_run_says_where_contact_left_its_zone() -> None:
    """A contact radius is known to half an element: 25 nm here."""
    case = load_case(CASE)
    assert contact_zone_warnings(case, 1.02e-6) == []
    (text,) = contact_zone_warnings(case, 1.03e-6)
    assert "1.03e-06 m" in text and "contact_width = 1e-06 m" in text
