"""Where in its protocol a written step stands, and which five steps show a whole run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Charge passed during a rest is round-off; it must not move the end of lithiation into the rest.
_SAME_STATE_OF_CHARGE = 1e-6


@dataclass(frozen=True)
class Frame:
    """A step whose fields were written.

    Attributes:
        index: its number in the XDMF file, from 0.
        time: [s].
        state_of_charge: [-]; NaN where the history does not have it, as `voltage`.
        voltage: [V].
        step: the protocol step's name ("lithiate", "delithiate", "rest" ...), "" where it is not known.
        cycle: from 1.
    """

    index: int
    time: float
    state_of_charge: float
    voltage: float
    step: str
    cycle: int


@dataclass(frozen=True)
class State:
    """A frame chosen for a picture, with the words that head it."""

    name: str
    frame: Frame

    @property
    def label(self) -> str:
        """Two lines: what the state is; then protocol step, state of charge and voltage, as far as known."""
        # The start is an equilibrium under pressure, before its protocol step does anything.
        parts = [self.frame.step if self.frame.index else ""]
        if np.isfinite(self.frame.state_of_charge):
            parts.append(f"SOC {self.frame.state_of_charge:.2f}")
        if np.isfinite(self.frame.voltage):
            parts.append(f"{self.frame.voltage:.3f} V")
        return f"{self.name}\n" + ", ".join(part for part in parts if part)


def choose_states(frames: list[Frame]) -> list[State]:
    """Five states that show a run, in order of time; fewer where fewer were written.

    A run that lithiates and then delithiates gives its start, the middle of its last lithiation, the end of
    it, the middle of the delithiation that follows, and the end; "half" is halfway in charge between the
    two ends of the branch. Any other run gives five states evenly spread over the charge that passed
    (over its frames where that is not known).
    """
    if not frames:
        return []
    charge = np.array([frame.state_of_charge for frame in frames])
    known = bool(np.isfinite(charge).all())
    passed = np.concatenate([[0.0], np.cumsum(np.abs(np.diff(charge)))])
    if not known or passed[-1] < _SAME_STATE_OF_CHARGE:
        passed = np.arange(len(frames), dtype=float)
    last = len(frames) - 1
    turn = _last_lithiation(frames, charge) if known else None
    if turn is not None:
        low, peak = turn
        picked = [
            ("start", 0),
            ("half lithiated", _between(passed, low, peak, 0.5)),
            ("end of lithiation", peak),
            ("half delithiated", _between(passed, peak, last, 0.5)),
            ("end", last),
        ]
    else:
        picked = [
            ("start", 0),
            ("one quarter", _between(passed, 0, last, 0.25)),
            ("half-way", _between(passed, 0, last, 0.5)),
            ("three quarters", _between(passed, 0, last, 0.75)),
            ("end", last),
        ]
    # Where frames are few, several words meet on one; the outer ones (start, turn, end) say more.
    named: dict[int, str] = {}
    for name, index in [picked[0], picked[4], picked[2], picked[1], picked[3]]:
        named.setdefault(index, name)
    return [State(named[index], frames[index]) for index in sorted(named)]


def _last_lithiation(frames: list[Frame], charge: NDArray[np.float64]) -> tuple[int, int] | None:
    """First and last index of the last cycle's lithiation, if a delithiation follows; else None."""
    in_cycle = [index for index, frame in enumerate(frames) if frame.cycle == frames[-1].cycle]
    begin = max(in_cycle[0] - 1, 0)  # a cycle starts from the last frame of the one before
    peak = begin + int(np.argmax(charge[begin:] >= charge[begin:].max() - _SAME_STATE_OF_CHARGE))
    rising = charge[begin : peak + 1]
    low = begin + int(np.flatnonzero(rising <= rising.min() + _SAME_STATE_OF_CHARGE)[-1])
    rise, fall = charge[peak] - charge[low], charge[peak] - charge[-1]
    return (low, peak) if min(rise, fall) > 0.02 * np.ptp(charge) else None


def _between(passed: NDArray[np.float64], first: int, last: int, share: float) -> int:
    """The frame nearest to a share of the way, in charge passed, from one frame to another."""
    goal = passed[first] + share * (passed[last] - passed[first])
    return first + int(np.argmin(np.abs(passed[first : last + 1] - goal)))
