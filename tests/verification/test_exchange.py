# SPDX-License-Identifier: LGPL-3.0-or-later
"""Two regions of one kind pass on what they carry: ions between conductors, lithium between storing regions.

The bodies are rigid here, so that both answers follow from one equation: resistances in series, and two
well-stirred blocks that exchange lithium through their common face.
"""

from __future__ import annotations

import numpy as np
import pytest
from dolfinx import fem
from lithiate.geometry import distribute
from lithiate.interfaces.contact_area import NoPressureContact
from lithiate.interfaces.exchange import PotentialExchange
from lithiate.materials import MaterialCard
from lithiate.materials.open_circuit import evaluate
from lithiate.problem.description import Description
from lithiate.problem.interface_laws import InterfaceLaws
from lithiate.problem.nonlinear import NonlinearSystem
from lithiate.problem.observables import Observer
from lithiate.problem.problem import Problem
from lithiate_meshes import VerificationBlock, build_mesh
from manufactured import (
    CURRENT_DENSITY,
    FARADAY_CONSTANT,
    LENGTH,
    POTENTIAL,
    TEMPERATURE,
    TIME,
    UNITS,
    electrode_card,
    electrolyte_card,
)
from mpi4py import MPI
from scipy.optimize import brentq

INTERFACE = "electrode|electrolyte"
"""The names of the two blocks, whatever they are made of here."""

SYMMETRIES = [
    "plane_strain",
    pytest.param("axisymmetric", marks=pytest.mark.slow),
    pytest.param("3d", marks=pytest.mark.slow),
]


def two_blocks(
    symmetry: str, cards: dict[str, MaterialCard], start: dict[str, float], resistance: float, share: float
) -> Problem:
    """Bonded and immobile; resistance [ohm m2] per contact, of which there is a share."""
    size = {"width": LENGTH, "height": LENGTH, "upper_height": 2 * LENGTH, "mesh_size": LENGTH}
    shape = {"family": "verification", "shape": "two_blocks", "symmetry": symmetry}
    data = build_mesh(VerificationBlock.model_validate(shape | size))
    geometry = distribute(MPI.COMM_SELF, data, LENGTH, (INTERFACE,))
    exchange = PotentialExchange(resistance * CURRENT_DENSITY / POTENTIAL)
    laws = {INTERFACE: InterfaceLaws(None, None, NoPressureContact(), None, share, 1e-12, exchange)}
    grounded = None if start else "top"
    problem = Problem(geometry, UNITS, Description(cards, start, laws, grounded=grounded))
    displacement = problem.unknowns["displacement.electrode+electrolyte"]
    held = fem.Function(displacement.value.function_space)
    for surface in geometry.surface_tags:
        problem.fix(displacement.name, surface, value=held)
    return problem


@pytest.mark.parametrize("symmetry", SYMMETRIES)
@pytest.mark.parametrize("share", [1.0, 0.25])
def test_ions_pass_resistances_in_series(symmetry: str, share: float) -> None:
    """V = i (h_1 / kappa_1 + R / a + h_2 / kappa_2), towards the ground on top."""
    current, resistance = 30.0, 2e-4
    cards = {
        "electrode": electrolyte_card(ionic_conductivity=0.02),
        "electrolyte": electrolyte_card(ionic_conductivity=0.05),
    }
    problem = two_blocks(symmetry, cards, {}, resistance, share)
    below = problem.unknowns["electrolyte_potential.electrode"]
    above = problem.unknowns["electrolyte_potential.electrolyte"]
    load = problem.measures.surface(-current / CURRENT_DENSITY * below.test, "bottom")
    problem.add(below.name, load)
    problem.fix(above.name, "top")
    system = NonlinearSystem(problem, 1e-12)
    assert system.solve().converged
    drops = [current * LENGTH / 0.02, current * resistance / share, current * 2 * LENGTH / 0.05]
    values = below.value.x.array * POTENTIAL
    assert values.max() == pytest.approx(sum(drops), rel=1e-9)
    assert values.min() == pytest.approx(sum(drops[1:]), rel=1e-9)
    assert above.value.x.array.max() * POTENTIAL == pytest.approx(drops[2], rel=1e-9)
    observer = Observer(problem)
    power = observer.interface_total(observer.state(), "exchange_power")
    area = {"plane_strain": 1.0, "axisymmetric": np.pi, "3d": 1.0}[symmetry]
    expected = current * drops[1] / (CURRENT_DENSITY * POTENTIAL) * area
    assert power == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("symmetry", SYMMETRIES)
def test_lithium_flows_to_the_lower_chemical_potential(symmetry: str) -> None:
    """C dc/dt h = -+ (mu_1 - mu_2) / (F^2 R) step by step, towards one mu; none is lost."""
    resistance, step, start = 0.2, 900.0, (0.7, 0.2)
    stirred = {"partial_molar_volume": 0.0, "diffusivity": 1e-10}
    cards = {
        "electrode": electrode_card(**stirred),
        "electrolyte": electrode_card(**stirred, maximum_concentration=1e5),
    }
    problem = two_blocks(symmetry, cards, dict(zip(cards, start, strict=True)), resistance, 1.0)
    system, observer = NonlinearSystem(problem, 1e-10), Observer(problem)
    held = observer.lithium_content()

    def potential(card: MaterialCard, filling: float) -> float:
        table = card.open_circuit_potential
        assert table is not None
        return -float(evaluate(table.stoichiometry, table.potential, TEMPERATURE, filling))

    first, second = cards.values()
    sizes = [card.maximum_concentration * height for card, height in ((first, LENGTH), (second, 2 * LENGTH))]
    lower, upper = start
    problem.time_step.value = step / TIME
    for number in range(12):

        def excess(passed: float, lower: float = lower, upper: float = upper) -> float:
            ends = lower - passed / sizes[0], upper + passed / sizes[1]
            drop = potential(first, ends[0]) - potential(second, ends[1])
            return passed - step * drop / (FARADAY_CONSTANT * resistance)

        forth, back = (
            min(lower * sizes[0], (1 - upper) * sizes[1]),
            min((1 - lower) * sizes[0], upper * sizes[1]),
        )
        passed = brentq(excess, -back * (1 - 1e-9), forth * (1 - 1e-9), xtol=1e-18, rtol=1e-14)
        lower, upper = lower - passed / sizes[0], upper + passed / sizes[1]
        assert system.solve().converged
        for region, filling in (("electrode", lower), ("electrolyte", upper)):
            values = problem.unknowns[f"stoichiometry.{region}"].value.x.array
            assert values == pytest.approx(filling, abs=2e-5), number
        problem.accept_step()
    assert start[0] - lower > 0.05
    assert observer.lithium_content() == pytest.approx(held, rel=1e-11)
