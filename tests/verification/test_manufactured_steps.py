# SPDX-License-Identifier: LGPL-3.0-or-later
"""Manufactured solutions over several steps: orders in space of every field, in time, and with plastic flow.

One step from given fields (``test_manufactured``) sees neither what a step hands to the next one nor the
plastic history. Here displacement, lithium and chemical potential move together for several steps, each with
every coupling on: swelling, moduli that depend on lithium, stress in the flux and the modulus term.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import ufl
from dolfinx import fem
from lithiate import parallel
from lithiate.geometry import distribute
from lithiate.materials import MaterialCard, StoichiometryFunction
from lithiate.problem.description import Description
from lithiate.problem.nonlinear import NonlinearSystem
from lithiate.problem.pointwise import RegionPoints
from lithiate.problem.problem import Problem
from lithiate_meshes import VerificationBlock, build_mesh
from manufactured import (
    LENGTH,
    START,
    STRESS,
    UNITS,
    Electrode,
    Manufactured,
    electrode_card,
    fitted_order,
    in_space,
)
from mpi4py import MPI
from running import RANKS, pass_on_two_ranks
from verification_pages import Report

DURATION = 0.6
"""Long enough for diffusion and storage to be of the same size, solver units."""

STRETCH = 0.25
"""Without it some points would be deformed evenly in all directions, and not flow."""

TOLERANCE = 1e-11

ELASTIC = electrode_card()
FLOWING = electrode_card(flow="rate_independent", yield_stress=StoichiometryFunction(0.02e9, 0.01e9))


def deviatoric_root(deviator: Any) -> Any:
    """xi with det(d + xi I) = 1 by Cardano's formula; the code takes Newton steps."""
    third, half = ufl.inner(deviator, deviator) / 6, (1 - ufl.det(deviator)) / 2
    outer = (half + ufl.sqrt(half**2 - third**3)) ** (1 / 3)
    return outer + third / outer


@dataclass(frozen=True)
class FlowingElectrode(Electrode):
    """Perfectly plastic: each step ends on the yield surface, in the direction of its trial state.

    Attributes:
        metric: Cbar_p^{-1} at the start of the step.
    """

    metric: Any

    def strain(self, F: Any, c: Any) -> Any:
        """bbar_e at the end of a step in which every point flows."""
        isochoric = F / ufl.det(F) ** (1 / 3)
        trial = ufl.dev(isochoric * self.metric * isochoric.T)
        _, shear = self.moduli(c)
        limit = np.sqrt(2 / 3) * self.card.yield_stress.at(c) / STRESS / shear
        # Nothing is deformed before the first step: there the history is not used, but computed.
        deviator = trial * limit / ufl.sqrt(ufl.inner(trial, trial) + 1e-30)
        return deviator + deviatoric_root(deviator) * ufl.Identity(3)

    def moduli(self, c: Any) -> tuple[Any, Any]:
        """K and G."""
        E, nu = self.card.youngs_modulus.at(c) / STRESS, self.card.poisson_ratio.at(c)
        return E / (3 - 6 * nu), E / (2 + 2 * nu)

    def stress(self, F: Any, c: Any) -> Any:
        """P = J_c tau_e F^{-T}."""
        (bulk, shear), growth = self.moduli(c), self.swelling(c)
        pressure = bulk / 2 * ((ufl.det(F) / growth) ** 2 - 1)
        kirchhoff = pressure * ufl.Identity(3) + shear * ufl.dev(self.strain(F, c))
        return growth * kirchhoff * ufl.inv(F).T

    def potential(self, F: Any, c: Any) -> Any:
        """mu = mu_chem + d(J_c psi_e)/dC at fixed F and bbar_e."""
        strain, c = self.strain(F, c), ufl.variable(c)
        (bulk, shear), growth = self.moduli(c), self.swelling(c)
        elastic = ufl.det(F) / growth
        energy = bulk / 2 * ((elastic**2 - 1) / 2 - ufl.ln(elastic)) + shear / 2 * (ufl.tr(strain) - 3)
        return self.composition_potential(c) + ufl.diff(growth * energy, c) / self.capacity

    def new_metric(self, F: Any, c: Any) -> Any:
        """Cbar_p^{-1} at the end of the step."""
        inverse = ufl.inv(F) * ufl.det(F) ** (1 / 3)
        return inverse * self.strain(F, c) * inverse.T


def progress_at(time: float) -> float:
    """Progress of the exact fields, not linear in the time per duration."""
    return time * (1 + time) / 2


class Steps:
    """A block whose fields follow ``progress`` in time, with the sources under which they are exact.

    Args:
        card: material.
        symmetry: of the model.
        elements: along an edge.
        steps: number of steps over the duration, in each of which time and progress go on alike.
        continuous: whether lithium enters at the rate of the exact fields at the end of the step, so that
            backward Euler errs; else by the difference that they make over the step, and time is exact.
        irregular: of the mesh.
    """

    def __init__(
        self,
        card: MaterialCard,
        symmetry: str,
        elements: int,
        steps: int,
        continuous: bool = False,
        irregular: float = 0.0,
    ) -> None:
        size = {"width": LENGTH, "height": LENGTH, "mesh_size": LENGTH / elements, "irregular": irregular}
        block = VerificationBlock.model_validate({"family": "verification", "symmetry": symmetry} | size)
        data = build_mesh(block) if MPI.COMM_WORLD.rank == parallel.ROOT else None
        geometry = distribute(MPI.COMM_WORLD, data, LENGTH)
        self.problem = Problem(geometry, UNITS, Description({"block": card}, {"block": START}))
        self.problem.time_step.value = DURATION / steps
        self.steps, self.exact = steps, Manufactured(self.problem, stretch=STRETCH)
        self.exact.progress.value = progress_at(1 / steps)
        self._rate = fem.Constant(geometry.mesh, 0.0)
        self._flowed = fem.Constant(geometry.mesh, 0.0)
        fields, F = self.exact.fields("block"), self.exact.deformation("block")
        self.electrode = self._electrode(card)
        self.stress = self.electrode.stress(F, fields.stoichiometry)
        self.potential = self.electrode.potential(F, fields.stoichiometry)
        self.exact.balance_momentum("block", self.stress)
        self._balance_lithium(continuous)
        self.exact.hold_displacement("block", block.surfaces)
        self.exact.start_lithium("block", Electrode(card))

    def _electrode(self, card: MaterialCard) -> Electrode:
        if card.flow == "elastic":
            return Electrode(card)
        # Two steps: the second starts from what the first has left.
        F, c = self._deformation_before(), self.exact.fields("block").old_stoichiometry
        first = FlowingElectrode(card, ufl.Identity(3)).new_metric(F, c)
        return FlowingElectrode(card, self._flowed * first + (1 - self._flowed) * ufl.Identity(3))

    def _deformation_before(self) -> Any:
        """F at the start of the step: the displacement is proportional to the progress."""
        exact = self.exact
        gradient = exact.deformation("block") - ufl.Identity(3)
        return ufl.Identity(3) + exact.old_progress / exact.progress * gradient

    def _balance_lithium(self, continuous: bool) -> None:
        problem, exact, name = self.problem, self.exact, "stoichiometry.block"
        fields, test = exact.fields("block"), problem.unknowns[name].test
        growth = fields.stoichiometry - fields.old_stoichiometry
        if continuous:
            growth = problem.time_step * self._rate * fields.change
        gradient = in_space(ufl.grad(self.potential))
        flux = self.electrode.flux(exact.deformation("block"), fields.stoichiometry, gradient)
        flow = problem.time_step * ufl.inner(flux, in_space(ufl.grad(test)))
        problem.add(name, exact.volume(flow - self.electrode.capacity * growth * test, "block"))

    def run(self) -> None:
        """All steps, from the exact fields at the start."""
        self.exact.progress.value = 0.0
        system = NonlinearSystem(self.problem, TOLERANCE)
        for number in range(1, self.steps + 1):
            time = number / self.steps
            self.exact.advance(progress_at(time))
            self._rate.value = (0.5 + time) / DURATION
            self._flowed.value = float(number > 1)
            # Walls that move first would turn the small elements beside them inside out.
            for name in ("displacement", "stoichiometry"):
                self.exact.interpolate(self.problem.unknowns[f"{name}.block"].value, name, "block")
            outcome = system.solve()
            assert outcome.converged, outcome
            if self.problem.regions["block"].history is not None:
                assert self._smallest_flow() > 1e-3
            if number < self.steps:
                self.problem.accept_step()

    def _smallest_flow(self) -> float:
        """Smallest growth of the plastic strain at any point: every point must flow in every step."""
        model = self.problem.regions["block"]
        growth = model.flow.equivalent_plastic_strain - model.history.equivalent_plastic_strain
        points = RegionPoints(self.problem.measures, "block", {"growth": growth})
        return parallel.smallest(self.problem.geometry.communicator, points.evaluate()["growth"])

    def errors(self) -> dict[str, float]:
        """L2 norms over the block, and the H1 norm of the displacement."""
        exact, fields = self.exact, self.exact.fields("block")
        displacement, stoichiometry, potential = (
            self.problem.unknowns[f"{name}.block"].value
            for name in ("displacement", "stoichiometry", "chemical_potential")
        )
        moved = displacement - ufl.as_vector(fields.displacement)
        differences = {
            "displacement": moved,
            "stress": self.problem.regions["block"].nominal_stress - self.stress,
            "stoichiometry": stoichiometry - fields.stoichiometry,
            "chemical_potential": potential - self.potential,
        }
        found = {name: exact.norm(item, region="block") for name, item in differences.items()}
        return found | {"displacement in H1": exact.displacement_error("block")}


def require_orders(
    report: Report, card: MaterialCard, symmetry: str, elements: Sequence[int], steps: int, **mesh: float
) -> None:
    """Second order of every field over the meshes.

    The displacement too: alone it is of third order in L2 (``test_locking``), but it follows the swelling of
    a stoichiometry that is of second order.
    """
    errors = []
    for count in elements:
        run = Steps(card, symmetry, count, steps, **mesh)
        run.run()
        errors.append(run.errors())
    sizes = 1 / np.array(elements)
    orders = {name: fitted_order(sizes, [error[name] for error in errors]) for name in errors[0]}
    for name, order in orders.items():
        report.at_least("orders", f"{name.replace('_', ' ')}, {steps} steps", 1.85, order)


@pytest.mark.slow
@pytest.mark.parametrize("symmetry", ["plane_strain", "axisymmetric"])
def test_orders_in_space_after_several_steps(symmetry: str, report: Report) -> None:
    """What a step leaves to the next one is right to second order too, on irregular meshes."""
    require_orders(report, ELASTIC, symmetry, (8, 12, 16), 3, irregular=0.2)


@pytest.mark.parametrize("symmetry", ["plane_strain", pytest.param("axisymmetric", marks=pytest.mark.slow)])
def test_orders_in_space_with_plastic_flow(symmetry: str, report: Report) -> None:
    """Two steps of monotone flow: stress and mu of the returned state, and the history of the first."""
    require_orders(report, FLOWING, symmetry, (8, 12, 16), 2)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("card", "elements"),
    [pytest.param(ELASTIC, (4, 6, 8), id="elastic"), pytest.param(FLOWING, (6, 8, 10), id="flowing")],
)
def test_orders_in_space_in_three_dimensions(
    card: MaterialCard, elements: Sequence[int], report: Report
) -> None:
    """No component vanishes by symmetry here."""
    require_orders(report, card, "3d", elements, 2)


def test_backward_euler_is_of_first_order(report: Report) -> None:
    """On one mesh, against each other: what the mesh leaves over is the same in all runs."""
    runs = []
    for steps in (4, 8, 16, 32):
        runs.append(Steps(ELASTIC, "plane_strain", 8, steps, continuous=True))
        runs[-1].run()
    for name in ("displacement", "stoichiometry", "chemical_potential"):
        values = [run.problem.unknowns[f"{name}.block"].owned_values for run in runs]
        squares = [np.sum((finer - coarser) ** 2) for coarser, finer in itertools.pairwise(values)]
        differences = np.sqrt(parallel.total(MPI.COMM_WORLD, np.array(squares)))
        order = fitted_order([4.0, 2.0, 1.0], differences)
        report.compare("orders", f"{name.replace('_', ' ')}, order in time", 1.0, order, abs=0.08)
    # In the limit of small steps what is left is the error of the mesh.
    exact = Steps(ELASTIC, "plane_strain", 8, 4)
    exact.run()
    floor, finest = exact.errors()["stoichiometry"], runs[-1]
    content = finest.problem.unknowns["stoichiometry.block"].value
    coarser = runs[-2].problem.unknowns["stoichiometry.block"].value.x.array
    assert finest.errors()["stoichiometry"] > 1.5 * floor
    content.x.array[:] = 2 * content.x.array - coarser
    assert finest.errors()["stoichiometry"] < 1.1 * floor


@pytest.mark.slow
@pytest.mark.skipif(RANKS in os.environ, reason="already under mpirun")
def test_two_ranks() -> None:
    """The answer must not depend on where the mesh was cut: the orders once more, on two ranks."""
    selected = "(several_steps and axisymmetric) or (plastic and plane)"
    pass_on_two_ranks(2, "-m", "slow or not slow", "-k", selected, __file__)
