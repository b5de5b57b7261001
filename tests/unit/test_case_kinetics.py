# SPDX-License-Identifier: LGPL-3.0-or-later
"""Keys of charge transfer: what they may be, and where."""

from __future__ import annotations

from pathlib import Path

import pytest
from case_files import changed, write_case
from lithiate.case import known_quantities, load_case
from lithiate.errors import InputError

CASES = Path(__file__).parents[2] / "cases"
FACE = "particle|electrolyte"
END = 'exchange_current_density = "10 A/m2"\n'


def test_the_law_of_charge_transfer_is_chosen_by_name(tmp_path: Path) -> None:
    assert load_case(write_case(tmp_path, changed(END, END))).interfaces[FACE].kinetics == "butler_volmer"
    text = changed(END, f'{END}kinetics = "linear"\n')
    assert load_case(write_case(tmp_path, text)).interfaces[FACE].kinetics == "linear"
    with pytest.raises(InputError, match=r'kinetics: found "tafel"; allowed: "butler_volmer", "linear"'):
        load_case(write_case(tmp_path, changed(END, f'{END}kinetics = "tafel"\n')))


@pytest.mark.parametrize(
    ("key", "value", "found"),
    [("kinetics", "linear", '"linear"'), ("film_resistance", "1 ohm cm2", "0.0001 ohm m2")],
)
def test_they_belong_where_lithium_reacts(key: str, value: str, found: str) -> None:
    film = CASES / "film_si_lpscl_thickness" / "case.toml"
    with pytest.raises(InputError, match=f"{key}: found {found}; allowed: only where lithium reacts"):
        load_case(film, [f'interfaces."collector|film".{key}={value}'])


def test_a_film_has_a_column(tmp_path: Path) -> None:
    case = load_case(write_case(tmp_path, changed(END, f'{END}film_resistance = "20 ohm cm2"\n')))
    assert case.interfaces[FACE].film_resistance == pytest.approx(2e-3)
    assert known_quantities(case)[f"film_resistance.{FACE}"] == "ohm cm2"
    without = load_case(write_case(tmp_path, changed(END, f"{END}film_resistance = 0.0\n")))
    assert f"film_resistance.{FACE}" not in known_quantities(without)
    with pytest.raises(InputError, match="film_resistance: found -1"):
        load_case(write_case(tmp_path, changed(END, f"{END}film_resistance = -1.0\n")))


GROWTH = {
    "molar_volume": '"30 cm^3/mol"',
    "ionic_conductivity": '"1e-5 S/m"',
    "initial_thickness": '"1 nm"',
    "exchange_current_density": '"1 uA/cm^2"',
    "potential": '"0.8 V"',
}


def with_growth(tmp_path: Path, **changes: str | None) -> Path:
    """A case whose film grows, with some keys changed or (None) left out."""
    keys = {key: value for key, value in (GROWTH | changes).items() if value is not None}
    table = "".join(f"{key} = {value}\n" for key, value in keys.items())
    return write_case(tmp_path, changed(END, f'{END}[interfaces."{FACE}".film_growth]\n{table}'))


def test_a_growing_film_has_columns(tmp_path: Path) -> None:
    case = load_case(with_growth(tmp_path))
    growth = case.interfaces[FACE].film_growth
    assert growth is not None and growth.exchange_current_density == pytest.approx(0.01)
    names = ("film_resistance", "mean_film_thickness", "side_current_density", "lithium_lost")
    found = known_quantities(case)
    assert [found[f"{name}.{FACE}"] for name in names] == ["ohm cm2", "m", "A/m2", "mAh/cm2"]


@pytest.mark.parametrize(
    ("changes", "key", "words"),
    [
        ({"exchange_current_density": None, "potential": None}, "exchange_current_density", "or parabolic"),
        ({"potential": None}, "potential", "missing; needed"),
        (
            {"exchange_current_density": None, "parabolic_constant": '"1e-21 m^2/s"'},
            "potential",
            "found 0.8 V; allowed: only with",
        ),
        (
            {
                "exchange_current_density": None,
                "potential": None,
                "parabolic_constant": "1e-21",
                "transfer_coefficient": "0.4",
            },
            "transfer_coefficient",
            "found 0.4; allowed: only with",
        ),
        ({"initial_thickness": "0.0"}, "initial_thickness", "> 0 m"),
        ({"molar_volume": "-1e-5"}, "molar_volume", "> 0"),
    ],
)
def test_growth_that_nothing_drives_or_limits_is_refused(
    tmp_path: Path, changes: dict[str, str | None], key: str, words: str
) -> None:
    with pytest.raises(InputError) as caught:
        load_case(with_growth(tmp_path, **changes))
    assert f".film_growth.{key}: " in str(caught.value) and words in str(caught.value)


def test_growth_belongs_where_lithium_reacts() -> None:
    film = CASES / "film_si_lpscl_thickness" / "case.toml"
    table = ", ".join(f"{key} = {value}" for key, value in GROWTH.items())
    with pytest.raises(InputError, match="film_growth: found a table; allowed: only where lithium reacts"):
        load_case(film, [f'interfaces."collector|film".film_growth={{{table}}}'])
