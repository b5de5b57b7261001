# SPDX-License-Identifier: LGPL-3.0-or-later
"""Balls, beams, contacts, spots and single elements: places, sizes, openings, gaps and refusals."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pytest
from closeness import relative
from lithiate_meshes import InputError, MeshData, build_mesh, check_tags
from lithiate_meshes.families.verification_problems import VerificationSection
from pydantic import TypeAdapter, ValidationError

SYMMETRIES = ("plane_strain", "axisymmetric", "3d")
SECTION = TypeAdapter(VerificationSection)


def problem(name: str, **parameters: object) -> Any:
    """A shape of the family as a case file gives it."""
    return SECTION.validate_python({"family": "verification", "problem": name} | parameters)


def edge_lengths(mesh: MeshData, name: str) -> np.ndarray:
    """Lengths of the lines that make up a surface or interface in 2D."""
    corners = mesh.points[mesh.facets_of(name)]
    return np.linalg.norm(corners[:, 1] - corners[:, 0], axis=1)


def points_of(mesh: MeshData, name: str) -> np.ndarray:
    return mesh.points[np.unique(mesh.facets_of(name))]


CORE_SHELL = {"radius": "1 um", "core_volume_fraction": 0.1, "mesh_size": "50 nm"}
HOLLOW = {"inner_radius": "1 um", "outer_radius": "2 um", "mesh_size": "0.1 um"}
BEAM = {"length": 100e-6, "arm_height": 10e-6, "crack_length": 50e-6, "mesh_size": 2e-6}
HERTZ = {"radius": "10 um", "contact_width": "1 um", "mesh_size": "0.25 um"}
SPOTS = {"symmetry": "3d", "width": "1 um", "height": "0.5 um", "coverage": 0.2}


@pytest.mark.parametrize("symmetry", SYMMETRIES)
def test_a_core_lies_in_its_shell(symmetry: str) -> None:
    size = "50 nm" if symmetry != "3d" else "90 nm"
    geometry = problem("core_shell", **CORE_SHELL | {"symmetry": symmetry, "mesh_size": size})
    mesh = build_mesh(geometry)
    core = 1e-6 * (math.sqrt(0.1) if symmetry == "plane_strain" else math.cbrt(0.1))
    assert geometry.core_radius == relative(core)
    assert np.linalg.norm(points_of(mesh, "core|shell"), axis=1) == relative(core, rel=1e-9)
    assert np.linalg.norm(points_of(mesh, "surface"), axis=1) == relative(1e-6, rel=1e-9)
    assert np.linalg.norm(mesh.points[mesh.cells_of("core")], axis=-1).max() <= core * (1.0 + 1e-9)
    assert np.linalg.norm(mesh.points[mesh.cells_of("shell")], axis=-1).min() >= core * (1.0 - 1e-9)
    assert mesh.points.min() == 0.0
    volumes = mesh.region_volumes()
    assert volumes["core"] / sum(volumes.values()) == relative(0.1, rel=0.02)


@pytest.mark.parametrize("symmetry", SYMMETRIES)
def test_a_hollow_sphere_is_empty_and_grows_coarser_outwards(symmetry: str) -> None:
    mesh = build_mesh(problem("hollow_sphere", **HOLLOW | {"symmetry": symmetry, "mesh_size": "0.2 um"}))
    distance = np.linalg.norm(mesh.points, axis=1)
    assert distance.min() == relative(1e-6, rel=1e-9)
    assert np.linalg.norm(points_of(mesh, "inner"), axis=1) == relative(1e-6, rel=1e-9)
    assert np.linalg.norm(points_of(mesh, "surface"), axis=1) == relative(2e-6, rel=1e-9)
    if symmetry != "3d":
        assert edge_lengths(mesh, "inner").mean() == relative(0.2e-6, rel=0.1)
        assert edge_lengths(mesh, "surface").mean() == relative(0.4e-6, rel=0.1)


@pytest.mark.parametrize("extra", [{}, {"symmetry": "3d", "depth": "4 um"}])
def test_the_arms_of_a_double_cantilever_are_joined_ahead_of_the_crack_only(extra: dict[str, str]) -> None:
    mesh = build_mesh(problem("double_cantilever", **BEAM | extra))
    lower, upper = (np.unique(mesh.cells_of(name)) for name in ("lower", "upper"))
    shared = mesh.points[np.intersect1d(lower, upper)]
    assert np.all(shared[:, -1] == 0.0)
    assert shared[:, 0].min() == 50e-6
    assert shared[:, 0].max() == 100e-6
    faces = [points_of(mesh, name) for name in ("crack_lower", "crack_upper")]
    for face in faces:
        assert np.all(face[:, -1] == 0.0)
        assert (face[:, 0].min(), face[:, 0].max()) == (0.0, 50e-6)
    assert np.isin(np.unique(mesh.facets_of("crack_upper")), upper).all()
    assert np.isin(np.unique(mesh.facets_of("crack_lower")), lower).all()
    assert sorted(map(tuple, faces[0])) == sorted(map(tuple, faces[1]))
    areas = mesh.surface_areas()
    for name in ("crack_lower", "crack_upper"):
        assert areas[name] == relative(mesh.interface_areas()["upper|lower"])
    assert areas["loaded_end_lower"] == relative(areas["loaded_end_upper"])
    assert points_of(mesh, "loaded_end_lower")[:, -1].max() == 0.0
    assert points_of(mesh, "loaded_end_upper")[:, -1].min() == 0.0
    assert areas["far_end"] == relative(2.0 * areas["loaded_end_lower"])


def test_elements_of_a_double_cantilever_are_as_asked_along_the_interface_and_grow_away_from_it() -> None:
    mesh = build_mesh(problem("double_cantilever", **BEAM | {"mesh_size": "0.6 um"}))
    along = edge_lengths(mesh, "upper|lower")
    assert along.max() <= 0.6e-6 * (1.0 + 1e-9)
    assert along.min() > 0.58e-6
    assert edge_lengths(mesh, "crack_lower").max() > 1.8e-6
    assert edge_lengths(mesh, "far_end").max() > 2.0 * edge_lengths(mesh, "far_end").min()


@pytest.mark.parametrize(("shape", "symmetry"), [("sphere", "axisymmetric"), ("cylinder", "plane_strain")])
def test_the_gap_of_hertz_contact_is_that_of_the_parabola(shape: str, symmetry: str) -> None:
    geometry = problem("hertz", **HERTZ, shape=shape)
    assert geometry.symmetry == symmetry
    mesh = build_mesh(geometry)
    points = mesh.points[mesh.interface_points("body|obstacle")]
    assert np.all(points[:, 1] == 0.0)
    assert (points[:, 0].min(), points[:, 0].max()) == relative((0.0, 20e-6), rel=1e-12)
    assert mesh.interface_gaps["body|obstacle"] == relative(points[:, 0] ** 2 / 20e-6, rel=1e-12)
    assert mesh.points[mesh.cells_of("body"), 1].max() == 0.0
    assert mesh.points[mesh.cells_of("obstacle"), 1].min() == 0.0
    corners = mesh.points[mesh.facets_of("body|obstacle")]
    near = corners[..., 0].max(axis=1) < 1.01e-6
    assert edge_lengths(mesh, "body|obstacle")[near] == relative(0.25e-6, rel=0.1)
    assert edge_lengths(mesh, "body|obstacle")[~near].max() > 2e-6


@pytest.mark.parametrize(
    ("parameters", "half_width", "centres"),
    [
        ({"symmetry": "axisymmetric", "coverage": 0.01}, 0.1, [(0.0,)]),
        ({"symmetry": "plane_strain"}, 0.2, [(0.0,)]),
        ({"symmetry": "plane_strain", "spots": 2}, 0.1, [(0.5,)]),
        ({"symmetry": "plane_strain", "spots": 3}, 0.2 / 3, [(0.0,), (2 / 3,)]),
        ({}, math.sqrt(0.8 / math.pi), [(0.0, 0.0)]),
        ({"spots": 4}, math.sqrt(0.2 / math.pi), [(0.5, 0.5)]),
        (
            {"spots": 9, "shape": "square"},
            math.sqrt(0.2) / 3,
            [(0, 0), (0, 2 / 3), (2 / 3, 0), (2 / 3, 2 / 3)],
        ),
    ],
)
def test_spots_lie_in_rows_and_cover_their_share(
    parameters: dict[str, Any], half_width: float, centres: list[tuple[float, ...]]
) -> None:
    geometry = problem("constriction", **SPOTS | parameters | {"mesh_size": half_width * 1e-6 / 5})
    assert geometry.spot_half_width == relative(half_width * 1e-6)
    mesh = build_mesh(geometry)
    assert mesh.surface_areas()["spots"] == relative(geometry.coverage * geometry.platen_area, rel=0.02)
    assert np.all(points_of(mesh, "spots")[:, -1] == 0.0)
    assert np.all(points_of(mesh, "bottom")[:, -1] == 0.0)
    norm = np.inf if geometry.shape == "square" else 2
    places = 1e-6 * np.array(centres)

    def distance(name: str) -> np.ndarray:
        middle = mesh.points[mesh.facets_of(name)].mean(axis=1)[:, None, :-1]
        return np.linalg.norm(middle - places, axis=2, ord=norm).min(axis=1)

    assert distance("spots").max() < geometry.spot_half_width < distance("bottom").min()


def test_random_spots_are_apart_inside_and_repeatable() -> None:
    given = SPOTS | {"spots": 32, "arrangement": "random", "mesh_size": "17 nm"}
    first, again, other = (problem("constriction", **given, seed=seed).pattern for seed in (5, 5, 6))
    assert first.centres.tobytes() == again.centres.tobytes()
    assert not np.allclose(first.centres, other.centres)
    assert first.centres.shape == (8, 2)
    apart = np.linalg.norm(first.centres[:, None] - first.centres, axis=2) + np.eye(8)
    assert apart.min() > 2.0 * (first.half_size + 17e-9)
    assert first.centres.min() > first.half_size
    assert first.centres.max() < 1e-6 - first.half_size


def test_a_spot_far_smaller_than_its_block_takes_few_elements() -> None:
    """Radius of the block: 100 radii of the spot, as a half space is to be imitated."""
    half_space = {"symmetry": "axisymmetric", "width": "1 um", "height": "1 um", "coverage": 1e-4}
    mesh = build_mesh(problem("constriction", **half_space, mesh_size="1 nm"))
    assert len(mesh.cells) < 2000
    assert points_of(mesh, "spots")[:, 0].max() == relative(10e-9, rel=1e-9)


@pytest.mark.parametrize("symmetry", SYMMETRIES)
def test_two_blocks_hold_together_at_their_spots_only(symmetry: str) -> None:
    spots = {"plane_strain": 3, "axisymmetric": 1, "3d": 4}[symmetry]
    size = "40 nm" if symmetry == "3d" else "15 nm"
    given = SPOTS | {"symmetry": symmetry, "spots": spots, "upper_height": "0.4 um", "mesh_size": size}
    mesh = build_mesh(problem("spot_contact", **given))
    shared = np.intersect1d(mesh.cells_of("electrode"), mesh.cells_of("electrolyte"))
    assert np.array_equal(shared, mesh.interface_points("electrode|electrolyte"))
    faces = [points_of(mesh, f"uncovered_{name}") for name in ("electrode", "electrolyte")]
    assert sorted(map(tuple, faces[0])) == sorted(map(tuple, faces[1]))
    areas = mesh.surface_areas()
    assert areas["uncovered_electrode"] == areas["uncovered_electrolyte"]
    covered = mesh.interface_areas()["electrode|electrolyte"]
    assert covered / (covered + areas["uncovered_electrode"]) == relative(0.2, rel=0.02)
    assert mesh.points[mesh.cells_of("electrode"), -1].max() == 0.0
    assert mesh.points[mesh.cells_of("electrolyte"), -1].min() == 0.0


@pytest.mark.parametrize("symmetry", SYMMETRIES)
@pytest.mark.parametrize("name", ["element", "element_pair"])
def test_single_elements(symmetry: str, name: str) -> None:
    geometry = problem(name, symmetry=symmetry, mesh_size="1 um")
    mesh = build_mesh(geometry)
    count = 2 if name == "element_pair" else 1
    assert len(mesh.cells) == count
    assert len(mesh.points) == mesh.dimension + count
    assert all(len(mesh.facets_of(surface)) == 1 for surface in mesh.surfaces if "slope" in surface)
    volume = {"plane_strain": 0.5e-12, "axisymmetric": math.pi / 3.0 * 1e-18, "3d": 1e-18 / 6.0}[symmetry]
    assert list(mesh.region_volumes().values()) == relative([volume] * count)


@pytest.mark.parametrize(
    ("name", "parameters", "key", "message"),
    [
        ("core_shell", CORE_SHELL | {"core_volume_fraction": 1.0}, "core_volume_fraction", "found 1.0"),
        ("core_shell", CORE_SHELL | {"mesh_size": "0.1 um"}, "mesh_size", "a fifth of the core's radius"),
        (
            "core_shell",
            CORE_SHELL | {"core_volume_fraction": 0.9, "mesh_size": "60 nm"},
            "mesh_size",
            "thickness of the shell = 3.45106e-08 m",
        ),
        ("core_shell", CORE_SHELL | {"mesh_size": 1e-320}, None, "at most 5e\\+07 elements"),
        ("hollow_sphere", HOLLOW | {"outer_radius": "1 um"}, "outer_radius", "more than inner_radius"),
        ("hollow_sphere", HOLLOW | {"mesh_size": "0.3 um"}, "mesh_size", "a fifth of inner_radius"),
        ("hollow_sphere", HOLLOW | {"outer_radius": "1.05 um"}, "mesh_size", "thickness of the wall"),
        ("hollow_sphere", HOLLOW | {"mesh_size": 1e-320}, None, "at most 5e\\+07 elements"),
        ("double_cantilever", BEAM | {"crack_length": "0.1 mm"}, "crack_length", "less than length"),
        ("double_cantilever", BEAM | {"depth": "1 um"}, "depth", 'only with symmetry = "3d"'),
        ("double_cantilever", BEAM | {"symmetry": "3d"}, "depth", "found nothing"),
        (
            "double_cantilever",
            BEAM | {"symmetry": "3d", "depth": "1 um"},
            "mesh_size",
            "at most depth = 1e-06",
        ),
        (
            "double_cantilever",
            BEAM | {"arm_height": "6 um"},
            "mesh_size",
            "a quarter of arm_height = 1.5e-06",
        ),
        ("double_cantilever", BEAM | {"crack_length": "5 um"}, "mesh_size", "a quarter of crack_length"),
        ("double_cantilever", BEAM | {"crack_length": "95 um"}, "mesh_size", "of length - crack_length"),
        ("double_cantilever", BEAM | {"mesh_size": 1e-320}, None, "at most 5e\\+07 elements"),
        ("double_cantilever", BEAM | {"symmetry": "axisymmetric"}, "symmetry", "plane_strain"),
        ("hertz", HERTZ | {"shape": "cylinder", "symmetry": "axisymmetric"}, "symmetry", 'allowed: "plane_'),
        ("hertz", HERTZ | {"contact_width": "3 um"}, "contact_width", "a quarter of radius = 2.5e-06 m"),
        ("hertz", HERTZ | {"width": "1.5 um"}, "width", "at least twice contact_width"),
        ("hertz", HERTZ | {"height": "1.5 um"}, "height", "at least twice contact_width"),
        ("hertz", HERTZ | {"mesh_size": "0.6 um"}, "mesh_size", "at most half of contact_width = 5e-07"),
        ("hertz", HERTZ | {"mesh_size": 1e-320}, None, "at most 5e\\+07 elements"),
        ("constriction", SPOTS | {"shape": "stripe", "mesh_size": 1e-8}, "shape", '"round" or "square"'),
        ("constriction", SPOTS | {"upper_height": 1e-7, "mesh_size": 1e-8}, "upper_height", "spot_contact"),
        ("spot_contact", SPOTS | {"mesh_size": 1e-8}, "upper_height", "found nothing"),
        ("constriction", SPOTS | {"spots": 5, "mesh_size": 1e-8}, "spots", "1, 4, 9, 16"),
        (
            "constriction",
            SPOTS | {"spots": 6, "arrangement": "random", "mesh_size": 1e-8},
            "spots",
            "multiples of 4",
        ),
        (
            "constriction",
            SPOTS | {"symmetry": "axisymmetric", "spots": 4, "mesh_size": 1e-8},
            "spots",
            "found 4",
        ),
        (
            "constriction",
            SPOTS | {"symmetry": "axisymmetric", "arrangement": "random", "mesh_size": 1e-8},
            "arrangement",
            'allowed: "regular"',
        ),
        (
            "constriction",
            SPOTS | {"spots": 4, "mesh_size": "0.1 um"},
            "mesh_size",
            "half-width of a spot = 6.3",
        ),
        ("constriction", SPOTS | {"coverage": 0.8, "mesh_size": 1e-8}, "mesh_size", "they overlap"),
        ("constriction", SPOTS | {"coverage": 0.7, "mesh_size": "80 nm"}, "mesh_size", "half of the gap"),
        ("constriction", SPOTS | {"height": "50 nm", "mesh_size": "50 nm"}, "mesh_size", "half of height"),
        (
            "constriction",
            SPOTS | {"coverage": 0.6, "spots": 40, "arrangement": "random", "mesh_size": 1e-8},
            None,
            "found room for [0-9]+ of spots = 40 at random",
        ),
        ("constriction", SPOTS | {"mesh_size": 1e-320}, None, "at most 5e\\+07 elements"),
        ("element", {"mesh_size": "0 m"}, "mesh_size", "> 0"),
        ("hertzz", {}, None, "'hertz'"),
    ],
)
def test_impossible_shapes_are_refused_with_their_key(
    name: str, parameters: dict[str, object], key: str | None, message: str
) -> None:
    with pytest.raises(ValidationError, match=message) as caught:
        problem(name, **parameters)
    assert [error["loc"][1:] for error in caught.value.errors()] == [(key,) if key else ()]


@pytest.mark.parametrize(
    ("gaps", "message"),
    [
        ({"axis": np.zeros(2)}, "'axis', which is no interface"),
        ({"electrode|electrolyte": np.zeros(3)}, "has 2 points but initial gaps of shape \\(3,\\)"),
        ({"electrode|electrolyte": np.array([0.0, -1e-9])}, "is -1e-09 m at \\(x, y\\) = \\(1e-06, 0\\) m"),
        ({"electrode|electrolyte": np.array([np.nan, 0.0])}, "finite and not negative"),
    ],
)
def test_wrong_gaps_are_refused(gaps: dict[str, np.ndarray], message: str) -> None:
    pair = problem("element_pair", mesh_size="1 um").build()
    with pytest.raises(InputError, match=message):
        check_tags(dataclasses.replace(pair, interface_gaps=gaps))
