"""The plane in which a result is drawn: the model itself in 2D, its symmetry face y = 0 in 3D."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lithiate_post.errors import ResultError
from lithiate_post.xdmf import Fields

# Coordinates drawn as across and up, and their names, per symmetry of the model.
_AXES = {
    "axisymmetric": ((0, 1), ("r", "z")),
    "plane_strain": ((0, 1), ("x", "y")),
    "3d": ((0, 2), ("x", "z")),
}
# Families whose model is a quarter or octant: mirrored (across, up) for the whole body to be seen.
_MIRRORED = {"particle": (True, True)}
_ON_PLANE = 1e-9


@dataclass(frozen=True)
class Section:
    """Triangles of a region, or intervals of an interface, in the plane of a picture.

    Attributes:
        points: deformed coordinates, shape (n, 2) [m].
        reference: undeformed coordinates, shape (n, 2) [m].
        cells: points of each cell, shape (m, 3) or (m, 2).
        point_data: name -> values, shape (n,) or (n, 3).
        cell_data: name -> values, shape (m,) or (m, 3).
    """

    points: NDArray[np.float64]
    reference: NDArray[np.float64]
    cells: NDArray[np.int64]
    point_data: dict[str, NDArray[np.float64]]
    cell_data: dict[str, NDArray[np.float64]]

    def mirrored(self, across: bool, up: bool) -> Section:
        """This section and its images in the planes across = 0 and up = 0."""
        section = self
        for wanted, sign in ((across, (-1.0, 1.0)), (up, (1.0, -1.0))):
            if wanted:
                section = section._with_image(np.array(sign))
        return section

    def _with_image(self, sign: NDArray[np.float64]) -> Section:
        def twice(data: dict[str, NDArray[np.float64]]) -> dict[str, NDArray[np.float64]]:
            return {name: np.concatenate([values, values]) for name, values in data.items()}

        return Section(
            points=np.concatenate([self.points, self.points * sign]),
            reference=np.concatenate([self.reference, self.reference * sign]),
            cells=np.concatenate([self.cells, self.cells + len(self.points)]),
            point_data=twice(self.point_data),
            cell_data=twice(self.cell_data),
        )

    def within(self, low: NDArray[np.floating[Any]], high: NDArray[np.floating[Any]]) -> Section:
        """The cells whose centre lies between two corners, shape (2,) [m], and their points."""
        centres = self.points[self.cells].mean(axis=1)
        inside = ((centres >= low) & (centres <= high)).all(axis=1)
        used, cells = np.unique(self.cells[inside], return_inverse=True)
        return Section(
            points=self.points[used],
            reference=self.reference[used],
            cells=cells.reshape(-1, self.cells.shape[1]),
            point_data={name: values[used] for name, values in self.point_data.items()},
            cell_data={name: values[inside] for name, values in self.cell_data.items()},
        )

    def outline(self) -> NDArray[np.int64]:
        """Edges, shape (e, 2), that bound the section, those on a plane of symmetry left out.

        An interface's intervals are its outline.
        """
        if self.cells.shape[1] == 2:
            return self.cells
        edges = np.sort(self.cells[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
        edges, counts = np.unique(edges, axis=0, return_counts=True)
        edges = edges[counts == 1]
        size = np.ptp(self.reference, axis=0).max()
        on_plane = (np.abs(self.reference[edges]) <= _ON_PLANE * size).all(axis=1).any(axis=1)
        return edges[~on_plane]


def axis_names(symmetry: str) -> tuple[str, str]:
    """Names of the coordinates drawn across and up."""
    return _AXES.get(symmetry, _AXES["plane_strain"])[1]


def mirrors(symmetry: str, family: str) -> tuple[bool, bool]:
    """Whether to mirror a model in its planes across = 0 and up = 0, so that the whole body is seen."""
    return _MIRRORED.get(family, (symmetry == "axisymmetric", False))


def section_of(fields: Fields, symmetry: str) -> Section:
    """Cut a region or interface with the plane of the picture.

    Raises:
        ResultError: a 3D model does not touch the plane y = 0.
    """
    columns = list(_AXES.get(symmetry, _AXES["plane_strain"])[0])
    whole = Section(
        points=fields.deformed[:, columns],
        reference=fields.points[:, columns],
        cells=fields.cells,
        point_data=fields.point_data,
        cell_data=fields.cell_data,
    )
    if symmetry != "3d":
        return whole
    return _face(whole, fields)


def _face(whole: Section, fields: Fields) -> Section:
    """The facets of 3D cells on the plane y = 0, each with the cell data of its cell."""
    on_plane = np.abs(fields.points[:, 1]) <= _ON_PLANE * np.ptp(fields.points, axis=0).max()
    corners = fields.cells.shape[1]
    flags = on_plane[fields.cells]
    owners = np.flatnonzero(flags.sum(axis=1) == corners - 1)
    if not len(owners):
        raise ResultError("the model has no face on the plane y = 0 to draw")
    facets = fields.cells[owners][flags[owners]].reshape(len(owners), corners - 1)
    used, cells = np.unique(facets, return_inverse=True)
    return replace(
        whole,
        points=whole.points[used],
        reference=whole.reference[used],
        cells=cells.reshape(facets.shape),
        point_data={name: values[used] for name, values in whole.point_data.items()},
        cell_data={name: values[owners] for name, values in whole.cell_data.items()},
    )
