# SPDX-License-Identifier: LGPL-3.0-or-later
"""Hertz contact against its closed form, and the far field that its blocks follow."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from lithiate.case import load_case
from lithiate.case.hertz_theory import hertz_of
from lithiate.verification.far_field import line_force, point_force
from numpy.typing import NDArray
from refusals import lines
from running import read_history, run_case

CASE = Path(__file__).parents[2] / "cases" / "verify_hertz" / "case.toml"
RIGID = CASE.with_name("rigid.toml")
SHEAR, RATIO = 1.3, 0.3
Array = NDArray[np.float64]


def half_space(field: str, position: Array) -> Array:
    """(2,) displacement outwards and downwards."""
    if field == "point":
        return np.array(point_force(position[0], position[1], SHEAR, RATIO))
    return np.array(line_force(position[0], position[1], SHEAR, RATIO, 2.0))


def stress(field: str, position: Array) -> Array:
    """(2, 2) stress by central differences."""
    gradient = np.empty((2, 2))
    for axis in range(2):
        step = 1e-5 * np.eye(2)[axis]
        gradient[:, axis] = half_space(field, position + step) - half_space(field, position - step)
    gradient /= 2e-5
    hoop = half_space(field, position)[0] / position[0] if field == "point" else 0.0
    lame = 2 * SHEAR * RATIO / (1 - 2 * RATIO)
    return lame * (np.trace(gradient) + hoop) * np.eye(2) + SHEAR * (gradient + gradient.T)


@pytest.mark.parametrize("field", ["point", "line"])
def test_the_far_field_carries_one_newton(field: str) -> None:
    """Every hemisphere around the force bears it, and the surface is free."""
    nodes, weights = np.polynomial.legendre.leggauss(40)
    for radius in (0.7, 3.0):
        total = 0.0
        for angle, weight in zip((nodes + 1) * np.pi / 4, weights * np.pi / 4, strict=True):
            outward = np.array([np.sin(angle), np.cos(angle)])
            area = 2 * np.pi * radius**2 * np.sin(angle) if field == "point" else 2 * radius
            total += weight * area * (stress(field, radius * outward) @ outward)[1]
        assert total == pytest.approx(-1.0, rel=1e-6)
    assert stress(field, np.array([1.0, 1e-4]))[1] == pytest.approx(0.0, abs=1e-6)


def test_the_reference_point_of_a_line_force_does_not_move() -> None:
    assert half_space("line", np.array([0.0, 2.0])) == pytest.approx(0.0, abs=1e-15)


def run(out: Path, *sets: str, path: Path = CASE, ranks: int = 1) -> tuple[dict[str, Array], list[float]]:
    """Every column by name without unit, and contact radius, pressure and approach of the closed form."""
    outcome = run_case(out, "output.pictures=false", *sets, case=path, ranks=ranks)
    assert outcome.returncode == 0, outcome.stderr
    names, values = read_history(out)
    assert {"contact_radius [m]", "largest_contact_pressure [Pa]", "approach [m]"} <= set(names)
    case = load_case(path, sets)
    theory, force, depth = hertz_of(case), case.load.force, case.geometry.block_height
    ratios = tuple(float(case.card(name).poisson_ratio.at(0.0, 298.15)) for name in case.regions)
    expected = [
        theory.contact_radius(force),
        theory.largest_pressure(force),
        theory.approach(force, depth, ratios),
    ]
    return {name.split(" [")[0]: values[:, index] for index, name in enumerate(names)}, expected


def check(found: dict[str, Array], expected: list[float], tolerance: float) -> None:
    """The last row against the closed form, and the force in every row."""
    names = ("contact_radius", "largest_contact_pressure", "approach")
    for name, value in zip(names, expected, strict=True):
        assert found[name][-1] == pytest.approx(value, rel=tolerance, abs=0), name
    assert found["force_balance_error"].max() < 1e-6


@pytest.mark.slow
def test_rigid_sphere_on_a_soft_body(tmp_path: Path) -> None:
    found, expected = run(
        tmp_path / "out",
        'regions.obstacle.youngs_modulus="1e5 GPa"',
        'regions.body.youngs_modulus="3 GPa"',
        "regions.body.poisson_ratio=0.2",
        "geometry.radius='2 um'",
        'load.force="3 uN"',
        "geometry.mesh_size='12 nm'",
    )
    assert expected[0] == pytest.approx((0.75 * 3e-6 * 2e-6 / (3e9 / 0.96)) ** (1 / 3), rel=1e-3, abs=0)
    check(found, expected, 0.02)
    # The radius grows with the third root of the force.
    assert found["contact_radius"][1] / found["contact_radius"][-1] == pytest.approx(0.2 ** (1 / 3), rel=0.03)


@pytest.mark.slow
@pytest.mark.parametrize(
    "sets", [(), ("geometry.shape='cylinder'", "load.force=1000"), ('load.force="20 uN"',)]
)
def test_default_mesh(tmp_path: Path, sets: tuple[str, ...]) -> None:
    check(*run(tmp_path / "out", *sets), 0.005)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sets", "ranks"),
    [((), 1), ((), 2), (("geometry.shape='cylinder'", "load.force=1000"), 1)],
)
def test_rigid_shape(tmp_path: Path, sets: tuple[str, ...], ranks: int) -> None:
    """A round shape where the closed form has a parabola: what lies between them is of order (a/R)^2."""
    check(*run(tmp_path / "out", *sets, path=RIGID, ranks=ranks), 0.01)


@pytest.mark.slow
def test_multipliers_forgive_a_soft_penalty(tmp_path: Path) -> None:
    """A tenth of the default penalty, with which 2 % are missed by the penalty alone."""
    contact = 'interfaces."body|obstacle"'
    soft = f"{contact}.penalty_stiffness='7e17 Pa/m'"
    enforced = f"{contact}.contact_enforcement='augmented_lagrangian'"
    check(*run(tmp_path / "out", soft, enforced), 0.004)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ('interfaces."body|obstacle".bond="bonded"', "bond"),
        ('geometry.obstacle="rigid"', "obstacle"),
        ("geometry.contact_width='0.4 um'", "geometry.contact_width"),
        ("load.force=-1", "load.force"),
        ("load.force='1 MPa'", "load.force"),
        ("load.force='1 N'", "geometry.contact_width"),
        ("geometry.shape='cube'", "geometry.shape"),
        ("regions.body.flow='rate_independent'", "regions.body.material"),
    ],
)
def test_refused(change: str, message: str) -> None:
    assert any(message in line for line in lines(CASE, change))
