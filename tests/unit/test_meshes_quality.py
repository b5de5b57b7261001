# SPDX-License-Identifier: LGPL-3.0-or-later
"""Element quality, sizes, and the checks that every mesh goes through: one refusal per defect."""

from __future__ import annotations

import dataclasses
import json
import math
import subprocess
import sys

import numpy as np
import pytest
from closeness import relative
from lithiate_meshes import (
    InputError,
    MeshData,
    MeshQualityError,
    VerificationBlock,
    build_mesh,
    check_quality,
    check_tags,
    scaled_jacobian,
)

SQRT2, SQRT3 = math.sqrt(2.0), math.sqrt(3.0)
EQUILATERAL = [(0.0, 0.0), (1.0, 0.0), (0.5, SQRT3 / 2.0)]
RIGHT = [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0)]
REGULAR_TETRAHEDRON = [(1.0, 1.0, 1.0), (-1.0, 1.0, -1.0), (1.0, -1.0, -1.0), (-1.0, -1.0, 1.0)]
CORNER_TETRAHEDRON = [(0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)]


def quality_of(corners: list[tuple[float, ...]]) -> float:
    points = np.array(corners)
    return float(scaled_jacobian(points, np.arange(len(points))[None, :])[0])


@pytest.mark.parametrize(
    ("corners", "expected"),
    [
        (EQUILATERAL, 1.0),
        (RIGHT, SQRT2 / SQRT3),  # at the sharp corner: 1/(1 sqrt(2)) times 2/sqrt(3)
        ([(0.0, 0.0), (1.0, 0.0), (0.5, 0.01)], 2.0 / SQRT3 * 0.01 / math.hypot(0.5, 0.01)),
        ([(0.0, 0.0), (1.0, 0.0), (2.0, 0.0)], 0.0),
        ([(0.0, 0.0), (0.0, 0.0), (1.0, 0.0)], 0.0),
        ([(0.0, 0.0), (0.0, 0.0), (0.0, 0.0)], 0.0),
        (REGULAR_TETRAHEDRON, 1.0),
        (CORNER_TETRAHEDRON, SQRT2 / 2.0),  # at a corner off the origin: 1/(1 sqrt(2) sqrt(2)) times sqrt(2)
        ([(0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (1.0, 1.0, 0.0)], 0.0),
    ],
)
def test_scaled_jacobian_in_closed_form(corners: list[tuple[float, ...]], expected: float) -> None:
    assert quality_of(corners) == pytest.approx(expected, abs=1e-14)


@pytest.mark.parametrize("corners", [RIGHT, CORNER_TETRAHEDRON])
def test_scaled_jacobian_ignores_size_and_place_but_not_orientation(
    corners: list[tuple[float, ...]],
) -> None:
    moved = [tuple(1e-9 * (coordinate + 7.0) for coordinate in corner) for corner in corners]
    assert quality_of(moved) == relative(quality_of(corners))
    swapped = [corners[1], corners[0], *corners[2:]]
    assert quality_of(swapped) == relative(-quality_of(corners))
    rolled = corners[1:] + corners[:1]
    assert abs(quality_of(rolled)) == relative(quality_of(corners))


def test_scaled_jacobian_takes_only_simplices_of_their_space() -> None:
    with pytest.raises(ValueError, match="no simplices"):
        scaled_jacobian(np.zeros((3, 3)), np.array([[0, 1, 2]]))


def two_blocks(symmetry: str = "plane_strain") -> MeshData:
    return build_mesh(
        VerificationBlock(
            family="verification",
            shape="two_blocks",
            symmetry=symmetry,
            width=2.0,
            height=1.0,
            upper_height=1.5,
            mesh_size=0.5,
        )
    )


def test_too_poor_mesh_is_refused_with_region_place_and_value() -> None:
    flat = VerificationBlock(family="verification", width=1.0, height=0.05, mesh_size=1.0)
    with pytest.raises(MeshQualityError) as caught:
        build_mesh(flat)
    value = 2.0 / SQRT3 * 0.05 / math.hypot(1.0, 0.05)
    assert f"{value:.3g}" in str(caught.value)
    assert "region 'block'" in str(caught.value)
    assert "(x, y) = (0.6667, 0.01667) m" in str(caught.value)
    assert "scaled Jacobian below 0.1;" in str(caught.value)
    check_quality(flat.build(), smallest_allowed=0.05)


def test_the_worst_element_is_the_one_that_is_named() -> None:
    mesh = two_blocks("axisymmetric")
    points = mesh.points.copy()
    inner = int(np.flatnonzero((points == (1.0, 2.0)).all(axis=1))[0])
    points[inner] = (1.495, 2.0)  # all but onto its neighbour (1.5, 2.0), in the upper block
    with pytest.raises(MeshQualityError, match=r"region 'electrolyte' at \(r, z\) = \(1\.\d+, [12]\.\d+\) m"):
        check_quality(dataclasses.replace(mesh, points=points))


def remove(mesh: MeshData, rows: np.ndarray) -> MeshData:
    return dataclasses.replace(
        mesh, facets=np.delete(mesh.facets, rows, axis=0), facet_tags=np.delete(mesh.facet_tags, rows)
    )


def add(mesh: MeshData, facet: list[int], tag: int) -> MeshData:
    return dataclasses.replace(
        mesh,
        facets=np.concatenate([mesh.facets, np.array([facet])]),
        facet_tags=np.append(mesh.facet_tags, np.int32(tag)),
    )


def inner_facet(mesh: MeshData) -> list[int]:
    """A facet between two cells of the lower block, off every named face."""
    named = {tuple(sorted(facet)) for facet in mesh.facets.tolist()}
    cell = sorted(mesh.cells_of("electrode").tolist()[0])
    pairs = [[cell[0], cell[1]], [cell[0], cell[2]], [cell[1], cell[2]]]
    return next(pair for pair in pairs if tuple(pair) not in named)


def rows_with(mesh: MeshData, name: str) -> np.ndarray:
    return np.flatnonzero(mesh.facet_tags == {**mesh.surfaces, **mesh.interfaces}[name])


def retag(mesh: MeshData, row: int, tag: int) -> MeshData:
    tags = mesh.facet_tags.copy()
    tags[row] = tag
    return dataclasses.replace(mesh, facet_tags=tags)


def move_cell_to_other_region(mesh: MeshData) -> MeshData:
    tags = mesh.cell_tags.copy()
    touches_bottom = np.isin(mesh.cells, np.unique(mesh.facets_of("bottom"))).any(axis=1)
    tags[np.flatnonzero(touches_bottom)[0]] = mesh.regions["electrolyte"]
    return dataclasses.replace(mesh, cell_tags=tags)


def move_cell_across_interface(mesh: MeshData) -> MeshData:
    tags = mesh.cell_tags.copy()
    facet = set(mesh.facets_of("electrode|electrolyte")[0].tolist())
    cell = next(row for row, cell in enumerate(mesh.cells.tolist()) if facet <= set(cell) and tags[row] == 1)
    tags[cell] = mesh.regions["electrolyte"]
    return dataclasses.replace(mesh, cell_tags=tags)


def third_cell(mesh: MeshData) -> MeshData:
    cells = np.concatenate([mesh.cells, mesh.cells[:1]])
    return dataclasses.replace(mesh, cells=cells, cell_tags=np.append(mesh.cell_tags, mesh.cell_tags[0]))


DEFECTS = {
    "unnamed outer facet": (
        lambda mesh: remove(mesh, rows_with(mesh, "side")[:1]),
        "outer facet is on no named surface",
    ),
    "outer facet on an interface": (
        lambda mesh: retag(mesh, rows_with(mesh, "side")[0], mesh.interfaces["electrode|electrolyte"]),
        "outer facet is on no named surface",
    ),
    "facet named twice": (
        lambda mesh: add(mesh, mesh.facets_of("top")[0].tolist(), mesh.surfaces["side"]),
        "more than once",
    ),
    "facet listed twice": (
        lambda mesh: add(mesh, mesh.facets_of("top")[0].tolist()[::-1], mesh.surfaces["top"]),
        "more than once",
    ),
    "surface inside": (
        lambda mesh: add(mesh, inner_facet(mesh), mesh.surfaces["side"]),
        "surface holds a facet inside",
    ),
    "interface inside a region": (
        lambda mesh: add(mesh, inner_facet(mesh), mesh.interfaces["electrode|electrolyte"]),
        "not the one between the regions",
    ),
    "unlisted interface facet": (
        lambda mesh: remove(mesh, rows_with(mesh, "electrode|electrolyte")[:1]),
        "not the one between the regions",
    ),
    "cell of the other region at the bottom": (move_cell_to_other_region, "not the one between the regions"),
    "cell of the other region at the interface": (
        move_cell_across_interface,
        "not the one between the regions",
    ),
    "interface without a name": (
        lambda mesh: dataclasses.replace(
            remove(mesh, rows_with(mesh, "electrode|electrolyte")), interfaces={}
        ),
        "meet without a named interface",
    ),
    "facet of no cell": (lambda mesh: add(mesh, [0, len(mesh.points) - 1], 1), "belongs to no cell"),
    "surface without facets": (
        lambda mesh: dataclasses.replace(mesh, surfaces={**mesh.surfaces, "lid": 99}),
        "'lid' has no elements",
    ),
    "region without cells": (
        lambda mesh: dataclasses.replace(mesh, regions={**mesh.regions, "void": 99}),
        "'void' has no elements",
    ),
    "unnamed facet tag": (lambda mesh: retag(mesh, 0, 99), "without a name"),
    "shared tag": (
        lambda mesh: dataclasses.replace(mesh, interfaces={"electrode|electrolyte": mesh.surfaces["side"]}),
        "tags of their own",
    ),
    "tag zero": (
        lambda mesh: dataclasses.replace(
            mesh,
            surfaces={**mesh.surfaces, "side": 0},
            facet_tags=np.where(mesh.facet_tags == mesh.surfaces["side"], 0, mesh.facet_tags),
        ),
        "non-zero tags",
    ),
    "unused point": (
        lambda mesh: dataclasses.replace(mesh, points=np.concatenate([mesh.points, [[9.0, 9.0]]])),
        "points that belong to no cell",
    ),
    "three cells at a facet": (third_cell, "more than two cells"),
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_incomplete_or_ambiguous_names_are_refused(defect: str) -> None:
    spoil, message = DEFECTS[defect]
    mesh = two_blocks()
    check_tags(mesh)
    with pytest.raises(InputError, match=message):
        check_tags(spoil(mesh))


@pytest.mark.parametrize(
    ("symmetry", "platen", "side"),
    [("plane_strain", 2.0, 2.5), ("axisymmetric", 4.0 * math.pi, 4.0 * math.pi * 2.5), ("3d", 4.0, 5.0)],
)
def test_sizes_of_a_block_in_closed_form(symmetry: str, platen: float, side: float) -> None:
    mesh = two_blocks(symmetry)
    assert mesh.region_volumes() == relative({"electrode": platen, "electrolyte": 1.5 * platen})
    assert mesh.interface_areas() == relative({"electrode|electrolyte": platen})
    areas = mesh.surface_areas()
    assert [areas[name] for name in ("bottom", "top", "side")] == relative([platen, platen, side])
    if symmetry == "axisymmetric":
        assert areas["axis"] == 0.0


def test_description_is_json_and_agrees_with_the_mesh() -> None:
    mesh = two_blocks("3d")
    report = json.loads(json.dumps(mesh.describe()))
    assert report["cells"] == len(mesh.cells) == sum(region["cells"] for region in report["regions"].values())
    assert report["points"] == len(mesh.points)
    assert report["regions"]["electrode"]["volume"] == relative(4.0)
    assert report["regions"]["electrode"]["smallest_edge"] == relative(0.5)
    assert report["regions"]["electrode"]["largest_edge"] == relative(0.5 * SQRT3)
    assert report["interfaces"]["electrode|electrolyte"]["facets"] == 2 * 4 * 4
    assert sum(surface["facets"] for surface in report["surfaces"].values()) == 2 * (2 * 16 + 4 * 20)
    assert report["smallest_scaled_jacobian"] == relative(1.0 / SQRT3)


def test_edges_are_all_edges() -> None:
    rectangle = VerificationBlock(family="verification", width=1.0, height=0.8, mesh_size=1.0)
    report = build_mesh(rectangle).describe()["regions"]["block"]
    assert (report["smallest_edge"], report["largest_edge"]) == relative((0.8, math.hypot(1.0, 0.8)))


def test_importing_the_package_imports_no_gmsh() -> None:
    program = (
        "import sys, lithiate_meshes; print([name for name in ('gmsh', 'dolfinx') if name in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
