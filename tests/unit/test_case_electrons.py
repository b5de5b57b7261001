# SPDX-License-Identifier: LGPL-3.0-or-later
"""What a case with resolved electrode potentials needs, and what it is refused for."""

from __future__ import annotations

from pathlib import Path

import pytest
from case_files import changed, write_case
from lithiate.case import load_case
from lithiate.case.joining import joined
from lithiate.case.quantities_known import known_quantities
from lithiate.errors import InputError

FILM = """
title = "a film"
[geometry]
family = "stack"
width = "0.4 um"
mesh_size = "0.2 um"
[[geometry.layers]]
name = "collector"
thickness = "0.4 um"
[[geometry.layers]]
name = "film"
thickness = "0.4 um"
[[geometry.layers]]
name = "electrolyte"
thickness = "0.4 um"
[[geometry.layers]]
name = "cathode"
thickness = "0.4 um"
[regions.collector]
material = "Cu"
[regions.film]
material = "a-Si"
[regions.electrolyte]
material = "Li6PS5Cl"
[regions.cathode]
material = "stainless-steel"
ionic_conductivity = 1.0
[interfaces."collector|film"]
bond = "debondable"
strength = "10 MPa"
toughness = "1 J/m2"
electronic_resistance = "1 ohm cm2"
[interfaces."film|electrolyte"]
bond = "bonded"
exchange_current_density = "10 A/m2"
[interfaces."electrolyte|cathode"]
bond = "bonded"
[physics]
electrons = "resolved"
[stack_pressure]
pressure = "5 MPa"
[[protocol]]
step = "lithiate"
rate = "1C"
until = { state_of_charge = 0.5 }
"""


def test_electrons_are_resolved_where_they_reach_a_reaction(tmp_path: Path) -> None:
    """Not in a metal behind the electrolyte, whose potential nothing would fix."""
    case = load_case(write_case(tmp_path, FILM))
    assert case.electron_regions == ("collector", "film")
    assert [name for name in case.interfaces if case.passes_electrons(name)] == ["collector|film"]
    assert case.transfer_at("collector|film") == "nothing"
    names = {name for name in known_quantities(case) if name.startswith("mean_electrode_potential")}
    assert names == {"mean_electrode_potential.collector", "mean_electrode_potential.film"}
    assert not [text for text in case.warnings if "electrode potential" in text]
    again = load_case(write_case(tmp_path, case.to_toml(), "again.toml"))
    assert again == case


def test_electrons_are_everywhere_unless_resolved(tmp_path: Path) -> None:
    text = FILM.replace('electrons = "resolved"', "").replace('electronic_resistance = "1 ohm cm2"', "")
    case = load_case(write_case(tmp_path, text))
    assert case.electron_regions == ()
    assert not any(case.passes_electrons(name) for name in case.interfaces)
    assert [text for text in case.warnings if "collector|film may open, but the electrode potential" in text]


@pytest.mark.parametrize(
    ("old", "new", "where", "words"),
    [
        ('electrons = "resolved"', "", 'interfaces."collector|film".electronic_resistance', "0.0001 ohm m2"),
        (
            'electrons = "resolved"',
            'electrons = "resolved"\ncollector = "top"',
            "physics.collector",
            "the counter electrode; allowed: bottom, side",
        ),
        (
            'electrons = "resolved"',
            'electrons = "resolved"\nreaction = false',
            "physics.electrons",
            "no current flows",
        ),
        (
            'electrons = "resolved"',
            'electrons = "resolved"\ncollector = "bottum"',
            "physics.collector",
            "did you mean bottom?",
        ),
        (
            'material = "Cu"',
            'material = "MgO"',
            'interfaces."collector|film".electronic_resistance',
            "both sides",
        ),
        (
            'material = "a-Si"',
            'material = "Sn"',
            "regions.film.electronic_conductivity",
            'needed because physics.electrons = "resolved" and lithium reacts at film|electrolyte',
        ),
    ],
)
def test_bad_input_is_refused(tmp_path: Path, old: str, new: str, where: str, words: str) -> None:
    assert FILM.count(old) == 1
    with pytest.raises(InputError) as caught:
        load_case(write_case(tmp_path, FILM.replace(old, new)))
    found = [line for line in str(caught.value).splitlines() if f"{where}: " in line]
    assert len(found) == 1, str(caught.value)
    assert words in found[0]


def test_electrons_need_contact_as_made_without_mechanics(tmp_path: Path) -> None:
    text = FILM.replace('electrons = "resolved"', 'electrons = "resolved"\nmechanics = false')
    load_case(write_case(tmp_path, text))
    with pytest.raises(InputError, match=r"collector\|film.*bonded_share: found 0 .*which leaves no contact"):
        load_case(write_case(tmp_path, text), ['interfaces."collector|film".bonded_share=0'])


def test_an_insulator_between_film_and_collector_is_refused(tmp_path: Path) -> None:
    text = FILM.replace('material = "Cu"', 'material = "MgO"').replace(
        'electronic_resistance = "1 ohm cm2"', ""
    )
    with pytest.raises(InputError, match="found none that joins film to the collector"):
        load_case(write_case(tmp_path, text))


def test_a_collector_needs_electrons_that_meet_resistance(tmp_path: Path) -> None:
    with pytest.raises(InputError, match='physics.collector: found "side" with electrons = "equipotential"'):
        load_case(write_case(tmp_path, changed("[initial]", '[physics]\ncollector = "side"\n[initial]')))


RESOLVED = '[physics]\nelectrons = "resolved"\ncollector = "{collector}"\n[initial]'


def test_a_particle_in_an_insulating_matrix_is_refused(tmp_path: Path) -> None:
    """Nothing connects it; a matrix that conducts electrons beside ions does."""
    text = changed("[initial]", RESOLVED.format(collector="side"))
    with pytest.raises(InputError, match="found none that joins particle to the collector"):
        load_case(write_case(tmp_path, text))
    mixed = text.replace(
        'material = "Li6PS5Cl-cold-pressed"',
        'material = "Li6PS5Cl-cold-pressed"\nelectronic_conductivity = 0.1',
    )
    case = load_case(write_case(tmp_path, mixed))
    assert case.passes_electrons("particle|electrolyte")
    assert case.transfer_at("particle|electrolyte") == "reaction"


def test_nothing_enters_through_a_mirror(tmp_path: Path) -> None:
    """The lower face of a single particle's model cuts through its centre."""
    text = changed("[initial]", RESOLVED.format(collector="bottom"))
    with pytest.raises(InputError, match="a mirror plane, which nothing crosses; allowed: side"):
        load_case(write_case(tmp_path, text))


def test_regions_are_joined_through_others() -> None:
    groups = joined("abcd", ["a|b", "b|c"])
    assert groups["a"] == groups["c"] == {"a", "b", "c"}
    assert groups["d"] == {"d"}
