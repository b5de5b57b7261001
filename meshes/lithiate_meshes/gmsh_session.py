# SPDX-License-Identifier: LGPL-3.0-or-later
"""How gmsh is started, made repeatable and read out; it is imported only when used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import ModuleType

import numpy as np

from lithiate_meshes.errors import InputError
from lithiate_meshes.mesh_data import FloatArray, IndexArray, TagArray
from lithiate_meshes.quality import scaled_jacobian

# Everything that the result depends on is fixed, so that two runs give the same mesh bit for bit.
_OPTIONS = {
    "General.Terminal": 0,
    "General.NumThreads": 1,
    "Mesh.Algorithm": 6,  # Frontal-Delaunay: the most regular triangles
    "Mesh.RandomSeed": 1,
    "Mesh.RandomFactor": 1e-9,
    "Mesh.RandomFactor3D": 1e-12,
    "Mesh.Smoothing": 10,
    "Mesh.Optimize": 1,
    "Mesh.OptimizeThreshold": 0.5,
    # The size comes from the size field alone.
    "Mesh.MeshSizeExtendFromBoundary": 0,
    "Mesh.MeshSizeFromPoints": 0,
    "Mesh.MeshSizeFromCurvature": 0,
}
_DELAUNAY, _HXT = 1, 10  # gmsh's numbers of its algorithms for tetrahedra
_LINE, _TRIANGLE, _TETRAHEDRON = 1, 2, 4  # and of its linear elements
# A scaled Jacobian with some distance from the 0.1 below which a mesh is refused.
_GOOD_ENOUGH = 0.14


@contextmanager
def gmsh_session(name: str) -> Iterator[ModuleType]:
    """A gmsh of its own with one empty model, repeatable, silent, and without a user's configuration.

    Args:
        name: Name of the model, used in messages.

    Yields:
        The gmsh module.

    Raises:
        InputError: If gmsh is not installed, is already in use in this process, or fails on the model.
    """
    try:
        import gmsh
    except (ImportError, OSError) as error:  # OSError: a wheel of gmsh whose system libraries are missing
        raise InputError(
            f"meshing needs the Python module gmsh, which cannot be imported: {error}"
        ) from error
    if gmsh.isInitialized():
        raise InputError("gmsh is already initialized in this process; call gmsh.finalize() first")
    # The signal handlers belong to the program that meshes, and a .gmshrc would make the mesh depend on the
    # user.
    gmsh.initialize([], readConfigFiles=False, interruptible=False)
    try:
        for option, value in _OPTIONS.items():
            gmsh.option.setNumber(option, value)
        gmsh.model.add(name)
        yield gmsh
    except Exception as error:
        if type(error) is not Exception:  # gmsh raises bare Exception for everything; all else is not gmsh's
            raise
        raise InputError(
            f"gmsh could not mesh the {name}: {str(error).strip() or 'no reason given'}"
        ) from error
    finally:
        gmsh.finalize()


def generate(gmsh: ModuleType, dimension: int) -> None:
    """Mesh the current model with simplices of this dimension.

    About one tetrahedral mesh in a hundred gets a single flat element, which no further improvement removes;
    another algorithm then does not make the same one, and if it makes a worse one the first is made again.
    """
    if dimension == 2:
        gmsh.model.mesh.generate(2)
        return
    qualities = []
    for algorithm in (_DELAUNAY, _HXT):
        qualities.append(_generate_tetrahedra(gmsh, algorithm))
        if qualities[-1] > _GOOD_ENOUGH:
            return
    if qualities[0] > qualities[1]:
        _generate_tetrahedra(gmsh, _DELAUNAY)


def _generate_tetrahedra(gmsh: ModuleType, algorithm: int) -> float:
    """Mesh the current model anew and return the smallest scaled Jacobian."""
    gmsh.option.setNumber("Mesh.Algorithm3D", algorithm)
    gmsh.model.mesh.clear()
    gmsh.model.mesh.generate(3)
    gmsh.model.mesh.optimize("Relocate3D")
    gmsh.model.mesh.optimize("")
    return _smallest_scaled_jacobian(gmsh)


def set_size_field(gmsh: ModuleType, expression: str) -> None:
    """Let the element size be ``expression`` of x, y, z everywhere, in the model's unit of length."""
    field = gmsh.model.mesh.field
    number = field.add("MathEval")
    field.setString(number, "F", expression)
    field.setAsBackgroundMesh(number)


def read_simplices(
    gmsh: ModuleType,
    dimension: int,
    regions: Mapping[str, Sequence[int]],
    boundaries: Mapping[str, Sequence[int]],
) -> tuple[FloatArray, IndexArray, TagArray, IndexArray, TagArray]:
    """The generated mesh as arrays.

    Args:
        gmsh: The gmsh module, after ``gmsh.model.mesh.generate``.
        dimension: 2 or 3.
        regions: Names and the gmsh entities of this dimension that form them; tagged 1, 2, ... in this order.
        boundaries: Names and the gmsh entities of one dimension less; tagged 1, 2, ... in this order.

    Returns:
        Points (n, dimension) in the model's unit, cells (m, dimension + 1) positively oriented, their tags
        (m,), facets (k, dimension), their tags (k,). Points that belong to no cell are left out.

    Raises:
        InputError: If a facet belongs to no cell.
    """
    cells, cell_tags = _elements(gmsh, dimension, regions)
    facets, facet_tags = _elements(gmsh, dimension - 1, boundaries)
    used = np.unique(cells)
    if not np.isin(facets, used).all():
        raise InputError("gmsh left a part of the model without a mesh; try a smaller mesh_size")
    points = _coordinates(gmsh, used)[:, :dimension].copy()
    cells, facets = np.searchsorted(used, cells), np.searchsorted(used, facets)
    inverted = np.linalg.det(points[cells[:, 1:]] - points[cells[:, :1]]) < 0.0
    cells[inverted, :2] = cells[inverted, 1::-1]
    return points, cells, cell_tags, facets, facet_tags


def _elements(
    gmsh: ModuleType, dimension: int, named: Mapping[str, Sequence[int]]
) -> tuple[IndexArray, TagArray]:
    element_type = {1: _LINE, 2: _TRIANGLE, 3: _TETRAHEDRON}[dimension]
    blocks, tags = [np.empty((0, dimension + 1), dtype=np.int64)], [np.empty(0, dtype=np.int32)]
    for tag, entities in enumerate(named.values(), start=1):
        for entity in entities:
            _, vertices = gmsh.model.mesh.getElementsByType(element_type, entity)
            blocks.append(vertices.reshape(-1, dimension + 1).astype(np.int64))
            tags.append(np.full(len(blocks[-1]), tag, dtype=np.int32))
    return np.concatenate(blocks), np.concatenate(tags)


def _coordinates(gmsh: ModuleType, nodes: IndexArray) -> FloatArray:
    """Coordinates, shape (n, 3), of the nodes with these tags."""
    tags, coordinates, _ = gmsh.model.mesh.getNodes()
    order = np.argsort(tags)
    rows = order[np.searchsorted(tags, nodes, sorter=order)]
    found: FloatArray = coordinates.reshape(-1, 3)[rows]
    return found


def _smallest_scaled_jacobian(gmsh: ModuleType) -> float:
    _, vertices = gmsh.model.mesh.getElementsByType(_TETRAHEDRON)
    nodes, cells = np.unique(vertices, return_inverse=True)
    quality = np.abs(scaled_jacobian(_coordinates(gmsh, nodes), cells.reshape(-1, 4)))
    return float(quality.min(initial=1.0))
