"""The run of a verification problem, step by step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from lithiate.case import Case
from lithiate.courses.entry import Entry
from lithiate.errors import SolverError
from lithiate.geometry import Geometry
from lithiate.output.history import history_columns
from lithiate.problem.observables import Observer
from lithiate.problem.states import State
from lithiate.stepping.balances import RESOLUTION
from lithiate.verification.clamped_film import ClampedFilm
from lithiate.verification.constriction import Constriction
from lithiate.verification.contact_zone import contact_zone_warnings
from lithiate.verification.core_shell import CoreShell
from lithiate.verification.double_cantilever import DoubleCantilever
from lithiate.verification.drive import Drive, region_rows
from lithiate.verification.elastic_sphere import ElasticSphere
from lithiate.verification.hertz import Hertz
from lithiate.verification.hollow_sphere import HollowSphere
from lithiate.verification.indentation import Indentation
from lithiate.verification.interface_flux import interface_flux

DRIVES: Mapping[str, Callable[[Case, Geometry], Drive]] = {
    "sphere": ElasticSphere,
    "core_shell": CoreShell,
    "block": ClampedFilm,
    "hollow_sphere": HollowSphere,
    "hertz": Hertz,
    "double_cantilever": DoubleCantilever,
    "constriction": Constriction,
    "two_blocks": interface_flux,
    "indentation": Indentation,
}
"""By ``geometry.problem``."""


def create_drive(case: Case, geometry: Geometry) -> Drive:
    """The verification problem of a case.

    Args:
        case: of a verification problem.
        geometry: its mesh.
    """
    return DRIVES[case.problem_name](case, geometry)


class VerificationCourse:
    """The state at time zero, then every accepted step to the end of the load.

    Args:
        case: of a verification problem.
        drive: made from it.
        observer: of its problem.
        interrupted: raises Interrupted when a signal has come.
    """

    done = "the load was carried through"

    def __init__(self, case: Case, drive: Drive, observer: Observer, interrupted: Callable[[], None]) -> None:
        self._drive, self._observer, self._interrupted = drive, observer, interrupted
        self.columns = history_columns(case)
        self._case, self._largest_contact = case, 0.0
        self._worst: dict[str, float] = {}
        self._index = 0
        self._most = case.solver.maximum_steps

    @property
    def rejected_steps(self) -> int:
        """Attempts that were not accepted."""
        return self._drive.progress.rejected_steps

    @property
    def worst_balances(self) -> Mapping[str, float]:
        """Largest error of each balance so far."""
        return self._worst

    @property
    def warnings(self) -> list[str]:
        """What the user should know, found on the way."""
        return contact_zone_warnings(self._case, self._largest_contact)

    def summary_values(self) -> Mapping[str, float]:
        """What the problem says beside its columns."""
        return self._drive.summary_values()

    def entries(self) -> Iterator[Entry]:
        """Every accepted step.

        Raises:
            SolverError: no step small enough converges.
            Interrupted: by a signal.
        """
        drive = self._drive
        drive.start()
        yield self._entry(landmark=True)
        while drive.progress.share < 1.0:
            self._interrupted()
            if self._index > self._most:
                raise SolverError(
                    f"solver.maximum_steps: {self._most} steps done and the load is not carried through"
                )
            landmark = drive.advance()
            yield self._entry(landmark)

    def last_state(self) -> State:
        """The last accepted state once more, after a step that failed."""
        self._drive.restore()
        self._drive.problem.time_step.value = 0.0
        return self._observer.state()

    def _entry(self, landmark: bool) -> Entry:
        drive = self._drive
        state = self._observer.state()
        errors = {name: round(value, RESOLUTION[name]) for name, value in drive.balance_errors(state).items()}
        for name, value in errors.items():
            self._worst[name] = max(self._worst.get(name, 0.0), value)
        unit = drive.problem.units.time
        own = drive.quantities(state)
        self._largest_contact = max(self._largest_contact, own.get("contact_radius", 0.0))
        row: dict[str, float] = {
            "step": self._index,
            "time": drive.progress.time * unit,
            "time_step": drive.progress.time_step * unit,
            "newton_iterations": drive.progress.iterations,
            **own,
            **errors,
            **region_rows(self._observer, state),
        }
        drive.keep()
        words = f"step {self._index}: time {row['time']:.6g} s, " + ", ".join(
            f"{name.replace('_', ' ')} {value:.6g}" for name, value in own.items()
        )
        self._index += 1
        return Entry(
            row={name: row[name] for name in self.columns},
            time=row["time"],
            state=state,
            landmark=landmark,
            distance=drive.progress.share,
            share=drive.progress.share,
            words=words,
            short_words=f"step {row['step']}, time {row['time']:.4g} s",
        )
