# SPDX-License-Identifier: LGPL-3.0-or-later
"""A cell with parts of its physics switched off is the limit of the whole one, or has a closed form."""

from __future__ import annotations

from pathlib import Path

import pytest
from manufactured import FARADAY_CONSTANT, TEMPERATURE
from short_cell import LITHIATE
from switched_cell import ELASTIC, PRESS, carry_out
from uniform_cell import inverted, open_circuit

EXCHANGE, START, HEIGHT = 10.0, 0.3, 0.4e-6
"""Of the short cell: exchange current density [A/m2], filling, height of either layer [m]."""

FACE = "film|electrolyte"
CURRENTS = """
[[protocol]]
step = "lithiate"
current_density = "30 A/m2"
until = { time = "1 min" }
[[protocol]]
step = "delithiate"
current_density = "5 A/m2"
until = { capacity = "1e-4 mAh/cm^2", voltage = "5 V" }
"""
DEBONDABLE = (
    f'interfaces."{FACE}".bond=debondable',
    f'interfaces."{FACE}".strength="10 MPa"',
    f'interfaces."{FACE}".toughness="0.1 J/m2"',
    f'interfaces."{FACE}".bonded_share=0.5',
    f'interfaces."{FACE}".initial_damage=0.2',
)


@pytest.mark.parametrize("conduction", [False, True])
def test_charge_transfer_alone(tmp_path: Path, conduction: bool) -> None:
    """V = U(c_0) + eta(i / (b_0 (1 - D))), D as made, and i h / kappa on top with conduction; no more."""
    off = ["physics.mechanics=false", "physics.transport=false"]
    off += [] if conduction else ["physics.conduction=false"]
    case, problem, rows = carry_out(tmp_path, CURRENTS, *DEBONDABLE, *off)
    assert not any(name.startswith(("displacement", "stoich")) for name in problem.solved_unknowns)
    conductivity = case.card("electrolyte").ionic_conductivity_at(case.physics.temperature)
    resistance = HEIGHT / conductivity if conduction else 0.0
    assert {round(row["current_density"], 9) for row in rows} == {0.0, -30.0, 5.0}
    for row in rows:
        current = row["current_density"]
        expected = open_circuit(case.card("film"), START) + inverted(current / 0.4, EXCHANGE, 0.5, 0.5)
        assert row["voltage"] == pytest.approx(expected + current * resistance, abs=1e-9)
        assert row[f"contact_area_fraction.{FACE}"] == pytest.approx(0.4, rel=1e-9)
        assert row["state_of_charge"] == pytest.approx(START, abs=1e-12)
        assert row["thickness"] == pytest.approx(2 * HEIGHT, rel=1e-12, abs=0)
    assert rows[-1]["areal_capacity"] == pytest.approx(1e-4, rel=1e-6)


@pytest.mark.slow
def test_nothing_moves_where_nothing_swells(tmp_path: Path) -> None:
    """Without swelling and load the whole cell stays as built, and so does its voltage."""
    still = (*ELASTIC, "regions.film.partial_molar_volume=0.0")
    whole = carry_out(tmp_path, LITHIATE, *still)[2]
    bare = carry_out(tmp_path, LITHIATE, *still, "physics.mechanics=false")[2]
    assert len(whole) == len(bare) > 5
    for one, other in zip(whole, bare, strict=True):
        for name in ("time", "voltage", "largest_stoichiometry.film", f"interface_resistance.{FACE}"):
            assert one[name] == pytest.approx(other[name], rel=1e-8, abs=1e-10), name


def test_without_mechanics_swelling_shows_nowhere(tmp_path: Path) -> None:
    _, _, rows = carry_out(tmp_path, LITHIATE, "physics.mechanics=false", "stack_pressure.pressure=5 MPa")
    assert rows[-1]["mean_stoichiometry.film"] == pytest.approx(0.33, abs=1e-6)
    for row in rows:
        assert row["thickness"] == pytest.approx(2 * HEIGHT, rel=1e-12, abs=0)
        assert row["stack_pressure"] == pytest.approx(5e6)
        assert row["largest_von_mises_stress.film"] == row["largest_hydrostatic_stress.film"] == 0.0


@pytest.mark.slow
def test_stress_alone_shifts_the_voltage_without_transport(tmp_path: Path) -> None:
    """V - U(c_0) = Omega sigma_h / F to first order: compression lowers it, while lithium stays."""
    sets = (*ELASTIC, "physics.transport=false", "physics.modulus_term=false")
    case, _, rows = carry_out(tmp_path, PRESS, *sets)
    molar_volume = case.card("film").partial_molar_volume
    assert molar_volume is not None
    assert rows[-1]["mean_hydrostatic_stress.film"] < -20e6
    for row in rows[5:]:
        shift = row["voltage"] - open_circuit(case.card("film"), START)
        expected = molar_volume * row["mean_hydrostatic_stress.film"] / FARADAY_CONSTANT
        assert shift == pytest.approx(expected, rel=3e-3, abs=0)
        assert row["state_of_charge"] == pytest.approx(START, abs=1e-12)


@pytest.mark.slow
def test_pressure_alone_without_reaction(tmp_path: Path) -> None:
    """Layers between slippery walls get thinner by p h / (K + 4 G / 3); there is no voltage."""
    case, problem, rows = carry_out(tmp_path, PRESS, *ELASTIC, "physics.reaction=false")
    assert not any("potential" in name for name in problem.solved_unknowns if "chemical" not in name)
    compliance = 0.0
    for name in case.regions:
        filling = START if name == "film" else 0.0
        modulus, ratio = (
            float(function.at(filling, TEMPERATURE))
            for function in (case.card(name).youngs_modulus, case.card(name).poisson_ratio)
        )
        compliance += HEIGHT * (1 + ratio) * (1 - 2 * ratio) / (modulus * (1 - ratio))
    shrunk = 2 * HEIGHT - rows[-1]["thickness"]
    assert shrunk == pytest.approx(50e6 * compliance, rel=5e-3, abs=0)
    assert all(row["voltage"] != row["voltage"] and row["current_density"] == 0.0 for row in rows)
