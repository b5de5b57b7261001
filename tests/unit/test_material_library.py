"""The cards of the library hold published values, say where each comes from, and their curves make sense."""

import math

import numpy as np
import pytest
from lithiate.errors import InputError
from lithiate.materials import MaterialCard, OpenCircuitTable, card_names, library_card
from lithiate.materials.open_circuit import evaluate, first_rise, ideal_solution_potential, remainder_spline
from lithiate.materials.properties import NOTES
from lithiate.materials.reading import card_fields
from pydantic import ValidationError

TEMPERATURE = 298.15


def silicon_curve() -> OpenCircuitTable:
    table = library_card("a-Si").open_circuit_potential
    assert table is not None
    return table


@pytest.mark.parametrize("name", card_names())
def test_every_value_of_every_card_has_a_source_or_is_marked_as_assumed(name: str) -> None:
    card = library_card(name)
    given = card.model_fields_set - {"name", "description", *NOTES}
    assert given == set(card.sources) | set(card.assumed)
    assert not set(card.sources) & set(card.assumed)
    assert all(text.strip() for text in [*card.sources.values(), *card.assumed.values()])
    assert card.description


def test_silicon_swells_and_holds_what_is_published() -> None:
    card = library_card("a-Si")
    assert card.stores_lithium
    assert not card.conducts_ions
    # 280 % more volume at Li3.75Si.
    assert card.swelling == pytest.approx(2.8, rel=1e-6)
    # 3579 mAh per gram of silicon.
    assert card.maximum_concentration is not None
    assert card.density is not None
    charge_per_mass = card.maximum_concentration * 96485.33212 / card.density
    assert charge_per_mass / 3600 == pytest.approx(3579, rel=2e-3)
    assert card.youngs_modulus.at(0.0) == pytest.approx(80e9)
    assert card.youngs_modulus.at(1.0) == pytest.approx(41e9)
    assert card.yield_stress is not None
    assert card.yield_stress.at(0.5) == pytest.approx((2e9 + 0.43e9) / 2)


def test_the_film_set_of_silicon_flows_at_the_stress_it_is_known_for() -> None:
    """sigma_0 [1 + ((2/3) 0.7 xdot / ((1 + 0.7 x) rate_0))^(1/m)] of a rigid-plastic film on a rigid base."""
    card = library_card("a-Si-viscoplastic")
    assert card.maximum_concentration is not None
    assert card.yield_stress is not None
    assert card.reference_rate is not None
    assert card.rate_exponent is not None
    growth = card.swelling / 3.75
    assert growth == pytest.approx(0.7, rel=2e-4)
    for content, expected in ((0.0, 2.0092e9), (1.0, 1.7745e9), (2.0, 1.6378e9)):
        strain_rate = 2 / 3 * growth * 7.898e-5 / (1 + growth * content)
        excess = (strain_rate / card.reference_rate) ** (1 / card.rate_exponent)
        assert card.yield_stress.at(0.0) * (1 + excess) == pytest.approx(expected, rel=1e-4)
    assert card.density == pytest.approx(card.maximum_concentration / 3.75 * 28.0855e-3, rel=1e-3)
    modulus, ratio = card.youngs_modulus.at(0.5), card.poisson_ratio.at(0.5)
    assert modulus / (1 - ratio) == pytest.approx(135.1e9, rel=1e-3)


def test_the_electrolytes_conduct_and_store_nothing() -> None:
    cold_pressed, dense, springy = map(library_card, ("Li6PS5Cl-cold-pressed", "Li6PS5Cl", "LBHI"))
    for card in (cold_pressed, dense, springy):
        assert card.conducts_ions
        assert not card.stores_lithium
        assert card.swelling == 0
    assert cold_pressed.youngs_modulus.unlithiated == pytest.approx(0.411e9)
    assert cold_pressed.ionic_conductivity == pytest.approx(0.109)
    assert cold_pressed.yield_stress is not None
    assert cold_pressed.yield_stress.unlithiated == pytest.approx(34.7e6)
    assert dense.yield_stress is not None
    assert dense.yield_stress.unlithiated == pytest.approx(0.7e9)
    # Its hardness must never become a yield stress.
    assert springy.flow == "elastic"
    assert springy.yield_stress is None


def test_an_unknown_material_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(InputError, match='did you mean "a-Si"'):
        library_card("a-si")


def test_the_curve_goes_through_every_point_of_the_table() -> None:
    table = silicon_curve()
    found = evaluate(table.stoichiometry, table.potential, TEMPERATURE, table.stoichiometry)
    assert np.allclose(found, table.potential, rtol=0, atol=1e-14)


def test_the_curve_falls_everywhere_and_without_bound_at_its_ends() -> None:
    table = silicon_curve()
    fillings = np.concatenate(
        [
            np.geomspace(1e-9, 0.05, 50),
            np.linspace(0.05, 0.95, 2000)[1:],
            1 - np.geomspace(0.05, 1e-9, 50)[1:],
        ]
    )
    potential = evaluate(table.stoichiometry, table.potential, TEMPERATURE, fillings)
    assert np.all(np.diff(potential) < 0)
    assert potential[0] > 0.7
    assert potential[-1] < -0.4


def test_beyond_the_table_only_the_ideal_solution_changes() -> None:
    table = silicon_curve()
    for outside, end in ((0.001, 0), (0.999, -1)):
        at_end = table.stoichiometry[end]
        found = evaluate(table.stoichiometry, table.potential, TEMPERATURE, outside) - table.potential[end]
        expected = ideal_solution_potential(outside, TEMPERATURE) - ideal_solution_potential(
            at_end, TEMPERATURE
        )
        assert found == pytest.approx(float(expected), rel=1e-12)


def test_the_spline_is_given_piece_by_piece_as_cubics() -> None:
    table = silicon_curve()
    breakpoints, coefficients = remainder_spline(table.stoichiometry, table.potential, TEMPERATURE)
    assert breakpoints.shape == (11,)
    assert coefficients.shape == (4, 10)
    middle = 0.5 * (breakpoints[3] + breakpoints[4])
    by_hand = np.polyval(coefficients[:, 3], middle - breakpoints[3])
    thermal = 8.314462618 * TEMPERATURE / 96485.33212
    expected = evaluate(table.stoichiometry, table.potential, TEMPERATURE, middle) - thermal * math.log(
        1 / middle - 1
    )
    assert by_hand == pytest.approx(float(expected), rel=1e-9)


def test_a_table_whose_curve_would_rise_is_found() -> None:
    assert first_rise(silicon_curve().stoichiometry, silicon_curve().potential, TEMPERATURE) is None
    # Two points so near to each other that the falling logarithm outweighs the fall of the table.
    assert first_rise((0.01, 0.02, 0.9), (0.3001, 0.3, 0.2), TEMPERATURE) == (0.01, 0.02)


@pytest.mark.parametrize(
    ("fillings", "potentials", "message"),
    [
        ((0.1, 0.5, 0.9), (0.3, 0.1, 0.2), "falling"),
        ((0.1, 0.5, 0.9), (0.3, 0.3, 0.2), "falling"),
        ((0.1, 0.9, 0.5), (0.3, 0.2, 0.1), "increasing"),
        ((0.0, 0.5), (0.3, 0.2), "> 0 and < 1"),
        ((0.5, 1.0), (0.3, 0.2), "> 0 and < 1"),
        ((0.5,), (0.3,), "at least 2"),
        ((0.1, 0.5), (0.3,), "1 values for 2"),
        ((0.1, 0.5), (0.3, math.nan), "not a finite number"),
    ],
)
def test_tables_that_are_no_open_circuit_curve_are_refused(
    fillings: tuple[float, ...], potentials: tuple[float, ...], message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        OpenCircuitTable(stoichiometry=fillings, potential=potentials)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"youngs_modulus": {"value": 1.0}}, "exactly one of source and assumed"),
        (
            {"youngs_modulus": {"value": 1.0, "source": "a", "assumed": "b"}},
            "exactly one of source and assumed",
        ),
        ({"youngs_modulus": 1.0}, "allowed: {value"),
        ({"young_modulus": {"value": 1.0, "source": "a"}}, "unknown property"),
    ],
)
def test_a_card_that_does_not_say_where_its_values_come_from_is_refused(
    table: dict[str, object], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        card_fields("test", table)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"flow": "rate_independent"}, "a yield stress"),
        ({"flow": "viscoplastic", "reference_rate": 1e-9, "rate_exponent": 4}, "a yield stress"),
        ({"flow": "viscoplastic", "yield_stress": 1e8, "rate_exponent": 4}, "a reference rate"),
        ({"flow": "viscoplastic", "yield_stress": 1e8, "reference_rate": 1e-9}, "a rate exponent"),
        ({"flow": "creep", "reference_stress": 1e6, "reference_rate": 1.0, "rate_exponent": 5}, "energy"),
        ({"maximum_concentration": 1e5, "diffusivity": 1e-16}, "needs it"),
        ({"maximum_concentration": 1e5, "partial_molar_volume": 1e-6}, "needs it"),
        (
            {"maximum_concentration": 1e5, "partial_molar_volume": 1e-6, "diffusivity": 1e-16},
            "needed because chemistry",
        ),
        (
            {
                "maximum_concentration": 1e5,
                "partial_molar_volume": -1e-5,
                "diffusivity": 1e-16,
                "chemistry": "ideal_dilute",
            },
            "no volume left",
        ),
    ],
)
def test_a_card_with_a_part_missing_is_refused(fields: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        MaterialCard.model_validate({"name": "x", "youngs_modulus": 1e9, "poisson_ratio": 0.3, **fields})
