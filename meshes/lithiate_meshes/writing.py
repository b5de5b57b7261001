# SPDX-License-Identifier: LGPL-3.0-or-later
"""Mesh files for other programs: gmsh's format with named physical groups, and XDMF with HDF5."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from lithiate_meshes.mesh_data import IndexArray, MeshData, TagArray

FACETS_SUFFIX = "_facets"
"""What the name of the XDMF file of the facets ends with, before its ".xdmf"."""

REGION_DATA, FACET_DATA = "region", "facet"
"""Names of the cell data that hold the tags in the two XDMF files."""

_GMSH_TYPES = {2: 1, 3: 2, 4: 4}  # by number of vertices: line, triangle, tetrahedron
_MESHIO_TYPES = {2: "line", 3: "triangle", 4: "tetra"}


def mesh_file_names(name: str) -> tuple[str, ...]:
    """The files that :func:`write_msh` and :func:`write_xdmf` make of a mesh of this name."""
    facets = f"{name}{FACETS_SUFFIX}"
    return (f"{name}.msh", f"{name}.xdmf", f"{name}.h5", f"{facets}.xdmf", f"{facets}.h5")


def write_msh(mesh: MeshData, path: Path) -> None:
    """Write gmsh's binary format 2.2: regions, surfaces and interfaces as named physical groups, metres.

    Version 2.2 keeps the order of points and cells and is what most programs read. It has no place for
    ``interface_gaps``.

    Args:
        mesh: The mesh.
        path: The file, overwritten if it is there.

    Raises:
        OSError: If it cannot be written.
    """
    dimension = mesh.dimension
    groups = [(dimension - 1, tag, name) for name, tag in (mesh.surfaces | mesh.interfaces).items()]
    groups += [(dimension, tag, name) for name, tag in mesh.regions.items()]
    points = np.zeros(len(mesh.points), dtype=[("tag", "<i4"), ("x", "<f8", (3,))])
    points["tag"] = np.arange(1, len(points) + 1)
    points["x"][:, :dimension] = mesh.points
    with path.open("wb") as file:
        file.write(b"$MeshFormat\n2.2 1 8\n" + np.array(1, "<i4").tobytes() + b"\n$EndMeshFormat\n")
        names = "".join(f'{group[0]} {group[1]} "{group[2]}"\n' for group in groups)
        file.write(f"$PhysicalNames\n{len(groups)}\n{names}$EndPhysicalNames\n".encode())
        file.write(f"$Nodes\n{len(points)}\n".encode() + points.tobytes() + b"\n$EndNodes\n")
        file.write(f"$Elements\n{len(mesh.facets) + len(mesh.cells)}\n".encode())
        number = 1
        for simplices, tags in ((mesh.facets, mesh.facet_tags), (mesh.cells, mesh.cell_tags)):
            file.write(_elements(simplices, tags, number))
            number += len(simplices)
        file.write(b"\n$EndElements\n")


def _elements(simplices: IndexArray, tags: TagArray, first: int) -> bytes:
    """A block of elements; the physical group serves as the elementary entity, too."""
    numbers = np.arange(first, first + len(simplices))
    rows = np.column_stack([numbers, tags, tags, simplices + 1]).astype("<i4")
    header = np.array([_GMSH_TYPES[simplices.shape[1]], len(rows), 2], "<i4")
    return header.tobytes() + rows.tobytes() if len(rows) else b""


def write_xdmf(mesh: MeshData, path: Path) -> None:
    """Write two XDMF files, ``NAME.xdmf`` of the cells and ``NAME_facets.xdmf`` of the facets, in metres.

    Their cell data "region" and "facet" are the tags; the names of the tags stand in an Information element,
    where :func:`lithiate_meshes.reading.read_mesh` and meshio (as ``field_data``) find them.

    Args:
        mesh: The mesh.
        path: ``NAME.xdmf``, overwritten if it is there, with its ``NAME.h5``.

    Raises:
        OSError: If a file cannot be written.
    """
    dimension = mesh.dimension
    facets_path = path.with_name(f"{path.stem}{FACETS_SUFFIX}.xdmf")
    _write_grid(mesh, path, mesh.cells, mesh.cell_tags, REGION_DATA, mesh.regions, dimension)
    names = mesh.surfaces | mesh.interfaces
    _write_grid(mesh, facets_path, mesh.facets, mesh.facet_tags, FACET_DATA, names, dimension - 1)


def _write_grid(
    mesh: MeshData,
    path: Path,
    simplices: IndexArray,
    tags: TagArray,
    data_name: str,
    names: dict[str, int],
    dimension: int,
) -> None:
    import meshio

    cells = [(_MESHIO_TYPES[simplices.shape[1]], simplices)]
    meshio.xdmf.write(path, meshio.Mesh(mesh.points, cells, cell_data={data_name: [tags]}))
    # meshio reads names, but does not write them.
    tree = ElementTree.parse(path)
    grid = tree.find("./Domain/Grid")
    assert grid is not None
    table = ElementTree.Element("main")
    for name, tag in names.items():
        ElementTree.SubElement(table, "map", key=name, dim=str(dimension)).text = str(tag)
    information = ElementTree.SubElement(grid, "Information", Name="names of the tags", Value=str(len(names)))
    information.text = ElementTree.tostring(table, encoding="unicode")
    tree.write(path, encoding="utf-8", xml_declaration=True)
