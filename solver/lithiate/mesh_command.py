# SPDX-License-Identifier: LGPL-3.0-or-later
"""The command ``lithiate mesh``: mesh files, pictures and a report of a case's geometry, without DOLFINx."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lithiate_meshes import MeshData, cached_mesh
from lithiate_meshes.report import mesh_report, platen_area
from lithiate_meshes.writing import mesh_file_names, write_msh, write_xdmf

from lithiate.case import Case, load_case
from lithiate.case.estimate import estimate
from lithiate.errors import InputError
from lithiate.mesh_report_text import print_report
from lithiate.output.folder import RESULT_MARKS, check_folder, default_folder
from lithiate.output.summary import write_json

REPORT = "report.json"
PICTURES = ("mesh.png", "quality.png")
_KIND = "lithiate mesh"
# Above this many elements a mesh takes long enough for a word beforehand.
_MANY_CELLS = 50_000


def mesh_case(
    path: Path,
    *,
    out: Path | None = None,
    show: bool = False,
    sets: Sequence[str] = (),
    quick: bool = False,
    overwrite: bool = False,
) -> Path:
    """Mesh the geometry of a case and write all that there is to know about it.

    Args:
        path: the case file.
        out: output folder; ``results/<case name>[-quick]-mesh`` if None.
        show: open a window with the mesh when all is written.
        sets: values to set, as ``KEY=VALUE``.
        quick: set what the case's [quick] table says.
        overwrite: replace a mesh that the folder holds.

    Returns:
        The output folder.

    Raises:
        InputError: the case, the folder or the mesh cannot be used, or there is no display for ``show``.
    """
    if show:
        _need_window()
    case = load_case(path, sets, quick=quick)
    folder = out if out is not None else _default_folder(case, quick)
    needed = [case.path, *getattr(case.geometry, "source_files", ())]
    _check_folder(folder, case.path, needed, overwrite)
    cells = sum(case.geometry.estimated_cells().values())
    if cells > _MANY_CELLS:
        print(f"meshing, about {cells:,} elements ...", flush=True)
    started = time.monotonic()
    mesh = cached_mesh(case.geometry)
    seconds = time.monotonic() - started
    report = _report(case, mesh)
    _write(folder, case.name, mesh, report)
    warnings = _draw(folder, case, mesh, report)
    print_report(report, seconds, folder)
    for warning in warnings:
        print(f"warning: {warning}")
    sys.stdout.flush()
    if show:
        from lithiate_post.mesh_pictures import show_mesh

        show_mesh(mesh, case.name)
    return folder


def _default_folder(case: Case, quick: bool) -> Path:
    folder = default_folder(case.name, quick)
    return folder.with_name(f"{folder.name}-mesh")


def _report(case: Case, mesh: MeshData) -> dict[str, Any]:
    """The content of report.json but for the names of the files."""
    return {
        "kind": _KIND,
        "case": case.name,
        "title": case.title,
        "geometry": case.geometry.model_dump(mode="json", exclude_none=True),
        **mesh_report(mesh, case.geometry),
        "capacity": _capacity(case, mesh),
    }


def _capacity(case: Case, mesh: MeshData) -> dict[str, Any]:
    """Loading and areal capacity of the storing regions, as asked for and in the mesh."""
    storing = [name for name in case.storing_regions if name in mesh.regions]
    asked, found = case.geometry.region_volumes(), mesh.region_volumes()
    platen_asked, platen_found = case.geometry.platen_area, platen_area(mesh)
    if not storing or not platen_found:
        return {}
    table: dict[str, Any] = {"storing_regions": storing}
    densities = {name: case.card(name).density for name in storing}
    if all(density is not None for density in densities.values()):

        def loading(volumes: dict[str, float], platen: float) -> float:
            return sum((densities[name] or 0.0) * volumes[name] for name in storing) / platen

        table["loading"] = _compared(loading(asked, platen_asked), loading(found, platen_found), "kg/m2")
    size = estimate(case)
    if size.charge:
        charge = {name: case.concentration_as_built(name) for name in storing}
        ratio = sum(charge[name] * found[name] for name in storing) / sum(
            charge[name] * asked[name] for name in storing
        )
        full = size.charge / size.platen_area
        table["areal_capacity"] = _compared(full, full * ratio * platen_asked / platen_found, "C/m2")
    return table


def _compared(asked: float, found: float, unit: str) -> dict[str, Any]:
    return {"asked": asked, "found": found, "unit": unit, "deviation_percent": 100.0 * (found / asked - 1.0)}


def _write(folder: Path, name: str, mesh: MeshData, report: dict[str, Any]) -> None:
    """Mesh files and report, the report last: it says that all is there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for old in _files_of_mesh(folder):
            old.unlink(missing_ok=True)
        write_msh(mesh, folder / f"{name}.msh")
        write_xdmf(mesh, folder / f"{name}.xdmf")
        report["files"] = [*mesh_file_names(name), *PICTURES, REPORT]
        write_json(folder / REPORT, report)
    except OSError as error:
        raise InputError(
            f"{folder}: cannot be used as output folder: {error.strerror or str(error)}"
        ) from None


def _draw(folder: Path, case: Case, mesh: MeshData, report: dict[str, Any]) -> list[str]:
    """Draw; what went wrong is a warning."""
    try:
        from lithiate_post.errors import ResultError
        from lithiate_post.mesh_pictures import draw_mesh, draw_quality
    except ImportError as error:
        return [f"no pictures: {error}"]
    warnings = []
    for name, action in (
        ("mesh.png", lambda path: draw_mesh(mesh, path, case.name)),
        ("quality.png", lambda path: draw_quality(mesh, report["scaled_jacobian"], path, case.name)),
    ):
        try:
            action(folder / name)
        except (ResultError, ImportError, OSError, ValueError, RuntimeError) as error:
            warnings.append(f"no picture {name}: {error}")
    return warnings


def _check_folder(folder: Path, case_path: Path, needed_files: Sequence[Path], overwrite: bool) -> None:
    """Refuse a folder that must not be written into, as ``lithiate run`` does."""
    try:
        holds_result = any((folder / mark).exists() for mark in RESULT_MARKS)
    except (OSError, ValueError) as error:
        raise InputError(f"{folder}: cannot be used as a folder: {error}") from None
    if holds_result:
        raise InputError(f"{folder}: the folder holds the result of a run; allowed: another --out")
    files = _files_of_mesh(folder)
    if not files:
        check_folder(folder, case_path=case_path, overwrite=overwrite)
        return
    if not overwrite:
        raise InputError(
            f"{folder}: the folder holds a mesh; allowed: --overwrite to replace it, or another --out"
        )
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InputError(f"{folder}: the folder cannot be written into")
    for file in files:
        if any(file.exists() and file.samefile(needed) for needed in needed_files):
            raise InputError(f"{file}: the case is made from this file; allowed: another --out")


def _files_of_mesh(folder: Path) -> list[Path]:
    """The files of a mesh that this command wrote into a folder, by its report; none without one."""
    try:
        report = json.loads((folder / REPORT).read_text(encoding="utf-8"))
        names = report["files"] if report["kind"] == _KIND else []
        # Only names of files in that very folder, whatever the report says.
        plain = [name for name in names if name == Path(name).name]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return [folder / name for name in plain]


def _need_window() -> None:
    """Refuse where no window can be opened.

    Raises:
        InputError: saying what is missing.
    """
    if sys.platform.startswith("linux") and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    ):
        raise InputError("--show needs a display, and there is none here; allowed: without it, see mesh.png")
    try:
        import pyvista  # noqa: F401
    except ImportError as error:
        raise InputError(f"--show needs pyvista, which cannot be imported: {error}") from None
