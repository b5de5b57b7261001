"""The command ``lithiate impedance``: run a result's case to a state, linearise there, write the spectrum."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from mpi4py import MPI
from numpy.typing import NDArray

from lithiate import compat, parallel
from lithiate.case import Case, load_case
from lithiate.case.switch_checks import SWITCHES
from lithiate.courses.cell import CellCourse
from lithiate.courses.entry import Entry
from lithiate.ending import Ending
from lithiate.errors import InputError, LithiateError
from lithiate.impedance.linearisation import Linearisation
from lithiate.impedance.spectrum import Limits, Spectrum, resolved_frequency
from lithiate.impedance.state import Asked, Row, Target, locate, read_history, run_until
from lithiate.output.folder import RESULT_MARKS, check_folder
from lithiate.output.progress import Reporter
from lithiate.output.summary import write_json
from lithiate.problem.from_case import build_problem, hold_boundaries, require_supported
from lithiate.problem.observables import Observer
from lithiate.runner import build_geometry, on_root
from lithiate.signals import SignalWatch

TABLE, PICTURE, SUMMARY, LOG = "impedance.csv", "nyquist.png", "impedance.json", "impedance.log"
FILES = (TABLE, PICTURE, SUMMARY, LOG)
SETTABLE = "double_layer_capacitance"

SAME_VOLTAGE = 1e-3
"""A state that was run again and differs by more [V] is told."""


@dataclass(frozen=True)
class _Found:
    """A spectrum and the state that it belongs to.

    Attributes:
        entry: the state.
        frequencies: [Hz].
        impedances: [ohm cm2].
        limits: resistances without diffusion.
        resolved: of each reacting interface, the frequency up to which its mesh resolves diffusion [Hz].
    """

    entry: Entry
    frequencies: Sequence[float]
    impedances: NDArray[np.complex128]
    limits: Limits
    resolved: Mapping[str, float]


def impedance_from_command_line(
    result: Path,
    asked: Asked,
    frequencies: Sequence[float],
    out: Path | None,
    sets: Sequence[str],
    overwrite: bool,
) -> int:
    """``lithiate impedance``: work on every rank, report errors once, end all ranks with one status.

    Args:
        result: output folder of ``lithiate run``.
        asked: the state.
        frequencies: [Hz], positive.
        out: output folder; beside the result, with ``-impedance`` after its name, if None.
        sets: values to set, as ``KEY=VALUE``: capacitances of double layers.
        overwrite: replace a spectrum that the folder holds.

    Returns:
        The exit status.
    """
    ending = Ending(MPI.COMM_WORLD)
    try:
        folder = out if out is not None else result.with_name(f"{result.resolve().name}-impedance")
        ending.log = folder / LOG
        _impedance(result, asked, frequencies, folder, sets, overwrite)
        return ending.together(0)
    except (InputError, LithiateError) as error:
        return ending.with_error(error.message, error.exit_status)
    except Exception as error:  # noqa: BLE001  whatever a bug raises on one rank must end all of them
        return ending.with_bug(error)


def _impedance(
    result: Path,
    asked: Asked,
    frequencies: Sequence[float],
    folder: Path,
    sets: Sequence[str],
    overwrite: bool,
) -> None:
    communicator = MPI.COMM_WORLD
    compat.require_supported_version()
    is_root = communicator.rank == parallel.ROOT
    with SignalWatch(communicator) as watch:
        found_there = on_root(communicator, lambda: locate(read_history(result), asked))
        target: Target = parallel.from_root(communicator, found_there)
        recorded = load_case(result / "case.resolved.toml", _double_layers_alone(sets))
        if recorded.verification is not None:
            raise InputError(f"{result}: found a verification problem; an impedance needs a cell")
        for name in SWITCHES:
            if not getattr(recorded.physics, name):
                raise InputError(f"{result}: found physics.{name} = false; an impedance needs all of a cell")
        on_root(communicator, lambda: _check_folder(folder, recorded.path, overwrite))
        require_supported(recorded)
        case = target.prepared(recorded)
        problem = build_problem(case, build_geometry(case, communicator))
        watch.check()
        on_root(communicator, lambda: _prepare_folder(folder))
        with Reporter(case, folder / LOG if is_root else None) as reporter:
            reporter.say(f"{case.title}: running to {asked}")
            observer = Observer(problem)
            course = CellCourse(case, problem, observer, watch.check)
            entry = run_until(_told(course.entries(), reporter), target)
            for warning in _differences(entry.row, target.row):
                reporter.say(f"warning: {warning}")
            units = problem.units.area_capacitance
            layers = {name: face.double_layer_capacitance / units for name, face in case.interfaces.items()}
            linearisation = Linearisation(problem, hold_boundaries, layers)
            spectrum = Spectrum(linearisation)
            limits = spectrum.limits()
            reporter.say(f"{len(frequencies)} frequencies, {min(frequencies):g} to {max(frequencies):g} Hz")
            values = []
            for frequency in frequencies:
                watch.check()
                values.append(spectrum.impedance(frequency))
                reporter.log(f"{frequency:g} Hz: {values[-1]:.6g} ohm cm2")
            resolved = {
                name: resolved_frequency(problem, name, case.geometry.interface_mesh_size(name))
                for name in case.reacting_interfaces
            }
            found = _Found(entry, frequencies, np.array(values), limits, resolved)
            if is_root:
                summary = _summary(result, case, asked, target.row, found)
                _write(folder, summary, found)
                _draw(folder, reporter)
                _report(summary, folder, reporter)


def _told(entries: Iterator[Entry], reporter: Reporter) -> Iterator[Entry]:
    for entry in entries:
        reporter.step(entry)
        yield entry


def _double_layers_alone(sets: Sequence[str]) -> Sequence[str]:
    """Refuse settings that would make another run of the case than the recorded one.

    Raises:
        InputError: naming the setting.
    """
    for item in sets:
        if item.partition("=")[0].strip().rpartition(".")[2] != SETTABLE:
            raise InputError(
                f'--set {item}: allowed: interfaces."A|B".{SETTABLE} alone; anything else makes another run, '
                "so run the changed case first"
            )
    return sets


def _differences(row: Row, recorded: Row | None) -> Iterator[str]:
    """Where a state that was run again is not the recorded one."""
    if recorded is None:
        return
    difference = abs(row["voltage"] - recorded["voltage"])
    if difference > SAME_VOLTAGE or not np.isclose(row["time"], recorded["time"], rtol=SAME_VOLTAGE):
        yield (
            f"the run differs from the recorded one: {row['voltage']:.4f} V at {row['time']:.6g} s, "
            f"recorded {recorded['voltage']:.4f} V at {recorded['time']:.6g} s; another version, or another "
            "number of ranks?"
        )


def _reported(row: Row) -> float:
    """Resistance of all reacting interfaces side by side [ohm cm2], from their columns."""
    shares = [1 / value for name, value in row.items() if name.startswith("interface_resistance.")]
    return 1 / sum(shares)


def _summary(result: Path, case: Case, asked: Asked, recorded: Row | None, found: _Found) -> dict[str, Any]:
    row = found.entry.row
    lowest = int(np.argmin(found.frequencies))
    quantities = {
        "interface_resistance": (found.limits.interface, "ohm cm2"),
        "reported_interface_resistance": (_reported(row), "ohm cm2"),
        "electrolyte_resistance": (found.limits.electrolyte, "ohm cm2"),
        "lowest_frequency": (found.frequencies[lowest], "Hz"),
        "lowest_frequency_real": (float(found.impedances[lowest].real), "ohm cm2"),
        "lowest_frequency_imaginary": (float(found.impedances[lowest].imag), "ohm cm2"),
    }
    kept = ("step", "time", "state_of_charge", "voltage", "current_density", "stack_pressure")
    faces = ("interface_resistance.", "contact_area_fraction.", "open_area_fraction.", "mean_gap.")
    return {
        "kind": "lithiate impedance",
        "case": case.name,
        "result": str(result),
        "at": {asked.key: asked.value},
        "recorded_row": recorded is not None,
        "state": {name: value for name, value in row.items() if name in kept or name.startswith(faces)},
        "quantities": {name: {"value": value, "unit": unit} for name, (value, unit) in quantities.items()},
        "diffusion_resolved_to": {name: {"value": f, "unit": "Hz"} for name, f in found.resolved.items()},
        "double_layer_capacitance": {
            name: face.double_layer_capacitance for name, face in case.interfaces.items()
        },
    }


def _write(folder: Path, summary: Mapping[str, Any], found: _Found) -> None:
    lines = ["frequency [Hz],real [ohm cm2],imaginary [ohm cm2]"]
    lines += [
        f"{frequency:.12g},{value.real:.12g},{value.imag:.12g}"
        for frequency, value in zip(found.frequencies, found.impedances, strict=True)
    ]
    (folder / TABLE).write_text("\n".join(lines) + "\n", encoding="utf-8")
    write_json(folder / SUMMARY, dict(summary))


def _draw(folder: Path, reporter: Reporter) -> None:
    """The picture; a failure to draw is a warning."""
    try:
        from lithiate_post.errors import ResultError
        from lithiate_post.impedance_pictures import draw_nyquist
    except ImportError as error:
        reporter.say(f"warning: no picture: {error}")
        return
    try:
        draw_nyquist(folder / TABLE, folder / PICTURE)
    except (ResultError, OSError, ValueError, RuntimeError) as error:
        reporter.say(f"warning: no picture: {error}")


def _report(summary: Mapping[str, Any], folder: Path, reporter: Reporter) -> None:
    values = {name: item["value"] for name, item in summary["quantities"].items()}
    reporter.say(
        f"interface resistance {values['interface_resistance']:.6g} ohm cm2 from the impedance, "
        f"{values['reported_interface_resistance']:.6g} ohm cm2 as the history has it; electrolyte "
        f"{values['electrolyte_resistance']:.6g} ohm cm2"
    )
    for name, item in summary["diffusion_resolved_to"].items():
        reporter.say(
            f"interface {name}: the mesh resolves diffusion up to {item['value']:.3g} Hz; what diffusion "
            "adds at higher frequencies depends on the mesh"
        )
    reporter.say(f"spectrum in {folder}")


def _check_folder(folder: Path, case_path: Path, overwrite: bool) -> None:
    """Refuse a folder that must not be written into, as ``lithiate run`` does.

    Raises:
        InputError: it holds the result of a run, a spectrum (without ``overwrite``) or foreign files.
    """
    if any((folder / mark).exists() for mark in RESULT_MARKS):
        raise InputError(f"{folder}: the folder holds the result of a run; allowed: another --out")
    if not _holds_spectrum(folder):
        check_folder(folder, case_path=case_path, overwrite=overwrite)
    elif not overwrite:
        raise InputError(
            f"{folder}: the folder holds a spectrum; allowed: --overwrite to replace it, or another --out"
        )


def _holds_spectrum(folder: Path) -> bool:
    """Whether this command has written here, also where it did not come to its end."""
    try:
        return (folder / LOG).is_file() or (
            json.loads((folder / SUMMARY).read_text(encoding="utf-8"))["kind"] == "lithiate impedance"
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _prepare_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in FILES:
            (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise InputError(
            f"{folder}: cannot be used as output folder: {error.strerror or str(error)}"
        ) from None
