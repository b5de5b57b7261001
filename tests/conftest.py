"""What all tests share."""

import gc
import sys
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def collective_teardown() -> Iterator[None]:
    """Destroy PETSc objects on all ranks at the same point: their destructors communicate."""
    yield
    if "mpi4py.MPI" not in sys.modules:
        return
    from mpi4py import MPI

    if MPI.COMM_WORLD.size > 1:
        gc.collect()
        MPI.COMM_WORLD.Barrier()
