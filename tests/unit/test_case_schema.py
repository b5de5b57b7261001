"""A case file is read into SI numbers; its resolved copy says the same; what will run is known before."""

import json
import math
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from case_files import CASE, changed, write_case
from lithiate.case import case_schema, estimate, known_quantities, load_case
from lithiate.case.json_schema import case_schema_text
from lithiate.case.protocol import Delithiate, Lithiate, Rest
from lithiate.case.toml_text import dotted, to_toml
from lithiate.errors import InputError

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "cases").glob("*/*.toml"))


def is_study(path: Path) -> bool:
    return "vary" in tomllib.loads(path.read_text(encoding="utf-8"))


def test_everything_arrives_in_si_units(tmp_path: Path) -> None:
    case = load_case(write_case(tmp_path))
    assert case.geometry.family == "particle"
    assert case.geometry.particle_radius == pytest.approx(1e-6)
    assert case.stack_pressure.pressure == pytest.approx(5e6)
    interface = case.interfaces["particle|electrolyte"]
    assert interface.debondable
    assert interface.strength == pytest.approx(1e7)
    assert interface.residual_contact_fraction == 1e-12
    assert interface.viscous_time == 10.0
    assert interface.contact_area.model == "none"
    first, second, third = case.protocol
    assert isinstance(first, Lithiate)
    assert isinstance(second, Rest)
    assert isinstance(third, Delithiate)
    assert (first.sign, second.sign, third.sign) == (-1, 0, 1)
    assert first.rate == pytest.approx(0.1)
    assert second.until.time == pytest.approx(1800)
    assert case.physics.temperature == pytest.approx(298.15)
    assert case.storing_regions == ("particle",)
    assert case.card("electrolyte").ionic_conductivity == pytest.approx(0.109)


def test_a_region_overrides_single_properties_of_its_material(tmp_path: Path) -> None:
    text = changed(
        'material = "a-Si"',
        'material = "a-Si"\nyoungs_modulus = "50 GPa"\n'
        'yield_stress = { unlithiated = "1 GPa", lithiated = 2e8 }',
    )
    case = load_case(write_case(tmp_path, text))
    card = case.card("particle")
    assert card.youngs_modulus.constant
    assert card.youngs_modulus.at(0.3) == pytest.approx(5e10)
    assert card.yield_stress is not None
    assert not card.yield_stress.constant
    assert card.yield_stress.lithiated == pytest.approx(2e8)
    # The rest stays, and so does where it comes from; an overridden value is no longer the library's.
    assert card.poisson_ratio.unlithiated == pytest.approx(0.22)
    assert "poisson_ratio" in card.sources
    assert "youngs_modulus" not in card.sources


def test_without_a_given_filling_a_region_starts_where_its_table_does(tmp_path: Path) -> None:
    case = load_case(write_case(tmp_path, changed("[initial]\nstoichiometry = 0.05\n", "")))
    assert case.initial.stoichiometry == 0.05
    assert not any("open-circuit" in warning for warning in case.warnings)


def test_a_filling_outside_the_table_is_reported(tmp_path: Path) -> None:
    case = load_case(write_case(tmp_path, changed("stoichiometry = 0.05", "stoichiometry = 0.01")))
    assert len(case.warnings) == 2
    assert "0.05 to 0.95" in case.warnings[0]


def test_elements_are_held_against_the_cohesive_length(tmp_path: Path) -> None:
    """l = E G_c / strength^2 with E of the softer side: 411 MPa x 0.1 J/m2 / (10 MPa)^2 = 0.411 um."""
    fine, coarse = (
        load_case(write_case(tmp_path, changed('mesh_size = "0.2 um"', f'mesh_size = "{size} um"')))
        for size in (0.136, 0.138)
    )
    assert not any("cohesive length" in warning for warning in fine.warnings)
    assert any("cohesive length of 4.11e-07 m" in warning for warning in coarse.warnings)


def test_without_a_mesh_size_interfaces_get_a_third_of_the_cohesive_length(tmp_path: Path) -> None:
    """0.411 um / 3; where that is too coarse for a particle of 1 um, a quarter of its radius."""
    text = changed('mesh_size = "0.2 um"\n', "")
    assert load_case(write_case(tmp_path, text)).geometry.mesh_size == pytest.approx(0.137e-6, abs=0.0)
    weak = text.replace('strength = "10 MPa"', 'strength = "2 MPa"')
    assert load_case(write_case(tmp_path, weak)).geometry.mesh_size == pytest.approx(0.25e-6, abs=0.0)
    space = weak.replace('family = "particle"', 'family = "particle"\nsymmetry = "3d"')
    assert load_case(write_case(tmp_path, space)).geometry.mesh_size == pytest.approx(0.2e-6, abs=0.0)
    bonded = text.replace('bond = "debondable"', 'bond = "bonded"')
    with pytest.raises(InputError, match="geometry.mesh_size: missing"):
        load_case(write_case(tmp_path, bonded))
    stack = next(path for path in SHIPPED if path.parent.name == "stack_soft_interlayer")
    layers = stack.read_text(encoding="utf-8").replace('mesh_size = "0.08 um"\n', "").split("[quick]")[0]
    thin = load_case(
        write_case(tmp_path, layers),
        ['geometry.layers.1.upper_face={shape="flat"}', "geometry.layers.2.thickness=0.04 um"],
    )
    assert 0.0 < thin.geometry.mesh_size <= 0.04e-6
    schema = case_schema()["$defs"]["ParticleGeometry"]
    assert "mesh_size" not in schema["required"]
    assert "cohesive" in schema["properties"]["mesh_size"]["description"]


@pytest.mark.parametrize(
    "file", [pytest.param(path, id=f"{path.parent.name}/{path.name}") for path in SHIPPED]
)
@pytest.mark.parametrize("quick", [False, True])
def test_the_resolved_copy_of_every_shipped_case_is_an_equal_case(
    file: Path, quick: bool, tmp_path: Path
) -> None:
    if is_study(file):
        return
    case = load_case(file, quick=quick)
    resolved = tmp_path / "case.resolved.toml"
    resolved.write_text(case.to_toml(), encoding="utf-8")
    again = load_case(resolved)
    assert again == case
    assert again.to_toml() == case.to_toml()
    assert again.assumed_values == case.assumed_values
    assert {name: region.card for name, region in again.regions.items()} == {
        name: region.card for name, region in case.regions.items()
    }


def test_cases_that_differ_in_one_value_are_not_equal(tmp_path: Path) -> None:
    path = write_case(tmp_path)
    assert load_case(path) == load_case(path)
    assert load_case(path) != load_case(path, ["stack_pressure.pressure=6 MPa"])


def test_the_name_is_that_of_the_folder_or_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "my_particle"
    folder.mkdir()
    assert load_case(write_case(folder)).name == "my_particle"
    assert load_case(write_case(folder, name="dense.toml")).name == "dense"
    assert load_case(write_case(folder, name="case.resolved.toml")).name == "my_particle"
    monkeypatch.chdir(folder)
    assert load_case("case.toml").name == "my_particle"


def test_assumed_values_are_listed_until_they_are_set(tmp_path: Path) -> None:
    path = ROOT / "cases" / "particle_si_lpscl" / "case.toml"
    keys = {item.key for item in load_case(path).assumed_values}
    assert 'interfaces."particle|electrolyte".strength' in keys
    assert "regions.electrolyte.poisson_ratio" in keys
    sets = ["interfaces.particle|electrolyte.strength=20 MPa", "regions.electrolyte.poisson_ratio=0.35"]
    assert keys - {item.key for item in load_case(path, sets).assumed_values} == {
        'interfaces."particle|electrolyte".strength',
        "regions.electrolyte.poisson_ratio",
    }


def test_the_capacity_is_that_of_the_sphere_as_built(tmp_path: Path) -> None:
    case = load_case(write_case(tmp_path))
    size = estimate(case)
    # Half a sphere, at the stress-free filling 0.05 already swollen by 1 + 2.8 0.05.
    concentration = 3.11e5 / (1 + 2.8 * 0.05)
    assert case.concentration_as_built("particle") == pytest.approx(concentration, rel=1e-6)
    charge = concentration * 96485.33212 * 2 / 3 * math.pi * 1e-18
    assert size.charge == pytest.approx(charge, rel=1e-6)
    assert size.one_c_current_density == pytest.approx(charge / 3600 / (math.pi * 4e-12), rel=1e-6)
    assert size.capacity_milliampere_hours == pytest.approx(charge / 3.6, rel=1e-6)
    assert size.areal_capacity == pytest.approx(size.one_c_current_density / 10, rel=1e-6)


def test_the_octant_has_the_areal_capacity_of_the_half_model_and_more_unknowns(tmp_path: Path) -> None:
    path = write_case(tmp_path)
    flat, solid = estimate(load_case(path)), estimate(load_case(path, ["geometry.symmetry=3d"]))
    assert solid.charge == pytest.approx(flat.charge / 4)
    assert solid.one_c_current_density == pytest.approx(flat.one_c_current_density)
    assert solid.unknowns > 5 * flat.unknowns
    assert solid.memory > flat.memory


def test_the_quantities_of_a_run_follow_from_regions_and_interfaces(tmp_path: Path) -> None:
    known = known_quantities(load_case(write_case(tmp_path)))
    assert known["mean_gap.particle|electrolyte"] == "m"
    assert known["voltage"] == "V"
    assert known["mean_von_mises_stress.electrolyte"] == "Pa"
    assert "mean_stoichiometry.particle" in known
    assert "mean_stoichiometry.electrolyte" not in known


def test_the_committed_json_schema_is_current() -> None:
    committed = (ROOT / "docs" / "schema.json").read_text(encoding="utf-8")
    assert committed == case_schema_text(), "refresh it: lithiate schema > docs/schema.json"


def test_the_json_schema_refuses_unknown_keys_and_knows_quantities() -> None:
    schema = case_schema()
    assert schema["additionalProperties"] is False
    # A cell needs stack_pressure and protocol as well, a verification problem neither.
    assert set(schema["required"]) == {"title", "geometry", "regions"}
    pressure = schema["$defs"]["StackPressure"]["properties"]["fabrication_pressure"]
    assert "Pa" in json.dumps(pressure)


def test_the_json_schema_says_the_unit_after_the_description() -> None:
    keys = case_schema()["$defs"]["Interface"]["properties"]
    assert keys["viscous_time"]["description"].endswith(
        'jumps; a time >= 0 s, as a number in s or a string with a unit such as "30 min"'
    )
    assert keys["initial_gap"]["description"].startswith("distance along the normal")
    assert "a length >= 0 m" in keys["initial_gap"]["description"]
    assert keys["initial_gap"]["default"] == keys["initial_damage"]["default"] == 0.0
    assert "$comment" not in case_schema_text()


def test_a_case_is_read_without_any_solver_or_mesh_library() -> None:
    # A finder that refuses them stands in for a machine that lacks them.
    code = """
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"dolfinx", "petsc4py", "mpi4py", "gmsh", "ufl", "basix", "ffcx"}:
            raise ImportError(f"{name} is not here")
sys.meta_path.insert(0, Refuse())
import lithiate, lithiate.cli, lithiate.case
from lithiate.case import load_case, estimate
estimate(load_case(sys.argv[1]))
"""
    case = ROOT / "cases" / "particle_si_lpscl" / "case.toml"
    done = subprocess.run(
        [sys.executable, "-c", code, str(case)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_key_is_quoted_where_toml_needs_it() -> None:
    assert (
        dotted(("interfaces", "particle|electrolyte", "strength"))
        == 'interfaces."particle|electrolyte".strength'
    )


@pytest.mark.parametrize(
    "table",
    [
        {
            "a": 1,
            "b": {"c": "x"},
            "d": {"e": {"f": 1.5, "g": {"h": [1, 2]}}},
            "i": [{"j": {"k": True}}, {"j": {}}],
        },
        {
            "text": 'quote " backslash \\ newline \n tab \t delete \x7f umlaut ä',
            "odd key": {"a.b": [], "c|d": 1e-12},
        },
        {
            "empty": {},
            "nested": {"empty": {}},
            "long": {"one": {str(number): number for number in range(40)}},
        },
    ],
)
def test_what_is_written_as_toml_reads_back(table: dict[str, object]) -> None:
    assert tomllib.loads(to_toml(table)) == table


def test_text_of_the_test_case_is_valid() -> None:
    assert tomllib.loads(CASE)["title"] == "test"
