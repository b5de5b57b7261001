# SPDX-License-Identifier: LGPL-3.0-or-later
"""Keys of a case that have no effect with what else it says."""

from __future__ import annotations

from collections.abc import Iterator

from lithiate.case.case import Case
from lithiate.case.interface import Interface

MOVING_KEYS = (
    "contact_enforcement", "readhesion_pressure", "readhesion_time", "shear_strength", "shear_toughness",
)  # fmt: skip
"""Of an interface, for faces that press or slide; what bond = "debondable" needs is not among them."""


def idle_key_warnings(case: Case) -> Iterator[str]:
    """One sentence on each table that has some.

    Args:
        case: its tables are valid.
    """
    for name, region in case.regions.items():
        if not region.first_lithiation and region.first_lithiation_potential is None:
            yield (
                f"regions.{name}.first_lithiation = false has no effect: {region.material} has no "
                "first_lithiation_potential"
            )
    for name, interface in case.interfaces.items():
        if interface.film_growth is not None and not case.physics.reaction:
            yield f"interface {name}: film_growth has no effect with physics.reaction = false"
    if not case.physics.mechanics:
        yield from _without_mechanics(case)


def _without_mechanics(case: Case) -> Iterator[str]:
    """What only faces that move have a use for."""
    for name, interface in case.interfaces.items():
        fields = Interface.model_fields
        idle = [key for key in MOVING_KEYS if getattr(interface, key) != fields[key].default]
        if idle:
            yield f"interface {name}: no effect with physics.mechanics = false: {', '.join(idle)}"
    if case.boundary.sides != "symmetry":
        yield f'boundary.sides = "{case.boundary.sides}" has no effect with physics.mechanics = false'
