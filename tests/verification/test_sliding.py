# SPDX-License-Identifier: LGPL-3.0-or-later
"""Faces that slide by more than the elements they are paired on: how far and where is said, for the most."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from lithiate.courses.cell_watch import CellWatch
from lithiate.interfaces.contact import ContactLaw
from lithiate.interfaces.contact_area import NoPressureContact
from lithiate.problem.description import Description
from lithiate.problem.interface_laws import InterfaceLaws
from lithiate.problem.observables import Observer
from lithiate.problem.problem import Problem
from verification_problems import BLOCK_UNITS, INTERFACE, LENGTH, build_geometry, card

SIZE = LENGTH / 4


class Slide:
    """Two blocks whose upper one is moved along the interface, most at its far end."""

    def __init__(self) -> None:
        geometry = build_geometry("plane_strain", shape="two_blocks", upper_height=LENGTH, mesh_size=SIZE)
        laws = {INTERFACE: InterfaceLaws(ContactLaw(1.0), None, NoPressureContact(), None, 1.0, 1e-12)}
        cards = {"electrode": card(), "electrolyte": card()}
        self.observer = Observer(Problem(geometry, BLOCK_UNITS, Description(cards, {}, laws)))
        case: Any = SimpleNamespace(
            storing_regions=(),
            interfaces={INTERFACE: None},
            reacting_interfaces=(),
            geometry=SimpleNamespace(interface_mesh_size=lambda name: SIZE),
        )
        self.watch = CellWatch(case, self.observer)
        self.moved = self.observer.problem.unknowns["displacement.electrolyte"].value

    def warnings(self, time: float, share: float, gap: float = 0.0) -> list[str]:
        """After a step that left the point at x slid by share (1 + x)/2, x in blocks, faces a gap apart."""
        self.moved.interpolate(
            lambda places: np.stack([share * (1 + places[0]) / 2, np.full(places.shape[1], gap)])
        )
        record: Any = SimpleNamespace(time=time, state=self.observer.state(), current_density=0.0)
        self.watch.note(record, {})
        return self.watch.warnings


def test_the_most_that_faces_slide_is_reported_with_its_place() -> None:
    slide = Slide()
    assert slide.warnings(1.0, 0.2) == []
    # Faces that are apart may pass each other.
    assert slide.warnings(2.0, 0.8, gap=0.1) == []
    (first,) = slide.warnings(3.0, 0.5)
    (most,) = slide.warnings(4.0, 0.75)
    assert slide.warnings(5.0, 0.5) == [most]
    assert "2 elements (5e-07 m)" in first and "time 3 s" in first
    assert most.startswith(
        f"interface {INTERFACE}: faces slid by up to 3 elements (7.5e-07 m), most at (1e-06, 1e-06) m"
    )
    assert "time 4 s" in most


@pytest.mark.parametrize("share", [0.24, 0.26])
def test_one_element_is_the_bound(share: float) -> None:
    assert bool(Slide().warnings(1.0, share)) == (share > 0.25)
