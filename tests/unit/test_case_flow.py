# SPDX-License-Identifier: LGPL-3.0-or-later
"""Flow laws in a case: what only the case as a whole shows, and what ``lithiate check`` says of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from case_files import write_case
from lithiate.case import load_case
from lithiate.case.quantities_known import known_quantities
from lithiate.case.report import report_lines
from lithiate.errors import InputError

ELECTROLYTE = "regions.electrolyte."
POROUS = (
    ELECTROLYTE + "densification_pressure=100 MPa",
    ELECTROLYTE + "porosity=0.2",
    ELECTROLYTE + "heckel_pressure=0.3 GPa",
)
SATURATING = (
    ELECTROLYTE + "flow=rate_independent",
    ELECTROLYTE + "saturation_stress={formula='60 - 20 * (T - 298.15) / 20', unit='MPa'}",
    ELECTROLYTE + "saturation_strain=0.2",
)


def refusal(path: Path, *settings: str) -> str:
    with pytest.raises(InputError) as caught:
        load_case(path, settings)
    return str(caught.value).removeprefix(f"{path}: ")


def test_hardening_holds_at_the_temperature_of_the_run(tmp_path: Path) -> None:
    path = write_case(tmp_path)
    assert load_case(path, SATURATING)
    text = refusal(path, *SATURATING, "physics.temperature=333.15")
    assert text.startswith(ELECTROLYTE + "saturation_stress: found 2.5e+07 Pa where the yield stress is ")
    assert "333.15 K" in text


def test_densification_needs_finite_strain_and_a_pressure_that_can_be_reached(tmp_path: Path) -> None:
    path = write_case(tmp_path)
    text = refusal(path, *POROUS, "physics.kinematics=small_strain")
    key = ELECTROLYTE + "densification_pressure: "
    assert text.startswith(key + 'found with physics.kinematics = "small_strain"')
    softer = ELECTROLYTE + "youngs_modulus={formula='0.411 - 0.4 * (T - 298.15) / 35', unit='GPa'}"
    assert load_case(path, (*POROUS, softer))
    text = refusal(path, *POROUS, softer, "physics.temperature=333.15")
    assert text.startswith(key + "found 1e+08 Pa; allowed: below 4.583e+06 Pa")


def test_laws_are_told(tmp_path: Path) -> None:
    case = load_case(write_case(tmp_path), (*POROUS, *SATURATING))
    report = "\n".join(report_lines(case))
    assert "porosity 0.2, densifies beyond 100 MPa, Heckel pressure 300 MPa" in report
    assert "on top of the rise to 60 MPa (formula) over a strain of 0.2" in report
    assert known_quantities(case)["mean_porosity.electrolyte"] == "-"
    assert "mean_porosity.particle" not in known_quantities(case)
