# SPDX-License-Identifier: LGPL-3.0-or-later
"""Compaction in one implicit step: the pressure ends on Heckel's curve, however far the step goes."""

from __future__ import annotations

from math import exp, log, sqrt

import pytest
import ufl
from hypothesis import given, settings
from hypothesis import strategies as st
from lithiate.physics.densification import HeckelDensification
from ufl_numbers import number


def closure(law: HeckelDensification, total: float, old: float, bulk: float = 1.0) -> float:
    """ln(phi_0 / phi) at the end of a step."""
    return number(law.closure(*(ufl.as_ufl(value) for value in (total, old, bulk))))


def powers_of_ten(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high).map(lambda power: 10.0**power)


@settings(max_examples=400, deadline=None)
@given(
    porosity=st.floats(0.01, 0.7),
    onset=powers_of_ten(-5, -1),
    slope=powers_of_ten(-4, 1),
    old=st.one_of(st.just(0.0), powers_of_ten(-3, 1)),
    trial=st.floats(0.25, 1.0),
)
def test_pressure_is_that_of_the_density(
    porosity: float, onset: float, slope: float, old: float, trial: float
) -> None:
    """p_0 and P_H over decades of the bulk modulus, steps from nothing to a quarter of the volume."""
    law = HeckelDensification(porosity, onset, slope)
    old_density = 1 - porosity * exp(-old)
    found = closure(law, trial * (1 - porosity) / old_density, old)
    if (1 - trial**2) / 2 < onset + slope * old - 1e-15:
        assert found == old
        return
    assert found >= old
    density = 1 - porosity * exp(-found)
    pressure = (1 - (trial * density / old_density) ** 2) / 2
    assert abs(pressure - onset - slope * found) < 1e-10 * onset + 1e-14


def test_compaction_curve_in_closed_form() -> None:
    """From porosity 0.3 to 0.1 in steps, and in one."""
    law = HeckelDensification(0.3, 0.004, 0.03)
    old = 0.0
    for porosity in (0.25, 0.18, 0.1):
        expected = log(0.3 / porosity)
        total = 0.7 / (1 - porosity) * sqrt(1 - 2 * (0.004 + 0.03 * expected))
        old = closure(law, total, old)
        assert old == pytest.approx(expected, rel=1e-12)
        assert closure(law, total, 0.0) == pytest.approx(expected, rel=1e-12)
        assert number(law.plastic_ratio(ufl.as_ufl(old))) == pytest.approx(0.7 / (1 - porosity), rel=1e-12)


@pytest.mark.parametrize("slope", [0.1, 1e-4])
@pytest.mark.parametrize("total", [0.785, 0.8, 1.0, 3.0])
def test_nothing_opens_again(total: float, slope: float) -> None:
    """Without load at J = 0.787, below the pressure borne before, and pulled."""
    law = HeckelDensification(0.3, 0.01, slope)
    assert closure(law, total, 1.0) == 1.0


def test_work_is_the_area_under_the_curve() -> None:
    """Integral of p_c over -dJ_p, and the stored energy that the volume takes with it."""
    law, steps = HeckelDensification(0.3, 0.004, 0.03), 2000
    ends = [1.5 * step / steps for step in range(steps + 1)]
    found = sum(
        number(law.work(*(ufl.as_ufl(value) for value in (new, old, 0.002))))
        for old, new in zip(ends[:-1], ends[1:], strict=True)
    )

    def integral(ratio: float) -> float:
        """Of p_0 + P_H [ln phi_0 - ln(J_p - 0.7) + ln J_p] over J_p."""
        pores = ratio - 0.7
        whole = ratio * log(ratio) - ratio - pores * log(pores) + pores
        return (0.004 + 0.03 * log(0.3)) * ratio + 0.03 * whole

    last = 0.7 / (1 - 0.3 * exp(-1.5))
    assert found == pytest.approx(integral(1.0) - integral(last) + 0.002 * (1 - last), rel=1e-6)
