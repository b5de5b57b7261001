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
from lithiate.study.at_charge import (
    AtCharge,
    Passing,
    last_passing,
    parse_at_charge,
    read_history,
)
from lithiate.study.definition import Trend
from lithiate.study.table import value_and_unit

ROOT = Path(__file__).parents[2]
GAP = "mean_gap.particle|electrolyte"
GAP_AT = f"{GAP} at state_of_charge=0.65"

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

# The same, the gap where the state of charge is 0.65 as well, and expected to fall there.
STUDY_AT_CHARGE = STUDY.replace(f'["{GAP}"', f'["{GAP_AT}", "{GAP}"').replace(
    f'quantity = "{GAP}"', f'quantity = "{GAP_AT}"'
)

# Stands in for "lithiate run": the gap falls with pressure, and the run says that it was made. There is none
# on lithiation, and one of 3 / pressure where the state of charge is 0.65 on delithiation.
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
rows = [(0, 0.05, 0), (0, 0.9, 0), (1, 0.9, 0), (2, 0.8, 0), (2, 0.6, 4 / pressure), (2, 0.4, 1 / pressure)]
header = "protocol_step [-],state_of_charge [-],mean_gap.particle|electrolyte [m]"
(folder / "history.csv").write_text("\\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\\n")
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
    contact = "contact_area_fraction.particle|electrolyte"
    ends = ["lithiation_capacity", "delithiation_capacity", "coulombic_efficiency", GAP, contact]
    ends += ["open_area_fraction.particle|electrolyte", "mean_stoichiometry.particle"]
    at_charge = [GAP_AT, f"{contact} at state_of_charge=0.65"]
    assert sorted(study.units) == sorted([*ends, *at_charge])
    assert [study.units[name] for name in at_charge] == ["m", "-"]
    assert {(trend.quantity, trend.relation) for trend in study.definition.expectation} == {
        (at_charge[0], "falls"), (at_charge[1], "rises"), (GAP, "falls"), (contact, "rises"),
        ("delithiation_capacity", "rises"),
    }  # fmt: skip


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


def test_a_quantity_at_a_state_of_charge_is_that_of_the_last_step_through_it(
    tmp_path: Path, fake_runs: dict[str, int]
) -> None:
    out = tmp_path / "out"
    said: list[str] = []
    assert run_study(load_study(write_study(tmp_path, STUDY_AT_CHARGE)), out, say=said.append) == 0
    header, *rows = table_of(out)
    assert header[1:3] == ["mean_gap.particle|electrolyte at state_of_charge=0.65 [m]", f"{GAP} [m]"]
    found = [3 / pressure for pressure in (1e6, 5e6, 2e7)]
    assert [float(row[1]) for row in rows] == pytest.approx(found)
    assert [float(row[2]) for row in rows] == [1e-6, 2e-7, 5e-8]
    summary = summary_of(out)
    entries = [member["quantities"][GAP_AT] for member in summary["members"]]
    assert entries == [{"value": pytest.approx(value), "unit": "m", "protocol_step": 2} for value in found]
    assert "protocol_step" not in summary["members"][0]["quantities"][GAP]
    [trend] = summary["expectations"]
    assert trend["quantity"] == GAP_AT
    assert trend["found"] == pytest.approx(found)
    assert trend["agrees"] is True
    assert "protocol_steps" not in trend
    assert any(line.startswith(f"agrees: {GAP_AT} falls") for line in said)
    assert not any(line.startswith("warning") for line in said)


def test_a_trend_at_a_state_of_charge_may_disagree_with_status_0(
    tmp_path: Path, fake_runs: dict[str, int]
) -> None:
    study = load_study(write_study(tmp_path, STUDY_AT_CHARGE.replace('"falls"', '"rises"')))
    said: list[str] = []
    assert run_study(study, tmp_path / "out", say=said.append) == 0
    assert any(line.startswith(f"DISAGREES: {GAP_AT} rises") for line in said)
    assert summary_of(tmp_path / "out")["status"] == "completed"


def test_finished_members_answer_a_quantity_asked_later(tmp_path: Path, fake_runs: dict[str, int]) -> None:
    out = tmp_path / "out"
    path = write_study(tmp_path)
    run_study(load_study(path), out, say=quiet)
    path.write_text(STUDY_AT_CHARGE, encoding="utf-8")
    assert run_study(load_study(path), out, say=quiet) == 0
    assert runs_of(out) == [1, 1, 1]
    assert [float(row[1]) for row in table_of(out)[1:]] == pytest.approx([3e-6, 6e-7, 1.5e-7])


def test_a_state_of_charge_passed_in_different_steps_is_not_compared(
    tmp_path: Path, fake_runs: dict[str, int]
) -> None:
    """One member gives up its lithium no further than 0.8, so that it passed 0.65 on lithiation only."""
    out = tmp_path / "out"
    study = load_study(write_study(tmp_path, STUDY_AT_CHARGE))
    run_study(study, out, say=quiet)
    history = out / "pressure_20_MPa" / "history.csv"
    history.write_text("".join(history.read_text().splitlines(keepends=True)[:-2]))
    said: list[str] = []
    assert run_study(study, out, say=said.append) == 0
    [trend] = summary_of(out)["expectations"]
    assert trend["found"] == pytest.approx([3e-6, 6e-7, 0.0])
    assert trend["protocol_steps"] == [2, 2, 0]
    assert trend["agrees"] is False
    assert any(line.startswith(f"unknown: {GAP_AT} falls") for line in said)
    [warning] = [line for line in said if line.startswith("warning")]
    assert GAP_AT in warning
    assert "pressure_1_MPa in 2, pressure_5000000.0 in 2, pressure_20_MPa in 0" in warning


def test_a_state_of_charge_not_passed_gives_an_empty_field(tmp_path: Path, fake_runs: dict[str, int]) -> None:
    out = tmp_path / "out"
    text = STUDY_AT_CHARGE.replace("=0.65", "=0.95")
    said: list[str] = []
    assert run_study(load_study(write_study(tmp_path, text)), out, say=said.append) == 0
    assert [row[1] for row in table_of(out)[1:]] == ["", "", ""]
    assert summary_of(out)["members"][0]["quantities"][GAP_AT.replace("0.65", "0.95")] == {
        "value": None, "unit": "m",
    }  # fmt: skip
    assert any(line.startswith("unknown: mean_gap") for line in said)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # (protocol step, state of charge, voltage): up through 0.65, and down through it between two rows.
        ([(0, 0.1, 5), (0, 0.9, 6), (1, 0.85, 1), (1, 0.7, 2), (1, 0.6, 4), (1, 0.5, 9)], Passing(3.0, 1)),
        # Up to 0.9 only; a quarter of the way counts a quarter.
        ([(0, 0.1, 5), (0, 0.6, 1), (0, 0.8, 5), (0, 0.9, 6)], Passing(2.0, 0)),
        # A rest passes nothing, and a step that turns back before 0.65 neither.
        ([(0, 0.6, 1), (0, 0.7, 3), (1, 0.7, 9), (1, 0.7, 9), (2, 0.69, 9), (2, 0.66, 9)], Passing(2.0, 0)),
        # On a row, at an end of the protocol step or within it.
        ([(0, 0.1, 5), (0, 0.65, 7)], Passing(7.0, 0)),
        ([(0, 0.1, 5), (0, 0.65, 7), (0, 0.7, 8)], Passing(7.0, 0)),
        ([(0, 0.65, 7), (0, 0.7, 8)], Passing(7.0, 0)),
        ([(0, 0.1, 5), (0, 0.65, 7), (1, 0.65, 8), (1, 0.65, 9), (2, 0.64, 9)], Passing(7.0, 0)),
        # Twice in one step: the later one.
        ([(0, 0.6, 1), (0, 0.7, 3), (0, 0.6, 7)], Passing(5.0, 0)),
        # Between the last row of a step and the first of the next: not the step before, nor rows of both.
        ([(0, 0.1, 5), (0, 0.66, 6), (1, 0.64, 7), (1, 0.1, 8)], None),
        # Never; not told; no rows.
        ([(0, 0.1, 5), (0, 0.6, 6)], None),
        ([(0, 0.6, 5), (0, 0.7, float("nan"))], None),
        ([(0, 0.6, 1), (0, float("nan"), 3)], None),
        ([(0, 0.65, 1)], None),
        ([], None),
    ],
)
def test_where_a_state_of_charge_is_passed(
    rows: list[tuple[float, float, float]], expected: Passing | None
) -> None:
    names = ("protocol_step", "state_of_charge", "voltage")
    history = {name: [row[index] for row in rows] for index, name in enumerate(names)}
    found = last_passing(history, AtCharge("voltage", 0.65))
    if expected is None:
        assert found is None
    else:
        assert found is not None
        assert found.value == pytest.approx(expected.value)
        assert found.protocol_step == expected.protocol_step
    assert last_passing(history, AtCharge("thickness", 0.65)) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("voltage [V],mean_gap.a|b [m]\n1,2e-9\n3,nan\n", {"voltage": [1, 3], "mean_gap.a|b": [2e-9, None]}),
        ("voltage [V]\n", {}),
        ("voltage [V]\n1\n1,2\n", {}),
        ("voltage [V]\nhigh\n", {}),
        ("", {}),
        (None, {}),
    ],
)
def test_a_history_is_read_whole_or_not_at_all(
    tmp_path: Path, text: str | None, expected: dict[str, list[float | None]]
) -> None:
    path = tmp_path / "history.csv"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    found = {
        name: [None if value != value else value for value in column]
        for name, column in read_history(path).items()
    }
    assert found == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("voltage", None),
        (GAP, None),
        (GAP_AT, AtCharge(GAP, 0.65)),
        ("voltage at state_of_charge=.5", AtCharge("voltage", 0.5)),
        ("voltage at state_of_charge=5e-2", AtCharge("voltage", 0.05)),
    ],
)
def test_a_name_with_a_state_of_charge_is_taken_apart(name: str, expected: AtCharge | None) -> None:
    assert parse_at_charge(name) == expected


def test_what_has_no_state_of_charge_is_what_the_history_has_not(tmp_path: Path) -> None:
    history = pytest.importorskip("lithiate.output.history", exc_type=ImportError)
    columns = history.history_columns(load_case(write_case(tmp_path)))
    names = "".join(f', "{name} at state_of_charge=0.5"' for name in columns)
    study = load_study(write_study(tmp_path, STUDY.replace(', "delithiation_capacity"]', f"{names}]")))
    assert {name: study.units[f"{name} at state_of_charge=0.5"] for name in columns} == columns


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


NUMBER = ["allowed behind state_of_charge=: a number above 0 and below 1"]
FORM = ['allowed: "QUANTITY" or "QUANTITY at state_of_charge=0.65"']


@pytest.mark.parametrize(
    ("name", "words"),
    [
        *((f"voltage at state_of_charge={number}", NUMBER) for number in ("0", "1", "-0.5", "1.5", "65%")),
        *(
            (f"voltage at state_of_charge={number}", NUMBER)
            for number in ("nan", "0_5", "+0.5", "0,5", "٠.5", "0.٥")
        ),
        *((f"voltage at state_of_charge={number}", NUMBER) for number in ("=0.5", ".", "5e", "1e-999")),
        ("voltage at state_of_charge", FORM),
        ("voltage at state_of_charge=", FORM),
        ("voltage at state_of_charge = 0.5", FORM),
        ("voltage at  state_of_charge=0.5", FORM),
        ("voltage  at state_of_charge=0.5", FORM),
        ("voltage at state_of_charge=0.5 ", FORM),
        ("voltage at state_of_charge=0.5 at state_of_charge=0.6", FORM),
        ("voltage state_of_charge=0.5", FORM),
        ("voltage=0.5", FORM),
        (" at state_of_charge=0.5", FORM),
        ("voltage At state_of_charge=0.5", FORM),
        ("voltage at time=0.5", ['allowed behind "at": state_of_charge=0.65']),
        ("voltage at state_of_chrage=0.5", ["did you mean state_of_charge?"]),
        ("voltge at state_of_charge=0.5", ["which no run gives", "did you mean voltage?"]),
        ("mean_gap at state_of_charge=0.5", [f"did you mean {GAP}?"]),
        *(
            (f"{name} at state_of_charge=0.5", ["a column of history.csv", f"not {name}"])
            for name in ("unknowns", "accepted_steps", "rejected_steps", "wall_time")
        ),
        ("lithiation_capacity at state_of_charge=0.5", ["a column of history.csv, not lithiation_capacity"]),
    ],
)
def test_what_is_wrong_with_a_state_of_charge_is_said_in_one_line(
    tmp_path: Path, name: str, words: list[str]
) -> None:
    message = refusal(write_study(tmp_path, STUDY.replace('"delithiation_capacity"', f'"{name}"')))
    assert message.count("\n") == 0
    assert f'quantities.1: found "{name}"' in message
    assert all(word in message for word in words), message


def test_a_trend_at_another_state_of_charge_than_the_table_is_refused(tmp_path: Path) -> None:
    head, quantity, tail = STUDY_AT_CHARGE.rpartition(GAP_AT)
    message = refusal(write_study(tmp_path, head + quantity.replace("0.65", "0.6") + tail))
    assert "expectation.0.quantity" in message
    assert f"one of the quantities of this study; did you mean {GAP_AT}?" in message
    assert message.count("\n") == 0


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
