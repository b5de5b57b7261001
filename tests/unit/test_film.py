# SPDX-License-Identifier: LGPL-3.0-or-later
"""The equation of a film's potential drop, without a mesh."""

from __future__ import annotations

from math import asinh
from typing import Any

import numpy as np
import pytest

ufl = pytest.importorskip("ufl", exc_type=ImportError)


def residual(drop: float, resistance: float, current: float) -> float:
    from lithiate.interfaces.film import drop_residual
    from ufl_numbers import number

    return number(drop_residual(ufl.as_ufl(drop), resistance, 3.0, ufl.as_ufl(current)))


@pytest.mark.parametrize("current", [-1e80, -2.0, -1e-9, 0.0, 1e-9, 5.0, 1e80])
def test_it_is_solved_by_the_ohmic_drop(current: float) -> None:
    assert residual(0.7 * current, 0.7, current) == pytest.approx(0.0, abs=1e-12)


def test_it_rises_with_the_drop_and_keeps_its_digits_on_either_side() -> None:
    from lithiate.interfaces.film import inverse_hyperbolic_sine
    from ufl_numbers import number

    drops = np.concatenate([-np.logspace(100, -10, 50), np.logspace(-10, 100, 50)])
    assert np.all(np.diff([residual(drop, 0.7, 2.0) for drop in drops]) > 0.0)
    for x in (-1e100, -1e5, -1.0, 0.0, 1e-3, 1e100):
        assert number(inverse_hyperbolic_sine(ufl.as_ufl(x))) == pytest.approx(asinh(x), rel=1e-12)


def growth(**limits: float) -> Any:
    from lithiate.interfaces.film import FilmGrowth

    return FilmGrowth(molar_volume=0.2, conductivity=5.0, initial_thickness=1e-3, **limits)


KINETICS = {"exchange_current_density": 2.0, "potential": 30.0, "transfer_coefficient": 0.4}


@pytest.mark.parametrize("potential", [-1e6, 5.0, 30.0, 60.0, 1e6])
def test_diffusion_and_kinetics_hinder_growth_one_after_the_other(potential: float) -> None:
    """1/v = 1/r + L/K; no potential makes the speed overflow, or turn round."""
    from ufl_numbers import number

    E, thickness = ufl.as_ufl(potential), 0.03
    kinetic = number(growth(**KINETICS).speed(E, thickness))
    diffusive = growth(parabolic_constant=1e-4).speed(E, thickness)
    both = number(growth(**KINETICS, parabolic_constant=1e-4).speed(E, thickness))
    if abs(potential) < 100.0:
        assert kinetic == pytest.approx(0.2 * 2.0 * np.exp(-0.4 * (potential - 30.0)), rel=1e-12)
    assert diffusive == pytest.approx(1e-4 / thickness, rel=1e-12)
    assert np.isfinite(kinetic) and kinetic >= 0.0
    assert both == pytest.approx(kinetic * diffusive / (kinetic + diffusive), rel=1e-12)


@pytest.mark.parametrize("limits", [KINETICS, KINETICS | {"parabolic_constant": 1e-3}])
def test_the_side_current_makes_the_film_and_its_slope_is_the_conductance(limits: dict[str, float]) -> None:
    from ufl_numbers import number

    law, fraction, thickness, potential = growth(**limits), 0.3, 0.02, 32.0

    def current(at: float) -> float:
        return number(law.current_density(fraction, ufl.as_ufl(at), thickness))

    speed = number(law.speed(ufl.as_ufl(potential), thickness))
    assert current(potential) == pytest.approx(-fraction * speed / 0.2, rel=1e-12)
    slope = (current(potential + 1e-4) - current(potential - 1e-4)) / 2e-4
    found = number(law.conductance(fraction, ufl.as_ufl(potential), thickness))
    assert found == pytest.approx(slope, rel=1e-6) and found > 0.0
