"""How an interface separates, as a case says it: what is refused, and what reaches the laws."""

from __future__ import annotations

from pathlib import Path

import pytest
from case_files import CASE, write_case
from lithiate.case import Case, load_case
from lithiate.case.report import report_lines
from lithiate.errors import InputError

INTERFACE = "particle|electrolyte"


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
    from lithiate.problem.from_case import interface_laws, solver_units

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
