"""What a run says while it goes: a bar on a terminal, plain lines in a batch job, everything in run.log."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from lithiate.case import Case
from lithiate.courses.entry import Entry

SECONDS_BETWEEN_LINES = 10.0
"""In a batch job a line is printed at least this far apart."""


class Reporter:
    """Speaks on the root, silent elsewhere.

    Args:
        case: what is run.
        log: path of run.log, or None on the other ranks.
    """

    def __init__(self, case: Case, log: Path | None) -> None:
        self._log = log
        self._on = log is not None
        self._last_line = -SECONDS_BETWEEN_LINES
        self._bar: Progress | None = None
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

    def step(self, entry: Entry) -> None:
        """Progress after an accepted step."""
        self.log(f"{entry.words}, time step {entry.row['time_step']:.4g} s")
        if self._bar is not None:
            self._bar.update(self._task, description=entry.short_words, completed=entry.share)
        elif self._on and (entry.landmark or time.monotonic() - self._last_line > SECONDS_BETWEEN_LINES):
            self._last_line = time.monotonic()
            sys.stdout.write(entry.words + "\n")
            sys.stdout.flush()
