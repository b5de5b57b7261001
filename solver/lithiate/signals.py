"""Ctrl-C and SIGTERM: remembered when they come, acted on together by all ranks between two steps."""

from __future__ import annotations

import signal
from types import FrameType

from mpi4py import MPI

from lithiate import parallel
from lithiate.errors import Interrupted

HANDLED = (signal.SIGINT, signal.SIGTERM)


class SignalWatch:
    """Context in which the handled signals do not end the process by themselves.

    Args:
        communicator: the ranks that must agree.
    """

    def __init__(self, communicator: MPI.Intracomm) -> None:
        self._communicator = communicator
        self._received = 0
        self._previous: dict[signal.Signals, object] = {}

    def __enter__(self) -> SignalWatch:
        for number in HANDLED:
            self._previous[number] = signal.signal(number, self._remember)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def _remember(self, number: int, frame: FrameType | None) -> None:
        del frame
        self._received = number

    def check(self) -> None:
        """Collective: raise on every rank if any rank has received a signal.

        Raises:
            Interrupted: with the signal's number.
        """
        received = int(parallel.largest(self._communicator, float(self._received)))
        if received:
            raise Interrupted(received)
