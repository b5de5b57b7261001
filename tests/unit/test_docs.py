# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the documents show can be typed as it stands."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from lithiate_meshes import Geometry, GeometrySection, cached_mesh
from pydantic import TypeAdapter

DOCUMENTS = Path(__file__).parents[2] / "docs"
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
