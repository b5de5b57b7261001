"""What is wrong with a case is said with file, key, what was found, what is allowed, and the nearest key."""

from pathlib import Path

import pytest
from case_files import CASE, changed, write_case
from lithiate.case import load_case
from refusals import lines, only_line

INTERFACE = 'interfaces."particle|electrolyte"'
END_OF_INTERFACE = 'exchange_current_density = "10 A/m2"\n'


@pytest.mark.parametrize(
    ("old", "new", "key", "words"),
    [
        # numbers that are none, or of another dimension
        ('particle_radius = "1 um"', "particle_radius = nan", "geometry.particle_radius", ["nan", "finite"]),
        ('particle_radius = "1 um"', "particle_radius = inf", "geometry.particle_radius", ["inf", "finite"]),
        (
            'particle_radius = "1 um"',
            "particle_radius = -1e-6",
            "geometry.particle_radius",
            ["-1e-06", "> 0 m"],
        ),
        (
            'pressure = "5 MPa"',
            'pressure = "5 um"',
            "stack_pressure.pressure",
            ['"5 um"', "no pressure", "in Pa"],
        ),
        ('pressure = "5 MPa"', 'pressure = "5 MPaa"', "stack_pressure.pressure", ["unknown unit", '"MPa"?']),
        ('pressure = "5 MPa"', "pressure = -1", "stack_pressure.pressure", [">= 0 Pa"]),
        ('pressure = "5 MPa"', "pressure = true", "stack_pressure.pressure", ["found true"]),
        # geometry
        ('particle_radius = "1 um"', 'particle_radius = "2.5 um"', "geometry.block_size", ["overlap"]),
        ('family = "particle"', 'family = "partcle"', "geometry.family", ["did you mean particle?"]),
        ('family = "particle"\n', "", "geometry.family", ["missing", '"particle"']),
        (
            'mesh_size = "0.2 um"',
            'mesh_size = "0.2 um"\nsymmetry = "axisymetric"',
            "geometry.symmetry",
            ["did you mean axisymmetric?"],
        ),
        # names
        ('material = "a-Si"', 'material = "aSi"', "regions.particle.material", ['did you mean "a-Si"?']),
        ('material = "a-Si"\n', "", "regions.particle.material", ["missing"]),
        (
            "[regions.particle]",
            "[regions.partcle]",
            "regions.partcle",
            ["unknown region", "did you mean particle?"],
        ),
        (
            "[initial]",
            '[regions.void]\nmaterial = "a-Si"\n[initial]',
            "regions.void",
            ["unknown region", '"electrolyte"'],
        ),
        (
            f"[{INTERFACE}]",
            '[interfaces."electrolyte|particle"]',
            'interfaces."electrolyte|particle"',
            ["did you mean particle|electrolyte?"],
        ),
        (
            f"[{INTERFACE}]",
            '[interfaces."particle|elektrolyte"]',
            'interfaces."particle|elektrolyte"',
            ["did you mean particle|electrolyte?"],
        ),
        (
            "[stack_pressure]",
            "[stack_presure]",
            "stack_presure",
            ["unknown key", "did you mean stack_pressure?"],
        ),
        ('strength = "10 MPa"', 'strenght = "10 MPa"', f"{INTERFACE}.strenght", ["did you mean strength?"]),
        (
            "stoichiometry = 0.05",
            "stoichometry = 0.05",
            "initial.stoichometry",
            ["did you mean stoichiometry?"],
        ),
        (
            'bond = "debondable"',
            'bond = "debondible"',
            f"{INTERFACE}.bond",
            ['"bonded", "debondable"', "did you mean debondable?"],
        ),
        # laws
        (
            END_OF_INTERFACE,
            END_OF_INTERFACE + 'contact_area = { model = "person" }\n',
            f"{INTERFACE}.contact_area.model",
            ["did you mean persson?"],
        ),
        (
            END_OF_INTERFACE,
            END_OF_INTERFACE + "contact_area = { roughness_slope = 0.1 }\n",
            f"{INTERFACE}.contact_area.model",
            ["missing", '"persson"'],
        ),
        (
            END_OF_INTERFACE,
            END_OF_INTERFACE + 'contact_area = { model = "persson" }\n',
            f"{INTERFACE}.contact_area.roughness_slope",
            ["missing"],
        ),
        (
            END_OF_INTERFACE,
            END_OF_INTERFACE + 'contact_area = { model = "plastic", hardness = 0 }\n',
            f"{INTERFACE}.contact_area.hardness",
            ["found 0", "> 0 Pa"],
        ),
        (
            'bond = "debondable"',
            'bond = "bonded"\ncontact_enforcement = "augmented_lagrangian"',
            f"{INTERFACE}.contact_enforcement",
            ["augmented_lagrangian", '"debondable" or "contact"'],
        ),
        # interface values
        ('strength = "10 MPa"\n', "", f"{INTERFACE}.strength", ["missing", "debondable"]),
        ('toughness = "0.1 J/m2"\n', "", f"{INTERFACE}.toughness", ["missing", "debondable"]),
        (END_OF_INTERFACE, "", f"{INTERFACE}.exchange_current_density", ["missing", "physics.reaction"]),
        (
            END_OF_INTERFACE,
            END_OF_INTERFACE + 'penalty_stiffness = "1 MPa/um"\n',
            f"{INTERFACE}.penalty_stiffness",
            ["found 1e+12 Pa/m", "5e+14 Pa/m"],
        ),
        (
            END_OF_INTERFACE,
            END_OF_INTERFACE + "residual_contact_fraction = 0\n",
            f"{INTERFACE}.residual_contact_fraction",
            ["> 0"],
        ),
        (
            END_OF_INTERFACE,
            END_OF_INTERFACE + "residual_contact_fraction = 0.011\n",
            f"{INTERFACE}.residual_contact_fraction",
            ["<= 0.01"],
        ),
        (END_OF_INTERFACE, END_OF_INTERFACE + "bonded_share = 1.1\n", f"{INTERFACE}.bonded_share", ["<= 1"]),
        (
            END_OF_INTERFACE,
            END_OF_INTERFACE + 'assumed = { strenth = "?" }\n',
            f"{INTERFACE}.assumed",
            ['"strenth"', "strength"],
        ),
        # materials that do not fit
        ('material = "a-Si"', 'material = "LBHI"', "regions", ["stores lithium"]),
        (
            'material = "Li6PS5Cl-cold-pressed"',
            'material = "a-Si"',
            f"{INTERFACE}.exchange_current_density",
            ["conducts its ions", "only where lithium reacts"],
        ),
        # filling
        ("stoichiometry = 0.05", "stoichiometry = 0", "initial.stoichiometry", ["> 0 and < 1"]),
        ("stoichiometry = 0.05", "stoichiometry = 1", "initial.stoichiometry", ["> 0 and < 1"]),
        # tables and lists
        ('title = "test"', "title = 3", "title", ["found 3", "a string"]),
        ('title = "test"', 'title = ""', "title", ["is empty"]),
        ('title = "test"', 'title = "test"\noutput = 3', "output", ["found 3", "a table"]),
        ('title = "test"', 'title = "test"\noutput.times = 3', "output.times", ["found 3", "a list"]),
        ('title = "test"', 'title = "test"\noutput.every = 0', "output.every", ["at least 1"]),
        ('title = "test"', 'title = "test"\noutput.every = 1.5', "output.every", ["a whole number"]),
        ('title = "test"', 'title = "test"\nphysics.mechanics = 1', "physics.mechanics", ["true or false"]),
        (
            'title = "test"',
            'title = "test"\nsolver.petsc.ksp_type = [1]',
            "solver.petsc.ksp_type",
            ["a string, a number"],
        ),
        ('title = "test"', 'title = "test"\nquick_ = 1', "quick_", ["did you mean quick?"]),
        (
            '"geometry.mesh_size" = "0.25 um"',
            '"geometry.mesh_sise" = "0.25 um"',
            "geometry.mesh_sise",
            ["did you mean mesh_size?", "[quick]"],
        ),
    ],
)
def test_a_wrong_value_is_named_with_its_key(
    tmp_path: Path, old: str, new: str, key: str, words: list[str]
) -> None:
    line = only_line(write_case(tmp_path, changed(old, new)))
    assert line.startswith(f"{key}: "), line
    assert all(word in line for word in words), line


@pytest.mark.parametrize(
    ("setting", "key", "words"),
    [
        ("regions.particle.yield_stress=0", "regions.particle.yield_stress", ["> 0 Pa"]),
        ("regions.particle.poisson_ratio=0.5", "regions.particle.poisson_ratio", ["< 0.5"]),
        (
            "regions.particle.poisson_ratio.lithiated=0.6",
            "regions.particle.poisson_ratio.lithiated",
            ["< 0.5"],
        ),
        ("regions.particle.youngs_modulus=0", "regions.particle.youngs_modulus", ["> 0 Pa"]),
        (
            "regions.particle.youngs_modulus.unlithiated=-1",
            "regions.particle.youngs_modulus.unlithiated",
            ["> 0"],
        ),
        ("regions.particle.youngs_modulus={lithiated=1}", "regions.particle.youngs_modulus", ["unlithiated"]),
        ("regions.particle.flow=plastic", "regions.particle.flow", ['"elastic", "rate_independent"']),
        ("regions.particle.yeild_stress=1", "regions.particle.yeild_stress", ["did you mean yield_stress?"]),
        (
            "regions.particle.open_circuit_potential={stoichiometry=[0.1,0.5,0.9],potential=[0.3,0.1,0.2]}",
            "regions.particle.open_circuit_potential.potential",
            ["0.2 V after 0.1 V", "falling"],
        ),
        (
            "regions.particle.open_circuit_potential={stoichiometry=[0.01,0.02,0.9],potential=[0.3001,0.3,0.2]}",
            "regions.particle.open_circuit_potential.potential",
            ["between the stoichiometries 0.01 and 0.02"],
        ),
        (
            "regions.particle.swelling_curve={stoichiometry=[0,0.5,1],value=[0,2,1]}",
            "regions.particle.swelling_curve",
            ["turns back at the stoichiometry 0.5", "(set by --set"],
        ),
        (
            "regions.particle.swelling_curve={stoichiometry=[0,1],value=[0,-1.2]}",
            "regions.particle.swelling_curve.value",
            ["found -1.2", "> -1"],
        ),
        (
            'regions.particle.swelling_curve={formula="-1.2 * c"}',
            "regions.particle.swelling_curve",
            ["at the stoichiometry 0.834", "> -1"],
        ),
        ("regions.electrolyte.flow=rate_independent", "regions.electrolyte.yield_stress", ["missing"]),
        ("regions.electrolyte.flow=viscoplastic", "regions.electrolyte.yield_stress", ["missing"]),
        ("regions.particle.flow=viscoplastic", "regions.particle.reference_rate", ["missing"]),
        ("regions.particle.flow=creep", "regions.particle.reference_stress", ["missing", "creep"]),
        ("regions.particle.reference_rate=0", "regions.particle.reference_rate", ["> 0 1/s"]),
        ("regions.particle.reference_rate=1 GPa", "regions.particle.reference_rate", ["no rate"]),
        ("regions.particle.rate_exponent=0.5", "regions.particle.rate_exponent", [">= 1"]),
        ("regions.particle.rate_exponent=51", "regions.particle.rate_exponent", ["<= 50"]),
        ("regions.particle.reference_stress=0", "regions.particle.reference_stress", ["> 0 Pa"]),
        ("regions.particle.creep_activation_energy=-1", "regions.particle.creep_activation_energy", [">= 0"]),
        ("protocol=[]", "protocol", ["empty"]),
        ("protocol.0.step=lithate", "protocol.0.step", ["did you mean lithiate?"]),
        ("protocol.0.until={}", "protocol.0.until.voltage", ["at least one of voltage"]),
        ("protocol.0.until.state_of_charge=1", "protocol.0.until.state_of_charge", ["< 1"]),
        ("protocol.0.until.state_of_charge=0", "protocol.0.until.state_of_charge", ["> 0"]),
        (
            "protocol.0.until.state_of_charge=0.04",
            "protocol.0.until.state_of_charge",
            ["above initial.stoichiometry"],
        ),
        ("protocol.0.until.current=1", "protocol.0.until.current", ["unknown key", "voltage"]),
        ("protocol.0.current_density=1.0", "protocol.0.rate", ["both rate and current_density"]),
        ('protocol.0={step="lithiate", until={time=1}}', "protocol.0.rate", ["exactly one of rate"]),
        ("protocol.0.rate=C/0", "protocol.0.rate", ['"C/0"', "C/10"]),
        ("protocol.1.rate=C/10", "protocol.1.rate", ["unknown key"]),
        ("protocol.1.until={}", "protocol.1.until.time", ["missing", "a time > 0 s"]),
        (
            'expectation=[{quantity="mean_gap", relation=">", value=0, source="x"}]',
            "expectation.0.quantity",
            ["did you mean mean_gap.particle|electrolyte?"],
        ),
        (
            'expectation=[{quantity="voltag", relation=">", value=0, source="x"}]',
            "expectation.0.quantity",
            ["did you mean voltage?"],
        ),
        (
            'expectation=[{quantity="Voltage [V]", relation=">", value=0, source="x"}]',
            "expectation.0.quantity",
            ["without its unit"],
        ),
        (
            'expectation=[{quantity="voltage", relation="=>", value=0, source="x"}]',
            "expectation.0.relation",
            ['">="'],
        ),
        (
            'expectation=[{quantity="voltage", relation="within", value=0, source="x"}]',
            "expectation.0.tolerance",
            ["missing"],
        ),
        (
            'expectation=[{quantity="voltage", relation=">", value=0, tolerance=1, source="x"}]',
            "expectation.0.tolerance",
            ['"within"'],
        ),
        (
            'expectation=[{quantity="voltage", relation=">", value=nan, source="x"}]',
            "expectation.0.value",
            ["finite"],
        ),
        ('expectation=[{quantity="voltage", relation=">", value=1}]', "expectation.0.source", ["missing"]),
        ("solver.tolerance=1", "solver.tolerance", ["<= 0.1"]),
    ],
)
def test_a_wrong_value_set_from_outside_says_so(
    tmp_path: Path, setting: str, key: str, words: list[str]
) -> None:
    path = write_case(tmp_path, changed('material = "Li6PS5Cl-cold-pressed"', 'material = "LBHI"'))
    line = only_line(path, setting)
    assert line.startswith(f"{key}: "), line
    assert all(word in line for word in words), line
    if "because flow" not in line and "both" not in line:
        assert line.endswith("(set by --set)"), line


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    text = changed('pressure = "5 MPa"', "pressure = -5").replace('"a-Si"', '"Sj"').replace("0.05", "nan")
    keys = [line.split(": ")[0] for line in lines(write_case(tmp_path, text))]
    assert keys == ["regions.particle.material", "initial.stoichiometry", "stack_pressure.pressure"]


def test_a_missing_region_and_a_missing_interface_are_told(tmp_path: Path) -> None:
    text = CASE.replace('[regions.electrolyte]\nmaterial = "Li6PS5Cl-cold-pressed"\n', "")
    assert only_line(write_case(tmp_path, text)).startswith("regions.electrolyte: missing")
    start, end = CASE.index(f"[{INTERFACE}]"), CASE.index("[initial]")
    assert only_line(write_case(tmp_path, CASE[:start] + CASE[end:])).startswith(f"{INTERFACE}: missing")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ["empty"]),
        (b" \n\n", ["empty"]),
        (b'title = "x\n', ["line 1, column 11", "TOML"]),
        (b"title = x", ["line 1, column 9", "TOML"]),
        (b"a = 1\na = 2\n", ["line 2", "TOML"]),
        (b"a = [1,", ["end of the file", "TOML"]),
        (b"title = 'caf\xe9'", ["line 1", "0xe9", "UTF-8"]),
        (b"a = 1\nb = '\xff'", ["line 2", "0xff", "UTF-8"]),
        (b"x = " + b"[" * 100_000, ["nested too deeply"]),
        (b"x = " + b"9" * 6000, ["TOML"]),
    ],
)
def test_what_is_no_toml_is_refused_with_its_place(tmp_path: Path, content: bytes, words: list[str]) -> None:
    path = tmp_path / "case.toml"
    path.write_bytes(content)
    line = only_line(path)
    assert all(word in line for word in words), line


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "case.toml"
    path.write_bytes(b"\xef\xbb\xbf" + CASE.encode())
    assert load_case(path).title == "test"


def test_a_missing_file_is_refused_with_its_neighbour(tmp_path: Path) -> None:
    write_case(tmp_path)
    assert "did you mean case.toml?" in only_line(tmp_path / "cas.toml")
    assert "no such file" in only_line(tmp_path / "nowhere" / "case.toml")


def test_a_folder_in_place_of_a_file_is_refused(tmp_path: Path) -> None:
    assert "found a folder" in only_line(tmp_path)
    path = write_case(tmp_path)
    assert f"did you mean {path}?" in only_line(tmp_path)


def test_a_device_in_place_of_a_file_is_refused() -> None:
    assert "no regular file" in only_line(Path("/dev/null"))


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    assert "cannot be read" in only_line(tmp_path / ("x" * 5000))
