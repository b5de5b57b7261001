"""Fields over time as XDMF with HDF5 beside, in the one layout that ParaView, meshio and pyvista all read.

One temporal collection; every step is one Uniform grid with its own Topology and Geometry reference (no
``xi:include``) and carries all its attributes. NumPy arrays in, files out: no DOLFINx here.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import h5py
import numpy as np
from numpy.typing import ArrayLike, NDArray

# cell type -> (XDMF topology, points of a cell)
_TOPOLOGIES = {"interval": ("Polyline", 2), "triangle": ("Triangle", 3), "tetrahedron": ("Tetrahedron", 4)}


class XdmfSeries:
    """A series of fields on one fixed mesh, readable after every single write.

    Each write closes the HDF5 file first and then replaces the XDMF file in one move, so whatever stops the
    program, the XDMF file on disk names only steps that are complete.

    Args:
        path_without_suffix: ``.xdmf`` and ``.h5`` are appended; the folder must exist.
        points: undeformed coordinates, shape (n, 3) [m].
        cells: points of each cell, shape (m, k).
        cell_type: "interval" (k = 2), "triangle" (k = 3) or "tetrahedron" (k = 4).
        overwrite: replace existing files instead of refusing.

    Raises:
        ValueError: the arrays do not describe such a mesh, or the name cannot stand in an XDMF file.
        FileExistsError: a file is there and ``overwrite`` is false.
    """

    def __init__(
        self,
        path_without_suffix: str | os.PathLike[str],
        points: ArrayLike,
        cells: ArrayLike,
        cell_type: str,
        overwrite: bool = False,
    ) -> None:
        base = Path(path_without_suffix)
        if ":" in base.name:
            raise ValueError(f"{base.name!r} cannot name an XDMF file: the colon separates file and dataset")
        self.xdmf_path = base.with_name(base.name + ".xdmf")
        self.h5_path = base.with_name(base.name + ".h5")
        mesh_points, mesh_cells = _checked_mesh(points, cells, cell_type)
        if not overwrite:
            for path in (self.xdmf_path, self.h5_path):
                if path.exists():
                    raise FileExistsError(f"{path} exists")
        self._counts = {"Node": len(mesh_points), "Cell": len(mesh_cells)}
        self._cell_type = cell_type
        self._grids: list[ElementTree.Element] = []
        self._names: set[tuple[str, str]] | None = None
        self._time = -np.inf
        # An old XDMF file must not outlive the data it points to.
        self.xdmf_path.unlink(missing_ok=True)
        with h5py.File(self.h5_path, "w", locking=False) as file:
            file["mesh/points"] = mesh_points
            file["mesh/cells"] = mesh_cells

    def write(
        self,
        time: float,
        point_data: Mapping[str, ArrayLike] | None = None,
        cell_data: Mapping[str, ArrayLike] | None = None,
    ) -> None:
        """Append one step.

        Args:
            time: later than the step before [s].
            point_data: name -> values of shape (n,) or (n, 3) [SI].
            cell_data: name -> values of shape (m,) or (m, 3) [SI].

        Raises:
            ValueError: the time does not increase, a shape does not fit the mesh, or the names are not those
                of the first step (a reader would then show a field of another step, or nothing).
        """
        if not time > self._time:
            raise ValueError(f"{self.xdmf_path.name}: time {time!r} s does not follow {self._time!r} s")
        arrays = {
            (centre, name): self._checked(centre, name, values)
            for centre, data in (("Node", point_data), ("Cell", cell_data))
            for name, values in (data or {}).items()
        }
        if self._names is not None and set(arrays) != self._names:
            changed = sorted(name for _, name in self._names.symmetric_difference(arrays))
            raise ValueError(f"{self.xdmf_path.name}: fields differ from the first step's: {changed}")

        step = f"steps/{len(self._grids):06d}"
        # No lock: somebody may be looking at the file in ParaView, which must not stop the run.
        with h5py.File(self.h5_path, "a", locking=False) as file:
            if step in file:  # left by a write that was interrupted before it reached the XDMF file
                del file[step]
            for (centre, name), values in arrays.items():
                file[f"{step}/{centre.lower()}/{name}"] = values

        grids = [*self._grids, self._grid(step, float(time), arrays)]
        self._replace(grids)
        self._grids, self._names, self._time = grids, set(arrays), float(time)

    def _checked(self, centre: str, name: str, values: ArrayLike) -> NDArray[np.float64]:
        array = np.ascontiguousarray(values, dtype=np.float64)
        count = self._counts[centre]
        if array.shape not in ((count,), (count, 3)):
            raise ValueError(
                f"{self.xdmf_path.name}: {name} has shape {array.shape}; expected ({count},) or ({count}, 3)"
            )
        if not name or "/" in name or ":" in name:
            raise ValueError(f"{self.xdmf_path.name}: {name!r} cannot name a field")
        return array

    def _grid(
        self, step: str, time: float, arrays: Mapping[tuple[str, str], NDArray[np.float64]]
    ) -> ElementTree.Element:
        topology, corners = _TOPOLOGIES[self._cell_type]
        points, cells = self._counts["Node"], self._counts["Cell"]
        grid = ElementTree.Element("Grid", Name=self.h5_path.stem, GridType="Uniform")
        ElementTree.SubElement(grid, "Time", Value=repr(time))
        element = ElementTree.SubElement(
            grid,
            "Topology",
            TopologyType=topology,
            NumberOfElements=str(cells),
            NodesPerElement=str(corners),
        )
        self._data_item(element, "mesh/cells", (cells, corners), "Int")
        element = ElementTree.SubElement(grid, "Geometry", GeometryType="XYZ")
        self._data_item(element, "mesh/points", (points, 3), "Float")
        for (centre, name), values in arrays.items():
            kind = "Scalar" if values.ndim == 1 else "Vector"
            element = ElementTree.SubElement(grid, "Attribute", Name=name, AttributeType=kind, Center=centre)
            self._data_item(element, f"{step}/{centre.lower()}/{name}", values.shape, "Float")
        return grid

    def _data_item(
        self, parent: ElementTree.Element, dataset: str, shape: tuple[int, ...], number_type: str
    ) -> None:
        item = ElementTree.SubElement(
            parent,
            "DataItem",
            DataType=number_type,
            Precision="8",
            Format="HDF",
            Dimensions=" ".join(str(size) for size in shape),
        )
        item.text = f"{self.h5_path.name}:/{dataset}"

    def _replace(self, grids: list[ElementTree.Element]) -> None:
        root = ElementTree.Element("Xdmf", Version="3.0")
        collection = ElementTree.SubElement(
            ElementTree.SubElement(root, "Domain"),
            "Grid",
            Name=self.h5_path.stem,
            GridType="Collection",
            CollectionType="Temporal",
        )
        collection.extend(grids)
        ElementTree.indent(root)
        partial = self.xdmf_path.with_name(self.xdmf_path.name + ".partial")
        ElementTree.ElementTree(root).write(partial, encoding="utf-8", xml_declaration=True)
        os.replace(partial, self.xdmf_path)


def _checked_mesh(
    points: ArrayLike, cells: ArrayLike, cell_type: str
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    if cell_type not in _TOPOLOGIES:
        raise ValueError(f"cell type {cell_type!r} is none of {', '.join(_TOPOLOGIES)}")
    mesh_points = np.ascontiguousarray(points, dtype=np.float64)
    raw_cells: NDArray[Any] = np.asarray(cells)
    corners = _TOPOLOGIES[cell_type][1]
    if mesh_points.ndim != 2 or mesh_points.shape[1] != 3:
        raise ValueError(f"points have shape {mesh_points.shape}; expected (n, 3)")
    if raw_cells.ndim != 2 or raw_cells.shape[1] != corners or not len(raw_cells):
        raise ValueError(f"{cell_type} cells have shape {raw_cells.shape}; expected (m, {corners}), m > 0")
    if not np.issubdtype(raw_cells.dtype, np.integer):
        raise ValueError(f"cells hold {raw_cells.dtype}; expected integers")
    if raw_cells.min() < 0 or raw_cells.max() >= len(mesh_points):
        raise ValueError(f"cells name points {raw_cells.min()} to {raw_cells.max()} of {len(mesh_points)}")
    return mesh_points, np.ascontiguousarray(raw_cells, dtype=np.int64)
