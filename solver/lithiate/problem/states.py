"""Values of one evaluated solution at points, and what follows from them point by point."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
STRESS_COMPONENTS = ((0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2))


@dataclass(frozen=True)
class RegionState:
    """Values at the bulk quadrature points of a region, (cells, points) each, in solver units.

    Attributes:
        values: by name, as in :mod:`lithiate.problem.expressions`.
        volumes: volume of each point as built.
    """

    values: dict[str, Array]
    volumes: Array

    @property
    def stress(self) -> Array:
        """(cells, points, 3, 3) Cauchy stress."""
        tensor = np.empty((*self.volumes.shape, 3, 3))
        for i, j in STRESS_COMPONENTS:
            tensor[..., i, j] = tensor[..., j, i] = self.values[f"stress_{i}{j}"]
        return tensor

    @property
    def hydrostatic_stress(self) -> Array:
        """tr(sigma)/3, tension positive."""
        return (self.values["stress_00"] + self.values["stress_11"] + self.values["stress_22"]) / 3

    @property
    def von_mises_stress(self) -> Array:
        """sqrt(3/2) |dev sigma|."""
        deviator = self.stress - self.hydrostatic_stress[..., None, None] * np.eye(3)
        return np.asarray(np.sqrt(1.5 * np.einsum("...ij,...ij", deviator, deviator)))

    @property
    def largest_principal_stress(self) -> Array:
        """Largest eigenvalue of sigma."""
        return np.asarray(np.linalg.eigvalsh(self.stress)[..., -1])

    @property
    def failure_index(self) -> Array:
        """Largest principal stress over the failure stress; only where the material has one."""
        return self.largest_principal_stress / self.values["failure_stress"]

    @property
    def current_volumes(self) -> Array:
        """Volume of each point on the deformed body."""
        return self.volumes * self.values["volume_ratio"]


@dataclass(frozen=True)
class InterfaceState:
    """Values at the interface points, (points,) each, in solver units.

    Attributes:
        values: by name, as in :mod:`lithiate.problem.expressions`.
        areas: area of each point as built.
        facet_means: mean over each of this rank's own facets, by name.
    """

    values: dict[str, Array]
    areas: Array
    facet_means: dict[str, Array]

    @property
    def current_areas(self) -> Array:
        """Area of each point on the deformed body."""
        return self.areas * self.values["area_ratio"]


@dataclass(frozen=True)
class State:
    """One evaluated solution."""

    regions: dict[str, RegionState]
    interfaces: dict[str, InterfaceState]
