# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the summary says of each cycle, against two cycles added up by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from lithiate import load_case
from lithiate.output.summary import cycles

CASE = Path(__file__).parents[2] / "cases" / "particle_si_lpscl" / "case.toml"
CONTACT = "contact_area_fraction.particle|electrolyte"
NAMES = (
    "cycle",
    "protocol_step",
    "current_density",
    "areal_capacity",
    "thickness",
    "stack_pressure",
    CONTACT,
)

# Lithiated by 0.10 + 0.02 (held), delithiated by 0.06; then by 0.05 and 0.04. A step counts its own capacity.
ROWS = (
    (1, 0, 0.0, 0.00, 2.00e-6, 5e6, 1.0),
    (1, 0, -1.0, 0.04, 2.10e-6, 9e6, 1.0),
    (1, 0, -1.0, 0.10, 2.30e-6, 20e6, 0.9),
    (1, 1, -0.5, 0.02, 2.35e-6, 21e6, 0.9),
    (1, 2, 0.0, 0.00, 2.34e-6, 20e6, 0.9),
    (1, 3, 1.0, 0.03, 2.20e-6, 11e6, 0.5),
    (1, 3, 1.0, 0.06, 2.15e-6, 8e6, 0.2),
    (2, 4, -1.0, 0.05, 2.25e-6, 15e6, 0.6),
    (2, 5, 1.0, 0.04, 2.17e-6, 9e6, 0.1),
)


def test_two_cycles_by_hand() -> None:
    found = cycles(load_case(CASE), [dict(zip(NAMES, row, strict=True)) for row in ROWS])
    expected = (
        {
            "cycle": 1,
            "lithiation_capacity": 0.12,
            "delithiation_capacity": 0.06,
            "coulombic_efficiency": 0.5,
            "thickness_swing": 0.35e-6,
            "pressure_swing": 16e6,
            "pressure_swing_per_capacity": 16e6 / 0.12,
            CONTACT: 0.2,
        },
        {
            "cycle": 2,
            "lithiation_capacity": 0.05,
            "delithiation_capacity": 0.04,
            "coulombic_efficiency": 0.8,
            "thickness_swing": 0.08e-6,
            "pressure_swing": 6e6,
            "pressure_swing_per_capacity": 6e6 / 0.05,
            CONTACT: 0.1,
        },
    )
    assert len(found) == len(expected)
    for entry, values in zip(found, expected, strict=True):
        assert entry == pytest.approx(values, rel=1e-9, abs=0.0)
