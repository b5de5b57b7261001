"""Energy release rate of cracks that run along a film under biaxial tension, from the stress of a run.

    G = Z sigma^2 h / E',    E' = E / (1 - nu^2)

in steady state, far behind the front of the crack, for a film and neighbours of equal elastic moduli:
``channel``, a crack from the free surface down to the substrate, Z = 1.976 (Hutchinson & Suo 1992, Adv.
Appl. Mech. 29, 63); ``tunnel``, a crack across a layer between two others, Z = pi/4 (Ho & Suo
1993, J. Appl. Mech. 60, 890). A stiffer substrate lowers G, a more compliant one raises it.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lithiate_post.errors import ResultError

EDGE_CRACK = 1.1215
"""K = 1.1215 sigma sqrt(pi a) of an edge crack of depth a."""

SHAPE_FACTORS = {"channel": math.pi * EDGE_CRACK**2 / 2, "tunnel": math.pi / 4}
"""Z: the energy release rate of the plane crack, averaged over the thickness."""


def energy_release_rate(
    stress: ArrayLike,
    thickness: ArrayLike,
    youngs_modulus: float,
    poisson_ratio: float,
    crack: Literal["channel", "tunnel"],
) -> NDArray[np.float64]:
    """G = Z sigma^2 h / E' [J/m^2]; the crack runs where it exceeds the toughness of the film.

    Args:
        stress: sigma in the plane of the film [Pa], tension positive; under compression G is zero.
        thickness: h of the film [m]; any shape that fits that of the stress.
        youngs_modulus: E [Pa].
        poisson_ratio: nu [-].
        crack: "channel" from a free surface, or "tunnel" in a layer between others.

    Raises:
        ResultError: another crack.
    """
    if crack not in SHAPE_FACTORS:
        raise ResultError(f'crack: found "{crack}"; allowed: "channel", "tunnel"')
    tension = np.maximum(np.asarray(stress, dtype=np.float64), 0.0)
    modulus = youngs_modulus / (1 - poisson_ratio**2)
    return np.asarray(SHAPE_FACTORS[crack] * tension**2 * np.asarray(thickness) / modulus)
