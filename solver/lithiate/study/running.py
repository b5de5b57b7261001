"""Running the members of a study one after the other, each as a process of its own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from lithiate.case import load_case
from lithiate.errors import InputError
from lithiate.output.folder import RESULT_MARKS, check_folder
from lithiate.output.summary import write_json
from lithiate.study.definition import Member, Study
from lithiate.study.table import Outcome, summary, table, trends, write_table

_TABLE = "study.csv"
_SUMMARY = "summary.json"
_FINISHED = (0, 4)
_SIZE_VARIABLES = ("OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "MV2_COMM_WORLD_SIZE")
# From best to worst; what is not here (a process killed by a signal) is worse still.
_ORDER = (0, 4, 3, 2, 1)

Say = Callable[[str], None]


def run_study(
    study: Study, out: Path, *, overwrite: bool = False, ranks: int | None = None, say: Say = print
) -> int:
    """Run every member that is not finished yet, and write table, summary and picture.

    Args:
        study: from :func:`lithiate.study.load_study`.
        out: folder of the study; each member has one in it.
        overwrite: run all members again, replacing their results.
        ranks: run each member under ``mpirun`` on so many; without it on one, without ``mpirun``.
        say: where lines for the user go.

    Returns:
        The worst exit status of the members; 128 + number if a signal ended the study.

    Raises:
        InputError: the folder holds something else, a member's folder another case's result, or ``mpirun`` is
            missing.
    """
    launcher = _launcher(ranks)
    outcomes = _finished_before(study, out, overwrite)
    _check_folders(study, out, outcomes, overwrite)
    out.mkdir(parents=True, exist_ok=True)
    _write(study, out, outcomes, "running")
    with _Forwarder() as forwarder:
        for number, (member, outcome) in enumerate(zip(study.members, outcomes, strict=True), start=1):
            note = " (finished before)" if outcome.reused else ""
            say(f"run {number} of {len(outcomes)}: {member.folder}{note}")
            if outcome.reused:
                continue
            if forwarder.received:
                break
            outcome.exit_status = forwarder.run(_command(study, member, out, launcher))
            # What a run that gave up saw last is not what the study asks for.
            if outcome.exit_status in _FINISHED:
                outcome.read(out / member.folder, list(study.units))
            _write(study, out, outcomes, "running")
    statuses = [outcome.exit_status for outcome in outcomes]
    completed = all(status in _FINISHED for status in statuses)
    _write(study, out, outcomes, "stopped" if forwarder.received else "completed" if completed else "failed")
    _report(study, outcomes, say)
    _draw(out, say)
    return 128 + forwarder.received if forwarder.received else worst(statuses)


def worst(statuses: Sequence[int | None]) -> int:
    """The worst of several exit statuses."""
    known = [status for status in statuses if status is not None]
    return max(known, key=lambda status: _ORDER.index(status) if status in _ORDER else len(_ORDER), default=0)


def _launcher(ranks: int | None) -> list[str]:
    if any(int(os.environ.get(variable, "1")) > 1 for variable in _SIZE_VARIABLES):
        raise InputError(
            "found a study under mpirun; allowed: lithiate study --mpi N, which runs each member so"
        )
    if ranks is None:
        return []
    if shutil.which("mpirun") is None:
        raise InputError(
            "--mpi: there is no mpirun here; allowed: leave --mpi out, or install an MPI library"
        )
    return ["mpirun", "-n", str(ranks)]


def _command(study: Study, member: Member, out: Path, launcher: Sequence[str]) -> list[str]:
    # What is there belongs to an unfinished run of this very case, or may go: _check_folders saw to it.
    command = [*launcher, sys.executable, "-m", "lithiate", "run", str(study.case_path)]
    command += ["--out", str(out / member.folder), "--overwrite"]
    for setting in member.sets:
        command += ["--set", setting]
    return [*command, "--quick"] if study.quick else command


def _finished_before(study: Study, out: Path, overwrite: bool) -> list[Outcome]:
    """Members of an earlier start of this study that are finished, with what they found."""
    outcomes = [Outcome() for _ in study.members]
    if overwrite:
        return outcomes
    recorded = {entry["folder"]: entry["exit_status"] for entry in _old_summary(out).get("members", [])}
    for member, outcome in zip(study.members, outcomes, strict=True):
        folder = out / member.folder
        if recorded.get(member.folder) in _FINISHED and _holds(folder, member):
            outcome.exit_status = recorded[member.folder]
            outcome.read(folder, list(study.units))
            outcome.reused = True
    return outcomes


def _old_summary(out: Path) -> dict[str, Any]:
    try:
        content = json.loads((out / _SUMMARY).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) and "study" in content else {}


def _holds(folder: Path, member: Member) -> bool:
    """Whether a folder holds a result of just this case, finished or not."""
    try:
        return load_case(folder / "case.resolved.toml") == member.case
    except InputError:
        return False


def _check_folders(study: Study, out: Path, outcomes: Sequence[Outcome], overwrite: bool) -> None:
    """Refuse before anything is run what would be refused, or lost, later."""
    if not (out.is_dir() and _old_summary(out)):
        check_folder(out, case_path=study.case_path, overwrite=False)
    for member, outcome in zip(study.members, outcomes, strict=True):
        folder = out / member.folder
        if outcome.reused:
            continue
        unfinished = _holds(folder, member)
        if not (unfinished or overwrite) and any((folder / mark).exists() for mark in RESULT_MARKS):
            raise InputError(
                f"{folder}: the folder holds the result of another case than that of {study.path}; "
                "allowed: --overwrite to replace it, or another folder with --out"
            )
        check_folder(folder, case_path=study.case_path, overwrite=True)


def _write(study: Study, out: Path, outcomes: Sequence[Outcome], status: str) -> None:
    write_table(out / _TABLE, table(study, outcomes))
    write_json(out / _SUMMARY, summary(study, outcomes, status))


def _report(study: Study, outcomes: Sequence[Outcome], say: Say) -> None:
    lines = [[_short(item) for item in row] for row in table(study, outcomes)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        say("  ".join(item.rjust(width) for item, width in zip(line, widths, strict=True)))
    for trend in trends(study, outcomes):
        incomparable = None in trend["found"] or "protocol_steps" in trend
        verdict = "agrees" if trend["agrees"] else "unknown" if incomparable else "DISAGREES"
        where = "".join(f", {key} = {value}" for key, value in trend.get("with", {}).items())
        what = f"{trend['quantity']} {trend['relation']} with {study.keys[0]}{where}"
        say(f"{verdict}: {what} ({trend['source']})")
    for name in study.units:
        steps = [outcome.protocol_steps.get(name) for outcome in outcomes]
        if len(set(steps) - {None}) > 1:
            found = ", ".join(
                f"{member.folder} in {step}"
                for member, step in zip(study.members, steps, strict=True)
                if step is not None
            )
            say(f"warning: {name}: passed in different protocol steps, so not to be compared: {found}")


def _short(item: str) -> str:
    """A field of the table, a number in few digits."""
    try:
        return f"{float(item):.5g}"
    except ValueError:
        return item


def _draw(out: Path, say: Say) -> None:
    """The picture; a failure to draw is a warning."""
    try:
        from lithiate_post.errors import ResultError
        from lithiate_post.study import draw_study
    except ImportError as error:
        say(f"warning: no picture: {error}")
        return
    try:
        draw_study(out)
    except (ResultError, OSError, ValueError, RuntimeError) as error:
        say(f"warning: no picture: {error}")


@dataclass
class _Forwarder:
    """Context that runs one process at a time, and hands on to it, once, the signal that ends the study.

    The process has a session of its own, so that Ctrl-C on the terminal reaches it through here only.
    """

    received: int = 0
    process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> _Forwarder:
        self._previous = {
            number: signal.signal(number, self._on) for number in (signal.SIGINT, signal.SIGTERM)
        }
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def _on(self, number: int, frame: FrameType | None) -> None:
        del frame
        self.received = number
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)

    def run(self, command: Sequence[str]) -> int:
        """Run a command and return its exit status, 128 + number if a signal killed it."""
        sys.stdout.flush()
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
        if self.received:
            self.process.send_signal(self.received)
        status = self.process.wait()
        return status if status >= 0 else 128 - status
