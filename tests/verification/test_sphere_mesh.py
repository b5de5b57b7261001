# SPDX-License-Identifier: LGPL-3.0-or-later
"""The sphere that the closed forms of diffusion-induced stress are compared on."""

from __future__ import annotations

import math

import numpy as np
import pytest
from lithiate_meshes import VerificationBlock, build_mesh, scaled_jacobian
from pydantic import ValidationError

SYMMETRIES = ("plane_strain", "axisymmetric", "3d")


def sphere(**parameters: object) -> VerificationBlock:
    given = {"family": "verification", "shape": "sphere", "radius": "5 um", "mesh_size": "0.5 um"}
    return VerificationBlock.model_validate(given | parameters)


@pytest.mark.parametrize("symmetry", SYMMETRIES)
def test_names_places_and_sizes(symmetry: str) -> None:
    """A surface under the wrong name would put the flux on a symmetry plane."""
    geometry = sphere(symmetry=symmetry)
    mesh = build_mesh(geometry)  # checks every tag and the quality
    assert tuple(mesh.regions) == geometry.regions == ("sphere",)
    assert tuple(mesh.surfaces) == geometry.surfaces
    assert geometry.interfaces == () and not mesh.interfaces
    planes = {"axis": 0, "symmetry_x": 0, "symmetry_y": 1, "bottom": mesh.dimension - 1}
    for name in set(geometry.surfaces) - {"surface"}:
        assert np.all(mesh.points[mesh.facets_of(name), planes[name]] == 0.0)
    distance = np.linalg.norm(mesh.points[mesh.facets_of("surface")], axis=-1)
    assert distance == pytest.approx(5e-6, rel=1e-9)
    assert mesh.points.min() == 0.0
    # The facets are chords: the polygon or polyhedron is a little smaller, never larger.
    for found, exact in (
        (mesh.region_volumes()["sphere"], geometry.region_volumes()["sphere"]),
        (mesh.surface_areas()["surface"], geometry.platen_area),
    ):
        assert 0.99 * exact < found < exact
    assert geometry.estimated_cells()["sphere"] == pytest.approx(len(mesh.cells), rel=0.35)


def test_sizes_are_those_of_the_whole_shape() -> None:
    """The parts that symmetry leaves, against the textbook."""
    volumes = {symmetry: sphere(symmetry=symmetry).region_volumes()["sphere"] for symmetry in SYMMETRIES}
    areas = {symmetry: sphere(symmetry=symmetry).platen_area for symmetry in SYMMETRIES}
    whole = 4.0 / 3.0 * math.pi * 125e-18
    quarter = math.pi * 25e-12 / 4.0
    assert volumes == pytest.approx({"plane_strain": quarter, "axisymmetric": whole / 2.0, "3d": whole / 8.0})
    assert areas == pytest.approx(
        {"plane_strain": math.pi * 2.5e-6, "axisymmetric": 2e-12 * math.pi * 25.0, "3d": math.pi * 12.5e-12}
    )


@pytest.mark.parametrize("symmetry", SYMMETRIES)
def test_elements_are_smallest_on_the_surface(symmetry: str) -> None:
    """Diffusion starts in a layer far thinner than the radius: without the grading it would be missed."""
    mesh = build_mesh(sphere(symmetry=symmetry, mesh_size="0.2 um" if symmetry != "3d" else "0.4 um"))
    corners = mesh.points[mesh.cells]
    first, second = np.triu_indices(corners.shape[1], k=1)
    longest = np.linalg.norm(corners[:, first] - corners[:, second], axis=-1).max(axis=1)
    distance = np.linalg.norm(corners.mean(axis=1), axis=1)
    outer, inner = longest[distance > 4.8e-6], longest[distance < 1.5e-6]
    assert outer.mean() < 0.65 * inner.mean()
    assert scaled_jacobian(mesh.points, mesh.cells).min() > 0.15


def test_two_builds_are_the_same() -> None:
    first, second = (build_mesh(sphere(symmetry="3d", mesh_size="1.5 um")) for _ in range(2))
    assert first.points.tobytes() == second.points.tobytes()
    assert first.cells.tobytes() == second.cells.tobytes()


@pytest.mark.parametrize(
    ("parameters", "key", "message"),
    [
        ({"radius": None}, "radius", 'found nothing; allowed: a length, with shape = "sphere"'),
        ({"width": "1 um"}, "width", 'only with shape = "block" or "two_blocks"'),
        ({"height": "1 um"}, "height", 'found shape = "sphere"'),
        ({"upper_height": "1 um"}, "upper_height", 'only with shape = "two_blocks"'),
        ({"shape": "block", "radius": None}, "width", "found nothing"),
        ({"shape": "block", "width": 1.0, "height": 1.0}, "radius", 'only with shape = "sphere"'),
        ({"mesh_size": "3 um"}, "mesh_size", "at most half of radius"),
        ({"mesh_size": "1e-7 um"}, None, "at most 5e\\+07 elements"),
        ({"irregular": 0.1}, "irregular", "found 0.1"),
    ],
)
def test_refusals_name_the_key(parameters: dict[str, object], key: str | None, message: str) -> None:
    with pytest.raises(ValidationError, match=message) as caught:
        sphere(**parameters)
    assert caught.value.errors()[0]["loc"] == ((key,) if key else ())
