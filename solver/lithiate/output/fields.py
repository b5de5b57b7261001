"""Fields of every region and interface, gathered on the root, in the order of the mesh as built."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lithiate import parallel
from lithiate.geometry import Geometry
from lithiate.output.xdmf import XdmfSeries
from lithiate.problem.observables import Observer
from lithiate.problem.platen import body_at
from lithiate.problem.problem import Problem
from lithiate.problem.states import InterfaceState, RegionState, State
from lithiate.problem.unknowns import ELECTRODE_POTENTIAL, PLATEN, Unknown

Array = NDArray[np.float64]
CELL_TYPES = {1: "interval", 2: "triangle", 3: "tetrahedron"}


class _Piece:
    """One file: which of this rank's points and cells it takes, and their places on the root.

    Args:
        geometry: the mesh.
        nodes: (m, k) parent geometry nodes of this rank's own cells of the piece.
        path: of the file without suffix.
    """

    def __init__(self, geometry: Geometry, nodes: NDArray[np.int32], path: Path) -> None:
        communicator = geometry.communicator
        self._communicator = communicator
        self.own_nodes = np.unique(nodes)
        numbers = geometry.input_vertices
        coordinates = geometry.mesh.geometry.x[self.own_nodes] * geometry.length
        all_numbers = parallel.gather_rows(communicator, numbers[self.own_nodes])
        all_coordinates = parallel.gather_rows(communicator, coordinates)
        all_cells = parallel.gather_rows(communicator, np.sort(numbers[nodes], axis=1))
        self._series: XdmfSeries | None = None
        if all_numbers is None or all_coordinates is None or all_cells is None:
            return
        unique, self._first = np.unique(all_numbers, return_index=True)
        # Cells sorted by their vertices come in the same order on any number of ranks.
        self._cell_order = np.lexsort(all_cells.T[::-1])
        cells = np.searchsorted(unique, all_cells[self._cell_order])
        self._series = XdmfSeries(path, all_coordinates[self._first], cells, CELL_TYPES[nodes.shape[1] - 1])

    def write(self, time: float, point_data: dict[str, Array], cell_data: dict[str, Array]) -> None:
        """Collective: values at ``own_nodes`` and on own cells, in SI."""
        points = {
            name: parallel.gather_rows(self._communicator, values) for name, values in point_data.items()
        }
        cells = {name: parallel.gather_rows(self._communicator, values) for name, values in cell_data.items()}
        if self._series is not None:
            self._series.write(
                time,
                {name: values[self._first] for name, values in points.items() if values is not None},
                {name: values[self._cell_order] for name, values in cells.items() if values is not None},
            )


class FieldWriter:
    """Writes one frame of every region and interface at a time; collective."""

    def __init__(self, observer: Observer, folder: Path) -> None:
        self._observer = observer
        self._problem: Problem = observer.problem
        geometry = self._problem.geometry
        cell_nodes = geometry.mesh.geometry.dofmap
        self._regions = {}
        for name, submesh in geometry.regions.items():
            own = submesh.mesh.topology.index_map(geometry.dimension).size_local
            self._regions[name] = _Piece(geometry, cell_nodes[submesh.cells[:own]], folder / name)
        self._interfaces = {}
        for name, interface in geometry.interfaces.items():
            cells, local = interface.pairs[:, 0], interface.pairs[:, 1]
            corners = np.arange(geometry.dimension + 1)
            opposite = np.array([np.delete(corners, facet) for facet in corners])
            nodes = np.take_along_axis(cell_nodes[cells], opposite[local], axis=1)
            self._interfaces[name] = _Piece(geometry, nodes, folder / name.replace("|", "__"))

    def write(self, time: float, state: State) -> None:
        """Write all fields of an evaluated solution at a time [s]."""
        for name, region in state.regions.items():
            piece = self._regions[name]
            piece.write(time, self._region_points(name, piece), self._region_cells(region))
        for name, face in state.interfaces.items():
            piece = self._interfaces[name]
            side = self._problem.geometry.interfaces[name].sides[0]
            displacement = {"displacement": self._displacement(side)[piece.own_nodes]}
            piece.write(time, displacement, self._interface_cells(face))

    def _on_parent(self, unknown: Unknown, components: int) -> Array:
        """(parent nodes, components) nodal values of an unknown, NaN off its submesh."""
        geometry = self._problem.geometry
        space = unknown.value.function_space
        submeshes = (*geometry.bodies.values(), *geometry.regions.values())
        submesh = next(part for part in submeshes if part.mesh is space.mesh)
        values = np.full((len(geometry.mesh.geometry.x), components), np.nan)
        corners = geometry.dimension + 1
        dofs = space.dofmap.list[:, :corners].ravel()
        nodes = submesh.points[space.mesh.geometry.dofmap.ravel()]
        values[nodes] = unknown.value.x.array.reshape(-1, components)[dofs]
        return values

    def _displacement(self, region: str) -> Array:
        """(parent nodes, 3) total displacement of the body that a region belongs to [m]."""
        problem, geometry = self._problem, self._problem.geometry
        body = geometry.body_of(region)
        unknown = problem.unknowns["displacement." + "+".join(body)]
        values = np.zeros((len(geometry.mesh.geometry.x), 3))
        values[:, : geometry.dimension] = self._on_parent(unknown, geometry.dimension)
        platen = problem.description.platen
        if platen is not None and PLATEN in problem.unknowns and body_at(problem.geometry, platen) == body:
            height = geometry.mesh.geometry.x[:, geometry.dimension - 1]
            top = parallel.largest(geometry.communicator, height)
            on_platen = np.isclose(height, top)
            values[on_platen, geometry.dimension - 1] += self._observer.platen_displacement()
        return values * geometry.length

    def _region_points(self, name: str, piece: _Piece) -> dict[str, Array]:
        model, units = self._problem.regions[name], self._problem.units
        nodes = piece.own_nodes
        data: dict[str, Array] = {"displacement": self._displacement(name)[nodes]}
        if model.concentration and model.potential and model.storage:
            filling = self._on_parent(model.concentration, 1)[nodes, 0]
            capacity = model.storage.maximum_concentration * units.concentration
            data["lithium_concentration"] = filling * capacity
            data["stoichiometry"] = filling
            potential = self._on_parent(model.potential, 1)[nodes, 0]
            data["chemical_potential"] = potential * units.chemical_potential
            if ELECTRODE_POTENTIAL in self._problem.unknowns:
                data["electrode_potential"] = np.full(len(nodes), self._observer.voltage())
        if model.electrode_potential_drop:
            drop = self._on_parent(model.electrode_potential_drop, 1)[nodes, 0]
            data["electrode_potential"] = self._observer.voltage() + drop * units.potential
        if model.electrolyte_potential:
            data["electrolyte_potential"] = (
                self._on_parent(model.electrolyte_potential, 1)[nodes, 0] * units.potential
            )
        return data

    def _region_cells(self, region: RegionState) -> dict[str, Array]:
        weights = region.volumes / region.volumes.sum(axis=1, keepdims=True)
        unit = self._problem.units.stress

        def mean(values: Array) -> Array:
            return np.asarray((values * weights).sum(axis=1))

        cells = {
            "hydrostatic_stress": mean(region.hydrostatic_stress) * unit,
            "von_mises_stress": mean(region.von_mises_stress) * unit,
            "equivalent_plastic_strain": mean(region.values["plastic_strain"]),
            "largest_principal_stress": mean(region.largest_principal_stress) * unit,
        }
        if "porosity" in region.values:
            cells["porosity"] = mean(region.values["porosity"])
        return cells

    def _interface_cells(self, face: InterfaceState) -> dict[str, Array]:
        units = self._problem.units
        factors: dict[str, Any] = {
            "gap": units.length,
            "slip": units.length,
            "contact_pressure": units.stress,
            "damage": 1.0,
            "contact_area_fraction": 1.0,
            "current_density": units.current_density,
            "overpotential": units.potential,
            "film_thickness": units.length,
        }
        return {
            name: face.facet_means[name] * factor
            for name, factor in factors.items()
            if name in face.facet_means
        }
