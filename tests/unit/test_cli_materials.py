# SPDX-License-Identifier: LGPL-3.0-or-later
"""``lithiate materials``: all cards, every value of one with its source, pictures; bad input is refused."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from lithiate.cli import main
from lithiate.materials import card_names, library_card
from lithiate.materials_command import curves_of
from matplotlib.image import imread

ROOT = Path(__file__).parents[2]


def refused(capsys: pytest.CaptureFixture[str], *words: str | Path) -> str:
    """The one line of a refused command."""
    assert main(["materials", *map(str, words)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1, captured.err
    return captured.err


def test_every_card_is_listed_with_its_class_and_number_of_assumed_values(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["materials"]) == 0
    rows = {line.split()[0]: line.split() for line in capsys.readouterr().out.splitlines() if line.split()}
    for name in card_names():
        assert rows[name][-1] == str(len(library_card(name).assumed)), name
    assert "stores lithium 80 GPa -> 41 GPa 280 %" in " ".join(rows["a-Si"])
    assert "conducts ions 411 MPa - 109 mS/m (ions)" in " ".join(rows["Li6PS5Cl-cold-pressed"])


@pytest.mark.parametrize("name", card_names())
def test_every_value_of_a_card_is_printed_with_its_source(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["materials", name]) == 0
    lines = capsys.readouterr().out.splitlines()
    card = library_card(name)
    for kind, notes in (("source", card.sources), ("assumed", card.assumed)):
        for key, text in notes.items():
            at = next(index for index, line in enumerate(lines) if line.startswith(f"{key} = "))
            assert lines[at + 1] == f"    {kind}: {text}"
            if key in card.validity:
                assert lines[at + 2] == f"    valid: {card.validity[key]}"


def test_values_are_printed_with_their_units(capsys: pytest.CaptureFixture[str]) -> None:
    for name, words in {
        "a-Si": ["youngs_modulus = 80 GPa -> 41 GPa", "diffusivity = 1e-16 m^2/s", "density = 2330 kg/m^3"],
        "graphite": ["youngs_modulus = 32 * (1 + 14.4375 * c / 6) GPa"],
        "LiPON": ["ionic_conductivity_activation_energy = 53.1 kJ/mol", "hardness = 3.9 GPa"],
        "NCM": ["open_circuit_potential = 29 points, 4.304 V at 0.26 to 3.552 V at 0.92"],
    }.items():
        assert main(["materials", name]) == 0
        out = capsys.readouterr().out
        for line in words:
            assert line in out


def test_an_unknown_material_is_one_message_with_the_nearest_names(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert 'did you mean "Li6PS5Cl"? (also near: "Li6PS5Cl-Song", ' in refused(
        capsys, "li6ps5cl", "--out", tmp_path / "new"
    )
    assert 'did you mean "graphite"' in refused(capsys, "GRAPHITE")
    assert not (tmp_path / "new").exists()


def test_pictures_and_page_are_written_and_not_lost(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    assert main(["materials", "graphite", "--out", str(folder)]) == 0
    assert f"written: {folder / 'graphite.png'}" in capsys.readouterr().out
    assert [path.name for path in folder.iterdir()] == ["graphite.png"]
    assert np.ptp(imread(folder / "graphite.png")) > 0.5
    assert "graphite.png; allowed: --overwrite" in refused(capsys, "graphite", "--out", folder)
    assert main(["materials", "graphite", "--out", str(folder), "--overwrite"]) == 0
    assert main(["materials", "Cu", "--out", str(tmp_path / "none")]) == 0
    assert "nothing to draw" in capsys.readouterr().out
    assert not (tmp_path / "none").exists()
    assert "it is a file" in refused(capsys, "a-Si", "--out", folder / "graphite.png")


def test_what_is_drawn_is_what_a_run_uses() -> None:
    curves = {curve.title: curve for curve in curves_of(library_card("a-Si"))}
    assert set(curves) == {"open circuit", "Young's modulus", "flow stress", "Poisson ratio"}
    modulus = curves["Young's modulus"]
    assert (modulus.values[0], modulus.values[-1]) == pytest.approx((80.0, 41.0))
    curve = curves["open circuit"]
    assert np.interp(0.5, curve.stoichiometry, curve.values) == pytest.approx(0.1505, abs=1e-4)
    assert list(curves_of(library_card("Cu"))) == []


def test_it_runs_without_dolfinx_and_without_pictures(tmp_path: Path) -> None:
    blocked = "import sys; sys.modules.update(dict.fromkeys(['dolfinx', 'ufl', 'mpi4py', 'lithiate_post']));"
    code = f"{blocked} from lithiate.cli import main; raise SystemExit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "materials", "a-Si", "--out", str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "yield_stress = 2 GPa" in done.stdout
    assert "warning: no pictures" in done.stdout


def test_the_committed_page_is_that_of_the_library(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """After a change of a card: ``lithiate materials --out DIR``, its materials.md is the new page."""
    assert main(["materials", "--out", str(tmp_path)]) == 0
    capsys.readouterr()
    written = (tmp_path / "materials.md").read_text(encoding="utf-8")
    assert written == (ROOT / "docs" / "materials.md").read_text(encoding="utf-8")
    drawn = {path.stem for path in tmp_path.glob("*.png")}
    assert drawn == {name for name in card_names() if library_card(name).open_circuit_potential is not None}
