# SPDX-License-Identifier: LGPL-3.0-or-later
"""What a mesh holds against what was asked for: volumes, areas, coverage, and a histogram of the quality."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lithiate_meshes.mesh_data import MeshData
from lithiate_meshes.quality import scaled_jacobian

if TYPE_CHECKING:
    from lithiate_meshes import Geometry

BLOCK_FACES = frozenset({"axis", "symmetry_x", "symmetry_y", "bottom", "side", "side_y", "top"})
"""Outer faces where the model is cut from its surroundings: symmetry planes, cell borders, platens."""

# Width of a bar of the histogram: the bound of 0.1 falls between two bars.
_BAR_COUNT = 20
# The length, area and volume of a model in plane strain are per metre of depth.
_UNITS = {True: ("m2/m", "m3/m"), False: ("m2", "m3")}
_PLATENS = ("top", "surface")


@dataclass(frozen=True)
class Comparison:
    """One number of a mesh.

    Attributes:
        quantity: "region_volume", "volume_fraction", "interface_area", "specific_interface_area", "coverage"
            or "interface_area_per_platen_area".
        name: Of the region or interface.
        asked: What the geometry asks for, None where it does not say.
        found: In the mesh.
        unit: Of both, SI.
    """

    quantity: str
    name: str
    asked: float | None
    found: float
    unit: str

    @property
    def deviation(self) -> float | None:
        """(found - asked)/asked, dimensionless; None where nothing can be said."""
        return self.found / self.asked - 1.0 if self.asked else None

    @property
    def size_of_deviation(self) -> float:
        """The deviation without its sign; infinite where something was found that was not asked for."""
        deviation = self.deviation
        if deviation is None:
            return math.inf if self.found > 0.0 else 0.0
        return abs(deviation)

    def as_table(self) -> dict[str, Any]:
        """For JSON."""
        deviation = self.deviation
        return {
            "quantity": self.quantity,
            "name": self.name,
            "asked": self.asked,
            "found": self.found,
            "unit": self.unit,
            "deviation_percent": None if deviation is None else 100.0 * deviation,
        }


def volumes_and_areas(mesh: MeshData, geometry: Geometry) -> list[Comparison]:
    """Volumes of all regions and areas of all interfaces, of the geometry and of the mesh.

    What one of the two lacks counts as zero there.

    Args:
        mesh: The mesh of the geometry.
        geometry: What was asked for.
    """
    area_unit, volume_unit = _UNITS[mesh.symmetry == "plane_strain"]
    pairs = (
        ("region_volume", geometry.region_volumes(), mesh.region_volumes(), volume_unit),
        ("interface_area", geometry.interface_areas(), mesh.interface_areas(), area_unit),
    )
    return [
        Comparison(quantity, name, asked.get(name, 0.0), found.get(name, 0.0), unit)
        for quantity, asked, found, unit in pairs
        for name in dict.fromkeys([*asked, *found])
    ]


def morphology(mesh: MeshData, geometry: Geometry) -> list[Comparison]:
    """Volumes, volume fractions, areas, specific areas, coverage and areas per platen area.

    Fractions are of the volume that is meshed; the specific interface area is the area per that volume. The
    coverage of "A|B" is the share of A's boundary that touches B, where only faces of the block
    (:data:`BLOCK_FACES`) do not count as boundary; walls of voids and free surfaces do.

    Args:
        mesh: The mesh of the geometry.
        geometry: What was asked for.
    """
    first = volumes_and_areas(mesh, geometry)
    volumes = [item for item in first if item.quantity == "region_volume"]
    areas = [item for item in first if item.quantity == "interface_area"]
    asked_total, found_total = sum(item.asked or 0.0 for item in volumes), sum(item.found for item in volumes)
    platen = platen_area(mesh)
    rows = [*volumes]
    for item in volumes:
        asked = (item.asked or 0.0) / asked_total
        rows.append(Comparison("volume_fraction", item.name, asked, item.found / found_total, "1"))
    rows += areas
    free = free_areas(mesh)
    for item in areas:
        asked_area = item.asked or 0.0
        rows.append(
            Comparison(
                "specific_interface_area",
                item.name,
                asked_area / asked_total,
                item.found / found_total,
                "1/m",
            )
        )
        side = item.name.split("|")[0]
        around = [other for other in areas if side in other.name.split("|")]
        boundary = sum(other.found for other in around) + free.get(side, 0.0)
        # A free surface has no closed form that a family states.
        asked_boundary = 0.0 if free.get(side) else sum(other.asked or 0.0 for other in around)
        rows.append(
            Comparison(
                "coverage",
                item.name,
                asked_area / asked_boundary if asked_boundary else None,
                item.found / boundary if boundary else 0.0,
                "1",
            )
        )
        if platen:
            rows.append(
                Comparison(
                    "interface_area_per_platen_area",
                    item.name,
                    asked_area / geometry.platen_area,
                    item.found / platen,
                    "1",
                )
            )
    return rows


def platen_area(mesh: MeshData) -> float:
    """Area of ``top``, or else of ``surface`` [m2; plane strain: per metre of depth]; 0 without either."""
    areas = mesh.surface_areas()
    return next((areas[name] for name in _PLATENS if name in areas), 0.0)


def free_areas(mesh: MeshData) -> dict[str, float]:
    """Area of every region's outer surfaces that are no faces of the block [m2; see the class MeshData]."""
    tags = [tag for name, tag in mesh.surfaces.items() if name not in BLOCK_FACES]
    facets = mesh.facets[np.isin(mesh.facet_tags, tags)]
    if not len(facets):
        return {}
    # An outer facet belongs to the one region that has a cell with all of its vertices.
    listed: Any = np.sort(facets, axis=1).tolist()
    keys = {tuple(row): number for number, row in enumerate(listed)}
    touched = np.zeros(len(mesh.points), dtype=bool)
    touched[facets] = True
    width = mesh.cells.shape[1]
    near = np.flatnonzero(touched[mesh.cells].sum(axis=1) >= width - 1)
    owner = np.zeros(len(facets), dtype=np.int64)
    for corner in range(width):
        rows: Any = np.sort(np.delete(mesh.cells[near], corner, axis=1), axis=1).tolist()
        for cell, row in zip(near, rows, strict=True):
            if (number := keys.get(tuple(row))) is not None:
                owner[number] = mesh.cell_tags[cell]
    return {name: mesh.measure(facets[owner == tag]) for name, tag in mesh.regions.items() if tag in owner}


def histogram(mesh: MeshData) -> dict[str, Any]:
    """How many elements have which scaled Jacobian, ready for JSON; values below 0 count in the first bar."""
    quality = np.clip(scaled_jacobian(mesh.points, mesh.cells), 0.0, 1.0)
    edges = np.linspace(0.0, 1.0, _BAR_COUNT + 1)
    return {
        "edges": edges.round(12).tolist(),
        "counts": np.histogram(quality, edges)[0].tolist(),
        "counts_by_region": {
            name: np.histogram(quality[mesh.cell_tags == tag], edges)[0].tolist()
            for name, tag in mesh.regions.items()
        },
    }


def mesh_report(mesh: MeshData, geometry: Geometry) -> dict[str, Any]:
    """Counts, sizes, quality and morphology of a mesh, ready for JSON.

    Args:
        mesh: The mesh of the geometry.
        geometry: What was asked for.

    Returns:
        Tables "mesh", "scaled_jacobian" and "morphology" in SI units, and "units" of the first.
    """
    area_unit, volume_unit = _UNITS[mesh.symmetry == "plane_strain"]
    description = mesh.describe()
    total = sum(region["volume"] for region in description["regions"].values())
    regions: Mapping[str, dict[str, Any]] = description["regions"]
    for region in regions.values():
        region["volume_fraction"] = region["volume"] / total
    return {
        "units": {
            "volume": volume_unit,
            "area": area_unit,
            "smallest_edge": "m",
            "largest_edge": "m",
            "smallest_scaled_jacobian": "1",
            "mean_scaled_jacobian": "1",
            "volume_fraction": "1",
        },
        "mesh": description,
        "scaled_jacobian": histogram(mesh),
        "morphology": [item.as_table() for item in morphology(mesh, geometry)],
    }
