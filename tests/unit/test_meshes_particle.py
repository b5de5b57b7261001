# SPDX-License-Identifier: LGPL-3.0-or-later
"""The particle family: exact sizes, complete names, grading, repeatability and refusals."""

from __future__ import annotations

import functools
import hashlib
import itertools
import math
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from closeness import relative
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from lithiate_meshes import (
    GeometrySection,
    InputError,
    MeshData,
    ParticleGeometry,
    build_mesh,
    gmsh_session,
    scaled_jacobian,
)
from pydantic import TypeAdapter, ValidationError

INTERFACE = "particle|electrolyte"
RADIUS, BLOCK = 1e-6, 2e-6
VARIANTS = (("plane_strain", None), ("axisymmetric", None), ("3d", "cylinder"), ("3d", "box"))
DEFAULT_SIZE = {"plane_strain": 0.06e-6, "axisymmetric": 0.06e-6, "3d": 0.25e-6}
# Share of the volume and area that flat elements of size h cut off a round body, over (h/R)^2. For the fibre
# these are 1/6 and 1/24 (inscribed polygon); the axis and the third dimension add to them.
LARGEST_VOLUME_DEFECT = {"plane_strain": 0.17, "axisymmetric": 0.26, "3d": 0.36}
LARGEST_AREA_DEFECT = {"plane_strain": 0.043, "axisymmetric": 0.13, "3d": 0.2}


def particle(symmetry: str, block_shape: str | None = None, **parameters: object) -> ParticleGeometry:
    section: dict[str, object] = {
        "family": "particle",
        "symmetry": symmetry,
        "particle_radius": RADIUS,
        "block_size": BLOCK,
        "mesh_size": DEFAULT_SIZE[symmetry],
    }
    if block_shape is not None:
        section["block_shape"] = block_shape
    return ParticleGeometry.model_validate(section | parameters)


@functools.cache
def default_mesh(symmetry: str, block_shape: str | None) -> MeshData:
    return build_mesh(particle(symmetry, block_shape))


def facets_and_owners(mesh: MeshData) -> dict[tuple[int, ...], list[int]]:
    """Every facet of the mesh and its cells, found the slow way."""
    owners: dict[tuple[int, ...], list[int]] = {}
    for row, cell in enumerate(mesh.cells.tolist()):
        for facet in itertools.combinations(sorted(cell), mesh.dimension):
            owners.setdefault(facet, []).append(row)
    return owners


@pytest.mark.parametrize(("symmetry", "block_shape"), VARIANTS)
def test_every_facet_is_named_exactly_once(symmetry: str, block_shape: str | None) -> None:
    mesh = default_mesh(symmetry, block_shape)
    names = {tag: name for name, tag in {**mesh.surfaces, **mesh.interfaces}.items()}
    listed = [tuple(sorted(facet)) for facet in mesh.facets.tolist()]
    named = dict(zip(listed, (names[tag] for tag in mesh.facet_tags.tolist()), strict=True))
    assert set(Counter(listed).values()) == {1}
    for facet, cells in facets_and_owners(mesh).items():
        regions = {mesh.region_of_cell(cell) for cell in cells}
        if len(cells) == 1:
            assert named.pop(facet) in mesh.surfaces
        elif len(regions) == 2:
            assert named.pop(facet) == INTERFACE
        else:
            assert facet not in named
    assert not named


@pytest.mark.parametrize(("symmetry", "block_shape"), VARIANTS)
def test_names_are_those_of_the_geometry(symmetry: str, block_shape: str | None) -> None:
    geometry, mesh = particle(symmetry, block_shape), default_mesh(symmetry, block_shape)
    assert tuple(mesh.regions) == geometry.regions == ("particle", "electrolyte")
    assert tuple(mesh.interfaces) == geometry.interfaces == (INTERFACE,)
    assert tuple(mesh.surfaces) == geometry.surfaces
    assert mesh.symmetry == symmetry


@pytest.mark.parametrize(("symmetry", "block_shape"), VARIANTS)
def test_surfaces_and_interface_lie_exactly_where_they_should(symmetry: str, block_shape: str | None) -> None:
    mesh = default_mesh(symmetry, block_shape)
    last = mesh.dimension - 1
    planes = {
        "axis": (0, 0.0),
        "symmetry_x": (0, 0.0),
        "symmetry_y": (1, 0.0),
        "bottom": (last, 0.0),
        "top": (last, BLOCK),
        "side": (0, BLOCK),
        "side_y": (1, BLOCK),
    }
    if block_shape == "cylinder":
        mantle = mesh.points[mesh.facets_of("side")]
        assert np.hypot(mantle[..., 0], mantle[..., 1]) == relative(BLOCK, rel=1e-14)
        del planes["side"]
    for name in planes.keys() & mesh.surfaces.keys():
        coordinate, value = planes[name]
        assert np.all(mesh.points[mesh.facets_of(name), coordinate] == value), name
    distance = np.linalg.norm(mesh.points, axis=1)
    assert distance[mesh.facets_of(INTERFACE)] == relative(RADIUS, rel=1e-14)
    assert distance[mesh.cells_of("particle")].max() <= RADIUS * (1.0 + 1e-14)
    assert distance[mesh.cells_of("electrolyte")].min() >= RADIUS * (1.0 - 1e-14)
    assert mesh.points.min() == 0.0


@pytest.mark.parametrize(("symmetry", "block_shape"), VARIANTS)
def test_sizes_are_exact_up_to_the_flat_elements(symmetry: str, block_shape: str | None) -> None:
    geometry, mesh = particle(symmetry, block_shape), default_mesh(symmetry, block_shape)
    volumes, exact = mesh.region_volumes(), geometry.region_volumes()
    ratio = (geometry.mesh_size / RADIUS) ** 2
    assert 0.0 < 1.0 - volumes["particle"] / exact["particle"] < LARGEST_VOLUME_DEFECT[symmetry] * ratio
    area_defect = 1.0 - mesh.interface_areas()[INTERFACE] / geometry.interface_areas()[INTERFACE]
    assert 0.0 < area_defect < LARGEST_AREA_DEFECT[symmetry] * ratio
    missing = 1.0 - sum(volumes.values()) / sum(exact.values())
    if block_shape == "cylinder":  # the mantle is an inscribed polygon, too
        assert 0.0 < missing < (geometry.largest_size / BLOCK) ** 2 / 6.0 * 1.5
    else:
        assert abs(missing) < 1e-13
    top = 1.0 - mesh.surface_areas()["top"] / geometry.platen_area
    if block_shape == "cylinder":
        assert 0.0 < top < (geometry.largest_size / BLOCK) ** 2 / 6.0 * 1.5
    else:
        assert abs(top) < 1e-13


def test_exact_sizes_of_sphere_fibre_and_block() -> None:
    assert particle("axisymmetric").region_volumes()["particle"] == relative(2.0 / 3.0 * math.pi * RADIUS**3)
    assert particle("3d").region_volumes()["particle"] == relative(math.pi / 6.0 * RADIUS**3)
    assert particle("plane_strain").region_volumes()["particle"] == relative(math.pi / 4.0 * RADIUS**2)
    whole = {variant: sum(particle(*variant).region_volumes().values()) for variant in VARIANTS}
    expected = (BLOCK**2, math.pi * BLOCK**3, math.pi / 4.0 * BLOCK**3, BLOCK**3)
    assert list(whole.values()) == relative(expected)


@pytest.mark.parametrize(("symmetry", "sizes"), [("axisymmetric", (0.2, 0.1, 0.05)), ("3d", (0.4, 0.2, 0.1))])
def test_volume_and_area_converge_with_second_order(symmetry: str, sizes: tuple[float, ...]) -> None:
    volume_errors, area_errors = [], []
    for size in sizes:
        geometry = particle(symmetry, mesh_size=size * RADIUS, block_size=1.5 * RADIUS)
        mesh = build_mesh(geometry)
        volume_errors.append(1.0 - mesh.region_volumes()["particle"] / geometry.region_volumes()["particle"])
        area_errors.append(1.0 - mesh.interface_areas()[INTERFACE] / geometry.interface_areas()[INTERFACE])
    for errors in (volume_errors, area_errors):
        assert np.polyfit(np.log(sizes), np.log(errors), 1)[0] > 1.8


@pytest.mark.parametrize(("symmetry", "block_shape"), VARIANTS)
def test_elements_have_the_size_asked_for_at_the_interface_and_grow_away_from_it(
    symmetry: str, block_shape: str | None
) -> None:
    geometry, mesh = particle(symmetry, block_shape), default_mesh(symmetry, block_shape)
    corners = mesh.points[mesh.facets_of(INTERFACE)]
    edges = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=-1)
    assert 0.85 < np.median(edges) / geometry.mesh_size < 1.15
    assert edges.max() < 1.5 * geometry.mesh_size
    assert edges.min() > 0.5 * geometry.mesh_size

    report = mesh.describe()
    stretch = 1.6 if symmetry != "3d" else 2.5  # the longest edge of a tetrahedron is well above its size
    assert report["regions"]["electrolyte"]["largest_edge"] < stretch * geometry.largest_size
    low, high = (1200, 2000) if symmetry != "3d" else (2000, 5000)
    assert low <= report["cells"] <= high
    assert report["smallest_scaled_jacobian"] > (0.6 if symmetry != "3d" else 0.2)
    estimate = geometry.estimated_cells()
    for region, count in estimate.items():
        assert count == relative(report["regions"][region]["cells"], rel=0.35)


def test_neighbouring_triangles_differ_little_in_size() -> None:
    mesh = default_mesh("axisymmetric", None)
    corners = mesh.points[mesh.cells]
    area = np.linalg.det(corners[:, 1:] - corners[:, :1]) / 2.0
    pairs = np.array([cells for cells in facets_and_owners(mesh).values() if len(cells) == 2])
    ratio = area[pairs].max(axis=1) / area[pairs].min(axis=1)
    assert ratio.max() < 2.5
    assert np.median(ratio) < 1.2


def test_far_size_bounds_the_elements() -> None:
    coarse = build_mesh(particle("plane_strain", block_size=10 * RADIUS, mesh_size=0.2 * RADIUS))
    fine = build_mesh(
        particle("plane_strain", block_size=10 * RADIUS, mesh_size=0.2 * RADIUS, mesh_size_far=0.4 * RADIUS)
    )
    assert fine.describe()["regions"]["electrolyte"]["largest_edge"] < 0.8 * RADIUS
    assert coarse.describe()["regions"]["electrolyte"]["largest_edge"] > 0.8 * RADIUS


def digest(mesh: MeshData) -> str:
    arrays = (mesh.points, mesh.cells, mesh.cell_tags, mesh.facets, mesh.facet_tags)
    return hashlib.sha256(b"".join(np.ascontiguousarray(array).tobytes() for array in arrays)).hexdigest()


OTHER_PROCESS = """
import hashlib, sys
from lithiate_meshes import ParticleGeometry, build_mesh
mesh = build_mesh(ParticleGeometry.model_validate_json(sys.argv[1]))
arrays = (mesh.points, mesh.cells, mesh.cell_tags, mesh.facets, mesh.facet_tags)
print(hashlib.sha256(b"".join(array.tobytes() for array in arrays)).hexdigest())
"""


@pytest.mark.parametrize("symmetry", ["axisymmetric", "3d"])
def test_two_runs_give_the_same_bits_whatever_the_user_has_configured(symmetry: str, tmp_path: Path) -> None:
    geometry = particle(symmetry, mesh_size=0.25 * RADIUS)
    first = digest(build_mesh(geometry))
    assert digest(build_mesh(geometry)) == first
    (tmp_path / ".gmshrc").write_text("Mesh.MeshSizeFactor = 0.5;\n")
    answer = subprocess.run(
        [sys.executable, "-c", OTHER_PROCESS, geometry.model_dump_json(exclude_none=True)],
        env={**os.environ, "HOME": str(tmp_path), "OMP_NUM_THREADS": "2", "PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.split() == [first]


def refused(parameters: dict[str, object]) -> ValidationError:
    section = {
        "family": "particle",
        "particle_radius": "1 um",
        "block_size": "2 um",
        "mesh_size": "0.1 um",
    }
    with pytest.raises(ValidationError) as caught:
        ParticleGeometry.model_validate(section | parameters)
    return caught.value


@pytest.mark.parametrize(
    ("parameters", "key", "message"),
    [
        ({"particle_radius": "2 um"}, "block_size", "overlap"),
        (
            {"particle_radius": "3 um", "mesh_size": "0.1 um"},
            "block_size",
            "more than particle_radius = 3e-06",
        ),
        ({"block_size": "1.05 um"}, "mesh_size", "one layer of elements"),
        ({"mesh_size": "0.6 um"}, "mesh_size", "at most half of particle_radius"),
        ({"block_shape": "cylinder"}, "block_shape", 'only with symmetry = "3d"'),
        ({"block_shape": "box", "symmetry": "plane_strain"}, "block_shape", 'only with symmetry = "3d"'),
        ({"mesh_size_far": "0.05 um"}, "mesh_size_far", "from mesh_size = 1e-07 m"),
        ({"mesh_size_far": "3 um"}, "mesh_size_far", "to block_size = 2e-06 m"),
        ({"mesh_size": "1e-6 um"}, None, "at most 5e[+]07 elements"),
        ({"mesh_size": 1e-320}, None, "at most 5e[+]07 elements"),
        ({"mesh_size": 1e-320, "mesh_size_far": 1e-320}, None, "at most 5e[+]07 elements"),
        ({"mesh_size": -1e-7}, "mesh_size", "> 0"),
        ({"mesh_sise": "0.1 um"}, "mesh_sise", "not permitted"),
    ],
)
def test_impossible_parameters_are_refused_with_their_key(
    parameters: dict[str, object], key: str | None, message: str
) -> None:
    error = refused(parameters)
    assert message.replace("[+]", "+") in str(error)
    assert [finding["loc"] for finding in error.errors()] == [(key,) if key else ()]


def test_bounds_themselves_are_accepted_in_spite_of_round_off() -> None:
    assert particle(
        "axisymmetric", particle_radius="1 um", block_size="1.1 um", mesh_size="0.1 um"
    ).block_size
    assert particle("axisymmetric", mesh_size="0.5 um").largest_size == 0.5e-6


def test_case_section_is_told_by_its_family_and_completed() -> None:
    section = {"family": "particle", "particle_radius": "1 um", "block_size": "2 um", "mesh_size": "60 nm"}
    adapter = TypeAdapter(GeometrySection)
    geometry = adapter.validate_python(section)
    assert (geometry.symmetry, geometry.block_shape) == ("axisymmetric", None)
    assert adapter.validate_python({**section, "symmetry": "3d"}).block_shape == "cylinder"
    again = adapter.validate_python(geometry.model_dump(exclude_none=True))
    assert again == geometry
    assert {"particle_radius", "block_shape"} <= adapter.json_schema()["$defs"]["ParticleGeometry"][
        "properties"
    ].keys()


def test_errors_of_gmsh_are_input_errors_and_others_are_not_touched() -> None:
    with (
        pytest.raises(InputError, match="could not mesh the disc: .*radius"),
        gmsh_session.gmsh_session("disc") as gmsh,
    ):
        gmsh.model.occ.addDisk(0.0, 0.0, 0.0, -1.0, -1.0)
    with pytest.raises(KeyError), gmsh_session.gmsh_session("disc"):
        raise KeyError("mine")


def test_a_part_without_a_mesh_is_refused() -> None:
    with gmsh_session.gmsh_session("pair") as gmsh:
        for place in (0.0, 2.0):
            gmsh.model.occ.addRectangle(place, 0.0, 0.0, 1.0, 1.0)
        gmsh.model.occ.synchronize()
        gmsh_session.set_size_field(gmsh, "0.5")
        gmsh_session.generate(gmsh, 2)
        with pytest.raises(InputError, match="without a mesh"):
            gmsh_session.read_simplices(gmsh, 2, {"left": [1]}, {"lines": range(1, 9)})
        points, *_ = gmsh_session.read_simplices(gmsh, 2, {"left": [1]}, {"lines": range(1, 5)})
        assert points[:, 0].max() == 1.0


def test_cells_are_positively_oriented_also_on_a_face_that_looks_down() -> None:
    with gmsh_session.gmsh_session("square") as gmsh:
        occ = gmsh.model.occ
        corners = [occ.addPoint(x, y, 0.0) for x, y in ((0, 0), (0, 1), (1, 1), (1, 0))]
        lines = [occ.addLine(corners[i], corners[(i + 1) % 4]) for i in range(4)]
        square = occ.addPlaneSurface([occ.addCurveLoop(lines)])
        occ.synchronize()
        gmsh_session.set_size_field(gmsh, "0.5")
        gmsh_session.generate(gmsh, 2)
        points, cells, *_ = gmsh_session.read_simplices(gmsh, 2, {"square": [square]}, {"rim": lines})
    assert scaled_jacobian(points, cells).min() > 0.0


def test_session_leaves_signals_alone_and_is_not_shared() -> None:
    def handler(number: int, frame: object) -> None:
        raise AssertionError("no signal is sent here")

    before = signal.signal(signal.SIGINT, handler)
    try:
        with gmsh_session.gmsh_session("first"):
            assert signal.getsignal(signal.SIGINT) is handler
            with pytest.raises(InputError, match="already"), gmsh_session.gmsh_session("second"):
                pass
        assert signal.getsignal(signal.SIGINT) is handler
    finally:
        signal.signal(signal.SIGINT, before)


def test_missing_gmsh_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gmsh", None)
    with pytest.raises(InputError, match="needs the Python module gmsh") as caught:
        build_mesh(particle("axisymmetric"))
    assert "\n" not in str(caught.value)


def test_a_flat_tetrahedron_of_one_algorithm_is_avoided_by_the_other() -> None:
    geometry = particle(
        "3d", particle_radius=1.0, block_size=1.138897655637972, mesh_size=0.13873025160894914
    )
    mesh = build_mesh(geometry)
    assert scaled_jacobian(mesh.points, mesh.cells).min() > 0.14


@given(
    variant=st.sampled_from(VARIANTS),
    radius=st.floats(-8.0, -5.0).map(lambda exponent: 10.0**exponent),
    relative_size=st.floats(0.03, 0.5),
    layers=st.floats(1.0, 20.0),
    far=st.none() | st.floats(1.0, 8.0),
)
@settings(max_examples=40, deadline=None, derandomize=True)
def test_any_valid_parameters_give_a_good_mesh(
    variant: tuple[str, str | None], radius: float, relative_size: float, layers: float, far: float | None
) -> None:
    size = relative_size * radius
    block_size = radius + layers * size
    parameters = {"particle_radius": radius, "block_size": block_size, "mesh_size": size}
    if far is not None:
        parameters["mesh_size_far"] = min(far * size, block_size)
    geometry = particle(*variant, **parameters)
    assume(sum(geometry.estimated_cells().values()) < 15_000)
    mesh = build_mesh(geometry)  # refuses any tag or element that is not as it should be
    assert scaled_jacobian(mesh.points, mesh.cells).min() > 0.1
    defect = 1.0 - mesh.region_volumes()["particle"] / geometry.region_volumes()["particle"]
    assert 0.0 < defect < 1.2 * LARGEST_VOLUME_DEFECT[variant[0]] * relative_size**2 + 1e-9
