# SPDX-License-Identifier: LGPL-3.0-or-later
"""A film that a side reaction makes, against closed forms on a cell whose state is uniform."""

from __future__ import annotations

from dataclasses import replace
from math import exp, sqrt

import numpy as np
import pytest
from lithiate.impedance.linearisation import Linearisation
from lithiate.impedance.spectrum import Spectrum
from lithiate.interfaces.kinetics import LinearKinetics
from manufactured import FARADAY_CONSTANT, POTENTIAL, START, TIME, UNITS, electrode_card, electrolyte_card
from scipy.optimize import brentq
from tangent_differences import LARGEST_ERROR, tangent_errors
from uniform_cell import (
    EXCHANGE,
    FILM_CONDUCTIVITY,
    FILM_THICKNESS,
    FILM_VOLUME,
    INTERFACE,
    IONS,
    SIDE_POTENTIAL,
    SIDE_TRANSFER,
    Cell,
    CellDesign,
    create,
    hold,
    open_circuit,
)

ELECTRODE = electrode_card(partial_molar_volume=0.0, youngs_modulus=50e9, poisson_ratio=0.25)
ELECTROLYTE = electrolyte_card(youngs_modulus=20e9, ionic_conductivity=0.2)
OHM_CM2 = 1e4
OPEN_CIRCUIT = open_circuit(ELECTRODE, START)
DROP, GROWTH = f"film_potential_drop.{INTERFACE}", f"film_logarithm.{INTERFACE}"


@pytest.fixture(scope="module")
def growing() -> Cell:
    return create(CellDesign(ELECTRODE, ELECTROLYTE, kinetics=LinearKinetics, film=True, grows=True))


def renew(cell: Cell, side_exchange: float, parabolic_constant: float, share: float = 1.0) -> None:
    """A film as built, with the rates [A/m2] and [m2/s] of its growth."""
    filling = cell.problem.unknowns["stoichiometry.electrode"]
    filling.old.x.array[:] = START
    for name, unknown in cell.problem.unknowns.items():
        if name in (DROP, GROWTH):
            unknown.old.x.array[:] = 0.0
    cell.set(0.4, 0.3, share)
    cell.problem.voltage_held.value = cell.problem.time_step.value = 0.0
    cell.film_resistance.value = 1e-4 / UNITS.area_resistance
    cell.side_exchange.value = side_exchange / UNITS.current_density
    cell.parabolic_constant.value = parabolic_constant / UNITS.diffusivity


def step(cell: Cell, duration: float) -> None:
    """One time step [s], accepted."""
    cell.problem.time_step.value = duration / TIME
    assert cell.system.solve().converged
    cell.problem.accept_step()


def test_current_divides_between_charge_transfer_and_side_reaction(growing: Cell) -> None:
    """i + i_side = I below a film that takes (i + i_side) R, and the slope of their sum as resistance."""
    share, side_exchange, constant = 0.6, 2.0, 1e-18
    renew(growing, side_exchange, constant, share)
    resistance = 1e-4 + FILM_THICKNESS / FILM_CONDUCTIVITY

    def side(below: float) -> float:
        kinetic = side_exchange * FILM_VOLUME / FARADAY_CONSTANT
        kinetic *= exp(-SIDE_TRANSFER * (below - SIDE_POTENTIAL) / POTENTIAL)
        speed = 1 / (1 / kinetic + FILM_THICKNESS / constant)
        return -share * FARADAY_CONSTANT / FILM_VOLUME * speed

    def total(potential: float, current: float) -> float:
        below = potential - current / share * resistance
        return share * EXCHANGE * 0.7 * (below - OPEN_CIRCUIT) / POTENTIAL + side(below) - current

    for current in EXCHANGE * np.array([-3.0, -0.1, 0.0, 0.5]):
        expected = brentq(total, -5.0, 5.0, (current,), xtol=1e-14)
        found = growing.voltage(current) - growing.at_interface(IONS)
        assert found == pytest.approx(expected, abs=1e-8)
        row, gap = growing.row(), current / share * resistance
        assert row["side_current_density"] == pytest.approx(side(expected - gap), rel=1e-6)
        sides = [growing.voltage(current + way * 1e-3) - growing.at_interface(IONS) for way in (1, -1)]
        slope = OHM_CM2 * (sides[0] - sides[1]) / 2e-3
        assert row["interface_resistance"] == pytest.approx(slope, rel=1e-5)
        assert row["film_resistance"] == pytest.approx(OHM_CM2 * resistance, rel=1e-9)


@pytest.mark.parametrize("steps", [10, 40])
def test_growth_by_diffusion_is_parabolic(growing: Cell, steps: int) -> None:
    """L^2 = L_0^2 + 2 K t, to the order of backward Euler; the lithium of the film is what the rest lost."""
    constant, hour = 1e-21, 3600.0
    renew(growing, 1e6, constant)
    growing.voltage(0.0)
    before, thickness = growing.observer.lithium_content(), FILM_THICKNESS
    for _ in range(steps):
        step(growing, hour / steps)
        thickness = (thickness + sqrt(thickness**2 + 4 * constant * hour / steps)) / 2
    row = growing.row()
    assert row["mean_film_thickness"] == pytest.approx(thickness, rel=1e-6)
    exact = sqrt(FILM_THICKNESS**2 + 2 * constant * hour)
    assert row["mean_film_thickness"] == pytest.approx(exact, rel=0.5 / steps)
    lost = (row["mean_film_thickness"] - FILM_THICKNESS) / FILM_VOLUME * FARADAY_CONSTANT
    assert row["lithium_lost"] * 3.6e4 == pytest.approx(lost, rel=1e-9)
    gone = (before - growing.observer.lithium_content()) / growing.observer.platen_area
    assert gone * UNITS.current_density * TIME == pytest.approx(lost, rel=1e-6)
    resistance = 1e-4 + row["mean_film_thickness"] / FILM_CONDUCTIVITY
    assert row["film_resistance"] == pytest.approx(OHM_CM2 * resistance, rel=1e-9)


def test_kinetics_and_diffusion_follow_deal_and_grove(growing: Cell) -> None:
    """(L^2 - L_0^2) / (2 K) + (L - L_0) / r = t at a voltage that is held, half contact halving the time."""
    share, constant, side_exchange, steps, hour = 0.5, 1e-21, 3e-4, 40, 3600.0
    renew(growing, side_exchange, constant, share)
    held = 0.28
    growing.problem.voltage_held.value = 1.0
    growing.problem.held_potential.value = held / POTENTIAL
    growing.voltage(0.0)
    for _ in range(steps):
        step(growing, hour / steps)
    thickness = growing.row()["mean_film_thickness"]
    rate = side_exchange * FILM_VOLUME / FARADAY_CONSTANT
    rate *= exp(-SIDE_TRANSFER * (held - SIDE_POTENTIAL) / POTENTIAL)
    # What film and electrolyte take of the voltage is left out.
    found = (thickness**2 - FILM_THICKNESS**2) / (2 * constant) + (thickness - FILM_THICKNESS) / rate
    assert found == pytest.approx(share * hour, rel=0.02)
    assert 0.2 < (thickness - FILM_THICKNESS) / rate / found < 0.8


def test_the_tangent(growing: Cell) -> None:
    renew(growing, 2e-2, 1e-20, 0.6)
    growing.voltage(-EXCHANGE)
    growing.problem.time_step.value = 0.2
    assert growing.system.solve().converged
    errors = tangent_errors(growing.problem, growing.system)
    found = {pair: error for pair, error in errors.items() if {DROP, GROWTH} & set(pair)}
    assert {pair: error for pair, error in found.items() if error > LARGEST_ERROR} == {}


@pytest.mark.slow
def test_impedance_meets_side_reaction_and_film(growing: Cell) -> None:
    renew(growing, 2e-2, 1e-18, 0.6)
    growing.voltage(-EXCHANGE)
    step(growing, 100.0)
    found = Spectrum(Linearisation(growing.problem, lambda problem: hold(problem, 1.0), {})).limits()
    assert found.interface == pytest.approx(growing.row()["interface_resistance"], rel=5e-3)


@pytest.mark.slow
@pytest.mark.parametrize("symmetry", ["axisymmetric", "3d"])
def test_a_film_stretches_with_its_face(symmetry: str) -> None:
    """Thinner by the area ratio, and grown by diffusion through what is left; the axis has film, too."""
    design = CellDesign(ELECTRODE, ELECTROLYTE, symmetry, stretch=1.3, kinetics=LinearKinetics)
    cell = create(replace(design, film=True, grows=True))
    constant, duration, ratio = 1e-21, 600.0, 1.3**2
    renew(cell, 1e6, constant)
    cell.voltage(0.0)
    thin = FILM_THICKNESS / ratio
    assert cell.row()["mean_film_thickness"] == pytest.approx(thin, rel=1e-9)
    cell.problem.accept_step()
    step(cell, duration)
    grown = (thin + sqrt(thin**2 + 4 * constant * duration)) / 2
    row = cell.row()
    assert row["mean_film_thickness"] == pytest.approx(grown, rel=1e-6)
    assert row["film_resistance"] == pytest.approx(OHM_CM2 * (1e-4 + grown / FILM_CONDUCTIVITY), rel=1e-6)
    lost = ratio * (grown - thin) / FILM_VOLUME * FARADAY_CONSTANT
    assert row["lithium_lost"] * 3.6e4 == pytest.approx(lost, rel=1e-6)
    side = -ratio * FARADAY_CONSTANT / FILM_VOLUME * constant / grown
    assert row["side_current_density"] == pytest.approx(side, rel=1e-5)
