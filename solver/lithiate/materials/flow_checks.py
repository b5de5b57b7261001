"""What the flow laws ask of a card beyond the bounds of single values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lithiate.materials.functions import REFERENCE_TEMPERATURE, FormulaFunction, refuse_key

if TYPE_CHECKING:
    from lithiate.materials.card import MaterialCard

_ANY_TEMPERATURE = REFERENCE_TEMPERATURE
"""Of functions that do not depend on it; formulas may, and are judged with the case that states one."""

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
    # What is no number, or no modulus, is told of the property itself.
    if not np.isfinite(ends - starts).all() or ends[worst] > starts[worst]:
        return None
    return (
        f"found {ends[worst]:.4g} Pa where the yield stress is {starts[worst]:.4g} Pa, at the stoichiometry "
        f"{fillings[worst]:.3g} and {temperature:g} K; allowed: more than the yield stress everywhere, "
        "because what softens breaks along a band as narrow as the elements are"
    )


def _formulas(card: MaterialCard, *names: str) -> bool:
    """Whether one of these properties is a formula."""
    return any(isinstance(getattr(card, name), FormulaFunction) for name in names)


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
    text = None if _formulas(card, "saturation_stress", "yield_stress") else softening(card, _ANY_TEMPERATURE)
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
    moduli = _formulas(card, "youngs_modulus", "poisson_ratio")
    text = None if moduli else unreachable_pressure(card, _ANY_TEMPERATURE)
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
    if pressure is None or not largest > 0.0 or pressure < largest:
        return None
    return (
        f"found {pressure:.4g} Pa; allowed: below {largest:.4g} Pa, half the bulk modulus, which the "
        "pressure of neo-Hookean elasticity never passes"
    )
