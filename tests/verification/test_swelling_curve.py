# SPDX-License-Identifier: LGPL-3.0-or-later
"""A volume that is no straight line over the lithium content: tangent and balances.

Closed forms of a unit cell stand in ``test_one_element.py``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lithiate.problem.description import Description
from lithiate.problem.nonlinear import NonlinearSystem
from lithiate.problem.problem import Problem
from lithiate.scaling import Units
from running import read_history, run_case
from tangent_differences import LARGEST_ERROR, tangent_errors
from verification_problems import (
    LENGTH,
    Array,
    build_geometry,
    card,
    displacement,
    hold_symmetry_planes,
)

CONTENT, START = 3e5, 0.05
CURVES: dict[str, dict[str, Any]] = {
    "table": {"stoichiometry": [0, 0.1, 0.2, 0.3, 1], "value": [0, 0.2, 0.8, 0.8, 3.0]},
    "formula": {"formula": "5 * c - 2 * c ** 2"},
}


def bend(problem: Problem, size: float) -> None:
    """Stretch and bend the block, with lithium from the start on one side to 0.35 on the other."""

    def field(x: Array) -> Array:
        return size * np.array([0.1 * x[0] + 0.05 * x[0] * x[1], 0.08 * x[1] - 0.06 * x[0] ** 2])

    displacement(problem).value.interpolate(field)
    content = problem.unknowns["stoichiometry.block"].value
    content.interpolate(lambda x: START + size * (0.05 + 0.45 * x[1]))
    problem.unknowns["chemical_potential.block"].value.interpolate(lambda x: size * (x[0] + 2 * x[1]))


@pytest.mark.parametrize("curve", ["formula", pytest.param("table", marks=pytest.mark.slow)])
def test_tangent_with_a_modulus_that_depends_on_lithium(curve: str) -> None:
    """d2J_c/dc2 is in the tangent of mu; in a bent block with uneven lithium that has flowed before."""
    block = card(
        youngs_modulus={"stoichiometry": [0, 0.3, 1], "value": [80e9, 50e9, 30e9]},
        flow="rate_independent",
        yield_stress={"unlithiated": 2e9, "lithiated": 0.4e9},
        maximum_concentration=CONTENT,
        swelling_curve=CURVES[curve],
        diffusivity=1e-16,
        open_circuit_potential={"stoichiometry": (0.05, 0.95), "potential": (0.33, 0.05)},
    )
    geometry = build_geometry("plane_strain", mesh_size=LENGTH / 2)
    units = Units(LENGTH, 3600.0, CONTENT, 298.15)
    problem = Problem(geometry, units, Description({"block": block}, {"block": START}))
    hold_symmetry_planes(problem)
    system = NonlinearSystem(problem, 1e-10)
    problem.time_step.value = 0.05
    for size in (0.3, 0.6):
        bend(problem, size)
        if size < 0.5:
            problem.accept_step()
    errors = tangent_errors(problem, system)
    assert {pair: error for pair, error in errors.items() if error > LARGEST_ERROR} == {}


GRAPHITE = """
title = "graphite in LiPON"

[geometry]
family = "particle"
particle_radius = "1 um"
block_size = "2.2 um"
mesh_size = "0.25 um"

[regions.particle]
material = "graphite"
swelling_curve = { formula = "0.15 * c - 0.03 * c ** 2" }

[regions.electrolyte]
material = "LiPON"

[interfaces."particle|electrolyte"]
bond = "bonded"
exchange_current_density = "10 A/m2"

[physics]
temperature = "50 degC"

[initial]
stoichiometry = 0.1

[stack_pressure]
pressure = "5 MPa"

[[protocol]]
step = "lithiate"
rate = "C/10"
until = { state_of_charge = 0.4 }

[output]
pictures = false
"""


@pytest.mark.slow
def test_balances_of_a_stiff_cell_that_swells_by_a_curve(tmp_path: Path) -> None:
    """E(c) and J_c(c) together; lithium fills few sites of stiff material, which makes forces large numbers.

    Round-off of those forces is above the tolerance of Newton's method: it must stop there all the same.
    """
    case = tmp_path / "case.toml"
    case.write_text(GRAPHITE, encoding="utf-8")
    finished = run_case(tmp_path / "out", case=case)
    assert finished.returncode == 0, finished.stderr
    names, rows = read_history(tmp_path / "out")
    assert rows[:, names.index("newton_iterations [-]")].max() <= 6
    balances = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))["balances"]
    assert balances["lithium_balance_error"] <= 1e-8
    assert balances["energy_balance_error"] <= 2e-3
