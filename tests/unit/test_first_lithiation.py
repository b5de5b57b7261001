# SPDX-License-Identifier: LGPL-3.0-or-later
"""The branch of a first lithiation: its energies against integrals of the potential, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from case_files import write_case
from lithiate.case import load_case
from lithiate.errors import InputError
from lithiate.materials import MaterialCard, OpenCircuitTable
from lithiate.materials.first_lithiation import FirstLithiation, first_excess
from lithiate.materials.functions import Array
from lithiate.materials.open_circuit import evaluate
from pydantic import ValidationError
from scipy.integrate import cumulative_simpson

TEMPERATURE, WIDTH = 298.15, 0.05
LATER = OpenCircuitTable(stoichiometry=(0.05, 0.3, 0.6, 0.95), potential=(0.33, 0.24, 0.14, 0.05))
FIRST = OpenCircuitTable(stoichiometry=(0.05, 0.2, 0.8, 0.95), potential=(0.15, 0.11, 0.07, 0.04))
LAW = FirstLithiation(FIRST, LATER, WIDTH, TEMPERATURE)


def difference(c: Array) -> Array:
    """U - U_1 [V]."""
    upper, lower = (evaluate(t.stoichiometry, t.potential, TEMPERATURE, c) for t in (LATER, FIRST))
    return np.asarray(upper - lower)


@pytest.mark.parametrize("largest", [0.09, 0.2, 0.31, 0.7, 0.98])
def test_stored_energy_is_that_of_the_reversible_part(largest: float) -> None:
    """int w D dc from where the ordinary curve holds; also across ends and points of the tables."""
    fillings = np.linspace(largest - WIDTH, largest, 4001)
    share = (fillings - fillings[0]) / WIDTH
    expected = cumulative_simpson(share**2 * (3 - 2 * share) * difference(fillings), x=fillings, initial=0)
    assert LAW.stored(fillings, np.full_like(fillings, largest)) == pytest.approx(expected, abs=2e-8)
    assert float(LAW.stored(largest - 3 * WIDTH, largest)) == 0.0


def test_work_of_new_material_is_stored_or_lost() -> None:
    """int D dm = E(m, m) - E(m_0, m_0) + L(m), and what is lost grows with m alone."""
    contents = np.linspace(0.1, 0.99, 8901)
    lost, stored = LAW.lost(contents, 0.1), LAW.stored(contents, contents)
    assert lost[0] == 0.0
    assert np.all(np.diff(lost) > 0)
    work = cumulative_simpson(difference(contents), x=contents, initial=0)
    assert stored - stored[0] + lost == pytest.approx(work, abs=1e-9)


STORING = {
    "name": "test",
    "youngs_modulus": 50e9,
    "poisson_ratio": 0.3,
    "maximum_concentration": 2e4,
    "partial_molar_volume": 3e-6,
    "diffusivity": 1e-14,
    "open_circuit_potential": LATER,
    "first_lithiation_potential": FIRST,
}


@pytest.mark.parametrize(
    ("changes", "key", "words"),
    [
        ({"diffusivity_kind": "chemical"}, "diffusivity_kind", 'allowed: "tracer"'),
        (
            {"chemistry": "regular_solution", "regular_solution_parameter": 1.0, "reference_potential": 0.1},
            "first_lithiation_potential",
            'found with chemistry = "regular_solution"',
        ),
        (
            {"first_lithiation_potential": {"stoichiometry": (0.1, 0.95), "potential": (0.1, 0.04)}},
            "first_lithiation_potential",
            "found stoichiometries from 0.1 to 0.95; allowed: from 0.05 to 0.95",
        ),
    ],
)
def test_branches_that_a_card_refuses(changes: dict[str, object], key: str, words: str) -> None:
    assert MaterialCard.model_validate(STORING).first_lithiation_width == 0.02
    with pytest.raises(ValidationError) as caught:
        MaterialCard.model_validate(STORING | changes)
    (error,) = caught.value.errors()
    assert error["ctx"]["path"] == (key,)
    assert words in error["msg"]


def test_a_branch_above_the_ordinary_curve_is_found() -> None:
    assert first_excess(FIRST, LATER, TEMPERATURE) is None
    assert first_excess(LATER, LATER, TEMPERATURE) is None
    assert first_excess(LATER, FIRST, TEMPERATURE) == pytest.approx(0.05)


BRANCH = "regions.particle.first_lithiation_potential={stoichiometry=[0.05,0.5,0.95],potential=[%s,0.1,0.04]}"


@pytest.mark.parametrize(
    ("sets", "path", "words"),
    [
        ([BRANCH % 0.4], "first_lithiation_potential.potential", "would give energy"),
        ([BRANCH % 0.1001], "first_lithiation_potential.potential", "does not fall everywhere"),
        ([BRANCH % 0.2, "physics.stress_in_flux=false"], "first_lithiation_potential", "stress_in_flux"),
        (["regions.particle.first_lithiation_width=0"], "first_lithiation_width", "> 0"),
    ],
)
def test_branches_that_the_check_of_a_case_refuses(
    tmp_path: Path, sets: list[str], path: str, words: str
) -> None:
    file = write_case(tmp_path)
    assert load_case(file, [BRANCH % 0.2]).card("particle").first_lithiation_potential is not None
    with pytest.raises(InputError) as caught:
        load_case(file, sets)
    (line,) = str(caught.value).splitlines()
    assert f": regions.particle.{path}: " in line
    assert words in line


def test_a_region_can_do_without_the_branch_of_its_material(tmp_path: Path) -> None:
    """A value cannot be taken away from outside, so that it needs a switch, which the resolved case keeps."""
    file = write_case(tmp_path)
    sets = ["regions.particle.material=c-Si-lithiating", "regions.particle.first_lithiation=false"]
    assert load_case(file, sets[:1]).card("particle").first_lithiation_potential is not None
    case = load_case(file, sets)
    assert case.card("particle").first_lithiation_potential is None
    resolved = write_case(tmp_path, case.to_toml(), "resolved.toml")
    assert load_case(resolved).card("particle").first_lithiation_potential is None
    assert load_case(resolved) == case
