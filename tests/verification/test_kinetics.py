# SPDX-License-Identifier: LGPL-3.0-or-later
"""Charge transfer at high rates against closed forms, on a cell whose state is uniform.

At C/10 the overpotential is below a millivolt: a wrong sign, transfer coefficient or area there passes
every other check. Here currents reach a thousand times the exchange current.
"""

from __future__ import annotations

from math import erf, exp, sqrt
from typing import Any

import numpy as np
import pytest
from lithiate.interfaces.contact_area import PlasticContact
from lithiate.interfaces.kinetics import ButlerVolmer
from lithiate.materials import StoichiometryFunction
from lithiate.problem.switches import Switches
from manufactured import POTENTIAL, START, STRESS, compiled_values, electrode_card, electrolyte_card
from tangent_differences import LARGEST_ERROR, tangent_errors
from uniform_cell import EXCHANGE, IONS, RESIDUAL, ROUGHNESS, Cell, CellDesign, create, inverted

HARDNESS = 1e9
"""Of the faces in plastic contact [Pa]."""

RATES = np.array([0.1, 1.0, 10.0, 100.0, 1000.0])

# Swells not at all and is equally stiff at any filling, so that stress and voltage do not mix.
ELECTRODE = electrode_card(partial_molar_volume=0.0, youngs_modulus=50e9, poisson_ratio=0.25)
SOFTENING = ELECTRODE.model_copy(update={"youngs_modulus": StoichiometryFunction(80e9, 20e9)})
ELECTROLYTE = electrolyte_card(youngs_modulus=20e9, ionic_conductivity=0.2)


@pytest.fixture(scope="module")
def bonded() -> Cell:
    return create(CellDesign(ELECTRODE, ELECTROLYTE))


@pytest.fixture(scope="module")
def pressed() -> Cell:
    """Of an electrode that softens, without the term by which that would show in the voltage."""
    switches = Switches(modulus_term=False)
    return create(CellDesign(SOFTENING, ELECTROLYTE, "axisymmetric", debonded=True, switches=switches))


@pytest.mark.parametrize("sign", [-1, 1])
@pytest.mark.parametrize(("anodic", "cathodic"), [(0.5, 0.5), (0.3, 0.7), (0.8, 0.4)])
def test_overpotential_inverts_butler_volmer(bonded: Cell, anodic: float, cathodic: float, sign: int) -> None:
    """Unequal coefficients tell the two exponentials apart: exchanged, they agree at small currents only."""
    bonded.set(anodic, cathodic)
    for current in sign * EXCHANGE * RATES:
        expected = inverted(current, EXCHANGE, anodic, cathodic)
        assert bonded.overpotential(current) == pytest.approx(expected, abs=1e-9, rel=1e-8)


def test_lithiation_lowers_the_voltage(bonded: Cell) -> None:
    """A negative current takes lithium up and pulls the voltage below open circuit, the more the larger."""
    bonded.set()
    open_circuit = bonded.voltage(0.0)
    lithiation = [bonded.voltage(-EXCHANGE * rate) for rate in RATES]
    plating = bonded.row()["smallest_plating_potential"]
    assert plating == pytest.approx(lithiation[-1] - bonded.at_interface(IONS), rel=1e-9) and plating < 0.0
    bonded.set()
    delithiation = [bonded.voltage(EXCHANGE * rate) for rate in RATES]
    assert np.all(np.diff([open_circuit, *lithiation]) < 0)
    assert np.all(np.diff([open_circuit, *delithiation]) > 0)


@pytest.mark.parametrize("share", [1.0, 0.4, 0.02])
def test_exchange_current_counts_per_contact_area(bonded: Cell, share: float) -> None:
    """With half the contact the same current needs the overpotential of half the exchange current."""
    bonded.set(0.4, 0.6, bonded_share=share)
    for current in EXCHANGE * RATES:
        expected = inverted(current, share * EXCHANGE, 0.4, 0.6)
        assert bonded.overpotential(current) == pytest.approx(expected, abs=1e-9, rel=1e-8)
    assert bonded.row()["contact_area_fraction"] == pytest.approx(share, rel=1e-10)


@pytest.mark.parametrize("share", [1.0, 0.4])
def test_interface_resistance_is_the_slope_that_impedance_measures(bonded: Cell, share: float) -> None:
    """1 / (a i_0 f'(eta)) per platen area, which is the change of the overpotential with the current."""
    bonded.set(0.4, 0.6, share)
    for current in EXCHANGE * RATES[:4]:
        eta = bonded.overpotential(current) / POTENTIAL
        slope = share * EXCHANGE * (0.4 * exp(0.4 * eta) + 0.6 * exp(-0.6 * eta)) / POTENTIAL
        resistance = bonded.row()["interface_resistance"]
        assert resistance == pytest.approx(1e4 / slope, rel=1e-9)
        step = 1e-4 * current
        difference = bonded.overpotential(current + step) - bonded.overpotential(current - step)
        assert resistance == pytest.approx(1e4 * difference / (2 * step), rel=1e-6)


@pytest.mark.parametrize(
    ("symmetry", "directions"),
    [("plane_strain", 1), ("axisymmetric", 2), pytest.param("3d", 2, marks=pytest.mark.slow)],
)
def test_current_density_is_per_deformed_area(symmetry: str, directions: int) -> None:
    """A stretched interface has more area and more contact for the same total current."""
    cell = create(CellDesign(ELECTRODE, ELECTROLYTE, symmetry, stretch=1.3))
    cell.set(0.4, 0.6)
    for current in EXCHANGE * np.array([-100.0, -1.0, 10.0]):
        expected = inverted(current / 1.3**directions, EXCHANGE, 0.4, 0.6)
        assert cell.overpotential(current) == pytest.approx(expected, abs=1e-9, rel=1e-8)
    eta = cell.overpotential(EXCHANGE) / POTENTIAL
    slope = 1.3**directions * EXCHANGE * (0.4 * exp(0.4 * eta) + 0.6 * exp(-0.6 * eta)) / POTENTIAL
    assert cell.row()["interface_resistance"] == pytest.approx(1e4 / slope, rel=1e-9)


def persson(pressure: float) -> float:
    """Contact-area fraction of rough elastic faces at a pressure [Pa]."""
    softened = 80e9 + (20e9 - 80e9) * START
    compliance = sum((1 - nu**2) / E for E, nu in ((softened, 0.25), (20e9, 0.3)))
    return erf(sqrt(2) * pressure * compliance / ROUGHNESS)


@pytest.mark.slow
def test_stack_pressure_makes_the_contact(pressed: Cell) -> None:
    """Between rigid walls p_n is the stack pressure; a_p follows Persson with the modulus as lithiated."""
    pressed.set(0.4, 0.6)
    for pressure in (2e6, 20e6, 200e6, 1e9):
        pressed.problem.stack_pressure.value = pressure / STRESS
        pressed.voltage(0.0)  # the equilibrium step of every run, before the current
        expected = inverted(-3 * EXCHANGE, persson(pressure) * EXCHANGE, 0.4, 0.6)
        assert pressed.overpotential(-3 * EXCHANGE) == pytest.approx(expected, abs=1e-9, rel=1e-8)
        row = pressed.row()
        assert row["largest_contact_pressure"] == pytest.approx(pressure, rel=1e-9)
        assert row["contact_area_fraction"] == pytest.approx(persson(pressure), rel=1e-9)


@pytest.mark.slow
def test_flattened_asperities_stay_in_contact() -> None:
    """a_p = p/H at the largest pressure of all steps, up and down; the tangent on either branch."""
    design = CellDesign(
        ELECTRODE, ELECTROLYTE, debonded=True, contact=PlasticContact(hardness=HARDNESS / STRESS)
    )
    cell = create(design)
    cell.set(0.4, 0.6)
    largest = 0.0
    for pressure in (40e6, 200e6, 10e6, 150e6, 300e6, 1.5e6):
        largest = max(largest, pressure)
        # At a two-hundredth of the largest pressure half of what was flattened has let go.
        fraction = (0.5 if pressure == 1.5e6 else 1.0) * largest / HARDNESS
        cell.problem.stack_pressure.value = pressure / STRESS
        cell.voltage(0.0)  # the equilibrium step of every run, before the current
        expected = inverted(-3 * EXCHANGE, fraction * EXCHANGE, 0.4, 0.6)
        assert cell.overpotential(-3 * EXCHANGE) == pytest.approx(expected, abs=1e-9, rel=1e-8)
        row = cell.row()
        assert row["largest_contact_pressure"] == pytest.approx(pressure, rel=1e-9)
        assert row["contact_area_fraction"] == pytest.approx(fraction, rel=1e-8)
        if pressure in (40e6, 1.5e6):
            values = {name: item.value.x.array.copy() for name, item in cell.problem.unknowns.items()}
            errors = tangent_errors(cell.problem, cell.system, np.array([1.0, 0.03, 0.01]))
            assert {pair: error for pair, error in errors.items() if error > LARGEST_ERROR} == {}
            for name, item in cell.problem.unknowns.items():
                item.value.x.array[:] = values[name]
        cell.problem.accept_step()


@pytest.mark.parametrize("sign", [-1, 1])
def test_residual_contact_keeps_closed_form_and_sign(bonded: Cell, sign: int) -> None:
    """Contact is lost down to the floor of 1e-12 at constant current: eta stays finite, right and signed."""
    bonded.set()
    for share in [*np.logspace(0, -14, 29), 0.0]:
        bonded.bonded_share.value = share
        expected = inverted(sign * EXCHANGE, (RESIDUAL + share) * EXCHANGE, 0.5, 0.5)
        assert bonded.overpotential(sign * EXCHANGE) == pytest.approx(expected, abs=1e-9, rel=1e-8)
    found = []
    for rate in RATES:
        found.append(bonded.overpotential(sign * rate * EXCHANGE))
        assert found[-1] == pytest.approx(inverted(sign * rate, RESIDUAL, 0.5, 0.5), rel=1e-8)
    assert np.all(sign * np.diff(found) > 0) and sign * found[0] > 1.0
    assert bonded.row()["contact_area_fraction"] == pytest.approx(RESIDUAL, rel=1e-10)


def test_exponentials_neither_overflow_nor_lose_their_sign() -> None:
    """Newton's method tries overpotentials of any size: the current must stay finite and keep growing."""
    law = ButlerVolmer(1.0, 0.3, 0.7)

    def current(eta: Any) -> Any:
        return law.current_density(RESIDUAL, eta)

    sizes = np.logspace(-6, 8, 400)
    positive, negative = (compiled_values(current, sign * sizes) for sign in (1, -1))
    assert np.all(np.isfinite(positive)) and np.all(np.isfinite(negative))
    assert np.all(positive > 0) and np.all(negative < 0)
    assert np.all(np.diff(positive) > 0) and np.all(np.diff(negative) < 0)
    usual = sizes[sizes < 200.0]
    exact = RESIDUAL * (np.exp(0.3 * usual) - np.exp(-0.7 * usual))
    assert positive[: len(usual)] == pytest.approx(exact, rel=1e-9)
    slopes = compiled_values(
        lambda eta: law.conductance(RESIDUAL, eta), np.concatenate([-sizes[::-1], sizes])
    )
    assert np.all(np.isfinite(slopes)) and np.all(slopes > 0)
