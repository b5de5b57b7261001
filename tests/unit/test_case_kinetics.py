# SPDX-License-Identifier: LGPL-3.0-or-later
"""Keys of charge transfer: what they may be, and where."""

from __future__ import annotations

from pathlib import Path

import pytest
from case_files import changed, write_case
from lithiate.case import load_case
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


def test_it_belongs_where_lithium_reacts() -> None:
    film = CASES / "film_si_lpscl_thickness" / "case.toml"
    with pytest.raises(InputError, match=r'kinetics: found "linear"; allowed: only where lithium reacts'):
        load_case(film, ['interfaces."collector|film".kinetics=linear'])
