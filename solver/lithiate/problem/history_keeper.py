"""What a problem keeps of an accepted step: plastic flow, damage, slip, largest fillings and pressures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from lithiate.geometry import Measures
from lithiate.problem.interface_model import InterfaceModel
from lithiate.problem.pointwise import InterfacePoints, RegionPoints, store
from lithiate.problem.region_model import RegionModel


def _interface_updates(interface: InterfaceModel) -> dict[str, Any]:
    expressions = {"opening": interface.new_history}
    if interface.friction is not None:
        expressions |= {f"slip_{i}": interface.friction.passed_slip[i] for i in range(3)}
    if interface.history is not None and interface.history.largest_pressure is not None:
        expressions["largest_pressure"] = interface.largest_pressure
    return expressions


class HistoryKeeper:
    """Evaluates all histories at the end of a step and stores them together."""

    def __init__(
        self, measures: Measures, regions: Mapping[str, RegionModel], interfaces: Mapping[str, InterfaceModel]
    ) -> None:
        self._regions = regions
        self._points = []
        for name, region in regions.items():
            if region.history is not None or region.old_closure is not None:
                expressions, kept = region.history_update()
                self._points.append((kept, RegionPoints(measures, name, expressions)))
        self._face_points = [
            (interface.history, InterfacePoints(measures, name, _interface_updates(interface)))
            for name, interface in interfaces.items()
            if interface.history is not None
        ]

    def accept(self) -> None:
        """Make the end of the step the history of the next one: all are evaluated before any is stored."""
        updates = [(kept, points.all_values()) for kept, points in self._points]
        face_updates = [(history, points, points.all_values()) for history, points in self._face_points]
        for kept, values in updates:
            first = 0
            for function, width in kept:
                store(function, values[:, :, first : first + width])
                first += width
        for history, points, values in face_updates:
            store(history.opening, values[:, :1], points.places)
            if "slip_0" in points.names:
                store(history.passed_slip, values[:, 1:4], points.places)
            if history.largest_pressure is not None:
                store(history.largest_pressure, values[:, -1:], points.places)
        for region in self._regions.values():
            if region.largest_filling is not None and region.concentration is not None:
                largest = region.largest_filling.x.array
                np.maximum(largest, region.concentration.value.x.array, out=largest)
