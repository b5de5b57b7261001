# SPDX-License-Identifier: LGPL-3.0-or-later
"""Elastic-plastic thick sphere under internal pressure, against Hill's solution.

R. Hill, The Mathematical Theory of Plasticity (1950), chapter V. Guards the yield surface, the flow rule and
the consistency of both with equilibrium in a boundary-value problem: a shell that locks under isochoric flow
passes every test at a point and misses the limit pressure.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq
from thick_sphere import (
    FIRST_YIELD,
    FULLY_PLASTIC,
    LIMIT,
    RATIO,
    Shell,
    elastic_displacement,
    pressure_at,
    quarter_shell,
)


@pytest.fixture(scope="module")
def shell() -> Shell:
    return Shell(quarter_shell(16))


def test_elastic_then_plastic(shell: Shell) -> None:
    """First yield at 0.5833 sigma_Y, then the plastic front, then the limit 1.3863 sigma_Y."""
    assert pytest.approx((0.5833, 1.3863), abs=5e-5) == (FIRST_YIELD, LIMIT)
    pressure = shell.push(elastic_displacement(0.99 * FIRST_YIELD))
    radius, equivalent, plastic = shell.state()
    assert pressure == pytest.approx(0.99 * FIRST_YIELD, rel=2e-3)
    assert plastic.max() == 0.0
    # It falls with the cube of the radius, so every point tells when the inner face yields.
    at_yield = pressure / (equivalent * radius**3)
    assert at_yield == pytest.approx(FIRST_YIELD, rel=2e-2)
    assert np.mean(at_yield) == pytest.approx(FIRST_YIELD, rel=5e-3)
    shell.problem.accept_step()

    shell.push(elastic_displacement(1.1 * FIRST_YIELD))
    radius, equivalent, plastic = shell.state()
    assert plastic[radius < 1.02].min() > 0.0
    assert plastic[radius > 1.1].max() == 0.0
    shell.problem.accept_step()

    fronts = []
    for amount in elastic_displacement(FIRST_YIELD) * np.linspace(1.5, 15.0, 28):
        pressure, outer = shell.push(float(amount)), shell.outer_displacement()
        if outer < FULLY_PLASTIC:
            front = brentq(lambda c, u=outer: FULLY_PLASTIC * (c / RATIO) ** 3 - u, 1.0, RATIO)
            assert pressure == pytest.approx(pressure_at(front), rel=2e-3)
            radius, _, plastic = shell.state()
            assert plastic[radius < 0.95 * front].min() > 0.0
            assert plastic[radius > 1.05 * front].max(initial=0.0) == 0.0
            fronts.append(front)
        shell.problem.accept_step()
    assert len(fronts) > 8 and max(fronts) > 1.8
    assert outer > 1.2 * FULLY_PLASTIC
    assert pressure == pytest.approx(LIMIT, rel=2e-3)
    assert shell.state()[1] == pytest.approx(1.0, rel=1e-8)
