# SPDX-License-Identifier: LGPL-3.0-or-later
"""The failure index: largest principal stress over the failure stress, its place, and the warning."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from case_files import changed, write_case
from lithiate import load_case, run
from lithiate.problem.description import Description
from lithiate.problem.observables import Observer
from lithiate.problem.problem import Problem
from lithiate.scaling import Units
from verification_problems import LENGTH, build_geometry, card

YOUNG, CONTENT, STRENGTH = 50e9, 3e5, {"unlithiated": 200e6, "lithiated": 100e6}
UNITS = Units(LENGTH, 1.0, CONTENT, 298.15)


def test_index_in_tension_that_grows_upwards() -> None:
    """u_y = e y + k y^2 / 2 without lateral contraction: sigma_1 = tau / J at lambda = 1 + e + k y.

    The failure stress is that at the lithium content; the place is the highest quadrature point.
    """
    given = card(
        youngs_modulus=YOUNG,
        poisson_ratio=0.0,
        maximum_concentration=CONTENT,
        partial_molar_volume=0.0,
        diffusivity=1e-15,
        open_circuit_potential={"stoichiometry": (0.1, 0.9), "potential": (0.3, 0.1)},
        failure_stress=STRENGTH,
    )
    geometry = build_geometry("plane_strain", mesh_size=LENGTH / 4)
    problem = Problem(geometry, UNITS, Description({"block": given}, {"block": 0.25}))
    strain, slope = 1e-3, 4e-3
    problem.unknowns["displacement.block"].value.interpolate(
        lambda x: np.stack([0 * x[0], strain * x[1] + slope * x[1] ** 2 / 2])
    )
    observer = Observer(problem)
    state = observer.state().regions["block"]
    heights = state.values["coordinate_1"]
    stretch = 1 + strain + slope * heights
    bulk, shear = YOUNG / 3, YOUNG / 2
    deviator = shear * stretch ** (-2 / 3) * 2 / 3 * (stretch**2 - 1)
    expected = (bulk / 2 * (stretch**2 - 1) + deviator) / stretch / 175e6
    assert state.failure_index == pytest.approx(expected, rel=1e-9)
    largest = observer.region_row("block", state)["largest_failure_index.block"]
    assert largest == pytest.approx(expected.max(), rel=1e-9)
    place = observer.place_of_failure(state)
    assert place[1] == pytest.approx(heights.max() * LENGTH, rel=1e-12, abs=0)
    assert 0 < place[0] < LENGTH


@pytest.mark.slow
def test_a_run_warns_once(tmp_path: Path) -> None:
    """At the first step beyond, with time and place; the column goes on."""
    text = changed('material = "a-Si"', 'material = "a-Si"\nfailure_stress = "5 MPa"')
    text = text.replace('"0.2 um"', '"0.25 um"').replace(
        '{ voltage = "0.01 V" }', "{ state_of_charge = 0.1 }"
    )
    case = load_case(write_case(tmp_path, text.split('[[protocol]]\nstep = "rest"')[0]))
    summary = run(case, tmp_path / "out").summary
    found = [warning for warning in summary["warnings"] if "failure stress" in warning]
    assert len(found) == 1
    assert found[0].startswith("region particle: the largest principal stress passed the failure stress at")
    assert summary["quantities"]["largest_failure_index.particle"]["value"] > 1.0
