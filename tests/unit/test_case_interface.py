"""How an interface separates, as a case says it: what is refused, and what reaches the laws."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from case_files import CASE, write_case
from lithiate.case import Case, load_case
from lithiate.case.report import report_lines
from lithiate.errors import InputError

INTERFACE = "particle|electrolyte"
READHESION = 'readhesion_pressure = "1 MPa"\nreadhesion_time = "1 h"'
PERSSON = 'contact_area = { model = "persson", roughness_slope = 0.1 }'


def with_keys(folder: Path, *keys: str, bond: str = "debondable") -> Path:
    """The case with more keys of its interface."""
    text = CASE.replace('bond = "debondable"', f'bond = "{bond}"')
    return write_case(
        folder, text.replace('toughness = "0.1 J/m2"\n', 'toughness = "0.1 J/m2"\n' + "\n".join(keys) + "\n")
    )


@pytest.mark.parametrize(
    ("key", "bond", "name", "words"),
    [
        ('shear_strength = "20 MPa"', "bonded", "shear_strength", ['"bonded"', '"debondable"']),
        ('shear_toughness = "1 J/m2"', "contact", "shear_toughness", ['"contact"', '"debondable"']),
        ('cohesive_law = "exponential"', "contact", "cohesive_law", ['"contact"', '"debondable"']),
        ('cohesive_law = "exponental"', "debondable", "cohesive_law", ["did you mean exponential?"]),
        ("initial_damage = 0.5", "contact", "initial_damage", ['"contact"', '"debondable"']),
        ("initial_damage = 1.5", "debondable", "initial_damage", ["found 1.5", "<= 1"]),
        ('initial_damage = { formula = "c" }', "debondable", "initial_damage.formula", ["x, y, z, r"]),
        (
            'initial_damage = { unit = "" }',
            "debondable",
            "initial_damage",
            ["formula", "r, z in axisymmetric"],
        ),
        (
            'initial_damage = { formula = "x * 1e6" }',
            "debondable",
            "initial_damage.formula",
            ["found x in", "r, z"],
        ),
        (
            'initial_gap = { formula = "y - x" }',
            "debondable",
            "initial_gap.formula",
            ["found x, y in", "r, z"],
        ),
        ("initial_gap = { formula = 3 }", "debondable", "initial_gap.formula", ["found 3;", "a string"]),
        (
            'initial_gap = { formula = "r", unit = 3 }',
            "debondable",
            "initial_gap.unit",
            ["found 3;", "a string"],
        ),
        (
            'initial_gap = { formula = "r", unit = "kg" }',
            "debondable",
            "initial_gap.unit",
            ['found "kg"', "nm"],
        ),
        ('initial_gap = "x * 0.01"', "debondable", "initial_gap", ["start with a number", "formula = "]),
        ('initial_gap = "1 nmm"', "debondable", "initial_gap", ["formula = ", '; did you mean "nm"?']),
        ('initial_gap = "2 nm"', "bonded", "initial_gap", ['"bonded"', '"debondable"', '"contact"']),
        ('initial_gap = "-2 nm"', "debondable", "initial_gap", [">= 0 m"]),
        ('initial_gap = { formula = "x", unit = "Pa" }', "contact", "initial_gap.unit", ["no length"]),
        ('bonded_share = "pressed"', "debondable", "bonded_share", ['"none"', '"persson"']),
        (f'bonded_share = "pressed"\n{PERSSON}', "debondable", "bonded_share", ["fabrication_pressure"]),
        (f'bonded_share = "pressed"\n{PERSSON}', "contact", "bonded_share", ['"contact"', '"debondable"']),
        ('bonded_share = "presed"', "debondable", "bonded_share", ['"presed"', 'or "pressed"']),
        (
            'readhesion_pressure = "1 MPa"',
            "debondable",
            "readhesion_time",
            ["missing", "readhesion_pressure"],
        ),
        ('readhesion_time = "1 h"', "debondable", "readhesion_pressure", ["missing", "readhesion_time"]),
        (READHESION, "contact", "readhesion_pressure", ['"contact"', '"debondable"']),
        (f'{READHESION}\ncohesive_law = "exponential"', "debondable", "readhesion_time", ['"bilinear"']),
        ("shear_toughness = 0", "debondable", "shear_toughness", ["> 0 J/m"]),
    ],
)
def test_what_makes_no_sense_is_refused(
    tmp_path: Path, key: str, bond: str, name: str, words: list[str]
) -> None:
    path = with_keys(tmp_path, key, bond=bond)
    with pytest.raises(InputError) as caught:
        load_case(path)
    line = str(caught.value)
    assert line.startswith(f'{path}: interfaces."{INTERFACE}".{name}: '), line
    assert all(word in line for word in words), line


def laws_of(case: Case, name: str = INTERFACE):  # type: ignore[no-untyped-def]
    pytest.importorskip("dolfinx", exc_type=ImportError)
    from lithiate.problem.from_case import solver_units
    from lithiate.problem.laws_of_case import interface_laws

    return interface_laws(case, name, solver_units(case, 1e-6))


def test_modes_are_equal_unless_said(tmp_path: Path) -> None:
    from_case = laws_of(load_case(with_keys(tmp_path))).cohesion
    assert (from_case.shear_strength_ratio, from_case.shear_toughness_ratio) == (1.0, 1.0)
    assert type(from_case).__name__ == "CohesiveLaw"


def test_shear_and_law_arrive(tmp_path: Path) -> None:
    keys = 'shear_strength = "30 MPa"', "shear_toughness = 0.4", 'cohesive_law = "exponential"'
    case = load_case(with_keys(tmp_path, *keys))
    law = laws_of(case).cohesion
    assert law.shear_strength_ratio == pytest.approx(3.0)
    assert law.shear_toughness_ratio == pytest.approx(4.0)
    assert type(law).__name__ == "ExponentialLaw"
    assert "0.4 J/m2), exponential law" in "\n".join(report_lines(case))


def test_mesh_resolves_the_shorter_cohesive_length(tmp_path: Path) -> None:
    """A high strength in shear shortens the zone in which cohesion acts, and the default elements with it."""
    sizes = []
    for keys in ((), ('shear_strength = "20 MPa"',), ('shear_strength = "20 MPa"', "shear_toughness = 0.8")):
        path = with_keys(tmp_path, *keys)
        path.write_text(path.read_text().replace('mesh_size = "0.2 um"\n', ""))
        sizes.append(load_case(path).geometry.mesh_size)
    assert sizes == pytest.approx([sizes[0], sizes[0] / 4, sizes[0]])


def test_what_an_interface_starts_with_arrives(tmp_path: Path) -> None:
    """Numbers and formulas of the place in metres; what is written back reads the same."""
    keys = (
        "initial_damage = 0.25",
        'initial_gap = { formula = "1e-3 * (2 * r + z) + 1e-9 + 0 / (z - 1e-6)", unit = "um" }',
    )
    case = load_case(with_keys(tmp_path, *keys))
    again = load_case(write_case(tmp_path, case.to_toml(), "again.toml")).interfaces[INTERFACE]
    interface = case.interfaces[INTERFACE]
    assert (again.initial_damage, again.initial_gap) == (interface.initial_damage, interface.initial_gap)
    assert "as made: damage 0.25, gap [um] 1e-3" in "\n".join(report_lines(case))
    places = np.array([[1e-6, 2e-6], [0.5e-6, 1e-6], [0.0, 0.0]])
    assert interface.initial_damage.at(places, "axisymmetric") == pytest.approx([0.25, 0.25])
    gap = interface.initial_gap.at(places, "axisymmetric")
    assert gap[0] == pytest.approx(1e-6 * (1e-3 * 2.5e-6 + 1e-9), abs=0.0)
    assert np.isnan(gap[1])
    from_case = laws_of(case)
    assert from_case.initial_damage(places * 1e6) == pytest.approx([0.25, 0.25])
    assert from_case.initial_gap(places * 1e6)[0] == pytest.approx(1e-3 * 2.5e-6 + 1e-9, abs=0.0)
    assert laws_of(load_case(with_keys(tmp_path))).initial_gap is None


def test_distances_that_the_mesh_does_not_hold_are_warnings(tmp_path: Path) -> None:
    """Elements of 0.2 um: faces further apart, and thicker films."""
    film = "film_growth = {{ molar_volume = 2e-5, ionic_conductivity = 1e-6, initial_thickness = {}, "
    film += "parabolic_constant = 1e-20 }}"
    texts = []
    for gap, thickness in (("0.19 um", 1.9e-7), ("0.21 um", 2.1e-7)):
        case = load_case(with_keys(tmp_path, f'initial_gap = "{gap}"', film.format(thickness)))
        texts.append([text for text in case.warnings if "elements of 2e-07 m; " in text])
    assert texts[0] == []
    assert len(texts[1]) == 2 and "initial_gap of 2.1e-07 m" in texts[1][0]
    assert "film_growth.initial_thickness of 2.1e-07 m" in texts[1][1]


def test_readhesion_arrives(tmp_path: Path) -> None:
    case = load_case(with_keys(tmp_path, READHESION))
    assert any("sticks again where pressed by over 1 MPa, in 3600 s" in line for line in report_lines(case))
    law = laws_of(case).readhesion
    cohesion = laws_of(case).cohesion
    # The strength, 10 MPa, is ten times the pressure in any units; the unit of time is an hour.
    assert law.pressure == pytest.approx(cohesion.strength / 10)
    assert law.time == pytest.approx(1.0)
    assert laws_of(load_case(with_keys(tmp_path))).readhesion is None


def test_pressed_share_arrives(tmp_path: Path) -> None:
    """Zero until the fabrication press has bonded what it presses together; numbers stay numbers."""
    path = with_keys(tmp_path, 'bonded_share = "pressed"', PERSSON)
    case = load_case(path, ["stack_pressure.fabrication_pressure=400e6"])
    with pytest.raises(InputError, match="bonded_share.*physics.mechanics"):
        load_case(path, ["stack_pressure.fabrication_pressure=400e6", "physics.mechanics=false"])
    again = load_case(write_case(tmp_path, case.to_toml(), "again.toml"))
    laws = laws_of(again)
    assert laws.bonded_by_pressing and laws.bonded_share == 0.0
    assert not laws_of(load_case(with_keys(tmp_path))).bonded_by_pressing
