# SPDX-License-Identifier: LGPL-3.0-or-later
"""A body that nothing but its interfaces holds stays where it is once they have opened."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from dolfinx import fem
from lithiate import compat, load_case, parallel
from lithiate.geometry import distribute
from lithiate.problem import balance_terms
from lithiate.problem.from_case import FIXED_COMPONENTS, build_problem
from lithiate.problem.observables import Observer
from lithiate.problem.tether import loose_bodies
from lithiate.runner import build_geometry
from lithiate_meshes import build_mesh
from mpi4py import MPI
from running import CASE as PARTICLE_ON_ITS_PLANE
from running import read_history, run_case

CASE = """title = "a sphere in the middle of an electrolyte, which lets go of it all around"
[geometry]
family = "particle"
symmetry = "axisymmetric"
box = ["1.5 um", "3 um"]
mesh_size = "0.18 um"
[[geometry.particles]]
name = "particle"
radius = "0.7 um"
centre = ["0 um", "1.2 um"]
[regions.particle]
material = "a-Si"
diffusivity = "1e-14 m^2/s"
[regions.electrolyte]
material = "Li6PS5Cl"
[interfaces."particle|electrolyte"]
bond = "debondable"
strength = "1 MPa"
toughness = "10 mJ/m2"
exchange_current_density = "10 A/m2"
residual_contact_fraction = 1e-3
[initial]
stoichiometry = 0.5
[stack_pressure]
pressure = "0.1 MPa"
[[protocol]]
step = "delithiate"
rate = "C/10"
until = { state_of_charge = 0.45 }
[[protocol]]
step = "lithiate"
rate = "C/10"
until = { state_of_charge = 0.505 }
[output]
pictures = false
[solver]
tolerance = 1e-2
"""


@pytest.fixture
def case(tmp_path: Path) -> Path:
    path = tmp_path / "case.toml"
    path.write_text(CASE, encoding="utf-8")
    return path


def loose(path: Path, **sets: object) -> list[tuple[str, ...]]:
    geometry = load_case(path, **sets).geometry
    data = build_mesh(geometry) if MPI.COMM_SELF.rank == parallel.ROOT else None
    return loose_bodies(distribute(MPI.COMM_SELF, data, 1e-6), FIXED_COMPONENTS)


def test_bodies_that_touch_the_bottom_are_held(case: Path) -> None:
    assert loose(case) == [("particle",)]
    assert loose(PARTICLE_ON_ITS_PLANE) == []
    film = PARTICLE_ON_ITS_PLANE.parents[1] / "film_si_lpscl_thickness" / "case.toml"
    assert not any("collector" in body for body in loose(film))
    assert any("electrolyte" in body for body in loose(film))


def test_a_tether_resists_the_motion_of_its_body(case: Path) -> None:
    """To carry a body along by d takes the force k d per volume as built, k = 1e-8 E / H^2, and no other."""
    loaded = load_case(case)
    problem = build_problem(loaded, build_geometry(loaded, MPI.COMM_SELF))
    region, height = problem.regions["particle"], 3e-6 / problem.units.length
    unknown = problem.unknowns["displacement.particle"]
    moved = 1e-3
    unknown.value.interpolate(lambda places: np.stack([0 * places[0], np.full(places.shape[1], moved)]))
    up = fem.Function(unknown.value.function_space)
    up.x.array[1::2] = 1.0
    ((name, form),) = balance_terms.momentum(region, unknown, up)
    work = fem.assemble_scalar(compat.compile_form(form, problem.geometry.entity_maps()))
    modulus = loaded.card("particle").youngs_modulus.smallest(298.15) / problem.units.stress
    volume = Observer(problem).volume("particle")
    assert name == unknown.name
    assert work == pytest.approx(1e-8 * modulus / height**2 * moved * volume, rel=1e-6, abs=0)


@pytest.mark.slow
def test_a_particle_that_lets_go_all_around_stays(case: Path, tmp_path: Path) -> None:
    """It shrinks away from its hole and fills it again; what holds it meanwhile is next to nothing."""
    done = run_case(tmp_path / "out", case=case)
    assert done.returncode == 0, done.stdout + done.stderr
    names, values = read_history(tmp_path / "out")
    rows = {name.split(" [")[0]: values[:, column] for column, name in enumerate(names)}
    gap = rows["mean_gap.particle|electrolyte"]
    assert rows["open_area_fraction.particle|electrolyte"].max() == pytest.approx(1.0)
    assert rows["largest_gap.particle|electrolyte"].max() < 1.1 * gap.max()
    assert gap[-1] < 1e-10
    assert 0.0 < rows["tether_pressure"].max() < 1.0
    assert rows["force_balance_error"].max() <= 1e-9
