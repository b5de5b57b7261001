"""What the user of a cell should know of a run, found while it goes."""

from __future__ import annotations

from collections.abc import Mapping

from lithiate.case import Case
from lithiate.problem.observables import Observer
from lithiate.stepping.protocol import Record

ROUND_OFF = 1e-9
"""A stoichiometry beyond the end of a table by less than this is at the end [-]."""


class CellWatch:
    """Looks at every accepted step and keeps what is worth a warning, each once.

    Args:
        case: with a protocol.
        observer: of its problem.
    """

    def __init__(self, case: Case, observer: Observer) -> None:
        self._case, self._observer = case, observer
        self._warnings: list[str] = []
        self._sliding: dict[str, str] = {}
        self._largest_slip: dict[str, float] = {}
        self._failed: set[str] = set()
        self._plated: set[str] = set()
        self._cut_off = False

    @property
    def warnings(self) -> list[str]:
        """All so far; of sliding only the most at each interface."""
        return [*self._warnings, *self._sliding.values()]

    def note(self, record: Record, row: Mapping[str, float]) -> None:
        """Look at a step; collective.

        Args:
            record: of the step.
            row: its row of the history.
        """
        self._note_table_ends(row)
        self._note_sliding(record)
        self._note_failure(record, row)
        self._note_plating(record, row)
        self._note_lost_contact(record, row)

    def _note_table_ends(self, row: Mapping[str, float]) -> None:
        """Warn once where the open-circuit curve is read beyond its measured points."""
        for name in self._case.storing_regions:
            card = self._case.card(name)
            table = card.open_circuit_potential
            if table is None or card.chemistry != "open_circuit":
                continue
            low, high = row[f"smallest_stoichiometry.{name}"], row[f"largest_stoichiometry.{name}"]
            first, last = table.stoichiometry[0], table.stoichiometry[-1]
            below, above = low < first - ROUND_OFF, high > last + ROUND_OFF
            for beyond, side, end in ((below, "below", first), (above, "above", last)):
                text = (
                    f"region {name}: the stoichiometry went {side} {end:g}, the end of the open-circuit "
                    "table; its logarithmic continuation was used there"
                )
                if beyond and text not in self._warnings:
                    self._warnings.append(text)

    def _note_sliding(self, record: Record) -> None:
        """Warn where touching faces slide further than their pairing on the mesh can describe."""
        for name, face in record.state.interfaces.items():
            slip, place = self._observer.largest_slip(name, face)
            size = self._case.geometry.interface_mesh_size(name)
            if slip <= max(size, self._largest_slip.get(name, 0.0)):
                continue
            self._largest_slip[name] = slip
            words = ", ".join(f"{value:.4g}" for value in place)
            self._sliding[name] = (
                f"interface {name}: faces slid by up to {slip / size:.3g} elements ({slip:.3g} m), most at "
                f"({words}) m of the mesh as built at time {record.time:.6g} s; faces are paired on that "
                "mesh, so that contact is approximate there"
            )

    def _note_failure(self, record: Record, row: Mapping[str, float]) -> None:
        """Warn once for each region whose largest principal stress passes its failure stress."""
        for name, region in record.state.regions.items():
            if row.get(f"largest_failure_index.{name}", 0.0) <= 1.0 or name in self._failed:
                continue
            self._failed.add(name)
            place = ", ".join(f"{value:.4g}" for value in self._observer.place_of_failure(region))
            self._warnings.append(
                f"region {name}: the largest principal stress passed the failure stress at time "
                f"{record.time:.6g} s, first at ({place}) m of the mesh as built; no crack is computed"
            )

    def _note_plating(self, record: Record, row: Mapping[str, float]) -> None:
        """Warn once for each interface at which the potential falls below that of lithium metal."""
        for name in self._case.interfaces:
            potential = row.get(f"smallest_plating_potential.{name}", 0.0)
            if not potential < 0.0 or name in self._plated:
                continue
            self._plated.add(name)
            self._warnings.append(
                f"interface {name}: lithium would plate from time {record.time:.6g} s on, where the "
                f"electrode is {-potential:.4g} V below the electrolyte; no plating is computed"
            )

    def _note_lost_contact(self, record: Record, row: Mapping[str, float]) -> None:
        """Warn once where most of the current runs through the numerical floor of the contact area."""
        floors = {
            name: self._case.interfaces[name].residual_contact_fraction
            for name in self._case.reacting_interfaces
        }
        lost = floors and all(row[f"contact_area_fraction.{name}"] < 2 * floors[name] for name in floors)
        if self._cut_off or not lost or record.current_density == 0.0:
            return
        self._cut_off = True
        floor = ", ".join(f"{name}: {value:g}" for name, value in floors.items())
        self._warnings.append(
            f"the last contact was lost at time {record.time:.6g} s; the current then ran through the "
            f"numerical floor of the contact area (residual_contact_fraction, {floor})"
        )
