"""The folder of one run: its history, its summary and its fields."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lithiate_post.errors import ResultError
from lithiate_post.states import Frame
from lithiate_post.tables import Table, column, read_json, read_table
from lithiate_post.xdmf import Fields, XdmfFile


class FieldSeries:
    """All written steps of one region or interface.

    Attributes:
        name: "particle", or "particle|electrolyte" for an interface.
        frames: one per written step, in order of time.
    """

    def __init__(self, name: str, file: XdmfFile, frames: list[Frame]) -> None:
        self.name = name
        self.frames = frames
        self._file = file

    @property
    def times(self) -> NDArray[np.float64]:
        """Times of the written steps, shape (steps,) [s]."""
        return self._file.times

    def read(self, index: int) -> Fields:
        """The fields of one step, counted from 0, or from the end if negative.

        Raises:
            ResultError: there is no such step, or the file is damaged.
        """
        if not -len(self.frames) <= index < len(self.frames):
            raise ResultError(f"{self.name}: step {index} of {len(self.frames)} written steps")
        return self._file.read(index)

    def at(
        self, *, time: float | None = None, state_of_charge: float | None = None, step: str | None = None
    ) -> Fields:
        """The written step nearest to a time or a state of charge (the first of several equally near).

        Args:
            time: [s].
            state_of_charge: [-]; exactly one of the two must be given.
            step: look only at steps written during this kind of protocol step, such as "delithiate": a
                state of charge is passed on the way up and on the way down.

        Raises:
            ResultError: nothing was written during such a step, or the state of charge is not known.
            ValueError: not exactly one of time and state of charge was given.
        """
        candidates = [frame for frame in self.frames if step is None or frame.step == step]
        if not candidates:
            steps = sorted({frame.step for frame in self.frames})
            raise ResultError(f"{self.name}: nothing was written during a step {step!r}; there is {steps}")
        if time is not None and state_of_charge is None:
            distances = [abs(frame.time - time) for frame in candidates]
        elif state_of_charge is not None and time is None:
            distances = [abs(frame.state_of_charge - state_of_charge) for frame in candidates]
        else:
            raise ValueError("give either time or state_of_charge")
        if not np.isfinite(distances).any():
            raise ResultError(f"{self.name}: no written step has a state of charge in the history")
        return self.read(candidates[int(np.nanargmin(distances))].index)


class ResultFolder:
    """What a run wrote, read when asked for. A run that is still going on can be read as far as it is.

    Attributes:
        path: the folder.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        if not self.path.is_dir():
            raise ResultError(f"{self.path}: no such folder")
        if not (self.path / "history.csv").is_file():
            raise ResultError(f"{self.path}: no result here (there is no history.csv)")

    @property
    def finished(self) -> bool:
        """Whether the run has written its summary, which it does last."""
        return (self.path / "summary.json").is_file()

    @cached_property
    def history(self) -> Table:
        """Header, such as "voltage [V]" -> values, one per accepted step; row 0 = after the pressure step."""
        return read_table(self.path / "history.csv", growing=True)

    @cached_property
    def summary(self) -> dict[str, Any]:
        """summary.json; empty while the run is going on."""
        return read_json(self.path / "summary.json")

    @cached_property
    def provenance(self) -> dict[str, Any]:
        """provenance.json: versions, commit, ranks, options; empty where it is missing."""
        return read_json(self.path / "provenance.json")

    @cached_property
    def case(self) -> dict[str, Any]:
        """case.resolved.toml as plain tables; empty where it is missing."""
        path = self.path / "case.resolved.toml"
        try:
            return tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise ResultError(f"{path}: cannot be read: {error}") from error

    @property
    def symmetry(self) -> str:
        """What summary or case say: "axisymmetric", "plane_strain", "3d"; empty where they say nothing."""
        stated = self.summary.get("symmetry") or self.case.get("geometry", {}).get("symmetry")
        return str(stated or "")

    @cached_property
    def regions(self) -> dict[str, FieldSeries]:
        """Region name -> its fields, in alphabetical order."""
        paths = [path for path in self._xdmf_paths() if "__" not in path.stem]
        return {path.stem: self._series(path.stem, path) for path in paths}

    @cached_property
    def interfaces(self) -> dict[str, FieldSeries]:
        """Interface name, such as "particle|electrolyte" -> its fields, in alphabetical order."""
        names = {path.stem.replace("__", "|"): path for path in self._xdmf_paths() if "__" in path.stem}
        return {name: self._series(name, path) for name, path in names.items()}

    @property
    def frames(self) -> list[Frame]:
        """The steps in every file of fields, empty where there is none.

        Files are written one after the other: while a run is going on some may be a step ahead.
        """
        every = [*self.regions.values(), *self.interfaces.values()]
        return min((series.frames for series in every), key=len, default=[])

    def region(self, name: str) -> FieldSeries:
        """The fields of a region.

        Raises:
            ResultError: there is no such region.
        """
        return _named(self.regions, name, f"{self.path}: no region")

    def interface(self, name: str) -> FieldSeries:
        """The fields of an interface, named as in the case: "particle|electrolyte".

        Raises:
            ResultError: there is no such interface.
        """
        return _named(self.interfaces, name, f"{self.path}: no interface")

    def fields(self, name: str, *, time: float | None = None, index: int | None = None) -> Fields:
        """The fields of a region or interface, at the written step nearest to a time or of a number.

        Raises:
            ResultError: there is no such region, interface or step.
            ValueError: not exactly one of time and index was given.
        """
        series = _named({**self.regions, **self.interfaces}, name, f"{self.path}: no region or interface")
        if (time is None) == (index is None):
            raise ValueError("give either time or index")
        return series.read(index) if index is not None else series.at(time=time)

    def _xdmf_paths(self) -> list[Path]:
        return sorted(self.path.glob("*.xdmf"))

    def _series(self, name: str, path: Path) -> FieldSeries:
        file = XdmfFile(path)
        return FieldSeries(name, file, self._frames(file.times))

    def _frames(self, times: NDArray[np.float64]) -> list[Frame]:
        """Look up each written step in the history, by the row nearest in time."""
        history_times = column(self.history, "time")
        if history_times is None or not len(history_times):
            raise ResultError(f"{self.path / 'history.csv'}: no times")
        rows = np.abs(np.asarray(times)[:, None] - history_times[None, :]).argmin(axis=1)
        names = self.step_names

        def value(quantity: str, row: int, missing: float) -> float:
            values = column(self.history, quantity)
            return missing if values is None else float(values[row])

        frames = []
        for index, (time, row) in enumerate(zip(times, rows, strict=True)):
            step = int(value("protocol_step", row, -1))
            frames.append(
                Frame(
                    index=index,
                    time=float(time),
                    state_of_charge=value("state_of_charge", row, np.nan),
                    voltage=value("voltage", row, np.nan),
                    step=names[step] if 0 <= step < len(names) else "",
                    cycle=int(value("cycle", row, 1)),
                )
            )
        return frames

    @cached_property
    def step_names(self) -> list[str]:
        """The kind of each protocol step, such as "lithiate", by number; empty where the case is missing."""
        return list(_kinds_of_steps(self.case.get("protocol", [])))


def _kinds_of_steps(entries: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The kind of each step in the order in which it was done, steps of a repeat as often as it says."""
    for entry in entries:
        if entry.get("step") == "repeat":
            for _ in range(int(entry.get("times", 1))):
                yield from _kinds_of_steps(entry.get("steps", []))
        else:
            yield str(entry.get("step", ""))


def open_folder(path: str | os.PathLike[str]) -> ResultFolder:
    """Open the folder of a run, finished or still going on.

    Raises:
        ResultError: there is no result.
    """
    return ResultFolder(path)


def _named(series: Mapping[str, FieldSeries], name: str, complaint: str) -> FieldSeries:
    if name not in series:
        raise ResultError(f"{complaint} {name!r}; there is {', '.join(series) or 'none'}")
    return series[name]
