# SPDX-License-Identifier: LGPL-3.0-or-later
"""Mesh files with named physical groups as :class:`MeshData`: gmsh's .msh and XDMF. Needs no gmsh."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import numpy as np
import numpy.typing as npt

from lithiate_meshes.checks import all_facets, check_tags
from lithiate_meshes.errors import InputError
from lithiate_meshes.mesh_data import COORDINATE_NAMES, FloatArray, IndexArray, MeshData, TagArray
from lithiate_meshes.msh_files import RawMesh, read_msh
from lithiate_meshes.writing import FACET_DATA, FACETS_SUFFIX, REGION_DATA

SUFFIXES = (".msh", ".xdmf", ".xmf")
# Cell data of an XDMF file that may hold the groups, the first that is there.
_GROUP_DATA = (REGION_DATA, FACET_DATA, "gmsh:physical", "cell_tags", "medit:ref")
_HEAVY_DATA = re.compile(r">\s*([^<>:\n]+\.(?:h5|hdf5|hdf)):", re.IGNORECASE)
_LINEAR_TYPES = ("vertex", "line", "triangle", "tetra")
# Coordinates count as equal within this share of the model's extent.
_PLANE_TOLERANCE = 1e-9


def source_files(path: Path) -> tuple[Path, ...]:
    """All files that a mesh file consists of: an XDMF file has its heavy data and its facets beside it.

    Args:
        path: The file that is named in a case.

    Raises:
        InputError: If it is not there, cannot be read, or is of no known kind.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(f'found "{path}"; allowed: a file that ends in {", ".join(SUFFIXES)}')
    if not path.is_file():
        raise InputError(f'found "{path}", which is no file; allowed: a mesh file, given by its path')
    if path.suffix.lower() == ".msh":
        return (path,)
    facets = path.with_name(f"{path.stem}{FACETS_SUFFIX}{path.suffix}")
    files = [path, *([facets] if facets.is_file() else [])]
    for file in tuple(files):
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise InputError(f"{file}: cannot be read ({error})") from None
        names = dict.fromkeys(match.strip() for match in _HEAVY_DATA.findall(text))
        files += [path.parent / name for name in names if (path.parent / name).is_file()]
    return tuple(dict.fromkeys(files))


def read_mesh(
    path: str | Path,
    symmetry: str,
    *,
    unit: float = 1.0,
    region_names: Mapping[str, str] | None = None,
    surface_names: Mapping[str, str] | None = None,
) -> MeshData:
    """Read a mesh with named physical groups; what :mod:`lithiate_meshes.writing` wrote comes back as it was.

    Groups of cells are regions, groups of facets are outer surfaces; interfaces follow from the regions on
    both sides, so the file need not list them. A group of facets named "A|B" says which side comes first;
    without it, the region that comes first in ``region_names`` or else in the file.

    Args:
        path: A .msh file of gmsh (version 2.2 or 4.1, text or binary), or XDMF. An XDMF file ``NAME.xdmf``
            may have its facets in ``NAME_facets.xdmf``.
        symmetry: "plane_strain", "axisymmetric" or "3d".
        unit: Length of the file's unit [m].
        region_names: Names of regions by name of their group; a group without a name goes by its number.
        surface_names: Names of outer surfaces, likewise.

    Returns:
        The mesh in metres, its names checked, its quality unchecked. It is remembered for the next call, so
        its arrays are read-only.

    Raises:
        InputError: If the file cannot be used, with what was found, where, and what is allowed.
    """
    file = Path(path).absolute()
    try:
        stamps = tuple((item, *_stamp(item)) for item in source_files(file))
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({error.strerror})") from None
    renamed = (tuple((region_names or {}).items()), tuple((surface_names or {}).items()))
    return _read_once(file, stamps, symmetry, unit, *renamed)


_Names = tuple[tuple[str, str], ...]


def _stamp(file: Path) -> tuple[int, int]:
    status = file.stat()
    return status.st_mtime_ns, status.st_size


# A case is validated more than once before its mesh is used.
@functools.lru_cache(maxsize=2)
def _read_once(
    file: Path, stamps: object, symmetry: str, unit: float, region_names: _Names, surface_names: _Names
) -> MeshData:
    try:
        raw = read_msh(file) if file.suffix.lower() == ".msh" else _read_xdmf(file)
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({error.strerror or error})") from None
    try:
        mesh = _Conversion(raw, symmetry, unit, dict(region_names), dict(surface_names)).mesh()
    except InputError as error:
        raise InputError(f"{file}: {error.message}") from None
    for array in (mesh.points, mesh.cells, mesh.cell_tags, mesh.facets, mesh.facet_tags):
        array.setflags(write=False)
    return mesh


def _read_xdmf(file: Path) -> RawMesh:
    raw = _read_grid(file)
    facets_file = file.with_name(f"{file.stem}{FACETS_SUFFIX}{file.suffix}")
    if not facets_file.is_file():
        return raw
    facets = _read_grid(facets_file)
    if not np.array_equal(facets.points, raw.points):
        raise InputError(f"{facets_file}: found other points than in {file.name}; allowed: the same")
    elements = {**facets.elements, **raw.elements}
    return RawMesh(raw.points, elements, {**facets.names, **raw.names})


def _read_grid(file: Path) -> RawMesh:
    import meshio

    try:
        # Not meshio.read, which ends the process on an error.
        found = meshio.xdmf.read(file)
        data = next((found.cell_data[name] for name in _GROUP_DATA if name in found.cell_data), None)
        elements: dict[str, list[tuple[npt.NDArray[Any], npt.NDArray[Any]]]] = {}
        for number, block in enumerate(found.cells):
            tags = np.zeros(len(block.data)) if data is None else np.asarray(data[number]).reshape(-1)
            elements.setdefault(block.type, []).append((block.data, tags))
        joined = {
            kind: (
                np.concatenate([block[0] for block in blocks]).astype(np.int64),
                np.concatenate([block[1] for block in blocks]).astype(np.int64),
            )
            for kind, blocks in elements.items()
        }
        names = {(int(dim), int(tag)): str(name) for name, (tag, dim) in found.field_data.items()}
        points = np.zeros((len(found.points), 3))
        points[:, : found.points.shape[1]] = found.points
    except (
        meshio.ReadError, ParseError, OSError, KeyError, ValueError, TypeError, AttributeError, IndexError
    ) as error:  # fmt: skip
        reason = str(error).strip() or "not a single grid with its data"
        raise InputError(f"{file}: cannot be read as XDMF ({reason})") from None
    return RawMesh(points, joined, names)


@dataclass(frozen=True)
class _Conversion:
    """From what a file holds to a mesh, with everything refused that cannot be computed on."""

    raw: RawMesh
    symmetry: str
    unit: float
    region_names: dict[str, str]
    surface_names: dict[str, str]

    @property
    def dimension(self) -> int:
        return 3 if self.symmetry == "3d" else 2

    def mesh(self) -> MeshData:
        """The mesh in metres, its names those of the groups or what the tables call them.

        Raises:
            InputError: If cells or outer facets have no name, or elements are of another kind or dimension.
        """
        raw, dimension = self.raw, self.dimension
        cell_kind, facet_kind = ("tetra", "triangle") if dimension == 3 else ("triangle", "line")
        self._refuse_other_elements(cell_kind)
        cells, cell_tags = raw.elements[cell_kind]
        if not any(group[0] == dimension for group in raw.names) and not self.region_names:
            raise InputError(
                f"found no named physical group of dimension {dimension}; allowed: one for every region"
            )
        regions, cell_tags = self._named(dimension, cell_tags, self.region_names, "region")
        nameless = ~np.isin(cell_tags, list(regions.values()))
        if nameless.any():
            raise InputError(
                f"found {np.count_nonzero(nameless)} cells in no named physical group, the first at "
                f"{self._place(cells[nameless][0])}; allowed: each cell in one, found are "
                f"{_listed(regions)}"
            )
        facets, facet_tags = raw.elements.get(facet_kind, (np.empty((0, dimension), dtype=np.int64),) * 2)
        facet_tags = facet_tags.reshape(-1)[: len(facets)]
        groups, facet_tags = self._named(dimension - 1, facet_tags, self.surface_names, "surface")
        kept = np.isin(facet_tags, list(groups.values()))
        return self._complete(cells, cell_tags, facets[kept], facet_tags[kept], regions, groups)

    def _refuse_other_elements(self, cell_kind: str) -> None:
        elements = self.raw.elements
        for kind in elements:
            if kind not in _LINEAR_TYPES:
                raise InputError(
                    f"found {len(elements[kind][0])} elements of the kind {kind}; allowed: linear triangles "
                    "and tetrahedra only"
                )
        if cell_kind == "triangle" and "tetra" in elements:
            raise InputError(
                f'found tetrahedra; allowed: with symmetry = "3d", found symmetry = "{self.symmetry}"'
            )
        if cell_kind not in elements:
            plural = {"tetra": "tetrahedra", "triangle": "triangles"}[cell_kind]
            raise InputError(f'found no {plural}; allowed: some, with symmetry = "{self.symmetry}"')

    def _named(
        self, dimension: int, tags: IndexArray, renamed: Mapping[str, str], kind: str
    ) -> tuple[dict[str, int], IndexArray]:
        """Names and tags of the groups of a dimension, and tags with groups of one name made one."""
        in_file = {tag: name for (group, tag), name in self.raw.names.items() if group == dimension}
        present = [int(tag) for tag in np.unique(tags) if tag]
        keys = {tag: in_file.get(tag, str(tag)) for tag in [*in_file, *present] if tag in present}
        unknown = [key for key in renamed if key not in keys.values()]
        if unknown:
            raise InputError(
                f'{kind}_names names "{unknown[0]}", which the file lacks; allowed: {_listed(keys.values())}'
            )
        names = {
            tag: renamed.get(key) or self._with_renamed_sides(key)
            for tag, key in keys.items()
            if tag in in_file or key in renamed
        }
        names = {tag: name for tag, name in names.items() if name}
        order = list(renamed)
        # Those that are renamed come first, in the order in which the case names them.
        ordered = sorted(
            names, key=lambda tag: order.index(keys[tag]) if keys[tag] in renamed else len(order)
        )
        found: dict[str, int] = {}
        merged = tags.copy()
        for tag in ordered:
            merged[tags == tag] = found.setdefault(names[tag], tag)
        return found, merged

    def _with_renamed_sides(self, name: str) -> str:
        """An interface "A|B" with both regions renamed; nothing where they have become one region."""
        if "|" not in name:
            return name
        sides = [self.region_names.get(side, side) for side in name.split("|")]
        return "" if len(set(sides)) == 1 else "|".join(sides)

    def _complete(
        self,
        cells: IndexArray,
        cell_tags: IndexArray,
        facets: IndexArray,
        facet_tags: IndexArray,
        regions: dict[str, int],
        groups: dict[str, int],
    ) -> MeshData:
        """The mesh with the points that it needs, its cells oriented and its interfaces derived."""
        if bad := [name for name in regions if "|" in name]:
            raise InputError(f'found a region named "{bad[0]}"; allowed: a name without "|"')
        used = np.unique(cells)
        if not np.isin(facets, used).all():
            raise InputError("found facets in a physical group that belong to no cell; allowed: none")
        points = self._points(used)
        cells, facets = np.searchsorted(used, cells), np.searchsorted(used, facets)
        inverted = np.linalg.det(points[cells[:, 1:]] - points[cells[:, :1]]) < 0.0
        cells[inverted, :2] = cells[inverted, 1::-1]
        if _repeats(np.sort(cells, axis=1), len(points)):
            raise InputError("found cells that lie in more than one physical group; allowed: one for each")
        mesh = MeshData(
            points=points,
            cells=cells,
            cell_tags=cell_tags.astype(np.int32),
            facets=facets,
            facet_tags=facet_tags.astype(np.int32),
            regions=regions,
            surfaces=groups,
            interfaces={},
            symmetry=self.symmetry,
        )
        mesh = with_interfaces(mesh)
        check_tags(mesh)
        return mesh

    def _points(self, used: IndexArray) -> FloatArray:
        points = self.raw.points[used]
        if not np.isfinite(points).all():
            raise InputError("found coordinates that are no finite numbers")
        tolerance = _PLANE_TOLERANCE * float(np.ptp(points, axis=0).max())
        if self.dimension == 2:
            height = points[np.argmax(np.abs(points[:, 2])), 2]
            if abs(height) > tolerance:
                raise InputError(
                    f'found a point with z = {height:g}; allowed: 0, with symmetry = "{self.symmetry}"'
                )
            points = points[:, :2].copy()
        if self.symmetry == "axisymmetric":
            if points[:, 0].min() < -tolerance:
                raise InputError(f"found a point with r = {points[:, 0].min():g}; allowed: 0 or more")
            points[:, 0] = np.maximum(points[:, 0], 0.0)
        return points * self.unit

    def _place(self, vertices: IndexArray) -> str:
        centre = self.raw.points[vertices].mean(axis=0)[: self.dimension] * self.unit
        names = ", ".join(COORDINATE_NAMES[self.symmetry])
        return f"({names}) = ({', '.join(f'{value:.4g}' for value in centre)}) m"


def with_interfaces(mesh: MeshData) -> MeshData:
    """Name every facet between two regions after them, whatever group it is in; outer facets stay.

    Args:
        mesh: A mesh whose ``surfaces`` are all groups of facets that were found.

    Returns:
        The mesh with ``surfaces`` and ``interfaces`` told apart. Facets that are listed keep their order.

    Raises:
        InputError: If a group has facets inside one region, or an interface's name fits no pair of regions.
    """
    every, owners, count, position = all_facets(mesh)
    interfaces, tag_of_pair = _interface_tags(mesh, owners, count)
    owner_tags = np.sort(mesh.cell_tags[owners], axis=1)
    tags = np.zeros(len(every), dtype=np.int32)
    for (first, second), tag in tag_of_pair.items():
        tags[(count == 2) & (owner_tags[:, 0] == first) & (owner_tags[:, 1] == second)] = tag

    if np.any(position < 0):
        raise InputError("found facets in a physical group that belong to no cell; allowed: none")
    inside = (count[position] == 2) & (tags[position] == 0)
    if inside.any():
        place = mesh.points[mesh.facets[inside][0]].mean(axis=0)
        group = next(name for name, tag in mesh.surfaces.items() if tag == mesh.facet_tags[inside][0])
        region = mesh.region_of_cell(int(owners[position][inside][0, 0]))
        raise InputError(
            f'the group "{group}" has {np.count_nonzero(inside)} facets inside the region "{region}", the '
            f"first at ({', '.join(f'{value:.4g}' for value in place)}) m; allowed: facets on outer surfaces "
            "and between regions"
        )
    # Facets between regions may stand in the groups of both: once is enough.
    between = tags[position] > 0
    first_listed = np.zeros(len(position), dtype=bool)
    first_listed[np.unique(position, return_index=True)[1]] = True
    kept = ~between | first_listed
    facets, position, listed = mesh.facets[kept], position[kept], mesh.facet_tags[kept]
    facet_tags: TagArray = np.where(tags[position] > 0, tags[position], listed)
    missing = tags > 0
    missing[position] = False
    surfaces = {
        name: tag
        for name, tag in mesh.surfaces.items()
        if name not in interfaces and np.any(facet_tags == tag)
    }
    return replace(
        mesh,
        facets=np.concatenate([facets, every[missing]]),
        facet_tags=np.concatenate([facet_tags, tags[missing]]),
        surfaces=surfaces,
        interfaces=interfaces,
    )


def _interface_tags(
    mesh: MeshData, owners: IndexArray, count: IndexArray
) -> tuple[dict[str, int], dict[tuple[int, int], int]]:
    """Names and tags of the interfaces, and the tags by the sorted tags of both regions."""
    pairs = np.unique(np.sort(mesh.cell_tags[owners[count == 2]], axis=1), axis=0)
    left = {(int(first), int(second)) for first, second in pairs if first != second}
    interfaces: dict[str, int] = {}
    tag_of_pair: dict[tuple[int, int], int] = {}
    for name, tag in mesh.surfaces.items():
        if "|" not in name:
            continue
        sides = [mesh.regions.get(side, 0) for side in name.split("|")]
        pair = (min(sides), max(sides))
        if len(sides) != 2 or pair not in left:
            raise InputError(
                f'found a group of facets named "{name}"; allowed: "A|B" with two regions A and B that '
                "touch, once for each two"
            )
        left.remove(pair)
        interfaces[name], tag_of_pair[pair] = tag, tag
    order = {tag: number for number, tag in enumerate(mesh.regions.values())}
    names = {tag: name for name, tag in mesh.regions.items()}
    following = max([0, *mesh.surfaces.values()]) + 1
    for pair in sorted(left, key=lambda pair: sorted(order[tag] for tag in pair)):
        first, second = sorted(pair, key=lambda tag: order[tag])
        interfaces[f"{names[first]}|{names[second]}"] = tag_of_pair[pair] = following
        following += 1
    return interfaces, tag_of_pair


def _repeats(rows: IndexArray, bound: int) -> bool:
    """Whether a row of numbers below ``bound`` appears twice."""
    key = rows[:, 0]
    for column in rows.T[1:]:
        key = np.unique(key, return_inverse=True)[1] * bound + column
    return len(np.unique(key)) < len(rows)


def _listed(names: Any) -> str:
    return ", ".join(f'"{name}"' for name in names) or "none"
