# SPDX-License-Identifier: LGPL-3.0-or-later
"""The chemical potential inside the equations against the open-circuit curve that the card promises.

The curve exists twice: as a spline that checks a card and draws it, and as an expression that is compiled
into the residual. If they differ, a run has another voltage than its material card.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import ufl
from lithiate.materials import MaterialCard, OpenCircuitTable, library_card
from lithiate.materials.open_circuit import evaluate
from lithiate.materials.parameters import StorageParameters
from manufactured import POTENTIAL, TEMPERATURE, UNITS, compiled_values, electrode_card

UNEVEN = OpenCircuitTable(stoichiometry=(0.2, 0.25, 0.6, 0.9), potential=(0.6, 0.25, 0.2, 0.02))
CARDS = {
    "a-Si": library_card("a-Si"),
    "two points": electrode_card(),
    "uneven": electrode_card(open_circuit_potential=UNEVEN),
}

INSIDE = np.concatenate(
    [np.logspace(-6, -1.5, 60), np.linspace(0.04, 0.96, 401), 1 - np.logspace(-1.5, -6, 60)]
)


def storage(card: MaterialCard) -> StorageParameters:
    return StorageParameters(card, UNITS, 0.3)


@pytest.fixture(params=CARDS)
def card(request: pytest.FixtureRequest) -> MaterialCard:
    return CARDS[request.param]


def curve(card: MaterialCard, points: Any) -> Any:
    """-F U(c) in units of R T, by NumPy."""
    table = card.open_circuit_potential
    assert table is not None
    return -evaluate(table.stoichiometry, table.potential, TEMPERATURE, points) / POTENTIAL


def test_chemical_potential_is_minus_the_open_circuit_potential(card: MaterialCard) -> None:
    """From one end to the other, with the points of the table hit exactly: they are where pieces meet."""
    assert card.open_circuit_potential is not None
    points = np.concatenate([INSIDE, card.open_circuit_potential.stoichiometry])
    assert compiled_values(storage(card).chemical_potential, points) == pytest.approx(
        curve(card, points), abs=1e-11
    )
    voltages = -curve(card, card.open_circuit_potential.stoichiometry) * POTENTIAL
    assert voltages == pytest.approx(card.open_circuit_potential.potential, abs=1e-12)


def test_initial_potential_is_on_the_curve(card: MaterialCard) -> None:
    """A run starts from this number; anything else would be a jump in the first step."""
    assert storage(card).chemical_potential_at(0.3) == pytest.approx(float(curve(card, 0.3)), abs=1e-12)


def test_chemical_energy_has_the_chemical_potential_as_its_slope(card: MaterialCard) -> None:
    """Else no energy balance could close. Differences see jumps between pieces, derivatives do not."""
    width = 1e-5
    inner = INSIDE[(INSIDE > 1e-3) & (INSIDE < 1 - 1e-3)]
    energies = [compiled_values(storage(card).chemical_energy, inner + shift) for shift in (-width, width)]
    slope = (energies[1] - energies[0]) / (2 * width)
    # The error of a central difference is width^2 / 6 times the third derivative, 1/c^2, and more at kinks.
    assert slope == pytest.approx(curve(card, inner), abs=1e-4)
    derivative = compiled_values(lambda c: differentiated(storage(card).chemical_energy, c), INSIDE)
    assert derivative == pytest.approx(curve(card, INSIDE), abs=1e-10)


def differentiated(function: Any, argument: Any) -> Any:
    argument = ufl.variable(argument)
    return ufl.diff(function(argument), argument)


@pytest.mark.parametrize("quantity", ["chemical_energy", "chemical_potential"])
def test_nothing_jumps_at_the_points_of_the_table(card: MaterialCard, quantity: str) -> None:
    """Least of all at its ends, where the spline stops and only the logarithm goes on."""
    assert card.open_circuit_potential is not None
    points = np.array(card.open_circuit_potential.stoichiometry)
    width = 1e-10
    function = getattr(storage(card), quantity)
    left, right = (compiled_values(function, points + shift) for shift in (-width, width))
    assert left == pytest.approx(right, abs=2 * width * 1e3)


def test_ideal_dilute_law_has_its_energy_as_well() -> None:
    """R T ln c and c (ln c - 1), with which the verification problems are solved."""
    dilute = storage(electrode_card(chemistry="ideal_dilute"))
    points = np.logspace(-6, 0, 50) * 0.999
    assert compiled_values(dilute.chemical_potential, points) == pytest.approx(np.log(points), abs=1e-13)
    slope = compiled_values(lambda c: differentiated(dilute.chemical_energy, c), points)
    assert slope == pytest.approx(np.log(points), abs=1e-12)
    assert dilute.chemical_potential_at(0.3) == pytest.approx(np.log(0.3), abs=1e-14)
