# SPDX-License-Identifier: LGPL-3.0-or-later
"""The columnar family: exact sizes, complete names, packings, periodic faces, repeatability and refusals."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from closeness import relative
from hypothesis import given, settings
from hypothesis import strategies as st
from lithiate_meshes import GeometrySection, MeshData, build_mesh
from lithiate_meshes.assembly import matching_points
from lithiate_meshes.columns import Column
from lithiate_meshes.families.columnar import ColumnarGeometry
from lithiate_meshes.packing import random_places
from pydantic import TypeAdapter, ValidationError

DIAMETER, HEIGHT, FOIL = 1e-6, 1e-6, 0.3e-6
DOME = {"cap": "dome", "cap_height": 0.4e-6, "contact_depth": 0.2e-6}
COATED = {"coating_thickness": 0.12e-6}
RANDOM = {"packing": "random", "symmetry": "3d", "column_count": 3, "coverage": 0.35}


def columnar(**parameters: object) -> ColumnarGeometry:
    section: dict[str, object] = {
        "family": "columnar",
        "column_diameter": DIAMETER,
        "column_height": HEIGHT,
        "gap": 0.5e-6,
        "foil_thickness": FOIL,
        "electrolyte_thickness": 0.6e-6,
        "mesh_size": 0.12e-6,
    }
    return ColumnarGeometry.model_validate(
        {key: value for key, value in (section | parameters).items() if value is not None}
    )


def checked(geometry: ColumnarGeometry) -> MeshData:
    """The mesh, after every promise of the geometry about it has been tested."""
    mesh = build_mesh(geometry)  # refuses incomplete names and elements below 0.1
    assert tuple(mesh.regions) == geometry.regions
    assert tuple(mesh.interfaces) == geometry.interfaces
    assert tuple(mesh.surfaces) == geometry.surfaces
    assert mesh.region_volumes() == relative(geometry.region_volumes(), rel=0.02)
    assert mesh.interface_areas() == relative(geometry.interface_areas(), rel=0.02)
    assert mesh.surface_areas()["top"] == relative(geometry.platen_area, rel=1e-9)
    for region, cells in geometry.estimated_cells().items():
        found = int(np.count_nonzero(mesh.cell_tags == mesh.regions[region]))
        assert 0.5 < cells / found < 2.0, region
    return mesh


def same_bits(first: MeshData, second: MeshData) -> bool:
    arrays = ("points", "cells", "cell_tags", "facets", "facet_tags")
    return all(getattr(first, name).tobytes() == getattr(second, name).tobytes() for name in arrays)


def test_sizes_of_a_column_in_closed_form() -> None:
    radius = 2.0
    sphere = Column(radius, radius, 1.0, radius, is_round=True)
    for depth in (0.3, 1.0, 2.0):
        assert sphere.cap_area(depth) == relative(2.0 * math.pi * radius * depth)
        assert sphere.cap_volume(depth) == relative(math.pi * depth**2 * (radius - depth / 3.0))
        assert sphere.cap_radius(depth) == relative(math.sqrt(depth * (2.0 * radius - depth)))
    cone = Column(2.0, 1.0, 3.0, 0.0, is_round=True)
    assert cone.shaft_volume() == relative(7.0 * math.pi)
    assert cone.shaft_area() == relative(math.pi * 3.0 * math.sqrt(10.0))
    ridge = Column(radius, radius, 1.0, radius, is_round=False)
    assert ridge.cap_area(radius) == relative(math.pi / 2.0 * radius)
    assert ridge.cap_volume(radius) == relative(math.pi / 4.0 * radius**2)
    assert ridge.cap_volume(1.0) == relative(
        radius**2 / 2.0 * (math.pi / 3.0 - math.sin(math.pi / 3.0) / 2.0)
    )


@pytest.mark.parametrize(
    ("parameters", "coverage"),
    [
        ({"symmetry": "plane_strain"}, 1.0 / 1.5),
        ({"symmetry": "axisymmetric"}, 1.0 / 1.5**2),
        ({"symmetry": "3d"}, math.pi / 4.0 / 1.5**2),
        ({"symmetry": "3d", "count_x": 3, "count_y": 2}, math.pi / 4.0 / 1.5**2),
        ({"symmetry": "3d", "packing": "hexagonal"}, math.pi / (2.0 * math.sqrt(3.0)) / 1.5**2),
        ({"symmetry": "3d", "packing": "hexagonal", "periodic": True}, math.pi / math.sqrt(12.0) / 1.5**2),
        ({**RANDOM, "gap": 0.2e-6, "diameter_spread": 0.2}, 0.35),
    ],
)
def test_coverage_is_that_of_the_packing(parameters: dict[str, Any], coverage: float) -> None:
    geometry = columnar(**parameters)
    assert geometry.base_coverage() == relative(coverage, rel=1e-12)
    areas = geometry.interface_areas()
    assert areas["foil|columns"] == relative(coverage * geometry.platen_area, rel=1e-12)
    assert geometry.region_volumes()["columns"] > 0.0


def test_spacing_is_diameter_and_gap() -> None:
    assert columnar(gap=None, spacing=1.5e-6).region_volumes() == columnar().region_volumes()


@pytest.mark.parametrize(
    ("parameters", "interfaces"),
    [
        ({}, ("foil|columns", "columns|electrolyte")),
        ({"foil_thickness": None}, ("columns|electrolyte",)),
        (
            {"gaps": "filled"},
            ("foil|columns", "foil|gaps", "columns|gaps", "columns|electrolyte", "gaps|electrolyte"),
        ),
        (
            COATED,
            (
                "foil|columns", "foil|coating", "columns|coating", "columns|electrolyte",
                "coating|electrolyte",
            ),
        ),
        (
            {**COATED, "coated_caps": True},
            ("foil|columns", "foil|coating", "columns|coating", "coating|electrolyte"),
        ),
        ({**COATED, **DOME}, ("foil|columns", "foil|coating", "columns|coating", "columns|electrolyte")),
        (
            {**COATED, **DOME, "gaps": "filled"},
            (
                "foil|columns", "foil|coating", "foil|gaps", "columns|coating", "columns|gaps",
                "columns|electrolyte", "coating|gaps", "gaps|electrolyte",
            ),
        ),
        (
            {**COATED, **DOME, "contact_depth": 0.4e-6, "gaps": "filled"},
            (
                "foil|columns", "foil|coating", "foil|gaps", "columns|coating", "columns|electrolyte",
                "coating|gaps", "coating|electrolyte", "gaps|electrolyte",
            ),
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("symmetry", ["axisymmetric", "plane_strain"])
def test_interfaces_are_known_and_sizes_met_in_the_plane(
    symmetry: str, parameters: dict[str, Any], interfaces: tuple[str, ...]
) -> None:
    geometry = columnar(symmetry=symmetry, taper=0.9, **parameters)
    assert geometry.interfaces == interfaces
    assert ("gaps_wall" in geometry.surfaces) == ("gaps" not in geometry.regions)
    checked(geometry)


def test_electrolyte_stays_above_its_lower_face_and_holds_the_caps() -> None:
    geometry = columnar(**DOME)
    mesh = checked(geometry)
    level = FOIL + HEIGHT - 0.2e-6
    assert mesh.points[mesh.cells_of("electrolyte"), 1].min() == relative(level, rel=1e-9)
    assert mesh.points[mesh.cells_of("columns"), 1].max() == relative(FOIL + HEIGHT, rel=1e-9)
    contact = mesh.points[mesh.facets_of("columns|electrolyte")]
    assert contact[..., 1].min() == relative(level, rel=1e-9)
    assert contact[..., 0].max() == relative(0.5e-6 * math.sqrt(0.75), rel=1e-6)


def test_caps_are_not_cut_by_the_level_of_the_contact() -> None:
    mesh = checked(columnar(**DOME, mesh_size=0.1e-6))
    level = FOIL + HEIGHT - 0.2e-6
    heights = mesh.points[np.unique(mesh.cells_of("columns"))]
    inside = heights[heights[:, 0] < 0.35e-6, 1]
    assert np.count_nonzero(np.abs(inside - level) < 1e-12) <= 1  # at most the one on the axis


def test_elements_have_the_size_asked_for_on_interfaces_and_walls_and_grow_away_from_them() -> None:
    geometry = columnar(mesh_size=0.05e-6, electrolyte_thickness=3e-6)
    mesh = checked(geometry)
    for name in (*geometry.interfaces, "gaps_wall"):
        ends = mesh.points[mesh.facets_of(name)]
        lengths = np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1)
        assert np.median(lengths) == relative(0.05e-6, rel=0.15), name
    assert geometry.largest_size == 0.5e-6
    top = mesh.points[mesh.facets_of("top")]
    assert np.ptp(top[..., 0], axis=1).min() > 0.2e-6


@pytest.mark.parametrize(
    "parameters",
    [
        {"gap": 0.6e-6},
        {"packing": "hexagonal", "gaps": "filled", **DOME, "taper": 0.9, "gap": 0.6e-6, "mesh_size": 0.1e-6},
        {**COATED, **DOME, "coated_caps": True},
    ],
)
def test_one_cell_in_space(parameters: dict[str, Any]) -> None:
    geometry = columnar(symmetry="3d", **parameters)
    mesh = checked(geometry)
    assert len(mesh.cells) < 12_000


def test_opposite_faces_match_point_for_point() -> None:
    mesh = checked(columnar(symmetry="plane_strain", periodic=True, count_x=2, gaps="filled"))
    assert len(matching_points(mesh, "axis", "side")) > 10
    geometry = columnar(symmetry="3d", packing="hexagonal", periodic=True, column_height=0.6e-6)
    mesh = checked(geometry)
    for pair in (("symmetry_x", "side"), ("symmetry_y", "side_y")):
        assert len(matching_points(mesh, *pair)) > 50


@pytest.mark.parametrize("seed", range(5, 11))
def test_random_columns_keep_apart_also_across_the_sides_and_graze_none(seed: int) -> None:
    radii, gap, width = tuple(np.linspace(0.8, 1.2, 12)), 0.3, 9.0
    uncut = tuple((0.85 * radius, 1.15 * radius) for radius in radii)
    places = random_places(radii, gap, width, seed, uncut)
    assert places is not None
    centres = np.array(places)
    assert np.all((centres >= 0.0) & (centres <= width))
    for number, centre in enumerate(centres):
        for shift in np.ndindex(3, 3):
            others = centres + width * (np.array(shift) - 1.0)
            distance = np.linalg.norm(others - centre, axis=1) - radii - radii[number]
            distance[(np.arange(12) == number) & (shift == (1, 1))] = np.inf
            assert distance.min() >= gap
        offset = np.abs(centre - width * np.round(centre / width))
        low, high = uncut[number]
        for reach in (*offset, np.hypot(*offset)):
            assert not low < reach < high
    assert random_places(radii, gap, width, seed + 1, uncut) != places


def test_random_columns_do_not_depend_on_the_element_size_but_on_the_seed() -> None:
    coarse, fine, other = (
        columnar(**RANDOM, gap=0.2e-6, **change) for change in ({}, {"mesh_size": 0.05e-6}, {"seed": 1})
    )
    assert coarse._layout.columns == fine._layout.columns
    assert coarse._layout.columns != other._layout.columns


@pytest.mark.slow
@pytest.mark.parametrize(
    "parameters",
    [{}, {**DOME, "diameter_spread": 0.15, "mesh_size": 0.1e-6}, {**COATED, "coated_caps": True}],
)
def test_random_columns_in_a_periodic_box(parameters: dict[str, Any]) -> None:
    lengths = {"gap": 0.4e-6, "coverage": 0.3, "column_height": 0.8e-6}
    geometry = columnar(**{**RANDOM, **lengths, **parameters}, periodic=True)
    mesh = checked(geometry)
    assert same_bits(mesh, build_mesh(geometry))
    for pair in (("symmetry_x", "side"), ("symmetry_y", "side_y")):
        matching_points(mesh, *pair)


@pytest.mark.parametrize(
    ("parameters", "key", "message"),
    [
        ({"gap": None}, "spacing", "neither of gap and spacing"),
        ({"spacing": 1.5e-6}, "spacing", "both of gap and spacing"),
        ({"gap": None, "spacing": 0.9e-6}, "spacing", "overlap by 1e-07 m"),
        ({"taper": 1.6}, "gap", "more than 6e-07 m"),
        ({"coating_thickness": 0.25e-6}, "gap", "twice coating_thickness = 2.5e-07 m"),
        ({"coated_caps": True}, "coated_caps", "only with a coating_thickness"),
        ({"cap_height": 1e-7}, "cap_height", 'only with cap = "dome"'),
        ({"cap": "dome", "cap_height": 1e-7}, "contact_depth", 'with cap = "dome"'),
        ({**DOME, "cap_height": 1e-6}, "cap_height", "less than column_height = 1e-06 m"),
        ({**DOME, "contact_depth": 0.5e-6}, "contact_depth", "the height of the cap, 4e-07 m"),
        ({**DOME, "contact_depth": 0.02e-6, "gaps": "filled"}, "contact_depth", "at least 3.59107e-08 m"),
        ({**DOME, "electrolyte_thickness": 0.2e-6}, "electrolyte_thickness", "contact_depth = 2e-07 m"),
        ({"mesh_size": 0.31e-6}, "mesh_size", "at most 3e-07 m, foil_thickness"),
        ({"mesh_size": 0.2e-6, "symmetry": "3d"}, "mesh_size", "0.28 of the smallest radius"),
        ({"mesh_size": 0.15e-6, **COATED}, "mesh_size", "at most 1.2e-07 m, coating_thickness"),
        ({"gap": 0.1e-6}, "mesh_size", "at most 1e-07 m, the distance left between"),
        ({**DOME, "mesh_size": 0.25e-6}, "mesh_size", "contact_depth"),
        (
            {"gaps": "filled", "symmetry": "3d", "gap": 0.15e-6, "mesh_size": 0.13e-6},
            "mesh_size",
            "volume of the filled gaps",
        ),
        ({"packing": "square"}, "packing", 'only with symmetry = "3d"'),
        ({"count_x": 2}, "count_x", "allowed: 1"),
        ({"count_y": 2, "symmetry": "plane_strain"}, "count_y", "allowed: 1"),
        ({"periodic": True}, "periodic", "allowed: false"),
        ({"coverage": 0.5}, "coverage", 'only with packing = "random"'),
        ({"seed": 2}, "seed", 'only with packing = "random"'),
        ({**RANDOM, "column_count": None}, "column_count", "a number of columns"),
        ({**RANDOM, "width": 3e-6}, "coverage", "both of width and coverage"),
        ({**RANDOM, "gap": None}, "spacing", "gap, the smallest between columns"),
        ({**RANDOM, "coverage": 0.6}, "mesh_size", "coverage up to 0.333"),
        ({**RANDOM, "column_count": 1, "gap": 0.1e-6, "coverage": 0.6}, "mesh_size", "its own image"),
        ({"mesh_size_far": 1e-8}, "", "from mesh_size = 1.2e-07 m"),
        ({"mesh_size": 1e-13}, "", "at most 5e+07 elements"),
    ],
)
def test_impossible_parameters_are_refused_with_the_limit(
    parameters: dict[str, Any], key: str, message: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        columnar(**parameters)
    errors = caught.value.errors()
    assert [".".join(map(str, error["loc"])) for error in errors] == [key]
    assert message in errors[0]["msg"]


def test_the_smallest_contact_with_filled_gaps_can_be_meshed() -> None:
    checked(columnar(**{**DOME, "contact_depth": 0.037e-6}, gaps="filled", mesh_size=0.03e-6))


def test_section_of_a_case_file() -> None:
    section = columnar(symmetry="3d").model_dump(exclude_none=True)
    again = TypeAdapter(GeometrySection).validate_python(section)
    assert again == columnar(symmetry="3d")
    assert again.packing == "square"
    assert again.interface_mesh_size("columns|electrolyte") == 0.12e-6


@st.composite
def parameters_of(draw: st.DrawFn, symmetries: tuple[str, ...]) -> dict[str, Any]:
    """Valid parameters in units of a random diameter, the element size from what they allow."""
    diameter = 10.0 ** draw(st.floats(-8.0, -5.0))
    share = st.floats
    coating = draw(st.sampled_from([None, 0.12, 0.2]))
    dome = draw(st.booleans())
    cap = draw(share(0.3, 0.8))
    taper = draw(share(0.75, 1.15))
    parameters: dict[str, Any] = {
        "symmetry": draw(st.sampled_from(symmetries)),
        "taper": taper,
        "coated_caps": coating is not None and draw(st.booleans()),
        "cap": "dome" if dome else "flat",
        "gaps": draw(st.sampled_from(["empty", "filled"])),
    }
    if parameters["symmetry"] == "3d":
        parameters["packing"] = draw(st.sampled_from(["square", "hexagonal"]))
    lengths = {
        "column_diameter": 1.0,
        "coating_thickness": coating,
        "gap": draw(share(0.4, 0.8)) + max(0.0, taper - 1.0) + 2.0 * (coating or 0.0),
        "column_height": draw(share(0.6, 1.0)) + (cap if dome else 0.0),
        "cap_height": cap if dome else None,
        "contact_depth": draw(share(0.4, 0.7)) * cap if dome else None,
        "foil_thickness": draw(st.none() | share(0.2, 0.6)),
        "electrolyte_thickness": draw(share(0.3, 0.8)) + cap,
    }
    return parameters | {key: value * diameter for key, value in lengths.items() if value is not None}


def fitting(parameters: dict[str, Any]) -> ColumnarGeometry:
    """The geometry with nine tenths of the largest element size it allows."""
    plain = {"foil_thickness": None, "mesh_size": 1.0} | parameters
    with pytest.raises(ValidationError) as caught:
        columnar(**plain)
    limit = float(str(caught.value.errors()[0]["msg"]).split("at most ")[1].split(" m")[0])
    return columnar(**plain | {"mesh_size": 0.9 * limit})


@given(parameters_of(("plane_strain", "axisymmetric")))
@settings(max_examples=12, deadline=None, derandomize=True)
def test_any_columns_in_the_plane_are_meshed_as_asked(parameters: dict[str, Any]) -> None:
    geometry = fitting(parameters)
    assert same_bits(checked(geometry), build_mesh(geometry))


@given(parameters_of(("3d",)))
@settings(max_examples=3, deadline=None, derandomize=True)
def test_any_columns_in_space_are_meshed_as_asked(parameters: dict[str, Any]) -> None:
    geometry = fitting(parameters)
    assert same_bits(checked(geometry), build_mesh(geometry))


@pytest.mark.slow
@given(parameters_of(("3d",)))
@settings(max_examples=25, deadline=None, derandomize=True)
def test_many_columns_in_space_are_meshed_as_asked(parameters: dict[str, Any]) -> None:
    checked(fitting(parameters))
