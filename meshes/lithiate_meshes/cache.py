# SPDX-License-Identifier: LGPL-3.0-or-later
"""Meshes kept on disk: a geometry that was meshed before is read back instead of meshed again."""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import json
import os
import tempfile
import zipfile
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lithiate_meshes.mesh_data import MeshData

if TYPE_CHECKING:
    from lithiate_meshes import Geometry

LARGEST_SIZE = 2_000_000_000
"""Beyond this [bytes] the meshes that were not used for longest are deleted."""

_HEADER = "header"
# What reading a file raises that was cut, overwritten or written by something else.
_DAMAGE = (
    OSError,
    ValueError,
    KeyError,
    TypeError,
    EOFError,
    AttributeError,
    RuntimeError,
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
)


def cached_mesh(geometry: Geometry) -> MeshData:
    """Mesh a geometry as :func:`lithiate_meshes.build_mesh` does, or read what that gave before.

    Unlike a mesh of ``build_mesh``, it is refused where a volume or an area is not what was asked for.

    The key is the geometry section, the files that it names, the versions of this package and of gmsh, and
    the source of this package: a mesh of another version is never served. Meshes lie in
    ``${XDG_CACHE_HOME:-~/.cache}/lithiate/meshes``; whatever is wrong there, the mesh is built anew.

    Args:
        geometry: A validated geometry of any family.

    Returns:
        The mesh in metres, the same arrays bit for bit as a new one.

    Raises:
        InputError: As ``build_mesh``, or if the mesh is so coarse that a volume or area is off by over 2 %.
        MeshQualityError: As ``build_mesh``.
    """
    from lithiate_meshes import build_mesh
    from lithiate_meshes.checks import check_morphology

    try:
        key = mesh_key(geometry)
    except OSError:  # a file that it names cannot be read, which is said where it is used
        return build_mesh(geometry)
    path = cache_folder() / f"{key}.npz"
    mesh = _read(path, key)
    if mesh is None:
        mesh = build_mesh(geometry)
        check_morphology(mesh, geometry)
        _write(mesh, path, key)
    return mesh


def cache_folder() -> Path:
    """Where meshes are kept."""
    given = os.environ.get("XDG_CACHE_HOME", "")
    # A relative path is to be ignored, says the XDG specification.
    base = Path(given) if os.path.isabs(given) else Path(os.path.expanduser("~")) / ".cache"
    return base / "lithiate" / "meshes"


def mesh_key(geometry: Geometry) -> str:
    """What tells the mesh of a geometry from all others, 64 hexadecimal digits.

    Args:
        geometry: A pydantic model of a family. Where it has ``source_files``, their content counts, too.
    """
    # Not sorted: the order of a table's keys may matter to a family.
    section: str = geometry.model_dump_json()  # type: ignore[attr-defined]
    files = [_digest_of_file(path) for path in getattr(geometry, "source_files", ())]
    parts = [type(geometry).__name__, section, *files, *_program()]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _digest_of_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@functools.cache
def _program() -> tuple[str, ...]:
    """Versions, and a digest of the source, so that a changed family never serves an old mesh."""
    try:
        version = importlib.metadata.version("lithiate")
    except importlib.metadata.PackageNotFoundError:
        version = "none"
    try:
        import gmsh

        gmsh_version = str(gmsh.__version__)
    except (ImportError, OSError):
        gmsh_version = "none"
    root, digest = Path(__file__).parent, hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return version, gmsh_version, digest.hexdigest()


def _read(path: Path, key: str) -> MeshData | None:
    """The mesh in a file; None if there is none that can be used."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            header = json.loads(str(archive[_HEADER]))
            if header.pop("key") != key:
                return None
            values = {field.name: _decoded(header[field.name], archive) for field in fields(MeshData)}
        os.utime(path)  # used just now
        return MeshData(**values)
    except _DAMAGE:
        return None


def _write(mesh: MeshData, path: Path, key: str) -> None:
    """Keep a mesh in one move; a folder that cannot be written into is nobody's concern."""
    arrays: dict[str, Any] = {}
    temporary: Path | None = None
    try:
        header = {item.name: _encoded(getattr(mesh, item.name), item.name, arrays) for item in fields(mesh)}
        path.parent.mkdir(parents=True, exist_ok=True)
        number, name = tempfile.mkstemp(prefix=path.stem[:16], suffix=".part", dir=path.parent)
        temporary = Path(name)
        with os.fdopen(number, "wb") as file:
            arrays[_HEADER] = np.array(json.dumps({"key": key, **header}))
            np.savez(file, **arrays)
        temporary.replace(path)
        _shrink(path.parent)
    except (OSError, TypeError):
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _encoded(value: Any, name: str, arrays: dict[str, Any]) -> Any:
    """A value of a mesh as JSON; arrays, also in tables, go aside and leave their name.

    Raises:
        TypeError: The value would not come back as it is.
    """
    if isinstance(value, np.ndarray):
        arrays[name] = value
        return {"array": name}
    if isinstance(value, dict):
        return {"table": [[key, _encoded(item, f"{name}.{key}", arrays)] for key, item in value.items()]}
    if value is None or isinstance(value, str | int | float):
        return {"plain": value}
    raise TypeError(f"{name}: {type(value).__name__} cannot be kept")


def _decoded(value: Any, archive: Any) -> Any:
    if "array" in value:
        return archive[value["array"]]
    if "table" in value:
        return {key: _decoded(item, archive) for key, item in value["table"]}
    return value["plain"]


def _shrink(folder: Path) -> None:
    """Delete the files that were not used for longest until the rest is small enough."""
    found = []
    for path in folder.iterdir():
        if path.suffix in (".npz", ".part"):
            status = path.stat()
            found.append((status.st_mtime_ns, status.st_size, path))
    total = 0
    for _, size, path in sorted(found, reverse=True):
        total += size
        if total > LARGEST_SIZE:
            path.unlink(missing_ok=True)
