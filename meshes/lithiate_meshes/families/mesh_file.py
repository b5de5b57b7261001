# SPDX-License-Identifier: LGPL-3.0-or-later
"""A mesh from a file: whatever another program made, with named physical groups."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from lithiate_meshes.errors import InputError
from lithiate_meshes.mesh_data import MeshData
from lithiate_meshes.quantities import refuse
from lithiate_meshes.reading import read_mesh, source_files

_UNITS = {"m": 1.0, "cm": 1e-2, "mm": 1e-3, "um": 1e-6, "nm": 1e-9}
# Which coordinate is constant on surfaces with these names, on which displacement components are fixed.
_FLAT_SURFACES = {"axis": 0, "symmetry_x": 0, "symmetry_y": 1, "bottom": -1, "top": -1}
_PLATENS = ("top", "surface")
# Files of other programs hold fewer digits.
_FLATNESS = 1e-6

Names = Annotated[dict[str, str], Field(default_factory=dict)]


class MeshFileGeometry(BaseModel):
    """A mesh file of gmsh (version 2.2 or 4.1, text or binary) or XDMF, with named physical groups.

    Groups of cells are the regions, groups of outer facets the surfaces; interfaces need no group, they are
    where regions meet. Surfaces with the names that other families have mean the same: ``axis``,
    ``symmetry_x``, ``symmetry_y`` and ``bottom`` are symmetry planes or rigid walls, on ``top`` lies the
    platen; these must be flat. The name of an interface begins with the region that comes first in
    ``region_names``, else in the file.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    family: Literal["mesh_file"]
    symmetry: Literal["plane_strain", "axisymmetric", "3d"]
    unit: Annotated[Literal["m", "cm", "mm", "um", "nm"], Field(description="unit of the coordinates")] = "m"
    region_names: Annotated[
        Names,
        Field(
            description="names of regions by name of their physical group, or by its number if it has no "
            "name; groups of one name form one region, and these regions come first"
        ),
    ]
    surface_names: Annotated[Names, Field(description="names of outer surfaces, likewise")]
    path: Annotated[str, Field(min_length=1, description="of the file, relative to the case file")]

    @field_validator("path")
    @classmethod
    def _file_can_be_used(cls, path: str, info: ValidationInfo) -> str:
        keys = ("symmetry", "unit", "region_names", "surface_names")
        if any(key not in info.data for key in keys):
            return path  # told already
        symmetry, unit, region_names, surface_names = (info.data[key] for key in keys)
        try:
            mesh = read_mesh(
                path, symmetry, unit=_UNITS[unit], region_names=region_names, surface_names=surface_names
            )
        except InputError as error:
            raise refuse(error.message) from None
        if not any(name in mesh.surfaces for name in _PLATENS):
            raise refuse(
                f'{path}: found no surface named "top", the face below the platen; found are '
                f"{', '.join(mesh.surfaces)}; allowed: one, named in the file or with surface_names"
            )
        _refuse_bent_planes(mesh, path)
        return path

    @property
    def mesh(self) -> MeshData:
        """The mesh as read; its arrays are read-only."""
        return read_mesh(
            self.path,
            self.symmetry,
            unit=_UNITS[self.unit],
            region_names=self.region_names,
            surface_names=self.surface_names,
        )

    @property
    def source_files(self) -> tuple[Path, ...]:
        """The files that hold the mesh."""
        return source_files(Path(self.path).absolute())

    @property
    def regions(self) -> tuple[str, ...]:
        """Names of the regions."""
        return tuple(self.mesh.regions)

    @property
    def surfaces(self) -> tuple[str, ...]:
        """Names of the outer surfaces."""
        return tuple(self.mesh.surfaces)

    @property
    def interfaces(self) -> tuple[str, ...]:
        """Names of the interfaces."""
        return tuple(self.mesh.interfaces)

    @property
    def platen_area(self) -> float:
        """Area of ``top``, or else of ``surface`` [m2; plane strain: per metre of depth]."""
        areas = self.mesh.surface_areas()
        return next(areas[name] for name in _PLATENS if name in areas)

    def region_volumes(self) -> dict[str, float]:
        """Volumes of the regions as meshed [m3; plane strain: per metre of depth]."""
        return self.mesh.region_volumes()

    def interface_areas(self) -> dict[str, float]:
        """Areas of the interfaces as meshed [m2; plane strain: per metre of depth]."""
        return self.mesh.interface_areas()

    def estimated_cells(self) -> dict[str, int]:
        """Number of elements of every region."""
        mesh = self.mesh
        return {name: int(np.count_nonzero(mesh.cell_tags == tag)) for name, tag in mesh.regions.items()}

    @property
    def mesh_size(self) -> float:
        """Mean edge length on the interfaces, or on all surfaces if there is none [m]."""
        mesh = self.mesh
        names = mesh.interfaces or mesh.surfaces
        return _mean_edge(mesh, tuple(names))

    def interface_mesh_size(self, name: str) -> float:
        """Mean edge length on an interface [m]."""
        return _mean_edge(self.mesh, (name,))

    def build(self) -> MeshData:
        """The mesh as read.

        Raises:
            InputError: If the file is not there any more or cannot be used.
        """
        mesh = self.mesh
        return replace(
            mesh,
            points=mesh.points.copy(),
            cells=mesh.cells.copy(),
            cell_tags=mesh.cell_tags.copy(),
            facets=mesh.facets.copy(),
            facet_tags=mesh.facet_tags.copy(),
        )


def _mean_edge(mesh: MeshData, names: tuple[str, ...]) -> float:
    corners = mesh.points[np.concatenate([mesh.facets_of(name) for name in names])]
    first, second = np.triu_indices(corners.shape[1], k=1)
    return float(np.linalg.norm(corners[:, first] - corners[:, second], axis=-1).mean())


def _refuse_bent_planes(mesh: MeshData, path: str) -> None:
    extent = float(np.ptp(mesh.points, axis=0).max())
    for name in _FLAT_SURFACES.keys() & mesh.surfaces.keys():
        coordinate = _FLAT_SURFACES[name]
        values = mesh.points[np.unique(mesh.facets_of(name)), coordinate]
        letter = mesh.coordinate_names[coordinate]
        if np.ptp(values) > _FLATNESS * extent:
            raise refuse(
                f'{path}: found the surface "{name}" with {letter} from {values.min():g} m to '
                f"{values.max():g} m; allowed: a plane {letter} = constant for a surface of this name"
            )
        if name == "axis" and mesh.symmetry == "axisymmetric" and abs(values[0]) > _FLATNESS * extent:
            raise refuse(f'{path}: found the surface "axis" at r = {values[0]:g} m; allowed: r = 0')
