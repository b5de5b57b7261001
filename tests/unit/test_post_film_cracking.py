# SPDX-License-Identifier: LGPL-3.0-or-later
"""Channelling and tunnelling of a film against the published factors and the plane cracks behind them."""

from __future__ import annotations

import numpy as np
import pytest
from lithiate_post.errors import ResultError
from lithiate_post.film_cracking import energy_release_rate
from scipy.integrate import quad

STRESS, THICKNESS, YOUNG, POISSON = 1e9, 250e-9, 80e9, 0.22
PLANE = YOUNG / (1 - POISSON**2)


@pytest.mark.parametrize(("crack", "factor"), [("channel", 1.976), ("tunnel", 0.785)])
def test_published_factors(crack: str, factor: float) -> None:
    """Hutchinson & Suo 1992 and Ho & Suo 1993: for 1 GPa in 250 nm of silicon 5.9 and 2.3 J/m2."""
    found = energy_release_rate(STRESS, THICKNESS, YOUNG, POISSON, crack)
    assert found == pytest.approx(factor * STRESS**2 * THICKNESS / PLANE, rel=1e-3)


def test_steady_state_releases_what_the_opening_of_the_plane_crack_does() -> None:
    """h G = int_0^h K(a)^2 / E' da for the edge crack; for a crack of length h the work of Griffith's."""
    channel = quad(lambda a: (1.1215 * STRESS) ** 2 * np.pi * a / PLANE, 0.0, THICKNESS)[0] / THICKNESS
    tunnel = np.pi * (THICKNESS / 2) ** 2 * STRESS**2 / PLANE / THICKNESS
    for crack, expected in (("channel", channel), ("tunnel", tunnel)):
        found = energy_release_rate(STRESS, THICKNESS, YOUNG, POISSON, crack)
        assert found == pytest.approx(expected, rel=1e-9)


def test_compression_drives_no_crack() -> None:
    """Over a history, one value for each step."""
    found = energy_release_rate([-1e9, 0.0, 2e9], [1e-7, 1e-7, 2e-7], YOUNG, POISSON, "tunnel")
    assert found[:2].tolist() == [0.0, 0.0]
    assert found[2] == pytest.approx(np.pi / 4 * 4e18 * 2e-7 / PLANE)


def test_unknown_crack_is_refused() -> None:
    with pytest.raises(ResultError, match='found "edge"; allowed: "channel", "tunnel"'):
        energy_release_rate(STRESS, THICKNESS, YOUNG, POISSON, "edge")  # type: ignore[arg-type]
