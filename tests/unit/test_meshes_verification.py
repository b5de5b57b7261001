# SPDX-License-Identifier: LGPL-3.0-or-later
"""The structured blocks that verification tests compute on."""

from __future__ import annotations

import math

import numpy as np
import pytest
from closeness import relative
from lithiate_meshes import GeometrySection, VerificationBlock, build_mesh, scaled_jacobian
from lithiate_meshes.families.verification_problems import VerificationSection
from pydantic import TypeAdapter, ValidationError

SYMMETRIES = ("plane_strain", "axisymmetric", "3d")
SECTION = TypeAdapter(VerificationSection)


def block(**parameters: object) -> VerificationBlock:
    given = {"family": "verification", "width": "1 um", "height": "0.5 um", "mesh_size": "0.125 um"}
    return VerificationBlock.model_validate(given | parameters)


@pytest.mark.parametrize(("symmetry", "cells", "points"), [("axisymmetric", 2, 4), ("3d", 6, 8)])
def test_mesh_size_of_the_width_gives_a_unit_cell(symmetry: str, cells: int, points: int) -> None:
    mesh = build_mesh(block(symmetry=symmetry, height="1 um", mesh_size="1 um"))
    assert (len(mesh.cells), len(mesh.points)) == (cells, points)
    assert set(np.unique(mesh.points)) == {0.0, 1e-6}


@pytest.mark.parametrize("symmetry", SYMMETRIES)
@pytest.mark.parametrize("irregular", [0.0, 0.2])
def test_two_blocks_conform_and_have_their_sizes(symmetry: str, irregular: float) -> None:
    geometry = block(symmetry=symmetry, shape="two_blocks", upper_height="0.55 um", irregular=irregular)
    mesh = build_mesh(geometry)  # checks every tag and the quality
    assert tuple(mesh.regions) == geometry.regions == ("electrode", "electrolyte")
    assert tuple(mesh.surfaces) == geometry.surfaces
    assert tuple(mesh.interfaces) == geometry.interfaces == ("electrode|electrolyte",)
    assert mesh.region_volumes() == relative(geometry.region_volumes())
    assert mesh.interface_areas() == relative(geometry.interface_areas())
    assert mesh.surface_areas()["top"] == relative(geometry.platen_area)
    assert mesh.points[np.unique(mesh.facets_of("electrode|electrolyte")), -1] == relative(0.5e-6)
    assert mesh.points[np.unique(mesh.cells_of("electrode")), -1].max() == relative(0.5e-6)
    assert mesh.points[np.unique(mesh.cells_of("electrolyte")), -1].min() == relative(0.5e-6)
    counted = {name: len(mesh.cells_of(name)) for name in mesh.regions}
    assert counted == geometry.estimated_cells()
    assert scaled_jacobian(mesh.points, mesh.cells).min() > 0.0


@pytest.mark.parametrize("symmetry", SYMMETRIES)
def test_surfaces_lie_where_their_names_say(symmetry: str) -> None:
    geometry = block(symmetry=symmetry, irregular=0.2)
    mesh = build_mesh(geometry)
    last = mesh.dimension - 1
    places = {
        "axis": (0, 0.0),
        "symmetry_x": (0, 0.0),
        "symmetry_y": (1, 0.0),
        "side": (0, 1e-6),
        "side_y": (1, 1e-6),
        "bottom": (last, 0.0),
        "top": (last, 0.5e-6),
    }
    for name in geometry.surfaces:
        coordinate, value = places[name]
        assert np.all(mesh.points[mesh.facets_of(name), coordinate] == value)


@pytest.mark.parametrize("symmetry", SYMMETRIES)
def test_irregular_moves_every_inner_point_repeatably_and_no_other(symmetry: str) -> None:
    even, uneven = (build_mesh(block(symmetry=symmetry, irregular=amount)) for amount in (0.0, 0.2))
    signed = (uneven.points - even.points) / 0.125e-6
    moves = np.abs(signed)
    on_surface = np.unique(even.facets)
    inner = np.setdiff1d(np.arange(len(even.points)), on_surface)
    assert len(inner) > 0
    assert not moves[on_surface].any()
    assert np.all(moves[inner].max(axis=1) > 0.0)
    assert moves[inner].max() <= 0.2 * (1.0 + 1e-9)
    assert signed[inner].min() < -0.15
    assert signed[inner].max() > 0.15
    again = build_mesh(block(symmetry=symmetry, irregular=0.2))
    assert again.points.tobytes() == uneven.points.tobytes()


def test_no_element_is_longer_than_asked_and_round_off_adds_none() -> None:
    coarse = build_mesh(block(width=2.1, height=2.1, mesh_size=0.7))  # 2.1/0.7 > 3 in floating point
    assert len(coarse.cells) == 2 * 3 * 3
    fitted = build_mesh(block(width=0.3, height=0.3, mesh_size=0.14))
    assert len(fitted.cells) == 2 * 3 * 3


@pytest.mark.parametrize(
    ("parameters", "key", "message"),
    [
        ({"shape": "two_blocks"}, "upper_height", "found nothing"),
        ({"upper_height": "1 um"}, "upper_height", "only with shape"),
        ({"irregular": 0.3}, "irregular", "found 0.3"),
        ({"mesh_size": 1e-12}, None, "at most 5e\\+07 elements"),
        ({"mesh_size": 1e-320}, None, "at most 5e\\+07 elements"),
        ({"depth": "1 um"}, "depth", "not permitted"),
        ({"symmetry": "spherical"}, "symmetry", "plane_strain"),
    ],
)
def test_refusals_name_the_key(parameters: dict[str, object], key: str | None, message: str) -> None:
    with pytest.raises(ValidationError, match=message) as caught:
        block(**parameters)
    assert caught.value.errors()[0]["loc"] == ((key,) if key else ())


def test_case_section_is_told_by_its_family() -> None:
    section = {"family": "verification", "width": 1.0, "height": 1.0, "mesh_size": 1.0}
    geometry = TypeAdapter(GeometrySection).validate_python(section)
    assert isinstance(geometry, VerificationBlock)
    assert geometry.region_volumes() == {"block": 1.0}
    assert math.isclose(build_mesh(geometry).region_volumes()["block"], 1.0)


def test_problem_and_shape_of_a_block_are_the_same() -> None:
    given = {"family": "verification", "width": 1.0, "height": 1.0, "upper_height": 1.0, "mesh_size": 1.0}
    blocks = [SECTION.validate_python(given | {key: "two_blocks"}) for key in ("problem", "shape")]
    assert blocks[0] == blocks[1]
    assert isinstance(blocks[0], VerificationBlock)
    with pytest.raises(ValidationError, match='allowed: problem = "two_blocks"') as caught:
        VerificationBlock.model_validate(given | {"problem": "two_blocks", "shape": "sphere"})
    assert caught.value.errors()[0]["loc"] == ("shape",)
