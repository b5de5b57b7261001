# SPDX-License-Identifier: LGPL-3.0-or-later
"""The mesh cache: never another mesh than a new one, never a failed run."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import SimpleNamespace

import lithiate_meshes
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lithiate_meshes import MeshFileGeometry, ParticleGeometry, build_mesh, cached_mesh, write_msh
from lithiate_meshes import cache as cache_module
from lithiate_meshes.cache import cache_folder, mesh_key
from shell_meshes import assert_same


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "lithiate" / "meshes"


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The geometries that were really meshed."""
    found: list[object] = []

    def counted(geometry: ParticleGeometry) -> object:
        found.append(geometry)
        return build_mesh(geometry)

    monkeypatch.setattr(lithiate_meshes, "build_mesh", counted)
    return found


def particle(mesh_size: float = 0.3, **parameters: object) -> ParticleGeometry:
    table = {"family": "particle", "particle_radius": 1.0, "block_size": 2.0, "mesh_size": mesh_size}
    return ParticleGeometry.model_validate(table | parameters)


@pytest.mark.parametrize("symmetry", ["plane_strain", "axisymmetric", "3d"])
def test_the_second_mesh_is_the_first_bit_for_bit(symmetry: str, built: list[object], folder: Path) -> None:
    geometry = particle(symmetry=symmetry, mesh_size=0.22)
    first, second = cached_mesh(geometry), cached_mesh(geometry)
    assert len(built) == 1
    assert second is not first
    assert_same(first, second)
    assert [path.suffix for path in folder.iterdir()] == [".npz"]


@given(
    one=st.tuples(st.sampled_from(["plane_strain", "axisymmetric", "3d"]), st.floats(0.1, 0.5)),
    other=st.tuples(st.sampled_from(["plane_strain", "axisymmetric", "3d"]), st.floats(0.1, 0.5)),
)
@settings(max_examples=50, deadline=None, derandomize=True)
def test_keys_agree_exactly_where_geometries_do(one: tuple[str, float], other: tuple[str, float]) -> None:
    keys = [mesh_key(particle(size, symmetry=symmetry)) for symmetry, size in (one, other)]
    assert (keys[0] == keys[1]) == (one == other)


def test_another_gmsh_or_a_changed_family_asks_for_a_new_mesh(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    keys = {mesh_key(particle())}
    source = tmp_path / "package"
    source.mkdir()
    for number, version in enumerate(("4.13.1", "4.14.0")):
        monkeypatch.setitem(sys.modules, "gmsh", SimpleNamespace(__version__=version))
        cache_module._program.cache_clear()
        keys.add(mesh_key(particle()))
        monkeypatch.setattr(cache_module, "__file__", str(source / "cache.py"))
        (source / "family.py").write_text(f"# {number}", encoding="utf-8")
        cache_module._program.cache_clear()
        keys.add(mesh_key(particle()))
    cache_module._program.cache_clear()
    assert len(keys) >= 4


def test_the_content_of_a_mesh_file_counts(tmp_path: Path) -> None:
    path = tmp_path / "mesh.msh"
    keys = []
    for size in (0.22, 0.2):
        write_msh(build_mesh(particle(size, symmetry="plane_strain")), path)
        geometry = MeshFileGeometry(family="mesh_file", symmetry="plane_strain", path=str(path))
        keys.append(mesh_key(geometry))
        assert_same(cached_mesh(geometry), geometry.build())
    assert keys[0] != keys[1]


@pytest.mark.parametrize("damage", ["empty", "cut", "changed", "text", "other", "folder"])
def test_a_damaged_file_is_replaced(damage: str, built: list[object], folder: Path) -> None:
    geometry = particle()
    good = cached_mesh(geometry)
    (path,) = folder.iterdir()
    data = path.read_bytes()
    if damage == "empty":
        path.write_bytes(b"")
    elif damage == "cut":
        path.write_bytes(data[: len(data) // 2])
    elif damage == "changed":
        middle = len(data) // 2
        path.write_bytes(data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :])
    elif damage == "text":
        path.write_text("no mesh", encoding="utf-8")
    elif damage == "other":
        other = particle(0.2)
        cached_mesh(other)
        built.pop()
        (folder / f"{mesh_key(other)}.npz").replace(path)
    else:
        path.unlink()
        path.mkdir()
    assert_same(cached_mesh(geometry), good)
    assert len(built) == 2
    if damage != "folder":
        assert_same(cached_mesh(geometry), good)
        assert len(built) == 2


def test_without_a_folder_that_can_be_written_there_is_still_a_mesh(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, built: list[object]
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert len(cached_mesh(particle()).cells) == len(cached_mesh(particle()).cells)
    assert len(built) == 2


def test_where_meshes_are_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert cache_folder() == tmp_path / "lithiate" / "meshes"
    monkeypatch.setenv("HOME", "/home/somebody")
    for value in ("", "relative/path"):
        monkeypatch.setenv("XDG_CACHE_HOME", value)
        assert cache_folder() == Path("/home/somebody/.cache/lithiate/meshes")


def test_what_was_not_used_for_longest_goes_first(
    monkeypatch: pytest.MonkeyPatch, folder: Path, built: list[object]
) -> None:
    sizes = (0.24, 0.22, 0.2)
    for age, size in enumerate(sizes[:2]):
        cached_mesh(particle(size))
        os.utime(folder / f"{mesh_key(particle(size))}.npz", (1000 + age, 1000 + age))
    left_over = folder / "killed.part"
    left_over.write_bytes(b"0" * 1000)
    os.utime(left_over, (1, 1))
    cached_mesh(particle(sizes[0]))  # used just now
    kept = folder / f"{mesh_key(particle(sizes[0]))}.npz"
    monkeypatch.setattr(cache_module, "LARGEST_SIZE", int(2.9 * kept.stat().st_size))
    cached_mesh(particle(sizes[2]))
    assert {path.name for path in folder.iterdir()} == {
        f"{mesh_key(particle(size))}.npz" for size in (sizes[0], sizes[2])
    }
    assert len(built) == 3
