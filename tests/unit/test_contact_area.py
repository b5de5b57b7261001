# SPDX-License-Identifier: LGPL-3.0-or-later
"""Contact area of rough faces that flow, against the largest pressure so far, without a mesh."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

ufl = pytest.importorskip("ufl", exc_type=ImportError)

HARDNESS = 40.0


def plastic(pressure: float, largest: float) -> float:
    """a_p as the code has it."""
    from lithiate.interfaces.contact_area import PlasticContact
    from ufl.corealg.map_dag import map_expr_dag
    from ufl_numbers import Evaluation

    law = PlasticContact(HARDNESS)
    expression: Any = ufl.as_ufl(law.pressed_fraction(ufl.as_ufl(pressure), ufl.as_ufl(largest), 1.0))
    return float(map_expr_dag(Evaluation(), expression))


@pytest.mark.parametrize("share", [1e-6, 0.1, 0.5, 0.89])
def test_below_the_hardness_it_is_the_pressure_over_it(share: float) -> None:
    assert plastic(share * HARDNESS, share * HARDNESS) == pytest.approx(share, rel=1e-9)


def test_it_never_exceeds_one_and_rounds_the_corner() -> None:
    """One from 1.1 H on, a fortieth less at H, and never falling."""
    assert plastic(HARDNESS, HARDNESS) == pytest.approx(1 - 0.1 / 4, rel=1e-12)
    for share in (1.1, 1.5, 100.0):
        assert plastic(share * HARDNESS, share * HARDNESS) == pytest.approx(1.0, rel=1e-12)
    found = [plastic(share * HARDNESS, share * HARDNESS) for share in np.linspace(0.85, 1.15, 61)]
    assert np.all(np.diff(found) >= 0.0)
    # A corner would change the slope by one; the parabola does by 1 / (2 rounding) per share.
    assert np.abs(np.diff(found, 2)).max() < 0.05 * 0.005 * 200


def test_unloading_keeps_what_was_flattened_until_the_faces_lift() -> None:
    """The largest pressure counts; at a hundredth of it the contact begins to fade, at none it is gone."""
    largest = 0.6 * HARDNESS
    for pressure in (1.0, 0.5, 0.1, 0.011):
        assert plastic(pressure * largest, largest) == pytest.approx(0.6, rel=1e-9)
    assert plastic(0.005 * largest, largest) == pytest.approx(0.3, rel=1e-6)
    assert plastic(0.0025 * largest, largest) == pytest.approx(0.6 * 5 / 32, rel=1e-6)
    assert plastic(0.0, largest) == 0.0
    assert plastic(0.0, 0.0) == 0.0
