# SPDX-License-Identifier: LGPL-3.0-or-later
"""Running the shipped verification cases, and independent solutions of what they solve."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import lithiate
import numpy as np
from numpy.typing import NDArray
from running import read_history
from scipy.integrate import solve_ivp
from scipy.optimize import brentq
from scipy.sparse import diags

Array = NDArray[np.float64]
CASES = Path(__file__).parents[1] / "cases"
FARADAY, GAS = 96485.33212, 8.314462618


@dataclass(frozen=True)
class Found:
    """History by names without units, and the quantities of the summary."""

    history: Mapping[str, Array]
    quantities: Mapping[str, float]

    def at(self, time: float) -> dict[str, float]:
        """The row of an asked-for time [s]."""
        row = int(np.argmin(np.abs(self.history["time"] - time)))
        assert abs(self.history["time"][row] - time) <= 1e-9 * time
        return {name: float(values[row]) for name, values in self.history.items()}

    @property
    def last(self) -> dict[str, float]:
        """The last row."""
        return {name: float(values[-1]) for name, values in self.history.items()}


def run_verification(name: str, out: Path, *settings: str) -> Found:
    """Run ``cases/verify_<name>`` with settings, the public way; every balance must be within its bound."""
    case = lithiate.load_case(CASES / f"verify_{name}" / "case.toml", ["output.pictures=false", *settings])
    result = lithiate.run(case, out=out)
    assert result.status == 0
    names, rows = read_history(out)
    history = {name.partition(" [")[0]: rows[:, column] for column, name in enumerate(names)}
    quantities = {name: entry["value"] for name, entry in result.summary["quantities"].items()}
    return Found(history, quantities)


# Elastic sphere


@dataclass(frozen=True)
class Sphere:
    """The sphere of ``verify_elastic_sphere``, SI; the case's values unless given.

    Attributes:
        inward: current density into the surface; None where it is held at ``held``.
        held: stoichiometry of the surface.
    """

    radius: float = 5e-6
    modulus: float = 10e9
    poisson: float = 0.3
    molar_volume: float = 3.497e-6
    diffusivity: float = 7.08e-15
    content: float = 2.29e4
    start: float = 1e-6
    inward: float | None = 2.0
    held: float = 0.0
    coupled: bool = True
    temperature: float = 300.0

    def solve(self, times: tuple[float, ...], count: int = 800) -> list[dict[str, float]]:
        """Columns of the history at times, by finite volumes on shells.

        dc/dt = div [D (1 + theta C c) grad c] with theta = 2 Omega^2 E / (9 (1 - nu) R T). In a sphere free
        at its surface the stress at the centre is 2 E Omega C (mean - c_0) / (9 (1 - nu)), the hoop stress at
        the surface 3 E Omega C (mean - c_s) / (9 (1 - nu)).
        """
        theta = 2 * self.molar_volume**2 * self.modulus / (9 * (1 - self.poisson) * GAS * self.temperature)
        coupling = theta * self.content if self.coupled else 0.0
        inward = (self.inward or 0.0) * self.radius / (FARADAY * self.diffusivity * self.content)
        # Cells become thinner towards the surface, where a held value makes a layer.
        faces = np.sin(np.linspace(0.0, np.pi / 2, count + 1))
        volumes = np.diff(faces**3) / 3
        middles = np.diff(faces**4) / np.diff(faces**3) * 0.75
        conductance = faces[1:-1] ** 2 / np.diff(middles)
        outer = 1 / (1 - middles[-1])

        def potential(c: Array) -> Array:
            return c + coupling * c**2 / 2

        def entering(c: Array) -> float:
            if self.inward is not None:
                return inward
            return float(outer * (potential(np.array(self.held)) - potential(c[-1])))

        def rate(_: float, c: Array) -> Array:
            inner = conductance * np.diff(potential(c))
            return np.diff(np.concatenate([[0.0], inner, [entering(c)]])) / volumes

        def jacobian(_: float, c: Array) -> object:
            slope = 1 + coupling * c
            diagonal = np.zeros_like(c)
            diagonal[:-1] -= conductance * slope[:-1] / volumes[:-1]
            diagonal[1:] -= conductance * slope[1:] / volumes[1:]
            if self.inward is None:
                diagonal[-1] -= outer * slope[-1] / volumes[-1]
            above, below = conductance * slope[1:] / volumes[:-1], conductance * slope[:-1] / volumes[1:]
            return diags([above, diagonal, below], [1, 0, -1], format="csc")

        scaled = np.array(times) * self.diffusivity / self.radius**2
        start = np.full(count, self.start)
        solved = solve_ivp(
            rate, (0.0, scaled[-1]), start, method="BDF", t_eval=scaled, jac=jacobian, rtol=1e-8, atol=1e-11
        )
        unit = self.molar_volume * self.modulus * self.content / (9 * (1 - self.poisson))
        rows = []
        for c in solved.y.T:
            mean, surface = 3 * float(c @ volumes), self.held
            if self.inward is not None:
                value = potential(c[-1]) + inward / outer
                surface = (np.sqrt(1 + 2 * coupling * value) - 1) / coupling if coupling else value
            rows.append(
                {
                    "surface_stoichiometry": float(surface),
                    "centre_stoichiometry": float(c[0]),
                    "centre_radial_stress": 2 * unit * (mean - float(c[0])),
                    "surface_hoop_stress": 3 * unit * (mean - float(surface)),
                }
            )
        return rows


# Core and shell


def core_shell(fraction: float, filling: float, temperature: float = 298.15) -> dict[str, float]:
    """Columns of ``verify_core_shell`` in equilibrium, from lithium count and equal chemical potentials.

    Lame: core under the hydrostatic stress -p, shell under p from inside with a free surface; the face
    between moves as far on both sides. The surface moves with the shell's swelling and p.
    """
    core_content, shell_content = 311151.7, 19179.1
    cube = fraction

    def swelling(c1: float, c2: float) -> tuple[float, float]:
        return 2.8 / 3 * c1, 0.1 / 3 * c2

    def pressure(c1: float, c2: float) -> float:
        e1, nu1 = 96e9 * (1 - 0.15278 * 3.75 * c1), 0.29
        e2, nu2 = 32e9 * (1 + 14.4375 * c2 / 6), 0.32
        first, second = swelling(c1, c2)
        # Hoop strain of the inner face of the shell per p, and of the core per -p.
        shell = ((1 + nu2) / 2 + (1 - 2 * nu2) * cube) / (e2 * (1 - cube))
        return (first - second) / (shell + (1 - 2 * nu1) / e1)

    def potentials(c1: float, c2: float) -> tuple[float, float]:
        thermal, p = GAS * temperature / FARADAY, pressure(c1, c2)
        core = 0.40 - 0.35 * c1 + thermal * np.log((1 - c1) / c1)
        shell = 0.20 - 0.12 * c2 + thermal * np.log((1 - c2) / c2)
        # tr(sigma)/3 of the shell is uniform: p f / (1 - f).
        core += 2.8 / core_content * -p / FARADAY
        shell += 0.1 / shell_content * p * cube / (1 - cube) / FARADAY
        return core, shell

    sites = np.array([cube * core_content, (1 - cube) * shell_content])

    def fillings(logit: float) -> tuple[float, float]:
        c1 = 1 / (1 + np.exp(-logit))
        return c1, (filling * sites.sum() - sites[0] * c1) / sites[1]

    def difference(logit: float) -> float:
        core, shell = potentials(*fillings(logit))
        return core - shell

    # The core's filling at which the shell would be full or empty bounds it.
    low = max((filling * sites.sum() - sites[1]) / sites[0], 0.0) + 1e-9
    high = min(filling * sites.sum() / sites[0], 1.0) - 1e-9
    c1, c2 = fillings(brentq(difference, *(np.log(c / (1 - c)) for c in (low, high)), xtol=1e-13))
    p, e2, nu2 = pressure(c1, c2), 32e9 * (1 + 14.4375 * c2 / 6), 0.32
    return {
        "core_stoichiometry": c1,
        "shell_stoichiometry": c2,
        "core_hydrostatic_stress": -p,
        "shell_inner_hoop_stress": p * (1 + 2 * cube) / (2 * (1 - cube)),
        "shell_outer_hoop_stress": p * 1.5 * cube / (1 - cube),
        "voltage": potentials(c1, c2)[0],
        "outer_displacement_ratio": 0.1 / 3 * c2 + p * 1.5 * cube / (1 - cube) * (1 - nu2) / e2,
    }


# Film

GROWTH, THRESHOLD, RATE, EXPONENT, YOUNG, POISSON, FIRST = 0.7, 0.12e9, 0.6e-9, 4, 100e9, 0.26, 0.0078


def elastic_film(logarithm: float, pressure: float) -> tuple[float, float, float]:
    """In-plane tau_e, J_e and tau_e across of a film of this elastic stretch in its plane under pressure."""
    bulk, shear = YOUNG / (3 * (1 - 2 * POISSON)), YOUNG / (2 * (1 + POISSON))

    def stresses(across: float) -> tuple[float, float, float]:
        ratio = np.exp(2 * logarithm + across)
        squares = ratio ** (-2 / 3) * np.exp(2 * np.array([logarithm, logarithm, across]))
        deviator = shear * (squares - squares.mean())
        volumetric = bulk / 2 * (ratio**2 - 1)
        return float(volumetric + deviator[0]), float(ratio), float(volumetric + deviator[2])

    def balance(across: float) -> float:
        _, ratio, normal = stresses(across)
        return normal / ratio + pressure

    return stresses(brentq(balance, -0.3, 0.3, xtol=1e-15))


def film(contents: tuple[float, ...], rate: float, pressure: float = 0.0) -> dict[str, float]:
    """Columns of ``verify_clamped_film`` at the last of the contents, filled through one after another.

    The plane does not grow: elastic, plastic and swelling logarithm in it add up to zero.
    """
    # Without lithium's growth the pressure compresses the film elastically: its plane stays.
    logarithm = np.zeros(1)
    for first, last in zip(contents[:-1], contents[1:], strict=True):
        sign = float(np.sign(last - first))

        def slope(content: float, state: Array, sign: float = sign) -> list[float]:
            in_plane, _, across = elastic_film(float(state[0]), pressure)
            over = in_plane - across
            flow = RATE * max(abs(over) / THRESHOLD - 1, 0.0) ** EXPONENT * np.sign(over) / 2
            return [-GROWTH / (3 * (1 + GROWTH * content)) - flow / (sign * rate)]

        solved = solve_ivp(slope, (first, last), logarithm, method="LSODA", rtol=1e-9, atol=1e-11)
        logarithm = solved.y[:, -1]
    in_plane, ratio, _ = elastic_film(float(logarithm[0]), pressure)
    grown = (1 + GROWTH * contents[-1]) / (1 + GROWTH * contents[0])
    return {
        "in_plane_stress": in_plane / ratio,
        "in_plane_kirchhoff_stress": in_plane,
        # The plane keeps its size, so all of the volume is in the thickness.
        "thickness_ratio": grown * ratio,
    }


# Thick sphere


def plastic_pressure(front: float, inner: float, outer: float) -> float:
    """Hill's pressure per yield stress when the plastic zone reaches out to a radius."""
    return float(2 * np.log(front / inner) + 2 / 3 * (1 - (front / outer) ** 3))
