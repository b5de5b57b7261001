# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the case of a verification problem is refused for: keys of other problems, loads that cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest
from case_files import write_case
from lithiate.case import load_case
from lithiate.cli import main
from lithiate.errors import InputError

CASES = Path(__file__).parents[2] / "cases"
SPHERE, FILM = "elastic_sphere", "clamped_film"


def case_path(name: str) -> Path:
    return CASES / f"verify_{name}" / "case.toml"


def only_line(path: Path, *settings: str) -> str:
    """The one finding, without the name of the file."""
    with pytest.raises(InputError) as caught:
        load_case(path, settings)
    found = str(caught.value).splitlines()
    assert len(found) == 1, found
    return found[0].removeprefix(f"{path}: ")


@pytest.mark.parametrize("name", [SPHERE, "core_shell", FILM, "plastic_sphere"])
def test_shipped_cases_are_valid(name: str) -> None:
    case = load_case(case_path(name))
    assert case.verification is not None and case.load == load_case(case_path(name), ()).load


@pytest.mark.parametrize(
    ("name", "settings", "key", "words"),
    [
        # keys of another problem
        (
            SPHERE,
            ("load.turn=0.5",),
            "load.turn",
            ['"sphere"', "current_density, surface_stoichiometry, end"],
        ),
        (
            FILM,
            ("load.current_density=2",),
            "load.current_density",
            ['"block"', "lithium_per_silicon_rate, end"],
        ),
        ("core_shell", ("load.end=1 h",), "load.end", ['"core_shell"', "no [load] at all"]),
        ("plastic_sphere", ("load.current_density=1",), "load.current_density", ["no [load] at all"]),
        # exactly one of two
        (
            SPHERE,
            ("load={current_density=2, surface_stoichiometry=0.5}",),
            "load.current_density",
            ["found current_density and surface_stoichiometry", "exactly one of"],
        ),
        (SPHERE, ("load={}",), "load.current_density", ["missing", "exactly one of"]),
        (FILM, ("load={end=1.0}",), "load.lithium_per_silicon_rate", ["missing", '"block"']),
        # what a sphere cannot be
        (SPHERE, ("geometry.symmetry=plane_strain",), "geometry.symmetry", ['"axisymmetric", "3d"']),
        ("core_shell", ("geometry.symmetry=plane_strain",), "geometry.symmetry", ['"axisymmetric", "3d"']),
        (SPHERE, ("stack_pressure.pressure=5 MPa",), "stack_pressure.pressure", ["5e+06 Pa", "no platen"]),
        # starts and ends
        ("core_shell", ("initial={}",), "initial.mean_filling", ["missing", '"core_shell"']),
        (SPHERE, ("initial={mean_filling=0.2}",), "initial.mean_filling", ["allowed: initial.stoichiometry"]),
        (SPHERE, ("output={}",), "load.end", ["missing", "output.times"]),
        (FILM, ("load.end=3.75",), "load.end", ["3.75", "less than load.largest_lithium_per_silicon"]),
        (FILM, ("load.end=20 h",), "load.end", ["5.69", "less than load.largest_lithium_per_silicon"]),
        (FILM, ("load.end=0.005",), "load.end", ["more than at the start (0.0078)"]),
        (FILM, ("load.turn=2.5",), "load.turn", ["2.5", "less than 2"]),
        # materials
        (
            "plastic_sphere",
            ("regions.shell={material='a-Si'}",),
            "regions.shell.material",
            ["stores no lithium", "rate_independent"],
        ),
        ("plastic_sphere", ("regions.shell.flow=elastic",), "regions.shell.material", ["rate_independent"]),
        (
            "core_shell",
            ("regions.core.flow=rate_independent", "regions.core.yield_stress=1 GPa"),
            "regions.core.flow",
            ["must not depend on the way to it"],
        ),
        (
            "core_shell",
            ('interfaces."core|shell".exchange_resistance="1 ohm cm2"',),
            'interfaces."core|shell".exchange_resistance',
            ["found 0.0001 ohm m2", "in equilibrium all the way"],
        ),
        (SPHERE, ("load.current_density=2 MPa",), "load.current_density", ["2 MPa", "no current density"]),
        (FILM, ("load.end=-1",), "load.end", ["-1", "> 0"]),
    ],
)
def test_one_message_says_what_is_allowed(
    name: str, settings: tuple[str, ...], key: str, words: list[str]
) -> None:
    line = only_line(case_path(name), *settings)
    assert line.startswith(f"{key}: "), line
    assert all(word in line for word in words), line


def test_load_and_protocol_exclude_each_other(tmp_path: Path) -> None:
    """A load drives a verification problem, a protocol drives a cell."""
    protocol = "protocol=[{step='rest', until={time='1 h'}}]"
    assert only_line(case_path(FILM), protocol).startswith("load: found with a protocol")
    assert only_line(write_case(tmp_path), "load={current_density=2}").startswith("load: found with")


def test_a_load_set_from_outside_replaces_that_of_the_file() -> None:
    """Only one of them can act, and --set cannot take a key away."""
    load = load_case(case_path(SPHERE), ("load.surface_stoichiometry=0.5",)).load
    assert load is not None and (load.current_density, load.surface_stoichiometry) == (None, 0.5)


def test_a_rigid_obstacle_is_no_region() -> None:
    path = CASES / "verify_hertz" / "case.toml"
    with pytest.raises(InputError) as caught:
        load_case(path, ["geometry.obstacle=rigid"])
    (line,) = str(caught.value).splitlines()
    assert line.startswith(f'{path}: geometry.obstacle: found "rigid" with regions.obstacle and ')


def test_a_diffusivity_that_does_nothing_is_a_warning() -> None:
    """The values of both materials may be given, also those that equilibrium does not depend on."""
    path = case_path("core_shell")
    assert load_case(path).warnings == ()
    (warning,) = load_case(path, ('regions.shell.diffusivity="1e-12 m^2/s"',)).warnings
    assert warning.startswith("regions.shell.diffusivity has no effect")


@pytest.mark.parametrize(("name", "shown"), [(FILM, True), (SPHERE, False)])
def test_check_shows_the_load_that_acts(name: str, shown: bool, capsys: pytest.CaptureFixture[str]) -> None:
    """Not the defaults of keys that belong to another problem."""
    assert main(["check", str(case_path(name))]) == 0
    (line,) = (text for text in capsys.readouterr().out.splitlines() if text.startswith("Load "))
    assert ("largest lithium per silicon 3.75" in line) == shown


def test_status_is_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(case_path(SPHERE)), "--set", "load.turn=1"]) == 2
    assert capsys.readouterr().err.count("load.turn") == 1
