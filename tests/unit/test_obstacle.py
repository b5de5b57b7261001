# SPDX-License-Identifier: LGPL-3.0-or-later
"""Distances from rigid obstacles, against plane geometry."""

from __future__ import annotations

import math

import pytest
import ufl
from lithiate.interfaces.obstacle import Ball, Cone, Obstacle, Plane
from ufl_numbers import number

THETA, TIP = math.radians(42.28), 0.3
SHAPES = {"plane": Plane(), "ball": Ball(2.0), "cone": Cone(THETA, TIP)}
PLACES = [(0.01, -0.2), (0.1, 0.0), (0.5, 0.1), (1.0, 0.4), (1.3, 1.5), (2.5, 1.9)]


def distance(shape: Obstacle, across: float, height: float) -> float:
    return number(shape.distance(ufl.as_ufl(across), ufl.as_ufl(height)))


def test_a_plane_is_as_far_as_it_is_high() -> None:
    assert distance(SHAPES["plane"], 0.7, -0.25) == pytest.approx(0.25)


def test_a_ball_is_round() -> None:
    """Its lowest point is at the origin; a point at its flank is away by the distance from its centre."""
    assert distance(SHAPES["ball"], 0.0, 0.0) == pytest.approx(0.0)
    assert distance(SHAPES["ball"], 3.0, 2.0) == pytest.approx(1.0)
    assert distance(SHAPES["ball"], 0.0, 0.5) == pytest.approx(-0.5)


def test_a_cone_ends_in_a_ball() -> None:
    """Below the circle where both meet the distance is that from the ball, above it that from the side."""
    cone = SHAPES["cone"]
    assert distance(cone, 0.0, 0.0) == pytest.approx(0.0)
    assert distance(cone, 0.1, -0.05) == pytest.approx(math.hypot(0.1, 0.35) - TIP)
    apex = TIP - TIP / math.sin(THETA)
    for along, off in ((1.0, 0.0), (1.5, 0.2), (2.0, -0.05)):
        across = along * math.sin(THETA) + off * math.cos(THETA)
        height = apex + along * math.cos(THETA) - off * math.sin(THETA)
        assert distance(cone, across, height) == pytest.approx(off, abs=1e-12)


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("place", PLACES)
def test_the_normal_is_the_gradient_of_the_distance(name: str, place: tuple[float, float]) -> None:
    shape, step = SHAPES[name], 1e-6
    found = [number(part) for part in shape.outward(*map(ufl.as_ufl, place))]
    across, height = place
    slopes = [
        (distance(shape, across + step, height) - distance(shape, across - step, height)) / (2 * step),
        (distance(shape, across, height + step) - distance(shape, across, height - step)) / (2 * step),
    ]
    assert found == pytest.approx(slopes, abs=1e-8)
    assert math.hypot(*found) == pytest.approx(1.0)
