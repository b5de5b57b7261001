"""The spectrum of ``lithiate impedance`` as a Nyquist plot."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from lithiate_post.errors import ResultError
from lithiate_post.style import BLUE, RED, letter, new_figure, save, style
from lithiate_post.tables import read_rows

_HEADER = ["frequency [Hz]", "real [ohm cm2]", "imaginary [ohm cm2]"]


def draw_nyquist(table: Path, path: Path) -> Path:
    """Draw minus the imaginary over the real part, and both over the frequency.

    Args:
        table: ``impedance.csv``.
        path: the picture to write.

    Returns:
        The path.

    Raises:
        ResultError: the table is none of an impedance.
    """
    header, rows = read_rows(table)
    if header != _HEADER or not rows:
        raise ResultError(f"{table}: found the columns {', '.join(header)}; allowed: {', '.join(_HEADER)}")
    try:
        frequency, real, imaginary = np.array(rows, dtype=np.float64).T
    except ValueError as error:
        raise ResultError(f"{table}: not a table of numbers: {error}") from None
    with style():
        figure = new_figure(7.0, 3.2)
        plane, over_frequency = figure.subplots(1, 2)
        _nyquist(plane, frequency, real, -imaginary)
        over_frequency.loglog(frequency, np.abs(real), color=BLUE, label="real part")
        over_frequency.loglog(
            frequency, np.abs(imaginary), color=RED, linestyle="--", label="|imaginary part|"
        )
        over_frequency.set_xlabel("frequency [Hz]")
        over_frequency.set_ylabel("impedance [Ω cm²]")
        over_frequency.legend()
        letter(over_frequency, 1, "over frequency")
        return save(figure, path)


def _nyquist(
    axes: Axes,
    frequency: NDArray[np.float64],
    real: NDArray[np.float64],
    minus_imaginary: NDArray[np.float64],
) -> None:
    """Equal scales on both axes; a diffusion branch that runs off is cut, or arcs would vanish beside it."""
    axes.plot(real, minus_imaginary, color=BLUE, marker="o", markersize=2.5)
    decades = np.abs(np.log10(frequency) - np.round(np.log10(frequency))) < 1e-6
    axes.plot(real[decades], minus_imaginary[decades], linestyle="", marker="o", color=RED, markersize=4.5)
    left = min(float(real.min()), 0.0)
    right = float(real.max()) * 1.08
    axes.set_xlim(left, right)
    axes.set_ylim(min(float(minus_imaginary.min()), 0.0), right - left)
    axes.set_aspect("equal", adjustable="box")
    axes.set_xlabel("real part [Ω cm²]")
    axes.set_ylabel("minus imaginary part [Ω cm²]")
    letter(axes, 0, "Nyquist plot (red: whole decades)")
