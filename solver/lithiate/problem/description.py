"""What is to be solved on a geometry."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from lithiate.materials.card import MaterialCard
from lithiate.problem.interface_laws import InterfaceLaws
from lithiate.problem.switches import Switches


@dataclass(frozen=True)
class Description:
    """What is to be solved on a geometry.

    Attributes:
        cards: material of each region.
        initial_stoichiometry: c_0 of each storing region, at which the mesh as built is free of stress.
        interfaces: laws of each interface.
        switches: which couplings are on.
        platen: name of the surface that a rigid platen presses on, or None.
        grounded: name of the surface at zero electrolyte potential, or None.
        start: stoichiometry at time zero of regions that start with another one than c_0.
        tethered: regions of bodies that nothing but their interfaces holds.
        ion_degree: polynomial degree of the electrolyte potential; one of two reaches the same current with
            far fewer elements where it is singular at the edge of a contact.
        electron_regions: names of the regions whose electrode potential is resolved; in others it is that of
            the collector.
        collector: name of the surface at which electrons enter them, or None.
        free_surfaces: names of flat outer surfaces that are no mirrors: nothing holds them.
    """

    cards: Mapping[str, MaterialCard]
    initial_stoichiometry: Mapping[str, float]
    interfaces: Mapping[str, InterfaceLaws] = field(default_factory=dict)
    switches: Switches = Switches()
    platen: str | None = None
    grounded: str | None = None
    start: Mapping[str, float] = field(default_factory=dict)
    ion_degree: int = 1
    tethered: frozenset[str] = frozenset()
    electron_regions: Collection[str] = ()
    collector: str | None = None
    free_surfaces: tuple[str, ...] = ()

    def start_of(self, region: str) -> float:
        """Stoichiometry of a storing region at time zero."""
        return self.start.get(region, self.initial_stoichiometry[region])
