"""What a run says while it goes: a bar on a terminal, plain lines in a batch job, everything in run.log."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from lithiate.case import Case
from lithiate.case.protocol import Rest
from lithiate.stepping.protocol import Record

SECONDS_BETWEEN_LINES = 10.0
"""In a batch job a line is printed at least this far apart."""


class Reporter:
    """Speaks on the root, silent elsewhere.

    Args:
        case: what is run.
        log: path of run.log, or None on the other ranks.
    """

    def __init__(self, case: Case, log: Path | None) -> None:
        self._case = case
        self._log = log
        self._on = log is not None
        self._last_line = -SECONDS_BETWEEN_LINES
        self._bar: Progress | None = None
        self._start_charge: dict[int, float] = {}
        if self._on and sys.stderr.isatty():
            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                TextColumn("{task.percentage:>3.0f} %"),
                TimeElapsedColumn(),
                TimeRemainingColumn(),
                console=Console(stderr=True),
            )
            self._task = self._bar.add_task(case.name, total=1.0)

    def __enter__(self) -> Reporter:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            if kind is None:
                self._bar.update(self._task, completed=1.0)
            self._bar.stop()

    def say(self, line: str) -> None:
        """A line for the user and the log."""
        self.log(line)
        if self._bar is not None:
            self._bar.console.print(line, highlight=False, markup=False)
        elif self._on:
            sys.stdout.write(line + "\n")
            sys.stdout.flush()

    def log(self, line: str) -> None:
        """A line for the log alone."""
        if self._log is not None:
            with self._log.open("a", encoding="utf-8") as file:
                file.write(f"{time.strftime('%Y-%m-%dT%H:%M:%S')} {line}\n")

    def step(self, record: Record, voltage: float, state_of_charge: float) -> None:
        """Progress after an accepted step."""
        step = self._case.protocol[record.protocol_step]
        line = (
            f"step {record.index}: {step.step}, time {record.time:.6g} s, state of charge "
            f"{state_of_charge:.4f}, voltage {voltage:.4f} V, {record.newton_iterations} Newton iterations"
        )
        self.log(f"{line}, time step {record.time_step:.4g} s")
        if self._bar is not None:
            description = (
                f"{step.step}: state of charge {state_of_charge:.3f}, {voltage:.3f} V, step {record.index}, "
                f"{record.newton_iterations} Newton iterations"
            )
            self._bar.update(
                self._task, description=description, completed=self._share(record, state_of_charge)
            )
        elif self._on and (record.landmark or time.monotonic() - self._last_line > SECONDS_BETWEEN_LINES):
            self._last_line = time.monotonic()
            sys.stdout.write(line + "\n")
            sys.stdout.flush()

    def _share(self, record: Record, state_of_charge: float) -> float:
        """Share of the protocol that is done, judged from the state of charge that each step aims at."""
        number = record.protocol_step
        step = self._case.protocol[number]
        start = self._start_charge.setdefault(number, state_of_charge)
        if isinstance(step, Rest):
            inside = 0.5
        else:
            aim = step.until.state_of_charge
            if aim is None:
                aim = 1.0 if step.sign < 0 else 0.0
            inside = abs(state_of_charge - start) / max(abs(aim - start), 1e-9)
        return (number + min(inside, 1.0)) / len(self._case.protocol)
