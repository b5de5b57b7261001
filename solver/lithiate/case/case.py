"""The case: one simulation, validated, in SI units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from lithiate_meshes.families import GeometrySection
from pydantic import ConfigDict, Field, PrivateAttr

from lithiate.case.interface import Interface
from lithiate.case.joining import joined
from lithiate.case.load import PROBLEMS, STORING_BLOCKS, Load, VerificationProblem
from lithiate.case.protocol import Entry, Step, carried_out
from lithiate.case.region import Region
from lithiate.case.sections import Boundary, Expectation, Initial, Output, Physics, Solver, StackPressure
from lithiate.case.toml_text import dotted, to_toml, toml_value
from lithiate.materials.card import MaterialCard
from lithiate.materials.open_circuit import filling_at
from lithiate.materials.properties import Frozen

Transfer = Literal["reaction", "lithium", "ions", "nothing"]
"""Charge transfer (electrode named first), exchange of lithium or ions between like regions, or nothing."""


@dataclass(frozen=True)
class AssumedValue:
    """A value that no source states.

    Attributes:
        key: its path in the case file.
        value: in SI units, as TOML.
        reason: why this value.
    """

    key: str
    value: str
    reason: str


class Case(Frozen):
    """Everything a run needs to know. Made by :func:`lithiate.case.load_case`, never changed afterwards."""

    model_config = ConfigDict(title="Lithiate case file")

    title: str = Field(min_length=1)
    geometry: GeometrySection
    regions: dict[str, Region] = Field(description="every region of the geometry, by name")
    interfaces: dict[str, Interface] = Field(
        default_factory=dict, description='every interface of the geometry, as "A|B"'
    )
    physics: Physics = Physics()
    initial: Initial = Initial()
    stack_pressure: StackPressure = Field(
        default=StackPressure(pressure=0.0), description="needed by every cell, that is by every protocol"
    )
    protocol: tuple[Entry, ...] = Field(
        default=(), description='needed by every cell; with family = "verification", [load] in its place'
    )
    load: Load | None = None
    output: Output = Output()
    solver: Solver = Solver()
    expectation: tuple[Expectation, ...] = ()
    quick: dict[str, Any] = Field(
        default_factory=dict, description="values that --quick sets, with keys as in --set"
    )

    boundary: Boundary = Boundary()

    _path: Path = PrivateAttr(default=Path())
    _name: str = PrivateAttr(default="case")
    _warnings: tuple[str, ...] = PrivateAttr(default=())

    @property
    def path(self) -> Path:
        """The file it was read from."""
        return self._path

    @property
    def name(self) -> str:
        """What results are named after: the folder of a ``case.toml``, else the file's stem."""
        return self._name

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is allowed but should be known."""
        return self._warnings

    def card(self, region: str) -> MaterialCard:
        """The material of a region, overrides included."""
        return self.regions[region].card

    @property
    def verification(self) -> VerificationProblem | None:
        """What this verification problem needs and gives; None for a cell, which follows a protocol."""
        if self.protocol:
            return None
        if self.problem_name == "two_blocks" and self.storing_regions:
            return STORING_BLOCKS
        return PROBLEMS.get(self.problem_name)

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Every step of the protocol in the order in which it is done, repeats unrolled."""
        return tuple(carried_out(self.protocol))

    @property
    def problem_name(self) -> str:
        """``geometry.problem`` of the verification family, empty for the others."""
        return str(getattr(self.geometry, "problem", ""))

    @property
    def stress_free_stoichiometry(self) -> float:
        """c_0 at which the mesh as built is free of stress [-]."""
        return 0.0 if self.initial.mean_filling is not None else self.initial.stoichiometry

    @cached_property
    def starts(self) -> Mapping[str, float]:
        """Stoichiometry at time zero of each storing region of a cell, free of stress as built [-].

        Raises:
            ValueError: a region has no filling with ``initial.potential`` (:func:`load_case` finds this).
        """
        found = {}
        for name in self.storing_regions:
            start = self.initial.stoichiometry
            if self.initial.potential is not None:
                filling = self.filling_at(name, self.initial.potential)
                if filling is None:
                    raise ValueError(f"region {name} has no filling at {self.initial.potential:g} V")
                start = filling
            found[name] = start
        return found

    def filling_at(self, region: str, potential: float) -> float | None:
        """Filling of a region at an open-circuit potential, on the curve that new material follows."""
        card = self.card(region)
        table = card.first_lithiation_potential or card.open_circuit_potential
        if card.chemistry != "open_circuit" or table is None:
            return None
        return filling_at(table.stoichiometry, table.potential, self.physics.temperature, potential)

    @property
    def storing_regions(self) -> tuple[str, ...]:
        """Names of the regions that store lithium."""
        return tuple(name for name in self.regions if self.card(name).stores_lithium)

    def concentration_as_built(self, region: str) -> float:
        """C_max per volume of the mesh as built, C_max / J(c_0) [mol/m3].

        The card counts per volume of the unlithiated material, the mesh is the stress-free state at c_0.
        Linear kinematics does not tell these volumes from each other.

        Args:
            region: a region that stores lithium.

        Raises:
            ValueError: it stores none.
        """
        card = self.card(region)
        if card.maximum_concentration is None:
            raise ValueError(f"region {region} stores no lithium")
        if self.physics.kinematics == "small_strain":
            return card.maximum_concentration
        start = self.stress_free_stoichiometry
        if self.initial.potential is not None:
            start = self.starts[region]
        return card.maximum_concentration / (1 + float(card.growth_at(start)))

    def transfer_at(self, interface: str) -> Transfer:
        """What passes through an interface, by the materials of its two sides.

        Args:
            interface: name "A|B".
        """
        first, second = (self.card(side) for side in interface.split("|"))
        if first.stores_lithium and second.stores_lithium:
            return "lithium"
        if first.is_electrolyte and second.is_electrolyte:
            return "ions"
        return "reaction" if first.stores_lithium and second.is_electrolyte else "nothing"

    @property
    def resolves_electrons(self) -> bool:
        """Whether electrons meet resistance."""
        return self.physics.electrons == "resolved"

    @cached_property
    def electron_regions(self) -> tuple[str, ...]:
        """Regions whose electrode potential is resolved: conductors of electrons that reach a reaction.

        No current flows in others, and nothing would fix their potential.
        """
        if not self.resolves_electrons or not self.physics.reaction:
            return ()
        conductors = [name for name in self.regions if self.card(name).conducts_electrons]
        pairs = [name for name in self.interfaces if set(name.split("|")) <= set(conductors)]
        reacting = {name.split("|")[0] for name in self.reacting_interfaces}
        return tuple(name for name, group in joined(conductors, pairs).items() if group & reacting)

    def passes_electrons(self, interface: str) -> bool:
        """Whether electrons pass an interface against a resistance, whatever else passes it.

        Args:
            interface: name "A|B".
        """
        return set(interface.split("|")) <= set(self.electron_regions)

    @property
    def reacting_interfaces(self) -> tuple[str, ...]:
        """Names of the interfaces at which lithium reacts."""
        return tuple(name for name in self.interfaces if self.transfer_at(name) == "reaction")

    @property
    def assumed_values(self) -> tuple[AssumedValue, ...]:
        """All values this case uses that no source states."""
        found = []
        for section in ("regions", "interfaces"):
            for name, table in getattr(self, section).items():
                for key, reason in table.assumed.items():
                    value = table.model_dump(include={key}, exclude_none=True).get(key)
                    if value is not None:
                        found.append(AssumedValue(dotted((section, name, key)), toml_value(value), reason))
        return tuple(found)

    def to_toml(self) -> str:
        """This case as a case file with every value in SI units; loading it gives an equal case."""
        table = self.model_dump(mode="python", exclude_none=True)
        if self.initial.potential is not None:
            del table["initial"]["stoichiometry"]
        for name, region in table["regions"].items():
            table["regions"][name] = {"material": region.pop("material"), **region}
        return to_toml(table)

    def __eq__(self, other: object) -> bool:
        # Where a case was read from does not make it another case.
        if not isinstance(other, Case):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in Case.model_fields)

    # It holds tables, which have no hash either.
    __hash__ = None  # type: ignore[assignment]
