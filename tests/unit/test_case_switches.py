# SPDX-License-Identifier: LGPL-3.0-or-later
"""What a cell is refused for once a part of its physics is switched off."""

from __future__ import annotations

from pathlib import Path

import pytest
from case_files import write_case
from lithiate.case import load_case
from lithiate.errors import InputError

REST = 'protocol=[{step="rest", until={time="1 h"}}]'
INTERFACE = 'interfaces."particle|electrolyte"'
FILM = (
    f"{INTERFACE}.film_growth="
    "{molar_volume=2e-5, ionic_conductivity=1e-6, initial_thickness=1e-9, parabolic_constant=1e-20}"
)


@pytest.mark.parametrize(
    ("settings", "findings"),
    [
        (
            ["physics.reaction=false"],
            ['protocol.0.step: found "lithiate"', 'protocol.2.step: found "delithiate"'],
        ),
        (
            ["physics.transport=false"],
            ["protocol.0.until: found nothing that surely ends", "protocol.2.until: found nothing"],
        ),
        (["physics.reaction=false", REST, "output.states_of_charge=[0.2]"], ["output.states_of_charge: "]),
        (["physics.mechanics=false", f"{INTERFACE}.bond=contact"], [f"{INTERFACE}.bond: found "]),
        (["physics.mechanics=false", f"{INTERFACE}.bonded_share=0"], [f"{INTERFACE}.bonded_share: found 0 "]),
        (
            ["physics.mechanics=false", f"{INTERFACE}.initial_damage=1"],
            [f"{INTERFACE}.initial_damage: found 1 "],
        ),
        (
            ["physics.mechanics=false", f"{INTERFACE}.initial_gap=2e-9"],
            [f"{INTERFACE}.initial_gap: found 2e-09 m"],
        ),
        (
            ["physics={mechanics=false, transport=false, reaction=false}", REST],
            ["physics.mechanics: found false, as are"],
        ),
    ],
)
def test_each_is_told_once(tmp_path: Path, settings: list[str], findings: list[str]) -> None:
    path = write_case(tmp_path)
    with pytest.raises(InputError) as caught:
        load_case(path, settings)
    lines = str(caught.value).splitlines()
    assert len(lines) == len(findings)
    for line, finding in zip(lines, findings, strict=True):
        assert line.startswith(f"{path}: {finding}") and "; allowed: " in line


@pytest.mark.parametrize(
    "settings",
    [
        ["physics.mechanics=false"],
        ["physics.conduction=false"],
        ["physics.reaction=false", REST],
        ["physics.transport=false", 'protocol=[{step="hold_voltage", voltage=0.2, until={time="1 h"}}]'],
        ["physics.transport=false", 'protocol=[{step="lithiate", rate="1C", until={capacity=0.1}}]'],
    ],
)
def test_what_is_off_is_a_warning(tmp_path: Path, settings: list[str]) -> None:
    case = load_case(write_case(tmp_path), settings)
    off = [warning for warning in case.warnings if warning.startswith("physics.")]
    assert [warning.partition(" = false: ")[0] for warning in off] == [settings[0].partition("=")[0]]


@pytest.mark.parametrize(
    ("settings", "warning"),
    [
        (
            [f"{INTERFACE}.shear_strength=2e7", "physics.mechanics=false"],
            "interface particle|electrolyte: no effect with physics.mechanics = false: shear_strength",
        ),
        (
            ["boundary.sides=free", "physics.mechanics=false"],
            'boundary.sides = "free" has no effect with physics.mechanics = false',
        ),
        (
            [FILM, REST, "physics.reaction=false"],
            "interface particle|electrolyte: film_growth has no effect with physics.reaction = false",
        ),
        (
            ["regions.particle.first_lithiation=false"],
            "regions.particle.first_lithiation = false has no effect: a-Si has no first_lithiation_potential",
        ),
    ],
)
def test_what_has_no_effect_is_a_warning(tmp_path: Path, settings: list[str], warning: str) -> None:
    path = write_case(tmp_path)
    assert warning in load_case(path, settings).warnings
    assert not any("no effect" in text for text in load_case(path, settings[:-1]).warnings)


def test_verification_problems_are_solved_as_they_are() -> None:
    path = Path(__file__).parents[2] / "cases" / "verify_hertz" / "case.toml"
    with pytest.raises(InputError, match="physics.conduction: found false with problem"):
        load_case(path, ["physics.conduction=false"])
