# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the documents show can be typed as it stands."""

from __future__ import annotations

import re
import shlex
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest
from lithiate.case import load_case
from lithiate_meshes import Geometry, GeometrySection, cached_mesh
from pydantic import TypeAdapter

DOCUMENTS = Path(__file__).parents[2] / "docs"
CASES = Path(__file__).parents[2] / "cases"
BLOCKS = [
    tomllib.loads(block)["geometry"]
    for block in re.findall(
        r"```toml\n(.*?)```", (DOCUMENTS / "geometries.md").read_text(encoding="utf-8"), re.S
    )
    if "[geometry]" in block
]


@pytest.mark.parametrize(
    "table", [b for b in BLOCKS if b["family"] != "mesh_file"], ids=lambda b: b["family"]
)
def test_geometries_of_the_documents_can_be_meshed(table: dict[str, object]) -> None:
    pytest.importorskip("gmsh", exc_type=ImportError)
    geometry: Geometry = TypeAdapter(GeometrySection).validate_python(table)
    assert set(cached_mesh(geometry).regions) == set(geometry.regions)


def test_every_family_is_described() -> None:
    text = (DOCUMENTS / "geometries.md").read_text(encoding="utf-8")
    for family in ("particle", "film", "stack", "columnar", "verification", "mesh_file"):
        assert f"\n## {family}\n" in text
    for picture in re.findall(r"\]\((pictures/[^)]*)\)", text):
        assert (DOCUMENTS / picture).is_file(), picture


def test_the_interface_of_the_document_is_accepted(tmp_path: Path) -> None:
    text = (DOCUMENTS / "conventions.md").read_text(encoding="utf-8")
    (table,) = re.findall(r"```toml\n(.*?)```", text, re.S)
    film = (CASES / "film_protrusion" / "case.toml").read_text(encoding="utf-8")
    kept = [part for part in re.split(r"\n(?=\[)", film) if not part.startswith('[interfaces."film|electro')]
    path = tmp_path / "case.toml"
    path.write_text("\n".join([*kept, table]), encoding="utf-8")
    case = load_case(path, ["stack_pressure.fabrication_pressure=370 MPa"])
    interface = case.interfaces["film|electrolyte"]
    assert interface.model_fields_set == tomllib.loads(table)["interfaces"]["film|electrolyte"].keys()


VERIFICATION = DOCUMENTS / "verification"


def test_verification_pages_are_indexed_and_their_tests_exist() -> None:
    """Pages are made by tests (tests/verification_pages.py): one that was renamed leaves a stale table."""
    pages = {path.name for path in VERIFICATION.glob("*.md")} - {"README.md"}
    index = (VERIFICATION / "README.md").read_text(encoding="utf-8")
    assert pages and set(re.findall(r"\]\((\w+\.md)\)", index)) == pages
    tests = Path(__file__).parents[1] / "verification"
    for page in sorted(pages):
        text = (VERIFICATION / page).read_text(encoding="utf-8")
        for link in re.findall(r"\]\(([^)#]*)\)", text):
            assert (VERIFICATION / link).is_file(), (page, link)
        headings = re.findall(r"^## (\w+\.py)::(\w+)$", text, re.M)
        assert headings, page
        for file, name in headings:
            assert f"def {name}(" in (tests / file).read_text(encoding="utf-8"), (page, file, name)


@pytest.mark.parametrize("path", sorted(CASES.glob("verify_*/README.md")), ids=lambda path: path.parent.name)
def test_what_verification_cases_say_is_there(path: Path) -> None:
    """Every file linked exists, and every command shown names keys that the case takes."""
    text = path.read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)#]*)\)", text):
        assert (path.parent / link).is_file(), link
    commands = re.findall(r"^ {4}lithiate run (?:cases/\w+/)?case\.toml (.*)$", text, re.M)
    assert commands
    for command in commands:
        words = shlex.split(command)
        settings = [value for key, value in pairwise(words) if key == "--set"]
        assert load_case(path.parent / "case.toml", settings).title
