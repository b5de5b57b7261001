"""Starting runs of Lithiate from tests."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

CASE = Path(__file__).parents[1] / "cases" / "particle_si_lpscl" / "case.toml"
"""The main job."""

SHORT = (
    'geometry.mesh_size="0.25 um"',
    "protocol.0.until.state_of_charge=0.1",
    'protocol.1.until.time="1 min"',
    "protocol.2.until.state_of_charge=0.09",
    "solver.tolerance=1e-2",
    "output.states_of_charge=[0.07]",
)
"""Settings that bring the main job down to seconds, all protocol steps kept."""


def command(*words: str, ranks: int = 1) -> list[str]:
    """The command line of ``lithiate``, under mpirun for more than one rank."""
    lithiate = [sys.executable, "-m", "lithiate", *words]
    if ranks == 1:
        return lithiate
    launcher = shutil.which("mpirun")
    if launcher is None:
        pytest.skip("no mpirun")
    return [launcher, "-n", str(ranks), *lithiate]


def run_case(
    out: Path, *sets: str, ranks: int = 1, options: tuple[str, ...] = (), case: Path = CASE
) -> subprocess.CompletedProcess[str]:
    """``lithiate run`` with settings, output captured."""
    words = ["run", str(case), "--out", str(out), *options]
    for item in sets:
        words += ["--set", item]
    return subprocess.run(
        command(*words, ranks=ranks), capture_output=True, text=True, timeout=560, check=False, cwd=out.parent
    )


def read_history(folder: Path) -> tuple[list[str], NDArray[np.float64]]:
    """Names with units, and (rows, columns) values of history.csv."""
    with (folder / "history.csv").open(encoding="utf-8") as file:
        rows = list(csv.reader(file))
    return rows[0], np.array(rows[1:], dtype=np.float64)


def own_words(error: str) -> str:
    """Standard error without what Open MPI's event loop says on a busy machine, when a pipe closes early."""
    return "".join(line for line in error.splitlines(True) if not line.startswith("[warn] Epoll"))


RANKS = "LITHIATE_TEST_RANKS"
"""Set where tests run under mpirun already."""


def pass_on_two_ranks(passed: int, *words: str) -> None:
    """Run tests once more, under mpirun on two ranks, both of which must see all of them pass.

    Args:
        passed: how many tests there are.
        words: for pytest: which tests.
    """
    launcher = shutil.which("mpirun")
    if launcher is None:
        pytest.skip("no mpirun")
    # The ranks are no workers of the session that the calling test may run in.
    own = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    alone = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider"]
    finished = subprocess.run(
        [launcher, "-n", "2", *alone, *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=1500,
        env=own | {RANKS: "2"},
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert finished.stdout.count(f"{passed} passed") == 2
