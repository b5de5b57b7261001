"""The number of ranks must not show in a result: a reduction that one rank forgets would."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest
from running import SHORT, own_words, read_history, run_case

LARGEST_DIFFERENCE = 1e-6
"""Of each column's largest absolute value."""


@pytest.fixture(scope="module")
def serial(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ranks") / "one"
    finished = run_case(folder, *SHORT, "output.pictures=false")
    assert finished.returncode == 0, finished.stderr
    return folder


@pytest.mark.parametrize("ranks", [2, pytest.param(3, marks=pytest.mark.slow)])
def test_history_is_the_same_on_any_number_of_ranks(serial: Path, tmp_path: Path, ranks: int) -> None:
    folder = tmp_path / "many"
    finished = run_case(folder, *SHORT, "output.pictures=false", ranks=ranks)
    assert finished.returncode == 0, finished.stderr
    assert own_words(finished.stderr) == "", "the MPI library has nothing to say in a run that goes well"

    _compare_histories(serial, folder)


@pytest.mark.slow
def test_first_lithiation_is_the_same_on_two_ranks(tmp_path: Path) -> None:
    """The largest filling so far belongs to nodes, also to those that two ranks know."""
    settings = (*SHORT, "output.pictures=false", 'regions.particle.material="c-Si-lithiating"')
    for ranks in (1, 2):
        finished = run_case(tmp_path / str(ranks), *settings, ranks=ranks)
        assert finished.returncode == 0, finished.stderr
        assert own_words(finished.stderr) == ""
    _compare_histories(tmp_path / "1", tmp_path / "2")


def _compare_histories(one: Path, other: Path) -> None:
    names, expected = read_history(one)
    found_names, found = read_history(other)
    assert found_names == names
    assert found.shape == expected.shape
    largest = np.abs(expected).max(axis=0)
    difference = np.abs(found - expected).max(axis=0)
    worst = {name: d for name, d, size in zip(names, difference, largest, strict=True) if d > 1e-6 * size}
    assert not worst


def test_fields_lie_in_the_same_order_on_two_ranks(serial: Path, tmp_path: Path) -> None:
    folder = tmp_path / "two"
    finished = run_case(folder, *SHORT, "output.pictures=false", ranks=2)
    assert finished.returncode == 0, finished.stderr
    for name in ("particle", "electrolyte", "particle__electrolyte"):
        with h5py.File(serial / f"{name}.h5") as one, h5py.File(folder / f"{name}.h5") as two:
            compared = _compare(one, two)
        assert compared > 0, name


def _compare(one: h5py.File, two: h5py.File) -> int:
    """Number of datasets, all of which must agree."""
    datasets: list[str] = []
    one.visititems(lambda path, item: datasets.append(path) if isinstance(item, h5py.Dataset) else None)
    for path in datasets:
        expected, found = one[path][...], two[path][...]
        size = max(np.abs(expected).max(), np.finfo(float).tiny)
        assert found.shape == expected.shape, path
        # Slip starts at round-off; it counts against the size of the model.
        floor = 1e-15 if path.rsplit("/", 1)[-1] in ("slip", "gap") else 0.0
        assert np.abs(found - expected).max() <= 1e-6 * size + floor, path
    return len(datasets)
