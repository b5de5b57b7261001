"""The one error of this package that a caller is meant to catch."""


class ResultError(Exception):
    """A result cannot be read or drawn; the message names the file and what is wrong with it."""
