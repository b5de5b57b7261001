# SPDX-License-Identifier: LGPL-3.0-or-later
"""What every mesh must satisfy before anything is computed on it, whichever family made it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from lithiate_meshes.errors import InputError, MeshQualityError
from lithiate_meshes.mesh_data import IndexArray, MeshData
from lithiate_meshes.quality import scaled_jacobian
from lithiate_meshes.report import volumes_and_areas

if TYPE_CHECKING:
    from lithiate_meshes import Geometry

SMALLEST_ALLOWED_SCALED_JACOBIAN = 0.1
"""Below this the displacement gradient of an element is too inaccurate to be trusted."""

LARGEST_ALLOWED_DEVIATION = 0.02
"""Of volumes of regions and areas of interfaces from what was asked for."""


def check_quality(mesh: MeshData, smallest_allowed: float = SMALLEST_ALLOWED_SCALED_JACOBIAN) -> None:
    """Refuse a mesh with an element that is too flat.

    Args:
        mesh: The mesh to check.
        smallest_allowed: Smallest scaled Jacobian that is accepted.

    Raises:
        MeshQualityError: Naming the region, the centroid and the value of the worst element.
    """
    quality = scaled_jacobian(mesh.points, mesh.cells)
    worst = int(np.argmin(quality))
    if quality[worst] >= smallest_allowed:
        return
    place = ", ".join(f"{coordinate:.4g}" for coordinate in mesh.points[mesh.cells[worst]].mean(axis=0))
    count = int(np.count_nonzero(quality < smallest_allowed))
    raise MeshQualityError(
        f"the mesh is too poor: {count} of {len(quality)} elements have a scaled Jacobian below "
        f"{smallest_allowed:g}; the worst is {quality[worst]:.3g} in region '{mesh.region_of_cell(worst)}' "
        f"at ({', '.join(mesh.coordinate_names)}) = ({place}) m; try a smaller mesh_size"
    )


def check_morphology(
    mesh: MeshData, geometry: Geometry, largest_allowed: float = LARGEST_ALLOWED_DEVIATION
) -> None:
    """Refuse a mesh whose regions or interfaces are not as large as its geometry asks for.

    Args:
        mesh: The mesh of the geometry.
        geometry: What was asked for.
        largest_allowed: Relative deviation that is accepted.

    Raises:
        InputError: Naming the region or interface with the largest deviation, what was found and asked.
    """
    rows = volumes_and_areas(mesh, geometry)
    worst = max(rows, key=lambda row: row.size_of_deviation)
    if worst.size_of_deviation <= largest_allowed:
        return
    quantity = worst.quantity.replace("_", " ")
    raise InputError(
        f"the mesh is too coarse: the {quantity} of '{worst.name}' is {worst.found:.4g} {worst.unit}, asked "
        f"for were {worst.asked:.4g} {worst.unit}; allowed: within {100 * largest_allowed:g} %; try a "
        "smaller mesh_size"
    )


def check_tags(mesh: MeshData) -> None:
    """Refuse a mesh whose names do not describe it completely and uniquely.

    Every region, surface and interface must have cells or facets; every point must belong to a cell; every
    facet on the outer boundary must be listed exactly once, with a surface tag; every facet between two
    regions must be listed exactly once, with the tag of the interface named after these two regions; no other
    facet may be listed. Initial gaps belong to points of interfaces and are not negative.

    Args:
        mesh: The mesh to check.

    Raises:
        InputError: Naming the first thing found to be wrong, with the place of the first facet concerned.
    """
    _check_names(mesh)
    facets, owners, owner_count, position = all_facets(mesh)
    if np.any(position < 0):
        raise _facet_error(mesh, mesh.facets[position < 0], "a tagged facet belongs to no cell")
    times_listed = np.bincount(position, minlength=len(facets))
    if np.any(times_listed > 1):
        raise _facet_error(mesh, facets[times_listed > 1], "a facet is tagged more than once")
    tag = np.zeros(len(facets), dtype=np.int64)
    tag[position] = mesh.facet_tags

    outer = owner_count == 1
    on_surface = np.isin(tag, list(mesh.surfaces.values()))
    if np.any(outer & ~on_surface):
        raise _facet_error(mesh, facets[outer & ~on_surface], "an outer facet is on no named surface")
    if np.any(~outer & on_surface):
        raise _facet_error(mesh, facets[~outer & on_surface], "a surface holds a facet inside the model")
    _check_interfaces(mesh, facets, owners, outer, tag)
    _check_gaps(mesh)


def _check_names(mesh: MeshData) -> None:
    facet_names = {**mesh.surfaces, **mesh.interfaces}
    if (
        len(set(facet_names.values())) != len(mesh.surfaces) + len(mesh.interfaces)
        or 0 in facet_names.values()
    ):
        raise InputError("surfaces and interfaces must have names and non-zero tags of their own")
    for kind, names, tags in (
        ("region", mesh.regions, mesh.cell_tags),
        ("surface or interface", facet_names, mesh.facet_tags),
    ):
        for name, value in names.items():
            if not np.any(tags == value):
                raise InputError(f"the {kind} '{name}' has no elements; try a smaller mesh_size")
        if not np.all(np.isin(tags, list(names.values()))):
            raise InputError(f"the mesh has elements of a {kind} without a name")
    if len(np.unique(mesh.cells)) != len(mesh.points):
        raise InputError("the mesh has points that belong to no cell")


def all_facets(mesh: MeshData) -> tuple[IndexArray, IndexArray, IndexArray, IndexArray]:
    """All facets of the cells, and which of them the listed facets are.

    Returns:
        Sorted vertices (n, d) of each facet, its one (repeated) or two cells (n, 2), how many cells it has
        (n,), and for every listed facet its row in these arrays, -1 if it is a facet of no cell.
    """
    vertices = mesh.cells.shape[1]
    of_cells = np.concatenate([np.delete(mesh.cells, corner, axis=1) for corner in range(vertices)])
    every = np.sort(np.concatenate([of_cells, mesh.facets]), axis=1)
    # One number per facet, built column by column: sorting numbers is far faster than sorting rows.
    key = every[:, 0]
    for column in every.T[1:]:
        key = np.unique(key, return_inverse=True)[1] * len(mesh.points) + column
    keys, first, inverse, count = np.unique(
        key[: len(of_cells)], return_index=True, return_inverse=True, return_counts=True
    )
    if np.any(count > 2):
        raise _facet_error(mesh, every[first[count > 2]], "more than two cells share a facet")
    cell = np.tile(np.arange(len(mesh.cells)), vertices)
    owners = np.stack([cell[first], cell[first]], axis=1)
    is_second = np.ones(len(of_cells), dtype=bool)
    is_second[first] = False
    owners[inverse[is_second], 1] = cell[is_second]
    position = np.searchsorted(keys, key[len(of_cells) :])
    found = keys[np.minimum(position, len(keys) - 1)] == key[len(of_cells) :]
    return every[first], owners, count, np.where(found, position, -1)


def _check_interfaces(
    mesh: MeshData, facets: IndexArray, owners: IndexArray, outer: npt.NDArray[np.bool_], tag: IndexArray
) -> None:
    regions = np.sort(mesh.cell_tags[owners].astype(np.int64), axis=1)
    expected = np.zeros(len(facets), dtype=np.int64)
    for name, value in mesh.interfaces.items():
        pair = sorted(mesh.regions[side] for side in name.split("|"))
        expected[~outer & np.all(regions == pair, axis=1)] = value
    between = ~outer & (regions[:, 0] != regions[:, 1])
    if np.any(between & (expected == 0)):
        raise _facet_error(
            mesh, facets[between & (expected == 0)], "two regions meet without a named interface"
        )
    wrong = ~outer & (tag != expected)
    if np.any(wrong):
        raise _facet_error(
            mesh, facets[wrong], "a facet's interface is not the one between the regions of its two cells"
        )


def _check_gaps(mesh: MeshData) -> None:
    for name, gaps in mesh.interface_gaps.items():
        if name not in mesh.interfaces:
            raise InputError(f"initial gaps are given for '{name}', which is no interface of the mesh")
        points = mesh.interface_points(name)
        if gaps.shape != points.shape:
            raise InputError(
                f"the interface '{name}' has {len(points)} points but initial gaps of shape {gaps.shape}"
            )
        wrong = ~(np.isfinite(gaps) & (gaps >= 0.0))
        if np.any(wrong):
            place = ", ".join(f"{coordinate:.4g}" for coordinate in mesh.points[points[wrong][0]])
            raise InputError(
                f"the initial gap of the interface '{name}' is {gaps[wrong][0]:.3g} m at "
                f"({', '.join(mesh.coordinate_names)}) = ({place}) m; allowed: finite and not negative"
            )


def _facet_error(mesh: MeshData, facets: IndexArray, finding: str) -> InputError:
    place = ", ".join(f"{coordinate:.4g}" for coordinate in mesh.points[facets[0]].mean(axis=0))
    names = ", ".join(mesh.coordinate_names)
    return InputError(
        f"the mesh is not usable: {finding} ({len(facets)} of them, first at ({names}) = ({place}) m)"
    )
