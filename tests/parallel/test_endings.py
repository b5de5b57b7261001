"""However a run ends, all ranks end, with one status and one message, and the files stay readable."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import meshio
import pytest
from running import CASE, SHORT, command, read_history, run_case

LONG = (
    'geometry.mesh_size="0.2 um"',
    "output.every=1",
    'solver.largest_step="20 s"',
    "output.pictures=false",
)
"""Settings with which a run would take minutes."""


def _start(out: Path, ranks: int) -> subprocess.Popen[str]:
    words = ["run", str(CASE), "--out", str(out)]
    for item in LONG:
        words += ["--set", item]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen(command(*words, ranks=ranks), text=True, cwd=out.parent, **pipes)
    deadline = time.monotonic() + 200
    while time.monotonic() < deadline and process.poll() is None:
        history = out / "history.csv"
        if history.exists() and len(history.read_text(encoding="utf-8").splitlines()) > 4:
            return process
        time.sleep(0.1)
    process.kill()
    pytest.fail(f"no steps were written: {process.communicate()[1]}")


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_run_cleanly(tmp_path: Path, ranks: int, number: int, status: int) -> None:
    folder = tmp_path / "result"
    process = _start(folder, ranks)
    started = time.monotonic()
    process.send_signal(number)
    _, errors = process.communicate(timeout=60)
    assert time.monotonic() - started < 20
    assert process.returncode == status
    assert errors.count("interrupted by") == 1
    names, rows = read_history(folder)
    assert rows.shape[1] == len(names)
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert summary["status"] == "stopped"
    _every_frame_reads(folder)


def test_a_killed_run_leaves_readable_files(tmp_path: Path) -> None:
    folder = tmp_path / "result"
    process = _start(folder, 1)
    process.kill()
    process.communicate(timeout=60)
    _every_frame_reads(folder)
    _, rows = read_history(folder)
    assert len(rows) > 3


def _every_frame_reads(folder: Path) -> None:
    for name in ("particle", "electrolyte", "particle__electrolyte"):
        with meshio.xdmf.TimeSeriesReader(folder / f"{name}.xdmf") as reader:
            points, _ = reader.read_points_cells()
            assert reader.num_steps >= 1
            for step in range(reader.num_steps):
                _, point_data, _ = reader.read_data(step)
                assert point_data["displacement"].shape == points.shape


FAIL_ON_ONE_RANK = """
import sys
from mpi4py import MPI
from lithiate.stepping import protocol
from lithiate.errors import SolverError
original = protocol.ProtocolRun.press
def press(self):
    if MPI.COMM_WORLD.rank == 1:
        raise {error}("only here")
    return original(self)
protocol.ProtocolRun.press = press
from lithiate.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize(("error", "status"), [("SolverError", 3), ("ZeroDivisionError", 1)])
def test_an_error_on_one_rank_ends_all(tmp_path: Path, error: str, status: int) -> None:
    script = tmp_path / "fails.py"
    script.write_text(FAIL_ON_ONE_RANK.format(error=error), encoding="utf-8")
    launcher = command(ranks=2)
    words = launcher[: launcher.index(sys.executable)] + [sys.executable, str(script)]
    words += ["run", str(CASE), "--out", str(tmp_path / "result")]
    for item in SHORT:
        words += ["--set", item]
    started = time.monotonic()
    finished = subprocess.run(words, capture_output=True, text=True, timeout=200, check=False, cwd=tmp_path)
    assert finished.returncode == status
    assert finished.stderr.count("only here") == 1
    assert time.monotonic() - started < 100


def test_bad_input_is_reported_once_on_two_ranks(tmp_path: Path) -> None:
    finished = run_case(tmp_path / "result", 'stack_pressure.pressure="5 um"', ranks=2)
    assert finished.returncode == 2
    assert finished.stderr.count("stack_pressure.pressure") == 1
    assert not (tmp_path / "result").exists()


def test_what_is_not_solved_is_refused_and_nothing_written(tmp_path: Path) -> None:
    finished = run_case(tmp_path / "result", 'physics.kinematics="small_strain"')
    assert finished.returncode == 2
    assert finished.stderr.count("\n") == 1
    assert "physics.kinematics" in finished.stderr
    assert not (tmp_path / "result").exists()


def test_an_existing_result_is_kept(tmp_path: Path) -> None:
    folder = tmp_path / "result"
    folder.mkdir()
    (folder / "history.csv").write_text("kept\n", encoding="utf-8")
    finished = run_case(folder, *SHORT)
    assert finished.returncode == 2
    assert "--overwrite" in finished.stderr
    assert (folder / "history.csv").read_text(encoding="utf-8") == "kept\n"


def test_a_solver_that_gives_up_leaves_the_last_good_state(tmp_path: Path) -> None:
    folder = tmp_path / "result"
    finished = run_case(folder, *SHORT, "solver.maximum_steps=3", "output.pictures=false")
    assert finished.returncode == 3
    assert "solver.maximum_steps" in finished.stderr
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert summary["status"] == "failed"
    _, rows = read_history(folder)
    assert len(rows) == 4
    with meshio.xdmf.TimeSeriesReader(folder / "particle.xdmf") as reader:
        reader.read_points_cells()
        assert reader.read_data(reader.num_steps - 1)[0] == pytest.approx(rows[-1, 1])
