# SPDX-License-Identifier: LGPL-3.0-or-later
"""Pictures of the verification cases: their results as points, the independent solutions as lines.

``python tests/verification_pictures.py RESULTS FOLDER`` reads ``RESULTS/verify_<name>`` of the four cases, as
shipped (the film with ``load.turn = 1.0``), and draws into FOLDER.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import matplotlib as mpl
import numpy as np
from running import read_history
from verification_cases import FIRST, Array, Sphere, core_shell, film, plastic_pressure

mpl.use("agg")
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

History = Mapping[str, Array]
PLACES = (
    ("centre_radial_stress", "radial, centre", "C0"),
    ("surface_hoop_stress", "hoop, surface", "C1"),
)


def draw_sphere(axes: Axes, history: History) -> None:
    """Stress at the centre and the surface against time."""
    times = np.linspace(5.0, 1000.0, 60)
    for coupled, style in ((True, "-"), (False, ":")):
        rows = Sphere(coupled=coupled).solve(tuple(times))
        words = "" if coupled else ", stress not in the flux"
        for name, label, colour in PLACES:
            stress = [row[name] / 1e6 for row in rows]
            axes.plot(times, stress, colour + style, label=label + words)
    for name, _, colour in PLACES:
        axes.plot(history["time"], history[name] / 1e6, f"{colour}.")
    axes.set(xlabel="time (s)", ylabel="stress (MPa)")
    axes.legend(frameon=False, fontsize=8)


def draw_core_shell(axes: Axes, history: History) -> None:
    """Fillings in equilibrium against the mean filling; the run ends at one of them."""
    means = np.linspace(0.05, 0.6, 60)
    rows = [core_shell(0.05, float(mean)) for mean in means]
    for name in ("core_stoichiometry", "shell_stoichiometry"):
        (line,) = axes.plot(means, [row[name] for row in rows], label=name.partition("_")[0])
        axes.plot(0.25, history[name][-1], "o", color=line.get_color())
    axes.set(xlabel="mean filling", ylabel="filling in equilibrium")
    axes.legend(frameon=False)


def draw_film(axes: Axes, history: History) -> None:
    """Stress against lithium, there and back."""
    there, back = np.linspace(0.01, 2.0, 80), np.linspace(1.999, 1.0, 50)
    stresses = [film((FIRST, float(x)), 7.898e-5)["in_plane_stress"] for x in there]
    stresses += [film((FIRST, 2.0, float(x)), 7.898e-5)["in_plane_stress"] for x in back]
    axes.plot(np.concatenate([there, back]), np.array(stresses) / 1e9)
    axes.plot(history["lithium_per_silicon"][::12], history["in_plane_stress"][::12] / 1e9, ".")
    axes.set(xlabel="lithium per silicon", ylabel="in-plane stress (GPa)")


def draw_thick_sphere(axes: Axes, history: History) -> None:
    """Pressure against the plastic front."""
    fronts = np.linspace(1e-6, 2e-6, 60)
    axes.plot(1e6 * fronts, [plastic_pressure(front, 1e-6, 2e-6) for front in fronts])
    axes.plot(1e6 * history["plastic_radius"], history["inner_pressure"] / 200e6, ".")
    axes.set(xlabel="radius of the plastic front (um)", ylabel="pressure per yield stress")


PICTURES: Mapping[str, Callable[[Axes, History], None]] = {
    "elastic_sphere": draw_sphere,
    "core_shell": draw_core_shell,
    "clamped_film": draw_film,
    "plastic_sphere": draw_thick_sphere,
}


def main(results: Path, folder: Path) -> None:
    """Draw all of them.

    Args:
        results: folder of the result folders.
        folder: of the pictures.
    """
    for name, draw in PICTURES.items():
        names, rows = read_history(results / f"verify_{name}")
        history = {title.partition(" [")[0]: rows[:, column] for column, title in enumerate(names)}
        figure, axes = plt.subplots(figsize=(5.2, 3.4), layout="constrained")
        draw(axes, history)
        figure.savefig(folder / f"verify_{name}.png", dpi=150)
        plt.close(figure)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
