"""The folder a run writes into: what is refused, and what overwriting removes. Call on one rank only."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

from lithiate_meshes.errors import InputError

RESULT_MARKS = ("history.csv", "summary.json", "case.resolved.toml")
"""A folder that holds one of these holds a result."""

_FILES = (*RESULT_MARKS, "provenance.json", "run.log", "summary.json.partial", "provenance.json.partial")
_PICTURES = ("history.png", "fields.png", "gap.png")


def default_folder(case_name: str, quick: bool) -> Path:
    """``results/<case name>[-quick]`` in the working folder."""
    return Path("results") / (case_name + ("-quick" if quick else ""))


def check_folder(folder: Path, *, case_path: Path, overwrite: bool) -> None:
    """Refuse an output folder that must not be written into; writes nothing.

    Args:
        folder: where a run is to write.
        case_path: the case file, which may lie in that folder and is never lost.
        overwrite: whether an existing result may go.

    Raises:
        InputError: a part of the path is a file, the folder holds a result (without ``overwrite``) or foreign
            files, the run would write over its own case file, or the folder cannot be written into.
    """
    try:
        _check(folder, case_path, overwrite)
    except (OSError, ValueError) as error:
        raise InputError(f"{folder}: cannot be used as output folder: {_reason(error)}") from None


def prepare_folder(folder: Path, *, case_path: Path, overwrite: bool) -> Path:
    """Check the folder, make it, and remove an old result from it: the files a run writes, and no others.

    Args:
        folder: where a run is to write.
        case_path: the case file, which is never removed.
        overwrite: whether an existing result may go.

    Returns:
        The folder.

    Raises:
        InputError: as :func:`check_folder`.
    """
    check_folder(folder, case_path=case_path, overwrite=overwrite)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in result_files(folder):
            path.unlink()
        pictures = folder / "pictures"
        if pictures.is_dir() and not pictures.is_symlink() and not any(pictures.iterdir()):
            pictures.rmdir()
    except OSError as error:
        raise InputError(f"{folder}: cannot be used as output folder: {_reason(error)}") from None
    return folder


def result_files(folder: Path) -> list[Path]:
    """The files in a folder that a run has written there.

    Fields are named after the regions and interfaces of the case that was run, which its resolved copy tells.

    Args:
        folder: an output folder.
    """
    names = [*_FILES, *(f"pictures/{name}" for name in _PICTURES)]
    for field in _field_names(folder / "case.resolved.toml"):
        names += [f"{field}.xdmf", f"{field}.h5", f"{field}.xdmf.partial", f"pictures/gap_{field}.png"]
    paths = [folder / name for name in names]
    return [path for path in paths if path.is_file() or path.is_symlink()]


def _field_names(resolved: Path) -> list[str]:
    try:
        case: dict[str, Any] = tomllib.loads(resolved.read_text(encoding="utf-8"))
        return [*case["regions"], *(name.replace("|", "__") for name in case.get("interfaces", {}))]
    except (OSError, ValueError, KeyError, TypeError):
        return []  # without it nothing tells a field file of a run from one of somebody else


def _check(folder: Path, case_path: Path, overwrite: bool) -> None:
    for place in (folder, *folder.absolute().parents):
        if place.exists() or place.is_symlink():
            if not place.is_dir():
                below = "" if place == folder else f"lies below {place}, which "
                raise InputError(
                    f"{folder}: found an output folder that {below}is a file; allowed: a new or empty folder"
                )
            if not os.access(place, os.W_OK | os.X_OK):
                raise InputError(f"{folder}: the folder {place} cannot be written into")
            break
    if not folder.is_dir():
        return
    entries = sorted(folder.iterdir())
    if any((folder / name).exists() for name in RESULT_MARKS):
        if not overwrite:
            raise InputError(
                f"{folder}: the folder holds a result; allowed: --overwrite to replace it, or another --out"
            )
        _spare_case_file(folder, case_path)
        return
    others = [entry for entry in entries if not _same_file(entry, case_path)]
    if others:
        names = ", ".join(entry.name for entry in others[:3]) + (", ..." if len(others) > 3 else "")
        raise InputError(
            f"{folder}: the folder holds other files than a run's ({names}); allowed: a new or empty folder"
        )


def _spare_case_file(folder: Path, case_path: Path) -> None:
    if any(_same_file(path, case_path) for path in result_files(folder)):
        raise InputError(
            f"{folder}: the case file {case_path} is part of the result there and would be lost; "
            "allowed: another folder with --out, or a copy of the case file elsewhere"
        )


def _same_file(one: Path, other: Path) -> bool:
    return one.exists() and other.exists() and one.samefile(other)


def _reason(error: Exception) -> str:
    return error.strerror if isinstance(error, OSError) and error.strerror else str(error)
