# SPDX-License-Identifier: LGPL-3.0-or-later
"""The equation of a film's potential drop, without a mesh."""

from __future__ import annotations

from math import asinh

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
