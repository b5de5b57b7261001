# SPDX-License-Identifier: LGPL-3.0-or-later
"""Manufactured solution of swelling, stress and diffusion in one region at finite strain.

Closed forms of the coupled problem exist only for uniform or small deformation, where whole terms vanish or
are too small to be seen. Here every term is large: gradients of displacement of 0.3, swelling to twice the
volume, moduli that change with lithium. A term with a wrong factor leaves an error that does not shrink
with the mesh.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from lithiate.geometry import distribute
from lithiate.problem.description import Description
from lithiate.problem.nonlinear import NonlinearSystem
from lithiate.problem.problem import Problem
from lithiate_meshes import VerificationBlock, build_mesh
from manufactured import (
    LENGTH,
    START,
    UNITS,
    Electrode,
    Manufactured,
    electrode_card,
    electrolyte_card,
    fitted_order,
)
from mpi4py import MPI

TIME_STEP = 0.3
"""Long enough for diffusion and storage to be of the same size."""

TOLERANCE = 1e-11


def solve(symmetry: str, elements: int, irregular: float, **changes: Any) -> dict[str, float]:
    """Errors on a mesh of so many elements along an edge."""
    size = {"width": LENGTH, "height": LENGTH, "mesh_size": LENGTH / elements, "irregular": irregular}
    block = VerificationBlock.model_validate({"family": "verification", "symmetry": symmetry} | size)
    geometry = distribute(MPI.COMM_SELF, build_mesh(block), LENGTH)
    card = electrode_card(**changes)
    problem = Problem(geometry, UNITS, Description({"block": card}, {"block": START}))
    problem.time_step.value = TIME_STEP
    exact, electrode = Manufactured(problem), Electrode(card)
    fields, F = exact.fields("block"), exact.deformation("block")
    exact.balance_momentum("block", electrode.stress(F, fields.stoichiometry))
    exact.balance_lithium("block", electrode)
    exact.hold_displacement("block", block.surfaces)
    exact.start_lithium("block", electrode)
    assert NonlinearSystem(problem, TOLERANCE).solve().converged
    stoichiometry = problem.unknowns["stoichiometry.block"].value
    potential = problem.unknowns["chemical_potential.block"].value
    return {
        "displacement in H1": exact.displacement_error("block"),
        "stoichiometry in L2": exact.norm(stoichiometry - fields.stoichiometry, region="block"),
        "chemical potential in L2": exact.norm(
            potential - electrode.potential(F, fields.stoichiometry), region="block"
        ),
    }


def require_second_order(symmetry: str, elements: tuple[int, ...], irregular: float, **changes: Any) -> None:
    errors = [solve(symmetry, count, irregular, **changes) for count in elements]
    sizes = 1 / np.array(elements)
    orders = {name: fitted_order(sizes, [error[name] for error in errors]) for name in errors[0]}
    assert min(orders.values()) >= 1.9, orders


@pytest.mark.parametrize("irregular", [0.0, 0.2])
@pytest.mark.parametrize(
    ("symmetry", "diffusivity"),
    [("plane_strain", "tracer"), ("axisymmetric", "chemical"), ("axisymmetric", "tracer")],
)
def test_every_field_converges_with_second_order(symmetry: str, diffusivity: str, irregular: float) -> None:
    """Also on irregular meshes, where errors of neighbours do not cancel, and on the axis r = 0."""
    require_second_order(symmetry, (8, 12, 16, 24), irregular, diffusivity_kind=diffusivity)


def test_a_function_cannot_hold_one_component() -> None:
    """DOLFINx takes the numbers of the one component for numbers of nodes, and holds others silently."""
    block = {"family": "verification", "width": LENGTH, "height": LENGTH, "mesh_size": LENGTH}
    geometry = distribute(MPI.COMM_SELF, build_mesh(VerificationBlock.model_validate(block)), LENGTH)
    problem = Problem(geometry, UNITS, Description({"block": electrolyte_card()}, {}))
    name = "displacement.block"
    with pytest.raises(ValueError, match="all components"):
        problem.fix(name, "top", 1, problem.unknowns[name].value)


@pytest.mark.slow
def test_every_field_converges_with_second_order_in_three_dimensions() -> None:
    """No component vanishes by symmetry here."""
    require_second_order("3d", (6, 7, 8, 10), 0.1)
