# SPDX-License-Identifier: LGPL-3.0-or-later
"""The shift of the equilibrium potential by stress, in a film that swells between rigid walls.

The stress enters the kinetics only through the chemical potential: U_eq = -mu/F. Compression raises mu and
lowers the voltage, by about the partial molar volume times the pressure. The closed form is differentiated
from the energy by complex steps, in NumPy.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from lithiate.problem.switches import Switches
from manufactured import POTENTIAL, START, STRESS, Electrode, electrode_card, electrolyte_card
from scipy.optimize import brentq
from uniform_cell import Cell, CellDesign, create, open_circuit

CARD = electrode_card()
STEP = 1e-30
"""Imaginary step, far below round-off because nothing is subtracted."""


def energy(stretch: Any, c: Any, stiffness: Any) -> Any:
    """J_c psi_e of F = diag(1, 1, stretch), with the moduli of another filling if need be."""
    E, nu = CARD.youngs_modulus.at(stiffness) / STRESS, CARD.poisson_ratio.at(stiffness)
    K, G = E / (3 - 6 * nu), E / (2 + 2 * nu)
    swelling = Electrode(CARD).swelling(c)
    ratio = stretch / swelling
    isochoric = (2 + stretch**2) / stretch ** (2 / 3)
    return swelling * (K / 2 * ((ratio**2 - 1) / 2 - np.log(ratio)) + G / 2 * (isochoric - 3))


def thickness(c: float, pressure: float) -> float:
    """Stretch at which the film carries a pressure: P_zz = -p."""

    def excess(stretch: float) -> float:
        return float(np.imag(energy(stretch + 1j * STEP, c, c))) / STEP + pressure / STRESS

    return float(brentq(excess, 0.3, 9.0, xtol=1e-14, rtol=1e-14))


def mechanical_potential(c: float, pressure: float, modulus_term: bool) -> float:
    """d(J_c psi_e)/dC [V] at fixed deformation, with or without the change of the moduli."""
    complex_c = c + 1j * STEP
    stretch = thickness(c, pressure)
    derivative = np.imag(energy(stretch, complex_c, complex_c if modulus_term else c)) / STEP
    return float(derivative) / Electrode(CARD).capacity * POTENTIAL


def voltages(cell: Cell, fillings: tuple[float, ...], pressure: float) -> list[float]:
    """Open-circuit voltage of the film at each filling, reached in small steps."""
    cell.set()
    cell.problem.stack_pressure.value = pressure / STRESS
    stoichiometry = cell.problem.unknowns["stoichiometry.electrode"]
    here, found = START, []
    for filling in fillings:
        for value in np.linspace(here, filling, 1 + int(np.ceil(abs(filling - here) / 0.05)))[1:]:
            stoichiometry.old.x.array[:] = stoichiometry.value.x.array[:] = value
            found_now = cell.voltage(0.0)
        here = filling
        found.append(found_now)
    stoichiometry.old.x.array[:] = START
    return found


FILLINGS = (0.04, 0.3, 0.6)
"""Emptied below the stress-free state, where the film is under tension, and filled."""


@pytest.mark.parametrize(
    ("symmetry", "modulus_term"), [("plane_strain", True), ("axisymmetric", True), ("plane_strain", False)]
)
def test_voltage_is_shifted_by_the_mechanical_potential(symmetry: str, modulus_term: bool) -> None:
    """With stresses of the size of the modulus, so that the factor J_c and the softening matter."""
    switches = Switches(modulus_term=modulus_term)
    cell = create(CellDesign(CARD, electrolyte_card(), symmetry, switches=switches))
    for pressure in (0.0, 100e6):
        for filling, voltage in zip(FILLINGS, voltages(cell, FILLINGS, pressure), strict=True):
            shift = mechanical_potential(filling, pressure, modulus_term)
            assert voltage == pytest.approx(open_circuit(CARD, filling) - shift, abs=1e-9)
            assert abs(shift) > 1e-3


def test_compression_lowers_the_voltage() -> None:
    """Tension raises it; and what the stack pressure adds to the compression lowers it further."""
    cell = create(CellDesign(CARD, electrolyte_card()))
    stress_free = np.array([open_circuit(CARD, filling) for filling in FILLINGS])
    shift = np.array(voltages(cell, FILLINGS, 0.0)) - stress_free
    assert shift[0] > 1e-3 and np.all(shift[1:] < -1e-3)
    assert np.all(np.array(voltages(cell, FILLINGS, 100e6)) - stress_free < shift)


def test_stress_can_be_left_out_of_the_kinetics() -> None:
    """The flag leaves the voltage at the stress-free curve although the film is stressed."""
    cell = create(CellDesign(CARD, electrolyte_card(), switches=Switches(stress_in_overpotential=False)))
    expected = [open_circuit(CARD, filling) for filling in FILLINGS]
    assert voltages(cell, FILLINGS, 100e6) == pytest.approx(expected, abs=1e-9)
