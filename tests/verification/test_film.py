# SPDX-License-Identifier: LGPL-3.0-or-later
"""A film in series with charge transfer, against closed forms on a cell whose state is uniform."""

from __future__ import annotations

import numpy as np
import pytest
from lithiate.impedance.linearisation import Linearisation
from lithiate.impedance.spectrum import Spectrum
from lithiate.interfaces.kinetics import LinearKinetics
from lithiate.problem.current_balance import CurrentBalance
from lithiate.problem.unknowns import ELECTRODE_POTENTIAL
from manufactured import POTENTIAL, UNITS, electrode_card, electrolyte_card
from tangent_differences import LARGEST_ERROR, tangent_errors
from uniform_cell import EXCHANGE, INTERFACE, RESIDUAL, Cell, CellDesign, create, hold, inverted

ELECTRODE = electrode_card(partial_molar_volume=0.0, youngs_modulus=50e9, poisson_ratio=0.25)
ELECTROLYTE = electrolyte_card(youngs_modulus=20e9, ionic_conductivity=0.2)
OHM_CM2 = 1e4
DROP = f"film_potential_drop.{INTERFACE}"


@pytest.fixture(scope="module")
def butler_volmer() -> Cell:
    return create(CellDesign(ELECTRODE, ELECTROLYTE, film=True))


@pytest.fixture(scope="module")
def linear() -> Cell:
    return create(CellDesign(ELECTRODE, ELECTROLYTE, kinetics=LinearKinetics, film=True))


def set_film(cell: Cell, resistance: float, share: float = 1.0) -> None:
    """Resistance [ohm m2] and bonded share of the next solves; unequal transfer coefficients."""
    cell.set(0.4, 0.3, share)
    cell.film_resistance.value = resistance / UNITS.area_resistance


@pytest.mark.parametrize("resistance", [1e-9, 1e-4, 2e-2])
def test_linear_kinetics_and_a_film_are_two_resistors(linear: Cell, resistance: float) -> None:
    """eta + w = i (R_ct + R_film) / a with R_ct = R T / (F i_0 (alpha_a + alpha_c)), at any current."""
    set_film(linear, resistance, 0.6)
    both = (POTENTIAL / (EXCHANGE * 0.7) + resistance) / 0.6
    for current in EXCHANGE * np.array([-100.0, -1.0, 10.0]):
        assert linear.overpotential(current) == pytest.approx(both * current, rel=1e-8)
        row = linear.row()
        assert row["interface_resistance"] == pytest.approx(OHM_CM2 * both, rel=1e-9)
        assert row["film_resistance"] == pytest.approx(OHM_CM2 * resistance, rel=1e-12)


@pytest.mark.parametrize("sign", [-1, 1])
@pytest.mark.parametrize("resistance", [1e-9, 1e-4, 2e-2])
def test_a_film_adds_its_ohmic_drop_to_butler_volmer(
    butler_volmer: Cell, resistance: float, sign: int
) -> None:
    """eta + w is the inverse of Butler and Volmer's law plus R i / a, from i_0 / 10 to a thousand i_0."""
    cell, share = butler_volmer, 0.4
    set_film(cell, resistance, share)
    for current in sign * EXCHANGE * np.array([0.1, 1.0, 10.0, 100.0, 1000.0]):
        expected = inverted(current, share * EXCHANGE, 0.4, 0.3) + resistance * current / share
        assert cell.overpotential(current) == pytest.approx(expected, abs=1e-9, rel=1e-8)
        largest = np.abs(cell.problem.unknowns[DROP].value.x.array).max() * POTENTIAL
        assert largest == pytest.approx(resistance * abs(current) / share, rel=1e-8)


@pytest.mark.parametrize("sign", [-1, 1])
def test_contact_is_lost_under_a_film(butler_volmer: Cell, sign: int) -> None:
    """Down to the floor of 1e-12 at constant current the drop stays finite, right and signed."""
    cell, current, resistance = butler_volmer, sign * 1e-3 * EXCHANGE, 1e-9
    set_film(cell, resistance)
    for share in [*np.logspace(0, -14, 29), 0.0]:
        cell.bonded_share.value = share
        fraction = RESIDUAL + share
        expected = inverted(current, fraction * EXCHANGE, 0.4, 0.3) + resistance * current / fraction
        assert cell.overpotential(current) == pytest.approx(expected, abs=1e-9, rel=1e-7)


def test_interface_resistance_counts_both_in_series(butler_volmer: Cell) -> None:
    """It is the change of the potential with the current, and what impedance finds."""
    cell, resistance = butler_volmer, 1e-2
    set_film(cell, resistance, 0.5)
    for current in EXCHANGE * np.array([-30.0, -1.0, 3.0]):
        cell.voltage(current)
        found, step = cell.row()["interface_resistance"], 1e-4 * current
        sides = [cell.overpotential(current + way * step) for way in (1, -1)]
        assert found == pytest.approx(OHM_CM2 * (sides[0] - sides[1]) / (2 * step), rel=1e-6)
        assert found > OHM_CM2 * resistance / 0.5


def test_the_tangent(butler_volmer: Cell) -> None:
    set_film(butler_volmer, 1e-2, 0.5)
    butler_volmer.voltage(-3 * EXCHANGE)
    errors = tangent_errors(butler_volmer.problem, butler_volmer.system)
    found = {pair: error for pair, error in errors.items() if DROP in pair}
    assert {pair: error for pair, error in found.items() if error > LARGEST_ERROR} == {}


@pytest.mark.slow
def test_impedance_measures_charge_transfer_and_film_in_series(butler_volmer: Cell) -> None:
    cell = butler_volmer
    set_film(cell, 1e-2, 0.5)
    cell.voltage(-3 * EXCHANGE)
    reported = cell.row()["interface_resistance"]
    cell.problem.accept_step()
    found = Spectrum(Linearisation(cell.problem, lambda problem: hold(problem, 1.0), {})).limits()
    assert found.interface == pytest.approx(reported, rel=5e-3)


@pytest.mark.parametrize("start", [-40.0, 4.0, 40.0])
@pytest.mark.parametrize("current", [0.0, 0.3])
def test_the_potential_of_linear_kinetics_is_found_from_anywhere(
    linear: Cell, start: float, current: float
) -> None:
    """A rule made for exponential kinetics would go to and fro about a linear one at rest."""
    linear.set()
    problem = linear.problem
    problem.current_density.value = current
    problem.unknowns[ELECTRODE_POTENTIAL].value.x.array[:] = start
    CurrentBalance(problem).find()
    applied = current * linear.observer.platen_area
    assert linear.observer.reacting_current() == pytest.approx(applied, rel=1e-11, abs=1e-11)
