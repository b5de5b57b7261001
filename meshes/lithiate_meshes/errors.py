"""Errors that a user can cause and can mend."""

from __future__ import annotations


class InputError(Exception):
    """Something in the input is wrong; the message says what, where, and what is allowed.

    Commands show the message on standard error without a traceback and end with exit status 2.

    Args:
        message: one finding per line, complete enough to mend the input without reading any code.
    """

    exit_status = 2

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class MeshQualityError(InputError):
    """A mesh holds elements too distorted to compute on; names the region, the place and the value."""
