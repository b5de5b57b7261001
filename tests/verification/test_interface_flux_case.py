# SPDX-License-Identifier: LGPL-3.0-or-later
"""The shipped interface with a current through it: second order on either side and across it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from case_files import write_case
from lithiate import load_case
from lithiate.errors import InputError
from lithiate.problem.states import State
from lithiate.runner import build_geometry
from lithiate.verification.course import create_drive
from lithiate.verification.interface_flux import VARIATION, HarmonicFlux
from manufactured import fitted_order
from mpi4py import MPI
from numpy.typing import NDArray
from refusals import only_line
from running import run_case

CASE = Path(__file__).parents[2] / "cases" / "verify_interface_flux" / "case.toml"
LITHIUM = CASE.with_name("lithium.toml")
FLUX = 10.0
NOTHING = State({}, {})
Array = NDArray[np.float64]
Field = Callable[[Array], Array]


def solve(path: Path, *sets: str) -> dict[str, float]:
    """What the run would say, without files."""
    case = load_case(path, sets)
    drive = create_drive(case, build_geometry(case, MPI.COMM_SELF))
    drive.start()
    assert case.verification is not None
    errors, row, values = drive.balance_errors(NOTHING), drive.quantities(NOTHING), drive.summary_values()
    assert tuple(errors) == case.verification.balances and max(errors.values()) < 1e-10
    assert (row.keys(), values.keys()) == (case.verification.columns.keys(), case.verification.summary.keys())
    return {**row, **values}


def require_second_order(elements: tuple[int, ...], *sets: str) -> None:
    """Of the potential and of the current density of the interface, whose mean is exact."""
    found = [solve(CASE, f"geometry.mesh_size={1e-6 / count}", *sets) for count in elements]
    for name in ("error_l2.electrolyte_potential", "interface_flux_error"):
        errors = [values[name] for values in found]
        assert 1.9 < fitted_order(1 / np.array(elements), errors) < 2.2, (name, errors)
        assert errors[0] < 0.05
    assert found[-1]["interface_flux"] == pytest.approx(FLUX, rel=0.001)


SMALL_RESISTANCE = (
    'regions.electrode.ionic_conductivity="0.1 mS/cm"',
    'regions.electrolyte.ionic_conductivity="3 mS/cm"',
    'interfaces."electrode|electrolyte".exchange_resistance="1e-3 ohm cm2"',
    'interfaces."electrode|electrolyte".bonded_share=0.3',
)


@pytest.mark.parametrize(
    ("symmetry", "sets"),
    [
        ("plane_strain", SMALL_RESISTANCE),
        ("axisymmetric", ('regions.electrolyte.ionic_conductivity="0.02 mS/cm"',)),
        pytest.param("plane_strain", (), marks=pytest.mark.slow),
        pytest.param("axisymmetric", SMALL_RESISTANCE, marks=pytest.mark.slow),
        pytest.param("plane_strain", ("geometry.irregular=0.1",), marks=pytest.mark.slow),
    ],
)
def test_potential_and_current_converge_with_second_order(symmetry: str, sets: tuple[str, ...]) -> None:
    """With a resistance beside those of the layers, and with hardly any."""
    require_second_order((6, 8, 12, 16), f'geometry.symmetry="{symmetry}"', *sets)


@pytest.mark.parametrize(
    ("names", "sets"),
    [
        ("lithium_concentration chemical_potential flux", ()),
        pytest.param(
            "lithium_concentration chemical_potential flux",
            ("geometry.symmetry=axisymmetric", 'interfaces."electrode|electrolyte".bonded_share=0.5'),
            marks=pytest.mark.slow,
        ),
        # The flux through hardly any resistance is a derivative of the filling.
        pytest.param(
            "lithium_concentration chemical_potential",
            (
                'regions.electrolyte.diffusivity="1e-15 m^2/s"', "load.flux=1",
                'interfaces."electrode|electrolyte".exchange_resistance="1e-3 ohm cm2"',
            ),
            marks=pytest.mark.slow,
        ),
    ],
)  # fmt: skip
def test_lithium_converges_with_second_order(names: str, sets: tuple[str, ...]) -> None:
    """Unequal diffusivities and concentrations, and a flux that is not zero and not even."""
    elements = (6, 8, 12, 16)
    found = [solve(LITHIUM, f"geometry.mesh_size={1e-6 / count}", *sets) for count in elements]
    for name in names.split():
        key = "interface_flux_error" if name == "flux" else f"error_l2.{name}"
        errors = [values[key] for values in found]
        assert 1.9 < fitted_order(1 / np.array(elements), errors) < 2.2, (key, errors)
        assert errors[0] < 0.01
    flux = load_case(LITHIUM, sets).load
    assert flux is not None and found[-1]["interface_flux"] == pytest.approx(flux.flux, rel=1e-3)


@pytest.mark.slow
def test_second_order_in_three_dimensions() -> None:
    require_second_order((4, 6, 8, 12), 'geometry.symmetry="3d"')


@pytest.mark.parametrize("symmetry", ["plane_strain", "axisymmetric", "3d"])
def test_the_exact_solution_is_one(symmetry: str) -> None:
    """No Laplacian, one current from either side, a jump in proportion to it, no current through walls."""
    exact = HarmonicFlux(symmetry, 2.0, 1.0, 3.0, (0.7, 0.2), 0.4)
    axes = 3 if symmetry == "3d" else 2
    points = np.zeros((3, 40))
    points[:axes] = np.random.default_rng(1).uniform(0.2, 1.8, (axes, 40))
    step = 1e-3 * np.eye(3)[:, :, None]

    def slope(function: Field, x: Array, axis: int) -> Array:
        return (function(x + step[axis]) - function(x - step[axis])) / 2e-3

    def curvature(function: Field, x: Array, axis: int) -> Array:
        return (function(x + step[axis]) - 2 * function(x) + function(x - step[axis])) / 1e-6

    for function in (exact.below, exact.above):
        laplacian = np.sum([curvature(function, points, axis) for axis in range(axes)], axis=0)
        if symmetry == "axisymmetric":
            laplacian = laplacian + slope(function, points, 0) / points[0]
        assert laplacian == pytest.approx(0.0, abs=2e-4)
        for axis in range(axes - 1):
            for wall in (0.0, 2.0):
                at_wall = points.copy()
                at_wall[axis] = wall
                assert slope(function, at_wall, axis) == pytest.approx(0.0, abs=1e-4)
    face = points.copy()
    face[axes - 1] = 1.0
    current = exact.current_density(face)
    assert np.ptp(current) > VARIATION * 3.0
    for function, conductivity in ((exact.below, 0.7), (exact.above, 0.2)):
        assert -conductivity * slope(function, face, axes - 1) == pytest.approx(current, rel=1e-5)
    assert exact.below(face) - exact.above(face) == pytest.approx(0.4 * current, rel=1e-12)


@pytest.mark.slow
def test_a_run_says_it_in_its_summary(tmp_path: Path) -> None:
    """Units that scripts rely on, balances and fields."""
    done = run_case(tmp_path / "out", 'geometry.mesh_size="0.25 um"', 'load.flux="2 mA/cm2"', case=CASE)
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    for name in ("error_l2.electrolyte_potential", "interface_flux_error"):
        assert found["quantities"][name]["unit"] == "-"
        assert 1e-3 < found["quantities"][name]["value"] < 0.02
    assert found["quantities"]["interface_flux"]["value"] == pytest.approx(20.0, rel=1e-6)
    assert found["balances"]["charge_balance_error"] < 1e-8
    assert (tmp_path / "out" / "electrode__electrolyte.xdmf").is_file()


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ('regions.electrode.material="a-Si-elastic"', ["regions.electrode.material", "ionic_conductivity"]),
        ('load.flux="-1 A/m2"', ["load.flux", "> 0"]),
        ("load.surface_stoichiometry=0.5", ["load.surface_stoichiometry", "flux"]),
        (
            'interfaces."electrode|electrolyte".exchange_current_density="1 A/m2"',
            ["exchange_current_density", "only where lithium reacts"],
        ),
    ],
)
def test_bad_input_is_refused(setting: str, words: list[str]) -> None:
    found = only_line(CASE, setting)
    assert all(word in found for word in words), found


@pytest.mark.parametrize(
    ("path", "setting", "words"),
    [
        (CASE, 'regions.electrode.diffusivity="1e-14 m^2/s"', ["only with a maximum_concentration"]),
        (LITHIUM, 'regions.electrode={material="LLZTO"}', ["regions.electrolyte.material", "in both"]),
        (LITHIUM, "regions.electrode.chemistry=open_circuit", ["regions.electrode", "ideal_dilute"]),
        (
            LITHIUM,
            "regions.electrode.diffusivity={unlithiated=1e-14, lithiated=1e-13}",
            ["regions.electrode.diffusivity", "allowed: a constant"],
        ),
    ],
)
def test_blocks_that_fit_neither_problem_are_refused(path: Path, setting: str, words: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        load_case(path, (setting,))
    assert all(word in str(caught.value) for word in words), caught.value


def test_a_flux_that_would_empty_a_block_is_refused() -> None:
    with pytest.raises(InputError, match="load.flux: found 200 A/m2, with which the stoichiometry leaves"):
        solve(LITHIUM, "load.flux=200", 'geometry.mesh_size="0.25 um"')


def test_an_interface_that_may_open_is_refused(tmp_path: Path) -> None:
    text = CASE.read_text(encoding="utf-8")
    opening = 'bond = "debondable"\nstrength = "10 MPa"\ntoughness = "0.1 J/m2"'
    assert text.count('bond = "bonded"') == 1
    path = write_case(tmp_path, text.replace('bond = "bonded"', opening))
    with pytest.raises(InputError, match=r'electrode\|electrolyte".bond: found "debondable"'):
        load_case(path, ())
