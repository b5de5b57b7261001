# SPDX-License-Identifier: LGPL-3.0-or-later
"""Impedance of an electrode at yield: it answers a small signal elastically.

Walls keep the swelling electrode from growing sideways, so that it yields; its lithium is uniform. The slope
of the voltage over the charge that slow signals meet must be that of a small step back, which unloads, and
not that of a small step on, which flows.
"""

from __future__ import annotations

import numpy as np
import pytest
from lithiate.impedance.linearisation import Linearisation
from lithiate.impedance.spectrum import Spectrum
from manufactured import TIME, electrode_card, electrolyte_card
from uniform_cell import Cell, CellDesign, create, hold

pytestmark = pytest.mark.slow

CURRENT, STEP, SMALL = 5.0, 100.0, 0.02
"""[A/m2], [s], [s]"""

SLOW = 1e-4
"""[Hz]; lithium crosses the electrode in a millisecond."""


def pass_charge(cell: Cell, current: float, time: float) -> None:
    """With a current [A/m2] in a time [s], and without one until the lithium is uniform."""
    for applied in (current, 0.0):
        cell.problem.time_step.value = time / TIME
        cell.voltage(applied)
        cell.problem.accept_step()


def rest_voltage(cell: Cell) -> float:
    cell.problem.time_step.value = 0.0
    return cell.voltage(0.0)


def slope(cell: Cell, current: float) -> float:
    """dV/dQ [V m2/C] of a small step with a current [A/m2], undone afterwards."""
    problem = cell.problem
    history = problem.regions["electrode"].history
    assert history is not None
    functions = [history.inverse_plastic_metric, history.equivalent_plastic_strain]
    functions += [getattr(u, key) for u in problem.unknowns.values() for key in ("value", "old")]
    kept = [function.x.array.copy() for function in functions]
    before = rest_voltage(cell)
    pass_charge(cell, current, SMALL)
    after = rest_voltage(cell)
    for function, values in zip(functions, kept, strict=True):
        function.x.array[:] = values
    return (after - before) / (current * SMALL)


def test_a_state_at_yield_answers_elastically() -> None:
    yields = {"flow": "rate_independent", "yield_stress": 0.05e9, "hardening_modulus": 0.0}
    cell = create(CellDesign(electrode_card(diffusivity=1e-9, **yields), electrolyte_card()))
    cell.set()
    for _ in range(5):
        pass_charge(cell, -CURRENT, STEP)
    history = cell.problem.regions["electrode"].history
    assert history is not None and history.equivalent_plastic_strain.x.array.min() > 0.01
    back, on = slope(cell, CURRENT), slope(cell, -CURRENT)
    rest_voltage(cell)
    cell.problem.accept_step()
    spectrum = Spectrum(Linearisation(cell.problem, lambda problem: hold(problem, 1.0), {}))
    found = -spectrum.impedance(SLOW).imag * 1e-4 * 2 * np.pi * SLOW
    assert found == pytest.approx(back, rel=1e-3)
    assert abs(on - back) > 0.1 * back, "the test sees which branch is taken"
