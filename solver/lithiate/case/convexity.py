"""Whether a modulus that depends on lithium leaves the energy of a region convex."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from lithiate.case.case import Case
from lithiate.case.findings import Finding
from lithiate.materials.card import MaterialCard
from lithiate.materials.open_circuit import evaluate
from lithiate.scaling import FARADAY_CONSTANT, GAS_CONSTANT

_FILLINGS = np.linspace(0.02, 0.98, 193)


def stable_stress(card: MaterialCard, temperature: float) -> tuple[float, float]:
    """Smallest stress at which the energy stops being convex [Pa], and the stoichiometry of that.

    Under a uniaxial stress sigma the energy C_max psi_chem(c) - sigma^2 / (2 E(c)) is convex in c while
    C_max mu_chem'(c) > sigma^2 (E'^2 / E^3 - E'' / (2 E^2)): beyond, lithium gathers where it makes the
    material soft, and the equations have no unique solution. A curved swelling, which adds -J_c'' sigma_h to
    the left side, is left out.

    Args:
        card: of a material that stores lithium.
        temperature: [K].

    Returns:
        Infinity and 0 where no stress does so.
    """
    assert card.maximum_concentration is not None
    fillings = _FILLINGS
    modulus = np.broadcast_to(np.asarray(card.youngs_modulus.at(fillings, temperature)), fillings.shape)
    slope = np.gradient(modulus, fillings)
    curvature = np.gradient(slope, fillings)
    softening = slope**2 / modulus**3 - curvature / (2 * modulus**2)
    stiffness = card.maximum_concentration * _chemical_slope(card, temperature)
    # One-sided differences at the ends are too coarse to judge by.
    inner = slice(2, -2)
    bends = softening[inner] > 0
    if not bends.any():
        return float("inf"), 0.0
    squares = np.full(fillings[inner].shape, np.inf)
    squares[bends] = np.maximum(stiffness[inner][bends], 0.0) / softening[inner][bends]
    lowest = int(np.argmin(squares))
    return float(np.sqrt(squares[lowest])), float(fillings[inner][lowest])


def _chemical_slope(card: MaterialCard, temperature: float) -> NDArray[np.float64]:
    """d mu_chem / dc [J/mol] at the fillings, of the flatter curve where there are two."""
    fillings, thermal = _FILLINGS, GAS_CONSTANT * temperature
    tables = [table for table in (card.open_circuit_potential, card.first_lithiation_potential) if table]
    if card.chemistry == "open_circuit" and tables:
        curves = [evaluate(table.stoichiometry, table.potential, temperature, fillings) for table in tables]
        slopes = [-FARADAY_CONSTANT * np.gradient(np.asarray(curve), fillings) for curve in curves]
        return np.asarray(np.min(slopes, axis=0))
    if card.chemistry == "regular_solution":
        parameter = card.regular_solution_parameter or 0.0
        return np.asarray(thermal * (1 / (fillings * (1 - fillings)) - 2 * parameter))
    return np.asarray(thermal / fillings)


def convexity_findings(case: Case) -> Iterator[Finding]:
    """Regions whose energy stops being convex before they yield, by a uniaxial estimate.

    Only where the modulus term acts. Two phases that a gradient energy keeps apart are meant to be
    non-convex; an elastic region has no largest stress to compare with, and rate laws pass their yield
    stress.

    Args:
        case: its tables are valid.
    """
    if not case.physics.modulus_term:
        return
    temperature = case.physics.temperature
    for name in case.storing_regions:
        card = case.card(name)
        if card.youngs_modulus.constant or card.yield_stress is None or card.flow == "elastic":
            continue
        if card.gradient_energy is not None:
            continue
        stress, filling = stable_stress(card, temperature)
        strongest = card.saturation_stress or card.yield_stress
        strength = float(strongest.at(filling, temperature))
        if stress < strength:
            text = (
                "found a modulus that changes so much with lithium that at the stoichiometry "
                f"{filling:.3g} the energy is not convex beyond {stress:.3g} Pa, before the material yields "
                f"at {strength:.3g} Pa; allowed: a modulus that changes less, or physics.modulus_term = false"
            )
            yield Finding(("regions", name, "youngs_modulus"), text)
