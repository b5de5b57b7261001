# SPDX-License-Identifier: LGPL-3.0-or-later
"""Plastic strain of one implicit step: the equation of each law is solved, however stiff it is.

The expressions that the forms compile are evaluated here with numbers in place of fields, and what comes
out is put into the flow law written the other way round, as a stress for a given strain.
"""

from __future__ import annotations

from math import exp, expm1

import pytest
import ufl
from hypothesis import given, settings
from hypothesis import strategies as st
from lithiate.materials import MaterialCard
from lithiate.materials.parameters import SolidParameters
from lithiate.physics.flow_laws import (
    CreepFlow,
    FlowLaw,
    RateIndependentFlow,
    SaturatingFlow,
    ViscoplasticFlow,
)
from lithiate.scaling import GAS_CONSTANT, Units
from ufl_numbers import number


def increment(law: FlowLaw, trial_stress: float, stiffness: float, old_strain: float = 0.0) -> float:
    numbers = [ufl.as_ufl(number) for number in (trial_stress, stiffness, old_strain)]
    return number(law.strain_increment(*numbers))


def viscoplastic(
    strain: float, exponent: float, yield_stress: float = 1.0, hardening: float = 0.0
) -> ViscoplasticFlow:
    return ViscoplasticFlow(ufl.as_ufl(yield_stress), hardening, ufl.as_ufl(strain), exponent)


def powers_of_ten(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high).map(lambda power: 10.0**power)


@settings(max_examples=400, deadline=None)
@given(
    exponent=st.floats(1.0, 20.0),
    overstress=powers_of_ten(-4, 2).filter(lambda ratio: ratio <= 99.0),
    strain=powers_of_ten(-9, 3),
    stiffness=powers_of_ten(0, 4),
    hardening=st.one_of(st.just(0.0), powers_of_ten(-3, 2)),
    yield_stress=powers_of_ten(-6, 2),
    old_strain=st.floats(0.0, 3.0),
)
def test_viscoplastic_stress_is_that_of_the_rate(
    exponent: float,
    overstress: float,
    strain: float,
    stiffness: float,
    hardening: float,
    yield_stress: float,
    old_strain: float,
) -> None:
    """m 1 to 20, trial stress to 100 thresholds, steps over 12 decades: residual below 1e-10."""
    law = viscoplastic(strain, exponent, yield_stress, hardening * yield_stress)
    threshold = yield_stress * (1 + hardening * old_strain)
    trial, stiff = threshold * (1 + overstress), stiffness * yield_stress
    grown = increment(law, trial, stiff, old_strain)
    assert grown > 0.0
    stress = trial - stiff * grown
    strength = threshold + hardening * yield_stress * grown
    residual = stress - strength * (1 + (grown / strain) ** (1 / exponent))
    # The subtraction of the two large stresses leaves round-off of their own size.
    assert abs(residual) < 1e-10 * threshold * overstress + 1e-14 * trial


@settings(max_examples=400, deadline=None)
@given(
    overstress=powers_of_ten(-4, 2).filter(lambda ratio: ratio <= 99.0),
    stiffness=powers_of_ten(0, 4),
    hardening=st.one_of(st.just(0.0), powers_of_ten(-3, 2)),
    rise=powers_of_ten(-6, 2),
    strain=powers_of_ten(-4, 1),
    spent=st.floats(0.0, 40.0),
)
def test_saturating_stress_is_that_of_the_strain(
    overstress: float, stiffness: float, hardening: float, rise: float, strain: float, spent: float
) -> None:
    """Trial stress to 100 times the strength, hardening from nothing to far steeper than elasticity."""
    law = SaturatingFlow(ufl.as_ufl(1.0), hardening, ufl.as_ufl(rise), strain)
    old = spent * strain

    def strength(plastic: float) -> float:
        return 1.0 + hardening * plastic - rise * expm1(-plastic / strain)

    threshold = strength(old)
    trial = threshold * (1 + overstress)
    grown = increment(law, trial, stiffness, old)
    assert grown > 0.0
    left = rise * exp(-spent)
    risen = hardening * grown - left * expm1(-grown / strain)
    # As above; the hardening to come enters with round-off of its own size.
    bound = 1e-10 * threshold * overstress + 1e-14 * (trial + left)
    assert abs(threshold * overstress - stiffness * grown - risen) < bound


def test_saturating_hardening_between_its_limits() -> None:
    """All risen: the saturation stress; over a wide strain: a linear modulus of rise over strain."""
    risen = SaturatingFlow(ufl.as_ufl(1.0), 0.5, ufl.as_ufl(2.0), 0.01)
    flat = RateIndependentFlow(ufl.as_ufl(3.0), 0.5)
    assert increment(risen, 9.0, 30.0, 2.0) == pytest.approx(increment(flat, 9.0, 30.0, 2.0), rel=1e-12)
    wide = SaturatingFlow(ufl.as_ufl(1.0), 0.5, ufl.as_ufl(2e6), 1e6)
    steep = RateIndependentFlow(ufl.as_ufl(1.0), 2.5)
    assert increment(wide, 9.0, 30.0, 0.1) == pytest.approx(increment(steep, 9.0, 30.0, 0.1), rel=1e-6)
    assert increment(risen, 1.0, 30.0) == 0.0


@settings(max_examples=200, deadline=None)
@given(
    exponent=st.floats(1.0, 50.0),
    trial=powers_of_ten(-9, 2),
    strain=powers_of_ten(-9, 3),
    stiffness=powers_of_ten(0, 4),
)
def test_creep_stress_is_that_of_the_rate(
    exponent: float, trial: float, strain: float, stiffness: float
) -> None:
    grown = increment(CreepFlow(1.0, ufl.as_ufl(strain), exponent), trial, stiffness)
    stress = trial - stiffness * grown
    if grown > 1e-280:
        assert abs(stress - (grown / strain) ** (1 / exponent)) < 1e-10 * trial
    else:
        assert stress == trial


def test_linear_and_quadratic_laws_in_closed_form() -> None:
    """n = 1 is a dashpot and n = 2 a quadratic equation, so no iteration stands behind these numbers."""
    trial, stiffness, strain = 3.0, 40.0, 0.02
    linear = strain * trial / (1 + stiffness * strain)
    assert increment(CreepFlow(1.0, ufl.as_ufl(strain), 1.0), trial, stiffness) == pytest.approx(linear)
    found = increment(viscoplastic(strain, 1.0), 1.0 + trial, stiffness)
    assert found == pytest.approx(linear, rel=1e-12)
    factor = stiffness * strain
    root = ((1 + 4 * factor * trial) ** 0.5 - 1) / (2 * factor)
    found = increment(CreepFlow(1.0, ufl.as_ufl(strain), 2.0), trial, stiffness)
    assert found == pytest.approx(strain * root**2, rel=1e-12)


@pytest.mark.parametrize(
    "law", [viscoplastic(0.0, 4.0), viscoplastic(0.0, 4.0, 1.0, 2.0), CreepFlow(1.0, ufl.as_ufl(0.0), 4.0)]
)
def test_a_step_of_no_duration_is_elastic(law: FlowLaw) -> None:
    """The equilibrium under stack pressure at time zero, and jumps of the load."""
    assert increment(law, 50.0, 30.0) == 0.0


@pytest.mark.parametrize("hardening", [0.0, 2.0])
@pytest.mark.parametrize("trial", [0.0, 0.5, 1.0])
def test_nothing_flows_up_to_the_threshold(trial: float, hardening: float) -> None:
    assert increment(viscoplastic(1.0, 4.0, 1.0, hardening), trial, 30.0) == 0.0
    assert increment(RateIndependentFlow(ufl.as_ufl(1.0), hardening), trial, 30.0) == 0.0


@pytest.mark.parametrize("hardening", [0.0, 2.0])
def test_slow_flow_is_rate_independent(hardening: float) -> None:
    """An overstress that vanishes leaves the threshold with its hardening."""
    slow = increment(viscoplastic(1e12, 1.0, 1.0, hardening), 5.0, 30.0, 0.3)
    plain = increment(RateIndependentFlow(ufl.as_ufl(1.0), hardening), 5.0, 30.0, 0.3)
    assert slow == pytest.approx(plain, rel=1e-10)
    assert plain == pytest.approx((4.0 - 0.3 * hardening) / (30.0 + hardening), rel=1e-12)


@pytest.mark.parametrize(("temperature", "energy"), [(298.15, 37e3), (350.0, 37e3), (298.15, 0.0)])
def test_creep_follows_arrhenius(temperature: float, energy: float) -> None:
    """A (stress / sigma_ref)^n exp(-Q / (R T)) in SI, with n = 1 so that the step is in closed form."""
    card = MaterialCard(
        name="metal",
        youngs_modulus=5e9,
        poisson_ratio=0.3,
        flow="creep",
        reference_rate=4e4,
        rate_exponent=1.0,
        reference_stress=2e6,
        creep_activation_energy=energy,
    )
    units = Units(1e-6, 100.0, 1e4, temperature)
    law = SolidParameters(card, units).flow_law(None, ufl.as_ufl(3.0))
    found = increment(law, 1e6 / units.stress, 1e-20)
    rate = 4e4 * 0.5 * exp(-energy / (GAS_CONSTANT * temperature))
    assert found == pytest.approx(rate * 300.0, rel=1e-10)
