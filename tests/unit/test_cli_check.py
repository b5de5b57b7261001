"""Commands that need no solver: what they print, and that misusing them is one message and status 2."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from case_files import changed, write_case
from lithiate import cli
from lithiate.cli import main

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "cases" / "particle_si_lpscl"


def error_of(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """The one line of a command that is refused."""
    assert main(words) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1, captured.err
    assert captured.err.startswith("error: ")
    return captured.err


def test_check_says_what_will_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(SHIPPED / "case.toml")]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    for words in [
        "particle_si_lpscl",
        "particle radius 1 um",
        "particle: a-Si",
        "electrolyte: Li6PS5Cl-cold-pressed",
        "yields at 34.7 MPa",
        "debondable, strength 10 MPa, toughness 0.1 J/m2, friction coefficient 0.3",
        "5 MPa (constant)",
        "lithiate at C/10 (121.9 mA/m2, 0.01219 mA/cm2) until 0.01 V",
        "rest for 30 min",
        "until 1 V",
        "Unknowns",
        "0.1219 mAh/cm2",
        "1.531e-08 mAh",
        "1C            1.219 A/m2",
        "Memory",
        "Assumed values",
        'interfaces."particle|electrolyte".strength = 10000000.0',
    ]:
        assert words in captured.out, words


def test_check_shows_values_that_were_set(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = str(write_case(tmp_path))
    words = [
        "check",
        path,
        "--set",
        "stack_pressure.pressure=20 MPa",
        "--set",
        "protocol.0.until.state_of_charge=0.2",
    ]
    assert main([*words, "--quick"]) == 0
    out = capsys.readouterr().out
    assert "20 MPa (constant)" in out
    assert "until 0.01 V or state of charge 0.2" in out
    assert "mesh size 250 nm" in out


def test_check_repeats_warnings(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = write_case(tmp_path, changed("stoichiometry = 0.05", "stoichiometry = 0.01"))
    assert main(["check", str(path)]) == 0
    assert "warning: initial.stoichiometry 0.01 lies outside" in capsys.readouterr().out


def test_schema_prints_what_is_committed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    out = capsys.readouterr().out
    assert json.loads(out)["title"] == "Lithiate case file"
    assert out == (ROOT / "docs" / "schema.json").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["chek", "x.toml"], "Did you mean check?"),
        (["check"], "Missing argument 'CASE'"),
        (["check", "a", "b"], "unexpected extra argument"),
        (["check", "a", "--quik"], "--quick"),
        (["run", "a", "--overwite"], "--overwrite"),
        (["check", "a", "--set"], "requires an argument"),
        (["check", "a", "--set", "x"], "no such file"),
    ],
)
def test_a_wrong_command_line_is_one_message(
    capsys: pytest.CaptureFixture[str], words: list[str], expected: str
) -> None:
    assert expected in error_of(capsys, *words)


def test_a_wrong_case_is_one_message(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = write_case(tmp_path, changed("[stack_pressure]", "[stack_presure]"))
    assert f"{path}: stack_presure: unknown key" in error_of(capsys, "check", str(path))


def test_a_study_file_is_one_message(capsys: pytest.CaptureFixture[str]) -> None:
    path = ROOT / "cases" / "particle_si_lpscl" / "study.toml"
    assert "study.toml: found a study file; allowed: a case file" in error_of(capsys, "check", str(path))


def test_several_findings_are_a_line_each(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = write_case(tmp_path, changed('pressure = "5 MPa"', "pressure = -5").replace("0.05", "2.0"))
    assert main(["check", str(path)]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert all(line.startswith(f"error: {path}: ") for line in lines)


def test_help_lists_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    for words in ([], ["--help"]):
        assert main(words) == 0
        out = capsys.readouterr().out
        assert all(name in out for name in ("check", "run", "schema"))


def test_without_a_solver_a_run_says_how_to_get_one_and_writes_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(cli, "_SOLVER_MODULES", ("dolfinx_that_is_not_there",))
    monkeypatch.chdir(tmp_path)
    path = write_case(tmp_path)
    message = error_of(capsys, "run", str(path))
    assert all(words in message for words in ("DOLFINx", "containers/run", "conda", "module"))
    assert [entry.name for entry in tmp_path.iterdir()] == ["case.toml"]


def test_only_the_first_rank_speaks(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMPI_COMM_WORLD_RANK", "1")
    assert main(["check"]) == 2
    assert capsys.readouterr().err == ""
    monkeypatch.setenv("OMPI_COMM_WORLD_RANK", "0")
    assert main(["check"]) == 2
    assert capsys.readouterr().err != ""


def test_a_bug_is_one_line_and_status_1(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("oh\nno")

    monkeypatch.setattr(cli, "load_case", broken)
    assert main(["check", "x.toml"]) == 1
    err = capsys.readouterr().err
    assert err.startswith("internal error: KeyError")
    assert err.count("\n") == 1


def test_an_interruption_is_status_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "load_case", interrupted)
    assert main(["check", "x.toml"]) == 130


def test_the_module_is_the_command(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "lithiate", "check", str(tmp_path / "x.toml")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr
