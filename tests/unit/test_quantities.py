"""A number is SI, a string carries its unit, what is neither is refused with the expected unit."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lithiate_meshes import quantities
from lithiate_meshes.quantities import Quantity
from pydantic import TypeAdapter, ValidationError


def read(kind: Any, value: object) -> float:
    return TypeAdapter(kind).validate_python(value)


def refusal(kind: Any, value: object) -> str:
    with pytest.raises(ValidationError) as caught:
        read(kind, value)
    errors = caught.value.errors()
    assert len(errors) == 1
    return errors[0]["msg"]


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("Length", "1.5 um", 1.5e-6),
        ("Length", "1.5um", 1.5e-6),
        ("Length", " 20 nm ", 2e-8),
        ("Length", "1.5 µm", 1.5e-6),
        ("Pressure", "5 MPa", 5e6),
        ("Pressure", "1 bar", 1e5),
        ("CurrentDensity", "0.1 mA/cm^2", 1.0),
        ("CurrentDensity", "0.1 mA/cm2", 1.0),
        ("CurrentDensity", "0.1 mA cm-2", 1.0),
        ("CurrentDensity", "0.1 mA/cm²", 1.0),
        ("Temperature", "25 degC", 298.15),
        ("Temperature", "300 K", 300.0),
        ("Toughness", "0.1 J/m2", 0.1),
        ("Toughness", "100 mN/m", 0.1),
        ("LengthStiffness", "200 GPa/um", 2e17),
        ("MolarVolume", "9 cm^3/mol", 9e-6),
        ("Concentration", "311 mol/l", 3.11e5),
        ("Conductivity", "1.09 mS/cm", 0.109),
        ("ArealCapacity", "3 mAh/cm2", 1.08e5),
        ("Density", "2.33 g/cm^3", 2330.0),
        ("Time", "30 min", 1800.0),
        ("Voltage", "-10 mV", -0.01),
        ("Diffusivity", "1e-12 cm^2/s", 1e-16),
    ],
)
def test_units_are_converted_to_si(kind: str, text: str, expected: float) -> None:
    assert read(getattr(quantities, kind), text) == pytest.approx(expected, rel=1e-12)


@given(st.floats(min_value=1e-30, max_value=1e30))
def test_a_plain_number_is_si_and_stays_itself(value: float) -> None:
    assert read(quantities.Length, value) == value


@pytest.mark.parametrize("kind", [quantities.Length, quantities.CurrentDensity, quantities.Conductivity])
@given(value=st.floats(min_value=1e-20, max_value=1e20))
def test_writing_a_number_with_its_si_unit_and_reading_it_gives_the_number(kind: Any, value: float) -> None:
    metadata = kind.__metadata__[0]
    assert isinstance(metadata, Quantity)
    assert read(kind, f"{value!r} {metadata.unit}") == pytest.approx(value, rel=1e-15)


@given(
    value=st.floats(min_value=1e-6, max_value=1e6),
    factor=st.sampled_from([("nm", 1e-9), ("um", 1e-6), ("cm", 1e-2)]),
)
def test_prefixes_scale(value: float, factor: tuple[str, float]) -> None:
    unit, scale = factor
    assert read(quantities.Length, f"{value!r} {unit}") == pytest.approx(value * scale, rel=1e-12)


@given(st.text(max_size=20))
def test_any_text_is_read_or_refused_but_never_breaks(text: str) -> None:
    for kind in (quantities.Length, quantities.Dimensionless, quantities.CRate):
        try:
            value = read(kind, text)
        except ValidationError:
            continue
        assert math.isfinite(value)


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("Length", "5 MPa", ['"5 MPa"', "no length", "in m"]),
        ("Pressure", "5 um", ['"5 um"', "no pressure", "Pa"]),
        ("Pressure", "5 Mpa", ['unknown unit "Mpa"', 'did you mean "MPa"?']),
        ("Length", "5 parsnips", ['unknown unit "parsnips"']),
        ("Length", "5", ["without a unit"]),
        ("Length", "um", ["does not start with a number"]),
        ("Length", "", ["does not start with a number"]),
        ("Length", float("nan"), ["nan", "not a finite number"]),
        ("Length", "nan um", ["not a finite number"]),
        ("Length", math.inf, ["inf", "not a finite number"]),
        ("Length", "inf m", ["not a finite number"]),
        ("Length", "1e999 um", ["not a finite number"]),
        ("Length", 10**400, ["not a finite number"]),
        ("Length", -1e-6, ["-1e-06", "> 0 m"]),
        ("Length", "-1 um", ['"-1 um"', "> 0 m"]),
        ("Length", 0, ["> 0 m"]),
        ("Length", True, ["found true"]),
        ("Length", [1.0], ["found [1.0]"]),
        ("Pressure", -1.0, [">= 0 Pa"]),
        ("Fraction", 1.5, [">= 0 and <= 1"]),
        ("Fraction", "50 %", ["without a unit"]),
        ("Dimensionless", math.nan, ["not a finite number"]),
        ("Temperature", "-300 degC", ["> 0 K"]),
    ],
)
def test_what_is_refused_says_what_was_found_and_what_is_allowed(
    kind: str, value: object, words: list[str]
) -> None:
    message = refusal(getattr(quantities, kind), value)
    assert all(word in message for word in [*words, "allowed:"]), message


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("C/10", 0.1),
        ("2C", 2.0),
        ("0.5 C", 0.5),
        ("1C/20", 0.05),
        ("C", 1.0),
        ("C/2.5", 0.4),
        (0.1, 0.1),
        (3, 3.0),
    ],
)
def test_a_rate_counts_full_capacities_per_hour(value: object, expected: float) -> None:
    # Read as a quantity, "C/10" would be a tenth of a coulomb.
    assert read(quantities.CRate, value) == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize(
    "value", ["C/0", "0C", "-C/10", "10 coulomb", "fast", "", 0, -1.0, math.nan, math.inf, True, [1]]
)
def test_what_is_no_rate_is_refused(value: object) -> None:
    assert "C/10" in refusal(quantities.CRate, value)


@pytest.mark.parametrize("value", ["5 um", "C/10"])
def test_a_length_and_a_rate_do_not_take_each_others_strings(value: str) -> None:
    other = quantities.CRate if value == "5 um" else quantities.Length
    refusal(other, value)


def test_the_json_schema_names_unit_and_bound() -> None:
    schema = TypeAdapter(quantities.Length).json_schema()
    assert {"type": "number", "exclusiveMinimum": 0} in schema["anyOf"]
    assert {"type": "string"} in schema["anyOf"]
    assert "in m or a string" in schema["description"]
