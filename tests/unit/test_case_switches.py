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


def test_verification_problems_are_solved_as_they_are() -> None:
    path = Path(__file__).parents[2] / "cases" / "verify_hertz" / "case.toml"
    with pytest.raises(InputError, match="physics.conduction: found false with problem"):
        load_case(path, ["physics.conduction=false"])
