"""What every course of a run gives to the runner: accepted steps as rows, fields and words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from lithiate.problem.states import State


@dataclass(frozen=True)
class Entry:
    """One accepted step as it goes into the result folder.

    Attributes:
        row: values of the history's columns, SI.
        time: [s].
        state: evaluated fields.
        landmark: whether fields must be kept: an asked-for time or state, or the end of a part of the run.
        distance: what frames are spread over, of order one in a whole run, such as the state of charge.
        share: of the run that is done, 0 to 1.
        words: the step in one line.
        short_words: the same for a progress bar.
    """

    row: dict[str, float]
    time: float
    state: State
    landmark: bool
    distance: float
    share: float
    words: str
    short_words: str


class Course(Protocol):
    """A run from its first equilibrium to its end."""

    @property
    def columns(self) -> Mapping[str, str]:
        """Names and units of the history's columns."""
        ...

    @property
    def rejected_steps(self) -> int:
        """Attempts that were not accepted."""
        ...

    @property
    def warnings(self) -> Sequence[str]:
        """What the user should know, found on the way."""
        ...

    @property
    def done(self) -> str:
        """What was carried out, in words, for a run that reached its end."""
        ...

    @property
    def worst_balances(self) -> Mapping[str, float]:
        """Largest error of each balance so far."""
        ...

    def entries(self) -> Iterator[Entry]:
        """Every accepted step.

        Raises:
            SolverError: no step small enough converges.
            Interrupted: by a signal.
        """
        ...

    def last_state(self) -> State:
        """The last accepted state once more, after a step that failed."""
        ...

    def summary_values(self) -> Mapping[str, float]:
        """Quantities that the summary has beside the last row and the numbers of every run."""
        ...
