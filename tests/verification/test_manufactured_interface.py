# SPDX-License-Identifier: LGPL-3.0-or-later
"""Manufactured solution across an interface: diffusion below, conduction above, kinetics between.

In the cases of daily use the overpotential is below a millivolt and the drop in the electrolyte microvolts,
so that a wrong sign there passes unseen. Here potentials vary by several R T / F along the interface, the
current changes along it by a factor of several, the coefficients on both sides differ, and the body is
stretched, sheared and swollen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import ufl
from dolfinx import fem
from lithiate import compat
from lithiate.geometry import distribute
from lithiate.interfaces.cohesion import CohesiveLaw
from lithiate.interfaces.contact_area import NoPressureContact, PerssonContact
from lithiate.interfaces.kinetics import ButlerVolmer
from lithiate.materials import StoichiometryFunction
from lithiate.problem.description import Description
from lithiate.problem.interface_laws import InterfaceLaws
from lithiate.problem.nonlinear import NonlinearSystem
from lithiate.problem.problem import Problem
from lithiate.problem.unknowns import ELECTRODE_POTENTIAL
from lithiate_meshes import VerificationBlock, build_mesh
from manufactured import (
    CONCENTRATION,
    LENGTH,
    START,
    STRESS,
    UNITS,
    Electrode,
    Electrolyte,
    Manufactured,
    electrode_card,
    electrolyte_card,
    fitted_order,
)
from mpi4py import MPI
from numpy.typing import NDArray

INTERFACE, IONS = "electrode|electrolyte", "electrolyte_potential.electrolyte"
TIME_STEP = 0.3
TOLERANCE = 1e-11
EXCHANGE = 0.15
ELECTRODE_VALUE = 6.0
ANODIC, CATHODIC = 0.4, 0.6
ELECTRODE = electrode_card(
    youngs_modulus=StoichiometryFunction(0.4e9, 0.2e9), partial_molar_volume=1.0 / CONCENTRATION
)
ELECTROLYTE = electrolyte_card()

GROWTH = 0.0
"""Stretched evenly, the electrolyte pulls so much harder than the electrode that the interface wrinkles."""

RESIDUAL = 1e-12
ROUGHNESS = 4.0
PENALTY = 4.0
OVERLAP = -0.1
"""Displacement of the electrolyte into the electrode, in solver lengths, where they are pressed together."""


def interface_laws(pressed: bool) -> InterfaceLaws:
    """Bonded, or debonded and pressed together so that pressure makes the contact."""
    kinetics = ButlerVolmer(EXCHANGE, ANODIC, CATHODIC)
    if not pressed:
        return InterfaceLaws(None, None, NoPressureContact(), kinetics, 1.0, RESIDUAL)
    cohesion = CohesiveLaw(strength=0.01, toughness=1e-4, stiffness=PENALTY, viscous_time=0.0)
    return InterfaceLaws(cohesion, None, PerssonContact(ROUGHNESS), kinetics, 1.0, RESIDUAL)


def create(symmetry: str, elements: int, irregular: float, pressed: bool = False) -> Problem:
    """Both blocks on a mesh of so many elements along an edge of the whole."""
    size = {"width": LENGTH, "height": LENGTH / 2, "upper_height": LENGTH / 2, "mesh_size": LENGTH / elements}
    shape = {"family": "verification", "shape": "two_blocks", "symmetry": symmetry, "irregular": irregular}
    data = build_mesh(VerificationBlock.model_validate(shape | size))
    geometry = distribute(MPI.COMM_SELF, data, LENGTH, () if pressed else (INTERFACE,))
    cards = {"electrode": ELECTRODE, "electrolyte": ELECTROLYTE}
    laws = {INTERFACE: interface_laws(pressed)}
    problem = Problem(geometry, UNITS, Description(cards, {"electrode": START}, laws, grounded="top"))
    problem.time_step.value = TIME_STEP
    if pressed:  # the history of an interface that has opened completely
        history = problem.interfaces[INTERFACE].history
        assert history is not None
        history.opening.x.array[:] = 1.0
    return problem


@dataclass
class Across:
    """Exact charge transfer, with the area of the mean face and the normal of the electrode's, '+'."""

    exact: Manufactured
    pressed: bool
    electrode_potential: float = ELECTRODE_VALUE

    def __post_init__(self) -> None:
        exact = self.exact
        fields = exact.fields("electrode")
        self.c = fields.stoichiometry
        self.mu = Electrode(ELECTRODE).potential(exact.deformation("electrode"), self.c)
        F = [exact.deformation(region) for region in ("electrode", "electrolyte")]
        height = len(fields.displacement) - 1
        area = ufl.cofac((F[0] + F[1]) / 2) * ufl.unit_vector(height, 3)
        self.area_ratio = ufl.sqrt(ufl.inner(area, area))
        direction = ufl.cofac(F[0]) * ufl.unit_vector(height, 3)
        self.normal = direction / ufl.sqrt(ufl.inner(direction, direction))
        jump = exact.fields("electrolyte").displacement[height] - fields.displacement[height]
        self.gap = jump * self.normal[height]
        self.overpotential = self.electrode_potential - fields.electrolyte_potential + self.mu

    @property
    def contact_area_fraction(self) -> Any:
        """erf(sqrt(2) p / (E* h')) of the pressed faces, one where bonded."""
        if not self.pressed:
            return 1.0
        softness = 0.0
        for card, c in ((ELECTRODE, self.c), (ELECTROLYTE, 0.0)):
            softness += (1 - card.poisson_ratio.at(c) ** 2) * STRESS / card.youngs_modulus.at(c)
        return ufl.erf(np.sqrt(2) * (-PENALTY * self.gap) * softness / ROUGHNESS)

    @property
    def current(self) -> Any:
        """i J_s per area as built."""
        eta = self.overpotential
        driving = ufl.exp(ANODIC * eta) - ufl.exp(-CATHODIC * eta)
        return self.contact_area_fraction * EXCHANGE * driving * self.area_ratio

    @property
    def force(self) -> Any:
        """Pressure times normal and area ratio, on the electrolyte."""
        return -PENALTY * self.gap * self.area_ratio * self.normal


def add_sources(problem: Problem, across: Across) -> None:
    """Sources in both blocks, and on the interface what the exact fields do not balance there."""
    exact, pressed = across.exact, across.pressed
    below, above = exact.deformation("electrode"), exact.deformation("electrolyte")
    exact.balance_momentum("electrode", Electrode(ELECTRODE).stress(below, across.c))
    exact.balance_momentum("electrolyte", Electrolyte(ELECTROLYTE).stress(above))
    exact.balance_lithium("electrode", Electrode(ELECTRODE))
    exact.balance_charge("electrolyte", Electrolyte(ELECTROLYTE))
    lithium, ions = (problem.unknowns[name] for name in ("stoichiometry.electrode", IONS))
    leaving = across.current("+")
    problem.add(lithium.name, exact.face(-problem.time_step * leaving * lithium.test("+"), INTERFACE))
    problem.add(ions.name, exact.face(leaving * ions.test("-"), INTERFACE))
    if pressed:
        force = ufl.as_vector([across.force[i] for i in range(problem.geometry.dimension)])("+")
        for region, side, sign in (("electrode", "+", -1), ("electrolyte", "-", 1)):
            test = problem.unknowns[exact.body(region)].test(side)
            problem.add(exact.body(region), exact.face(sign * ufl.inner(force, test), INTERFACE))


def hold(problem: Problem, exact: Manufactured) -> None:
    """Exact displacement on the outside, exact potential on top, and the current that belongs to them."""
    lower = [name for name in problem.geometry.surface_tags if name != "top"]
    for region, surfaces in (("electrode", lower), ("electrolyte", [*lower, "top"])):
        if region == "electrolyte" or exact.jumps["electrolyte"]:
            exact.hold_displacement(region, surfaces)
    exact.start_lithium("electrode", Electrode(ELECTRODE))
    held = fem.Function(problem.unknowns[IONS].value.function_space)
    for function in (held, problem.unknowns[IONS].value):
        exact.interpolate(function, "electrolyte_potential", "electrolyte")
    problem.fix(IONS, "top", value=held)
    problem.unknowns[ELECTRODE_POTENTIAL].value.x.array[:] = ELECTRODE_VALUE


def errors(symmetry: str, elements: int, irregular: float, pressed: bool) -> dict[str, float]:
    """Errors of every field, in L2; of u in H1; of the voltage."""
    problem = create(symmetry, elements, irregular, pressed)
    exact = Manufactured(problem, GROWTH, {"electrode": 0.0, "electrolyte": OVERLAP if pressed else 0.0})
    across = Across(exact, pressed)
    add_sources(problem, across)
    hold(problem, exact)
    platen = np.pi if symmetry == "axisymmetric" else 1.0
    problem.current_density.value = exact.accurate_total(across.current("+"), INTERFACE) / platen
    assert NonlinearSystem(problem, TOLERANCE).solve().converged
    values = {name: unknown.value for name, unknown in problem.unknowns.items()}
    phi = exact.fields("electrolyte").electrolyte_potential
    return {
        "displacement below": exact.displacement_error("electrode"),
        "displacement above": exact.displacement_error("electrolyte"),
        "stoichiometry": exact.norm(values["stoichiometry.electrode"] - across.c, region="electrode"),
        "chemical potential": exact.norm(
            values["chemical_potential.electrode"] - across.mu, region="electrode"
        ),
        "electrolyte potential": exact.norm(values[IONS] - phi, region="electrolyte"),
        "electrode potential": abs(values[ELECTRODE_POTENTIAL].x.array[0] - ELECTRODE_VALUE),
    }


def require_second_order(symmetry: str, elements: tuple[int, ...], pressed: bool, irregular: float) -> None:
    found = [errors(symmetry, count, irregular, pressed) for count in elements]
    sizes = 1 / np.array(elements)
    orders = {name: fitted_order(sizes, [error[name] for error in found]) for name in found[0]}
    assert min(orders.values()) >= 1.9, orders


@pytest.mark.parametrize(
    ("symmetry", "pressed", "irregular"),
    [
        ("plane_strain", False, 0.2),
        pytest.param("plane_strain", True, 0.2, marks=pytest.mark.slow),
        pytest.param("axisymmetric", False, 0.0, marks=pytest.mark.slow),
        pytest.param("axisymmetric", True, 0.1, marks=pytest.mark.slow),
    ],
)
def test_every_field_converges_with_second_order(symmetry: str, pressed: bool, irregular: float) -> None:
    """Bonded, and pressed together where pressure makes the contact through which the current passes."""
    require_second_order(symmetry, (8, 12, 16, 24), pressed, irregular)


@pytest.mark.slow
def test_every_field_converges_with_second_order_in_three_dimensions() -> None:
    """With triangles as faces, which have their own quadrature points."""
    require_second_order("3d", (6, 8, 10), True, 0.0)


def rows_on_face(
    problem: Problem, unknown: str, form: Any
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Rows of a linear form that belong to nodes of the interface, and the places of these, in order."""
    rows = fem.assemble_vector(compat.compile_form(form, problem.geometry.entity_maps())).array
    places = np.round(problem.unknowns[unknown].value.function_space.tabulate_dof_coordinates(), 9)
    found = np.flatnonzero(places[:, problem.geometry.dimension - 1] == 0.5)
    found = found[np.lexsort(places[found].T)]
    return rows[found], places[found]


def exchange(problem: Problem, unknown: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What the interface adds to the residual of an unknown."""
    integrals = problem.residuals[unknown].integrals()
    form = ufl.Form([integral for integral in integrals if integral.integral_type() == "interior_facet"])
    return rows_on_face(problem, unknown, form)


@pytest.mark.parametrize(("symmetry", "pressed"), [("plane_strain", False), ("axisymmetric", True)])
def test_what_leaves_one_side_enters_the_other(symmetry: str, pressed: bool) -> None:
    """Node by node to machine precision, and in total: a leak would look like a loss of capacity."""
    problem = create(symmetry, 6, 0.2, pressed)
    exact = Manufactured(problem, GROWTH, {"electrode": 0.0, "electrolyte": OVERLAP if pressed else 0.0})
    hold(problem, exact)
    problem.current_density.value = -0.2
    assert NonlinearSystem(problem, TOLERANCE).solve().converged
    lithium, below = exchange(problem, "stoichiometry.electrode")
    ions, above = exchange(problem, IONS)
    assert np.array_equal(below, above)
    assert lithium / TIME_STEP == pytest.approx(-ions, rel=1e-13, abs=1e-15)
    areas = rows_on_face(
        problem, IONS, problem.measures.interface(problem.unknowns[IONS].test("-"), INTERFACE)
    )[0]
    density = ions / areas
    assert np.ptp(density) > 0.1 * np.abs(density).max(), "the current should not be uniform"

    stoichiometry = problem.unknowns["stoichiometry.electrode"]
    gained = Electrode(ELECTRODE).capacity * (stoichiometry.value - stoichiometry.old)
    gained = fem.assemble_scalar(
        compat.compile_form(exact.volume(gained, "electrode"), problem.geometry.entity_maps())
    )
    rows = fem.assemble_vector(
        compat.compile_form(problem.residuals[IONS], problem.geometry.entity_maps())
    ).array
    through_top = rows[problem.surface_dofs(IONS, "top")].sum()
    platen = np.pi if symmetry == "axisymmetric" else 1.0
    assert gained == pytest.approx(0.2 * platen * TIME_STEP, rel=1e-10)
    assert through_top == pytest.approx(0.2 * platen, rel=1e-10)
