"""The cards against the published numbers behind them, and that every card can be used in a case."""

from pathlib import Path

import numpy as np
import pytest
from case_files import changed, write_case
from lithiate import load_case
from lithiate.errors import InputError
from lithiate.materials import card_names, library_card
from lithiate.materials.open_circuit import evaluate, first_rise

FARADAY = 96485.33212
MEASURED = [name for name in card_names() if library_card(name).open_circuit_potential is not None]


def capacity(name: str) -> float:
    """mAh per gram of unlithiated material, by its C_max and density."""
    card = library_card(name)
    assert card.maximum_concentration and card.density
    return card.maximum_concentration * FARADAY / card.density / 3600


def test_the_library_holds_what_anodes_and_electrolytes_are_made_of() -> None:
    assert {
        "c-Si", "a-Si", "a-Si-elastic", "Li3.75Si", "Al", "Al-LiAl", "Al-Si", "Sn", "Ag", "Li9Ag4",
        "graphite", "carbon-binder", "Li", "Cu", "stainless-steel", "Li6PS5Cl", "Li6PS5Cl-Song",
        "Li6PS5Cl-cold-pressed", "LBHI", "75Li2S-25P2S5", "LLZTO", "LiPON", "PPC-LLZTO", "Li21Si5", "MgO",
        "SiO2", "NCM",
    } <= set(card_names())  # fmt: skip


@pytest.mark.parametrize(
    ("name", "swelling", "charge"),
    [
        ("a-Si", 2.8, 3579),
        ("a-Si-elastic", 2.8, 3579),
        ("Al-LiAl", 0.96, 990),
        ("Al-Si", 0.864 * 0.96 + 0.136 * 2.8, 0.88 * 990 + 0.12 * 3579),
        ("Sn", 4 * (19.78**3 / 80) / (5.831**2 * 3.182) - 1, 990),
        ("graphite", 0.10, None),
        ("Si-CNT-PVDF", 1.16, 0.7 * 3579),
        ("Ag-lithiating", 1.971, 9 / 4 * FARADAY / 3.6 / 107.87),
    ],
)
def test_they_swell_and_hold_what_is_published(name: str, swelling: float, charge: float | None) -> None:
    assert library_card(name).swelling == pytest.approx(swelling, rel=2e-3)
    if charge is not None:
        assert capacity(name) == pytest.approx(charge, rel=2e-3)


def test_moduli_that_are_formulas_are_those_of_the_source() -> None:
    silicon, graphite = library_card("a-Si-elastic"), library_card("graphite")
    for filling in (0.0, 0.4, 1.0):
        softened = 96e9 * (1 - 0.15278 * 3.75 * filling)
        assert float(silicon.youngs_modulus.at(filling)) == pytest.approx(softened, rel=1e-12)
        stiffened = 32e9 * (1 + 14.4375 * filling / 6)
        assert float(graphite.youngs_modulus.at(filling)) == pytest.approx(stiffened, rel=1e-12)


def test_magnesia_is_the_average_of_its_crystal() -> None:
    """Voigt-Reuss-Hill of a cubic crystal with C11, C12, C44 = 297, 95, 156 GPa."""
    c11, c12, c44 = 297e9, 95e9, 156e9
    bulk, contrast = (c11 + 2 * c12) / 3, c11 - c12
    shear = ((contrast + 3 * c44) / 5 + 5 * contrast * c44 / (4 * c44 + 3 * contrast)) / 2
    card = library_card("MgO")
    assert card.youngs_modulus.unlithiated == pytest.approx(9 * bulk * shear / (3 * bulk + shear), rel=5e-3)
    ratio = (3 * bulk - 2 * shear) / 2 / (3 * bulk + shear)
    assert card.poisson_ratio.unlithiated == pytest.approx(ratio, abs=5e-3)


def test_three_cards_of_one_electrolyte_contradict_each_other() -> None:
    cards = [library_card(name) for name in ("Li6PS5Cl-cold-pressed", "Li6PS5Cl", "Li6PS5Cl-Song")]
    assert [card.youngs_modulus.unlithiated for card in cards] == pytest.approx([0.411e9, 22.1e9, 83.7e9])
    yields = [card.yield_stress.unlithiated for card in cards if card.yield_stress is not None]
    assert yields == pytest.approx([34.7e6, 0.7e9, 2.4e9 / 3])


@pytest.mark.parametrize("name", MEASURED)
def test_every_open_circuit_curve_falls_from_0_to_60_degrees(name: str) -> None:
    table = library_card(name).open_circuit_potential
    assert table is not None
    for temperature in (273.15, 298.15, 333.15):
        assert first_rise(table.stoichiometry, table.potential, temperature) is None


def test_the_curve_of_graphite_is_the_fit_of_its_source() -> None:
    table = library_card("graphite").open_circuit_potential
    assert table is not None
    c = np.linspace(0.02, 0.96, 95)
    fit = (
        0.6379 + 0.5416 * np.exp(-305.5309 * c) + 0.044 * np.tanh(-(c - 0.1958) / 0.1088)
        - 0.1978 * np.tanh((c - 1.0571) / 0.0854) - 0.6875 * np.tanh((c + 0.0117) / 0.0529)
        - 0.0175 * np.tanh((c - 0.5692) / 0.0875)
    )  # fmt: skip
    assert np.max(np.abs(evaluate(table.stoichiometry, table.potential, 298.15, c) - fit)) < 2e-3


def test_the_curve_of_ncm_is_the_fit_of_its_source() -> None:
    table = library_card("NCM").open_circuit_potential
    assert table is not None
    c = np.linspace(0.27, 0.91, 65)
    fit = (
        -0.8090 * c + 4.4875 - 0.0428 * np.tanh(18.5138 * (c - 0.5542))
        - 17.7326 * np.tanh(15.7890 * (c - 0.3117)) + 17.5842 * np.tanh(15.9308 * (c - 0.3120))
    )  # fmt: skip
    assert np.max(np.abs(evaluate(table.stoichiometry, table.potential, 298.15, c) - fit)) < 2e-3


def test_the_alloy_is_aluminium_and_silicon_at_one_potential() -> None:
    """c(U) = sum of the phases' c(U), weighted by 88 wt% at 990 mAh/g and 12 wt% at 3579 mAh/g."""
    curves = {}
    for name in ("Al-LiAl", "a-Si", "Al-Si"):
        table = library_card(name).open_circuit_potential
        assert table is not None
        c = np.linspace(1e-6, 1 - 1e-6, 200_001)
        u = evaluate(table.stoichiometry, table.potential, 298.15, c)
        curves[name] = (c, u, table)
    table = curves["Al-Si"][2]
    potentials = np.asarray(table.potential)
    filling = {name: np.interp(-potentials, -u, c) for name, (c, u, _) in curves.items()}
    shares = np.array([0.88 * 990, 0.12 * 3579])
    mixed = (shares[0] * filling["Al-LiAl"] + shares[1] * filling["a-Si"]) / shares.sum()
    assert np.allclose(mixed, table.stoichiometry, atol=1e-3)


def in_place_of_the_electrolyte(name: str) -> str:
    """A case whose electrolyte is of a material that conducts no ions by itself."""
    return changed('material = "Li6PS5Cl-cold-pressed"', f'material = "{name}"\nionic_conductivity = 0.1')


@pytest.mark.parametrize("name", card_names())
def test_every_card_is_taken_by_a_case(tmp_path: Path, name: str) -> None:
    """In the place where it belongs; what has no charge to exchange is bonded there."""
    card = library_card(name)
    if card.elasticity == "third_medium":
        with pytest.raises(InputError, match="regions.electrolyte.ionic_conductivity: found 0.1"):
            load_case(write_case(tmp_path, in_place_of_the_electrolyte(name)))
        return
    if card.stores_lithium:
        table = card.open_circuit_potential
        start = table.stoichiometry[1] if table is not None else 0.3
        text = changed('material = "a-Si"', f'material = "{name}"').replace(
            "stoichiometry = 0.05", f"stoichiometry = {start}"
        )
    elif card.conducts_ions:
        text = changed('material = "Li6PS5Cl-cold-pressed"', f'material = "{name}"')
    else:
        text = in_place_of_the_electrolyte(name)
    case = load_case(write_case(tmp_path, text))
    assert name in {region.material for region in case.regions.values()}
    assert {f"{item.key}" for item in case.assumed_values if item.key.startswith("regions.")} >= {
        f"regions.{region}.{key}"
        for region, section in case.regions.items() if section.material == name
        for key in card.assumed
    }  # fmt: skip
