"""All reductions over the ranks of a run, and nothing else.

Integrals, extrema and decisions that every rank must share go through these functions, so that no number is
ever read from one rank alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from mpi4py import MPI
from numpy.typing import NDArray

ROOT = 0
"""The rank that writes files and speaks to the terminal."""


def total(communicator: MPI.Intracomm, value: float | NDArray[Any]) -> Any:
    """Sum over ranks of a number, or element by element of an array of the same shape on every rank."""
    return communicator.allreduce(value, op=MPI.SUM)


def largest(communicator: MPI.Intracomm, values: float | NDArray[Any]) -> float:
    """Largest entry over all ranks; a rank may hold none (minus infinity if no rank holds any)."""
    array = np.atleast_1d(np.asarray(values, dtype=np.float64))
    return float(communicator.allreduce(array.max(initial=-np.inf), op=MPI.MAX))


def smallest(communicator: MPI.Intracomm, values: float | NDArray[Any]) -> float:
    """Smallest entry over all ranks; a rank may hold none (infinity if no rank holds any)."""
    return -largest(communicator, -np.asarray(values, dtype=np.float64))


def any_rank(communicator: MPI.Intracomm, flag: bool) -> bool:
    """True on every rank if it is true on one."""
    return bool(communicator.allreduce(bool(flag), op=MPI.LOR))


def gather_rows(communicator: MPI.Intracomm, rows: NDArray[Any]) -> NDArray[Any] | None:
    """Rows of all ranks stacked in rank order on the root, None elsewhere.

    Args:
        communicator: the ranks.
        rows: (n, ...) array, n may differ between ranks, the other extents may not.
    """
    parts = communicator.gather(np.ascontiguousarray(rows), root=ROOT)
    return np.concatenate(parts) if parts is not None else None


def from_root(communicator: MPI.Intracomm, value: Any) -> Any:
    """The root's value on every rank."""
    return communicator.bcast(value, root=ROOT)
