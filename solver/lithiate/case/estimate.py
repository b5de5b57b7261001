"""What a case will cost and hold, without making a mesh: for ``lithiate check``."""

from __future__ import annotations

import math
from dataclasses import dataclass

from lithiate.case.case import Case
from lithiate.scaling import FARADAY_CONSTANT

SECONDS_PER_HOUR = 3600.0

# Rough, for "will it fit": what one process holds before any matrix, and bytes per nonzero of the factors.
_BASE_MEMORY = 250e6
_BYTES_PER_NONZERO = 20.0


@dataclass(frozen=True)
class Estimate:
    """Size and capacity of the model (half and octant models are not doubled).

    Attributes:
        cells: elements, by region.
        unknowns: of the whole system.
        memory: expected on one process with a direct solver [bytes].
        charge: C_max F V of all storing regions [C; plane strain: C/m].
        platen_area: area of the top face [m2; plane strain: per metre of depth].
        one_c_current_density: current density that passes ``charge`` in one hour [A/m2].
    """

    cells: dict[str, int]
    unknowns: int
    memory: float
    charge: float
    platen_area: float

    @property
    def one_c_current_density(self) -> float:
        """1C, per platen area [A/m2]."""
        return self.charge / self.platen_area / SECONDS_PER_HOUR

    @property
    def capacity_milliampere_hours(self) -> float:
        """Full capacity of the model [mAh; plane strain: mAh per metre of depth]."""
        return self.charge / SECONDS_PER_HOUR * 1e3

    @property
    def areal_capacity(self) -> float:
        """Full capacity per platen area [mAh/cm2]."""
        return self.capacity_milliampere_hours / (self.platen_area * 1e4)


def estimate(case: Case) -> Estimate:
    """Count unknowns (within about a fifth) and capacity (exactly) from formulas of the geometry.

    Args:
        case: a loaded case.
    """
    cells = case.geometry.estimated_cells()
    volumes = case.geometry.region_volumes()
    dimension = 3 if case.geometry.symmetry == "3d" else 2
    unknowns = sum(_unknowns(case, region, count, dimension) for region, count in cells.items())
    unknowns += int(case.physics.mechanics) + int(case.physics.reaction)
    charge = sum(
        case.concentration_as_built(region) * FARADAY_CONSTANT * volumes[region]
        for region in case.storing_regions
    )
    return Estimate(cells, unknowns, _memory(unknowns, dimension), charge, case.geometry.platen_area)


def _unknowns(case: Case, region: str, cells: int, dimension: int) -> int:
    """Quadratic displacement, linear concentration, chemical potential and electrolyte potential."""
    corners, edges = _corners_and_edges(cells, dimension)
    count = dimension * (corners + edges) if case.physics.mechanics else 0
    card = case.card(region)
    if card.stores_lithium:
        count += (2 if case.physics.transport else 1) * corners
    if card.is_electrolyte and case.physics.conducts:
        count += corners
    return count


def _corners_and_edges(cells: int, dimension: int) -> tuple[int, int]:
    """Euler's formula in 2D with the boundary of a square; the usual averages of tetrahedra in 3D."""
    if dimension == 2:
        boundary = 4 * math.ceil(math.sqrt(cells / 2))
        corners = (cells + boundary) // 2 + 1
        return corners, corners + cells - 1
    boundary_faces = 12 * math.ceil((cells / 6) ** (2 / 3))
    corners = math.ceil(cells / 6 + boundary_faces / 4)
    return corners, corners + cells + boundary_faces // 2


def _memory(unknowns: int, dimension: int) -> float:
    """Nested dissection: n log n nonzeros in the factors in 2D, n^(4/3) in 3D."""
    nonzeros = 31 * unknowns * math.log2(max(unknowns, 2)) / 2 if dimension == 2 else 20 * unknowns ** (4 / 3)
    return _BASE_MEMORY + _BYTES_PER_NONZERO * nonzeros
