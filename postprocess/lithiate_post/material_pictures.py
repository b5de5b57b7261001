# SPDX-License-Identifier: LGPL-3.0-or-later
"""Pictures of what changes in a material with the stoichiometry: open-circuit curve, modulus, flow stress."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lithiate_post.style import BLUE, RED, letter, new_figure, save
from lithiate_post.style import style as picture_style

_PANEL = 2.9


@dataclass(frozen=True)
class Curve:
    """One property as a function of the stoichiometry.

    Attributes:
        title: heads the panel.
        label: of the vertical axis, with the unit.
        stoichiometry: (n,) where it is drawn [-].
        values: (n,) in the unit of the label.
        points: (m, 2) stoichiometries and values that the curve was made from; (0, 2) where it was not.
    """

    title: str
    label: str
    stoichiometry: NDArray[np.float64]
    values: NDArray[np.float64]
    points: NDArray[np.float64]


def draw_material(name: str, curves: Sequence[Curve], path: Path) -> Path:
    """Draw all curves of one material side by side.

    Args:
        name: heads the picture.
        curves: at least one.
        path: the picture to write.

    Returns:
        The path.
    """
    with picture_style():
        figure = new_figure(_PANEL * len(curves) + 0.2, 2.7)
        figure.suptitle(name, fontsize=9.0)
        for index, curve in enumerate(curves):
            axes = figure.add_subplot(1, len(curves), index + 1)
            axes.plot(curve.stoichiometry, curve.values, color=BLUE)
            axes.plot(curve.points[:, 0], curve.points[:, 1], "o", color=RED, markersize=3.0)
            axes.set(xlim=(0.0, 1.0), xlabel="stoichiometry [-]", ylabel=curve.label)
            if np.min(curve.values) >= 0.0:
                axes.set_ylim(bottom=0.0)
            letter(axes, index, curve.title)
        return save(figure, path)
