"""Distributed mesh, one submesh per region and per body, and the paired faces of each interface.

A *body* is a group of regions joined by bonded interfaces: they share one displacement field. Forms live on
the parent mesh; ``entity_maps`` says which cell of a submesh belongs to a cell of the parent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from dolfinx import fem, la
from dolfinx import mesh as dolfinx_mesh
from lithiate_meshes import MeshData
from mpi4py import MPI
from numpy.typing import NDArray

from lithiate import compat, parallel


@dataclass(frozen=True, eq=False)
class Submesh:
    """Part of the parent mesh.

    Attributes:
        mesh: the submesh.
        cells: parent cell of each of its cells, ghosts included.
        parent_to_sub: cell of the submesh for each parent cell; -1 where there is none.
        points: parent geometry node of each of its geometry nodes.
    """

    mesh: dolfinx_mesh.Mesh
    cells: NDArray[np.int32]
    parent_to_sub: NDArray[np.int32]
    points: NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Interface:
    """Paired faces of two regions.

    Attributes:
        name: "electrode|electrolyte".
        sides: the two region names, in that order.
        tag: its subdomain id in interface integrals.
        pairs: (n, 4) of this rank's own facets: cell and local facet of the first side, then of the second.
    """

    name: str
    sides: tuple[str, str]
    tag: int
    pairs: NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Geometry:
    """Everything the physics needs to know about space, by name.

    Attributes:
        mesh: parent mesh in solver lengths.
        symmetry: "plane_strain", "axisymmetric" or "3d".
        length: one solver length [m].
        cell_tags, facet_tags: tags on the parent mesh.
        region_tags, surface_tags: tag of each name.
        regions: submesh of each region.
        bodies: submesh of each group of bonded regions, keyed by the tuple of region names.
        interfaces: all interfaces by name.
        gaps: by interface whose faces start apart, the gap at this rank's geometry nodes, solver lengths.
        strips: those asked for so far, by interface.
        input_vertices: for each local geometry node its number in the mesh as it was built.
    """

    mesh: dolfinx_mesh.Mesh
    symmetry: str
    length: float
    cell_tags: dolfinx_mesh.MeshTags
    facet_tags: dolfinx_mesh.MeshTags
    region_tags: Mapping[str, int]
    surface_tags: Mapping[str, int]
    regions: Mapping[str, Submesh]
    bodies: Mapping[tuple[str, ...], Submesh]
    interfaces: Mapping[str, Interface]
    gaps: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    strips: dict[str, Submesh] = field(default_factory=dict)

    @property
    def communicator(self) -> MPI.Intracomm:
        """The ranks that share the mesh."""
        return self.mesh.comm

    @property
    def dimension(self) -> int:
        """Dimension of the mesh, 2 or 3."""
        return int(self.mesh.topology.dim)

    @property
    def height(self) -> float:
        """Extent along the last coordinate, the platen's normal [m]."""
        heights = self.mesh.geometry.x[:, self.dimension - 1]
        extent = parallel.largest(self.communicator, heights) - parallel.smallest(self.communicator, heights)
        return extent * self.length

    @property
    def input_vertices(self) -> NDArray[np.int64]:
        """Number of each local geometry node in the mesh as built (the same on any number of ranks)."""
        return np.asarray(self.mesh.geometry.input_global_indices)

    def body_of(self, region: str) -> tuple[str, ...]:
        """The body to which a region belongs."""
        return next(body for body in self.bodies if region in body)

    def entity_maps(self) -> dict[dolfinx_mesh.Mesh, NDArray[np.int32]]:
        """Parent cell to submesh cell, for every submesh."""
        submeshes = [*self.regions.values(), *self.bodies.values(), *self.strips.values()]
        return {submesh.mesh: submesh.parent_to_sub for submesh in submeshes}

    def strip(self, interface: str) -> Submesh:
        """Cells of the first side with a facet on an interface; made when first asked for, collective."""
        if interface not in self.strips:
            pairs = self.interfaces[interface].pairs
            marks = fem.Function(fem.functionspace(self.mesh, ("DG", 0)))
            dofs = marks.function_space.dofmap.list[:, 0]
            marks.x.array[dofs[pairs[:, 0]]] = 1.0
            marks.x.scatter_reverse(la.InsertMode.add)
            marks.x.scatter_forward()
            found = np.flatnonzero(marks.x.array[dofs] > 0.0).astype(np.int32)
            self.strips[interface] = _submesh(self.mesh, found)
            _fill_partners(self.strips[interface].parent_to_sub, pairs)
        return self.strips[interface]

    def initial_gap(self, interface: str) -> fem.Function | None:
        """Gap between the faces of an interface as made, P1 on its first side; None where they touch."""
        if interface not in self.gaps:
            return None
        region = self.regions[self.interfaces[interface].sides[0]]
        gap = fem.Function(fem.functionspace(region.mesh, ("Lagrange", 1)))
        nodes = region.points[region.mesh.geometry.dofmap]
        gap.x.array[gap.function_space.dofmap.list] = self.gaps[interface][nodes]
        return gap

    def surface_facets(self, surface: str) -> NDArray[np.int32]:
        """Parent facets of a named surface."""
        return self.facet_tags.find(self.surface_tags[surface])


def _submesh(mesh: dolfinx_mesh.Mesh, cells: NDArray[np.int32]) -> Submesh:
    dimension = mesh.topology.dim
    sub, cell_map, _, node_map = dolfinx_mesh.create_submesh(mesh, dimension, cells)
    index_map = mesh.topology.index_map(dimension)
    inverse = np.full(index_map.size_local + index_map.num_ghosts, -1, dtype=np.int32)
    inverse[cell_map] = np.arange(len(cell_map), dtype=np.int32)
    return Submesh(sub, np.asarray(cell_map), inverse, np.asarray(node_map))


def _pair_faces(
    mesh: dolfinx_mesh.Mesh, facets: NDArray[np.int32], first_side: NDArray[np.bool_]
) -> NDArray[np.int32]:
    """(cell, local facet) of both sides of this rank's own facets, the first-named side first."""
    dimension = mesh.topology.dim
    own = facets[facets < mesh.topology.index_map(dimension - 1).size_local]
    to_cells = mesh.topology.connectivity(dimension - 1, dimension)
    to_facets = mesh.topology.connectivity(dimension, dimension - 1)
    pairs = np.empty((len(own), 4), dtype=np.int32)
    for row, facet in zip(pairs, own, strict=True):
        first, second = to_cells.links(facet)
        if not first_side[first]:
            first, second = second, first
        row[:] = (
            first,
            np.flatnonzero(to_facets.links(first) == facet)[0],
            second,
            np.flatnonzero(to_facets.links(second) == facet)[0],
        )
    return pairs


def _bodies(regions: Iterable[str], bonded: Iterable[str]) -> list[tuple[str, ...]]:
    """Connected groups of regions under the bonded interfaces, in the order of ``regions``."""
    group = {region: {region} for region in regions}
    for interface in bonded:
        first, second = interface.split("|")
        merged = group[first] | group[second]
        for region in merged:
            group[region] = merged
    return list(dict.fromkeys(tuple(name for name in group if name in group[region]) for region in group))


def distribute(
    communicator: MPI.Intracomm, data: MeshData | None, length: float, bonded_interfaces: Iterable[str] = ()
) -> Geometry:
    """Distribute a mesh that the root built.

    Args:
        communicator: the ranks.
        data: the mesh [m] on the root; ignored elsewhere.
        length: one solver length [m].
        bonded_interfaces: names of the interfaces whose two regions share one displacement field.
    """
    header = parallel.from_root(
        communicator,
        (data.points.shape[1], data.symmetry, data.regions, data.surfaces, data.interfaces) if data else None,
    )
    dimension, symmetry, region_tags, surface_tags, interface_tags = header
    if communicator.rank != parallel.ROOT or data is None:
        empty: NDArray[np.int32] = np.empty(0, dtype=np.int32)
        points, cells = np.empty((0, dimension)), np.empty((0, dimension + 1), dtype=np.int64)
        facets, cell_values, facet_values = np.empty((0, dimension), dtype=np.int64), empty, empty
    else:
        points, cells, facets = data.points / length, data.cells, data.facets
        cell_values, facet_values = data.cell_tags, data.facet_tags
    mesh = compat.distribute_mesh(communicator, points, cells)
    cell_tags = compat.distribute_tags(mesh, dimension, cells, cell_values)
    facet_tags = compat.distribute_tags(mesh, dimension - 1, facets, facet_values)
    mesh.topology.create_connectivity(dimension, dimension - 1)

    regions = {name: _submesh(mesh, cell_tags.find(tag)) for name, tag in region_tags.items()}
    bodies = {}
    for body in _bodies(region_tags, bonded_interfaces):
        single = len(body) == 1
        cells_of_body = np.sort(np.concatenate([cell_tags.find(region_tags[name]) for name in body]))
        bodies[body] = regions[body[0]] if single else _submesh(mesh, cells_of_body)
    interfaces = {}
    for tag, (name, facet_tag) in enumerate(interface_tags.items(), start=1):
        first, second = name.split("|")
        pairs = _pair_faces(mesh, facet_tags.find(facet_tag), regions[first].parent_to_sub >= 0)
        interfaces[name] = Interface(name, (first, second), tag, pairs)
    for interface in interfaces.values():
        for submesh in {id(part): part for part in (*regions.values(), *bodies.values())}.values():
            _fill_partners(submesh.parent_to_sub, interface.pairs)
    tags = cell_tags, facet_tags, region_tags, surface_tags
    gaps = _gaps(communicator, data, mesh, length)
    return Geometry(mesh, symmetry, length, *tags, regions, bodies, interfaces, gaps)


def _gaps(
    communicator: MPI.Intracomm, data: MeshData | None, mesh: dolfinx_mesh.Mesh, length: float
) -> dict[str, NDArray[np.float64]]:
    """The gaps that the root's mesh gives at its points, at this rank's nodes."""
    given = parallel.from_root(
        communicator,
        {name: (data.interface_points(name), gap) for name, gap in data.interface_gaps.items()}
        if data
        else None,
    )
    built = np.asarray(mesh.geometry.input_global_indices)
    found = {}
    for name, (points, gap) in given.items():
        place = np.minimum(np.searchsorted(points, built), len(points) - 1)
        found[name] = np.where(points[place] == built, gap[place], 0.0) / length
    return found


def _fill_partners(parent_to_sub: NDArray[np.int32], pairs: NDArray[np.int32]) -> None:
    """Give the cell across an interface its partner's submesh cell.

    The assembler looks up both cells of a pair for every function; the values found across are never used,
    but an entry of -1 would be read out of bounds.
    """
    for this, other in ((0, 2), (2, 0)):
        cells, partners = pairs[:, this], pairs[:, other]
        missing = (parent_to_sub[cells] < 0) & (parent_to_sub[partners] >= 0)
        parent_to_sub[cells[missing]] = parent_to_sub[partners[missing]]
