"""Every way a command can end other than well, each with its exit status.

0 done; 1 a bug; 2 bad input (:class:`InputError`); 3 the solver gave up (:class:`SolverError`);
4 a balance is out of bounds (:class:`BalanceError`); 128 + signal number (:class:`Interrupted`).
"""

from __future__ import annotations

import signal

from lithiate_meshes.errors import InputError, MeshQualityError

__all__ = ["BalanceError", "InputError", "Interrupted", "LithiateError", "MeshQualityError", "SolverError"]


class LithiateError(Exception):
    """A run that did not end well for a reason that is no bug; the message is meant for the user."""

    exit_status: int = 1

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class SolverError(LithiateError):
    """The solver gave up: no step small enough converged. The last good state has been written."""

    exit_status = 3


class BalanceError(LithiateError):
    """The run reached its end, but a balance (lithium, charge, force or energy) is out of its bound."""

    exit_status = 4


class Interrupted(LithiateError):
    """The run was ended by a signal; what it wrote so far is readable.

    Args:
        signal_number: the signal, for example ``signal.SIGTERM``; the exit status is 128 more.
    """

    def __init__(self, signal_number: int) -> None:
        super().__init__(f"interrupted by {signal.Signals(signal_number).name}")
        self.signal_number = int(signal_number)
        self.exit_status = 128 + int(signal_number)
