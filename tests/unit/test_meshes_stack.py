# SPDX-License-Identifier: LGPL-3.0-or-later
"""The stack family: sizes and names as asked for, faces where they belong, repeatability and refusals."""

from __future__ import annotations

import hashlib
import math
from typing import Any

import numpy as np
import pytest
from closeness import relative
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from lithiate_meshes import GeometrySection, MeshData, build_mesh, scaled_jacobian
from lithiate_meshes.assembly import matching_points
from lithiate_meshes.families import StackGeometry
from lithiate_meshes.profiles import Plan, RoughFace, Sampling
from pydantic import TypeAdapter, ValidationError

Section = dict[str, Any]
UM = 1e-6
WAVE = {"shape": "wavy", "amplitude": "0.4 um", "wavelength": "4 um"}
ROUGH = {"shape": "rough", "roughness": "0.2 um", "correlation_length": "1 um", "seed": 3}
BUMP = {"shape": "protrusion", "height": "0.8 um", "radius": "2 um"}
GROOVES = {"width": "1 um", "spacing": "4 um", "depth": "1.5 um", "fill": "electrolyte"}
CRACKS = {"width": "0.2 um", "spacing": "4 um", "fill": "filler", "mesh_size": "0.1 um"}
ISLANDS = {"size": "2 um", "pitch": "4 um", "fill": "empty"}
ROUND = {"shape": "round", "size": "2.4 um", "pitch": "4 um", "fill": "gel"}


def layer(name: str, thickness: str, **content: object) -> Section:
    return {"name": name, "thickness": thickness, **content}


def section(*layers: Section, **parameters: object) -> Section:
    defaults = {"family": "stack", "width": "4 um", "mesh_size": "0.25 um", "layers": list(layers)}
    return defaults | parameters


def stack(*layers: Section, **parameters: object) -> StackGeometry:
    return StackGeometry.model_validate(section(*layers, **parameters))


def film_stack(content: Section, **parameters: object) -> StackGeometry:
    below, above = layer("collector", "2 um"), layer("electrolyte", "5 um")
    return stack(below, layer("film", "3 um", **content), above, **parameters)


def digest(mesh: MeshData) -> str:
    total = hashlib.sha256()
    for array in (mesh.points, mesh.cells, mesh.cell_tags, mesh.facets, mesh.facet_tags):
        total.update(np.ascontiguousarray(array).tobytes())
    return total.hexdigest()


def assert_as_asked(geometry: StackGeometry, mesh: MeshData) -> None:
    assert tuple(mesh.regions) == geometry.regions
    assert tuple(mesh.surfaces) == geometry.surfaces
    assert tuple(mesh.interfaces) == geometry.interfaces
    assert mesh.region_volumes() == relative(geometry.region_volumes(), rel=0.02)
    assert mesh.interface_areas() == relative(geometry.interface_areas(), rel=0.02)
    assert mesh.surface_areas()["top"] == relative(geometry.platen_area, rel=1e-9)
    assert mesh.points[:, -1].min() == 0.0
    estimate = geometry.estimated_cells()
    for region, tag in mesh.regions.items():
        cells = np.count_nonzero(mesh.cell_tags == tag)
        # A few elements that just fit a narrow region are beyond any estimate.
        assert cells < 50 or 0.5 < estimate[region] / cells < 2.0, region


CONTENTS = {
    "flat": {},
    "wavy": {"upper_face": WAVE},
    "rough": {"upper_face": ROUGH},
    "bump": {"upper_face": BUMP},
    "grooves": {"grooves": GROOVES},
    "cracks": {"cracks": CRACKS},
    "islands": {"islands": ISLANDS},
}
VARIANTS = (
    *((symmetry, name) for symmetry in ("plane_strain", "axisymmetric") for name in CONTENTS),
    ("3d", "rough"),
    ("3d", "bump"),
    ("3d", "grooves"),
)


@pytest.mark.parametrize(("symmetry", "name"), VARIANTS)
def test_mesh_is_what_was_asked_for(symmetry: str, name: str) -> None:
    coarse = {"mesh_size": "0.5 um" if name != "rough" else "0.25 um", "depth": "2 um"}
    geometry = film_stack(CONTENTS[name], symmetry=symmetry, **(coarse if symmetry == "3d" else {}))
    mesh = build_mesh(geometry)
    assert_as_asked(geometry, mesh)
    if symmetry == "3d":
        # The elements that the moved faces shear are made better again.
        assert scaled_jacobian(mesh.points, mesh.cells).min() > 0.15


def test_sizes_of_patterns_in_closed_form() -> None:
    grooved = film_stack({"grooves": GROOVES}, width="8 um")
    volumes, areas = grooved.region_volumes(), grooved.interface_areas()
    assert volumes["film"] == relative((8.0 * 3.0 - 2.0 * 1.5) * UM**2)
    assert volumes["electrolyte"] == relative((8.0 * 5.0 + 2.0 * 1.5) * UM**2)
    assert areas["film|electrolyte"] == relative((8.0 + 4.0 * 1.5) * UM)
    cracked = film_stack({"cracks": CRACKS})
    assert cracked.interface_areas() == relative(
        {
            "collector|film": 3.8 * UM,
            "collector|filler": 0.2 * UM,
            "film|filler": 6.0 * UM,
            "film|electrolyte": 3.8 * UM,
            "filler|electrolyte": 0.2 * UM,
        }
    )
    islands = film_stack({"islands": ISLANDS | {"on_axis": True}}, symmetry="axisymmetric")
    area = math.pi * (1.0 + 16.0 - 9.0) * UM**2
    assert islands.interface_areas() == relative({"collector|film": area, "film|electrolyte": area})
    assert islands.surfaces[-1] == "film_gaps_wall"
    columns = film_stack({"islands": ROUND}, symmetry="3d", mesh_size="0.24 um")
    assert columns.region_volumes()["film"] == relative(math.pi * 1.2**2 * 3.0 * UM**3)
    assert columns.interface_areas()["film|gel"] == relative(2.0 * math.pi * 1.2 * 3.0 * UM**2)
    squares = film_stack(
        {"islands": {"shape": "square", "size": "3 um", "pitch": "4 um", "fill": "gel"}},
        symmetry="3d", width="6 um", depth="8 um",
    )  # fmt: skip
    # Of the three half pitches along x, one island is whole and one is half.
    assert squares.region_volumes()["film"] == relative(4.5 * 6.0 * 3.0 * UM**3)
    assert squares.interface_areas()["film|gel"] == relative((3.0 * 6.0 + 4.0 * 4.5) * 3.0 * UM**2)


def test_columns_match_from_side_to_side_of_a_periodic_model() -> None:
    geometry = film_stack(
        {"islands": ROUND | {"on_axis": True, "fill": "empty"}},
        symmetry="3d", periodic=True, mesh_size="0.24 um", growth=0.4,
    )  # fmt: skip
    mesh = build_mesh(geometry)
    assert_as_asked(geometry, mesh)
    assert len(matching_points(mesh, "symmetry_x", "side"))
    assert len(matching_points(mesh, "symmetry_y", "side_y"))


def test_an_interlayer_of_40_nm_in_a_cell_of_30_um() -> None:
    layers = (
        layer("anode", "10 um"),
        layer("silver", "40 nm", mesh_size="20 nm"),
        layer("electrolyte", "20 um"),
    )
    geometry = stack(*layers, width="2 um")
    mesh = build_mesh(geometry)
    assert_as_asked(geometry, mesh)
    edges = mesh.describe()["regions"]
    assert edges["silver"]["largest_edge"] < 40e-9
    assert edges["electrolyte"]["largest_edge"] > 1e-6
    assert geometry.interface_mesh_size("anode|silver") == relative(20e-9)


@pytest.mark.slow
def test_an_interlayer_of_40_nm_in_a_narrow_cell_in_3d() -> None:
    layers = (
        layer("anode", "10 um"),
        layer("silver", "40 nm", mesh_size="20 nm"),
        layer("electrolyte", "20 um"),
    )
    geometry = stack(*layers, width="0.4 um", symmetry="3d")
    mesh = build_mesh(geometry)
    assert_as_asked(geometry, mesh)


@pytest.mark.parametrize("symmetry", ["plane_strain", "3d"])
def test_faces_lie_where_their_shape_says_and_a_conformal_layer_keeps_its_thickness(symmetry: str) -> None:
    silver = layer("silver", "0.2 um", mesh_size="0.1 um", conformal=True)
    geometry = stack(
        layer("film", "3 um", upper_face=WAVE | {"phase": "180 deg"}), silver, layer("electrolyte", "5 um"),
        symmetry=symmetry, mesh_size="0.3 um", growth=0.4,
        **({"depth": "0.5 um"} if symmetry == "3d" else {}),
    )  # fmt: skip
    mesh = build_mesh(geometry)
    for interface, level in (("film|silver", 3.0), ("silver|electrolyte", 3.2)):
        points = mesh.points[np.unique(mesh.facets_of(interface))]
        expected = level * UM - 0.4 * UM * np.cos(2.0 * math.pi * points[:, 0] / (4.0 * UM))
        assert np.abs(points[:, -1] - expected).max() < 1e-18
    assert geometry.region_volumes()["silver"] == relative(0.2 * UM * geometry.platen_area)


@pytest.mark.parametrize("symmetry", ["plane_strain", "3d"])
def test_a_rough_face_has_its_roughness_and_its_correlation(symmetry: str) -> None:
    face = RoughFace.model_validate(ROUGH)
    # Averages over seeds: the correlation of one small face is far from the expected one.
    plan = Plan(symmetry, 20e-6, 20e-6 if symmetry == "3d" else 1.0, periodic=True)
    sampling = Sampling(plan, (200,) * len(plan.extents))
    at_length = []
    for seed in range(30 if symmetry == "plane_strain" else 4):
        heights = sampling.heights(face.model_copy(update={"seed": seed}))
        inner = heights[(slice(0, -1),) * heights.ndim]
        assert math.sqrt((inner**2).mean()) == relative(0.2e-6, rel=1e-9)
        assert inner.mean() == pytest.approx(0.0, abs=1e-12)
        at_length.append((inner * np.roll(inner, 10, axis=0)).mean() / (inner**2).mean())
        assert heights[0] == pytest.approx(heights[-1], abs=1e-15)
    assert np.mean(at_length) == pytest.approx(math.exp(-1.0), abs=0.06)


def test_a_rough_face_meets_mirrors_at_a_right_angle() -> None:
    face, plan = RoughFace.model_validate(ROUGH), Plan("plane_strain", 5e-6)
    for side in (0.0, 5e-6):
        near, beyond = face.heights(plan, np.array([[side - 1e-8], [side + 1e-8]]))
        assert near == pytest.approx(beyond, abs=1e-18)


def test_periodic_sides_match_point_for_point() -> None:
    geometry = film_stack({"upper_face": WAVE | {"phase": 0.7}}, periodic=True)
    mesh = build_mesh(geometry)
    assert_as_asked(geometry, mesh)
    pairs = matching_points(mesh, "axis", "side")
    assert mesh.points[pairs[:, 0], 1] == pytest.approx(mesh.points[pairs[:, 1], 1], abs=1e-15)
    rough = film_stack({"upper_face": ROUGH}, periodic=True, symmetry="3d")
    assert len(matching_points(build_mesh(rough), "symmetry_y", "side_y")) > 10


def test_particles_lie_in_their_layer() -> None:
    particles = [
        {"name": "silicon", "centre": ["1.5 um", "1.5 um"], "radius": "0.8 um"},
        {"name": "silicon", "centre": ["4 um", "1.5 um"], "semi_axes": ["1 um", "0.8 um"]},
        {"name": "carbon", "centre": [0, "1 um"], "radius": "0.5 um"},
    ]
    geometry = film_stack({"particles": particles}, mesh_size="0.1 um")
    assert geometry.regions == ("collector", "silicon", "carbon", "film", "electrolyte")
    expected = math.pi * (0.64 + 0.4) * UM**2
    assert geometry.region_volumes()["silicon"] == relative(expected)
    assert_as_asked(geometry, build_mesh(geometry))


def test_areas_of_ellipsoids() -> None:
    sphere = {"name": "silicon", "centre": [0, 0, "1.5 um"], "radius": "1 um"}
    shared: Section = {"symmetry": "3d", "mesh_size": "0.19 um", "mesh_size_far": "1 um"}
    geometry = film_stack({"particles": [sphere]}, **shared)
    assert geometry.interface_areas()["silicon|film"] == relative(math.pi * UM**2)
    assert geometry.region_volumes()["silicon"] == relative(math.pi / 3.0 * UM**3)
    spheroid = {"name": "silicon", "centre": [0, "1.5 um"], "semi_axes": ["1 um", "1.2 um"]}
    around = film_stack({"particles": [spheroid]}, symmetry="axisymmetric", mesh_size="0.19 um")
    eccentricity = math.sqrt(1.0 - 1.0 / 1.44)
    area = 2.0 * math.pi * (1.0 + 1.2 / eccentricity * math.asin(eccentricity)) * UM**2
    assert around.interface_areas()["silicon|film"] == relative(area)
    assert_as_asked(around, build_mesh(around))


def test_elements_that_a_moved_face_spoils_are_made_better_again() -> None:
    bump = {"shape": "protrusion", "height": "0.375 um", "radius": "1 um"}
    geometry = stack(
        layer("film", "0.5 um", upper_face=bump), layer("middle", "1 um"), layer("above", "1.5 um"),
        symmetry="3d", growth=0.3,
    )  # fmt: skip
    mesh = build_mesh(geometry)
    assert scaled_jacobian(mesh.points, mesh.cells).min() > 0.15


def test_two_meshes_of_one_seed_are_equal_and_of_another_are_not() -> None:
    first, second = (
        film_stack({"upper_face": ROUGH | {"seed": seed}}, symmetry="3d", width="3 um") for seed in (3, 4)
    )
    assert digest(first.build()) == digest(first.build())
    assert digest(first.build()) != digest(second.build())


def test_section_of_a_case_is_read_and_written() -> None:
    adapter = TypeAdapter(GeometrySection)
    content = film_stack(
        {"islands": ROUND | {"on_axis": True}}, symmetry="axisymmetric", width="2 um", mesh_size="0.24 um"
    )
    again = adapter.validate_python(content.model_dump(exclude_none=True))
    assert again == content
    assert "layers" in adapter.json_schema()["$defs"]["StackGeometry"]["properties"]


ELECTROLYTE = layer("electrolyte", "5 um")


@pytest.mark.parametrize(
    ("content", "parameters", "message"),
    [
        ({"thickness": "0.2 um"}, {}, "found a thickness of 2e-07 m, thinner than its elements"),
        ({"mesh_size": "4 um"}, {}, "at least 4e-06 m, its mesh_size"),
        ({"name": "electrolyte"}, {}, "two layers 'electrolyte'"),
        ({"name": "a|b"}, {}, "should match pattern"),
        ({"name": "empty"}, {}, "a space without a mesh"),
        ({"conformal": True}, {}, "in the lowest layer"),
        ({"conformal": True, "upper_face": WAVE}, {}, "one of them"),
        ({"upper_face": WAVE | {"wavelength": "3 um"}}, {}, "for example 2.66667e-06 m"),
        ({"upper_face": WAVE | {"wavelength": "8 um"}}, {"periodic": True}, "for example 4e-06 m"),
        ({"upper_face": WAVE | {"phase": "90 deg"}}, {}, "allowed: 0 or pi"),
        ({"upper_face": WAVE | {"wavelength_y": "2 um"}}, {}, 'only with symmetry = "3d"'),
        ({"upper_face": WAVE | {"amplitude": "0.7 um"}}, {}, "found a slope of 1.1 at x = "),
        ({"upper_face": WAVE}, {"mesh_size": "0.6 um"}, "at most 5e-07 m, which resolves it"),
        ({"upper_face": ROUGH | {"correlation_length": "3 um"}}, {}, "to 2e-06 m, with width = 4e-06 m"),
        ({"upper_face": BUMP | {"position": "1 um"}}, {}, "from the radius 2e-06 m to 2e-06 m"),
        ({"upper_face": BUMP | {"radius": "5 um"}}, {}, "at most 4e-06 m"),
        ({"upper_face": BUMP | {"position_y": "1 um"}}, {}, 'only with symmetry = "3d"'),
        (
            {"thickness": "0.5 um", "upper_face": WAVE, "mesh_size": "0.25 um"},
            {},
            "found a thickness between its faces of 1e-07 m at x = 2e-06 m; allowed: at least 1.25e-07 m",
        ),
        ({"grooves": GROOVES, "cracks": CRACKS}, {}, "found grooves and cracks in layer 'film'"),
        ({"grooves": GROOVES, "upper_face": WAVE}, {}, "next to the pattern"),
        ({"grooves": GROOVES | {"depth": "4 um"}}, {}, "at most the layer's thickness 3e-06 m"),
        ({"grooves": GROOVES | {"width": "4 um"}}, {}, "neighbours overlap; allowed: below spacing"),
        ({"grooves": GROOVES | {"spacing": "3 um"}}, {}, "for example spacing = 2.66667e-06 m"),
        ({"grooves": GROOVES | {"fill": "film"}}, {}, "allowed: another region"),
        ({"cracks": CRACKS | {"width": "50 nm"}}, {}, "at least the element size on the walls, 1e-07 m"),
        ({"islands": ROUND}, {}, '"stripe" with symmetry = "plane_strain"'),
        ({"islands": ROUND}, {"symmetry": "axisymmetric"}, "on_axis = true"),
        (
            {"islands": ROUND | {"on_axis": True}},
            {"symmetry": "axisymmetric", "width": "4 um"},
            "twice the model's width, 8e-06 m",
        ),
        ({"islands": ROUND}, {"symmetry": "3d"}, "at least 10 times the element size"),
        (
            {"particles": [{"name": "a", "centre": ["2 um", "1 um"], "radius": "1.3 um"}]},
            {},
            "which leaves the layer; allowed: from 1.55e-06 m to 1.45e-06 m",
        ),
        (
            {"particles": [{"name": "a", "centre": ["2 um", "1 um"], "radius": "0.4 um"}]},
            {},
            "at least 5 elements",
        ),
        ({"particles": [{"name": "a", "centre": ["2 um", "1 um"]}]}, {}, "neither of radius and semi_axes"),
        (
            {"particles": [{"name": "electrolyte", "centre": ["2 um", "1.5 um"], "radius": "1.25 um"}]},
            {},
            "another name for the particles",
        ),
        (
            {
                "particles": [
                    {"name": "a", "centre": [x, "1.5 um"], "radius": "0.5 um"} for x in ("1 um", "2.05 um")
                ]
            },
            {"mesh_size": "0.1 um"},
            "overlaps particles.0 or comes closer than an element",
        ),
        ({}, {"mesh_size": "5 um"}, "at most width = 4e-06 m"),
        ({}, {"mesh_size": 1e-320}, "at most 5e+07 elements"),
        ({}, {"mesh_size_far": "0.1 um"}, "at least mesh_size = 2.5e-07 m"),
        ({}, {"depth": "1 um"}, 'only with symmetry = "3d"'),
        ({}, {"periodic": True, "symmetry": "axisymmetric"}, 'false with symmetry = "axisymmetric"'),
    ],
)
def test_impossible_requests_are_refused_with_the_limit(
    content: Section, parameters: Section, message: str
) -> None:
    film = layer("film", "3 um") | content
    with pytest.raises(ValidationError) as caught:
        stack(film, ELECTROLYTE, **parameters)
    assert message in str(caught.value)
    assert len(caught.value.errors()) == 1


def test_the_top_is_whole_and_flat_and_patterns_do_not_meet() -> None:
    for last, message in (
        (layer("cap", "3 um", upper_face=WAVE), "the top of a model is"),
        (layer("cap", "3 um", islands=ISLANDS), "top is a whole face"),
    ):
        with pytest.raises(ValidationError, match=message):
            stack(layer("film", "3 um"), last)
    with pytest.raises(ValidationError, match="meets the one of layer 'cap'"):
        stack(layer("film", "3 um", grooves=GROOVES), layer("cap", "3 um", islands=ISLANDS), ELECTROLYTE)
    with pytest.raises(ValidationError, match="found a region 'film_gaps'"):
        stack(layer("film", "3 um", islands=ISLANDS), layer("film_gaps", "3 um"))


thicknesses = st.lists(st.floats(0.5, 4.0), min_size=1, max_size=4)


@given(
    symmetry=st.sampled_from(["plane_strain", "axisymmetric", "3d"]),
    periodic=st.booleans(),
    scale=st.floats(-8.0, -4.0).map(lambda exponent: 10.0**exponent),
    heights=thicknesses,
    bumpy=st.integers(0, 3),
    shape=st.sampled_from(["flat", "wavy", "rough", "protrusion"]),
    steep=st.floats(0.05, 0.9),
    size=st.floats(0.1, 0.25),
    conformal=st.booleans(),
    seed=st.integers(0, 10_000),
)
@settings(max_examples=25, deadline=None, derandomize=True)
def test_any_valid_faces_give_a_good_mesh(
    symmetry: str, periodic: bool, scale: float, heights: list[float], bumpy: int, shape: str, steep: float,
    size: float, conformal: bool, seed: int,
) -> None:  # fmt: skip
    face: Section = {"shape": shape}
    if shape == "wavy":
        face |= {"amplitude": steep / math.pi * scale, "wavelength": 2.0 * scale}
    elif shape == "rough":
        face |= {"roughness": steep / 5.0 * scale, "correlation_length": scale, "seed": seed}
    elif shape == "protrusion":
        face |= {"height": (0.5 - steep) * scale, "radius": scale, "position": 0.0}
    layers = [layer(f"layer_{number}", str(height * scale) + " m") for number, height in enumerate(heights)]
    if bumpy < len(layers) - 1:
        layers[bumpy]["upper_face"] = face
        if conformal and bumpy + 1 < len(layers) - 1:
            layers[bumpy + 1]["conformal"] = True
    parameters: Section = {"width": 4.0 * scale, "mesh_size": size * scale, "symmetry": symmetry}
    parameters |= {"depth": 4.0 * scale, "growth": 0.4} if symmetry == "3d" else {}
    try:
        geometry = stack(*layers, periodic=periodic and symmetry != "axisymmetric", **parameters)
    except ValidationError as error:
        assert "slope" in str(error) or "between its faces" in str(error)
        return
    assume(sum(geometry.estimated_cells().values()) < 12_000)
    mesh = build_mesh(geometry)  # refuses any tag or element that is not as it should be
    assert_as_asked(geometry, mesh)
    assert digest(geometry.build()) == digest(mesh)


# What this test's patterns may be refused for: how they lie in the model, not how fine the mesh is.
MISFITS = (
    "is a whole number of times",
    'with symmetry = "plane_strain"',
    'with symmetry = "axisymmetric"',
    "on_axis = true",
    "twice the model's width",
)


@given(
    symmetry=st.sampled_from(["plane_strain", "axisymmetric", "3d"]),
    kind=st.sampled_from(["grooves", "cracks", "stripe", "square", "round"]),
    fill=st.sampled_from(["empty", "electrolyte", "gel"]),
    halves=st.integers(1, 3),
    share=st.floats(0.2, 0.8),
    depth=st.floats(0.2, 1.0),
    on_axis=st.booleans(),
    periodic=st.booleans(),
)
@settings(max_examples=25, deadline=None, derandomize=True)
def test_any_valid_patterns_give_a_good_mesh(
    symmetry: str, kind: str, fill: str, halves: int, share: float, depth: float, on_axis: bool,
    periodic: bool,
) -> None:  # fmt: skip
    islands = kind not in ("grooves", "cracks")
    pattern: Section = {"fill": fill, "on_axis": on_axis}
    if islands:
        pattern |= {"shape": kind, "size": 3e-6 * share, "pitch": 3e-6}
    else:
        pattern |= {"width": 3e-6 * share, "spacing": 3e-6, "depth": 2e-6 * depth}
    # Half a feature or half a space may be left at a side, and a floor below the feature.
    rooms = [0.5e-6, 1.5e-6 * share, 1.5e-6 * (1.0 - share)]
    if not islands:
        rooms += [2e-6 * depth] + ([2e-6 * (1.0 - depth)] if depth < 1.0 else [])
    size = min(rooms) if kind != "round" else min(3e-6 * share / 10.0, 1.5e-6 * (1.0 - share))
    assume(size > 0.1e-6)
    try:
        geometry = stack(
            layer("collector", "1 um"),
            layer("film", "2 um", **{"islands" if islands else kind: pattern}),
            layer("electrolyte", "2 um"),
            width=1.5e-6 * halves, symmetry=symmetry, mesh_size=size, growth=0.4, periodic=periodic,
            **({"depth": 3e-6} if symmetry == "3d" else {}),
        )  # fmt: skip
    except ValidationError as error:
        assert any(text in str(error) for text in MISFITS)
        return
    assume(sum(geometry.estimated_cells().values()) < 12_000)
    mesh = build_mesh(geometry)
    assert_as_asked(geometry, mesh)
    assert digest(geometry.build()) == digest(mesh)
