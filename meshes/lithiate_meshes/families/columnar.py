# SPDX-License-Identifier: LGPL-3.0-or-later
"""Columns side by side on a foil, under an electrolyte that does not enter the gaps between them."""

from __future__ import annotations

import math

from pydantic import ValidationInfo, field_validator, model_validator

from lithiate_meshes.assembly import Assembly, Refinement
from lithiate_meshes.columns import Column
from lithiate_meshes.families.columnar_input import ROUND_OFF, ColumnarInput
from lithiate_meshes.families.columnar_layout import ColumnarLayout, Place, images, mirrored
from lithiate_meshes.families.columnar_limits import largest_mesh_size
from lithiate_meshes.families.columnar_random import place_columns, random_diameters
from lithiate_meshes.families.limits import graded_cells, refuse_too_many_cells
from lithiate_meshes.mesh_data import MeshData
from lithiate_meshes.quality import scaled_jacobian
from lithiate_meshes.quantities import refuse

_GROWTH = 0.2
_SHARES_OF_SIZE, _GOOD_ENOUGH = (1.0, 0.95, 0.9), 0.12


class ColumnarGeometry(ColumnarInput):
    """Columns of ``column_diameter`` and ``column_height`` on a foil, electrolyte on top only.

    Regions in this order, as far as asked for: ``foil``, ``columns``, ``coating``, ``gaps`` (with ``gaps =
    "filled"``), ``electrolyte``. Interfaces join any two that meet: ``foil|columns``,
    ``columns|electrolyte``, ``columns|coating``, ... Surfaces: ``axis``, ``bottom``, ``side``, ``top`` in 2D;
    ``symmetry_x``, ``symmetry_y``, ``bottom``, ``side``, ``side_y``, ``top`` in 3D; and, with ``gaps =
    "empty"``, ``gaps_wall``, everything that looks into the gaps.

    In plane strain the columns are ridges, of width ``column_diameter``. An axisymmetric model is one column
    in a cylinder that reaches half-way to its neighbours. In 3D the columns stand in squares or hexagons, of
    which the model is by default the smallest part that mirror symmetry leaves, or at random places in a
    square box that repeats.

    A ``"dome"`` is half an ellipsoid of ``cap_height``, a part of ``column_height``; it reaches into the
    electrolyte by ``contact_depth``. The coating is as thick as stated across the axis and, on a coated cap,
    along the axis.
    """

    @field_validator("mesh_size")
    @classmethod
    def _elements_fit(cls, mesh_size: float, info: ValidationInfo) -> float:
        if cls.model_fields.keys() - info.data.keys() - {"mesh_size", "mesh_size_far"}:
            return mesh_size
        asked = cls.model_construct(**info.data)
        largest, reason = largest_mesh_size(asked._layout, asked._clearance)
        if mesh_size > largest * ROUND_OFF:
            raise refuse(f"found {mesh_size:g} m; allowed: at most {largest:g} m, {reason}")
        return mesh_size

    @model_validator(mode="after")
    def _sizes_are_possible(self) -> ColumnarGeometry:
        largest = max(self.mesh_size, min(self.electrolyte_thickness, *self._layout.widths))
        far = self.mesh_size_far
        if far is not None and not self.mesh_size <= far * ROUND_OFF <= largest * ROUND_OFF**2:
            raise refuse(
                f"found mesh_size_far = {far:g} m; allowed: from mesh_size = {self.mesh_size:g} m to "
                f"{largest:g} m, the smallest of electrolyte_thickness and the widths of the model"
            )
        refuse_too_many_cells(self.estimated_cells(), self.mesh_size)
        return self

    @property
    def regions(self) -> tuple[str, ...]:
        """Names of the regions."""
        return self._layout.regions

    @property
    def surfaces(self) -> tuple[str, ...]:
        """Names of the outer surfaces and of the walls of empty gaps."""
        return (*self._layout.domain.surfaces, *(("gaps_wall",) if self.gaps == "empty" else ()))

    @property
    def interfaces(self) -> tuple[str, ...]:
        """Names of the interfaces."""
        return tuple(self.interface_areas())

    @property
    def platen_area(self) -> float:
        """Area of the face ``top`` of the model [m2; plane strain: per metre of depth]."""
        return self._layout.domain.platen_area

    @property
    def largest_size(self) -> float:
        """Element size far from the interfaces [m]."""
        if self.mesh_size_far is not None:
            return self.mesh_size_far
        return max(self.mesh_size, min(self.electrolyte_thickness / 6.0, *self._layout.widths))

    def interface_mesh_size(self, name: str) -> float:
        """Element size on an interface [m]: the same on all of them.

        Args:
            name: "A|B".

        Raises:
            KeyError: If the geometry has no such interface.
        """
        if name not in self.interfaces:
            raise KeyError(name)
        return self.mesh_size

    def region_volumes(self) -> dict[str, float]:
        """Exact volumes of the regions of the model [m3; plane strain: per metre of depth]."""
        volumes = self._layout.volumes()
        return {name: volumes[name] for name in self.regions}

    def interface_areas(self) -> dict[str, float]:
        """Exact areas of the interfaces of the model [m2; plane strain: per metre of depth]."""
        regions = self.regions
        return {
            name: area
            for name, area in self._layout.faces().items()
            if all(side in regions for side in name.split("|"))
        }

    def base_coverage(self) -> float:
        """Share of the foil that the columns cover with their bases, without coating."""
        numbers = self._layout.numbers
        return sum(number * column.disc(column.base_radius) for column, number in numbers) / self.platen_area

    def estimated_cells(self) -> dict[str, int]:
        """Number of elements of each region, within a factor of two."""
        layout, dimension = self._layout.section(), 3 if self.symmetry == "3d" else 2
        volumes, faces = layout.volumes(), layout.faces()
        return {
            region: graded_cells(
                volumes[region],
                sum(area for name, area in faces.items() if region in name.split("|")),
                self.mesh_size,
                _GROWTH,
                self.largest_size,
                dimension,
            )
            for region in self.regions
        }

    def build(self) -> MeshData:
        """Mesh the model with gmsh.

        Raises:
            InputError: If gmsh is missing or fails.
        """
        # A flat element among many tetrahedra is a matter of chance; other sizes do not make the same one.
        meshes = []
        for share in _SHARES_OF_SIZE:
            mesh = self._build(share)
            meshes.append(mesh)
            if self.symmetry != "3d" or _quality(mesh) > _GOOD_ENOUGH:
                break
        return max(meshes, key=_quality)

    def _build(self, share: float) -> MeshData:
        """The mesh with elements of this share of the sizes asked for."""
        layout = self._layout
        regions = tuple(dict.fromkeys([*layout.regions[:-1], "gaps", "electrolyte"]))
        return Assembly(
            name="columnar layer",
            domain=layout.domain,
            background="electrolyte",
            parts=layout.parts(),
            regions=regions,
            sizes=dict.fromkeys(regions, share * self.largest_size),
            refinements=[Refinement(tuple(layout.faces()), share * self.mesh_size, _GROWTH)],
            empty=frozenset() if layout.filled else frozenset({"gaps"}),
            periodic=tuple(range(len(layout.widths))) if self.periodic else (),
        ).build()

    @property
    def _clearance(self) -> float:
        """Smallest distance between neighbouring columns, coatings included [m]."""
        widest = self.column_diameter * (1.0 + self.diameter_spread) * max(0.0, self.taper - 1.0)
        gap = self.gap if self.gap is not None else self._spacing - self.column_diameter
        return gap - widest - 2.0 * (self.coating_thickness or 0.0)

    @property
    def _spacing(self) -> float:
        """Distance between the axes of neighbours in a regular arrangement [m]."""
        return self.spacing if self.spacing is not None else self.column_diameter + (self.gap or 0.0)

    @property
    def _layout(self) -> ColumnarLayout:
        if self.packing == "random":
            return self._random_layout()
        column = self._column(self.column_diameter)
        if self.symmetry == "axisymmetric":
            return self._laid_out((self._spacing / 2.0,), [(column, (0.0,))], [(column, 1.0)])
        counts = (self.count_x, self.count_y) if self.symmetry == "3d" else (self.count_x,)
        widths, places, number = mirrored(self.packing or "row", self._spacing, counts, self.periodic)
        return self._laid_out(widths, [(column, place) for place in places], [(column, number)])

    def _random_layout(self) -> ColumnarLayout:
        count, gap = self.column_count or 0, self.gap or 0.0
        diameters = random_diameters(self.column_diameter, self.diameter_spread, count, self.seed)
        columns = [self._column(diameter) for diameter in diameters]
        covered = sum(column.disc(column.base_radius) for column in columns)
        width = self.width if self.width is not None else math.sqrt(covered / (self.coverage or 1.0))
        numbers = [(column, 1.0) for column in columns]
        # The widths and places matter to neither body nor contact.
        alone = self._laid_out((width, width), [], numbers)
        bodies = [alone.radii(column) for column in columns]
        places = place_columns(columns, bodies, gap, width, self.seed)
        standing = [
            (column, image)
            for column, place, (_, reach) in zip(columns, places, bodies, strict=True)
            for image in images(place, reach, width)
        ]
        return self._laid_out((width, width), standing, numbers)

    def _laid_out(
        self,
        widths: tuple[float, ...],
        columns: list[tuple[Column, Place]],
        numbers: list[tuple[Column, float]],
    ) -> ColumnarLayout:
        return ColumnarLayout(
            symmetry=self.symmetry,
            widths=widths,
            columns=tuple(columns),
            numbers=tuple(numbers),
            foil=self.foil_thickness or 0.0,
            coating=self.coating_thickness or 0.0,
            coated_caps=self.coated_caps,
            contact_depth=self.contact_depth or 0.0,
            electrolyte=self.electrolyte_thickness,
            filled=self.gaps == "filled",
        )

    def _column(self, diameter: float) -> Column:
        cap, radius = self.cap_height or 0.0, diameter / 2.0
        return Column(
            radius, radius * self.taper, self.column_height - cap, cap, self.symmetry != "plane_strain"
        )


def _quality(mesh: MeshData) -> float:
    return float(scaled_jacobian(mesh.points, mesh.cells).min())
