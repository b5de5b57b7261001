# SPDX-License-Identifier: LGPL-3.0-or-later
"""A sharp front that moves through a sphere: it must be where the lithium count puts it.

Two phases of a regular solution with gradient energy (Cahn and Hilliard), lithium entering at the surface so
slowly that both phases stay close to their equilibrium. A front that moves too fast or too slow for its
lithium has a wrong mobility or a wrong storage beside it; on a sphere the count is of the third power.
"""

from __future__ import annotations

import numpy as np
import pytest
import ufl
from dolfinx import fem
from lithiate import compat
from lithiate.materials.regular_solution import interface_width, poor_phase
from lithiate.problem.description import Description
from lithiate.problem.nonlinear import NonlinearSystem
from lithiate.problem.observables import Observer
from lithiate.problem.problem import Problem
from lithiate.scaling import Units
from scipy.optimize import brentq
from verification_pages import Report
from verification_problems import LENGTH, build_geometry, card, hold_symmetry_planes

RADIUS, CONTENT, TEMPERATURE, PARAMETER = LENGTH, 2e4, 300.0, 3.0
UNITS = Units(RADIUS, 1.0, CONTENT, TEMPERATURE)
WIDTH = 0.15
"""Of the interface between the phases, per radius."""

POOR = poor_phase(PARAMETER)
RICH = 1 - POOR
START = 0.85
"""Radius of the front at first."""


class TwoPhaseSphere:
    """Rich in lithium outside a front, poor inside.

    Args:
        mesh_size: on the surface, as a share of the radius; three times that at the centre.
        inward: lithium that enters per area, solver units.
    """

    def __init__(self, mesh_size: float, inward: float) -> None:
        unit = interface_width(PARAMETER, 1e-9, CONTENT, TEMPERATURE)
        material = card(
            youngs_modulus=1e9,
            maximum_concentration=CONTENT,
            partial_molar_volume=0.0,
            diffusivity=RADIUS**2,
            chemistry="regular_solution",
            regular_solution_parameter=PARAMETER,
            reference_potential=0.1,
            gradient_energy=1e-9 * (WIDTH * RADIUS / unit) ** 2,
        )
        geometry = build_geometry("axisymmetric", shape="sphere", radius=RADIUS, mesh_size=mesh_size * RADIUS)
        self.problem = problem = Problem(geometry, UNITS, Description({"sphere": material}, {"sphere": POOR}))
        hold_symmetry_planes(problem, "sphere")
        self.content = problem.unknowns["stoichiometry.sphere"]
        entering = -problem.time_step * inward * self.content.test
        problem.add(self.content.name, problem.measures.surface(entering, "surface"))
        self.system, self.observer = NonlinearSystem(problem, 1e-11), Observer(problem)
        area = problem.measures.surface(ufl.as_ufl(1.0), "surface")
        self.area = fem.assemble_scalar(compat.compile_form(area, geometry.entity_maps()))
        places = self.content.value.function_space.tabulate_dof_coordinates()
        self.radii = np.linalg.norm(places, axis=1)
        values = 0.5 + (RICH - POOR) / 2 * np.tanh(2 * (self.radii - START) / WIDTH)
        self.content.value.x.array[:] = self.content.old.x.array[:] = values

    def step(self, duration: float) -> None:
        """One step, accepted."""
        self.problem.time_step.value = duration
        outcome = self.system.solve()
        assert outcome.converged, outcome
        self.problem.accept_step()

    def front(self) -> float:
        """Radius at which c = 1/2, from the slope of the profile beside it."""
        values = self.content.value.x.array
        near = np.abs(values - 0.5) < 0.3
        depth = np.arctanh((values[near] - 0.5) / (RICH - POOR) * 2)
        slope, offset = np.polyfit(self.radii[near], depth, 1)
        return float(-offset / slope)

    def counted_front(self) -> float:
        """Radius of the front that holds the lithium counted, between what centre and surface hold.

        The share of volume of the poor phase is r^3 + (pi w / 4)^2 r per radius, because a tanh of width w
        holds a little more outside than inside (Sommerfeld's expansion, exact but for exp(-4 r / w)).
        """
        values, mean = self.content.value.x.array, self.observer.state_of_charge()
        poor = (values.max() - mean) / (values.max() - values.min())
        return float(brentq(lambda r: r**3 + (np.pi * WIDTH / 4) ** 2 * r - poor, 0.0, 1.0))


@pytest.mark.slow
@pytest.mark.parametrize(("mesh_size", "widths", "steps"), [(0.03, 1.0, 4), (0.022, 3.0, 36)])
def test_front_is_where_the_lithium_count_puts_it(
    mesh_size: float, widths: float, steps: int, report: Report
) -> None:
    """Place and way within 2 %, three elements in the front; all lithium that entered is there."""
    end, duration = START - widths * WIDTH, 20.0 * widths
    assert mesh_size * (3 - 2 * end) <= WIDTH / 3
    volume = (RICH - POOR) * (START**3 - end**3) / 3
    sphere = TwoPhaseSphere(mesh_size, volume / duration)
    for settling in (0.02, 0.2, 0.5):
        sphere.step(settling)
    start, counted_start = sphere.front(), sphere.counted_front()
    first = sphere.observer.lithium_content()
    for _ in range(steps):
        sphere.step(duration / steps)
        assert sphere.front() == pytest.approx(sphere.counted_front(), rel=0.02)
    way = start - sphere.front()
    counted = counted_start - sphere.counted_front()
    report.compare("balances", f"way of the front over {widths:g} widths", counted, way, rel=0.02, unit="R")
    assert way > 0.9 * widths * WIDTH
    entered = sphere.observer.lithium_content() - first
    assert entered == pytest.approx(volume * sphere.area, rel=1e-9)
