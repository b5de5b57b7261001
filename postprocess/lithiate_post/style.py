"""How every picture looks: sizes, colours that colour-blind readers can tell apart, names and units."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

# Okabe & Ito (2008): distinguishable with every common colour-vision deficiency.
BLUE, ORANGE, GREEN, RED, SKY, PURPLE, BLACK = (
    "#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9", "#CC79A7", "#000000",
)  # fmt: skip
SERIES = (BLUE, RED, GREEN, PURPLE, ORANGE, SKY, BLACK)
# The five states of a run, in order of time: dark while lithiating, bright while delithiating.
STATES = (BLACK, BLUE, GREEN, ORANGE, RED)
LINE_STYLES = ("-", "--", "-.", ":", "-")
STEP_SHADES = {"lithiate": "#DCEAF4", "delithiate": "#FBE5D8", "rest": "#EEEEEE"}
BACKGROUND_BODY = "#E4E4E4"
OUTLINE = "#333333"
MICRO = 1e6
DOTS_PER_INCH = 200

_PARAMETERS = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9.0,
    "axes.labelsize": 9.0,
    "axes.titlesize": 9.0,
    "xtick.labelsize": 8.0,
    "ytick.labelsize": 8.0,
    "legend.fontsize": 8.0,
    "legend.frameon": False,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "lines.linewidth": 1.5,
    "axes.formatter.useoffset": False,
    "axes.formatter.limits": (-3, 4),
    "axes.formatter.use_mathtext": True,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
}


@contextmanager
def style() -> Iterator[None]:
    """Matplotlib settings of all pictures, for the length of a with-block."""
    with matplotlib.rc_context(_PARAMETERS):
        yield


def new_figure(width: float, height: float) -> Figure:
    """An empty figure of a size in inches; never bound to a screen."""
    return Figure(figsize=(width, height), layout="constrained")


def save(figure: Figure, path: Path) -> Path:
    """Write a figure as a picture and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=DOTS_PER_INCH)
    return path


def letter(axes: Axes, index: int, title: str) -> None:
    """Head a panel with its letter and what it shows."""
    axes.set_title(f"({chr(ord('a') + index)})  {title}", loc="left")
