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
from lithiate.problem.interface_model import InterfaceLaws
from lithiate.problem.nonlinear import NonlinearSystem
from lithiate.problem.pointwise import InterfacePoints
from lithiate.problem.problem import Problem
from lithiate.problem.switches import Switches
from numpy.typing import NDArray
from verification_problems import BLOCK_UNITS, INTERFACE, LENGTH, build_geometry, card

Array = NDArray[np.float64]
GAP = 0.01
PENALTY = 500.0


def pressed(approach: float) -> Array:
    """(points,) contact pressure of two unlike blocks a gap apart whose outer faces come closer."""
    geometry = build_geometry("plane_strain", shape="two_blocks", upper_height=LENGTH, mesh_size=LENGTH / 3)
    gap = np.full(len(geometry.mesh.geometry.x), GAP)
    geometry = dataclasses.replace(geometry, gaps={INTERFACE: gap})
    laws = InterfaceLaws(ContactLaw(PENALTY), None, NoPressureContact(), None, 1.0, 1e-12)
    cards = {
        name: card(youngs_modulus=modulus * BLOCK_UNITS.stress, poisson_ratio=ratio)
        for name, modulus, ratio in (("electrode", 70.0, 0.3), ("electrolyte", 20.0, 0.1))
    }
    switches = Switches(small_strain=True)
    problem = Problem(geometry, BLOCK_UNITS, Description(cards, {}, {INTERFACE: laws}, switches))
    for name, surface, moved in (("electrode", "bottom", 0.0), ("electrolyte", "top", -approach)):
        problem.fix(f"displacement.{name}", surface, 1, moved)
        for side in {"axis", "symmetry_x", "side"} & geometry.surface_tags.keys():
            problem.fix(f"displacement.{name}", side, 0)
    assert NonlinearSystem(problem, 1e-12).solve().converged
    expressions = {"pressure": problem.interfaces[INTERFACE].contact_pressure}
    points = InterfacePoints(problem.measures, INTERFACE, expressions)
    return points.own_values(points.all_values())["pressure"]


def oedometer(modulus: float, ratio: float) -> float:
    """Stress per strain without strain across."""
    return modulus * (1 - ratio) / ((1 + ratio) * (1 - 2 * ratio))


@pytest.mark.parametrize("approach", [0.005, 0.03])
def test_patch(approach: float) -> None:
    """One pressure everywhere: springs in series after the gap has closed, none before."""
    compliance = 1 / oedometer(70.0, 0.3) + 1 / oedometer(20.0, 0.1) + 1 / PENALTY
    expected = max(approach - GAP, 0.0) / compliance
    found = pressed(approach)
    assert len(found) > 6
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_what_starts_apart_is_not_bonded() -> None:
    law = CohesiveLaw(2.0, 3.0, 100.0, 0.0)
    history: Callable[[Array], Array] = law.initial_history
    assert history(np.array([0.0, 1e-3, 2.0])) == pytest.approx([0.02, 3.0, 3.0])
