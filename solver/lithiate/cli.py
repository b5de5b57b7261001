"""The command ``lithiate``. Reading it needs no DOLFINx; only ``lithiate run`` does."""

from __future__ import annotations

import difflib
import importlib.util
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from lithiate.case.json_schema import case_schema_text
from lithiate.case.loading import load_case
from lithiate.case.report import report_lines
from lithiate.errors import InputError, LithiateError
from lithiate.output.folder import default_folder

_STATUS_BUG = 1
_STATUS_BAD_INPUT = 2
_STATUS_INTERRUPTED = 130
_STATUS_BROKEN_PIPE = 141

# What a run needs beyond the Python package index.
_SOLVER_MODULES = ("dolfinx", "petsc4py", "mpi4py")
_RANK_VARIABLES = ("OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "MV2_COMM_WORLD_RANK")

CasePath = Annotated[
    Path, typer.Argument(metavar="CASE", help="case file, for example case.toml", show_default=False)
]
Sets = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="KEY=VALUE", show_default=False,
        help="set one value, for example --set stack_pressure.pressure='20 MPa'; repeatable",
    ),
]  # fmt: skip
Quick = Annotated[bool, typer.Option("--quick", help="set what the case's [quick] table says")]
Out = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="output folder [default: results/<case name>]", show_default=False),
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="replace a result that the output folder holds")]

MeshOut = Annotated[
    Path | None,
    typer.Option(
        "--out", metavar="DIR", help="output folder [default: results/<case name>-mesh]", show_default=False
    ),
]
Show = Annotated[bool, typer.Option("--show", help="show the mesh in a window as well")]

MaterialName = Annotated[
    str | None, typer.Argument(metavar="[NAME]", help="a material, for example a-Si", show_default=False)
]
MaterialOut = Annotated[
    Path | None,
    typer.Option(
        "--out", metavar="DIR", help="folder for pictures (and a page of all materials)", show_default=False
    ),
]

StudyPath = Annotated[
    Path, typer.Argument(metavar="STUDY", help="study file, for example study.toml", show_default=False)
]
StudyOut = Annotated[
    Path | None,
    typer.Option(
        "--out", metavar="DIR", help="output folder [default: results/<study name>]", show_default=False
    ),
]
Ranks = Annotated[
    int | None,
    typer.Option("--mpi", metavar="N", min=1, help="run each member on N ranks", show_default=False),
]

ResultPath = Annotated[
    Path, typer.Argument(metavar="RESULT", help="output folder of `lithiate run`", show_default=False)
]
At = Annotated[
    str,
    typer.Option(
        "--at", metavar="KEY=VALUE", show_default=False,
        help="the state: state_of_charge=0.5, time='2 h' or step=12 (a row of the history)",
    ),
]  # fmt: skip
Frequencies = Annotated[
    str | None,
    typer.Option(metavar="LIST", help="frequencies in Hz, for example 0.01,1,100", show_default=False),
]
FirstFrequency = Annotated[float, typer.Option("--from", metavar="HZ", help="lowest frequency")]
LastFrequency = Annotated[float, typer.Option("--to", metavar="HZ", help="highest frequency")]
PerDecade = Annotated[int, typer.Option("--points-per-decade", metavar="N", help="frequencies per decade")]
ImpedanceOut = Annotated[
    Path | None,
    typer.Option(
        "--out", metavar="DIR", help="output folder [default: RESULT-impedance]", show_default=False
    ),
]

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    help="Chemo-mechanics of lithium alloy anodes in solid-state batteries.",
)


@app.command()
def check(case: CasePath, set_: Sets = None, quick: Quick = False) -> None:
    """Say what a case will run, without running it. Needs no DOLFINx."""
    loaded = load_case(case, set_ or (), quick=quick)
    sys.stdout.write("\n".join(report_lines(loaded)) + "\n")


@app.command()
def mesh(
    case: CasePath,
    out: MeshOut = None,
    show: Show = False,
    set_: Sets = None,
    quick: Quick = False,
    overwrite: Overwrite = False,
) -> None:
    """Mesh the geometry of a case: mesh files, a picture, a report. Needs no DOLFINx."""
    from lithiate.mesh_command import mesh_case

    mesh_case(case, out=out, show=show, sets=set_ or (), quick=quick, overwrite=overwrite)


@app.command()
def schema() -> None:
    """Print the JSON Schema of case files."""
    sys.stdout.write(case_schema_text())


@app.command()
def materials(name: MaterialName = None, out: MaterialOut = None, overwrite: Overwrite = False) -> None:
    """List the material library, or print every value of one material. Needs no DOLFINx."""
    from lithiate.materials_command import show_materials

    show_materials(name, out=out, overwrite=overwrite)


@app.command()
def run(
    case: CasePath, out: Out = None, set_: Sets = None, quick: Quick = False, overwrite: Overwrite = False
) -> int:
    """Run a case; under mpirun on all ranks."""
    _need_solver()
    # Every rank comes here. The runner reads the case on all of them and reports on one.
    from lithiate.runner import run_from_command_line

    return run_from_command_line(case, out=out, sets=set_ or [], quick=quick, overwrite=overwrite)


@app.command()
def study(
    study_: StudyPath,
    out: StudyOut = None,
    set_: Sets = None,
    quick: Quick = False,
    overwrite: Overwrite = False,
    mpi: Ranks = None,
) -> int:
    """Run a case with some of its values varied; goes on where it was interrupted."""
    _need_solver()
    from lithiate.study import load_study, run_study

    loaded = load_study(study_, set_ or (), quick=quick)
    folder = out if out is not None else default_folder(loaded.name, quick)
    return run_study(loaded, folder, overwrite=overwrite, ranks=mpi, say=_print)


@app.command()
def impedance(
    result: ResultPath,
    at: At,
    frequencies: Frequencies = None,
    from_: FirstFrequency = 1e-3,
    to: LastFrequency = 1e5,
    points_per_decade: PerDecade = 10,
    out: ImpedanceOut = None,
    set_: Sets = None,
    overwrite: Overwrite = False,
) -> int:
    """Impedance spectrum of a state of a run: runs its case to the state and linearises there."""
    _need_solver()
    from lithiate.impedance.command import impedance_from_command_line
    from lithiate.impedance.frequencies import listed, logarithmic
    from lithiate.impedance.state import parse_asked

    asked = parse_asked(at)
    chosen = logarithmic(from_, to, points_per_decade) if frequencies is None else listed(frequencies)
    return impedance_from_command_line(result, asked, chosen, out, set_ or [], overwrite)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status; whatever goes wrong is one message, never a traceback.

    Args:
        arguments: words after ``lithiate``; those of the process if None.
    """
    words = list(sys.argv[1:] if arguments is None else arguments) or ["--help"]
    try:
        return _dispatch(words)
    except (InputError, LithiateError) as error:
        _say(error.message)
        return error.exit_status
    except (KeyboardInterrupt, typer.Abort):
        return _STATUS_INTERRUPTED
    except BrokenPipeError:
        # The reader has gone, as in "lithiate schema | head": nothing is left to be said to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _STATUS_BROKEN_PIPE
    except Exception as error:  # noqa: BLE001  a bug must end in one line and status 1 whatever it is
        if os.environ.get("LITHIATE_TRACEBACK"):
            traceback.print_exc()
        hint = "set LITHIATE_TRACEBACK=1 to see where"
        _say(f"internal error: {type(error).__name__}: {' '.join(str(error).split())} ({hint})")
        return _STATUS_BUG


def _dispatch(words: list[str]) -> int:
    # The library that typer is built on is bundled with it in some versions: reach its classes through typer.
    usage_error: type[Exception] = typer.BadParameter.__mro__[1]
    command = typer.main.get_command(app)
    try:
        status = command.main(args=words, prog_name="lithiate", standalone_mode=False)
    except usage_error as error:
        raise InputError(_usage_message(error, words)) from None
    sys.stdout.flush()
    return status if isinstance(status, int) else 0


def _usage_message(error: BaseException, words: list[str]) -> str:
    """One line for a wrong command line, with the nearest known command for a misspelled one."""
    message = " ".join(error.format_message().split())  # type: ignore[attr-defined]
    commands = [
        command.name or (command.callback.__name__ if command.callback else "")
        for command in app.registered_commands
    ]
    name = next((word for word in words if not word.startswith("-")), "")
    if message.startswith("No such command"):
        near = difflib.get_close_matches(name, commands, n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        return f"No such command '{name}'; allowed: {', '.join(commands)}.{hint}"
    usage = f"lithiate {name} --help" if name in commands else "lithiate --help"
    return f"{message} (see: {usage})"


def _print(line: str) -> None:
    """A line for the user, at once: the members write to the same place."""
    print(line, flush=True)


def _need_solver() -> None:
    """Refuse where DOLFINx cannot be imported.

    Raises:
        InputError: with the ways to get it.
    """
    missing = [name for name in _SOLVER_MODULES if importlib.util.find_spec(name) is None]
    if missing:
        raise InputError(
            f"a run needs DOLFINx, but {', '.join(missing)} cannot be imported here; use `containers/run "
            "lithiate run ...` of the source folder, conda's fenics-dolfinx, or a cluster's DOLFINx module"
        )


def _say(message: str) -> None:
    """Each line of a message on standard error, under mpirun from one rank."""
    if any(os.environ.get(variable, "0") != "0" for variable in _RANK_VARIABLES):
        return
    prefix = "" if message.startswith("internal error") else "error: "
    sys.stderr.write("".join(f"{prefix}{line}\n" for line in message.splitlines()))
