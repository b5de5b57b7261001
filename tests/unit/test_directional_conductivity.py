# SPDX-License-Identifier: LGPL-3.0-or-later
"""Conductivities along axes: how they are read, written and refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from case_files import changed, write_case
from lithiate import load_case
from lithiate.case.report import report_lines
from lithiate.errors import InputError
from lithiate.materials import MaterialCard

ELECTROLYTE = 'material = "Li6PS5Cl-cold-pressed"'


def case_with(folder: Path, line: str, name: str = "case.toml") -> Path:
    return write_case(folder, changed(ELECTROLYTE, f"{ELECTROLYTE}\n{line}"), name)


def test_one_value_for_each_axis(tmp_path: Path) -> None:
    """In any unit; what is written is read as the same case."""
    line = 'ionic_conductivity = ["1 mS/cm", 0.02]\nelectronic_conductivity = [1e-3, "2 mS/cm"]'
    case = load_case(case_with(tmp_path, line))
    card = case.card("electrolyte")
    assert card.ionic_conductivity == pytest.approx((0.1, 0.02))
    assert [function.at(0.0) for function in card.electronic_conductivity] == pytest.approx([1e-3, 0.2])
    assert any("conducts ions: 100 mS/m / 20 mS/m" in text for text in report_lines(case))
    assert load_case(write_case(tmp_path, case.to_toml(), "again.toml")) == case


def test_temperature_changes_all_of_them_alike() -> None:
    values = {"name": "test", "youngs_modulus": 1e9, "poisson_ratio": 0.3}
    card = MaterialCard.model_validate(
        values | {"ionic_conductivity": [0.1, 0.02], "ionic_conductivity_activation_energy": 3e4}
    )
    warm = card.ionic_conductivities_at(330.0)
    assert warm[0] / warm[1] == pytest.approx(5.0)
    assert warm[0] > 0.2
    with pytest.raises(ValueError, match="differs along the axes"):
        card.ionic_conductivity_at(330.0)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("ionic_conductivity = [0.1, 0.1, 0.2]", "found 3 values; allowed: one, or 2 along r, z"),
        ("ionic_conductivity = [0.1]", "found 1 values; allowed: one, or one along each axis"),
        ("ionic_conductivity = [0.1, -1]", "found -1; allowed: a conductivity > 0 S/m"),
        ("electronic_conductivity = [0.1, 0.1, 0.2]", "found 3 values; allowed: one, or 2 along r, z"),
        ("electronic_conductivity = [0.1, { unlithiated = 1, lithiated = -1 }]", "lithiated"),
    ],
)
def test_wrong_lists_are_refused(tmp_path: Path, line: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        load_case(case_with(tmp_path, line))
    message = str(caught.value)
    assert f"regions.electrolyte.{line.split(maxsplit=1)[0]}" in message
    assert words in message


def test_verification_problems_are_isotropic() -> None:
    path = Path(__file__).parents[2] / "cases" / "verify_interface_flux" / "case.toml"
    with pytest.raises(InputError, match="found 2 values; allowed: one in verification problems"):
        load_case(path, ("regions.electrolyte.ionic_conductivity=[0.1, 0.2]",))
