"""A study runs a case with values varied, keeps what is finished, and says how the results go."""

import csv
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from case_files import write_case
from lithiate.case import load_case
from lithiate.errors import InputError
from lithiate.study import Study, load_study, run_study, running
from lithiate.study.definition import Trend
from lithiate.study.table import value_and_unit

ROOT = Path(__file__).parents[2]
GAP = "mean_gap.particle|electrolyte"

STUDY = """
title = "test"
case = "case.toml"
quantities = ["mean_gap.particle|electrolyte", "delithiation_capacity"]

[[vary]]
key = "stack_pressure.pressure"
values = ["1 MPa", 5e6, "20 MPa"]

[set]
"geometry.mesh_size" = "0.3 um"
protocol.0.until.time = "1 h"

[[expectation]]
quantity = "mean_gap.particle|electrolyte"
relation = "falls"
source = "test"
"""

# Stands in for "lithiate run": the gap falls with pressure, and the run says that it was made.
FAKE_RUN = """
import json, pathlib, sys
folder, resolved = pathlib.Path(sys.argv[1]), sys.argv[2]
pressure, status = float(sys.argv[3]), int(sys.argv[4])
folder.mkdir(exist_ok=True)
(folder / "case.resolved.toml").write_text(resolved)
with open(folder / "runs", "a") as file:
    file.write("x")
summary = {"quantities": {"mean_gap.particle|electrolyte": {"value": 1 / pressure, "unit": "m"}},
           "cycles": [{"delithiation_capacity": 7.0}, {"delithiation_capacity": pressure}]}
(folder / "summary.json").write_text(json.dumps(summary))
sys.exit(status)
"""


def write_study(folder: Path, text: str = STUDY) -> Path:
    write_case(folder)
    path = folder / "study.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def fake_runs(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Exit statuses by folder of a member, 0 if not there; members run by the stand-in."""
    statuses: dict[str, int] = {}

    def command(study: Study, member: Any, out: Path, launcher: list[str]) -> list[str]:
        pressure = member.case.stack_pressure.pressure
        values = [
            str(out / member.folder),
            member.case.to_toml(),
            str(pressure),
            str(statuses.get(member.folder, 0)),
        ]
        return [sys.executable, "-c", FAKE_RUN, *values]

    monkeypatch.setattr(running, "_command", command)
    return statuses


def quiet(line: str) -> None:
    del line


def table_of(out: Path) -> list[list[str]]:
    with (out / "study.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def summary_of(out: Path) -> Any:
    return json.loads((out / "summary.json").read_text(encoding="utf-8"))


def runs_of(out: Path) -> list[int]:
    """How often each member was run."""
    folders = [entry["folder"] for entry in summary_of(out)["members"]]
    counters = [out / folder / "runs" for folder in folders]
    return [len(counter.read_text(encoding="utf-8")) if counter.exists() else 0 for counter in counters]


def refusal(path: Path, sets: tuple[str, ...] = ()) -> str:
    with pytest.raises(InputError) as caught:
        load_study(path, sets)
    assert all(line.startswith(f"{path}: ") for line in str(caught.value).splitlines())
    return str(caught.value)


def test_the_shipped_study_is_four_pressures() -> None:
    study = load_study(ROOT / "cases" / "particle_si_lpscl" / "study.toml")
    assert study.name == "particle_si_lpscl-study"
    pressures = [member.case.stack_pressure.pressure for member in study.members]
    assert pressures == pytest.approx([1e6, 5e6, 20e6, 50e6])
    assert [member.folder for member in study.members][:2] == ["pressure_1_MPa", "pressure_5_MPa"]
    plain = load_case(study.case_path)
    assert study.members[1].case == plain


def test_members_get_what_is_set_and_what_is_varied(tmp_path: Path) -> None:
    study = load_study(write_study(tmp_path), ["solver.tolerance=5e-3"])
    assert [member.case.stack_pressure.pressure for member in study.members] == pytest.approx([1e6, 5e6, 2e7])
    for member in study.members:
        assert member.case.geometry.mesh_size == pytest.approx(3e-7)
        assert member.case.solver.tolerance == 5e-3
        assert member.case.protocol[0].until.time == 3600
        # What the command line of the member says is the case that was checked.
        assert load_case(study.case_path, member.sets) == member.case


def test_several_varied_keys_are_combined(tmp_path: Path) -> None:
    text = STUDY.replace(
        "[set]", '[[vary]]\nkey = "regions.electrolyte.material"\nvalues = ["LBHI", "Li6PS5Cl"]\n[set]'
    )
    study = load_study(write_study(tmp_path, text))
    assert len(study.members) == 6
    assert study.members[1].folder == "pressure_1_MPa__material_Li6PS5Cl"
    assert study.members[1].case.card("electrolyte").name == "Li6PS5Cl"


def test_a_study_gives_table_summary_and_trend(tmp_path: Path, fake_runs: dict[str, int]) -> None:
    out = tmp_path / "out"
    said: list[str] = []
    assert run_study(load_study(write_study(tmp_path)), out, say=said.append) == 0
    header, *rows = table_of(out)
    assert header == [
        "stack_pressure.pressure [Pa]",
        f"{GAP} [m]",
        "delithiation_capacity [mAh/cm2]",
        "exit_status [-]",
    ]
    assert [[float(item) for item in row] for row in rows] == [
        [1e6, 1e-6, 1e6, 0],
        [5e6, 2e-7, 5e6, 0],
        [2e7, 5e-8, 2e7, 0],
    ]
    summary = summary_of(out)
    assert summary["status"] == "completed"
    assert [entry["exit_status"] for entry in summary["members"]] == [0, 0, 0]
    [trend] = summary["expectations"]
    assert trend["agrees"] is True
    assert trend["found"] == [1e-6, 2e-7, 5e-8]
    assert any(line.startswith("agrees: mean_gap") for line in said)
    assert (out / "study.png").stat().st_size > 1000


def test_a_trend_that_goes_the_other_way_disagrees(tmp_path: Path, fake_runs: dict[str, int]) -> None:
    study = load_study(write_study(tmp_path, STUDY.replace('"falls"', '"rises"')))
    said: list[str] = []
    assert run_study(study, tmp_path / "out", say=said.append) == 0
    assert any(line.startswith("DISAGREES: mean_gap") for line in said)
    assert summary_of(tmp_path / "out")["expectations"][0]["agrees"] is False


def test_a_member_that_fails_is_recorded_and_the_others_run(
    tmp_path: Path, fake_runs: dict[str, int]
) -> None:
    out = tmp_path / "out"
    fake_runs["pressure_1_MPa"] = 3
    fake_runs["pressure_20_MPa"] = 4
    study = load_study(write_study(tmp_path))
    said: list[str] = []
    assert run_study(study, out, say=said.append) == 3
    assert any(line.startswith("unknown: mean_gap") for line in said)
    rows = table_of(out)[1:]
    assert rows[0] == ["1000000.0", "", "", "3"]
    assert rows[2][-1] == "4"
    assert float(rows[2][1]) == 5e-8
    assert summary_of(out)["status"] == "failed"
    assert summary_of(out)["expectations"][0]["agrees"] is False
    # Going on runs again what was not completed, and nothing else.
    fake_runs.clear()
    assert run_study(study, out, say=quiet) == 4
    assert runs_of(out) == [2, 1, 1]
    assert summary_of(out)["status"] == "completed"
    assert [entry["reused"] for entry in summary_of(out)["members"]] == [False, True, True]


def test_finished_members_are_kept_unless_overwritten(tmp_path: Path, fake_runs: dict[str, int]) -> None:
    out = tmp_path / "out"
    study = load_study(write_study(tmp_path))
    for expected in ([1, 1, 1], [1, 1, 1]):
        assert run_study(study, out, say=quiet) == 0
        assert runs_of(out) == expected
    assert run_study(study, out, overwrite=True, say=quiet) == 0
    assert runs_of(out) == [2, 2, 2]


def test_a_new_value_runs_and_a_changed_case_is_refused(tmp_path: Path, fake_runs: dict[str, int]) -> None:
    out = tmp_path / "out"
    path = write_study(tmp_path)
    run_study(load_study(path), out, say=quiet)
    path.write_text(STUDY.replace('"20 MPa"]', '"20 MPa", "50 MPa"]'), encoding="utf-8")
    run_study(load_study(path), out, say=quiet)
    assert runs_of(out) == [1, 1, 1, 1]
    with pytest.raises(InputError, match="another case"):
        run_study(load_study(path, ["solver.tolerance=2e-3"]), out, say=quiet)
    assert runs_of(out) == [1, 1, 1, 1]
    assert run_study(load_study(path, ["solver.tolerance=2e-3"]), out, overwrite=True, say=quiet) == 0
    assert runs_of(out) == [2, 2, 2, 2]


@pytest.mark.parametrize("name", ["thesis.tex", "history.csv"])
def test_a_folder_that_holds_something_else_is_refused(
    tmp_path: Path, fake_runs: dict[str, int], name: str
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / name).write_text("", encoding="utf-8")
    for overwrite in (False, True):
        with pytest.raises(InputError):
            run_study(load_study(write_study(tmp_path)), out, overwrite=overwrite, say=quiet)
    assert [entry.name for entry in out.iterdir()] == [name]


@pytest.mark.parametrize(
    ("number", "status_of_member"),
    # The second member was just done when the signal came.
    [(signal.SIGINT, 128 + signal.SIGINT), (signal.SIGTERM, 0)],
)
def test_a_signal_ends_the_member_and_the_study(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals, status_of_member: int
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    heard = tmp_path / "heard"
    member = f"""
import pathlib, signal, sys, time
def end(number, frame):
    pathlib.Path({str(heard)!r}).write_text(str(number))
    sys.exit({int(status_of_member)})
signal.signal(signal.SIGINT, end)
signal.signal(signal.SIGTERM, end)
pathlib.Path({str(heard)!r}).write_text("ready")
time.sleep(60)
"""
    monkeypatch.setattr(running, "_command", lambda *_: [sys.executable, "-c", member])

    def interrupt() -> None:
        while not (heard.exists() and heard.read_text() == "ready"):
            threading.Event().wait(0.01)
        os.kill(os.getpid(), number)

    thread = threading.Thread(target=interrupt)
    thread.start()
    status = run_study(load_study(write_study(tmp_path)), out, say=quiet)
    thread.join()
    assert status == 128 + number
    assert heard.read_text() == str(int(number))
    summary = summary_of(out)
    assert summary["status"] == "stopped"
    assert [entry["exit_status"] for entry in summary["members"]] == [status_of_member, None, None]


def test_one_value_is_no_trend() -> None:
    trend = Trend(quantity="voltage", relation="rises", source="test")
    assert trend.agrees([1.0, 2.0])
    assert not trend.agrees([1.0, 1.0])
    assert not trend.agrees([1.0, None])
    assert not trend.agrees([1.0])


def test_the_worst_status_is_a_bug_before_a_solver_before_a_balance() -> None:
    assert running.worst([0, 0]) == 0
    assert running.worst([0, 4, None]) == 4
    assert running.worst([3, 4, 0]) == 3
    assert running.worst([3, 1, 4]) == 1
    assert running.worst([1, 137]) == 137


def test_the_command_of_a_member(tmp_path: Path) -> None:
    study = load_study(write_study(tmp_path), quick=True)
    command = running._command(study, study.members[0], tmp_path / "out", ["mpirun", "-n", "2"])
    assert command[:6] == ["mpirun", "-n", "2", sys.executable, "-m", "lithiate"]
    assert command[6:8] == ["run", str(study.case_path)]
    assert command[command.index("--out") + 1] == str(tmp_path / "out" / "pressure_1_MPa")
    assert 'stack_pressure.pressure="1 MPa"' in command
    assert command[-1] == "--quick"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('case = "case.toml"', 'case = "cas.toml"', ["no such file", "did you mean case.toml?"]),
        ('case = "case.toml"', 'case = "case.toml"\ncases = 1', ["cases: unknown key", "did you mean case?"]),
        ("stack_pressure.pressure", "stack_presure.pressure", ["did you mean stack_pressure?", "1 MPa"]),
        ('"1 MPa", 5e6', '"1 um", 5e6', ['with stack_pressure.pressure = "1 um"', "no pressure"]),
        ('"1 MPa", 5e6', '"1 MPa", "1 MPa"', ["vary.0.values", "twice"]),
        ('"1 MPa", 5e6', '"1 MPa", 2020-01-01', ["vary.0.values", "strings, numbers"]),
        ('["1 MPa", 5e6, "20 MPa"]', "[]", ["vary.0.values", "is empty"]),
        ('"geometry.mesh_size" = "0.3 um"', '"geometry.mesh_sise" = "0.3 um"', ["did you mean mesh_size?"]),
        ('"geometry.mesh_size" = "0.3 um"', '"stack_pressure.pressure" = 1', ["vary.0.key", "set or varied"]),
        (
            '"delithiation_capacity"',
            '"delithiation_capacitie"',
            ["quantities.1", "did you mean delithiation_capacity?"],
        ),
        ('"delithiation_capacity"', '"mean_stoichiometry"', ["did you mean mean_stoichiometry.particle?"]),
        ('"falls"', '"fall"', ["expectation.0.relation", "did you mean falls?"]),
        (
            '[[expectation]]\nquantity = "mean_gap',
            '[[expectation]]\nquantity = "voltage',
            ["one of the quantities"],
        ),
    ],
)
def test_what_is_wrong_with_a_study_is_said(tmp_path: Path, old: str, new: str, words: list[str]) -> None:
    assert STUDY.count(old) == 1
    message = refusal(write_study(tmp_path, STUDY.replace(old, new)))
    assert all(word in message for word in words), message


def test_setting_a_varied_key_from_outside_is_refused(tmp_path: Path) -> None:
    assert "set or varied" in refusal(write_study(tmp_path), ("stack_pressure.pressure=1",))
    assert "strings, numbers" in refusal(write_study(tmp_path), ("title=2020-01-01",))


def test_a_study_under_mpirun_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMPI_COMM_WORLD_SIZE", "2")
    with pytest.raises(InputError, match="--mpi"):
        run_study(load_study(write_study(tmp_path)), tmp_path / "out", say=quiet)


def test_ranks_without_mpirun_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError, match="mpirun"):
        run_study(load_study(write_study(tmp_path)), tmp_path / "out", ranks=2, say=quiet)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("stack_pressure.pressure", (5e6, "Pa")),
        ("geometry.mesh_size", (2e-7, "m")),
        ("protocol.0.until.voltage", (0.01, "V")),
        ("regions.electrolyte.youngs_modulus", (0.411e9, "Pa")),
        ("regions.particle.youngs_modulus.lithiated", (41e9, "Pa")),
        ("regions.particle.material", ("a-Si", None)),
        ("physics.mechanics", ("true", None)),
        ("interfaces.particle|electrolyte.bonded_share", (1.0, "-")),
    ],
)
def test_a_varied_value_is_told_in_si_with_its_unit(
    tmp_path: Path, key: str, expected: tuple[float | str, str | None]
) -> None:
    value, unit = value_and_unit(load_case(write_case(tmp_path)), key)
    assert unit == expected[1]
    assert value == (pytest.approx(expected[0]) if isinstance(expected[0], float) else expected[0])


def test_the_command_refuses_a_wrong_study_in_one_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "lithiate", "study", str(tmp_path / "study.toml")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
