"""How far a cone with a rounded tip touches a half space, at least: closed forms of what it touches."""

from __future__ import annotations

import math

from lithiate_meshes.families.verification_indentation import IndentationGeometry

from lithiate.case.case import Case
from lithiate.case.hertz_theory import HertzContact, half_space_modulus

CONSTRAINT = 3.0
"""Largest mean contact pressure over the yield stress (Tabor, The Hardness of Metals, 1951)."""


def elastic_cone_radius(force: float, modulus: float, half_angle: float) -> float:
    """a = sqrt(2 F tan(theta) / (pi E*)) of a sharp cone (Sneddon, Int. J. Eng. Sci. 3, 1965, 47) [m].

    Args:
        force: F [N].
        modulus: E* = E / (1 - nu^2) [Pa].
        half_angle: theta, between the axis and the side of the cone [rad].
    """
    return math.sqrt(2 * force * math.tan(half_angle) / (math.pi * modulus))


def plastic_radius(force: float, yield_stress: float) -> float:
    """a = sqrt(F / (pi H)) with a mean pressure H of three yield stresses [m].

    Args:
        force: F [N].
        yield_stress: the largest that the material reaches [Pa].
    """
    return math.sqrt(force / (math.pi * CONSTRAINT * yield_stress))


def least_contact_radius(case: Case, force: float) -> float:
    """The largest of what a ball, an elastic sharp cone, and an indenter of what yields touch [m].

    What hardens with no end is taken for elastic.

    Args:
        case: of an indentation; its tables are valid.
        force: on the cone [N].
    """
    shape, temperature = case.geometry, case.physics.temperature
    assert isinstance(shape, IndentationGeometry)
    (card,) = (case.card(name) for name in shape.regions)
    modulus = half_space_modulus(
        float(card.youngs_modulus.at(0.0, temperature)), float(card.poisson_ratio.at(0.0, temperature))
    )
    tip = HertzContact("sphere", shape.tip_radius, modulus, math.inf).contact_radius(force)
    radii = [tip, elastic_cone_radius(force, modulus, shape.half_angle)]
    if card.yield_stress is not None and card.flow != "elastic" and card.hardening_modulus == 0:
        yield_stress = float(card.yield_stress.at(0.0, temperature))
        if card.saturation_stress is not None:
            yield_stress = max(yield_stress, float(card.saturation_stress.at(0.0, temperature)))
        radii.append(plastic_radius(force, yield_stress))
    return max(radii)
