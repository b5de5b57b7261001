# SPDX-License-Identifier: LGPL-3.0-or-later
"""From which stress on a modulus that depends on lithium makes the energy non-convex, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from case_files import changed, write_case
from lithiate import load_case
from lithiate.case.convexity import stable_stress
from lithiate.errors import InputError
from lithiate.materials import MaterialCard
from lithiate.scaling import GAS_CONSTANT

TEMPERATURE, SITES = 298.15, 3e5


def solution(formula: str) -> MaterialCard:
    """An ideal solution, R T ln(c/(1-c)), of a given modulus."""
    return MaterialCard.model_validate(
        {
            "name": "test",
            "youngs_modulus": {"formula": formula, "unit": "GPa"},
            "poisson_ratio": 0.3,
            "maximum_concentration": SITES,
            "partial_molar_volume": 9e-6,
            "diffusivity": 1e-16,
            "chemistry": "regular_solution",
            "regular_solution_parameter": 0.0,
            "reference_potential": 0.2,
        }
    )


def test_modulus_that_falls_in_a_straight_line() -> None:
    """sigma^2 = C_max R T E^3 / (c (1 - c) E'^2), smallest over c."""
    stress, filling = stable_stress(solution("80 - 60 * c"), TEMPERATURE)
    c = np.linspace(0.02, 0.98, 100_001)
    modulus = 80e9 - 60e9 * c
    squares = SITES * GAS_CONSTANT * TEMPERATURE * modulus**3 / (c * (1 - c) * 60e9**2)
    assert stress == pytest.approx(np.sqrt(squares.min()), rel=1e-3)
    assert filling == pytest.approx(c[np.argmin(squares)], abs=0.01)


def test_compliance_in_a_straight_line_leaves_the_energy_convex() -> None:
    """sigma^2 / (2 E) is then linear in c."""
    assert stable_stress(solution("1 / (0.01 + 0.02 * c)"), TEMPERATURE)[0] > 1e11
    assert stable_stress(solution("1 / (0.02 - 0.01 * c ** 2)"), TEMPERATURE)[0] == float("inf")


@pytest.mark.parametrize("formula", ["10 + 70 / (1 + exp((c - 0.5) * 60))", "80 - 79 * c"])
def test_modulus_that_changes_too_much_is_refused(tmp_path: Path, formula: str) -> None:
    text = changed(
        'material = "a-Si"',
        f'material = "a-Si"\nyoungs_modulus = {{ formula = "{formula}", unit = "GPa" }}',
    )
    with pytest.raises(InputError, match=r"regions\.particle\.youngs_modulus: .* not convex beyond .* Pa"):
        load_case(write_case(tmp_path, text))
    load_case(write_case(tmp_path, text), {"physics.modulus_term": False})
