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
