"""``lithiate impedance`` on a run whose interface opens: against the history, and on two ranks."""

from __future__ import annotations

import csv
import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
from lithiate.impedance.state import Row, read_history
from running import command, own_words, run_case

pytestmark = pytest.mark.slow

INTERFACE = "particle|electrolyte"
SETTING = f'interfaces."{INTERFACE}".double_layer_capacitance=0.1'


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("impedance") / "run"
    finished = run_case(folder, "output.pictures=false", options=("--quick",))
    assert finished.returncode == 0, finished.stderr
    return folder


def impedance(result: Path, out: Path, *words: str, ranks: int = 1) -> tuple[np.ndarray, dict]:
    """Frequencies with both parts, and the summary."""
    finished = subprocess.run(
        command("impedance", str(result), "--out", str(out), *words, ranks=ranks),
        capture_output=True, text=True, timeout=560, check=False,
    )  # fmt: skip
    assert finished.returncode == 0, finished.stderr
    assert own_words(finished.stderr) == ""
    with (out / "impedance.csv").open(encoding="utf-8") as file:
        names, *rows = csv.reader(file)
    assert names == ["frequency [Hz]", "real [ohm cm2]", "imaginary [ohm cm2]"]
    return np.array(rows, dtype=float), json.loads((out / "impedance.json").read_text(encoding="utf-8"))


def half_open(result: Path) -> Row:
    """The first row in which less than 60 % of the interface is in contact."""
    return next(row for row in read_history(result) if row[f"contact_area_fraction.{INTERFACE}"] < 0.6)


def test_interface_resistance_of_an_opening_interface_is_the_reported_one(
    result: Path, tmp_path: Path
) -> None:
    row = half_open(result)
    words = ("--at", f"step={row['step']:g}", "--set", SETTING)
    table, summary = impedance(result, tmp_path / "one", *words)
    assert (tmp_path / "one" / "nyquist.png").stat().st_size > 0
    assert np.allclose(table[:, 0], np.logspace(-3, 5, 81), rtol=1e-9)
    reported = row[f"interface_resistance.{INTERFACE}"]
    found = {name: item["value"] for name, item in summary["quantities"].items()}
    assert summary["recorded_row"]
    assert summary["state"]["voltage"] == pytest.approx(row["voltage"], abs=1e-6)
    assert found["reported_interface_resistance"] == pytest.approx(reported, rel=1e-6)
    assert found["interface_resistance"] == pytest.approx(reported, rel=5e-3)
    # The double layer carries all of a fast current and nothing of a slow one.
    assert table[-1, 1] == pytest.approx(found["electrolyte_resistance"], rel=0.2)
    assert (np.diff(table[:, 1]) < 0).all(), "the real part falls with the frequency"
    assert (table[:, 2] < 0).all()

    other, _ = impedance(result, tmp_path / "two", *words, "--frequencies", "1e5,1,1e-3", ranks=2)
    expected = table[np.searchsorted(table[:, 0], [0.99e5, 0.99, 0.99e-3])]
    assert np.allclose(other, expected, rtol=1e-5)


def test_a_state_between_two_rows_is_landed_on(result: Path, tmp_path: Path) -> None:
    words = ("--at", "state_of_charge=0.123", "--frequencies", "10")
    _, summary = impedance(result, tmp_path / "between", *words)
    assert not summary["recorded_row"]
    assert summary["state"]["state_of_charge"] == pytest.approx(0.123, abs=1e-6)
    found = summary["quantities"]
    assert found["interface_resistance"]["value"] == pytest.approx(
        found["reported_interface_resistance"]["value"], rel=5e-3
    )
