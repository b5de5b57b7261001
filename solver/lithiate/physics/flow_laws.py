"""Plastic strain of one implicit step, by flow law: rate-independent, viscoplastic with a threshold, creep.

Every law says by how much the equivalent plastic strain grows in a step whose elastic trial state has the
equivalent stress ``tau_trial``, when each unit of plastic strain takes ``3 G_e`` off that stress (radial
return). The rate laws are fully implicit: the rate is that of the stress at the end of the step. A step of
no duration is elastic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import ufl

NEWTON_STEPS = 7
"""Newton steps for the overstress; for exponents up to 50 the sum of powers is then one to 1e-13, whatever
the coefficients are (six leave 6e-11)."""

OMEGA_STEPS = 4
"""Newton steps for :func:`log_omega`; its relative error is then below 1e-10."""

POLISHING_STEPS = 2
"""Newton steps of :class:`SaturatingFlow` from the closed form, which cancels where little flows."""

SMALLEST_OVERSTRESS = 1e-14
"""Per threshold; keeps the logarithm finite where nothing flows."""

SMALLEST_STRAIN = 1e-200
"""Keeps the logarithm finite in a step of no duration."""


class FlowLaw(Protocol):
    """How much plastic strain a step brings."""

    def strain_increment(self, trial_stress: Any, stiffness: Any, old_strain: Any) -> Any:
        """Growth of the equivalent plastic strain in the step [-], never negative.

        Args:
            trial_stress: tau_trial = sqrt(3/2) |dev tau_e| if nothing flowed.
            stiffness: 3 G_e, fall of that stress per plastic strain.
            old_strain: equivalent plastic strain alpha at the start of the step.
        """


@dataclass(frozen=True)
class NoFlow:
    """The plastic strain stays what it is: the elastic side of a state that may be at yield."""

    def strain_increment(self, trial_stress: Any, stiffness: Any, old_strain: Any) -> Any:
        """Zero whatever the arguments are."""
        del trial_stress, stiffness, old_strain
        return ufl.as_ufl(0.0)


@dataclass(frozen=True)
class RateIndependentFlow:
    """tau_eq <= sigma_Y + H alpha: linear hardening.

    Attributes:
        yield_stress: sigma_Y.
        hardening_modulus: H >= 0.
    """

    yield_stress: Any
    hardening_modulus: float

    def strain_increment(self, trial_stress: Any, stiffness: Any, old_strain: Any) -> Any:
        """(tau_trial - sigma_Y - H alpha) / (3 G_e + H) where that is positive."""
        overstress = trial_stress - self.yield_stress - self.hardening_modulus * old_strain
        increment = overstress / (stiffness + self.hardening_modulus)
        return ufl.conditional(ufl.gt(overstress, 0), increment, ufl.as_ufl(0.0))


@dataclass(frozen=True)
class SaturatingFlow:
    """tau_eq <= sigma_Y + H alpha + (sigma_sat - sigma_Y) (1 - exp(-alpha / alpha_0)) (Voce 1948).

    Attributes:
        yield_stress: sigma_Y.
        hardening_modulus: H >= 0, what is left of the slope at large strain.
        saturation_rise: sigma_sat - sigma_Y > 0.
        saturation_strain: alpha_0 > 0.
    """

    yield_stress: Any
    hardening_modulus: float
    saturation_rise: Any
    saturation_strain: float

    def strain_increment(self, trial_stress: Any, stiffness: Any, old_strain: Any) -> Any:
        """alpha_0 x with a x + q (1 - exp(-x)) = tau_trial - S.

        S is the strength at the start of the step, a = (3 G_e + H) alpha_0, and q = (sigma_sat - sigma_Y)
        exp(-alpha / alpha_0) is the rise still to come. In closed form x = c + omega(ln(q / a) - c) with
        c = (tau_trial - S - q) / a. Where little flows this is the small difference of large numbers; the
        Newton steps that follow take its round-off away.
        """
        slope = (stiffness + self.hardening_modulus) * self.saturation_strain
        spent = old_strain / self.saturation_strain
        rise = self.saturation_rise * ufl.exp(-spent)
        strength = (
            self.yield_stress
            + self.hardening_modulus * old_strain
            + self.saturation_rise * (1 - ufl.exp(-spent))
        )
        overstress = trial_stress - strength
        shift = (overstress - rise) / slope
        # Not the logarithm of q, which vanishes at large strain.
        root = shift + ufl.exp(log_omega(ufl.ln(self.saturation_rise / slope) - spent - shift))
        for _ in range(POLISHING_STEPS):
            left = ufl.exp(-root)
            root = root + (overstress - slope * root - rise * (1 - left)) / (slope + rise * left)
        return ufl.conditional(ufl.gt(overstress, 0), self.saturation_strain * root, ufl.as_ufl(0.0))


@dataclass(frozen=True)
class ViscoplasticFlow:
    """rate = rate_0 <tau_eq / (sigma_Y + H alpha) - 1>^m (Di Leo, Rejovitzky, Anand 2014, for silicon).

    Attributes:
        yield_stress: sigma_Y, the threshold below which nothing flows.
        hardening_modulus: H >= 0.
        reference_strain: rate_0 times the length of the step.
        exponent: m >= 1.
    """

    yield_stress: Any
    hardening_modulus: float
    reference_strain: Any
    exponent: float

    def strain_increment(self, trial_stress: Any, stiffness: Any, old_strain: Any) -> Any:
        """a y^m with S y + (3 G_e + H) a y^m + H a y^(m+1) = tau_trial - S.

        S = sigma_Y + H alpha at the start of the step, a = rate_0 dt, and y = tau_eq / sigma - 1 with sigma
        the threshold at its end; solved for ln y.
        """
        hardening, exponent = self.hardening_modulus, self.exponent
        threshold = self.yield_stress + hardening * old_strain
        overstress = trial_stress - threshold
        # The branch that is not taken is computed too, so it must not divide by zero.
        excess = ufl.max_value(overstress, SMALLEST_OVERSTRESS * threshold)
        strain = ufl.max_value(self.reference_strain, SMALLEST_STRAIN)
        terms = [
            (ufl.ln(threshold / excess), 1.0),
            (ufl.ln((stiffness + hardening) * strain / excess), exponent),
        ]
        if hardening:
            terms.append((ufl.ln(hardening * strain / excess), exponent + 1.0))
        increment = self.reference_strain * ufl.exp(exponent * root_of_powers(terms))
        return ufl.conditional(ufl.gt(overstress, 0), increment, ufl.as_ufl(0.0))


@dataclass(frozen=True)
class CreepFlow:
    """rate = A (tau_eq / sigma_ref)^n exp(-Q / (R T)), no threshold.

    Attributes:
        reference_stress: sigma_ref.
        reference_strain: A exp(-Q / (R T)) times the length of the step.
        exponent: n >= 1.
    """

    reference_stress: float
    reference_strain: Any
    exponent: float

    def strain_increment(self, trial_stress: Any, stiffness: Any, old_strain: Any) -> Any:
        """a y^n with sigma_ref y + 3 G_e a y^n = tau_trial, a = A exp(-Q / (R T)) dt, y = tau_eq / sigma_ref.

        ``old_strain`` does not matter: creep does not harden.
        """
        strain = ufl.max_value(self.reference_strain, SMALLEST_STRAIN)
        terms = [
            (ufl.ln(self.reference_stress / trial_stress), 1.0),
            (ufl.ln(stiffness * strain / trial_stress), self.exponent),
        ]
        return self.reference_strain * ufl.exp(self.exponent * root_of_powers(terms))


def root_of_powers(terms: Sequence[tuple[Any, float]]) -> Any:
    """z with the sum of exp(l_i + k_i z) = 1, that is ln y with the sum of exp(l_i) y^(k_i) = 1.

    Newton's method on h(z) = ln of that sum, which is convex and rises with a slope between the smallest and
    the largest k. It starts where the largest term alone is one: at or above the root, with h <= ln of the
    number of terms, so that every iterate stays between the root and the start and nothing can overflow.
    Only the ratios of the terms there matter, so that a fixed number of steps does for every stress and step
    length; it grows slowly with the ratio of the exponents.

    Args:
        terms: pairs (l_i, k_i), k_i > 0.
    """
    starts = [-offset / slope for offset, slope in terms]
    root = starts[0]
    for start in starts[1:]:
        root = ufl.min_value(root, start)
    for _ in range(NEWTON_STEPS):
        parts = [ufl.exp(offset + slope * root) for offset, slope in terms]
        total = sum(parts)
        slope_sum = sum(slope * part for (_, slope), part in zip(terms, parts, strict=True))
        root = root - total * ufl.ln(total) / slope_sum
    return root


def log_omega(argument: Any) -> Any:
    """z with exp(z) + z = L: the logarithm of the Wright omega function (Corless and Jeffrey 2002).

    Newton's method on a convex function that rises with a slope of at least one. The start is above the root,
    by at most 0.57 where L < 1 (there z <= L) and by 0.32 beyond (there exp(z) <= L), so that the steps fall
    to it.

    Args:
        argument: L.
    """
    root = ufl.min_value(argument, ufl.ln(ufl.max_value(argument, 1.0)))
    for _ in range(OMEGA_STEPS):
        power = ufl.exp(root)
        root = root - (power + root - argument) / (1 + power)
    return root
