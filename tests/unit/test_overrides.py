"""``--set``, ``[quick]`` and Python keywords are one engine: dotted keys, items by number, TOML values."""

from pathlib import Path

import pytest
from case_files import CASE, changed, write_case
from hypothesis import given
from hypothesis import strategies as st
from lithiate.case import load_case
from lithiate.case.overrides import apply, from_mapping, parse_assignment, parse_key
from lithiate.case.toml_text import dotted
from lithiate.errors import InputError


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("stack_pressure.pressure", ("stack_pressure", "pressure")),
        ("protocol.0.rate", ("protocol", "0", "rate")),
        ('interfaces."particle|electrolyte".strength', ("interfaces", "particle|electrolyte", "strength")),
        ("interfaces.'particle|electrolyte'.strength", ("interfaces", "particle|electrolyte", "strength")),
        ("interfaces.particle|electrolyte.strength", ("interfaces", "particle|electrolyte", "strength")),
        ('a."b.c"', ("a", "b.c")),
        (" a . b ", ("a", "b")),
        ("mesh_size", ("geometry", "mesh_size")),
    ],
)
def test_keys_are_split_at_dots_outside_quotes(key: str, path: tuple[str, ...]) -> None:
    assert parse_key(key, "--set") == path


@given(
    st.lists(
        st.text("abcXYZ019_-|. ", min_size=1).filter(lambda part: part.strip() == part),
        min_size=1,
        max_size=4,
    )
)
def test_a_key_path_that_is_written_out_reads_back(parts: list[str]) -> None:
    assert parse_key(dotted(parts), "--set") == tuple(parts)


@pytest.mark.parametrize("key", ["", ".", "a.", ".a", "a..b", '"a', 'a"b".c'])
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(InputError, match="found no key"):
        parse_key(key, "--set")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("k=1", 1),
        ("k=1e-3", 1e-3),
        ("k=true", True),
        ('k="text"', "text"),
        ("k=20 MPa", "20 MPa"),
        ("k=C/10", "C/10"),
        ("k=[0.25, 0.5]", [0.25, 0.5]),
        ("k={time = 1}", {"time": 1}),
        ("k=", ""),
        ("k=a=b", "a=b"),
        ("k = 3", 3),
        ("k=1\nother=2", "1\nother=2"),
    ],
)
def test_values_are_toml_and_else_strings(text: str, value: object) -> None:
    assert parse_assignment(text).value == value


def test_without_a_value_it_is_refused() -> None:
    with pytest.raises(InputError, match="found no value"):
        parse_assignment("stack_pressure.pressure")


def test_a_dotted_key_replaces_and_a_plain_key_lays_over() -> None:
    table = {"a": {"b": 1, "c": {"d": 2, "e": 3}}}
    assert apply(table, from_mapping({"a": {"b": 5}}, "x")) == {"a": {"b": 5, "c": {"d": 2, "e": 3}}}
    assert apply(table, from_mapping({"a.c": {"d": 5}}, "x")) == {"a": {"b": 1, "c": {"d": 5}}}
    assert table == {"a": {"b": 1, "c": {"d": 2, "e": 3}}}


def test_command_line_values_reach_the_case(tmp_path: Path) -> None:
    case = load_case(
        write_case(tmp_path),
        [
            "stack_pressure.pressure=20 MPa",
            "protocol.0.rate=C/5",
            "protocol.2.until.voltage=0.9",
            'interfaces."particle|electrolyte".strength="30 MPa"',
            "regions.particle.youngs_modulus.lithiated=50 GPa",
            "output.states_of_charge=[0.2, 0.4]",
        ],
    )
    assert case.stack_pressure.pressure == pytest.approx(2e7)
    first, _, third = case.protocol
    assert first.step == "lithiate"
    assert first.rate == pytest.approx(0.2)
    assert third.until.voltage == pytest.approx(0.9)  # type: ignore[union-attr]
    assert case.interfaces["particle|electrolyte"].strength == pytest.approx(3e7)
    modulus = case.card("particle").youngs_modulus
    # One end of a library value is set, the other stays.
    assert (modulus.unlithiated, modulus.lithiated) == pytest.approx((80e9, 50e9))
    assert case.output.states_of_charge == (0.2, 0.4)


CURVE = 'swelling_curve={formula="2.8 * c ** 2"}'


@pytest.mark.parametrize("where", ["file", "--set"])
def test_a_swelling_curve_takes_the_place_of_the_molar_volume_of_the_library(
    tmp_path: Path, where: str
) -> None:
    text = changed('material = "a-Si"', f'material = "a-Si"\n{CURVE}') if where == "file" else CASE
    sets = ["initial.stoichiometry=0.3", *([f"regions.particle.{CURVE}"] if where == "--set" else [])]
    case = load_case(write_case(tmp_path, text), sets)
    card = case.card("particle")
    assert card.partial_molar_volume is None
    assert "partial_molar_volume" not in {**card.sources, **card.assumed, **card.validity}
    # C_max per volume as built, at c_0 = 0.3.
    assert case.concentration_as_built("particle") == pytest.approx(3.11e5 / (1 + 2.8 * 0.09), rel=1e-12)
    assert load_case(write_case(tmp_path, case.to_toml(), "resolved.toml")) == case
    back = load_case(write_case(tmp_path, text), [*sets, "regions.particle.partial_molar_volume=2e-6"])
    assert back.card("particle").swelling_curve is None


def test_another_material_brings_its_own_values(tmp_path: Path) -> None:
    case = load_case(
        write_case(tmp_path), ["regions.electrolyte.poisson_ratio=0.4", "regions.electrolyte.material=LBHI"]
    )
    card = case.card("electrolyte")
    assert card.name == "LBHI"
    assert card.flow == "elastic"
    assert card.poisson_ratio.unlithiated == 0.4


def test_the_last_of_several_wins(tmp_path: Path) -> None:
    sets = ["stack_pressure.pressure=1", "stack_pressure.pressure=2"]
    assert load_case(write_case(tmp_path), sets).stack_pressure.pressure == 2


def test_quick_sets_its_table_and_nothing_else_and_yields_to_set(tmp_path: Path) -> None:
    path = write_case(tmp_path)
    plain, quick = load_case(path), load_case(path, quick=True)
    assert plain.geometry.mesh_size == pytest.approx(2e-7)
    assert quick.geometry.mesh_size == pytest.approx(2.5e-7)
    assert quick.model_dump(exclude={"geometry"}) == plain.model_dump(exclude={"geometry"})
    assert load_case(path, ["geometry.mesh_size=0.3 um"], quick=True).geometry.mesh_size == pytest.approx(
        3e-7
    )


def test_quick_takes_keys_with_and_without_quotes(tmp_path: Path) -> None:
    text = changed(
        '"geometry.mesh_size" = "0.25 um"', 'geometry.mesh_size = "0.25 um"\nprotocol.0.until.time = "1 h"'
    )
    case = load_case(write_case(tmp_path, text), quick=True)
    assert case.geometry.mesh_size == pytest.approx(2.5e-7)
    assert case.protocol[0].until.time == 3600
    assert case.protocol[0].until.voltage == pytest.approx(0.01)  # type: ignore[union-attr]


def test_python_sets_by_mapping_and_by_keyword(tmp_path: Path) -> None:
    path = write_case(tmp_path)
    case = load_case(path, {"geometry.mesh_size": 3e-7}, stack_pressure={"pressure": "20 MPa"}, title="other")
    assert case.geometry.mesh_size == 3e-7
    assert case.stack_pressure.pressure == pytest.approx(2e7)
    assert case.stack_pressure.mode == "constant"
    assert case.title == "other"


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("protocol.3.rate=1", ["protocol is a list", "found item 3", "0 to 2"]),
        ("protocol.-1.rate=1", ["found item -1", "0 to 2"]),
        ("protocol.first.rate=1", ["found item first", "0 to 2"]),
        ("output.times.0=1", ["output", "times"]),
        ("title.text=1", ["title is a single value"]),
        ("stack_pressure.presure=1", ["stack_pressure.presure", "did you mean pressure?", "--set"]),
        ("stackpressure.pressure=1", ["stackpressure", "did you mean stack_pressure?", "--set"]),
        ("regions.electrolite.poisson_ratio=0.4", ["regions.electrolite", "did you mean electrolyte?"]),
        ("quick.x=1", ["outside the [quick] table"]),
    ],
)
def test_what_cannot_be_set_is_refused_with_the_file(tmp_path: Path, setting: str, words: list[str]) -> None:
    path = write_case(tmp_path, CASE)
    with pytest.raises(InputError) as caught:
        load_case(path, [setting])
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)
    assert all(word in str(caught.value) for word in words), str(caught.value)
