"""Reading a series of fields: the XDMF file says which steps are complete, the HDF5 beside it holds them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import h5py
import numpy as np
from numpy.typing import NDArray

from lithiate_post.errors import ResultError

_CELL_TYPES = {"Polyline": "interval", "Triangle": "triangle", "Tetrahedron": "tetrahedron"}


@dataclass(frozen=True)
class Fields:
    """The fields of one region or interface at one time.

    Attributes:
        time: [s].
        points: undeformed coordinates, shape (n, 3) [m]; (r, z, 0) in an axisymmetric model.
        cells: points of each cell, shape (m, k).
        cell_type: "interval", "triangle" or "tetrahedron".
        point_data: name -> values, shape (n,) or (n, 3) [SI].
        cell_data: name -> values, shape (m,) or (m, 3) [SI].
    """

    time: float
    points: NDArray[np.float64]
    cells: NDArray[np.int64]
    cell_type: str
    point_data: dict[str, NDArray[np.float64]]
    cell_data: dict[str, NDArray[np.float64]]

    @property
    def deformed(self) -> NDArray[np.float64]:
        """Deformed coordinates, shape (n, 3) [m]; the undeformed ones where there is no displacement."""
        displacement = self.point_data.get("displacement")
        return self.points if displacement is None else self.points + displacement


class XdmfFile:
    """One temporal collection of uniform grids.

    Raises:
        ResultError: the file is missing, is no such collection, or holds no step yet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            root = ElementTree.parse(path).getroot()
        except FileNotFoundError:
            raise ResultError(f"{path}: no such file") from None
        except (OSError, ElementTree.ParseError) as error:
            raise ResultError(f"{path}: not a readable XDMF file: {error}") from error
        collection = root.find("Domain/Grid[@CollectionType='Temporal']")
        if collection is None:
            raise ResultError(f"{path}: no temporal collection of grids")
        self._grids = collection.findall("Grid")
        if not self._grids:
            raise ResultError(f"{path}: no step was written yet")
        self.times = np.array([self._time(grid) for grid in self._grids])

    def read(self, index: int) -> Fields:
        """The fields of one step, counted from 0 (or from the end, if negative).

        Raises:
            IndexError: there is no such step.
            ResultError: the HDF5 file is missing, truncated or lacks what the XDMF file names.
        """
        grid = self._grids[index]
        topology = grid.find("Topology")
        cell_type = _CELL_TYPES.get("" if topology is None else topology.get("TopologyType", ""))
        if cell_type is None:
            raise ResultError(f"{self.path}: a grid without a topology that can be read")
        data: dict[str, dict[str, NDArray[np.float64]]] = {"Node": {}, "Cell": {}}
        for attribute in grid.findall("Attribute"):
            data[attribute.get("Center", "Node")][attribute.get("Name", "")] = self._array(attribute)
        return Fields(
            time=float(self.times[index]),
            points=self._array(grid.find("Geometry")),
            cells=self._array(topology).astype(np.int64),
            cell_type=cell_type,
            point_data=data["Node"],
            cell_data=data["Cell"],
        )

    def _time(self, grid: ElementTree.Element) -> float:
        element = grid.find("Time")
        if element is None:
            raise ResultError(f"{self.path}: a grid without a time")
        return float(element.get("Value", "nan"))

    def _array(self, parent: ElementTree.Element | None) -> NDArray[np.float64]:
        reference = None if parent is None else parent.findtext("DataItem")
        if reference is None:
            raise ResultError(f"{self.path}: a grid without its data")
        file_name, _, dataset = reference.strip().partition(":")
        path = self.path.with_name(file_name)
        try:
            with h5py.File(path, "r", locking=False) as file:
                return np.asarray(file[dataset][()])
        except (OSError, KeyError) as error:
            raise ResultError(f"{path}: {dataset} cannot be read: {error}") from error
