# SPDX-License-Identifier: LGPL-3.0-or-later
"""Shells, inclusions, other shapes and several particles: exact sizes, complete names, and refusals."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from closeness import relative
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from lithiate_meshes import MeshData, ParticleGeometry, build_mesh, scaled_jacobian
from lithiate_meshes.assembly import matching_points
from pydantic import ValidationError

UM = 1e-6
COARSE = {"plane_strain": 0.15, "axisymmetric": 0.15, "3d": 0.22}


def near(expected: Any, rel: float = 1e-6) -> Any:
    """Without the absolute tolerance of approx, which is larger than any area or volume here."""
    return pytest.approx(expected, rel=rel, abs=0.0)


def particle(**parameters: object) -> ParticleGeometry:
    """A particle of radius 1 um, all lengths given in metres."""
    section: dict[str, object] = {"family": "particle", "particle_radius": UM}
    if "box" not in parameters and "arrangement" not in parameters:
        section["block_size"] = 2.0 * UM
    section["mesh_size"] = COARSE[str(parameters.get("symmetry", "axisymmetric"))] * UM
    given_values = {key: value for key, value in (section | parameters).items() if value is not None}
    return ParticleGeometry.model_validate(given_values)


def shell(name: str, thickness: float, **parameters: object) -> dict[str, object]:
    return {"name": name, "thickness": thickness * UM, **parameters}


def inclusion(name: str, centre: tuple[float, ...], radius: float, **parameters: object) -> dict[str, object]:
    return {"name": name, "centre": [c * UM for c in centre], "radius": radius * UM, **parameters}


def placed(centre: tuple[float, ...], **parameters: object) -> dict[str, object]:
    return {"centre": [c * UM for c in centre], **parameters}


def checked_mesh(geometry: ParticleGeometry) -> MeshData:
    """The mesh, its names and sizes compared with those that were promised without it."""
    mesh = build_mesh(geometry)
    assert tuple(mesh.regions) == geometry.regions
    assert tuple(mesh.surfaces) == geometry.surfaces
    assert tuple(mesh.interfaces) == geometry.interfaces
    assert mesh.region_volumes() == near(geometry.region_volumes(), rel=0.02)
    assert mesh.interface_areas() == near(geometry.interface_areas(), rel=0.02)
    for region, count in geometry.estimated_cells().items():
        assert 0.5 < count / len(mesh.cells_of(region)) < 2.0
    for name in geometry.interfaces:
        corners = mesh.points[mesh.facets_of(name)]
        edges = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=-1)
        assert np.median(edges) < 1.25 * geometry.interface_mesh_size(name)
    return mesh


@pytest.mark.parametrize("symmetry", ["plane_strain", "axisymmetric", "3d"])
def test_shells_are_regions_between_the_particle_and_the_electrolyte(symmetry: str) -> None:
    shells = [shell("carbon", 0.1, mesh_size=0.1 * UM), shell("oxide", 0.3)]
    geometry = particle(symmetry=symmetry, shells=shells)
    assert geometry.regions == ("particle", "carbon", "oxide", "electrolyte")
    assert geometry.interfaces == ("particle|carbon", "carbon|oxide", "oxide|electrolyte")
    assert geometry.interface_mesh_size("particle|carbon") == 0.1 * UM
    assert geometry.interface_mesh_size("oxide|electrolyte") == COARSE[symmetry] * UM
    share = {"plane_strain": math.pi / 4.0, "axisymmetric": 2.0 * math.pi / 3.0, "3d": math.pi / 6.0}[
        symmetry
    ]
    power = 2 if symmetry == "plane_strain" else 3
    volumes = geometry.region_volumes()
    assert volumes["particle"] == near(share * UM**power)
    assert volumes["oxide"] == near(share * (1.4**power - 1.1**power) * UM**power)
    assert geometry.interface_areas()["carbon|oxide"] == near(share * power * (1.1 * UM) ** (power - 1))
    checked_mesh(geometry)


@pytest.mark.parametrize("symmetry", ["plane_strain", "axisymmetric", "3d"])
def test_a_body_in_a_void_rests_on_its_wall(symmetry: str) -> None:
    contact = (0.4 if symmetry != "3d" else 0.7) * UM
    thickness = 0.3 if symmetry != "3d" else 0.45
    shells = [shell("void", 0.2, empty=True, contact_radius=contact), shell("carbon", thickness)]
    geometry = particle(symmetry=symmetry, shells=shells, mesh_size=(0.1 if symmetry != "3d" else 0.17) * UM)
    assert geometry.regions == ("particle", "carbon", "electrolyte")
    assert geometry.surfaces[-1] == "void_wall"
    assert geometry.interfaces == ("particle|carbon", "carbon|electrolyte")
    height = UM - math.sqrt(UM**2 - contact**2)
    cap = {"plane_strain": UM * math.asin(contact / UM), "axisymmetric": 2.0 * math.pi * UM * height}
    exact = cap.get(symmetry, math.pi / 2.0 * UM * height)
    assert geometry.interface_areas()["particle|carbon"] == near(exact)
    mesh = checked_mesh(geometry)
    rim = np.hypot.reduce(mesh.points[np.unique(mesh.facets_of("particle|carbon"))][:, :-1], axis=1).max()
    assert rim == near(contact, rel=1e-6)
    # The lower half of the block is there, too: the body no longer lies in a plane of symmetry.
    assert mesh.points[:, -1].min() == -2.0 * UM


def test_a_cavity_in_the_electrolyte_and_a_void_filled_with_a_third_medium() -> None:
    cavity = particle(shells=[shell("cavity", 0.3, empty=True, contact_radius=0.5 * UM)], mesh_size=0.1 * UM)
    assert cavity.interfaces == ("particle|electrolyte",)
    checked_mesh(cavity)
    filled = particle(shells=[shell("void", 0.3), shell("carbon", 0.2)])
    assert filled.regions == ("particle", "void", "carbon", "electrolyte")
    checked_mesh(filled)


def test_inclusions_off_the_axis_are_rings() -> None:
    """Volume and surface by Pappus: section and outline times the way of their centre."""
    ring = {"name": "ring", "centre": [0.6 * UM, 0.3 * UM], "semi_axes": [0.2 * UM, 0.1 * UM]}
    half = inclusion("half", (0.5, 0.0), 0.1)
    geometry = particle(symmetry="axisymmetric", inclusions=[ring, half], mesh_size=0.1 * UM)
    turn = 2.0 * math.pi
    volumes, areas = geometry.region_volumes(), geometry.interface_areas()
    assert volumes["ring"] == near(turn * 0.6 * math.pi * 0.2 * 0.1 * UM**3)
    assert volumes["half"] == near(turn * 0.5 * math.pi * 0.1**2 / 2.0 * UM**3)
    assert areas["half|particle"] == near(turn * 0.5 * math.pi * 0.1 * UM**2)
    checked_mesh(geometry)


@pytest.mark.parametrize("symmetry", ["plane_strain", "axisymmetric", "3d"])
def test_inclusions_are_cut_through_their_centres_or_not_at_all(symmetry: str) -> None:
    middle: tuple[float, ...] = (0.0,) if symmetry != "3d" else (0.0, 0.0)
    inclusions = [
        inclusion("grain", (*middle, 0.0), 0.4),
        inclusion("pore", (*middle, 0.7), 0.2, empty=True, mesh_size=0.04 * UM),
    ]
    if symmetry == "plane_strain":
        inclusions.append(inclusion("grain", (0.6, 0.3), 0.2))
    geometry = particle(symmetry=symmetry, inclusions=inclusions, mesh_size=0.1 * UM)
    assert geometry.regions == ("grain", "particle", "electrolyte")
    assert geometry.surfaces[-1] == "pore_wall"
    assert geometry.interface_mesh_size("grain|particle") <= 0.1 * UM
    volumes = geometry.region_volumes()
    share = {"plane_strain": math.pi / 4.0, "axisymmetric": 2.0 * math.pi / 3.0, "3d": math.pi / 6.0}[
        symmetry
    ]
    grain = share * 0.4**3 if symmetry != "plane_strain" else share * 0.4**2 + math.pi * 0.2**2
    assert volumes["grain"] == near(grain * UM ** (2 if symmetry == "plane_strain" else 3))
    mesh = checked_mesh(geometry)
    # The pore is a hole whose wall is the circle or sphere that was asked for.
    wall = mesh.points[np.unique(mesh.facets_of("pore_wall"))] - np.array([*middle, 0.7]) * UM
    assert np.linalg.norm(wall, axis=1) == near(0.2 * UM, rel=1e-6)


def test_ellipsoids_have_the_volume_and_surface_of_the_closed_forms() -> None:
    # An oblate spheroid of axes a, a, c: 2 pi a^2 (1 + (1 - e^2)/e artanh e), Beyer, CRC tables.
    shape = {"shape": "ellipsoid", "particle_radius": None}
    oblate = particle(semi_axes=[UM, 0.5 * UM], mesh_size=0.1 * UM, **shape)
    eccentricity = math.sqrt(0.75)
    whole = 2.0 * math.pi * UM**2 * (1.0 + 0.25 / eccentricity * math.atanh(eccentricity))
    assert oblate.interface_areas()["particle|electrolyte"] == near(whole / 2.0)
    assert oblate.region_volumes()["particle"] == near(2.0 / 3.0 * math.pi * 0.5 * UM**3)
    octant = particle(symmetry="3d", semi_axes=[UM, UM, 0.5 * UM], mesh_size=0.1 * UM, **shape)
    assert octant.interface_areas()["particle|electrolyte"] == near(whole / 8.0)
    tall = particle(semi_axes=[UM, 2.0 * UM], block_height=3.0 * UM, shells=[shell("coat", 0.2)], **shape)
    mesh = checked_mesh(tall)
    assert mesh.points[:, 1].max() == 3.0 * UM
    checked_mesh(particle(symmetry="3d", semi_axes=[UM, 1.3 * UM, 0.9 * UM], mesh_size=0.19 * UM, **shape))


@pytest.mark.parametrize(
    ("symmetry", "axis", "full_volume"),
    [("axisymmetric", None, math.pi), ("3d", None, math.pi / 4.0), ("3d", "x", math.pi / 4.0)],
)
def test_fibres_go_through_the_whole_block(symmetry: str, axis: str | None, full_volume: float) -> None:
    shells = [shell("gap", 0.25, empty=True), shell("tube", 0.25)] if axis is None else [shell("tube", 0.25)]
    geometry = particle(symmetry=symmetry, shape="fibre", fibre_axis=axis, shells=shells)
    assert geometry.region_volumes()["particle"] == near(full_volume * 2.0 * UM**3)
    mesh = checked_mesh(geometry)
    along = {None: mesh.dimension - 1, "x": 0}[axis]
    corners = mesh.points[mesh.cells_of("particle")][..., along]
    assert (corners.min(), corners.max()) == relative((0.0, 2.0 * UM))


def test_particles_of_one_name_grow_together_and_of_two_meet_in_a_flat_neck() -> None:
    distance, both = 1.8, {"symmetry": "axisymmetric", "box": [2.0 * UM, 5.0 * UM]}
    one = particle(particles=[placed((0.0, 1.5)), placed((0.0, 1.5 + distance))], **both)
    two = particle(particles=[placed((0.0, 1.5), name="a"), placed((0.0, 1.5 + distance), name="b")], **both)
    cap = 1.0 - distance / 2.0
    volume = 4.0 / 3.0 * math.pi - math.pi * cap**2 * (1.0 - cap / 3.0)
    assert one.region_volumes()["particle"] == near(2.0 * volume * UM**3)
    assert two.region_volumes()["a"] == near(volume * UM**3)
    assert one.interfaces == ("particle|electrolyte",)
    assert two.interfaces == ("a|b", "a|electrolyte", "b|electrolyte")
    neck = math.pi * (1.0 - (distance / 2.0) ** 2)
    assert two.interface_areas()["a|b"] == near(neck * UM**2)
    checked_mesh(one)
    flat = checked_mesh(two)
    assert flat.points[flat.facets_of("a|b")][..., 1] == near((1.5 + distance / 2.0) * UM)
    askew = particle(
        symmetry="plane_strain",
        particles=[
            placed((1.5, 1.5)),
            placed((2.8, 2.8), name="b", radius=0.9 * UM),
            placed((2.0, 4.6), radius=0.8 * UM),
        ],
        box=[5.0 * UM, 6.0 * UM],
    )
    checked_mesh(askew)


@pytest.mark.slow
def test_spheres_in_space_meet_in_a_flat_neck() -> None:
    particles = [placed((1.3, 1.3, 1.3), name="a"), placed((2.1, 2.3, 2.1), name="b")]
    checked_mesh(
        particle(symmetry="3d", particles=particles, box=[3.4 * UM, 3.6 * UM, 3.4 * UM], mesh_size=0.2 * UM)
    )


PATTERNS = [
    (pattern, touching, periodic)
    for pattern, touching, periodic in itertools.product(
        ("square", "hexagonal"), (False, True), (False, True)
    )
]


@pytest.mark.parametrize(("pattern", "touching", "periodic"), PATTERNS)
def test_rows_of_particles_have_the_density_of_their_lattice(
    pattern: str, touching: bool, periodic: bool
) -> None:
    distance = 0.0 if touching else 0.2
    rows = {"pattern": pattern, "count": [2, 2], "gap": distance * UM}
    if touching:
        rows["neck_radius"] = 0.4 * UM
    geometry = particle(symmetry="plane_strain", arrangement=rows, periodic=periodic)
    pitch = 2.2 if not touching else 2.0 * math.sqrt(1.0 - 0.4**2)
    assert geometry.platen_area == near(2.0 * pitch * UM)
    # Four whole particles, less two caps at every neck: two along per particle, one or two across.
    caps = 0.0
    if touching:
        segment = math.asin(0.4) - 0.4 * math.sqrt(1.0 - 0.4**2)
        caps = segment * (2 * 4 + (4 if pattern == "square" else 8))
    assert geometry.region_volumes()["particle"] == near((4.0 * math.pi - caps) * UM**2)
    mesh = checked_mesh(geometry)
    if periodic:
        pairs = matching_points(mesh, "axis", "side")
        assert mesh.points[pairs[:, 0], 1] == relative(mesh.points[pairs[:, 1], 1])


@pytest.mark.slow
@pytest.mark.parametrize(("pattern", "touching", "periodic"), PATTERNS)
def test_lattices_in_space(pattern: str, touching: bool, periodic: bool) -> None:
    rows: dict[str, object] = {"pattern": pattern, "count": [1, 2, 1], "gap": (0.0 if touching else 0.3) * UM}
    if touching:
        rows["neck_radius"] = 0.45 * UM
    size = 0.14 if touching else 0.22
    geometry = particle(symmetry="3d", arrangement=rows, periodic=periodic, mesh_size=size * UM)
    mesh = checked_mesh(geometry)
    if periodic:
        matching_points(mesh, "symmetry_x", "side")
        matching_points(mesh, "symmetry_y", "side_y")


def test_what_leaves_a_periodic_box_enters_it_on_the_other_side() -> None:
    particles = [placed((0.5, 1.5)), placed((2.6, 3.0)), placed((4.0, 1.5), name="b", radius=0.7 * UM)]
    box = [5.0 * UM, 4.5 * UM]
    geometry = particle(symmetry="plane_strain", particles=particles, box=box, periodic=True)
    assert geometry.interfaces == ("particle|b", "particle|electrolyte", "b|electrolyte")
    mesh = checked_mesh(geometry)
    assert len(matching_points(mesh, "axis", "side")) > 10
    x = mesh.points[mesh.cells_of("particle")][..., 0]
    assert x.min() == 0.0
    assert x.max() == 5.0 * UM
    in_space = particle(
        symmetry="3d", particles=[placed((0.3, 1.5, 1.4))], box=[2.6 * UM, 3.0 * UM, 2.8 * UM], periodic=True
    )
    mesh = checked_mesh(in_space)
    matching_points(mesh, "symmetry_x", "side")
    matching_points(mesh, "symmetry_y", "side_y")


def test_coated_particles_touch_with_their_coats() -> None:
    rows = {"count": [1, 2], "gap": 0.0, "neck_radius": 0.45 * UM}
    geometry = particle(
        symmetry="plane_strain", arrangement=rows, shells=[shell("coat", 0.2)], mesh_size=0.1 * UM
    )
    assert geometry.interfaces == ("particle|coat", "coat|electrolyte")
    mesh = checked_mesh(geometry)
    assert mesh.region_volumes()["particle"] == near(2.0 * math.pi * UM**2, rel=0.01)


PAIR = {"symmetry": "plane_strain", "block_size": None, "box": [5.0 * UM, 5.0 * UM]}
SHELL = {"name": "carbon", "thickness": 0.2 * UM}
ROWS = {"count": [2, 2], "gap": 0.1 * UM}


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"shells": [shell("carbon", 0.9)]}, "found shells of 9e-07 m in all, which would leave their block"),
        (
            {"shells": [shell("carbon", 0.1)]},
            "thinner than its elements; allowed: at least its mesh_size = 1.5e-07",
        ),
        ({"shells": [SHELL, SHELL]}, "found the name 'carbon' of a shell twice"),
        ({"shells": [shell("particle", 0.2)]}, "found the name 'particle'"),
        ({"shells": [{**SHELL, "mesh_size": 0.19 * UM}]}, "at most that of the geometry, 1.5e-07 m"),
        ({"shells": [{**SHELL, "contact_radius": 0.3 * UM}]}, "only with empty = true"),
        ({"shells": [{**SHELL, "empty": True}]}, "would touch nothing and cannot be computed"),
        ({"shells": [{**SHELL, "empty": True, "contact_radius": 0.1 * UM}, shell("c", 0.3)]}, "from 3e-07 m"),
        (
            {"shells": [{**SHELL, "empty": True, "contact_radius": 0.6 * UM}, shell("c", 0.15)]},
            "into the shell 'c'",
        ),
        ({"shells": [{**SHELL, "empty": True, "contact_radius": 5.0 * UM}]}, "to 7e-07 m"),
        (
            {"shells": [{**SHELL, "empty": True, "contact_radius": 0.4 * UM}, shell("b", 0.2, empty=True)]},
            "two voids in a row",
        ),
        ({"inclusions": [inclusion("grain", (0.0, 0.9), 0.3)]}, "crosses the surface of 'particle'"),
        (
            {"inclusions": [inclusion("grain", (0.31, 0.0), 0.3)]},
            "3.1e-07 m inside the face 'axis'; allowed: on it, or at least",
        ),
        (
            {"inclusions": [inclusion("grain", (0.0, 0.2), 0.3)]},
            "inside the face 'bottom'; allowed: on it, or at least",
        ),
        (
            {"inclusions": [inclusion("a", (0.0, 0.0), 0.3), inclusion("b", (0.0, 0.5), 0.3)]},
            "found the inclusions 'b' at (0, 5e-07) m and 'a' at (0, 0) m, which overlap",
        ),
        (
            {"inclusions": [inclusion("a", (0.0, 0.0), 0.3, mesh_size=0.1 * UM)]},
            "miss more than 2 % of its volume",
        ),
        ({"inclusions": [inclusion("a", (0.0, 0.0, 0.0), 0.3)]}, "allowed: 2 lengths"),
        ({"inclusions": [{"name": "a", "centre": [0.0, 0.0]}]}, "found neither of radius and semi_axes"),
        (
            {"inclusions": [inclusion("particle", (0.0, 0.0), 0.3)]},
            "found the name 'particle' of an inclusion",
        ),
        ({"shape": "ellipsoid", "semi_axes": [UM, UM]}, "allowed: only semi_axes"),
        (
            {"shape": "ellipsoid", "particle_radius": None},
            "found nothing; allowed: 2 lengths of the ellipsoid",
        ),
        ({"semi_axes": [UM, UM]}, 'only with shape = "ellipsoid"'),
        ({"particle_radius": None}, 'found nothing; allowed: a length, with shape = "sphere"'),
        ({"block_size": None}, "found nothing; allowed: a length, for one particle"),
        ({"box": [UM, UM], "block_size": 2.0 * UM}, "allowed: only with particles"),
        ({"fibre_axis": "x"}, 'only with shape = "fibre" and symmetry = "3d"'),
        ({"periodic": True}, "allowed: only with particles or arrangement"),
        ({"block_height": 1.05 * UM}, "inside the face 'top'; allowed: at least"),
        (
            {**PAIR, "particles": [placed((1.5, 1.5)), placed((3.5, 1.5))]},
            "with a gap of 0 m; allowed: a gap of at least",
        ),
        (
            {**PAIR, "particles": [placed((1.5, 1.5)), placed((2.5, 1.5))]},
            "in a neck of radius 2e-07 m to 7e-07 m",
        ),
        ({**PAIR, "particles": [placed((1.5, 1.5)), placed((1.5, 1.5))]}, "with a gap of -2e-06 m"),
        ({**PAIR, "particles": [placed((1.5, 4.5))]}, "inside the face 'top'"),
        ({**PAIR, "particles": [placed((1.02, 1.5))]}, "inside the face 'axis'"),
        ({**PAIR, "particles": [placed((0.95, 2.0))], "periodic": True}, "cut by this periodic face"),
        ({**PAIR, "particles": [placed((1.5, 1.5))], "block_size": 2.0 * UM}, "only without particles"),
        ({**PAIR, "particles": [placed((1.5, 1.5))], "box": [UM]}, "allowed: 2 lengths, with particles"),
        (
            {"symmetry": "plane_strain", "arrangement": {**ROWS, "gap": 0.0}},
            "allowed: a length, with gap = 0",
        ),
        (
            {"symmetry": "plane_strain", "arrangement": {**ROWS, "gap": 0.05 * UM}},
            "inside the face 'axis'; allowed",
        ),
        ({"symmetry": "plane_strain", "arrangement": {**ROWS, "neck_radius": 0.3 * UM}}, "only with gap = 0"),
        (
            {
                "symmetry": "plane_strain",
                "arrangement": {"pattern": "hexagonal", "count": [2, 2], "gap": 0.0, "neck_radius": 0.6 * UM},
            },
            "necks that do not meet",
        ),
        ({"symmetry": "3d", "arrangement": ROWS}, "allowed: 3 numbers"),
        ({"arrangement": ROWS}, "the first of them 1"),
    ],
)
def test_impossible_particles_are_refused_with_the_limit(parameters: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        particle(**parameters)
    assert message in str(caught.value)
    assert caught.value.error_count() == 1


@given(
    symmetry=st.sampled_from(["plane_strain", "axisymmetric", "3d"]),
    radius=st.floats(-8.0, -5.0).map(lambda exponent: 10.0**exponent),
    size=st.floats(0.1, 0.2),
    thicknesses=st.lists(st.floats(1.0, 3.0), max_size=3),
    grain=st.floats(0.3, 0.7) | st.none(),
    room=st.floats(1.0, 8.0),
)
@settings(max_examples=15, deadline=None, derandomize=True)
def test_any_coated_particle_has_the_sizes_asked_for(
    symmetry: str,
    radius: float,
    size: float,
    thicknesses: list[float],
    grain: float | None,
    room: float,
) -> None:
    near = size * radius
    shells = [
        {"name": f"shell_{number}", "thickness": thickness * near}
        for number, thickness in enumerate(thicknesses)
    ]
    inclusions = []
    if grain is not None:
        centre = [0.0] * (3 if symmetry == "3d" else 2)
        inclusions = [{"name": "grain", "centre": centre, "radius": grain * radius}]
    assume(shells or inclusions)
    outer = radius + sum(thicknesses) * near
    geometry = ParticleGeometry(
        family="particle",
        symmetry=symmetry,
        particle_radius=radius,
        block_size=outer + (room + 1.0) * near,
        mesh_size=near,
        shells=shells,
        inclusions=inclusions,
    )
    assume(sum(geometry.estimated_cells().values()) < 4_000)
    mesh = checked_mesh(geometry)
    assert scaled_jacobian(mesh.points, mesh.cells).min() > 0.1
    again = geometry.build()
    assert np.array_equal(mesh.points, again.points)
    assert np.array_equal(mesh.cells, again.cells)
    assert np.array_equal(mesh.facet_tags, again.facet_tags)


@given(
    count=st.integers(1, 6),
    seed=st.integers(0, 1000),
    periodic=st.booleans(),
)
@settings(max_examples=12, deadline=None, derandomize=True)
def test_any_particles_in_a_box_have_the_sizes_asked_for(count: int, seed: int, periodic: bool) -> None:
    random = np.random.default_rng(seed)
    particles = [
        placed(
            tuple(random.uniform(0.5, 5.5, size=2)),
            radius=random.uniform(0.7, 1.2) * UM,
            name=f"p{number % 2}",
        )
        for number in range(count)
    ]
    try:
        geometry = particle(
            symmetry="plane_strain", particles=particles, box=[6.0 * UM, 6.0 * UM], periodic=periodic
        )
    except ValidationError:
        assume(False)
    mesh = checked_mesh(geometry)
    if periodic:
        matching_points(mesh, "axis", "side")
