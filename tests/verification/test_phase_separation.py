# SPDX-License-Identifier: LGPL-3.0-or-later
"""Two phases of a regular solution with gradient energy (Cahn and Hilliard) in a bar.

The flat interface has a closed form: its energy, its width, and one chemical potential everywhere. A moving
one must be where the lithium count puts it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from case_files import CASE, changed, write_case
from lithiate.case import load_case
from lithiate.errors import InputError
from lithiate.materials import MaterialCard
from lithiate.materials.regular_solution import interface_energy, interface_width, poor_phase
from lithiate.problem.description import Description
from lithiate.problem.from_case import build_problem
from lithiate.problem.nonlinear import NonlinearSystem
from lithiate.problem.observables import Observer
from lithiate.problem.problem import Problem
from lithiate.runner import build_geometry as build_case_geometry
from lithiate.scaling import Units
from lithiate.stepping.balances import Balances
from mpi4py import MPI
from verification_problems import LENGTH, Array, build_geometry, card, hold_symmetry_planes

CONTENT, TEMPERATURE, PARAMETER, REFERENCE = 2e4, 300.0, 3.0, 0.12
UNITS = Units(LENGTH, 1.0, CONTENT, TEMPERATURE)
WIDTH = 0.15
"""Of the interface, per length of the bar."""

POOR = poor_phase(PARAMETER)
JUMP = 1 - 2 * POOR


def material(**properties: Any) -> MaterialCard:
    """Diffuses over its length within a second; does not swell."""
    unit = interface_width(PARAMETER, 1e-9, CONTENT, TEMPERATURE)
    given = {
        "maximum_concentration": CONTENT,
        "partial_molar_volume": 0.0,
        "diffusivity": LENGTH**2,
        "chemistry": "regular_solution",
        "regular_solution_parameter": PARAMETER,
        "reference_potential": REFERENCE,
        "gradient_energy": 1e-9 * (WIDTH * LENGTH / unit) ** 2,
    }
    return card(**(given | properties))


class Bar:
    """A strip along y, one element wide, lithium-rich above a front.

    Args:
        elements: along the bar.
        front: where the front starts, per length.
        flux: lithium that enters at the top, solver units.
    """

    def __init__(self, elements: int, front: float, flux: float = 0.0, **properties: Any) -> None:
        size = LENGTH / elements
        geometry = build_geometry("plane_strain", width=size, mesh_size=size)
        self.material, self.area, self.flux = material(**properties), 1 / elements, flux
        self.problem = Problem(geometry, UNITS, Description({"block": self.material}, {"block": 0.5}))
        hold_symmetry_planes(self.problem)
        self.content = self.problem.unknowns["stoichiometry.block"]
        self.potential = self.problem.unknowns["chemical_potential.block"]
        if flux:
            entering = -self.problem.time_step * flux * self.content.test
            self.problem.add(self.content.name, self.problem.measures.surface(entering, "top"))
        self.observer = Observer(self.problem)
        self.system = NonlinearSystem(self.problem, 1e-11)
        self.heights = self.content.value.function_space.tabulate_dof_coordinates()[:, 1]
        values = 0.5 + JUMP / 2 * np.tanh(2 * (self.heights - front) / WIDTH)
        self.content.value.x.array[:] = self.content.old.x.array[:] = values

    def step(self, time_step: float) -> None:
        """One step, accepted."""
        self.problem.time_step.value = time_step
        outcome = self.system.solve()
        assert outcome.converged, outcome
        self.problem.accept_step()

    def settle(self) -> None:
        """To equilibrium."""
        for time_step in (1e-3, 1e-2, 0.1, 1.0, 10.0, 100.0):
            self.step(time_step)

    def profile(self) -> tuple[Array, Array]:
        """Heights and stoichiometries, from below, one value at each height."""
        heights, first = np.unique(np.round(self.heights, 9), return_index=True)
        return heights, self.content.value.x.array[first]

    def front(self) -> float:
        """Height at which c = 1/2."""
        heights, values = self.profile()
        return float(np.interp(0.5, values, heights))

    def stored(self) -> float:
        """Chemical and gradient energy per cross-section, solver units."""
        gradient = self.observer.region_total(self.observer.state(), "gradient_energy")
        return (self.observer.chemical_energy() + gradient) / self.area


def mixture(c: float) -> float:
    """Energy per mole of sites over R T, the reference included."""
    mixing = c * np.log(c) + (1 - c) * np.log(1 - c) + PARAMETER * c * (1 - c)
    return float(mixing - REFERENCE / UNITS.potential * c)


def test_flat_interface() -> None:
    """Its energy and width by the first integral, both of second order in h, and mu = -F U_0 everywhere."""
    errors = []
    for elements in (24, 48):
        bar = Bar(elements, 0.5)
        bar.settle()
        arguments = (PARAMETER, bar.material.gradient_energy, CONTENT, TEMPERATURE)
        assert bar.potential.value.x.array * UNITS.potential == pytest.approx(-REFERENCE, abs=1e-6)
        heights, values = bar.profile()
        assert values[[0, -1]] == pytest.approx([POOR, 1 - POOR], abs=2e-3)
        # Both phases hold the energy of POOR, apart from the reference, which counts lithium.
        bulk = mixture(POOR) - REFERENCE / UNITS.potential * (bar.observer.state_of_charge() - POOR)
        energy = (bar.stored() - bulk) * UNITS.energy_per_area
        slope = np.interp(0.5, (heights[1:] + heights[:-1]) / 2, np.diff(values) / np.diff(heights))
        width = JUMP / slope * LENGTH
        errors.append([energy / interface_energy(*arguments) - 1, width / interface_width(*arguments) - 1])
    coarse, fine = np.abs(errors)
    assert (fine < 0.015).all(), errors
    assert (coarse / fine > 3.5).all(), errors


def test_front_is_where_the_lithium_count_puts_it() -> None:
    """Over three widths within 2 %; all lithium that entered is there."""
    distance, duration, steps = 3 * WIDTH, 60.0, 60
    flux = distance * JUMP / duration
    bar = Bar(20, 0.75, flux)
    for _ in range(5):
        bar.step(duration / steps)
    start, front = bar.observer.lithium_content(), bar.front()
    for _ in range(steps):
        bar.step(duration / steps)
    entered = flux * duration * bar.area
    assert bar.observer.lithium_content() - start == pytest.approx(entered, rel=1e-9)
    assert front - bar.front() == pytest.approx(distance, rel=0.02)


def test_energy_is_dissipated_by_diffusion_alone() -> None:
    """A front that is too wide relaxes: what it loses is what diffusion takes, to first order in time."""
    missing, duration = [], 0.01
    for steps in (10, 20):
        bar = Bar(24, 0.5)
        wide = 0.5 + JUMP / 2 * np.tanh((bar.heights - 0.5) / WIDTH)
        bar.content.value.x.array[:] = bar.content.old.x.array[:] = wide
        bar.step(0.0)
        balances = Balances(bar.observer)
        balances.start(bar.observer.state(), 0.0)
        for _ in range(steps):
            bar.problem.time_step.value = duration / steps
            assert bar.system.solve().converged
            errors = balances.step(bar.observer.state(), duration / steps, 0.0, 0.0)
            bar.problem.accept_step()
        missing.append(errors["energy_balance_error"])  # of what was dissipated: no work was done
    assert missing[1] < 0.05, missing
    assert missing[0] / missing[1] > 1.7, missing


def test_mesh_too_coarse_for_the_phases(tmp_path: Path) -> None:
    """What the element size on interfaces passes, the mesh itself must pass as well."""
    phases = 'chemistry = "regular_solution"\nregular_solution_parameter = 2.5\nreference_potential = 0.2\n'
    text = changed('material = "a-Si"\n', f'material = "a-Si"\n{phases}gradient_energy = 4e-5\n')
    fine = load_case(write_case(tmp_path, text.split("[quick]")[0]))
    coarse = load_case(write_case(tmp_path, CASE, "coarse.toml"), {"geometry.mesh_size": "0.27 um"})
    with pytest.raises(InputError, match="gradient_energy: found 4e-05 J/m, with which the interface"):
        build_problem(fine, build_case_geometry(coarse, MPI.COMM_SELF))
