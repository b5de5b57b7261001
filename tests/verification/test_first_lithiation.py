# SPDX-License-Identifier: LGPL-3.0-or-later
"""Material that never held more lithium follows its first curve, else the ordinary one; energy closes.

The electrode of the cell is stirred (diffusion takes no time) and does not swell: its lithium is known from
the charge, and its potential from the two curves.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from lithiate.materials import OpenCircuitTable
from lithiate.materials.open_circuit import evaluate
from lithiate.problem.description import Description
from lithiate.problem.nonlinear import NonlinearSystem
from lithiate.problem.problem import Problem
from lithiate.stepping.balances import Balances
from manufactured import POTENTIAL, START, TEMPERATURE, UNITS, electrode_card, electrolyte_card
from tangent_differences import LARGEST_ERROR, tangent_errors
from uniform_cell import CellDesign, create
from verification_problems import Array, build_geometry, displacement, hold_symmetry_planes

WIDTH = 0.03
LATER = OpenCircuitTable(stoichiometry=(0.05, 0.3, 0.6, 0.95), potential=(0.33, 0.24, 0.14, 0.05))
FIRST = OpenCircuitTable(stoichiometry=(0.05, 0.2, 0.8, 0.95), potential=(0.15, 0.11, 0.07, 0.04))
BRANCHED: dict[str, Any] = {
    "open_circuit_potential": LATER,
    "first_lithiation_potential": FIRST,
    "first_lithiation_width": WIDTH,
}


def curve(table: OpenCircuitTable, filling: float) -> float:
    """U [V]."""
    return float(evaluate(table.stoichiometry, table.potential, TEMPERATURE, filling))


def test_a_cycle_follows_both_curves_and_closes_its_energy() -> None:
    """First lithiation, delithiation, second lithiation up to the largest filling and beyond."""
    stirred = electrode_card(partial_molar_volume=0.0, diffusivity=1e-9, **BRANCHED)
    cell = create(CellDesign(stirred, electrolyte_card(ionic_conductivity=1.0)))
    cell.set()
    problem, observer, balances = cell.problem, cell.observer, Balances(cell.observer)
    assert cell.system.solve().converged
    problem.accept_step()
    balances.start(observer.state(), 0.0)
    expected, largest, step = START, START, 0.01
    seen = []
    for sign, count in ((-1, 25), (1, 15), (-1, 30)):
        for _ in range(count):
            problem.time_step.value, problem.current_density.value = step, float(sign)
            assert cell.system.solve().converged
            errors = balances.step(observer.state(), step, sign * observer.platen_area, 0.0)
            expected -= sign * step
            filling = problem.unknowns["stoichiometry.electrode"].value.x.array
            assert filling == pytest.approx(expected, abs=1e-6)
            potential = -problem.unknowns["chemical_potential.electrode"].value.x.array * POTENTIAL
            if expected > largest - 1e-9:
                assert potential == pytest.approx(curve(FIRST, expected), abs=1e-5)
                seen.append("first")
            elif expected < largest - WIDTH + 1e-6:
                assert potential == pytest.approx(curve(LATER, expected), abs=1e-5)
                seen.append("later")
            else:
                place = 1 + (expected - largest) / WIDTH
                share = place**2 * (3 - 2 * place)
                blend = share * curve(FIRST, expected) + (1 - share) * curve(LATER, expected)
                assert potential == pytest.approx(blend, abs=2e-5)
                seen.append("between")
            problem.accept_step()
            largest = max(largest, expected)
    branches = [name for index, name in enumerate(seen) if index == 0 or seen[index - 1] != name]
    assert branches == ["first", "between", "later", "between", "first"]
    assert errors["lithium_balance_error"] <= 1e-8
    assert errors["energy_balance_error"] < 4e-3
    assert balances.dissipation["first_lithiation"] > 0.1 * sum(balances.dissipation.values())


def test_tangent_of_the_branch() -> None:
    """In a block whose lithium is new on one side, in the blend in the middle and old on the other."""
    card = electrode_card(**(BRANCHED | {"first_lithiation_width": 0.1}))
    problem = Problem(
        build_geometry("plane_strain", mesh_size=2.5e-7),
        UNITS,
        Description({"block": card}, {"block": START}),
    )
    hold_symmetry_planes(problem)
    system = NonlinearSystem(problem, 1e-10)
    content = problem.unknowns["stoichiometry.block"].value
    problem.time_step.value = 0.05
    content.interpolate(lambda x: 0.12 + 0.3 * x[1])
    problem.accept_step()
    content.interpolate(lambda x: 0.18 + 0.1 * x[1] + 0.02 * x[0])
    problem.unknowns["chemical_potential.block"].value.interpolate(lambda x: x[0] + 2 * x[1])

    def bent(x: Array) -> Array:
        return np.array([0.1 * x[0] + 0.05 * x[0] * x[1], 0.08 * x[1] - 0.06 * x[0] ** 2])

    displacement(problem).value.interpolate(bent)
    errors = tangent_errors(problem, system)
    assert {pair: error for pair, error in errors.items() if error > LARGEST_ERROR} == {}
