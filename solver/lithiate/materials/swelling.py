"""Stress-free volume against lithium content: what a curve J(c) - 1 must be like.

J(c) rises throughout, or falls: the partial molar volume Omega = dJ/dC keeps its sign, so that a pressure
drives lithium out of the material at every content, or into it.
"""

from __future__ import annotations

import numpy as np

from lithiate.materials.formula import depends_on
from lithiate.materials.functions import FormulaFunction, StoichiometryFunction, TabulatedFunction

ROUND_OFF = 1e-12
"""A curve may turn back by this much."""


def refused_curve(curve: StoichiometryFunction) -> str | None:
    """What is wrong with a curve J(c) - 1, or None; that J > 0 is looked after by its bounds.

    Args:
        curve: the growth of the stress-free volume from c = 0 to c.
    """
    if isinstance(curve, FormulaFunction) and depends_on(curve.formula, "T"):
        return (
            f'found "{curve.formula}", which depends on T; allowed: a formula of c alone, because a region '
            "is free of stress as built"
        )
    fillings, growth = curve.samples()
    if isinstance(curve, TabulatedFunction):
        # Its spline is monotone where its points are, however near to each other these lie.
        fillings, growth = np.asarray(curve.points), np.asarray(curve.values)
    if not np.all(np.isfinite(growth)):
        return None  # told with the filling at which it happens, when the values are checked
    if abs(growth[0]) > ROUND_OFF:
        return (
            f"found {growth[0]:.4g} at the stoichiometry 0; allowed: 0 there, because growth is counted from "
            "the unlithiated material"
        )
    steps = np.diff(growth) * (1.0 if growth[-1] >= growth[0] else -1.0)
    if np.any(steps < -ROUND_OFF):
        turn = fillings[int(np.argmax(steps < -ROUND_OFF))]
        return (
            f"found a volume that turns back at the stoichiometry {turn:.3g}; allowed: one that rises, or "
            "falls, from c = 0 to 1"
        )
    return None
