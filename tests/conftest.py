"""What all tests share."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from verification_pages import Report, Row, write_pages

ROWS = pytest.StashKey[list[Row]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Make pages of what the verification tests found."""
    parser.addoption(
        "--verification-pages", type=Path, metavar="FOLDER", help="renew the pages of this folder"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Nothing found yet."""
    config.stash[ROWS] = []


@pytest.fixture
def report(request: pytest.FixtureRequest) -> Iterator[Report]:
    """Compares with tolerances, and keeps expected and found for the pages."""
    item = request.node
    function = item.function
    about = (function.__doc__ or "").strip().partition("\n")[0]
    test = f"{Path(function.__code__.co_filename).name}::{function.__name__}"
    made = Report(test, about, item.callspec.id if hasattr(item, "callspec") else "")
    yield made
    request.config.stash[ROWS].extend(made.rows)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A worker has ended: take over what its tests found."""
    node.config.stash[ROWS].extend(getattr(node, "workeroutput", {}).get("verification_rows", []))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand the rows to the session that started this worker, or write the pages."""
    config = session.config
    rows, folder = config.stash[ROWS], config.getoption("--verification-pages")
    if hasattr(config, "workeroutput"):
        config.workeroutput["verification_rows"] = rows
    elif folder is not None and rows:
        write_pages(folder, rows)


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
