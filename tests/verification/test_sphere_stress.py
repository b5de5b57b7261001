# SPDX-License-Identifier: LGPL-3.0-or-later
"""Diffusion-induced stress in an elastic sphere against the series of Cheng and Verbrugge.

J. Power Sources 190 (2009) 453, doi:10.1016/j.jpowsour.2009.01.021. Linear diffusion and linear
elasticity, one-way coupled: guards the sign and the size of swelling, the stress that follows from it,
the weights of an axisymmetric model, and diffusion with a held surface and with a given flux.
Stresses count in E Omega dC / (3 (1 - nu)), times in R^2 / D, radii in R.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from lithiate.scaling import FARADAY_CONSTANT
from scipy.optimize import brentq
from verification_problems import Array, ElasticSphere, SphereState, card

RADIUS, DIFFUSIVITY, CONTENT = 5e-6, 7.08e-15, 2.29e4
MODULUS, POISSON, MOLAR_VOLUME = 10e9, 0.3, 3.497e-6
START, HELD, CURRENT_DENSITY = 0.1, 0.2, 2.0
TERMS = 150
PEAK_TIME = 0.05742
HELD_TIMES = (0.001, 0.01, PEAK_TIME, 0.1)
FLUX_TIMES = (0.03, 0.1, 0.3, 0.6)
TOLERANCE = 5e-3
SMALLEST_PROFILE_TIME = 5e-3
"""Before, the layer of diffusion is as thin as an element."""

MATERIAL = card(
    youngs_modulus=MODULUS,
    poisson_ratio=POISSON,
    maximum_concentration=CONTENT,
    partial_molar_volume=MOLAR_VOLUME,
    diffusivity=DIFFUSIVITY,
    chemistry="ideal_dilute",
)


def _modes(roots: Array, weights: Array, radii: Array) -> tuple[Array, Array]:
    """Sums of ``weights * sin(root xi) / xi``, and of their means over the sphere inside xi."""
    phase = roots * radii[:, None]
    local = weights * roots * np.sinc(phase / np.pi)
    mean = 3 * weights * (np.sin(phase) / phase - np.cos(phase)) / (roots * radii[:, None] ** 2)
    return local.sum(axis=1), mean.sum(axis=1)


def held_content(tau: float, radii: Array) -> tuple[Array, Array]:
    """c / dC at xi and its mean inside xi after the surface was raised by dC."""
    n = np.arange(1, TERMS + 1)
    weights = 2 * (-1.0) ** n / (n * np.pi) * np.exp(-((n * np.pi) ** 2) * tau)
    local, mean = _modes(n * np.pi, weights, radii)
    return 1 + local, 1 + mean


def flux_content(tau: float, radii: Array) -> tuple[Array, Array]:
    """c / dC and its mean inside xi under a constant flux i_n, dC = i_n R / (F D)."""
    roots = np.array(
        [
            brentq(lambda x: np.sin(x) - x * np.cos(x), n * np.pi + 1e-6, (n + 0.5) * np.pi)
            for n in range(1, TERMS + 1)
        ]
    )
    weights = -2 / (roots**2 * np.sin(roots)) * np.exp(-(roots**2) * tau)
    local, mean = _modes(roots, weights, radii)
    return local + 3 * tau + radii**2 / 2 - 0.3, mean + 3 * tau + 0.3 * (radii**2 - 1)


Content = Callable[[float, Array], tuple[Array, Array]]


def stresses(content: Content, tau: float, radii: Array) -> tuple[Array, Array]:
    """Normalised radial and hoop stress at xi."""
    local, mean = content(tau, np.append(radii, 1.0))
    whole = mean[-1]
    local, mean = local[:-1], mean[:-1]
    return 2 / 3 * (whole - mean), (2 * whole + mean - 3 * local) / 3


def ends(content: Content, tau: float) -> tuple[float, float]:
    """Normalised stress at the centre and hoop stress at the surface."""
    radial, hoop = stresses(content, tau, np.array([1e-4, 1.0]))
    return float(radial[0]), float(hoop[1])


def stress_unit(difference: float) -> float:
    """E Omega dC / (3 (1 - nu)) [Pa]."""
    return MODULUS * MOLAR_VOLUME * difference / (3 * (1 - POISSON))


def grid(times: tuple[float, ...], growth: float) -> list[float]:
    """Times of steps that start small and then grow with time, meeting every time that is asked for."""
    first = times[0] * (np.arange(1, 13) / 12) ** 3
    parts = [first]
    for a, b in zip(times[:-1], times[1:], strict=True):
        count = int(np.ceil(np.log(b / a) / np.log(growth)))
        parts.append(np.geomspace(a, b, count + 1)[1:])
    return [float(time) for time in np.concatenate(parts)]


def solve(
    surface: dict[str, float], times: tuple[float, ...], growth: float, mesh_size: float = 0.03
) -> Iterator[SphereState]:
    """States at the given tau; ``growth`` is the ratio of the times of successive steps."""
    sphere = ElasticSphere(MATERIAL, RADIUS, "axisymmetric", mesh_size, START, surface, False)
    steps = grid(times, growth)
    states = sphere.extrapolated([tau * RADIUS**2 / DIFFUSIVITY for tau in steps])
    for tau in times:
        yield states[int(np.argmin(np.abs(np.array(steps) - tau)))]


def compare(state: SphereState, content: Content, tau: float, unit: float) -> None:
    """Centre and surface to half a per cent of the largest stress, the profile to one."""
    centre, hoop_at_surface = ends(content, tau)
    largest = max(abs(centre), abs(hoop_at_surface))
    assert state.centre_stress / unit == pytest.approx(centre, abs=TOLERANCE * largest)
    assert state.surface_hoop / unit == pytest.approx(hoop_at_surface, abs=TOLERANCE * largest)
    if tau < SMALLEST_PROFILE_TIME:
        return
    radial, hoop = stresses(content, tau, state.radii)
    assert np.abs(state.radial / unit - radial).max() < 2 * TOLERANCE * largest
    assert np.abs(state.hoop / unit - hoop).max() < 2 * TOLERANCE * largest


@pytest.mark.parametrize(
    ("tau", "centre", "surface"),
    [(0.001, 0.06936, -0.89595), (0.01, 0.20568, -0.69149), (0.1, 0.31839, -0.22952)],
)
def test_series_gives_the_numbers_of_the_specification(tau: float, centre: float, surface: float) -> None:
    """The yardstick itself: a slip in the series would move both sides of every comparison below."""
    assert ends(held_content, tau) == pytest.approx((centre, surface), abs=6e-6)
    grown = [ends(held_content, PEAK_TIME * factor)[0] for factor in (0.99, 1.0, 1.01)]
    assert max(grown) == grown[1] == pytest.approx(0.385574, abs=5e-7)
    assert ends(flux_content, 2.0) == pytest.approx((0.2, -0.2), abs=1e-6)


def held_difference() -> float:
    """dC of the potentiostatic runs; linear theory does not tell volumes from each other."""
    return CONTENT * (HELD - START)


def flux_difference() -> float:
    """dC of the galvanostatic runs."""
    return CURRENT_DENSITY * RADIUS / (FARADAY_CONSTANT * DIFFUSIVITY)


@pytest.mark.slow
def test_held_surface() -> None:
    """Potentiostatic insertion: tension that peaks at the centre, hoop compression that falls from -1."""
    found = dict(
        zip(HELD_TIMES, solve({"stoichiometry": HELD}, HELD_TIMES, 1.12, mesh_size=0.025), strict=True)
    )
    unit = stress_unit(held_difference())
    for tau, state in found.items():
        compare(state, held_content, tau, unit)
    assert found[PEAK_TIME].centre_stress / unit == pytest.approx(0.385574, rel=TOLERANCE)
    assert found[0.001].surface_hoop / unit == pytest.approx(-0.89595, rel=TOLERANCE)


def test_constant_flux() -> None:
    """Galvanostatic insertion up to the plateaus of +0.2 at the centre and -0.2 at the surface."""
    unit = stress_unit(flux_difference())
    found = solve({"current_density": CURRENT_DENSITY}, FLUX_TIMES, 1.2)
    for tau, state in zip(FLUX_TIMES, found, strict=True):
        compare(state, flux_content, tau, unit)
    assert state.centre_stress / unit == pytest.approx(0.2, rel=TOLERANCE)
    assert state.surface_hoop / unit == pytest.approx(-0.2, rel=TOLERANCE)
    surface = START + flux_difference() / CONTENT * (3 * FLUX_TIMES[-1] + 0.2)
    assert state.surface == pytest.approx(surface, rel=TOLERANCE)


def test_plateau_converges_at_second_order() -> None:
    """An error of first order, say of quadrature or of the surface, would hide below half a per cent."""
    unit, errors = stress_unit(flux_difference()), []
    steps = [0.2 * number * RADIUS**2 / DIFFUSIVITY for number in range(1, 13)]
    for mesh_size in (0.2, 0.1, 0.05):
        sphere = ElasticSphere(
            MATERIAL, RADIUS, "axisymmetric", mesh_size, START, {"current_density": CURRENT_DENSITY}, False
        )
        state = sphere.run(steps)[-1]
        radial, hoop = stresses(flux_content, 2.4, state.radii)
        miss = np.array([state.radial / unit - radial, state.hoop / unit - hoop])
        errors.append((np.sqrt((miss**2).mean()), abs(state.surface_hoop / unit + 0.2)))
    # Of the whole range: on the coarsest mesh the elements have no room to grow towards the centre.
    orders = np.log2(np.array(errors[0]) / np.array(errors[-1])) / 2
    assert orders.min() > 1.75, (errors, orders)


@pytest.mark.slow
def test_plateau_in_three_dimensions() -> None:
    """The same in an octant: all components of strain, and a surface of triangles."""
    flux = {"current_density": CURRENT_DENSITY}
    sphere = ElasticSphere(MATERIAL, RADIUS, "3d", 0.07, START, flux, False)
    state = sphere.run([0.2 * number * RADIUS**2 / DIFFUSIVITY for number in range(1, 9)])[-1]
    unit = stress_unit(flux_difference())
    assert state.centre_stress / unit == pytest.approx(0.2, rel=TOLERANCE)
    assert state.surface_hoop / unit == pytest.approx(-0.2, rel=TOLERANCE)
