"""How the ranks of a run end: together, with one status and one message, whichever of them met the error."""

from __future__ import annotations

import os
import sys
import time
import traceback
from pathlib import Path
from typing import NoReturn

from mpi4py import MPI

from lithiate import parallel

STATUS_BUG = 1

PATIENCE = 5.0
"""Seconds that a failing rank waits for the others to fail too, before it ends them."""


class Ending:
    """Brings all ranks to one exit status.

    An error that every rank meets ends them quietly, one after the other; an error of one rank alone leaves
    the others waiting in some collective call, so they must be ended by force.

    Attributes:
        log: where the traceback of a bug goes, if its folder exists.
    """

    def __init__(self, communicator: MPI.Intracomm) -> None:
        # A communicator of its own: nothing else can be under way on it.
        self._communicator = communicator.Dup()
        self.log: Path | None = None

    def together(self, status: int) -> int:
        """Wait for all ranks and return the largest status of any."""
        self._communicator.Ibarrier().Wait()
        return int(parallel.largest(self._communicator, float(status)))

    def with_error(self, message: str, status: int) -> int:
        """Report an error that the user can understand, once, and return the status of all ranks."""
        if not self._all_arrive():
            self._say(message)
            self._leave(status)
        if self._communicator.rank == parallel.ROOT:
            self._say(message)
        return int(parallel.largest(self._communicator, float(status)))

    def with_bug(self, error: Exception) -> int:
        """Report a bug in one line, its traceback in the log, and return the status of all ranks."""
        trace = "".join(traceback.format_exception(error))
        where = ""
        if self.log is not None and self.log.parent.is_dir():
            with self.log.open("a", encoding="utf-8") as file:
                file.write(f"rank {self._communicator.rank}:\n{trace}")
            where = f"; traceback in {self.log}"
        summary = " ".join(str(error).split())
        line = f"internal error on rank {self._communicator.rank}: {type(error).__name__}: {summary}{where}"
        arrived = self._all_arrive()
        if not arrived or self._communicator.rank == parallel.ROOT:
            sys.stderr.write(line + "\n")
            sys.stderr.flush()
        if not arrived:
            self._leave(STATUS_BUG)
        return int(parallel.largest(self._communicator, float(STATUS_BUG)))

    def _all_arrive(self) -> bool:
        """Whether every rank comes here too within the time that a failing rank waits."""
        request = self._communicator.Ibarrier()
        deadline = time.monotonic() + PATIENCE
        while not request.Test():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    @staticmethod
    def _leave(status: int) -> NoReturn:
        """End this process at once; the launcher then ends the other ranks and returns this status.

        MPI_Abort would do the same with eight lines of its own on standard error.
        """
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)

    @staticmethod
    def _say(message: str) -> None:
        sys.stderr.write("".join(f"error: {line}\n" for line in message.splitlines()))
        sys.stderr.flush()
