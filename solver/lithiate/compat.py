"""Every difference between DOLFINx versions that the package meets, in one place.

Written for 0.9, the version in Debian 13; a version that is not known to work is refused with a clear
message.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import basix.ufl
import dolfinx
import numpy as np
import ufl
from dolfinx import fem
from dolfinx import mesh as dolfinx_mesh
from dolfinx.fem import petsc as fem_petsc
from mpi4py import MPI
from numpy.typing import NDArray
from petsc4py import PETSc

from lithiate.errors import InputError

SUPPORTED_VERSIONS = ("0.9",)


def require_supported_version(version: str = dolfinx.__version__) -> None:
    """Refuse a DOLFINx version that this module was not written for.

    Raises:
        InputError: names the version found and the versions that work.
    """
    if ".".join(version.split(".")[:2]) not in SUPPORTED_VERSIONS:
        raise InputError(f"DOLFINx {version} found; this release works with {', '.join(SUPPORTED_VERSIONS)}")


def distribute_mesh(
    communicator: MPI.Intracomm, points: NDArray[np.float64], cells: NDArray[np.int64]
) -> dolfinx_mesh.Mesh:
    """Distributed mesh of linear simplices with one layer of ghosts across facets.

    Args:
        communicator: the ranks.
        points: (n, d) coordinates, on the root; (0, d) elsewhere.
        cells: (m, d + 1) vertices of each cell, on the root; (0, d + 1) elsewhere.
    """
    dimension = points.shape[1]
    cell = {2: "triangle", 3: "tetrahedron"}[dimension]
    domain = ufl.Mesh(basix.ufl.element("Lagrange", cell, 1, shape=(dimension,)))
    # Interface integrals read both cells of a facet, so each facet's owner needs the cell on the other side.
    partitioner = dolfinx_mesh.create_cell_partitioner(dolfinx_mesh.GhostMode.shared_facet)
    return dolfinx_mesh.create_mesh(communicator, cells, points, domain, partitioner)


def distribute_tags(
    mesh: dolfinx_mesh.Mesh, dimension: int, entities: NDArray[np.int64], values: NDArray[np.int32]
) -> dolfinx_mesh.MeshTags:
    """Tags of entities given by their vertices in the root's numbering ((0, k) arrays elsewhere)."""
    local_entities, local_values = dolfinx.io.distribute_entity_data(mesh, dimension, entities, values)
    mesh.topology.create_connectivity(dimension, 0)
    mesh.topology.create_connectivity(dimension, mesh.topology.dim)
    adjacency = dolfinx.graph.adjacencylist(local_entities)
    return dolfinx_mesh.meshtags_from_entities(mesh, dimension, adjacency, local_values.astype(np.int32))


def compile_form(form: Any, entity_maps: Mapping[dolfinx_mesh.Mesh, NDArray[np.int32]]) -> Any:
    """Compiled form, or list of them; ``entity_maps`` maps cells of the parent mesh to those of a submesh."""
    return fem.form(form, entity_maps=dict(entity_maps))


def unit_factor(meshes: Sequence[dolfinx_mesh.Mesh]) -> Any:
    """One, written with the Jacobians of submeshes.

    FFCx 0.9 declares the Jacobian of a submesh under the same name as that of its parent, and drops the
    second declaration only within one quadrature rule. Terms with a second rule in the same form therefore
    carry this factor, so that every rule meets all Jacobians together.
    """
    factor = ufl.as_ufl(1.0)
    for mesh in meshes:
        determinant = ufl.JacobianDeterminant(mesh.ufl_domain())
        factor = factor * determinant / determinant
    return factor


def create_matrix(forms: Sequence[Sequence[Any]]) -> PETSc.Mat:
    """Empty matrix with the sparsity of a square array of bilinear forms (None for an absent block)."""
    return fem_petsc.create_matrix_block([list(row) for row in forms])


def assemble_matrix(matrix: PETSc.Mat, forms: Sequence[Sequence[Any]], conditions: Sequence[Any]) -> None:
    """Assemble all blocks in place, with unit rows and columns where ``conditions`` fix an unknown."""
    matrix.zeroEntries()
    fem_petsc.assemble_matrix_block(matrix, [list(row) for row in forms], bcs=list(conditions))
    matrix.assemble()
