# SPDX-License-Identifier: LGPL-3.0-or-later
"""The film family: a stack in a few keys."""

from __future__ import annotations

import numpy as np
import pytest
from closeness import relative
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from lithiate_meshes import GeometrySection, build_mesh
from lithiate_meshes.families import FilmGeometry
from pydantic import TypeAdapter, ValidationError

ROUGH = {"shape": "rough", "roughness": "0.1 um", "correlation_length": "1 um", "seed": 5}
CRACKS = {"width": "0.2 um", "spacing": "4 um", "fill": "electrolyte", "mesh_size": "0.1 um"}


def film(**parameters: object) -> FilmGeometry:
    section: dict[str, object] = {
        "family": "film",
        "width": "4 um",
        "mesh_size": "0.25 um",
        "film_thickness": "2 um",
        "electrolyte_thickness": "5 um",
    }
    return FilmGeometry.model_validate(section | parameters)


def test_regions_and_interfaces_are_those_given() -> None:
    assert film().regions == ("film", "electrolyte")
    assert film().interfaces == ("film|electrolyte",)
    whole = film(collector_thickness="1 um", interlayer_thickness="0.2 um", cathode_thickness="3 um")
    assert whole.regions == ("collector", "film", "interlayer", "electrolyte", "cathode")
    assert whole.interfaces == (
        "collector|film", "film|interlayer", "interlayer|electrolyte", "electrolyte|cathode",
    )  # fmt: skip
    assert whole.surfaces == ("axis", "bottom", "side", "top")


@pytest.mark.parametrize("symmetry", ["plane_strain", "axisymmetric"])
def test_a_thin_interlayer_follows_the_film(symmetry: str) -> None:
    geometry = film(interlayer_thickness="40 nm", face=ROUGH, symmetry=symmetry)
    mesh = build_mesh(geometry)
    assert mesh.region_volumes() == relative(geometry.region_volumes(), rel=0.02)
    assert mesh.interface_areas() == relative(geometry.interface_areas(), rel=0.02)
    assert geometry.region_volumes()["interlayer"] == relative(40e-9 * geometry.platen_area)
    assert geometry.interface_mesh_size("film|interlayer") == relative(20e-9)
    sides = [
        mesh.points[np.unique(mesh.facets_of(name)), 1]
        for name in ("film|interlayer", "interlayer|electrolyte")
    ]
    assert np.ptp(sides[0]) == relative(np.ptp(sides[1]), rel=0.02)
    assert np.ptp(sides[0]) > 0.1e-6


def test_a_cracked_film_is_filled_by_the_electrolyte() -> None:
    geometry = film(cracks=CRACKS, collector_thickness="1 um")
    assert geometry.interfaces == ("collector|film", "collector|electrolyte", "film|electrolyte")
    assert geometry.interface_areas()["film|electrolyte"] == relative(3.8e-6 + 2.0 * 2e-6)
    mesh = build_mesh(geometry)
    assert mesh.region_volumes() == relative(geometry.region_volumes(), rel=1e-9)
    assert mesh.interface_areas() == relative(geometry.interface_areas(), rel=1e-9)


def test_case_section_is_told_by_its_family_and_written_again() -> None:
    geometry = film(face=ROUGH)
    adapter = TypeAdapter(GeometrySection)
    assert adapter.validate_python(geometry.model_dump(exclude_none=True)) == geometry


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"film_thickness": "0.2 um"}, "layer 'film': found a thickness of 2e-07 m"),
        ({"face": ROUGH, "cracks": CRACKS}, "next to the pattern"),
        ({"face": ROUGH | {"roughness": "1 um"}}, "upper_face: found a slope"),
        ({"mesh_size": "5 um"}, "mesh_size: found 5e-06 m; allowed: at most width = 4e-06 m"),
        ({"film_thicknes": "1 um"}, "not permitted"),
    ],
)
def test_impossible_requests_are_refused_with_the_limit(parameters: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        film(**parameters)
    assert message in str(caught.value)
    assert len(caught.value.errors()) == 1


@given(
    symmetry=st.sampled_from(["plane_strain", "axisymmetric", "3d"]),
    thickness=st.floats(0.5e-6, 3e-6),
    interlayer=st.none() | st.floats(50e-9, 1e-6),
    roughness=st.floats(10e-9, 200e-9),
    seed=st.integers(0, 1000),
)
@settings(max_examples=15, deadline=None, derandomize=True)
def test_any_valid_film_gives_a_good_mesh(
    symmetry: str, thickness: float, interlayer: float | None, roughness: float, seed: int
) -> None:
    parameters: dict[str, object] = {"film_thickness": thickness, "symmetry": symmetry}
    if interlayer is not None:
        parameters["interlayer_thickness"] = interlayer
    if symmetry == "3d":
        parameters |= {"width": "2 um", "growth": 0.4}
    try:
        geometry = film(face=ROUGH | {"roughness": roughness, "seed": seed}, **parameters)
    except ValidationError as error:
        assert "slope" in str(error) or "between its faces" in str(error)
        return
    assume(sum(geometry.estimated_cells().values()) < 15_000)
    mesh = build_mesh(geometry)
    assert tuple(mesh.interfaces) == geometry.interfaces
    assert mesh.region_volumes() == relative(geometry.region_volumes(), rel=0.02)
    assert mesh.interface_areas() == relative(geometry.interface_areas(), rel=0.02)
