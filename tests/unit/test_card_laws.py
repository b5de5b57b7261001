# SPDX-License-Identifier: LGPL-3.0-or-later
"""Combinations of laws that a card refuses, with the key that is to blame."""

from __future__ import annotations

from typing import Any

import pytest
from lithiate.materials import MaterialCard
from pydantic import ValidationError

SOLID = {"name": "test", "youngs_modulus": 50e9, "poisson_ratio": 0.3}


def refusal(**properties: Any) -> tuple[str, str]:
    """Key and message of the one error of a card."""
    with pytest.raises(ValidationError) as caught:
        MaterialCard.model_validate(SOLID | properties)
    (error,) = caught.value.errors()
    return error["ctx"]["path"][0], error["msg"]


VOCE = {
    "flow": "rate_independent",
    "yield_stress": 0.2e9,
    "saturation_stress": {"unlithiated": 0.5e9, "lithiated": 0.3e9},
    "saturation_strain": 0.1,
}


@pytest.mark.parametrize(
    ("change", "key", "words"),
    [
        ({"saturation_strain": None}, "saturation_strain", "missing; needed because saturation_stress"),
        ({"saturation_stress": None}, "saturation_stress", "missing; needed because saturation_strain"),
        (
            {"yield_stress": {"unlithiated": 0.2e9, "lithiated": 0.4e9}},
            "saturation_stress",
            "found 3e+08 Pa where the yield stress is 4e+08 Pa",
        ),
        ({"yield_stress": 0.3e9}, "saturation_stress", "at the stoichiometry 1 and 298.15 K; allowed: more"),
        (
            {"flow": "viscoplastic", "reference_rate": 1e-3, "rate_exponent": 4.0},
            "saturation_stress",
            'found with flow = "viscoplastic"; allowed: flow = "rate_independent"',
        ),
    ],
)
def test_saturating_hardening_is_complete_and_hardens(change: dict[str, Any], key: str, words: str) -> None:
    assert MaterialCard.model_validate(SOLID | VOCE).saturation_strain == 0.1
    refused, message = refusal(**VOCE | change)
    assert refused == key
    assert words in message


POROUS = {"densification_pressure": 3e8, "porosity": 0.15, "heckel_pressure": 5e8}


@pytest.mark.parametrize(
    ("change", "key", "words"),
    [
        ({"porosity": None}, "porosity", "missing; needed because densification_pressure is given"),
        ({"heckel_pressure": None}, "heckel_pressure", "missing; needed because densification_pressure"),
        ({"densification_pressure": None}, "densification_pressure", "missing; needed because porosity"),
        ({"porosity": 0.0}, "porosity", "> 0 and < 1"),
        ({"heckel_pressure": 0.0}, "heckel_pressure", "> 0 Pa"),
        (
            {"elasticity": "hencky"},
            "densification_pressure",
            'found with elasticity = "hencky"; allowed: elasticity = "neo_hookean"',
        ),
        (
            {"densification_pressure": 3e10},
            "densification_pressure",
            "found 3e+10 Pa; allowed: below 2.083e+10 Pa, half the bulk modulus",
        ),
    ],
)
def test_densification_is_complete_and_can_start(change: dict[str, Any], key: str, words: str) -> None:
    assert MaterialCard.model_validate(SOLID | POROUS).densifies
    with pytest.raises(ValidationError) as caught:
        MaterialCard.model_validate(SOLID | POROUS | change)
    (error,) = caught.value.errors()
    assert key in (*error.get("ctx", {}).get("path", ()), *error["loc"])
    assert words in error["msg"]


FILLER = {"elasticity": "third_medium", "regularisation_length": 1e-7}


@pytest.mark.parametrize(
    ("key", "value", "needed"),
    [
        ("maximum_concentration", 2e4, {}),
        ("ionic_conductivity", 0.1, {}),
        ("electronic_conductivity", 1.0, {}),
        ("flow", "rate_independent", {"yield_stress": 1e6}),
    ],
)
def test_third_medium_is_an_empty_pore(key: str, value: object, needed: dict[str, float]) -> None:
    assert MaterialCard.model_validate(SOLID | FILLER).is_third_medium
    refused, message = refusal(**FILLER, **{key: value}, **needed)
    assert refused == key
    assert 'with elasticity = "third_medium"; allowed: ' in message


def test_third_medium_needs_a_regularisation() -> None:
    missing = ("regularisation_length", 'missing; needed because elasticity = "third_medium"')
    assert refusal(elasticity="third_medium") == missing
    unused = 'found with elasticity = "neo_hookean"; allowed: only with "third_medium"'
    assert refusal(regularisation_length=1e-7) == ("regularisation_length", unused)


STORING = {
    "maximum_concentration": 2e4,
    "partial_molar_volume": 3e-6,
    "diffusivity": 1e-14,
    "chemistry": "regular_solution",
    "reference_potential": 0.1,
}


def test_separating_solution_has_no_chemical_diffusivity() -> None:
    """Inside the spinodal d mu/d C is negative, and a mobility D / (d mu/d C) would be as well."""
    key, message = refusal(
        **STORING, regular_solution_parameter=2.0, diffusivity_kind="chemical", gradient_energy=1e-9
    )
    assert key == "diffusivity_kind"
    assert "regular_solution_parameter = 2" in message
    below = SOLID | STORING | {"regular_solution_parameter": 1.9, "diffusivity_kind": "chemical"}
    assert MaterialCard.model_validate(below).regular_solution_parameter == 1.9


def test_separating_solution_needs_a_gradient_energy() -> None:
    key, message = refusal(**STORING, regular_solution_parameter=2.5)
    assert key == "gradient_energy"
    assert message.startswith("missing; needed because regular_solution_parameter = 2.5 is above 2")


@pytest.mark.parametrize("missing", ["regular_solution_parameter", "reference_potential"])
def test_regular_solution_is_complete(missing: str) -> None:
    given = STORING | {"regular_solution_parameter": 1.0}
    del given[missing]
    assert refusal(**given) == (missing, 'missing; needed because chemistry = "regular_solution"')


DISSOLVING = {key: value for key, value in STORING.items() if key != "partial_molar_volume"} | {
    "regular_solution_parameter": 1.0
}


@pytest.mark.parametrize(
    ("curve", "words"),
    [
        ({"stoichiometry": [0, 0.5, 1], "value": [0, 0.3, 0.2]}, "turns back at the stoichiometry 0.5"),
        ({"stoichiometry": [0, 0.5, 0.5001, 1], "value": [0, 0.2, 0.1, 0.3]}, "turns back"),
        ({"formula": "c - 0.8 * c ** 2"}, "turns back at the stoichiometry 0.62"),
        ({"stoichiometry": [0, 1], "value": [0.1, 0.3]}, "found 0.1 at the stoichiometry 0; allowed: 0"),
        (0.1, "found 0.1 at the stoichiometry 0; allowed: 0"),
        ({"formula": "c * T / 3000"}, "depends on T"),
    ],
)
def test_swelling_curves_that_are_refused(curve: object, words: str) -> None:
    key, message = refusal(**DISSOLVING, swelling_curve=curve)
    assert key == "swelling_curve"
    assert words in message


def test_no_volume_is_left_nowhere() -> None:
    curve = {"stoichiometry": [0, 0.5, 1], "value": [0, -0.5, -1.0]}
    assert refusal(**DISSOLVING, swelling_curve=curve) == (
        "value",
        "found -1.0; allowed: a number > -1",
    )


def test_the_volume_is_stated_once() -> None:
    curve = {"unlithiated": 0.0, "lithiated": 0.1}
    key, message = refusal(**DISSOLVING, swelling_curve=curve, partial_molar_volume=3e-6)
    assert key == "swelling_curve"
    assert "found together with partial_molar_volume = 3e-06 m^3/mol" in message
    assert refusal(**DISSOLVING) == (
        "partial_molar_volume",
        "missing; a material with a maximum_concentration needs it, or a swelling_curve",
    )


@pytest.mark.parametrize("sign", [1, -1])
def test_a_curve_may_rise_or_fall_and_stand_still(sign: int) -> None:
    curve = {"stoichiometry": [0, 0.3, 0.6, 1], "value": [0, 0.1 * sign, 0.1 * sign, 0.3 * sign]}
    card = MaterialCard.model_validate(SOLID | DISSOLVING | {"swelling_curve": curve})
    assert card.swelling == pytest.approx(0.3 * sign, rel=1e-12)
    assert card.growth_at(0.45) == pytest.approx(0.1 * sign, rel=1e-12)


def test_diffusivity_is_positive_at_both_ends() -> None:
    given = STORING | {
        "regular_solution_parameter": 1.0,
        "diffusivity": {"unlithiated": 1e-14, "lithiated": 0.0},
    }
    key, message = refusal(**given)
    assert key == "lithiated"
    assert message.startswith("found 0.0; allowed: a diffusivity > 0 m^2/s")
