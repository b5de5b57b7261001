"""What acts at an interface, and what it remembers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from dolfinx import fem
from numpy.typing import NDArray

from lithiate.interfaces.cohesion import CohesiveLaw
from lithiate.interfaces.contact import ContactLaw
from lithiate.interfaces.contact_area import ContactAreaLaw
from lithiate.interfaces.exchange import PotentialExchange
from lithiate.interfaces.film import Film
from lithiate.interfaces.friction import CoulombFriction
from lithiate.interfaces.kinetics import Kinetics
from lithiate.interfaces.readhesion import Readhesion


@dataclass(frozen=True)
class InterfaceLaws:
    """Laws of an interface in solver units.

    Attributes:
        cohesion: separation and contact, or contact alone, or None where both sides share their displacement.
        friction: on the debonded share, or None.
        contact_area: contact made by pressure alone.
        kinetics: charge transfer, or None.
        bonded_share: b_0, the share of the interface that is bonded as made.
        residual_contact_fraction: numerical floor of the contact-area fraction.
        exchange: of lithium or of ions between two regions of one kind, or None.
        initial_damage: D as made at (3, points) places in solver lengths, or None where it is zero.
        initial_gap: between the faces as made, the same, or None where they touch or the mesh says.
        film: in series with charge transfer, or None.
        bonded_by_pressing: whether b_0 is what fabrication makes, in place of ``bonded_share``.
        electrons: their exchange between two regions whose electrode potentials are resolved, or None.
        largest_penetration: that an augmented Lagrangian leaves of contact; None for the penalty alone.
        readhesion: of debonded faces that are pressed together, or None.
    """

    cohesion: CohesiveLaw | ContactLaw | None
    friction: CoulombFriction | None
    contact_area: ContactAreaLaw
    kinetics: Kinetics | None
    bonded_share: float
    residual_contact_fraction: float
    exchange: PotentialExchange | None = None
    initial_damage: Callable[[NDArray[np.float64]], NDArray[np.float64]] | None = None
    initial_gap: Callable[[NDArray[np.float64]], NDArray[np.float64]] | None = None
    film: Film | None = None
    bonded_by_pressing: bool = False
    electrons: PotentialExchange | None = None
    largest_penetration: float | None = None
    readhesion: Readhesion | None = None


@dataclass(eq=False)
class InterfaceHistory:
    """History at the interface points, kept on the first side.

    Attributes:
        opening: largest effective opening, with its viscous lag.
        passed_slip: frictional slip, a vector on the mesh as built.
        largest_pressure: largest contact pressure, or None where the contact area does not remember it.
        spent: work of separation dissipated per current area, or None where damage alone tells it.
        bonded_share: b_0 that fabrication made, or None where it is given.
        multiplier: lambda of an augmented Lagrangian, or None with the penalty alone.
        pressure: contact pressure at the end of the last step, or None where nothing sticks again.
        bond_place: slip at which bonds are free of stress, a vector on the mesh as built, or None likewise.
    """

    opening: fem.Function
    passed_slip: fem.Function
    largest_pressure: fem.Function | None = None
    spent: fem.Function | None = None
    bonded_share: fem.Function | None = None
    multiplier: fem.Function | None = None
    pressure: fem.Function | None = None
    bond_place: fem.Function | None = None
