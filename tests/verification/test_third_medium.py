# SPDX-License-Identifier: LGPL-3.0-or-later
"""A pore between two blocks is closed until they press on each other, with no search for contact.

Flat walls give uniform states, so that force and gap have closed forms; wavy walls touch at their crests
first and are compared with what they must conserve.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from dolfinx import fem
from lithiate import compat
from lithiate.geometry import distribute
from lithiate.materials import MaterialCard, library_card
from lithiate.problem.description import Description
from lithiate.problem.nonlinear import NonlinearSystem
from lithiate.problem.observables import Observer
from lithiate.problem.problem import Problem
from lithiate.scaling import Units
from lithiate_meshes import build_mesh
from lithiate_meshes.families import StackGeometry
from mpi4py import MPI
from scipy.optimize import brentq
from tangent_differences import LARGEST_ERROR, tangent_errors
from verification_problems import LENGTH, SYMMETRY_PLANES, TURNS, Array, TensorPoints, card, uniform_field

UNITS = Units(LENGTH, 1.0, 1e4, 298.15)
WALL = card(youngs_modulus=10e9, poisson_ratio=0.3)
FILLER = library_card("void-filler")
STIFFLY_REGULARISED = FILLER.model_copy(update={"regularisation_length": 100 * LENGTH})
"""So that the energy of the second gradient outweighs that of the blocks."""

PORE = 0.2
"""Height of the pore as a share of that of a block."""
BODY = "displacement.lower+pore+upper"
SLIPPERY_WALLS = SYMMETRY_PLANES | {"side": 0, "side_y": 1}
WIDTH = {"plane_strain": 1.0, "axisymmetric": 1.0, "3d": PORE}
"""Of the model, which does not matter between flat walls: small in 3D, where elements are many."""

AREA = {"plane_strain": 1.0, "axisymmetric": np.pi, "3d": PORE**2}
SYMMETRIES = ("plane_strain", "axisymmetric", pytest.param("3d", marks=pytest.mark.slow))


@dataclass(frozen=True)
class Closed:
    """A state of the press, in solver units but for the pressure.

    Attributes:
        path: way of the top.
        pressure: force on the top per area as built [Pa].
        energy: elastic energy.
        volume_ratios: J at the points of the pore.
    """

    path: float
    pressure: float
    energy: float
    volume_ratios: Array


class Press:
    """Two blocks with a pore between them in a slippery mould, closed by a prescribed way of the top."""

    def __init__(self, symmetry: str, amplitude: float = 0.0, filler: MaterialCard = FILLER) -> None:
        wavy = {"shape": "wavy", "amplitude": amplitude * LENGTH, "wavelength": 2 * LENGTH}
        height = PORE * LENGTH
        layers = [
            {"name": "lower", "thickness": LENGTH} | ({"upper_face": wavy} if amplitude else {}),
            {"name": "pore", "thickness": height, "mesh_size": (height if symmetry == "3d" else height / 2)},
            {"name": "upper", "thickness": LENGTH},
        ]
        width, size = WIDTH[symmetry] * LENGTH, (PORE if symmetry == "3d" else 0.25) * LENGTH
        section = {"family": "stack", "symmetry": symmetry, "width": width, "mesh_size": size}
        data = build_mesh(StackGeometry.model_validate(section | {"layers": layers}))
        geometry = distribute(MPI.COMM_SELF, data, LENGTH, data.interfaces)
        cards = {"lower": WALL, "pore": filler, "upper": WALL}
        self.problem = Problem(geometry, UNITS, Description(cards, {}))
        normal = geometry.dimension - 1
        for surface in geometry.surface_tags.keys() & SLIPPERY_WALLS.keys():
            self.problem.fix(BODY, surface, SLIPPERY_WALLS[surface] % geometry.dimension)
        self._top = fem.Constant(geometry.mesh, 0.0)
        self.problem.fix(BODY, "top", normal, self._top)
        self.problem.time_step.value = 1.0
        self.system = NonlinearSystem(self.problem, 1e-10)
        self._forces = compat.compile_form(self.problem.residuals[BODY], geometry.entity_maps())
        self._loaded = self.problem.surface_dofs(BODY, "top", normal)
        self._observer = Observer(self.problem)
        self._area = AREA[symmetry]

    def close(self, paths: Iterable[float]) -> list[Closed]:
        """Equilibrium with the top moved down to one place after the other."""
        states = []
        for path in paths:
            self._top.value = -path
            outcome = self.system.solve()
            assert outcome.converged, (path, outcome)
            state = self._observer.state()
            force = -fem.assemble_vector(self._forces).array[self._loaded].sum()
            energy = self._observer.region_total(state, "elastic_energy")
            ratios = state.regions["pore"].values["volume_ratio"]
            states.append(Closed(path, force / self._area * UNITS.stress, energy, ratios))
            self.problem.accept_step()
        return states


def pressure_of_wall(stretch: float) -> float:
    """Of a neo-Hookean block held sideways: -P = -[(K/2)(l^2 - 1) + (2 G/3) l^(-2/3)(l^2 - 1)] / l."""
    bulk, shear = 10e9 / (3 * 0.4), 10e9 / 2.6
    return (1 - stretch**2) * (bulk / 2 + shear * 2 / 3 * stretch ** (-2 / 3)) / stretch


def pressure_of_filler(stretch: float) -> float:
    """-P = -[K ln l + (2 G/3) l^(-2/3)(l^2 - 1)] / l of the third medium held sideways."""
    young, poisson = FILLER.youngs_modulus.at(0.0), FILLER.poisson_ratio.at(0.0)
    bulk, shear = young / (3 * (1 - 2 * poisson)), young / (2 * (1 + poisson))
    return (-bulk * np.log(stretch) + shear * 2 / 3 * stretch ** (-2 / 3) * (1 - stretch**2)) / stretch


def stretches(path: float) -> tuple[float, float]:
    """Of the filler and of the walls, in series."""

    def wall(filler: float) -> float:
        return 1 - (path - PORE * (1 - filler)) / 2

    least = max(1e-9, 1 - path / PORE)
    filler = brentq(lambda x: pressure_of_filler(x) - pressure_of_wall(wall(x)), least, 1.0, xtol=1e-15)
    return float(filler), wall(float(filler))


@pytest.mark.parametrize("symmetry", SYMMETRIES)
def test_flat_walls(symmetry: str) -> None:
    """Closed form at every stage; open, the force is nothing; closed, it is that of blocks in contact."""
    beyond = 0.02
    paths = (*np.linspace(0.0, PORE, 11)[1:], PORE + beyond / 2, PORE + beyond)
    states = Press(symmetry).close(paths)
    for state in states:
        filler, wall = stretches(state.path)
        assert state.pressure == pytest.approx(pressure_of_wall(wall), rel=1e-6)
        assert state.volume_ratios == pytest.approx(filler, rel=1e-6)
    contact = pressure_of_wall(1 - beyond / 2)
    half_open = next(state for state in states if state.path >= 0.6 * PORE - 1e-9)
    assert half_open.pressure < 3e-3 * contact
    closed = states[-1]
    assert closed.volume_ratios.max() < 0.01
    # What is left of the pore is missing in the compression of the blocks.
    assert closed.pressure == pytest.approx(contact, rel=0.1)


def test_softer_filler_comes_closer_to_contact() -> None:
    """A hundredth of the stiffness leaves a tenth of the gap: less than 1 % from blocks in contact."""
    softer = FILLER.model_copy(update={"youngs_modulus": FILLER.youngs_modulus.__class__(1e3, 1e3)})
    state = Press("plane_strain", filler=softer).close(np.linspace(0.0, PORE + 0.02, 12))[-1]
    assert state.pressure == pytest.approx(pressure_of_wall(0.99), rel=0.01)
    assert state.volume_ratios.max() < 1e-3


def test_wavy_walls_give_back_the_work() -> None:
    """Crests touch at three quarters of the way; work of the top = stored energy, and back to nothing."""
    press = Press("plane_strain", amplitude=0.05)
    down = np.concatenate([np.linspace(0.0, 0.13, 14), np.linspace(0.13, 0.24, 45)[1:]])
    closing = press.close(down)
    opening = press.close(down[-2::-4])
    work = 0.0
    for before, after in pairwise(closing):
        work += (before.pressure + after.pressure) / UNITS.stress * (after.path - before.path) / 2
    assert closing[-1].energy == pytest.approx(work, rel=2e-3)
    by_path = {state.path: state for state in closing}
    for state in opening[:-1]:
        assert state.pressure == pytest.approx(by_path[state.path].pressure, rel=1e-6, abs=1.0)
    assert abs(opening[-1].energy) < 1e-9 * work
    assert closing[13].pressure < 3e-3 * closing[-1].pressure
    assert all(state.volume_ratios.min() > 0 for state in closing)


@pytest.mark.parametrize("symmetry", SYMMETRIES)
def test_tangent(symmetry: str) -> None:
    """J v against differences with the pore nearly closed and its state not uniform."""
    press = Press(symmetry)
    press.close(np.linspace(0.0, 0.15, 7))
    unknown = press.problem.unknowns[BODY]
    unknown.owned_values[:] += 1e-4 * np.random.default_rng(3).normal(size=unknown.owned)
    errors = tangent_errors(press.problem, press.system)
    assert max(errors.values()) < LARGEST_ERROR


@pytest.mark.parametrize("symmetry", ["plane_strain", "axisymmetric"])
def test_forces_are_the_derivative_of_the_energy(symmetry: str) -> None:
    """In an uneven state, with a regularisation that outweighs the blocks."""
    press, random, step = Press(symmetry, filler=STIFFLY_REGULARISED), np.random.default_rng(3), 1e-6
    unknown = press.problem.unknowns[BODY]
    unknown.value.x.array[:] = 1e-3 * random.normal(size=len(unknown.value.x.array))
    kept, direction = unknown.value.x.array.copy(), random.normal(size=len(unknown.value.x.array))
    forces = fem.assemble_vector(press._forces).array
    energies = []
    for sign in (1.0, -1.0):
        unknown.value.x.array[:] = kept + sign * step * direction
        energies.append(press._observer.region_total(press._observer.state(), "elastic_energy"))
    assert forces @ direction == pytest.approx((energies[0] - energies[1]) / (2 * step), rel=1e-5)


def test_rotation_is_not_resisted() -> None:
    """A bend u_y = b x^2 stores (K l^2 / 2)(2 b)^2 on top of the strain energy, turned or not."""
    problem, bend = Press("3d").problem, 0.1
    model, value = problem.regions["pore"], problem.unknowns[BODY].value
    points = TensorPoints(problem, "pore", {"whole": model.elastic_energy, "strain": model.strain_energy})
    found = []
    for turn in (np.eye(3), TURNS["space"]):
        uniform_field(value, turn @ np.diag([1.0, 1.1, 0.6]))
        bent = fem.Function(value.function_space)
        bent.interpolate(lambda x, turn=turn: turn[:, 1, None] * bend * x[0] ** 2)
        value.x.array[:] += bent.x.array
        found.append({name: energy * UNITS.stress for name, energy in points.evaluate().items()})
    young, poisson = FILLER.youngs_modulus.at(0.0), FILLER.poisson_ratio.at(0.0)
    expected = young / (3 * (1 - 2 * poisson)) / 2 * (FILLER.regularisation_length / LENGTH * 2 * bend) ** 2
    for energies in found:
        assert energies["whole"] - energies["strain"] == pytest.approx(expected, rel=1e-6)
        assert energies["strain"] == pytest.approx(found[0]["strain"], rel=1e-8)
