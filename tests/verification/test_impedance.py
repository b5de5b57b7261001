# SPDX-License-Identifier: LGPL-3.0-or-later
"""Impedance of a planar cell: closed forms of diffusion, charge transfer, double layer and electrolyte.

The strip is as thin as one of its elements and 200 of them high on either side, so that diffusion is resolved
to w L^2 / D = 1e3. Stress is kept out of the potential: the impedance is then

    Z = R_e + 1 / (1 / (R_ct + Z_D) + i w C_dl)
    Z_D = -U'(c) L / (F C_max D) coth(q) / q,    q^2 = i w L^2 / D

(the finite-space Warburg impedance of a layer that lithium cannot leave behind).
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from lithiate.impedance.linearisation import Linearisation
from lithiate.impedance.spectrum import Spectrum, resolved_frequency
from lithiate.problem.switches import Switches
from manufactured import (
    CONCENTRATION,
    FARADAY_CONSTANT,
    LENGTH,
    POTENTIAL,
    START,
    UNITS,
    electrode_card,
    electrolyte_card,
)
from uniform_cell import EXCHANGE, INTERFACE, Cell, CellDesign, create, hold, open_circuit

ELEMENTS = 200
DIFFUSIVITY, CONDUCTIVITY = 1.5e-16, 5e-5
OHM_CM2 = 1e4
CHARGE_TRANSFER = POTENTIAL / EXCHANGE * OHM_CM2
ELECTROLYTE = LENGTH / CONDUCTIVITY * OHM_CM2
DOUBLE_LAYER = 0.002
"""[F/m2]"""


@cache
def strip() -> Cell:
    cell = create(
        CellDesign(
            electrode_card(diffusivity_kind="chemical"),
            electrolyte_card(),
            switches=Switches(stress_in_flux=False, stress_in_overpotential=False),
            width=LENGTH / ELEMENTS,
            mesh_size=LENGTH / ELEMENTS,
        )
    )
    cell.set()
    return cell


@cache
def spectrum(capacitance: float) -> Spectrum:
    """Of a double layer [F/m2]."""
    layers = {INTERFACE: capacitance / UNITS.area_capacitance}
    return Spectrum(Linearisation(strip().problem, lambda problem: hold(problem, 1.0), layers))


def maximum_concentration() -> float:
    """Per volume as built: the mesh is free of stress at START."""
    return CONCENTRATION / (1 + 3.0 * START)


def slope() -> float:
    """-U'(c) [V]."""
    card, step = electrode_card(), 1e-5
    return (open_circuit(card, START - step) - open_circuit(card, START + step)) / (2 * step)


def warburg(angular_frequency: float) -> complex:
    """Z_D [ohm cm2]."""
    root = np.sqrt(1j * angular_frequency * LENGTH**2 / DIFFUSIVITY)
    size = slope() * LENGTH / (FARADAY_CONSTANT * maximum_concentration() * DIFFUSIVITY)
    return complex(size / np.tanh(root) / root) * OHM_CM2


@pytest.mark.parametrize("scaled", np.logspace(-3, 3, 7))
def test_diffusion_in_a_film_is_the_finite_space_warburg_impedance(scaled: float) -> None:
    angular = scaled * DIFFUSIVITY / LENGTH**2
    found = spectrum(0.0).impedance(angular / (2 * np.pi)) - ELECTROLYTE - CHARGE_TRANSFER
    assert abs(found - warburg(angular)) < 1e-2 * abs(warburg(angular))


def test_slow_signals_meet_the_capacity_of_the_electrode() -> None:
    """-Im Z = 1 / (w C) with C = -dQ/dU = F C_max L / -U'(c)."""
    frequency = 1e-7
    capacity = FARADAY_CONSTANT * maximum_concentration() * LENGTH / slope()
    found = spectrum(0.0).impedance(frequency)
    assert -found.imag == pytest.approx(OHM_CM2 / (2 * np.pi * frequency * capacity), rel=1e-6)


def test_fast_signals_meet_charge_transfer_and_electrolyte_alone() -> None:
    limits = spectrum(0.0).limits()
    assert limits.interface == pytest.approx(CHARGE_TRANSFER, rel=1e-5)
    assert limits.electrolyte == pytest.approx(ELECTROLYTE, rel=1e-5)
    fast = spectrum(0.0).impedance(1e9)
    assert fast.real == pytest.approx(ELECTROLYTE + CHARGE_TRANSFER, rel=1e-6)
    assert fast.imag == pytest.approx(0.0, abs=1e-3)


@pytest.mark.parametrize("scaled", [0.01, 0.1, 1.0, 10.0, 100.0])
def test_a_double_layer_makes_a_semicircle(scaled: float) -> None:
    """Around w R_ct C_dl = 1, so fast that what diffusion adds lies below the tolerance on any mesh."""
    angular = scaled / (CHARGE_TRANSFER / OHM_CM2 * DOUBLE_LAYER)
    found = spectrum(DOUBLE_LAYER).impedance(angular / (2 * np.pi)) - ELECTROLYTE
    admittance = 1 / CHARGE_TRANSFER + 1j * angular * DOUBLE_LAYER / OHM_CM2
    assert abs(found - 1 / admittance) < 1e-2 * CHARGE_TRANSFER
    assert spectrum(DOUBLE_LAYER).limits().interface == pytest.approx(CHARGE_TRANSFER, rel=1e-5)


def test_the_mesh_says_up_to_where_it_resolves_diffusion() -> None:
    size = LENGTH / ELEMENTS
    found = resolved_frequency(strip().problem, INTERFACE, size)
    assert found == pytest.approx(DIFFUSIVITY / (2 * np.pi * size**2), rel=1e-6)
