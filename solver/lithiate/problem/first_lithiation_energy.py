"""Energy that the first lithiation of a region has stored and lost, summed over its nodes."""

from __future__ import annotations

import numpy as np
import ufl
from dolfinx import fem, la

from lithiate import compat
from lithiate.problem.region_model import RegionModel


class FirstLithiationEnergy:
    """This rank's share of the energies of one region, in solver units; it must have such a branch."""

    def __init__(self, model: RegionModel) -> None:
        storage = model.storage
        assert storage and storage.first_lithiation and model.concentration
        assert model.largest_filling is not None
        self._law, self._storage = storage.first_lithiation, storage
        self._filling, self._largest = model.concentration.value, model.largest_filling
        space = self._filling.function_space
        self._owned = space.dofmap.index_map.size_local
        # At the nodes, where the chemical potential is defined.
        capacity = model.measures.region_nodal(
            storage.maximum_concentration * ufl.TestFunction(space), model.name
        )
        vector = fem.assemble_vector(compat.compile_form(capacity, model.measures.geometry.entity_maps()))
        vector.scatter_reverse(la.InsertMode.add)
        self._sites = vector.array[: self._owned] / storage.units.potential

    def _largest_now(self) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """m at the end of the step, accepted or not."""
        return np.maximum(self._largest.x.array, self._filling.x.array)[: self._owned]

    def stored(self) -> float:
        """Sum of E(c, m) over the lithium sites."""
        filling = self._filling.x.array[: self._owned]
        return float(self._sites @ self._law.stored(filling, self._largest_now()))

    def lost(self) -> float:
        """Sum of L(m) - L(m_0) over the lithium sites."""
        return float(
            self._sites @ self._law.lost(self._largest_now(), self._storage.stress_free_stoichiometry)
        )
