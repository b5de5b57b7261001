# SPDX-License-Identifier: LGPL-3.0-or-later
"""A cell of two storing materials: at rest lithium goes from one to the other until mu is the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from lithiate import Case
from scipy.optimize import brentq
from switched_cell import carry_out
from uniform_cell import open_circuit

LAYERS = """geometry.layers=[{name="graphite", thickness="0.4 um"}, {name="film", thickness="0.4 um"},
{name="electrolyte", thickness="0.4 um"}]""".replace("\n", " ")
PASSAGE = 'interfaces."graphite|film"={bond="bonded", exchange_resistance="%s"}'
CELL = (
    LAYERS,
    'regions.graphite={material="graphite", diffusivity="1e-13 m^2/s", flow="elastic"}',
    'regions.film.diffusivity="1e-13 m^2/s"',
    "regions.film.flow=elastic",
    "regions.electrolyte.flow=elastic",
)
REST = """
[[protocol]]
step = "rest"
until = { time = "%g h" }
"""


def equilibrium(case: Case) -> dict[str, float]:
    """Fillings of one open-circuit potential that hold the lithium of the start."""
    sites = {name: case.concentration_as_built(name) for name in case.storing_regions}
    first, second = sites
    content = sum(sites[name] * case.starts[name] for name in sites)

    def other(filling: float) -> float:
        return (content - sites[first] * filling) / sites[second]

    def excess(filling: float) -> float:
        lower, upper = (
            open_circuit(case.card(first), filling),
            open_circuit(case.card(second), other(filling)),
        )
        return lower - upper

    least, most = ((content - share * sites[second]) / sites[first] for share in (1 - 1e-9, 1e-9))
    found = float(brentq(excess, max(least, 1e-9), min(most, 1 - 1e-9), xtol=1e-14))
    return {first: found, second: other(found)}


@pytest.mark.parametrize(
    ("resistance", "hours", "mechanics"),
    [
        pytest.param("1e-3 ohm cm2", 0.1, False, marks=pytest.mark.slow),
        pytest.param("200 ohm cm2", 20.0, False, marks=pytest.mark.slow),
        pytest.param("1e-3 ohm cm2", 0.1, True, marks=pytest.mark.slow),
        pytest.param("200 ohm cm2", 20.0, True, marks=pytest.mark.slow),
    ],
)
def test_a_cell_at_rest_comes_to_one_chemical_potential(
    tmp_path: Path, resistance: str, hours: float, mechanics: bool
) -> None:
    """Whatever the interface lets pass in a time, nothing is lost; without stress the fillings are known.

    The energy that this sets free is all there is: backward Euler finds it to a tenth with these steps.
    """
    sets = (*CELL, PASSAGE % resistance, *(() if mechanics else ("physics.mechanics=false",)))
    case, problem, rows = carry_out(tmp_path, REST % hours, *sets, energy=0.2)
    unit = problem.units.potential
    potentials = [
        problem.unknowns[f"chemical_potential.{name}"].value.x.array * unit for name in case.storing_regions
    ]
    start = [-open_circuit(case.card(name), case.starts[name]) for name in case.storing_regions]
    assert abs(start[0] - start[1]) > 0.05
    assert np.ptp(np.concatenate(potentials)) < 2e-4
    assert rows[-1]["voltage"] == pytest.approx(-potentials[1].mean(), abs=2e-4)
    assert rows[-1]["state_of_charge"] == pytest.approx(rows[0]["state_of_charge"], abs=1e-9)
    assert max(row["lithium_balance_error"] for row in rows) < 1e-9
    for name, filling in equilibrium(case).items():
        found = rows[-1][f"mean_stoichiometry.{name}"]
        assert abs(found - case.starts[name]) > 0.01
        if not mechanics:
            assert found == pytest.approx(filling, abs=2e-4)
