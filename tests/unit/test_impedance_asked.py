# SPDX-License-Identifier: LGPL-3.0-or-later
"""``lithiate impedance``: which state and which frequencies are asked for, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from case_files import changed, write_case
from lithiate import load_case
from lithiate.cli import main
from lithiate.errors import InputError
from lithiate.impedance.frequencies import listed, logarithmic
from lithiate.impedance.state import Asked, Target, locate, parse_asked, read_history
from lithiate.output.folder import RESULT_MARKS

CASES = Path(__file__).parents[2] / "cases"
HISTORY = "step [-],time [s],voltage [V],state_of_charge [-]\n0,0,0.3,0.05\n1,10,0.2,0.2\n2,20,0.25,0.1\n"


def result(folder: Path, history: str = HISTORY) -> Path:
    """As much of a result as the state is looked up in."""
    folder.mkdir()
    write_case(folder, name="case.resolved.toml")
    (folder / "history.csv").write_text(history, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        ("state_of_charge=0.5", "state_of_charge", 0.5),
        ("time=90", "time", 90.0),
        ("time = 1.5 min", "time", 90.0),
        ("step=12", "step", 12.0),
    ],
)
def test_a_state_is_a_key_and_a_value(text: str, key: str, value: float) -> None:
    assert parse_asked(text) == Asked(key, value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    ["charge=0.5", "0.5", "state_of_charge=half", "state_of_charge=1.5", "step=1.5", "step=-1", "time=1 MPa",
     "state_of_charge=nan", "time=-1"],
)  # fmt: skip
def test_another_state_is_refused(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_asked(text)
    assert repr(text) in caught.value.message and "state_of_charge=NUMBER" in caught.value.message


def test_a_recorded_state_is_its_first_row_and_needs_no_new_landing(tmp_path: Path) -> None:
    rows = read_history(result(tmp_path / "run"))
    target = locate(rows, Asked("state_of_charge", 0.2))
    assert target.row == rows[1]
    assert target.reached_by({**rows[1], "state_of_charge": 0.19})
    assert not target.reached_by(rows[2])
    case = load_case(write_case(tmp_path))
    assert target.prepared(case) is case


@pytest.mark.parametrize(
    ("asked", "landings"),
    [(Asked("state_of_charge", 0.15), "states_of_charge"), (Asked("time", 15.0), "times")],
)
def test_a_state_between_two_rows_is_landed_on(tmp_path: Path, asked: Asked, landings: str) -> None:
    target = locate(read_history(result(tmp_path / "run")), asked)
    assert target == Target(asked, None)
    case = load_case(write_case(tmp_path))
    assert getattr(target.prepared(case).output, landings) == (
        *getattr(case.output, landings),
        asked.value,
    )
    assert target.reached_by({"step": 7, asked.key: asked.value * (1 + 1e-9)})
    assert not target.reached_by({"step": 7, asked.key: asked.value * 1.01})


@pytest.mark.parametrize("asked", [Asked("state_of_charge", 0.5), Asked("time", 30.0), Asked("step", 3)])
def test_a_state_that_never_was_is_refused_with_the_range(tmp_path: Path, asked: Asked) -> None:
    with pytest.raises(
        InputError, match=rf"--at {asked}: the run never was there; allowed: {asked.key} from"
    ):
        locate(read_history(result(tmp_path / "run")), asked)


@pytest.mark.parametrize("history", ["", "step [-],time [s]\n0,a\n", "time [s],opening [m]\n0,0\n", "\n"])
def test_a_history_that_is_none_is_refused(tmp_path: Path, history: str) -> None:
    with pytest.raises(InputError, match=r"history\.csv: not the history of a run"):
        read_history(result(tmp_path / "run", history))


def test_frequencies_are_a_list_or_lie_at_equal_ratios() -> None:
    assert listed("0.01, 1,100") == (0.01, 1.0, 100.0)
    assert np.allclose(logarithmic(1e-3, 1e5, 10), np.logspace(-3, 5, 81), rtol=1e-12)
    assert logarithmic(5.0, 5.0, 10) == (5.0,)
    assert logarithmic(1.0, 1.01, 1) == (1.0, pytest.approx(1.01))


@pytest.mark.parametrize("text", ["", "1,,2", "0", "-1", "1,nan", "inf", "one"])
def test_a_list_of_other_things_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"--frequencies: found .*allowed: frequencies > 0"):
        listed(text)


@pytest.mark.parametrize(
    ("first", "last", "per_decade", "key"),
    [
        (0.0, 1.0, 10, "--from"),
        (1.0, float("inf"), 10, "--to"),
        (2.0, 1.0, 10, "--to"),
        (1.0, 2.0, 0, "--points"),
    ],
)
def test_an_impossible_range_is_refused(first: float, last: float, per_decade: int, key: str) -> None:
    with pytest.raises(InputError, match=f"^{key}"):
        logarithmic(first, last, per_decade)


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("--at", "charge=0.5"), "--at: found 'charge=0.5'"),
        (
            ("--at", "state_of_charge=0.9"),
            "the run never was there; allowed: state_of_charge from 0.05 to 0.2",
        ),
        (("--at", "step=1", "--frequencies", "-1"), "--frequencies: found"),
        (("--at", "step=1", "--from", "0"), "--from: found 0 Hz"),
        (("--at", "step=1", "--set", "physics.temperature=300"), "--set physics.temperature=300: allowed"),
        ((), "Missing option '--at'"),
    ],
)
def test_the_command_refuses_before_it_writes(
    tmp_path: Path, words: tuple[str, ...], part: str, capfd: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("dolfinx")
    folder, out = result(tmp_path / "run"), tmp_path / "out"
    assert main(["impedance", str(folder), *words, "--out", str(out)]) == 2
    error = capfd.readouterr().err
    assert error.startswith("error: ") and part in error
    assert not out.exists()


def test_a_folder_that_is_no_result_is_refused(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("dolfinx")
    assert main(["impedance", str(tmp_path), "--at", "step=1"]) == 2
    assert "no case.resolved.toml and no history.csv there" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("name", "options", "part"),
    [
        (RESULT_MARKS[0], (), "holds the result of a run"),
        ("impedance.log", (), "holds a spectrum; allowed: --overwrite"),
        ("notes.txt", ("--overwrite",), "holds other files"),
    ],
)
def test_a_used_output_folder_is_refused(
    tmp_path: Path, name: str, options: tuple[str, ...], part: str, capfd: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("dolfinx")
    out = tmp_path / "out"
    out.mkdir()
    (out / name).write_text("mine", encoding="utf-8")
    words = ["impedance", str(result(tmp_path / "run")), "--at", "step=1", "--out", str(out)]
    assert main([*words, *options]) == 2
    assert part in capfd.readouterr().err
    assert (out / name).read_text(encoding="utf-8") == "mine"


def test_a_double_layer_belongs_where_lithium_reacts(tmp_path: Path) -> None:
    key = "double_layer_capacitance"
    end = 'exchange_current_density = "10 A/m2"\n'
    case = load_case(write_case(tmp_path, changed(end, f'{end}{key} = "20 uF/cm2"\n')))
    assert case.interfaces["particle|electrolyte"].double_layer_capacitance == pytest.approx(0.2)
    for value, part in (('"-1 F/m2"', "capacitance >= 0 F/m"), ('"1 F"', "no double-layer capacitance")):
        with pytest.raises(InputError, match=part):
            load_case(write_case(tmp_path, changed(end, f"{end}{key} = {value}\n")))
    film = CASES / "film_si_lpscl_thickness" / "case.toml"
    with pytest.raises(InputError, match=rf"{key}: found 0.1 F/m2; allowed: only where lithium reacts"):
        load_case(film, [f'interfaces."collector|film".{key}=0.1'])


def test_a_state_that_is_passed_twice_is_the_first_whether_a_row_or_not(tmp_path: Path) -> None:
    rows = read_history(result(tmp_path / "run"))
    assert locate(rows, Asked("state_of_charge", 0.1)).row is None, "passed between rows 0 and 1"
    assert locate(rows, Asked("step", 2)).row == rows[2]


def test_a_cell_with_physics_switched_off_is_refused(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Its small signal would lack what was left out."""
    pytest.importorskip("dolfinx")
    folder, out = result(tmp_path / "run"), tmp_path / "out"
    with (folder / "case.resolved.toml").open("a", encoding="utf-8") as file:
        file.write("\n[physics]\nconduction = false\n")
    assert main(["impedance", str(folder), "--at", "step=1", "--out", str(out)]) == 2
    assert "found physics.conduction = false; an impedance needs all of a cell" in capfd.readouterr().err
    assert not out.exists()
