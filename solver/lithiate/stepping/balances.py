"""What must be conserved: lithium, charge, force and energy, each counted twice by different code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lithiate.problem.observables import Observer
from lithiate.problem.states import State
from lithiate.problem.unknowns import PLATEN

BOUNDS: Mapping[str, float] = {
    "lithium_balance_error": 1e-8,
    "charge_balance_error": 1e-8,
    "force_balance_error": 1e-6,
    "energy_balance_error": 1e-2,
}
"""Largest error of each balance in a run that counts as right."""

RESOLUTION: Mapping[str, int] = {
    "lithium_balance_error": 9,
    "charge_balance_error": 9,
    "force_balance_error": 7,
    "energy_balance_error": 12,
}
"""Decimal places that are kept: below them an error is round-off, which differs with the number of ranks."""

SMALLEST_CHARGE = 1e-6
"""Share of the capacity that must have passed before charge and energy errors are divided by what passed."""


@dataclass
class _Powers:
    """Rates of energy at one instant, solver units."""

    electrical: float = 0.0
    platen: float = 0.0
    charge_transfer: float = 0.0
    film: float = 0.0
    side: float = 0.0
    ohmic: float = 0.0
    diffusion: float = 0.0
    reservoir: float = 0.0


@dataclass
class Balances:
    """Running totals from row 0 on.

    Attributes:
        observer: evaluates the solution.
        current_tolerance: to which the total current is solved for, solver units.
        worst: largest error of each balance so far.
    """

    observer: Observer
    current_tolerance: float = 0.0
    worst: dict[str, float] = field(default_factory=lambda: dict.fromkeys(BOUNDS, 0.0))

    def start(self, state: State, pressure: float) -> dict[str, float]:
        """Take the equilibrium under stack pressure as the reference; return the errors of row 0.

        Args:
            state: the equilibrium.
            pressure: on the platen, solver units.
        """
        self._initial_lithium = self.observer.lithium_content()
        self._interface_charge = self._applied_charge = self._passed_charge = 0.0
        self._external_work = self._dissipated = self._elapsed = 0.0
        self._initial_energy = self._stored(state)
        self._platen, self._pressure = self.observer.platen_displacement(), pressure
        self._largest_force = 0.0
        self._first_lithiation = self.observer.first_lithiation_loss()
        # What pressing put in is part of the work that later errors are measured by.
        self._work_done = abs(pressure * self.observer.platen_area * self._platen) / 2
        self._powers = _Powers()
        self._current: float | None = None
        self._dissipation: dict[str, float] = {}
        return self._rounded(
            dict.fromkeys(BOUNDS, 0.0) | {"force_balance_error": self._force_error(state, pressure)}
        )

    def _rounded(self, errors: dict[str, float]) -> dict[str, float]:
        rounded = {name: round(value, RESOLUTION[name]) for name, value in errors.items()}
        for name, value in rounded.items():
            self.worst[name] = max(self.worst[name], value)
        return rounded

    def _force_error(self, state: State, pressure: float) -> float:
        """Reaction of the bottom against the force of the platen and of tethers, over the largest so far."""
        if PLATEN not in self.observer.problem.unknowns:
            return 0.0
        force = pressure * self.observer.platen_area
        self._largest_force = max(self._largest_force, abs(force))
        if self._largest_force == 0.0:
            return 0.0
        tethers = sum(float(drag[-1]) for drag in self.observer.tether_forces(state).values())
        return abs(self.observer.bottom_reaction() - force - tethers) / self._largest_force

    def _stored(self, state: State) -> float:
        """Elastic, chemical, gradient and cohesive energy, and the toughness spent so far."""
        observer = self.observer
        bulk = observer.region_total(state, "elastic_energy") + observer.chemical_energy()
        bulk += observer.region_total(state, "gradient_energy")
        faces = sum(
            observer.interface_total(state, name)
            for name in ("cohesive_energy", "sticking_energy", "spent_toughness")
        )
        return bulk + faces

    def step(
        self, state: State, time_step: float, current: float, pressure: float, continuous: bool = False
    ) -> dict[str, float]:
        """Count one solved step (before it is accepted) and return the error of each balance.

        Work and dissipation follow the trapezoidal rule, so that energy closes with the time integration
        itself.

        Args:
            state: evaluated at the end of the step, with increments of this step.
            time_step: its length, solver units.
            current: total applied current, anodic positive, solver units.
            pressure: on the platen, solver units.
            continuous: whether a current that differs from that of the step before has not jumped.
        """
        observer = self.observer
        interface_current = observer.interface_current(state)
        self._interface_charge += time_step * interface_current
        self._applied_charge += time_step * current
        self._passed_charge += time_step * abs(current)
        self._count_energy(state, time_step, current, pressure, continuous)
        lithium = observer.lithium_content() - self._initial_lithium
        if observer.problem.description.switches.transport:
            lithium += self._interface_charge + observer.interface_total(state, "lithium_in_film")
        capacity = observer.capacity or 1.0
        self._elapsed += time_step
        # Currents agree to the tolerance of the solver: over a long rest that adds up to a charge of its own.
        unresolved = self.current_tolerance * self._elapsed / BOUNDS["charge_balance_error"]
        charge_scale = max(self._passed_charge, SMALLEST_CHARGE * capacity, unresolved)
        energy = self._external_work - (self._stored(state) - self._initial_energy) - self._dissipated
        errors = {
            "lithium_balance_error": abs(lithium) / capacity,
            "charge_balance_error": abs(self._interface_charge - self._applied_charge) / charge_scale,
            "force_balance_error": self._force_error(state, pressure),
            "energy_balance_error": abs(energy) / self._energy_scale(capacity),
        }
        return self._rounded(errors)

    def _energy_scale(self, capacity: float) -> float:
        """The work done, or what was dissipated where a cell that is left alone relaxes."""
        return max(self._work_done, abs(self._dissipated), SMALLEST_CHARGE * capacity)

    def _count_energy(
        self, state: State, time_step: float, current: float, pressure: float, continuous: bool
    ) -> None:
        """I V + platen work = d(stored) + what plasticity, diffusion, transfer and the rest dissipate."""
        observer = self.observer
        voltage = observer.voltage() / observer.problem.units.potential
        new = _Powers(
            electrical=current * voltage,
            charge_transfer=observer.charge_transfer_power(state)
            + observer.interface_total(state, "exchange_power"),
            film=observer.interface_total(state, "film_power"),
            side=observer.interface_total(state, "side_power"),
            ohmic=observer.region_total(state, "ohmic_power")
            + observer.interface_total(state, "electron_power"),
            diffusion=observer.region_total(state, "diffusion_power"),
            reservoir=observer.interface_total(state, "reservoir_power"),
        )
        # Powers jump with the current: the value before a jump says nothing about the step after it.
        old = self._powers if continuous or current == self._current else new
        # The charge of a step is its last current times its length: work on it is the mean potential times
        # that current, so that what followed the current of the step before is taken at this one.
        scale = current / self._current if continuous and self._current else 1.0
        self._current = current
        platen, first_lithiation = observer.platen_displacement(), observer.first_lithiation_loss()
        electrical = time_step * (new.electrical + scale * old.electrical) / 2
        mean_pressure = (pressure + self._pressure) / 2
        mechanical = -mean_pressure * observer.platen_area * (platen - self._platen)
        parts = {
            "charge_transfer": time_step * (new.charge_transfer + scale * old.charge_transfer) / 2,
            "film": time_step * (new.film + scale * old.film) / 2,
            "side": time_step * (new.side + scale * old.side) / 2,
            "ohmic": time_step * (new.ohmic + scale * old.ohmic) / 2,
            "diffusion": time_step * (new.diffusion + old.diffusion) / 2,
            # Without transport it is no loss, but what lithium of a constant content takes with it.
            "reservoir": time_step * (new.reservoir + scale * old.reservoir) / 2,
            "plastic": observer.region_total(state, "plastic_work"),
            "tether": observer.region_total(state, "tether_work"),
            "viscous": observer.interface_total(state, "viscous_work"),
            "friction": observer.interface_total(state, "friction_work"),
            "readhesion": observer.interface_total(state, "readhesion_heat"),
            "first_lithiation": first_lithiation - self._first_lithiation,
        }
        for name, value in parts.items():
            self._dissipation[name] = self._dissipation.get(name, 0.0) + value
        self._external_work += electrical + mechanical
        self._work_done += abs(electrical) + abs(mechanical)
        self._dissipated += sum(parts.values())
        self._powers, self._first_lithiation = new, first_lithiation
        self._platen, self._pressure = platen, pressure

    @property
    def dissipation(self) -> dict[str, float]:
        """Energy dissipated so far by mechanism, solver units."""
        return dict(self._dissipation)
