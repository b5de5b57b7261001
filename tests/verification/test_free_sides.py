# SPDX-License-Identifier: LGPL-3.0-or-later
"""Free sides: nothing holds them, so that a pressed layer is under the pressure alone and widens."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from lithiate import load_case
from lithiate.errors import InputError
from lithiate.problem.problem import Problem
from manufactured import TEMPERATURE
from short_cell import LITHIATE
from switched_cell import ELASTIC, PRESS, carry_out

PRESSURE, HEIGHT, WIDTH = 50e6, 0.8e-6, 0.4e-6
FREE = "boundary.sides=free"
ONE_MATERIAL = (
    'regions.film={material="Li6PS5Cl", flow="elastic"}',
    "regions.electrolyte.flow=elastic",
    "physics.reaction=false",
    "physics.transport=false",
)
MODULUS_OF_CONFINEMENT = {
    "plane_strain": lambda modulus, ratio: modulus / (1 - ratio**2),
    "axisymmetric": lambda modulus, ratio: modulus,
    "3d": lambda modulus, ratio: modulus,
}
"""Pressure per strain of a layer whose sides are free, by what holds its third direction."""


def widening(problem: Problem) -> float:
    """Largest displacement along x [m]."""
    (unknown,) = (item for name, item in problem.unknowns.items() if name.startswith("displacement."))
    components = unknown.value.x.array.reshape(-1, problem.geometry.dimension)
    return float(components[:, 0].max()) * problem.units.length


@pytest.mark.parametrize(
    "symmetry",
    ["plane_strain", *(pytest.param(name, marks=pytest.mark.slow) for name in ("axisymmetric", "3d"))],
)
def test_a_pressed_block_is_under_the_pressure_alone(tmp_path: Path, symmetry: str) -> None:
    """It gets thinner by p h / E and wider by nu p w / E, in plane strain by those of its stiffer section."""
    shape = [f"geometry.symmetry={symmetry}", *(["geometry.depth=0.4 um"] if symmetry == "3d" else [])]
    case, problem, rows = carry_out(tmp_path, PRESS, *ONE_MATERIAL, FREE, *shape)
    card = case.card("electrolyte")
    modulus, ratio = (float(item.at(0.0, TEMPERATURE)) for item in (card.youngs_modulus, card.poisson_ratio))
    strain = PRESSURE / MODULUS_OF_CONFINEMENT[symmetry](modulus, ratio)
    across = ratio / (1 - ratio) if symmetry == "plane_strain" else ratio
    assert HEIGHT - rows[-1]["thickness"] == pytest.approx(strain * HEIGHT, rel=6e-3, abs=0)
    assert widening(problem) == pytest.approx(across * strain * WIDTH, rel=6e-3, abs=0)
    mises = PRESSURE * (np.sqrt(1 - ratio + ratio**2) if symmetry == "plane_strain" else 1.0)
    assert rows[-1]["largest_von_mises_stress.film"] == pytest.approx(mises, rel=6e-3)
    assert rows[-1]["force_balance_error"] < 1e-7


@pytest.mark.slow
def test_a_cell_swells_sideways_where_it_may(tmp_path: Path) -> None:
    """Lithiation widens a cell with free sides, and all its balances close."""
    case, problem, rows = carry_out(tmp_path, LITHIATE, *ELASTIC, FREE)
    assert widening(problem) > 1e-3 * WIDTH
    assert rows[-1]["state_of_charge"] == pytest.approx(0.33, abs=1e-6)


def test_a_verification_problem_is_held_as_it_is_solved() -> None:
    path = Path(__file__).parents[2] / "cases" / "verify_hertz" / "case.toml"
    with pytest.raises(InputError, match='boundary.sides: found "free" with problem = "hertz"'):
        load_case(path, [FREE])
