# SPDX-License-Identifier: LGPL-3.0-or-later
"""Stress-coupled diffusion in an elastic sphere against an independent solution in one dimension.

Zhang, Shyy, Sastry, J. Electrochem. Soc. 154 (2007) A910: in linear theory the stress makes lithium flow
as ``-D (1 + theta c) grad c`` with ``theta = 2 Omega^2 E / (9 (1 - nu) R T)``. Guards the mechanical part
of the chemical potential, its sign, the flux that it drives, and the value of both at the surface.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np
import pytest
from running import RANKS, pass_on_two_ranks
from scipy.constants import physical_constants
from scipy.integrate import solve_ivp
from scipy.sparse import diags
from verification_problems import Array, ElasticSphere, SphereState, card

RADIUS, DIFFUSIVITY, CONTENT, TEMPERATURE = 5e-6, 7.08e-15, 2.29e4, 300.0
MODULUS, POISSON, MOLAR_VOLUME = 10e9, 0.3, 3.497e-6
CURRENT_DENSITY, START = 2.0, 1e-6
THETA = 1.55641e-5
TIMES = (250.0, 500.0, 1000.0)
TOLERANCE = 5e-3

MATERIAL = card(
    youngs_modulus=MODULUS,
    poisson_ratio=POISSON,
    maximum_concentration=CONTENT,
    partial_molar_volume=MOLAR_VOLUME,
    diffusivity=DIFFUSIVITY,
    chemistry="ideal_dilute",
)


@dataclass(frozen=True)
class Reference:
    """Stoichiometries at the surface and the centre, stress at the centre and hoop stress at the surface."""

    surface: float
    centre: float
    centre_stress: float
    surface_hoop: float


class _Shells:
    """Finite volumes in a sphere of unit radius; stoichiometry, and time in R^2 / D."""

    def __init__(self, theta: float, count: int = 1500) -> None:
        faraday = physical_constants["Faraday constant"][0]
        self.inward = CURRENT_DENSITY * RADIUS / (faraday * DIFFUSIVITY * CONTENT)
        self.coupling = theta * CONTENT
        self.faces = np.linspace(0.0, 1.0, count + 1)
        self.volumes = np.diff(self.faces**3) / 3
        self.middles = np.diff(self.faces**4) / np.diff(self.faces**3) * 0.75
        self.conductance = self.faces[1:-1] ** 2 / np.diff(self.middles)

    def potential(self, content: Array) -> Array:
        """The function whose gradient is (1 + theta c) grad c."""
        return content + self.coupling * content**2 / 2

    def rate(self, time: float, content: Array) -> Array:
        """dc/dtau."""
        inner = self.conductance * np.diff(self.potential(content))
        return np.diff(np.concatenate([[0.0], inner, [self.inward]])) / self.volumes

    def jacobian(self, time: float, content: Array) -> object:
        """Its derivative."""
        slope = 1 + self.coupling * content
        above = self.conductance * slope[1:] / self.volumes[:-1]
        below = self.conductance * slope[:-1] / self.volumes[1:]
        diagonal = np.zeros_like(content)
        diagonal[:-1] -= self.conductance * slope[:-1] / self.volumes[:-1]
        diagonal[1:] -= self.conductance * slope[1:] / self.volumes[1:]
        return diags([above, diagonal, below], [1, 0, -1], format="csc")

    def ends(self, content: Array) -> tuple[float, float]:
        """Stoichiometry at the surface, where the flux is known, and at the centre, where it is even."""
        depth = 1 - self.middles[:-3:-1]
        values = self.potential(content[:-3:-1]) + self.inward * depth
        outer = np.linalg.solve(np.stack([np.ones(2), depth**2], axis=1), values)[0]
        surface = (
            outer if self.coupling == 0 else (np.sqrt(1 + 2 * self.coupling * outer) - 1) / self.coupling
        )
        even = np.stack([np.ones(2), self.middles[:2] ** 2], axis=1)
        return float(surface), float(np.linalg.solve(even, content[:2])[0])


def reference(coupled: bool, times: tuple[float, ...]) -> list[Reference]:
    """The solution in one dimension at the times [s]; stresses [Pa]."""
    shells = _Shells(THETA if coupled else 0.0)
    scaled = np.array(times) * DIFFUSIVITY / RADIUS**2
    start = np.full(len(shells.volumes), START)
    solved = solve_ivp(
        shells.rate,
        (0.0, scaled[-1]),
        start,
        method="BDF",
        t_eval=scaled,
        jac=shells.jacobian,
        rtol=1e-8,
        atol=1e-11,
    )
    unit = MOLAR_VOLUME * MODULUS * CONTENT / (9 * (1 - POISSON))
    states = []
    for content in solved.y.T:
        mean = 3 * float(content @ shells.volumes)
        surface, centre = shells.ends(content)
        states.append(Reference(surface, centre, 2 * unit * (mean - centre), 3 * unit * (mean - surface)))
    return states


def test_reference_gives_the_numbers_of_the_specification() -> None:
    """The yardstick itself, against numbers that two other solvers agreed on."""
    gas_constant = physical_constants["molar gas constant"][0]
    theta = 2 * MOLAR_VOLUME**2 * MODULUS / (9 * (1 - POISSON) * gas_constant * TEMPERATURE)
    assert theta == pytest.approx(THETA, rel=1e-5)
    early, late = reference(False, (250.0, 1000.0))
    assert (early.surface, late.surface) == pytest.approx((0.248150, 0.670748), abs=2e-6)
    assert (early.centre_stress, late.centre_stress) == pytest.approx((31.625e6, 48.511e6), abs=2e3)
    early, late = reference(True, (250.0, 1000.0))
    found = [early.surface, early.centre, late.surface, late.centre]
    assert found == pytest.approx([0.243274, 0.011730, 0.650723, 0.373958], abs=3e-6)
    found = [early.centre_stress, early.surface_hoop, late.centre_stress, late.surface_hoop]
    assert found == pytest.approx([31.536e6, -40.993e6, 43.002e6, -41.039e6], abs=2e3)


def sphere(coupled: bool, symmetry: str, mesh_size: float, start: float = START) -> ElasticSphere:
    """The sphere with lithium entering at its surface."""
    flux = {"current_density": CURRENT_DENSITY}
    return ElasticSphere(MATERIAL, RADIUS, symmetry, mesh_size, start, flux, coupled, TEMPERATURE)


def solve(coupled: bool, mesh_size: float) -> list[SphereState]:
    """States of the axisymmetric sphere at TIMES; the first lithium multiplies ln c: small steps."""
    steps = list(TIMES[0] * (np.arange(1, 25) / 24) ** 3.2)
    for a, b in zip(TIMES[:-1], TIMES[1:], strict=True):
        steps += list(np.linspace(a, b, 4)[1:])
    states = sphere(coupled, "axisymmetric", mesh_size).extrapolated(steps)
    return [states[steps.index(time)] for time in TIMES]


def compare(found: SphereState, expected: Reference, tolerance: float) -> None:
    """All quantities relative to themselves, the stoichiometry of the centre to that of the surface."""
    assert found.surface == pytest.approx(expected.surface, rel=tolerance)
    assert found.centre == pytest.approx(expected.centre, abs=tolerance * expected.surface)
    assert found.centre_stress == pytest.approx(expected.centre_stress, rel=tolerance)
    assert found.surface_hoop == pytest.approx(expected.surface_hoop, rel=tolerance)


@pytest.mark.slow
def test_axisymmetric_without_coupling() -> None:
    """The same load and start, so that a difference of the coupled run is the coupling's."""
    found = solve(False, 0.03)
    for state, expected in zip(found, reference(False, TIMES), strict=True):
        compare(state, expected, TOLERANCE)


@pytest.mark.parametrize(
    ("mesh_size", "tolerance"),
    [(0.03, 2 * TOLERANCE), pytest.param(0.02, TOLERANCE, marks=pytest.mark.slow)],
)
def test_axisymmetric(mesh_size: float, tolerance: float) -> None:
    """Stress drives lithium from compression to tension: less at the surface, less stress."""
    found = solve(True, mesh_size)
    for state, expected in zip(found, reference(True, TIMES), strict=True):
        compare(state, expected, tolerance)


def test_surface_converges_at_second_order() -> None:
    """The potential of the surface is what an interface sees, not that of a point inside.

    Projecting the stress onto the nodes with a lumped mass gives the latter: an error of first order.
    """
    found = []
    for mesh_size in (0.08, 0.04, 0.02):
        state = sphere(True, "axisymmetric", mesh_size, 0.05).run([200.0, 400.0, 600.0, 800.0, 1000.0])[-1]
        found.append((state.surface, state.surface_hoop))
    differences = np.abs(np.diff(found, axis=0))
    orders = np.log2(differences[0] / differences[1])
    assert orders.min() > 1.5, orders


@pytest.mark.slow
def test_three_dimensions() -> None:
    """All components of the strain take part, and the surface is made of triangles.

    Against the axisymmetric sphere with the same few steps, from a filling that a coarse mesh can follow.
    """
    steps = [200.0, 400.0, 600.0, 800.0, 1000.0]
    found, flat = (
        sphere(True, symmetry, mesh_size, 0.05).run(steps)[-1]
        for symmetry, mesh_size in (("3d", 0.05), ("axisymmetric", 0.02))
    )
    assert found.surface == pytest.approx(flat.surface, rel=TOLERANCE)
    assert found.centre == pytest.approx(flat.centre, abs=TOLERANCE * flat.surface)
    assert found.surface_hoop == pytest.approx(flat.surface_hoop, rel=TOLERANCE)
    # The few tetrahedra around the centre are three times as large as those on the surface.
    assert found.centre_stress == pytest.approx(flat.centre_stress, rel=2 * TOLERANCE)


@pytest.mark.slow
@pytest.mark.skipif(RANKS in os.environ, reason="already under mpirun")
def test_two_ranks() -> None:
    """The answer must not depend on where the mesh was cut: this file once more, on two ranks."""
    pass_on_two_ranks(1, f"{__file__}::test_axisymmetric")
