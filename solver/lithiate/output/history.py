"""history.csv: one row per accepted step, written as the run goes."""

from __future__ import annotations

import csv
import io
import os
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from lithiate.case import Case, known_quantities
from lithiate.case.quantities_known import in_summary_alone
from lithiate.problem.observables import Observer
from lithiate.problem.states import State
from lithiate.problem.unknowns import ELECTRODE_POTENTIAL
from lithiate.stepping.protocol import Record

GRAMS = 1e3
"""Grams per kilogram."""

SQUARE_CENTIMETRES = 1e4


def history_columns(case: Case) -> dict[str, str]:
    """Name and unit of every column, in order."""
    alone = in_summary_alone(case)
    return {name: unit for name, unit in known_quantities(case).items() if name not in alone}


class HistoryRows:
    """Makes rows from the records of a run, each once and in order; collective.

    Attributes:
        columns: name and unit, in order.
    """

    def __init__(self, case: Case, observer: Observer) -> None:
        self.columns = history_columns(case)
        self._observer = observer
        self._separation: defaultdict[str, SeparationWork] = defaultdict(SeparationWork)
        geometry, units = observer.problem.geometry, observer.problem.units
        self._height = geometry.height
        power = geometry.dimension if geometry.symmetry != "axisymmetric" else 3
        self._mass = sum(
            (case.card(name).density or 0.0)
            * observer.volume(name)
            * units.length**power
            / (1 + float(case.card(name).growth_at(case.starts[name])))
            for name in case.storing_regions
        )
        self._platen_area = observer.platen_area * units.length ** (power - 1)

    def row(self, record: Record) -> dict[str, float]:
        """All columns of a record."""
        observer = self._observer
        units = observer.problem.units
        grams_per_area = (
            self._mass * GRAMS / (self._platen_area * SQUARE_CENTIMETRES) if self._platen_area else 0.0
        )
        row: dict[str, float] = {
            "step": record.index,
            "time": record.time,
            "time_step": record.time_step,
            "protocol_step": record.protocol_step,
            "cycle": record.cycle,
            "newton_iterations": record.newton_iterations,
            "voltage": observer.voltage()
            if ELECTRODE_POTENTIAL in observer.problem.unknowns
            else float("nan"),
            "current_density": record.current_density,
            "state_of_charge": observer.state_of_charge(),
            "areal_capacity": record.areal_capacity,
            "specific_capacity": record.areal_capacity / grams_per_area if grams_per_area else float("nan"),
            "thickness": self._height + observer.top_displacement() * units.length,
            "stack_pressure": record.stack_pressure,
            "tether_pressure": observer.tether_pressure(record.state),
            **record.balance_errors,
        }
        for name, region in record.state.regions.items():
            row |= observer.region_row(name, region)
        for name, face in record.state.interfaces.items():
            row |= observer.interface_row(name, face)
            if "viscous_work" in face.values:
                alone = State({}, {name: face})
                spent, viscous = (
                    observer.interface_total(alone, key) for key in ("spent_toughness", "viscous_work")
                )
                row[f"viscous_share.{name}"] = self._separation[name].viscous_share(spent, viscous)
        return {name: row[name] for name in self.columns if name in row}


class SeparationWork:
    """What separation of an interface has spent since the first row, and the lag of its damage beside it."""

    def __init__(self) -> None:
        self._spent_before: float | None = None
        self._viscous = 0.0

    def viscous_share(self, spent: float, viscous: float) -> float:
        """Share of the lag in all that was spent, after one more row.

        Args:
            spent: on separation so far.
            viscous: spent by the lag in the step of this row.
        """
        if self._spent_before is None:
            self._spent_before = spent
        else:
            self._viscous += viscous
        # Faces that stick again regain what they spent, which makes the lag no more than all of it.
        on_separation = max(spent - self._spent_before, 0.0)
        return self._viscous / (self._viscous + on_separation) if self._viscous > 0.0 else 0.0


class HistoryFile:
    """history.csv on the root; each row reaches the disk before the next step starts."""

    def __init__(self, path: Path, columns: Mapping[str, str]) -> None:
        self._path = path
        self._columns = columns
        self._write(",".join(_quoted(f"{name} [{unit}]") for name, unit in columns.items()) + "\n", "w")

    def append(self, row: Mapping[str, float]) -> None:
        """Add one row."""
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerow(
            [_number(row.get(name, float("nan"))) for name in self._columns]
        )
        self._write(text.getvalue(), "a")

    def _write(self, text: str, mode: str) -> None:
        with self._path.open(mode, encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())


def _quoted(name: str) -> str:
    return f'"{name}"' if "," in name else name


def _number(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.12g}"
