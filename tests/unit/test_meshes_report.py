# SPDX-License-Identifier: LGPL-3.0-or-later
"""The report of a mesh: volumes, areas and coverage against closed forms, and the refusal beyond 2 %."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from closeness import relative
from hypothesis import given, settings
from hypothesis import strategies as st
from lithiate_meshes import (
    InputError,
    MeshData,
    MeshFileGeometry,
    ParticleGeometry,
    build_mesh,
    check_morphology,
    write_msh,
)
from lithiate_meshes.report import free_areas, histogram, mesh_report, morphology
from lithiate_post.mesh_pictures import draw_mesh, draw_quality, region_colours, thin_windows
from matplotlib.image import imread
from shell_meshes import SYMMETRIES, shell_mesh

SHARE = {"plane_strain": 4.0, "axisymmetric": 2.0, "3d": 8.0}  # of the full circle or sphere


def particle(symmetry: str, mesh_size: float = 0.2, block_size: float = 2.0) -> ParticleGeometry:
    return ParticleGeometry.model_validate(
        {
            "family": "particle",
            "symmetry": symmetry,
            "particle_radius": 1.0,
            "block_size": block_size,
            "mesh_size": mesh_size,
        }
    )


def rows(mesh: MeshData, geometry: ParticleGeometry) -> dict[tuple[str, str], tuple[float | None, float]]:
    return {(row.quantity, row.name): (row.asked, row.found) for row in morphology(mesh, geometry)}


@pytest.mark.parametrize("symmetry", SYMMETRIES)
def test_morphology_is_that_of_a_sphere_in_its_block(symmetry: str) -> None:
    geometry = particle(symmetry)
    found = rows(build_mesh(geometry), geometry)
    flat = symmetry == "plane_strain"
    volume = (math.pi if flat else 4.0 / 3.0 * math.pi) / SHARE[symmetry]
    area = (2.0 if flat else 4.0) * math.pi / SHARE[symmetry]
    platen = 2.0 if flat else geometry.platen_area
    name = "particle|electrolyte"
    exact = {
        ("region_volume", "particle"): volume,
        ("volume_fraction", "particle"): volume / (2.0 * platen),
        ("volume_fraction", "electrolyte"): 1.0 - volume / (2.0 * platen),
        ("interface_area", name): area,
        ("specific_interface_area", name): area / (2.0 * platen),
        ("coverage", name): 1.0,
        ("interface_area_per_platen_area", name): area / platen,
    }
    for key, value in exact.items():
        asked, measured = found[key]
        assert asked == relative(value, rel=1e-12), key
        assert measured == relative(value, rel=0.03), key
    assert found["coverage", name][1] == 1.0


@given(symmetry=st.sampled_from(SYMMETRIES), size=st.floats(0.15, 0.3), block_size=st.floats(1.5, 3.0))
@settings(max_examples=12, deadline=None, derandomize=True)
def test_numbers_of_any_particle_agree_with_each_other(symmetry: str, size: float, block_size: float) -> None:
    geometry = particle(symmetry, size, block_size)
    mesh = build_mesh(geometry)
    report = mesh_report(mesh, geometry)
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    counts = report["scaled_jacobian"]
    assert sum(counts["counts"]) == len(mesh.cells)
    assert np.sum(list(counts["counts_by_region"].values()), axis=0).tolist() == counts["counts"]
    fractions = [region["volume_fraction"] for region in report["mesh"]["regions"].values()]
    assert sum(fractions) == relative(1.0)
    found = rows(mesh, geometry)
    total = sum(value for (quantity, _), (_, value) in found.items() if quantity == "region_volume")
    # The block itself is meshed exactly, unless it is a cylinder in 3D.
    if symmetry != "3d":
        assert total == relative(geometry.platen_area * block_size, rel=1e-9)
    if size < 0.2:
        check_morphology(mesh, geometry, 0.04)


@pytest.mark.parametrize("symmetry", SYMMETRIES)
def test_walls_of_voids_count_as_boundary_of_their_region(symmetry: str) -> None:
    mesh = shell_mesh(symmetry)
    assert free_areas(mesh) == relative({"electrolyte": mesh.surface_areas()["void_wall"]})


def file_geometry(mesh: MeshData, folder: Path) -> MeshFileGeometry:
    write_msh(mesh, folder / "mesh.msh")
    return MeshFileGeometry(family="mesh_file", symmetry=mesh.symmetry, path=str(folder / "mesh.msh"))


def sides(mesh: MeshData, chosen: np.ndarray) -> set[tuple[int, ...]]:
    """The sides of some triangles."""
    pairs = [np.sort(mesh.cells[chosen][:, pair], axis=1) for pair in ((0, 1), (1, 2), (0, 2))]
    return {tuple(side) for side in np.concatenate(pairs).tolist()}


def test_coverage_of_a_region_with_a_free_surface(tmp_path: Path) -> None:
    """A core half of whose surface is free is half covered."""
    mesh = build_mesh(particle("plane_strain", 0.1))
    tag = mesh.interfaces["particle|electrolyte"]
    keep = mesh.cell_tags == mesh.regions["particle"]
    centre = mesh.points[mesh.cells].mean(axis=1)
    keep |= centre[:, 0] < centre[:, 1]
    # Facets of what is taken away go; those left to the particle alone become free.
    facets = np.sort(mesh.facets, axis=1).tolist()
    kept, electrolyte = sides(mesh, keep), sides(mesh, keep & (mesh.cell_tags == mesh.regions["electrolyte"]))
    listed = np.array([tuple(row) in kept for row in facets])
    free = np.array([tuple(row) not in electrolyte for row in facets]) & (mesh.facet_tags == tag)
    tags = np.where(free, 99, mesh.facet_tags)[listed]
    cut = replace(
        mesh, cells=mesh.cells[keep], cell_tags=mesh.cell_tags[keep], facets=mesh.facets[listed],
        facet_tags=tags.astype(np.int32), surfaces={**mesh.surfaces, "free": 99},
    )  # fmt: skip
    area = cut.interface_areas()["particle|electrolyte"]
    expected = area / (area + cut.surface_areas()["free"])
    assert 0.4 < expected < 0.6
    row = next(item for item in morphology(cut, particle("plane_strain")) if item.quantity == "coverage")
    assert row.found == relative(expected)
    assert row.asked is None


def test_a_mesh_that_is_not_what_was_asked_for_is_refused() -> None:
    geometry = particle("3d", 0.3)
    mesh = build_mesh(geometry)
    with pytest.raises(InputError, match="region volume of 'particle' is .* asked for were 0.5236 m3"):
        check_morphology(mesh, geometry, 1e-4)
    fine = particle("axisymmetric", 0.1)
    mesh = build_mesh(fine)
    check_morphology(mesh, fine)
    with pytest.raises(InputError, match="allowed: within 2 %; try a smaller mesh_size"):
        check_morphology(replace(mesh, points=mesh.points * 1.01), fine)
    with pytest.raises(InputError, match="interface area of 'particle.electrolyte' is 0 m2"):
        check_morphology(replace(mesh, interfaces={}), fine)
    with pytest.raises(InputError, match="'third' is .* asked for were 0 m3"):
        check_morphology(replace(mesh, regions={"third": 1, "electrolyte": 2, "particle": 7}), fine)


def test_flat_and_turned_cells_stand_in_the_first_bar() -> None:
    mesh = build_mesh(particle("plane_strain", 0.5))
    points = mesh.points.copy()
    points[mesh.cells[0, 0]] = points[mesh.cells[0, 1]]
    counts = histogram(replace(mesh, points=points))["counts"]
    assert counts[0] >= 1
    assert sum(counts) == len(mesh.cells)


def layers() -> MeshData:
    """A strip with a layer of a hundredth of its height."""
    x, y = np.meshgrid(np.linspace(0.0, 1.0, 41), [0.0, 0.5, 0.51, 1.0])
    points = np.stack([x.ravel(), y.ravel()], axis=1) * 1e-6
    lower = (np.arange(3)[:, None] * 41 + np.arange(40)).ravel()
    cells = np.concatenate(
        [np.stack([lower, lower + 1, lower + 42], axis=1), np.stack([lower, lower + 42, lower + 41], axis=1)]
    )
    tags = np.tile(np.repeat([1, 2, 3], 40), 2).astype(np.int32)
    names = {"film": 1, "interlayer": 2, "electrolyte": 3}
    none = np.empty(0, dtype=np.int32)
    return MeshData(points, cells, tags, np.empty((0, 2), np.int64), none, names, {}, {}, "plane_strain")


def test_a_thin_layer_is_shown_once_more_enlarged(tmp_path: Path) -> None:
    mesh = layers()
    (window,) = thin_windows(mesh)
    assert window.centre == pytest.approx((0.5e-6, 0.505e-6), abs=0.02e-6)
    assert window.width == relative(20 * 0.01e-6, rel=0.05)
    assert thin_windows(build_mesh(particle("axisymmetric"))) == []
    picture = imread(draw_mesh(mesh, tmp_path / "mesh.png", "layers"))
    plain = imread(draw_mesh(build_mesh(particle("axisymmetric")), tmp_path / "plain.png", "plain"))
    assert picture.shape[1] > 1.4 * plain.shape[1]


@pytest.mark.parametrize("symmetry", ["plane_strain", "3d"])
def test_every_region_is_seen_in_its_colour(symmetry: str, tmp_path: Path) -> None:
    mesh = shell_mesh(symmetry)
    colours = region_colours(mesh)
    assert len(set(colours.values())) == 3
    drawn = imread(draw_mesh(mesh, tmp_path / "mesh.png", "shells"))[:, :, :3]
    for colour in colours.values():
        wanted = np.array([int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)])
        assert np.count_nonzero(np.abs(drawn - wanted).max(axis=2) < 0.01) > 500, colour
    assert draw_quality(mesh, histogram(mesh), tmp_path / "quality.png", "shells").stat().st_size > 1000


def test_in_3d_both_symmetry_planes_and_the_top_are_seen(tmp_path: Path) -> None:
    """Each flat face has its own brightness; those that look away would all have the same."""
    mesh = build_mesh(particle("3d", 0.3))
    drawn = imread(draw_mesh(mesh, tmp_path / "mesh.png", "octant"))[:, :, :3]
    colour = region_colours(mesh)["electrolyte"]
    sand = np.array([int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)])
    faces = [
        np.count_nonzero(np.abs(drawn - sand * (0.72 + 0.28 * cosine)).max(axis=2) < 0.01)
        for cosine in (0.35, 0.75, 0.55)  # x = 0, y = 0, top
    ]
    assert min(faces) > 5000, faces
