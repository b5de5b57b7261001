"""Properties as tables and formulas: values, what is refused, and that a case file keeps them."""

import math
from pathlib import Path

import numpy as np
import pytest
from case_files import changed, write_case
from lithiate import load_case
from lithiate.errors import InputError
from lithiate.materials import MaterialCard, library_card
from lithiate.materials.formula import FormulaError, evaluate, parse
from lithiate.materials.functions import FormulaFunction, TabulatedFunction, arrhenius_factor
from lithiate.scaling import GAS_CONSTANT
from pydantic import ValidationError


def card(modulus: object) -> MaterialCard:
    return MaterialCard.model_validate({"name": "x", "youngs_modulus": modulus, "poisson_ratio": 0.3})


def particle(folder: Path, line: str, temperature: str = "") -> Path:
    """A case whose particle has one more line."""
    text = changed('[regions.particle]\nmaterial = "a-Si"', f'[regions.particle]\nmaterial = "a-Si"\n{line}')
    return write_case(folder, f"{text}\n{temperature}")


def test_a_table_goes_through_its_points_and_never_beyond_its_neighbours() -> None:
    modulus = card(
        {"stoichiometry": [0, 0.2, 0.4, 1], "value": ["80 GPa", "50 GPa", "50 GPa", 41e9]}
    ).youngs_modulus
    assert isinstance(modulus, TabulatedFunction)
    assert np.allclose(modulus.at([0.0, 0.2, 0.4, 1.0]), [80e9, 50e9, 50e9, 41e9], rtol=1e-15)
    assert np.all(modulus.at(np.linspace(0.2, 0.4, 11)) == 50e9)
    assert np.all(np.diff(modulus.at(np.linspace(0, 1, 500))) <= 0)
    assert (modulus.unlithiated, modulus.lithiated) == (80e9, 41e9)


def test_a_table_is_the_shape_preserving_cubic() -> None:
    """Slopes by the three-point formula of Fritsch and Butland on (0, 0.5, 1): the middle of both halves."""
    values = (1.0, 3.0, 4.0)
    modulus = card({"stoichiometry": [0, 0.5, 1], "value": list(values)}).youngs_modulus
    chords = 2 * (values[1] - values[0]), 2 * (values[2] - values[1])
    middle = 2 / (1 / chords[0] + 1 / chords[1])
    first = (3 * chords[0] - chords[1]) / 2
    by_hand = (values[0] + values[1]) / 2 + 0.5 * (first - middle) / 8
    assert float(modulus.at(0.25)) == pytest.approx(by_hand, rel=1e-14)


def test_a_formula_in_its_unit_depends_on_filling_and_temperature() -> None:
    text = "96 * (1 - 0.57 * c) * exp(-(T - 298.15) / 400) + sqrt(c**2)"
    modulus = card({"formula": text, "unit": "GPa"}).youngs_modulus
    assert isinstance(modulus, FormulaFunction)
    expected = 96e9 * (1 - 0.57 * 0.3) * math.exp(-30 / 400) + 0.3e9
    assert float(modulus.at(0.3, 328.15)) == pytest.approx(expected, rel=1e-14)
    assert not modulus.constant
    assert card({"formula": "2e9 * T / 300"}).youngs_modulus.constant


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')", "c.real", "open('x')", "c if c > 0 else 1", "[c]", "lambda: 1",
        "x", "exp", "exp(c, T)", "exp(c, x=c)",
        "'a'", "True", "c // 2", "c := 1", "(c", "", "c & 1", "1j", "+" * 500,
    ],
)  # fmt: skip
def test_what_is_no_arithmetic_is_never_run(text: str) -> None:
    with pytest.raises(FormulaError):
        parse(text)


def test_a_formula_of_numbers_alone_cannot_hold_up_the_program() -> None:
    with pytest.raises(OverflowError):
        evaluate("9 ** 9 ** 9 ** 9", 0.5, 300.0)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"stoichiometry": [0, 1], "value": [1e9]}, "1 values for 2"),
        ({"stoichiometry": [0.1, 1], "value": [1e9, 1e9]}, "start at 0 and end at 1"),
        ({"stoichiometry": [0, 0.5, 0.5, 1], "value": [1e9] * 4}, "increasing"),
        ({"stoichiometry": [0, 1], "value": [1e9, 0.0]}, "> 0 Pa"),
        ({"stoichiometry": [0, 1], "value": [1e9, "3 m"]}, "no Young's modulus"),
        ({"formula": "c +", "unit": "GPa"}, "cannot be read"),
        ({"formula": "1 + x", "unit": "GPa"}, 'found "x"'),
        ({"formula": "1 + c", "unit": "m"}, "no Young's modulus"),
        ({"formula": 3}, "two strings"),
        ({"unit": "GPa"}, "allowed: a Young's modulus"),
    ],
)
def test_what_is_no_function_is_refused(given: object, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        card(given)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            'youngs_modulus = { formula = "80 * (1 - 1.5 * c)", unit = "GPa" }',
            "regions.particle.youngs_modulus: found -4e.07 Pa at the stoichiometry 0.667",
        ),
        (
            'youngs_modulus = { formula = "1e9 / (c - 0.5)" }',
            "found -2e.09 Pa at the stoichiometry 0 and 298",
        ),
        ('youngs_modulus = { formula = "1e9 * log(T - 1000)" }', "found nan Pa"),
        ('yield_stress = { formula = "1 - c", unit = "GPa" }', "found 0 Pa at the stoichiometry 1 "),
        ('poisson_ratio = { formula = "0.3 + 0.3 * c" }', "found 0.5.* at the stoichiometry 0.667"),
        ("diffusivity = 0.0", "regions.particle.diffusivity: found 0.0"),
        ('diffusivity_activation_energy = "-1 J/mol"', "regions.particle.diffusivity_activation_energy"),
    ],
)
def test_energies_that_are_not_convex_are_refused_when_the_case_is_checked(
    tmp_path: Path, line: str, message: str
) -> None:
    with pytest.raises(InputError, match=message) as refused:
        load_case(particle(tmp_path, line))
    assert refused.value.message.count("\n") == 0


def test_a_formula_is_judged_at_the_temperature_of_the_run(tmp_path: Path) -> None:
    line = 'youngs_modulus = { formula = "80 * (1 - T / 320)", unit = "GPa" }'
    load_case(particle(tmp_path, line))
    with pytest.raises(InputError, match="at the stoichiometry 0 and 330 K"):
        load_case(particle(tmp_path, line), ["physics.temperature=330"])


@pytest.mark.parametrize(
    "given",
    [
        {"stoichiometry": [0.0, 0.3, 1.0], "value": [8e10, 5e10, 4e10]},
        {"formula": "80 - 30 * c", "unit": "GPa"},
        {"formula": "8e10 - 3e10 * c"},
    ],
)
def test_functions_are_written_as_they_were_read(given: dict[str, object]) -> None:
    assert card(given).model_dump()["youngs_modulus"] == given
    assert card(given) == card(card(given).model_dump()["youngs_modulus"])


def test_conductivities_and_diffusivities_follow_arrhenius(tmp_path: Path) -> None:
    """A factor of e for each R / E_a that 1/T falls; none at 298.15 K."""
    energy, temperature = 30e3, 1 / (1 / 298.15 - GAS_CONSTANT / 30e3)
    assert arrhenius_factor(energy, temperature) == pytest.approx(math.e, rel=1e-12)
    fields = library_card("a-Si").model_dump() | {
        "ionic_conductivity": 0.2,
        "ionic_conductivity_activation_energy": energy,
        "diffusivity_activation_energy": 2 * energy,
    }
    both = MaterialCard.model_validate(fields)
    assert both.ionic_conductivity_at(298.15) == pytest.approx(0.2, rel=1e-15)
    assert both.ionic_conductivity_at(temperature) == pytest.approx(0.2 * math.e, rel=1e-12)
    assert both.diffusivity_factor(temperature) == pytest.approx(math.e**2, rel=1e-12)
