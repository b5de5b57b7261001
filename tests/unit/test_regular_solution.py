# SPDX-License-Identifier: LGPL-3.0-or-later
"""Two phases of a regular solution: equal potential and energy, and the limit near the critical point."""

from __future__ import annotations

from math import log, sqrt

import pytest
from lithiate.materials.regular_solution import (
    excess_energy,
    interface_energy,
    interface_width,
    mixing_energy,
    poor_phase,
)
from lithiate.scaling import GAS_CONSTANT

CONCENTRATION, TEMPERATURE, GRADIENT = 2e4, 300.0, 1e-9
DENSITY = CONCENTRATION * GAS_CONSTANT * TEMPERATURE


@pytest.mark.parametrize("parameter", [2.0001, 2.5, 3.0, 6.0, 20.0])
def test_phases_share_a_tangent(parameter: float) -> None:
    """By symmetry the common tangent is level: d f/d c = 0 in both phases, and f is the same."""
    c = poor_phase(parameter)
    assert 0 < c < 0.5
    assert log(c / (1 - c)) + parameter * (1 - 2 * c) == pytest.approx(0.0, abs=1e-9)
    assert mixing_energy(1 - c, parameter) == pytest.approx(mixing_energy(c, parameter), rel=1e-12)
    assert excess_energy(0.5, parameter) > 0


def test_flat_interface_near_the_critical_point_is_a_hyperbolic_tangent() -> None:
    """There f - f(c_1) = (4/3) (x^2 - x_0^2)^2, x = c - 1/2, x_0^2 = 3 (Omega_r - 2)/8.

    So x = x_0 tanh(z sqrt(8 r/(3 kappa_g)) x_0), gamma = (4/3) x_0^3 sqrt(8 kappa_g r/3), r = C_max R T.
    """
    half = sqrt(3 * 2e-4 / 8)
    parameters = (2.0002, GRADIENT, CONCENTRATION, TEMPERATURE)
    width = 2 / (half * sqrt(8 * DENSITY / (3 * GRADIENT)))
    assert interface_width(*parameters) == pytest.approx(width, rel=1e-3, abs=0)
    energy = 4 / 3 * half**3 * sqrt(8 * GRADIENT * DENSITY / 3)
    assert interface_energy(*parameters) == pytest.approx(energy, rel=1e-3, abs=0)


def test_one_phase_has_no_interface() -> None:
    with pytest.raises(ValueError, match="found 2; allowed: more than 2"):
        poor_phase(2.0)
