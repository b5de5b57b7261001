# SPDX-License-Identifier: LGPL-3.0-or-later
"""A particle on a foil, under an electrolyte: exact sizes, complete names, and refusals."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from lithiate_meshes import MeshData, ParticleGeometry, build_mesh, scaled_jacobian
from pydantic import ValidationError

UM = 1e-6
# With a base of 0.8 radii the centre is 0.6 radii above the foil.
STANDING: dict[str, object] = {
    "family": "particle",
    "position": "on",
    "particle_radius": UM,
    "block_size": 1.5 * UM,
    "foil_thickness": 0.5 * UM,
    "base_radius": 0.8 * UM,
    "contact_depth": 0.4 * UM,
    "electrolyte_thickness": 1.2 * UM,
    "mesh_size": 0.2 * UM,
}


def near(expected: Any, rel: float = 1e-6) -> Any:
    """Without the absolute tolerance of approx, which is larger than any area or volume here."""
    return pytest.approx(expected, rel=rel, abs=0.0)


def standing(**parameters: object) -> ParticleGeometry:
    values = {key: value for key, value in (STANDING | parameters).items() if value is not None}
    return ParticleGeometry.model_validate(values)


def checked_mesh(geometry: ParticleGeometry) -> MeshData:
    """The mesh, its names and sizes compared with those that were promised without it."""
    mesh = build_mesh(geometry)
    assert tuple(mesh.regions) == geometry.regions
    assert tuple(mesh.surfaces) == geometry.surfaces
    assert tuple(mesh.interfaces) == geometry.interfaces
    assert mesh.region_volumes() == near(geometry.region_volumes(), rel=0.02)
    assert mesh.interface_areas() == near(geometry.interface_areas(), rel=0.02)
    assert mesh.surface_areas()["top"] == near(geometry.platen_area, rel=0.02)
    for region, count in geometry.estimated_cells().items():
        assert 0.5 < count / len(mesh.cells_of(region)) < 2.0
    for name in geometry.interfaces:
        corners = mesh.points[mesh.facets_of(name)]
        edges = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=-1)
        assert np.median(edges) < 1.25 * geometry.interface_mesh_size(name)
    return mesh


@pytest.mark.parametrize(("symmetry", "share"), [("axisymmetric", 1.0), ("3d", 0.25)])
def test_a_sphere_stands_on_a_foil_and_reaches_into_the_electrolyte(symmetry: str, share: float) -> None:
    geometry = standing(symmetry=symmetry)
    assert geometry.regions == ("foil", "particle", "electrolyte")
    assert geometry.interfaces == ("foil|particle", "particle|electrolyte")
    assert geometry.surfaces[-1] == "surroundings_wall"
    volumes, areas = geometry.region_volumes(), geometry.interface_areas()
    cap = math.pi * 0.4**2 * (1.0 - 0.4 / 3.0)  # the base cuts off the same cap that the electrolyte covers
    platen = math.pi * 1.5**2
    assert geometry.platen_area == near(share * platen * UM**2)
    assert volumes["foil"] == near(share * 0.5 * platen * UM**3)
    assert volumes["particle"] == near(share * (4.0 / 3.0 * math.pi - cap) * UM**3)
    assert volumes["electrolyte"] == near(share * (1.2 * platen - cap) * UM**3)
    assert areas["foil|particle"] == near(share * math.pi * 0.64 * UM**2)
    assert areas["particle|electrolyte"] == near(share * 2.0 * math.pi * 0.4 * UM**2)
    mesh = checked_mesh(geometry)
    # The wall is all that looks into the empty space: of foil, particle and electrolyte.
    wall = 2.0 * math.pi * (2.0 - 0.4 - 0.4) + 2.0 * (platen - math.pi * 0.64)
    assert mesh.surface_areas()["surroundings_wall"] == near(share * wall * UM**2, rel=0.02)
    assert mesh.points[mesh.facets_of("top"), -1].max() == near((0.5 + 0.6 + 1.0 - 0.4 + 1.2) * UM)


def test_filled_surroundings_of_a_ridge_are_a_region() -> None:
    geometry = standing(symmetry="plane_strain", surroundings="filled", mesh_size=0.1 * UM)
    assert geometry.regions == ("foil", "particle", "surroundings", "electrolyte")
    assert geometry.interfaces == (
        "foil|particle", "foil|surroundings", "particle|surroundings", "particle|electrolyte",
        "surroundings|electrolyte",
    )  # fmt: skip
    assert geometry.surfaces == ("axis", "bottom", "side", "top")
    volumes, areas = geometry.region_volumes(), geometry.interface_areas()
    angle = math.acos(0.6)
    segment = (angle - 0.6 * 0.8) / 2.0  # of half a disc
    assert volumes["particle"] == near((math.pi / 2.0 - segment) * UM**2)
    assert volumes["surroundings"] == near((1.5 * 1.2 - math.pi / 2.0 + 2.0 * segment) * UM**2)
    assert volumes["electrolyte"] == near((1.5 * 1.2 - segment) * UM**2)
    assert areas["particle|electrolyte"] == near(angle * UM)
    assert areas["particle|surroundings"] == near((math.pi - 2.0 * angle) * UM)
    assert areas["foil|surroundings"] == near(0.7 * UM)
    assert areas["surroundings|electrolyte"] == near(0.7 * UM)
    checked_mesh(geometry)


def test_a_sphere_in_a_box_among_filled_surroundings() -> None:
    geometry = standing(symmetry="3d", block_shape="box", surroundings="filled")
    assert geometry.platen_area == near(2.25 * UM**2)
    assert geometry.surfaces == ("symmetry_x", "symmetry_y", "bottom", "side", "side_y", "top")
    checked_mesh(geometry)


@pytest.mark.parametrize("depth", [0.98, 1.0, 1.2])
def test_the_electrolyte_may_reach_the_equator_and_beyond(depth: float) -> None:
    mesh = checked_mesh(standing(contact_depth=depth * UM, electrolyte_thickness=1.8 * UM))
    assert scaled_jacobian(mesh.points, mesh.cells).min() > 0.3


@pytest.mark.parametrize("symmetry", ["axisymmetric", "3d"])
def test_other_phases_and_pores_lie_inside(symmetry: str) -> None:
    centre = [0.0] * (1 if symmetry == "axisymmetric" else 2)
    inclusions = [
        {"name": "grain", "centre": [*centre, -0.1 * UM], "radius": 0.25 * UM},
        {"name": "pore", "centre": [*centre, 0.5 * UM], "radius": 0.2 * UM, "empty": True},
    ]
    geometry = standing(symmetry=symmetry, inclusions=inclusions)
    assert geometry.regions == ("foil", "grain", "particle", "electrolyte")
    assert geometry.interfaces == ("foil|particle", "grain|particle", "particle|electrolyte")
    assert geometry.surfaces[-2:] == ("pore_wall", "surroundings_wall")
    bare = standing(symmetry=symmetry).region_volumes()["particle"]
    share = 1.0 if symmetry == "axisymmetric" else 0.25
    removed = share * 4.0 / 3.0 * math.pi * (0.25**3 + 0.2**3) * UM**3
    assert geometry.region_volumes()["particle"] == near(bare - removed)
    checked_mesh(geometry)


GRAIN = {"name": "grain", "centre": [0.0, 0.0], "radius": 0.3 * UM}
SHELL = {"name": "carbon", "thickness": 0.3 * UM}
ROW = {"count": [1, 1], "gap": 0.1 * UM}


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"foil_thickness": None}, "found nothing; allowed: a length, with position"),
        ({"base_radius": None}, "found nothing; allowed: a length, with position"),
        ({"contact_depth": None}, "found nothing; allowed: a length, with position"),
        ({"electrolyte_thickness": None}, "found nothing; allowed: a length, with position"),
        ({"shape": "fibre"}, 'found "on" with shape = "fibre"; allowed: "sphere"'),
        ({"shells": [SHELL]}, "found shells; allowed: only with position"),
        ({"arrangement": ROW, "block_size": None}, "found arrangement; allowed: only with position"),
        ({"block_height": UM}, "found block_height; allowed: only with position"),
        ({"base_radius": UM}, "found 1e-06 m; allowed: less than particle_radius = 1e-06 m"),
        ({"base_radius": 0.1 * UM}, "found base_radius = 1e-07 m; allowed: at least 2e-07 m, which"),
        ({"base_radius": 0.6 * UM, "symmetry": "3d"}, "allowed: at least 7.14286e-07 m, which mesh_size"),
        (
            {"base_radius": 0.3 * UM, "surroundings": "filled"},
            "found base_radius = 3e-07 m; allowed: at least 3.4202e-07 m, with a wedge of 20 degrees",
        ),
        ({"contact_depth": 0.01 * UM}, "allowed: from 2.02041e-08 m, a contact of radius 2e-07 m"),
        ({"contact_depth": 0.05 * UM, "surroundings": "filled"}, "allowed: from 6.03074e-08 m, a wedge"),
        ({"contact_depth": 0.2 * UM, "symmetry": "3d"}, "a contact of radius 7.14286e-07 m"),
        ({"contact_depth": 1.1 * UM}, "to 1e-06 m, electrolyte_thickness less mesh_size"),
        ({"contact_depth": 1.5 * UM, "electrolyte_thickness": 2.0 * UM}, "to 1.4e-06 m, mesh_size above the"),
        (
            {"base_radius": 0.1 * UM, "mesh_size": 0.05 * UM, "contact_depth": 1.942 * UM,
             "electrolyte_thickness": 3.0 * UM},
            "to 1.93969e-06 m, a wedge of 20 degrees in which the electrolyte ends",
        ),
        ({"foil_thickness": 0.1 * UM}, "found mesh_size = 2e-07 m; allowed: at most 1e-07 m, foil_thickness"),
        ({"mesh_size": 0.3 * UM, "foil_thickness": UM}, "allowed: at most 2.7e-07 m, or flat elements"),
        (
            {"block_size": 1.2 * UM, "contact_depth": 0.9 * UM, "surroundings": "filled"},
            "m, for 2 % of the volume of 'surroundings'",
        ),
        ({"block_size": 0.9 * UM}, "the particle would overlap the outer faces"),
        ({"block_size": 1.1 * UM}, "allowed: at most block_size - particle_radius"),
        ({"inclusions": [{**GRAIN, "name": "foil"}]}, "found the name 'foil' of an inclusion"),
        ({"inclusions": [{**GRAIN, "centre": [0.0, 0.7 * UM]}]}, "crosses the surface of 'particle'"),
        (
            {"inclusions": [{**GRAIN, "centre": [0.0, -0.25 * UM]}]},
            "found the inclusion 'grain' with its lowest point 5e-08 m above the foil",
        ),
        ({"mesh_size": 1e-9, "symmetry": "3d"}, "elements; allowed: at most 5e+07 elements"),
    ],
)  # fmt: skip
def test_impossible_standing_particles_are_refused_with_the_limit(
    parameters: dict[str, object], message: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        standing(**parameters)
    assert message in str(caught.value)
    assert caught.value.error_count() == 1


@pytest.mark.parametrize(
    "key", ["foil_thickness", "base_radius", "contact_depth", "electrolyte_thickness", "surroundings"]
)
def test_a_particle_in_an_electrolyte_has_no_keys_of_a_standing_one(key: str) -> None:
    value: object = "empty" if key == "surroundings" else 0.5 * UM
    inside = {name: STANDING[name] for name in ("family", "particle_radius", "block_size", "mesh_size")}
    with pytest.raises(ValidationError, match='allowed: only with position = "on"'):
        ParticleGeometry.model_validate({**inside, key: value})


@given(
    symmetry=st.sampled_from(["plane_strain", "axisymmetric", "3d"]),
    radius=st.floats(-8.0, -5.0).map(lambda exponent: 10.0**exponent),
    size=st.floats(0.12, 0.25),
    base=st.floats(0.0, 1.0),
    depth=st.floats(0.0, 1.0),
    room=st.floats(1.0, 5.0),
    surroundings=st.sampled_from(["empty", "filled"]),
    box=st.booleans(),
)
@settings(max_examples=12, deadline=None, derandomize=True)
def test_any_standing_particle_has_the_sizes_asked_for(
    symmetry: str,
    radius: float,
    size: float,
    base: float,
    depth: float,
    room: float,
    surroundings: str,
    box: bool,
) -> None:
    # Shares of what is possible, in radii.
    size = min(size, 0.2) if symmetry == "3d" else size
    base_radius = 0.75 + 0.2 * base if symmetry == "3d" else 0.35 + 0.6 * base
    summit = 1.0 + math.sqrt(1.0 - base_radius**2)
    contact_depth = 0.33 + (summit - size - 0.33) * depth
    try:
        geometry = ParticleGeometry.model_validate(
            {
                "family": "particle",
                "position": "on",
                "symmetry": symmetry,
                "particle_radius": radius,
                "block_size": (1.0 + room * size) * radius,
                "foil_thickness": room * size * radius,
                "base_radius": base_radius * radius,
                "contact_depth": contact_depth * radius,
                "electrolyte_thickness": (contact_depth + room * size) * radius,
                "surroundings": surroundings,
                "mesh_size": size * radius,
            }
            | ({"block_shape": "box" if box else "cylinder"} if symmetry == "3d" else {})
        )
    except ValidationError as error:
        # Little space left for what is filled needs smaller elements.
        assert "for 2 % of the volume of" in str(error)
        assume(False)
    assume(sum(geometry.estimated_cells().values()) < 4_000)
    mesh = checked_mesh(geometry)
    assert scaled_jacobian(mesh.points, mesh.cells).min() > 0.12
    again = geometry.build()
    assert np.array_equal(mesh.points, again.points)
    assert np.array_equal(mesh.cells, again.cells)
    assert np.array_equal(mesh.cell_tags, again.cell_tags)
    assert np.array_equal(mesh.facets, again.facets)
    assert np.array_equal(mesh.facet_tags, again.facet_tags)
