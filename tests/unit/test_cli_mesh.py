# SPDX-License-Identifier: LGPL-3.0-or-later
"""``lithiate mesh``: files, report and pictures; bad input is one message, status 2 and nothing written."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from case_files import changed, write_case
from lithiate import load_case
from lithiate.case.estimate import estimate
from lithiate.cli import main
from lithiate_meshes import build_mesh, read_mesh
from shell_meshes import assert_same

FILES = {
    "case.msh", "case.xdmf", "case.h5", "case_facets.xdmf", "case_facets.h5", "mesh.png", "quality.png",
    "report.json",
}  # fmt: skip


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("COLUMNS", "120")
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)


@pytest.fixture
def case(tmp_path: Path) -> Path:
    folder = tmp_path / "case"
    folder.mkdir()
    return write_case(folder)


def refused(capsys: pytest.CaptureFixture[str], *words: str | Path) -> str:
    """The one line of a refused command; nothing but what was there is there afterwards."""
    before = sorted(Path().rglob("*"))
    assert main(["mesh", *map(str, words)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1, captured.err
    assert captured.err.startswith("error: ")
    assert sorted(Path().rglob("*")) == before
    return captured.err


def test_everything_is_written_and_said(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mesh", str(case)]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    folder = Path("results/case-mesh")
    assert {path.name for path in folder.iterdir()} == FILES
    loaded = load_case(case)
    mesh = build_mesh(loaded.geometry)
    for name in ("case.msh", "case.xdmf"):
        assert_same(read_mesh(folder / name, "axisymmetric"), mesh)
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert set(report["files"]) == FILES
    assert report["mesh"]["cells"] == len(mesh.cells)
    capacity = report["capacity"]
    assert capacity["areal_capacity"]["asked"] / 36e3 == pytest.approx(estimate(loaded).areal_capacity)
    density = loaded.card("particle").density
    assert density is not None
    loading = density * loaded.geometry.region_volumes()["particle"] / loaded.geometry.platen_area
    assert capacity["loading"]["asked"] == pytest.approx(loading)
    share = mesh.region_volumes()["particle"] / loaded.geometry.region_volumes()["particle"]
    for key in ("loading", "areal_capacity"):
        assert capacity[key]["deviation_percent"] == pytest.approx(100 * (share - 1.0))
    for words in (
        f"case: particle, axisymmetric; {len(mesh.cells)} elements",
        "particle|electrolyte",
        "2.094 um3",
        f"{estimate(loaded).areal_capacity:.4g} mAh/cm2",
        f"{100 * loading:.4g} mg/cm2",
        "coverage",
        "scaled Jacobian: smallest",
        "written to results/case-mesh",
    ):
        assert words in captured.out, words


def test_set_quick_and_out_are_heeded(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mesh", str(case), "--quick"]) == 0
    quick = json.loads(Path("results/case-quick-mesh/report.json").read_text(encoding="utf-8"))
    words = [
        "--set",
        "geometry.symmetry=plane_strain",
        "--set",
        "geometry.mesh_size=0.27 um",
        "--out",
        "here",
    ]
    assert main(["mesh", str(case), *words]) == 0
    own = json.loads(Path("here/report.json").read_text(encoding="utf-8"))
    assert quick["geometry"]["mesh_size"] == pytest.approx(0.25e-6, abs=0.0)
    assert own["geometry"]["mesh_size"] == pytest.approx(0.27e-6, abs=0.0)
    assert own["mesh"]["symmetry"] == "plane_strain"
    assert own["units"]["volume"] == "m3/m"


def test_an_old_mesh_is_replaced_only_when_asked_for(
    case: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["mesh", str(case), "--out", "here"]) == 0
    capsys.readouterr()
    assert "holds a mesh; allowed: --overwrite" in refused(capsys, case, "--out", "here")
    Path("here/notes.txt").write_text("mine", encoding="utf-8")
    other = write_case(tmp_path, name="other.toml")
    assert main(["mesh", str(other), "--out", "here", "--overwrite"]) == 0
    assert {path.name for path in Path("here").iterdir()} == {
        "notes.txt", *(name.replace("case", "other") for name in FILES)
    }  # fmt: skip


def test_folders_of_others_are_left_alone(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("run").mkdir()
    Path("run/history.csv").write_text("", encoding="utf-8")
    assert "holds the result of a run" in refused(capsys, case, "--out", "run", "--overwrite")
    Path("other").mkdir()
    Path("other/report.json").write_text('{"kind": "other", "files": ["x"]}', encoding="utf-8")
    assert "holds other files" in refused(capsys, case, "--out", "other", "--overwrite")
    Path("file").write_text("", encoding="utf-8")
    assert "is a file" in refused(capsys, case, "--out", "file")
    assert "is a file" in refused(capsys, case, "--out", "file/below")


def test_a_report_cannot_make_the_command_delete_elsewhere(case: Path) -> None:
    Path("here").mkdir()
    Path("keep.txt").write_text("mine", encoding="utf-8")
    report = {
        "kind": "lithiate mesh",
        "files": ["../keep.txt", str(Path("keep.txt").absolute()), "report.json"],
    }
    Path("here/report.json").write_text(json.dumps(report), encoding="utf-8")
    assert main(["mesh", str(case), "--out", "here", "--overwrite"]) == 0
    assert Path("keep.txt").read_text(encoding="utf-8") == "mine"


def test_bad_input_is_one_message(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "mesh_size" in refused(capsys, case, "--set", "geometry.mesh_size=3 um")
    assert "none.toml" in refused(capsys, "none.toml")
    assert "--set" in refused(capsys, case, "--set", "geometry.mesh_sise=1 um")


def test_a_window_needs_a_display(
    case: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    assert "needs a display" in refused(capsys, case, "--show")
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setitem(sys.modules, "pyvista", None)
    assert "needs pyvista" in refused(capsys, case, "--show")


def test_a_picture_that_cannot_be_drawn_is_a_warning(
    case: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise ValueError("no ink")

    monkeypatch.setattr("lithiate_post.mesh_pictures.draw_mesh", fails)
    assert main(["mesh", str(case)]) == 0
    assert "warning: no picture mesh.png: no ink" in capsys.readouterr().out
    written = {path.name for path in Path("results/case-mesh").iterdir()}
    assert written == FILES - {"mesh.png"}
    report = json.loads(Path("results/case-mesh/report.json").read_text(encoding="utf-8"))
    assert set(report["files"]) >= written


MESH_FILE = """
family = "mesh_file"
symmetry = "axisymmetric"
path = "results/case-mesh/case.msh"
"""


def test_a_case_can_take_a_mesh_from_a_file_beside_it(
    case: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = '\nfamily = "particle"\nparticle_radius = "1 um"\nblock_size = "2 um"\nmesh_size = "0.2 um"\n'
    assert main(["mesh", str(case)]) == 0
    folder = tmp_path / "work"
    text = changed(own, MESH_FILE).split("[quick]")[0]
    path = write_case(folder, text, "again.toml")
    (tmp_path / "elsewhere").mkdir()
    loaded = load_case(path)
    assert loaded.geometry.path == str(folder / "results/case-mesh/case.msh")
    mesh = build_mesh(load_case(case).geometry)
    assert_same(build_mesh(loaded.geometry), mesh)
    again = write_case(tmp_path / "elsewhere", loaded.to_toml(), "case.resolved.toml")
    assert load_case(again) == loaded
    assert main(["mesh", str(path), "--out", "second"]) == 0
    assert_same(read_mesh(Path("second/again.xdmf"), "axisymmetric"), mesh)
    capsys.readouterr()
    assert "which is no file" in refused(capsys, path, "--set", "geometry.path=none.msh")
    message = refused(capsys, path, "--set", "geometry.symmetry=3d")
    assert "geometry.path" in message and "found no tetrahedra" in message


def test_no_solver_and_no_plotting_are_loaded_before_they_are_needed() -> None:
    code = (
        "import sys, lithiate.cli, lithiate.mesh_command; "
        "late = ('dolfinx', 'gmsh', 'pyvista', 'matplotlib', 'meshio'); "
        "print([name for name in late if name in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
