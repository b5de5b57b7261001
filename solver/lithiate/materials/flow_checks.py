"""What the flow laws ask of a card beyond the bounds of single values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lithiate.materials.functions import REFERENCE_TEMPERATURE, refuse_key

if TYPE_CHECKING:
    from lithiate.materials.card import MaterialCard

_DENSIFICATION = ("densification_pressure", "porosity", "heckel_pressure")


def softening(card: MaterialCard, temperature: float) -> str | None:
    """What is wrong with a saturation stress that is not above the yield stress everywhere, or None.

    Args:
        card: a material.
        temperature: T [K].
    """
    if card.saturation_stress is None or card.yield_stress is None:
        return None
    fillings, ends = card.saturation_stress.samples(temperature)
    starts = card.yield_stress.samples(temperature)[1]
    worst = np.argmin(ends - starts)
    if ends[worst] > starts[worst]:
        return None
    return (
        f"found {ends[worst]:.4g} Pa where the yield stress is {starts[worst]:.4g} Pa, at the stoichiometry "
        f"{fillings[worst]:.3g} and {temperature:g} K; allowed: more than the yield stress everywhere, "
        "because what softens breaks along a band as narrow as the elements are"
    )


def require_hardening(card: MaterialCard) -> None:
    """Refuse saturating hardening that is incomplete, softens, or belongs to no law.

    Args:
        card: a material.

    Raises:
        PydanticCustomError: about one of the two keys of that hardening.
    """
    for name, other in (
        ("saturation_stress", "saturation_strain"),
        ("saturation_strain", "saturation_stress"),
    ):
        if getattr(card, name) is None and getattr(card, other) is not None:
            raise refuse_key(name, f"missing; needed because {other} is given")
    if card.saturation_stress is not None and card.flow in ("viscoplastic", "creep"):
        raise refuse_key(
            "saturation_stress",
            f'found with flow = "{card.flow}"; allowed: flow = "rate_independent"; rate laws harden linearly '
            "or not at all",
        )
    text = softening(card, REFERENCE_TEMPERATURE)
    if text is not None:
        raise refuse_key("saturation_stress", text)


def require_densification(card: MaterialCard) -> None:
    """Refuse densification that is incomplete, of another elasticity, or that no pressure would start.

    Args:
        card: a material.

    Raises:
        PydanticCustomError: about one of the keys of densification.
    """
    given = [name for name in _DENSIFICATION if getattr(card, name) is not None]
    for name in _DENSIFICATION:
        if given and name not in given:
            raise refuse_key(name, f"missing; needed because {given[0]} is given")
    if not card.densifies:
        return
    if card.elasticity != "neo_hookean":
        raise refuse_key(
            "densification_pressure",
            f'found with elasticity = "{card.elasticity}"; allowed: elasticity = "neo_hookean"',
        )
    text = unreachable_pressure(card, REFERENCE_TEMPERATURE)
    if text is not None:
        raise refuse_key("densification_pressure", text)


def unreachable_pressure(card: MaterialCard, temperature: float) -> str | None:
    """What is wrong with a densification pressure of K(c)/2 or more, or None.

    Args:
        card: a material.
        temperature: T [K].
    """
    young, poisson = card.youngs_modulus.samples(temperature)[1], card.poisson_ratio.samples(temperature)[1]
    largest = float(np.min(young / (3 * (1 - 2 * poisson)))) / 2
    pressure = card.densification_pressure
    if pressure is None or pressure < largest:
        return None
    return (
        f"found {pressure:.4g} Pa; allowed: below {largest:.4g} Pa, half the bulk modulus, which the "
        "pressure of neo-Hookean elasticity never passes"
    )
