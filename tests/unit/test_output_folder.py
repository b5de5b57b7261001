"""An output folder is refused rather than spoilt, and overwriting removes only what a run wrote."""

import os
from pathlib import Path

import pytest
from case_files import write_case
from lithiate.case import load_case
from lithiate.errors import InputError
from lithiate.output.folder import RESULT_MARKS, check_folder, default_folder, prepare_folder

OF_A_RUN = [
    "history.csv",
    "summary.json",
    "provenance.json",
    "run.log",
    "particle.xdmf",
    "particle.h5",
    "electrolyte.xdmf",
    "electrolyte.h5",
    "particle__electrolyte.xdmf",
    "particle__electrolyte.h5",
    "pictures/history.png",
    "pictures/fields.png",
    "pictures/gap.png",
]
FOREIGN = ["notes.txt", "other.xdmf", "other.h5", "pictures/mine.png", "history.csv.bak"]


@pytest.fixture
def case_path(tmp_path: Path) -> Path:
    folder = tmp_path / "case"
    folder.mkdir()
    return write_case(folder)


def result(folder: Path, case_path: Path) -> Path:
    (folder / "pictures").mkdir(parents=True)
    for name in [*OF_A_RUN, *FOREIGN]:
        (folder / name).write_text("content", encoding="utf-8")
    (folder / "case.resolved.toml").write_text(load_case(case_path).to_toml(), encoding="utf-8")
    return folder


def refusal(folder: Path, case_path: Path, overwrite: bool = False) -> str:
    with pytest.raises(InputError) as caught:
        prepare_folder(folder, case_path=case_path, overwrite=overwrite)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_the_default_is_named_after_the_case() -> None:
    assert default_folder("my_case", quick=False) == Path("results/my_case")
    assert default_folder("my_case", quick=True) == Path("results/my_case-quick")


def test_a_new_folder_is_made_and_an_empty_one_is_fine(tmp_path: Path, case_path: Path) -> None:
    out = tmp_path / "a" / "b"
    check_folder(out, case_path=case_path, overwrite=False)
    assert not (tmp_path / "a").exists()
    for _ in range(2):
        assert prepare_folder(out, case_path=case_path, overwrite=False) == out
        assert list(out.iterdir()) == []


@pytest.mark.parametrize("mark", RESULT_MARKS)
def test_a_result_is_refused_unless_it_may_go(mark: str, tmp_path: Path, case_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / mark).write_text("", encoding="utf-8")
    assert "holds a result" in refusal(out, case_path)
    assert "--overwrite" in refusal(out, case_path)
    prepare_folder(out, case_path=case_path, overwrite=True)
    assert list(out.iterdir()) == []


def test_overwriting_removes_what_a_run_writes_and_nothing_else(tmp_path: Path, case_path: Path) -> None:
    out = result(tmp_path / "out", case_path)
    prepare_folder(out, case_path=case_path, overwrite=True)
    left = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}
    assert left == set(FOREIGN)


def test_an_empty_folder_of_pictures_goes_as_well(tmp_path: Path, case_path: Path) -> None:
    out = result(tmp_path / "out", case_path)
    (out / "pictures" / "mine.png").unlink()
    prepare_folder(out, case_path=case_path, overwrite=True)
    assert not (out / "pictures").exists()


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_folder_of_somebody_else_is_refused(overwrite: bool, tmp_path: Path, case_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.tex").write_text("years of work", encoding="utf-8")
    message = refusal(out, case_path, overwrite)
    assert "thesis.tex" in message
    assert "empty folder" in message
    assert (out / "thesis.tex").read_text(encoding="utf-8") == "years of work"


@pytest.mark.parametrize("below", ["", "deeper", "deeper/still"])
def test_a_path_at_or_below_a_file_is_refused(below: str, tmp_path: Path, case_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("x", encoding="utf-8")
    assert "is a file" in refusal(file / below, case_path)


def test_a_broken_link_is_refused(tmp_path: Path, case_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "nowhere")
    assert "is a file" in refusal(link, case_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_into_is_refused(tmp_path: Path, case_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    assert "cannot be written into" in refusal(closed / "out", case_path)


def test_a_folder_in_which_nothing_can_be_made_is_refused(case_path: Path) -> None:
    # Not even root makes a folder there.
    refusal(Path("/proc/lithiate/out"), case_path)


def test_a_path_that_no_file_system_takes_is_refused(tmp_path: Path, case_path: Path) -> None:
    assert "cannot be used" in refusal(tmp_path / ("x" * 5000), case_path)


def test_the_folder_of_the_case_file_is_fine_and_keeps_it(case_path: Path) -> None:
    out = case_path.parent
    prepare_folder(out, case_path=case_path, overwrite=False)
    (out / "history.csv").write_text("", encoding="utf-8")
    prepare_folder(out, case_path=case_path, overwrite=True)
    assert [path.name for path in out.iterdir()] == ["case.toml"]


def test_a_run_does_not_overwrite_its_own_case_file(tmp_path: Path, case_path: Path) -> None:
    out = result(tmp_path / "out", case_path)
    resolved = out / "case.resolved.toml"
    before = resolved.read_bytes()
    assert "would be lost" in refusal(out, resolved, overwrite=True)
    assert resolved.read_bytes() == before
    assert (out / "history.csv").exists()
