"""Every difference between DOLFINx versions that the package meets, in one place.

Written for 0.9, the version in Debian 13; a version that is not known to work is refused with a clear
message.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
    return fem.form(_nested(form, _with_jacobians_together), entity_maps=dict(entity_maps))


def _nested(form: Any, action: Callable[[ufl.Form], ufl.Form]) -> Any:
    if isinstance(form, list):
        return [_nested(part, action) for part in form]
    return action(form) if isinstance(form, ufl.Form) else form


def _with_jacobians_together(form: ufl.Form) -> ufl.Form:
    """The same form, in which every quadrature rule over cells meets the Jacobians of all its submeshes.

    FFCx 0.9 declares the Jacobian of a submesh under the same name as that of its parent, and drops the
    second declaration only within one quadrature rule. Where a form has several rules, its integrals get a
    factor of one that is written with all Jacobians.
    """
    rules = [integral.metadata() for integral in form.integrals_by_type("cell")]
    if all(rule == rules[0] for rule in rules):
        return form
    parents = {integral.ufl_domain() for integral in form.integrals()}
    functions = (*form.coefficients(), *form.arguments())
    submeshes = {function.ufl_function_space().ufl_domain() for function in functions} - parents
    factor = ufl.as_ufl(1.0)
    for submesh in sorted(submeshes, key=lambda domain: int(domain.ufl_id())):
        determinant = ufl.JacobianDeterminant(submesh)
        factor = factor * determinant / determinant
    return ufl.Form(
        [
            integral.reconstruct(integrand=integral.integrand() * factor)
            if integral.integral_type() == "cell"
            else integral
            for integral in form.integrals()
        ]
    )


def create_matrix(forms: Sequence[Sequence[Any]]) -> PETSc.Mat:
    """Empty matrix with the sparsity of a square array of bilinear forms (None for an absent block)."""
    return fem_petsc.create_matrix_block([list(row) for row in forms])


def assemble_matrix(matrix: PETSc.Mat, forms: Sequence[Sequence[Any]], conditions: Sequence[Any]) -> None:
    """Assemble all blocks in place, with unit rows and columns where ``conditions`` fix an unknown."""
    matrix.zeroEntries()
    fem_petsc.assemble_matrix_block(matrix, [list(row) for row in forms], bcs=list(conditions))
    matrix.assemble()
