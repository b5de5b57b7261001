# SPDX-License-Identifier: LGPL-3.0-or-later
"""Faces that start apart and only press: the patch test of the contact pressure."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
from lithiate.interfaces.cohesion import CohesiveLaw
from lithiate.interfaces.contact import ContactLaw
from lithiate.interfaces.contact_area import NoPressureContact
from lithiate.problem.description import Description
from lithiate.problem.interface_laws import InterfaceLaws
from lithiate.problem.nonlinear import NonlinearSystem
from lithiate.problem.pointwise import InterfacePoints
from lithiate.problem.problem import Problem
from lithiate.problem.switches import Switches
from numpy.typing import NDArray
from verification_problems import BLOCK_UNITS, INTERFACE, LENGTH, build_geometry, card, oedometer

Array = NDArray[np.float64]
GAP = 0.01
SIDES = {"axis", "symmetry_x", "symmetry_y", "side", "side_y"}
PENALTY = 500.0


def pressed(approach: float, symmetry: str = "plane_strain", gap_of_the_mesh: bool = True) -> Array:
    """(points,) contact pressure of two unlike blocks a gap apart whose outer faces come closer."""
    geometry = build_geometry(symmetry, shape="two_blocks", upper_height=LENGTH, mesh_size=LENGTH / 3)
    gap: dict[str, Callable[[Array], Array]] = {}
    if gap_of_the_mesh:
        nodes = np.full(len(geometry.mesh.geometry.x), GAP)
        geometry = dataclasses.replace(geometry, gaps={INTERFACE: nodes})
    else:
        gap = {"initial_gap": lambda places: np.full(places.shape[1], GAP)}
    laws = InterfaceLaws(ContactLaw(PENALTY), None, NoPressureContact(), None, 1.0, 1e-12, **gap)
    cards = {
        name: card(youngs_modulus=modulus * BLOCK_UNITS.stress, poisson_ratio=ratio)
        for name, modulus, ratio in (("electrode", 70.0, 0.3), ("electrolyte", 20.0, 0.1))
    }
    switches = Switches(small_strain=True)
    problem = Problem(geometry, BLOCK_UNITS, Description(cards, {}, {INTERFACE: laws}, switches))
    for name, surface, moved in (("electrode", "bottom", 0.0), ("electrolyte", "top", -approach)):
        problem.fix(f"displacement.{name}", surface, geometry.dimension - 1, moved)
        for side in SIDES & geometry.surface_tags.keys():
            problem.fix(f"displacement.{name}", side, 1 if side.endswith("y") else 0)
    assert NonlinearSystem(problem, 1e-12).solve().converged
    expressions = {"pressure": problem.interfaces[INTERFACE].contact_pressure}
    points = InterfacePoints(problem.measures, INTERFACE, expressions)
    return points.own_values(points.all_values())["pressure"]


def expected(approach: float) -> float:
    """Springs in series after the gap has closed, none before."""
    compliance = 1 / oedometer(70.0, 0.3) + 1 / oedometer(20.0, 0.1) + 1 / PENALTY
    return max(approach - GAP, 0.0) / compliance


@pytest.mark.parametrize("gap_of_the_mesh", [True, False])
@pytest.mark.parametrize("approach", [0.005, 0.03])
def test_patch(approach: float, gap_of_the_mesh: bool) -> None:
    """One pressure everywhere, whether the mesh gives the gap or the case."""
    found = pressed(approach, gap_of_the_mesh=gap_of_the_mesh)
    assert len(found) > 6
    assert found == pytest.approx(expected(approach), rel=1e-9, abs=1e-12)


@pytest.mark.slow
def test_patch_in_space() -> None:
    """The same on an interface of triangles, whose points are the midpoints of edges."""
    found = pressed(0.03, "3d")
    assert len(found) > 30
    assert found == pytest.approx(expected(0.03), rel=1e-9)


def test_what_starts_apart_is_not_bonded() -> None:
    law = CohesiveLaw(2.0, 3.0, 100.0, 0.0)
    history: Callable[[Array], Array] = law.initial_history
    assert history(np.array([0.0, 1e-3, 2.0])) == pytest.approx([0.02, 3.0, 3.0])
