# SPDX-License-Identifier: LGPL-3.0-or-later
"""Ohm's law on deformed bodies, and the sum of all parts of the voltage at high rate.

On the mesh as built the conductivity of a deformed body is J F^{-1} kappa F^{-T}. In daily use the drop is
microvolts; here it is compared with length over area of the body as it is, R = L / (kappa A).
"""

from __future__ import annotations

from math import prod

import numpy as np
import pytest
from dolfinx import fem
from lithiate.geometry import distribute
from lithiate.problem.description import Description
from lithiate.problem.nonlinear import NonlinearSystem
from lithiate.problem.problem import Problem
from lithiate_meshes import VerificationBlock, build_mesh
from manufactured import (
    CURRENT_DENSITY,
    LENGTH,
    POTENTIAL,
    START,
    STRESS,
    UNITS,
    electrode_card,
    electrolyte_card,
)
from mpi4py import MPI
from uniform_cell import EXCHANGE, Cell, CellDesign, create, inverted, open_circuit

ELECTROLYTE = electrolyte_card(youngs_modulus=2e9, ionic_conductivity=0.02)
CONDUCTIVITY = 0.02
ELECTRODE = electrode_card(partial_molar_volume=0.0, youngs_modulus=5e9, poisson_ratio=0.25)
CURRENT = 300.0
"""Per area as built [A/m2]."""

STRETCHES = {  # along the coordinates; in axisymmetric models the first is of radius and hoop
    "plane_strain": [(1.0, 1.0), (1.0, 1.4), (1.0, 0.7), (1.3, 1.0), (0.8, 1.2)],
    "axisymmetric": [(1.0, 1.4), (1.3, 1.0), (0.8, 1.2)],
    "3d": [(1.0, 1.0, 1.4), (1.3, 0.9, 0.8)],
}


@pytest.mark.parametrize("symmetry", STRETCHES)
def test_resistance_is_length_over_area_of_the_deformed_body(symmetry: str) -> None:
    """Stretched along the current it rises with the length, stretched across it falls with the area."""
    size = {"width": LENGTH, "height": 2 * LENGTH, "mesh_size": LENGTH / 2}
    block = VerificationBlock.model_validate({"family": "verification", "symmetry": symmetry} | size)
    geometry = distribute(MPI.COMM_SELF, build_mesh(block), LENGTH)
    problem = Problem(geometry, UNITS, Description({"block": ELECTROLYTE}, {}, grounded="top"))
    ions, displacement = (
        problem.unknowns[name] for name in ("electrolyte_potential.block", "displacement.block")
    )
    problem.add(ions.name, problem.measures.surface(-CURRENT / CURRENT_DENSITY * ions.test, "bottom"))
    problem.fix(ions.name, "top")
    held = fem.Function(displacement.value.function_space)
    for surface in block.surfaces:
        problem.fix(displacement.name, surface, value=held)
    system = NonlinearSystem(problem, 1e-11)
    for stretches in STRETCHES[symmetry]:
        growth = np.array(stretches)[:, None] - 1.0
        for function in (held, displacement.value):  # from elsewhere, the first iterate would be inside out
            function.interpolate(lambda x, growth=growth: growth * x[: len(growth)])
        assert system.solve().converged
        across = stretches[0] ** 2 if symmetry == "axisymmetric" else prod(stretches[:-1])
        expected = CURRENT / across * 2 * LENGTH * stretches[-1] / CONDUCTIVITY
        heights = ions.value.function_space.tabulate_dof_coordinates()[:, geometry.dimension - 1]
        assert ions.value.x.array * POTENTIAL == pytest.approx(
            expected * (1 - heights / 2), rel=1e-9, abs=1e-12
        )


def electrolyte_height(cell: Cell) -> float:
    """Distance of the platen from the interface [m], as the body is."""
    problem = cell.problem
    values = problem.unknowns["displacement.electrode+electrolyte"].value
    dimension = problem.geometry.dimension
    heights = values.function_space.tabulate_dof_coordinates()[:, dimension - 1]
    interface = values.x.array.reshape(-1, dimension)[np.abs(heights - 1.0) < 1e-9, dimension - 1]
    return LENGTH * (1.0 + cell.observer.platen_displacement() - float(interface.mean()))


@pytest.fixture(scope="module")
def cell() -> Cell:
    return create(CellDesign(ELECTRODE, ELECTROLYTE))


@pytest.mark.parametrize("rate", [-100.0, -3.0, 3.0, 100.0])
@pytest.mark.parametrize("pressure", [0.0, 400e6])
def test_voltage_is_the_sum_of_its_parts(cell: Cell, pressure: float, rate: float) -> None:
    """U + eta + i L / kappa: on lithiation both losses lower the voltage; pressure shortens L."""
    cell.set(0.4, 0.6)
    cell.problem.stack_pressure.value = pressure / STRESS
    current = rate * EXCHANGE
    voltage = cell.voltage(current)
    height = electrolyte_height(cell)
    assert height == pytest.approx(LENGTH, rel=1e-9) if pressure == 0.0 else height < 0.9 * LENGTH
    drop = current * height / CONDUCTIVITY
    parts = (open_circuit(ELECTRODE, START), inverted(current, EXCHANGE, 0.4, 0.6), drop)
    assert voltage == pytest.approx(sum(parts), abs=1e-9)
    assert np.sign(parts[1]) == np.sign(parts[2]) == np.sign(rate)
    assert min(abs(drop), abs(parts[1])) > 1e-4
