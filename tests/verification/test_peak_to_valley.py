# SPDX-License-Identifier: LGPL-3.0-or-later
"""How far an interface protrudes, as deformed, where every point's place is known in closed form."""

from __future__ import annotations

import numpy as np
import pytest
from lithiate.geometry import distribute
from lithiate.interfaces.contact_area import NoPressureContact
from lithiate.problem.description import Description
from lithiate.problem.interface_laws import InterfaceLaws
from lithiate.problem.observables import Observer
from lithiate.problem.problem import Problem
from lithiate_meshes import build_mesh
from lithiate_meshes.families.film import FilmGeometry
from manufactured import UNITS
from mpi4py import MPI
from verification_problems import LENGTH, Array, card, displacement, uniform_field

INTERFACE = "film|electrolyte"
AMPLITUDE = 0.05 * LENGTH
SWOLLEN = (1 + 2.8 * 0.5) ** (1 / 3)
"""Stretch along each axis of silicon that swells freely from c = 0 to c = 1/2."""


@pytest.fixture(scope="module")
def observer() -> Observer:
    """Half a wave, whose crest and trough lie on the sides."""
    face = {"shape": "wavy", "amplitude": AMPLITUDE, "wavelength": 2 * LENGTH}
    section = {
        "family": "film", "width": LENGTH, "mesh_size": LENGTH / 4, "film_thickness": LENGTH / 2,
        "electrolyte_thickness": LENGTH / 2, "face": face,
    }  # fmt: skip
    data = build_mesh(FilmGeometry.model_validate(section))
    geometry = distribute(MPI.COMM_SELF, data, LENGTH, (INTERFACE,))
    laws = {INTERFACE: InterfaceLaws(None, None, NoPressureContact(), None, 1.0, 1e-12)}
    cards = {"film": card(), "electrolyte": card()}
    return Observer(Problem(geometry, UNITS, Description(cards, {}, laws)))


@pytest.mark.parametrize(
    ("deformation", "expected"),
    [
        (np.eye(3), 2 * AMPLITUDE),
        # Free swelling makes what protrudes grow as every length does.
        (SWOLLEN * np.eye(3), 2 * AMPLITUDE * SWOLLEN),
        # Between walls all of it goes along the normal; stretch along the face counts for nothing.
        (np.diag([1.3, SWOLLEN**3, 1.0]), 2 * AMPLITUDE * SWOLLEN**3),
        # A slope of 0.3 from crest to trough lowers the crest against the trough.
        (np.array([[1.0, 0, 0], [0.3, 1.0, 0], [0, 0, 1.0]]), 0.3 * LENGTH - 2 * AMPLITUDE),
    ],
)
def test_what_protrudes_deforms_with_the_face(
    observer: Observer, deformation: Array, expected: float
) -> None:
    uniform_field(displacement(observer.problem, "film+electrolyte").value, deformation)
    face = observer.state().interfaces[INTERFACE]
    row = observer.interface_row(INTERFACE, face)
    assert row[f"peak_to_valley_height.{INTERFACE}"] == pytest.approx(expected, rel=1e-3, abs=0)
