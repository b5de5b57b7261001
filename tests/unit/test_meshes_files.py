# SPDX-License-Identifier: LGPL-3.0-or-later
"""Mesh files: what is written comes back as it was, other programs can read it, and bad files are refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import meshio
import numpy as np
import pytest
from closeness import relative
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lithiate_meshes import (
    InputError,
    MeshData,
    MeshFileGeometry,
    ParticleGeometry,
    build_mesh,
    check_tags,
    read_mesh,
    write_msh,
    write_xdmf,
)
from lithiate_meshes.gmsh_session import gmsh_session
from pydantic import ValidationError
from shell_meshes import SYMMETRIES, assert_same, shell_mesh

WRITERS = {"msh": write_msh, "xdmf": write_xdmf}


@pytest.fixture(scope="module", params=SYMMETRIES)
def mesh(request: pytest.FixtureRequest) -> MeshData:
    return shell_mesh(request.param)


def written(mesh: MeshData, folder: Path, kind: str = "msh") -> Path:
    path = folder / f"mesh.{kind}"
    WRITERS[kind](mesh, path)
    return path


@pytest.mark.parametrize("kind", WRITERS)
def test_what_is_written_comes_back_as_it_was(mesh: MeshData, kind: str, tmp_path: Path) -> None:
    assert {"void_wall"} <= mesh.surfaces.keys()
    assert set(mesh.interfaces) == {"core|shell", "shell|electrolyte"}
    path = written(mesh, tmp_path, kind)
    assert_same(read_mesh(path, mesh.symmetry), mesh)
    geometry = MeshFileGeometry(family="mesh_file", symmetry=mesh.symmetry, path=str(path))
    assert_same(build_mesh(geometry), mesh)
    assert geometry.regions == tuple(mesh.regions)
    assert geometry.surfaces == tuple(mesh.surfaces)
    assert geometry.interfaces == tuple(mesh.interfaces)
    assert geometry.region_volumes() == mesh.region_volumes()
    assert geometry.interface_areas() == mesh.interface_areas()
    assert sum(geometry.estimated_cells().values()) == len(mesh.cells)
    assert geometry.platen_area == mesh.surface_areas()["top"]
    assert 0.2e-6 < geometry.interface_mesh_size("core|shell") < 0.6e-6
    assert 0.2e-6 < geometry.mesh_size < 0.6e-6


@given(scale=st.floats(-9.0, 3.0), digits=st.integers(0, 2**32 - 1))
@settings(
    max_examples=10, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
def test_any_coordinates_and_order_of_cells_survive(
    mesh: MeshData, scale: float, digits: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Files keep all digits and do not sort."""
    random = np.random.default_rng(digits)
    cells, facets = random.permutation(len(mesh.cells)), random.permutation(len(mesh.facets))
    changed = replace(
        mesh,
        points=mesh.points * 10.0**scale * 1e6,
        cells=mesh.cells[cells],
        cell_tags=mesh.cell_tags[cells],
        facets=mesh.facets[facets],
        facet_tags=mesh.facet_tags[facets],
    )
    folder = tmp_path_factory.mktemp("any")
    for kind in WRITERS:
        assert_same(read_mesh(written(changed, folder, kind), mesh.symmetry), changed)


@pytest.mark.parametrize("version", [2.2, 4.1])
@pytest.mark.parametrize("binary", [0, 1])
def test_gmsh_reads_it_and_writes_it_in_every_form(
    mesh: MeshData, version: float, binary: int, tmp_path: Path
) -> None:
    path, again = written(mesh, tmp_path), tmp_path / "again.msh"
    with gmsh_session("file") as gmsh:
        gmsh.merge(str(path))
        groups = {
            (dimension, tag): gmsh.model.getPhysicalName(dimension, tag)
            for dimension, tag in gmsh.model.getPhysicalGroups()
        }
        gmsh.option.setNumber("Mesh.MshFileVersion", version)
        gmsh.option.setNumber("Mesh.Binary", binary)
        gmsh.write(str(again))
    dimension = mesh.dimension
    expected = {(dimension, tag): name for name, tag in mesh.regions.items()}
    expected |= {(dimension - 1, tag): name for name, tag in (mesh.surfaces | mesh.interfaces).items()}
    assert groups == expected
    found = read_mesh(again, mesh.symmetry)
    assert (found.regions, found.interfaces) == (mesh.regions, mesh.interfaces)
    assert found.surfaces == mesh.surfaces
    assert len(found.points) == len(mesh.points)
    for name, volume in mesh.region_volumes().items():
        assert found.region_volumes()[name] == relative(volume, rel=1e-12)
    for name, area in (mesh.surface_areas() | mesh.interface_areas()).items():
        areas = found.surface_areas() | found.interface_areas()
        assert areas[name] == relative(area, rel=1e-12)


def test_meshio_reads_it_with_names(mesh: MeshData, tmp_path: Path) -> None:
    kind = {2: "triangle", 3: "tetra"}[mesh.dimension]
    names = mesh.regions | mesh.surfaces | mesh.interfaces
    found = meshio.read(written(mesh, tmp_path))
    assert {name: int(data[0]) for name, data in found.field_data.items()} == names
    np.testing.assert_array_equal(found.get_cell_data("gmsh:physical", kind), mesh.cell_tags)
    found = meshio.read(written(mesh, tmp_path, "xdmf"))
    assert {name: int(data[0]) for name, data in found.field_data.items()} == mesh.regions
    np.testing.assert_array_equal(found.get_cell_data("region", kind), mesh.cell_tags)
    np.testing.assert_array_equal(found.points, mesh.points)


def quarter(**changes: Any) -> MeshData:
    parameters = {"family": "particle", "symmetry": "plane_strain", "particle_radius": 1.0, "block_size": 2.0}
    mesh = build_mesh(ParticleGeometry.model_validate({**parameters, "mesh_size": 0.5}))
    return replace(mesh, **changes)


def test_interfaces_that_the_file_does_not_list_are_found(tmp_path: Path) -> None:
    whole = quarter()
    outer = whole.facet_tags != whole.interfaces["particle|electrolyte"]
    bare = quarter(facets=whole.facets[outer], facet_tags=whole.facet_tags[outer], interfaces={})
    found = read_mesh(written(bare, tmp_path), "plane_strain")
    assert list(found.interfaces) == ["particle|electrolyte"]
    assert found.interface_areas() == relative(whole.interface_areas())
    names = {"electrolyte": "separator", "particle": "silicon"}
    found = read_mesh(tmp_path / "mesh.msh", "plane_strain", region_names=names)
    assert list(found.interfaces) == ["separator|silicon"]
    assert list(found.regions) == ["separator", "silicon"]


def test_an_interface_under_any_name_is_named_after_its_regions(tmp_path: Path) -> None:
    whole = quarter()
    tag = whole.interfaces["particle|electrolyte"]
    found = read_mesh(
        written(replace(whole, interfaces={}, surfaces={**whole.surfaces, "contact": tag}), tmp_path),
        "plane_strain",
    )
    assert list(found.interfaces) == ["particle|electrolyte"]
    assert "contact" not in found.surfaces
    turned = read_mesh(
        written(replace(whole, interfaces={"electrolyte|particle": tag}), tmp_path), "plane_strain"
    )
    assert turned.interfaces == {"electrolyte|particle": tag}
    check_tags(turned)


def test_groups_of_one_name_become_one_region_and_the_unit_counts(tmp_path: Path) -> None:
    mesh = shell_mesh("plane_strain")
    path = written(replace(mesh, points=mesh.points * 1e6), tmp_path)
    found = read_mesh(
        path, "plane_strain", unit=1e-6, region_names={"core": "particle", "shell": "particle"},
        surface_names={"void_wall": "free"},
    )  # fmt: skip
    assert list(found.regions) == ["particle", "electrolyte"]
    assert list(found.interfaces) == ["particle|electrolyte"]
    assert "free" in found.surfaces
    volumes = mesh.region_volumes()
    assert found.region_volumes()["particle"] == relative(volumes["core"] + volumes["shell"])


def test_a_group_without_a_name_goes_by_its_number(tmp_path: Path) -> None:
    mesh = quarter()
    path = written(mesh, tmp_path, "xdmf")
    for file in (path, tmp_path / "mesh_facets.xdmf"):
        text = file.read_text(encoding="utf-8")
        start, end = text.index("<Information"), text.index("</Information>") + len("</Information>")
        file.write_text(text[:start] + text[end:], encoding="utf-8")
    with pytest.raises(InputError, match="no named physical group"):
        read_mesh(path, "plane_strain")
    found = read_mesh(
        path, "plane_strain",
        region_names={"1": "particle", "2": "electrolyte"},
        surface_names={str(tag): name for name, tag in mesh.surfaces.items()},
    )  # fmt: skip
    assert (found.regions, found.surfaces) == (mesh.regions, mesh.surfaces)
    assert list(found.interfaces) == list(mesh.interfaces)


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    path = written(quarter(), tmp_path)
    first = read_mesh(path, "plane_strain")
    with pytest.raises(ValueError, match="read-only"):
        first.points[0] = 1.0
    written(quarter(points=quarter().points * 2.0), tmp_path)
    assert read_mesh(path, "plane_strain").points.max() == 2.0 * first.points.max()


def square(extra: str = "", elements: str = "", count: int = 6, z: float = 0.0, names: str = "") -> str:
    """Two triangles and the four sides of a unit square as text of version 2.2."""
    names = names or '2 1 "block"\n1 1 "bottom"\n1 2 "side"\n1 3 "top"\n1 4 "axis"\n'
    elements = elements or "1 1 2 1 1 1 2\n2 1 2 2 2 2 3\n3 1 2 3 3 3 4\n4 1 2 4 4 4 1\n"
    return (
        f"$MeshFormat\n2.2 0 8\n$EndMeshFormat\n$PhysicalNames\n{names.count(chr(10))}\n{names}"
        f"$EndPhysicalNames\n$Nodes\n4\n1 0 0 0\n2 1 0 0\n3 1 1 {z}\n4 0 1 0\n$EndNodes\n$Elements\n{count}\n"
        f"{elements}5 2 2 1 1 1 2 3\n6 2 2 1 1 1 4 3\n{extra}$EndElements\n"
    )


def refusal(text: str | bytes, folder: Path, symmetry: str = "plane_strain", name: str = "mesh.msh") -> str:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ValidationError) as caught:
        MeshFileGeometry.model_validate({"family": "mesh_file", "symmetry": symmetry, "path": str(path)})
    (finding,) = caught.value.errors()
    assert finding["loc"] == ("path",)
    assert "\n" not in finding["msg"]
    assert str(path) in finding["msg"]
    return str(finding["msg"])


def test_text_of_the_older_version_is_read_and_its_cells_are_turned(tmp_path: Path) -> None:
    path = tmp_path / "square.msh"
    path.write_text(square(), encoding="utf-8")
    mesh = read_mesh(path, "plane_strain")
    assert mesh.region_volumes() == {"block": 1.0}
    assert mesh.surfaces == {"bottom": 1, "side": 2, "top": 3, "axis": 4}
    corners = mesh.points[mesh.cells]
    assert np.all(np.linalg.det(corners[:, 1:] - corners[:, :1]) > 0.0)


@pytest.mark.parametrize(
    ("text", "symmetry", "message"),
    [
        (square(z=0.5), "plane_strain", "z = 0.5; allowed: 0"),
        (square(), "3d", 'found no tetrahedra; allowed: some, with symmetry = "3d"'),
        (square(extra="7 3 2 1 1 1 2 3 4\n", count=7), "plane_strain", "elements of the kind quad"),
        (square(extra="7 9 2 1 1 1 2 3 1 2 3\n", count=7), "plane_strain", "of the kind triangle6"),
        (square(extra="7 4 2 1 1 1 2 3 4\n", count=7), "plane_strain", "found tetrahedra; allowed: with"),
        (square(extra="7 2 2 9 9 2 3 4\n", count=7), "plane_strain", "1 cells in no named physical group"),
        (square(extra="7 2 2 1 1 1 2 3\n", count=7), "plane_strain", "more than one physical group"),
        (square(names='1 1 "bottom"\n'), "plane_strain", "no named physical group of dimension 2"),
        (
            square(elements="1 1 2 1 1 1 2\n2 1 2 2 2 2 3\n3 1 2 3 3 3 4\n", count=5),
            "plane_strain",
            "an outer facet is on no named surface (1 of them, first at (x, y) = (0, 0.5) m)",
        ),
        (
            square(extra="7 1 2 4 4 1 3\n", count=7),
            "plane_strain",
            'the group "axis" has 1 facets inside the region "block"',
        ),
        (square(extra="7 1 2 4 4 2 4\n", count=7), "plane_strain", "belong to no cell"),
        (
            square(names='2 1 "block"\n1 1 "bottom"\n1 2 "side"\n1 3 "block|other"\n1 4 "axis"\n'),
            "plane_strain",
            'a group of facets named "block|other"; allowed: "A|B"',
        ),
        (
            square(names='2 1 "block"\n1 1 "bottom"\n1 2 "side"\n1 3 "lid"\n1 4 "axis"\n'),
            "plane_strain",
            'no surface named "top"',
        ),
        (
            square(names='2 1 "block"\n1 1 "bottom"\n1 2 "top"\n1 3 "top"\n1 4 "axis"\n'),
            "plane_strain",
            'the surface "top" with y from 0 m to 1 m; allowed: a plane',
        ),
        (
            square(names='2 1 "block"\n1 1 "bottom"\n1 2 "axis"\n1 3 "top"\n1 4 "side"\n'),
            "axisymmetric",
            'the surface "axis" at r = 1 m',
        ),
        (square().replace("2 1 0 0", "2 -1 0 0"), "axisymmetric", "r = -1; allowed: 0 or more"),
        (square().replace("2 1 0 0\n", ""), "plane_strain", "ends in the middle of a section"),
        (square().replace("$EndNodes", ""), "plane_strain", "ends in the middle of a section"),
        (square()[: -len("$EndElements\n")], "plane_strain", "ends in the middle of a section"),
        (square().replace("$EndPhysicalNames", ""), "plane_strain", "$PhysicalNames has no end"),
        (square().replace("2.2 0 8", "4.0 0 8"), "plane_strain", "version 4.0; allowed: 2.2 or 4.1"),
        ("nonsense", "plane_strain", "does not start with $MeshFormat"),
        ("", "plane_strain", "does not start with $MeshFormat"),
        (square().replace("1 0 0 0", "1 nan 0 0"), "plane_strain", "no finite numbers"),
    ],
)
def test_files_that_cannot_be_computed_on_are_refused(
    text: str, symmetry: str, message: str, tmp_path: Path
) -> None:
    assert message in refusal(text, tmp_path, symmetry)


@pytest.mark.parametrize("version", [2.2, 4.1])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_file_that_was_cut_is_refused(version: float, share: float, tmp_path: Path) -> None:
    path = written(quarter(), tmp_path)
    if version == 4.1:
        with gmsh_session("file") as gmsh:
            gmsh.merge(str(path))
            gmsh.option.setNumber("Mesh.Binary", 1)
            gmsh.option.setNumber("Mesh.MshFileVersion", 4.1)
            gmsh.write(str(path))
    data = path.read_bytes()
    refusal(data[: int(share * len(data))], tmp_path)


def test_other_paths_and_tables_are_refused(tmp_path: Path) -> None:
    def message(**keys: Any) -> str:
        table = {"family": "mesh_file", "symmetry": "plane_strain", "path": str(path), **keys}
        with pytest.raises(ValidationError) as caught:
            MeshFileGeometry.model_validate(table)
        return str(caught.value)

    path = written(quarter(), tmp_path)
    assert "which is no file" in message(path=str(tmp_path / "none.msh"))
    assert "which is no file" in message(path=str(tmp_path / "folder.msh" / "x.msh"))
    assert "ends in .msh, .xdmf, .xmf" in message(path=str(tmp_path / "mesh.stl"))
    assert 'region_names names "core", which the file lacks; allowed: "particle", "electrolyte"' in message(
        region_names={"core": "silicon"}
    )
    assert 'a region named "a|b"' in message(region_names={"particle": "a|b"})
    assert "unit" in message(unit="inch")
    assert "symmetry" in message(symmetry="cubic")
    (tmp_path / "bad.xdmf").write_text("<Xdmf", encoding="utf-8")
    assert "cannot be read as XDMF" in message(path=str(tmp_path / "bad.xdmf"))
    xdmf = written(quarter(), tmp_path, "xdmf")
    (tmp_path / "mesh.h5").write_bytes(b"damaged")
    assert "cannot be read as XDMF" in message(path=str(xdmf))
    written(quarter(), tmp_path, "xdmf")
    write_xdmf(quarter(points=quarter().points * 2.0), tmp_path / "other.xdmf")
    (tmp_path / "other_facets.xdmf").replace(tmp_path / "mesh_facets.xdmf")
    assert "found other points" in message(path=str(xdmf))
