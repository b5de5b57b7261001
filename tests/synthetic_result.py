"""A made-up result folder: a quarter disc that swells in a square, shrinks, and leaves a gap."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from lithiate.output.xdmf import XdmfSeries

RADIUS, BLOCK, ARCS = 1e-6, 2e-6, 12
INTERFACE = "particle|electrolyte"
CASE = """title = "a made-up particle"
[geometry]
family = "particle"
symmetry = "axisymmetric"
particle_radius = 1e-6
[[protocol]]
step = "lithiate"
[[protocol]]
step = "rest"
[[protocol]]
step = "delithiate"
"""


def polar_patch(shares, outer):
    """Points and triangles between the circle of the particle and the curve `outer`, at shares in [0, 1]."""
    angles = np.linspace(0.0, np.pi / 2, ARCS + 1)
    rays = np.column_stack([np.cos(angles), np.sin(angles)])
    inner = RADIUS * rays
    points = np.concatenate([(1 - share) * inner + share * outer(rays) for share in shares])
    points[np.abs(points) < 1e-12 * RADIUS] = 0.0
    cells = []
    for ring in range(len(shares) - 1):
        for arc in range(ARCS):
            corner = ring * (ARCS + 1) + arc
            above = corner + ARCS + 1
            cells += [[corner, above, above + 1], [corner, above + 1, corner + 1]]
    return np.column_stack([points, np.zeros(len(points))]), np.array(cells)


def particle_mesh():
    """The quarter disc; its rings run from the interface to (nearly) the centre."""
    return polar_patch(np.linspace(0.0, 1.0, 9), lambda rays: 0.0 * rays)


def electrolyte_mesh():
    """The quarter square around it; its rings run from the interface to the outer faces."""

    def square(rays):
        return BLOCK * rays / np.abs(rays).max(axis=1)[:, None]

    return polar_patch(np.linspace(0.0, 1.0, 9), square)


def protocol():
    """Times [s], states of charge and protocol steps: up in 10 h, rest for 1 h, down in 8 h."""
    up, rest, down = np.linspace(0.02, 0.8, 21), np.full(3, 0.8), np.linspace(0.8, 0.1, 17)[1:]
    times = 3600 * np.concatenate(
        [np.linspace(0, 10, 21), np.linspace(10, 11, 4)[1:], np.linspace(11, 19, 17)[1:]]
    )
    return times, np.concatenate([up, rest, down]), np.array([0] * 21 + [1] * 3 + [2] * 16)


def write_result(folder: Path, finished: bool = True, steps: int | None = None) -> Path:
    """Write history, fields (of all or the first steps), case and summary, and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    times, charge, step = (values[:steps] for values in protocol())
    particle_radius = RADIUS * np.cbrt(1 + 1.8 * (charge - charge[0]))
    # The electrolyte is pushed out for good, and springs back by a tenth of what it was pushed.
    pushed = np.maximum.accumulate(particle_radius)
    hole = np.maximum(particle_radius, RADIUS + 0.9 * (pushed - RADIUS))
    gap = hole - particle_radius
    (folder / "case.resolved.toml").write_text(CASE)
    _write_history(folder / "history.csv", times, charge, step, gap)
    _write_fields(folder, times, charge, particle_radius, hole)
    if finished:
        summary = {"case": "made_up", "symmetry": "axisymmetric", "status": "completed"}
        (folder / "summary.json").write_text(json.dumps(summary))
    return folder


def _write_history(path, times, charge, step, gap):
    table = {
        "step [-]": np.arange(len(times)),
        "time [s]": times,
        "protocol_step [-]": step,
        "cycle [-]": np.ones(len(times)),
        "voltage [V]": 0.6 - 0.55 * charge + 0.1 * (step == 2),
        "current_density [A/m2]": np.choose(step, [-1.0, 0.0, 1.2]),
        "state_of_charge [-]": charge,
        "areal_capacity [mAh/cm2]": 0.1 * np.choose(step, [charge - charge[0], 0 * charge, 0.8 - charge]),
        "thickness [m]": BLOCK + 0.1e-6 * charge,
        "stack_pressure [Pa]": np.full(len(times), 5e6),
        f"mean_gap.{INTERFACE} [m]": gap,
        f"contact_area_fraction.{INTERFACE} [-]": np.exp(-gap / 2e-8),
        f"interface_resistance.{INTERFACE} [ohm cm2]": 25.0 * np.exp(gap / 2e-8),
        "largest_equivalent_plastic_strain.particle [-]": 0.3 * np.maximum.accumulate(charge),
    }
    for region, level in (("particle", 1.0), ("electrolyte", 0.3)):
        table[f"mean_hydrostatic_stress.{region} [Pa]"] = -2e8 * level * charge * (1 - 1.3 * (step == 2))
        table[f"mean_von_mises_stress.{region} [Pa]"] = 1e8 * level * charge
    rows = np.column_stack(list(table.values()))
    lines = [",".join(table), *(",".join(repr(float(value)) for value in row) for row in rows)]
    path.write_text("\n".join(lines) + "\n")


def _write_fields(folder, times, charge, particle_radius, hole):
    particle, particle_cells = particle_mesh()
    electrolyte, electrolyte_cells = electrolyte_mesh()
    arcs = np.column_stack([np.arange(ARCS), np.arange(1, ARCS + 1)])
    angle = np.arctan2(*(particle[: ARCS + 1, :2].T))
    angle = (angle[1:] + angle[:-1]) / 2
    series = {
        "particle": XdmfSeries(folder / "particle", particle, particle_cells, "triangle"),
        "electrolyte": XdmfSeries(folder / "electrolyte", electrolyte, electrolyte_cells, "triangle"),
        "interface": XdmfSeries(folder / "particle__electrolyte", particle[: ARCS + 1], arcs, "interval"),
    }
    share = np.repeat(np.linspace(1.0, 0.0, 9), ARCS + 1)[:, None]
    direction = electrolyte[:, :3] / np.linalg.norm(electrolyte, axis=1)[:, None]
    for time, filling, radius, opening in zip(times, charge, particle_radius, hole, strict=True):
        distance = np.linalg.norm(particle, axis=1) / RADIUS
        displacement = (radius / RADIUS - 1) * particle
        stoichiometry = np.clip(filling * (0.9 + 0.2 * distance**2), 0, 1)
        series["particle"].write(
            time,
            {"displacement": displacement, "stoichiometry": stoichiometry},
            _stresses(particle, particle_cells, 3e8 * filling),
        )
        series["electrolyte"].write(
            time,
            {"displacement": (opening - RADIUS) * share * direction, "electrolyte_potential": share[:, 0]},
            _stresses(electrolyte, electrolyte_cells, 1e8 * filling),
        )
        # Flattened by the stack pressure: the gap is smaller at the pole (angle 0) than at the equator.
        local_gap = (opening - radius) * (0.5 + np.sin(angle) ** 2)
        contact = np.exp(-local_gap / 2e-8)
        series["interface"].write(
            time,
            {"displacement": displacement[: ARCS + 1]},
            {
                "gap": local_gap,
                "contact_pressure": 2e7 * filling * contact,
                "contact_area_fraction": contact,
                "current_density": contact,
            },
        )


def _stresses(points, cells, level):
    centres = points[cells].mean(axis=1) / RADIUS
    decay = 1 / (0.3 + (centres**2).sum(axis=1))
    return {
        "hydrostatic_stress": level * (decay - 1.0),
        "von_mises_stress": level * decay,
        "equivalent_plastic_strain": 1e-9 * level * decay,
    }
