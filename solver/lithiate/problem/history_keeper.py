"""What a problem keeps of an accepted step: plastic flow, damage, slip, largest fillings and pressures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from dolfinx import fem
from numpy.typing import NDArray

from lithiate.geometry import Measures
from lithiate.problem.interface_model import InterfaceModel
from lithiate.problem.pointwise import InterfacePoints, RegionPoints, store
from lithiate.problem.region_model import RegionModel

Kept = list[tuple[fem.Function, int]]
"""Functions and their numbers of components, in the order of the expressions that they keep."""


def _region_updates(region: RegionModel) -> tuple[dict[str, Any], list[tuple[fem.Function, int]]]:
    """What to keep of a step: expressions at its end, and who keeps how many of them, in order."""
    expressions: dict[str, Any] = {}
    kept = []
    if region.history is not None:
        metric = region.flow.inverse_plastic_metric
        expressions |= {f"metric_{i}{j}": metric[i, j] for i in range(3) for j in range(3)}
        expressions["plastic_strain"] = region.flow.equivalent_plastic_strain
        kept += [(region.history.inverse_plastic_metric, 9), (region.history.equivalent_plastic_strain, 1)]
    if region.old_closure is not None:
        expressions["closure"] = region.closure
        kept.append((region.old_closure, 1))
    return expressions, kept


def _interface_updates(interface: InterfaceModel) -> tuple[dict[str, Any], Kept]:
    """What an interface keeps of a step, and where."""
    history = interface.history
    assert history is not None and interface.bonds is not None
    expressions = {"opening": interface.new_history}
    kept: Kept = [(history.opening, 1)]
    if interface.friction is not None:
        expressions |= {f"slip_{i}": interface.friction.passed_slip[i] for i in range(3)}
        kept.append((history.passed_slip, 3))
    if history.largest_pressure is not None:
        expressions["largest_pressure"] = interface.largest_pressure
        kept.append((history.largest_pressure, 1))
    if history.spent is not None:
        expressions["spent"] = interface.bonds.spent_toughness
        kept.append((history.spent, 1))
    if history.pressure is not None and history.bond_place is not None:
        expressions["pressure"] = interface.contact_pressure
        expressions |= {f"bond_place_{i}": interface.bonds.new_place[i] for i in range(3)}
        kept += [(history.pressure, 1), (history.bond_place, 3)]
    return expressions, kept


class HistoryKeeper:
    """Evaluates all histories at the end of a step and stores them together."""

    def __init__(
        self, measures: Measures, regions: Mapping[str, RegionModel], interfaces: Mapping[str, InterfaceModel]
    ) -> None:
        self._regions = regions
        self._points = []
        for name, region in regions.items():
            if region.history is not None or region.old_closure is not None:
                expressions, kept = _region_updates(region)
                self._points.append((kept, RegionPoints(measures, name, expressions)))
        self._face_points = []
        for name, interface in interfaces.items():
            if interface.history is not None:
                expressions, kept = _interface_updates(interface)
                self._face_points.append((kept, InterfacePoints(measures, name, expressions)))

    def accept(self) -> None:
        """Make the end of the step the history of the next one: all are evaluated before any is stored."""
        updates = [(kept, points.all_values()) for kept, points in self._points]
        face_updates = [(kept, points.all_values(), points.places) for kept, points in self._face_points]
        for kept, values in updates:
            _store_all(kept, values)
        for kept, values, places in face_updates:
            _store_all(kept, values, places)
        for region in self._regions.values():
            if region.largest_filling is not None and region.concentration is not None:
                largest = region.largest_filling.x.array
                np.maximum(largest, region.concentration.value.x.array, out=largest)


def _store_all(kept: Kept, values: NDArray[np.float64], places: Any = slice(None)) -> None:
    """Write the components of each function; the last axis holds those of all of them."""
    first = 0
    for function, width in kept:
        store(function, values[..., first : first + width], places)
        first += width
