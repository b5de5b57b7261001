"""One interface: its laws and its history as expressions of the unknowns on both sides."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import ufl
from dolfinx import fem

from lithiate.geometry import Measures
from lithiate.interfaces import contact_area, film, kinetics
from lithiate.interfaces.film import FilmGrowth
from lithiate.interfaces.friction import FrictionState
from lithiate.interfaces.kinematics import FaceKinematics, face_kinematics
from lithiate.physics.kinematics import spatial_vector
from lithiate.problem.bonds import Bonds
from lithiate.problem.interface_laws import InterfaceHistory, InterfaceLaws
from lithiate.problem.region_model import RegionModel
from lithiate.problem.unknowns import Unknown


@dataclass(eq=False)
class InterfaceModel:
    """State of an interface; '+' is the first-named side.

    Attributes:
        name: "A|B".
        measures: integration over the geometry.
        laws: what acts here.
        first, second: the regions of both sides; where lithium reacts, the electrode and the electrolyte.
        electrode_potential: global unknown V, the electrode potential where electrons enter.
        time_step: length of the step.
        smooth_normal: reference normal without the kinks of straight facets, on the first side.
        history: of separation and slip, or None where bonded.
        initial_gap: along the normal between the faces as made, on the first side, or None where closed.
        film_drop: unknown w, potential that the film takes, or None without one.
        film_logarithm: unknown ln(h / L_0), h the film's volume per area as built, or None where none grows.
    """

    name: str
    measures: Measures
    laws: InterfaceLaws
    first: RegionModel
    second: RegionModel
    electrode_potential: Unknown | None
    time_step: Any
    smooth_normal: fem.Function
    history: InterfaceHistory | None
    initial_gap: fem.Function | None = None
    film_drop: Unknown | None = None
    film_logarithm: Unknown | None = None

    @property
    def separable(self) -> bool:
        """Whether a gap can open."""
        return self.laws.cohesion is not None

    @cached_property
    def kinematics(self) -> FaceKinematics:
        """Gap, slip, normal and area ratio."""
        symmetry = self.measures.geometry.symmetry
        normal = spatial_vector(ufl.FacetNormal(self.measures.geometry.mesh)("+"), symmetry)
        jump = self.second.face_displacement("-") - self.first.face_displacement("+")
        return face_kinematics(
            self.first.face_deformation_gradient("+"),
            self.second.face_deformation_gradient("-"),
            normal,
            spatial_vector(self.smooth_normal("+"), symmetry),
            spatial_vector(jump, symmetry),
            0.0 if self.initial_gap is None else self.initial_gap("+"),
        )

    @cached_property
    def height(self) -> Any:
        """Current height of the first side's face along the platen's normal, above where the bottom was."""
        axis = self.measures.geometry.dimension - 1
        return self.measures.coordinates("+")[axis] + self.first.face_displacement("+")[axis]

    @cached_property
    def bonds(self) -> Bonds | None:
        """What holds faces together that can part, None where they cannot."""
        law, history, switches = self.laws.cohesion, self.history, self.first.switches
        if law is None or history is None:
            return None
        return Bonds(law, self.laws.readhesion, history, self.kinematics, self.time_step, switches)

    @cached_property
    def new_history(self) -> Any:
        """kappa at the end of the step."""
        assert self.bonds is not None
        return self.bonds.new_history

    @cached_property
    def friction(self) -> FrictionState | None:
        """Friction of full contact; it acts on the debonded share D of the interface."""
        if self.laws.friction is None or self.history is None:
            return None
        law = self.laws.friction
        respond = law.sticking if self.first.switches.frozen else law.state
        return respond(self.kinematics, self.contact_pressure, self.history.passed_slip("+"))

    @cached_property
    def traction(self) -> Any:
        """Traction on the electrode's face per current area: cohesion and contact, and D times friction."""
        assert self.laws.cohesion is not None and self.bonds is not None
        cohesive = self.bonds.traction
        if self._multiplier is not None:
            by_penalty = self.laws.cohesion.contact_pressure(self.kinematics)
            cohesive += (by_penalty - self.contact_pressure) * self.kinematics.normal
        return (
            cohesive if self.friction is None else cohesive + self.dissipated_share * self.friction.traction
        )

    @cached_property
    def dissipated_share(self) -> Any:
        """D, zero on a bonded interface."""
        if self.laws.cohesion is None:
            return ufl.as_ufl(0.0)
        return self.laws.cohesion.dissipated_share(self.new_history)

    @cached_property
    def contact_pressure(self) -> Any:
        """p_n, with a multiplier <lambda - K g_n>; zero on a bonded interface, in full contact anyway."""
        law = self.laws.cohesion
        if law is None:
            return ufl.as_ufl(0.0)
        if self._multiplier is None:
            return law.contact_pressure(self.kinematics)
        return ufl.max_value(self._multiplier - law.stiffness * self.kinematics.gap, 0.0)

    @property
    def _multiplier(self) -> Any:
        """lambda on the first side, or None."""
        if self.history is None or self.history.multiplier is None:
            return None
        return self.history.multiplier("+")

    @cached_property
    def stored_energy(self) -> Any:
        """Of cohesion, and of contact p_n <-g_n> / 2, per current area."""
        law = self.laws.cohesion
        assert law is not None and self.bonds is not None
        stored = self.bonds.stored_energy
        if self._multiplier is None:
            return stored
        overlap = ufl.max_value(-self.kinematics.gap, 0)
        beyond_penalty = self.contact_pressure - law.contact_pressure(self.kinematics)
        return stored + beyond_penalty * overlap / 2

    @cached_property
    def largest_pressure(self) -> Any:
        """Largest p_n up to the end of the step, where it is remembered."""
        if self.history is None or self.history.largest_pressure is None:
            return self.contact_pressure
        return ufl.max_value(self.contact_pressure, self.history.largest_pressure("+"))

    @cached_property
    def pressed_fraction(self) -> Any:
        """a_p."""
        sides = []
        for region, side in ((self.first, "+"), (self.second, "-")):
            filling = region.concentration.value(side) if region.concentration else None
            sides += [region.solid.youngs_modulus(filling), region.solid.poisson_ratio(filling)]
        modulus = contact_area.contact_modulus(*sides)
        return self.laws.contact_area.pressed_fraction(self.contact_pressure, self.largest_pressure, modulus)

    @cached_property
    def bonded_share(self) -> Any:
        """b_0."""
        kept = None if self.history is None else self.history.bonded_share
        return self.laws.bonded_share if kept is None else kept("+")

    @cached_property
    def contact_area_fraction(self) -> Any:
        """a."""
        bonded = self.bonded_share * (1 - self.dissipated_share)
        floor = self.laws.residual_contact_fraction
        return contact_area.contact_area_fraction(bonded, self.pressed_fraction, floor)

    def electrode_potential_in(self, state: Literal["value", "old"]) -> Any:
        """phi_s of the first side: V, and what it differs from it where electrons meet resistance.

        Args:
            state: of the unknowns, the present one or that at the start of the step.
        """
        assert self.electrode_potential
        potential = getattr(self.electrode_potential, state)("+")
        drop = self.first.electrode_potential_drop
        return potential if drop is None else potential + getattr(drop, state)("+")

    @cached_property
    def overpotential(self) -> Any:
        """eta, without what the film takes."""
        electrode, electrolyte = self.first, self.second
        assert electrode.potential and electrolyte.electrolyte_potential
        whole = kinetics.overpotential(
            self.electrode_potential_in("value"),
            electrolyte.electrolyte_potential.value("-"),
            electrode.potential_at_interface("+"),
        )
        return whole if self.film_drop is None else whole - self.film_drop.value("+")

    @cached_property
    def current_density(self) -> Any:
        """i per current area."""
        assert self.laws.kinetics is not None
        return self.laws.kinetics.current_density(self.contact_area_fraction, self.overpotential)

    @cached_property
    def conductance(self) -> Any:
        """a / (R_ct + R_film), slope of the current over the potential across interface and film."""
        conductance = self._conductance_below_film(self.contact_area_fraction)
        if self.laws.film is None:
            return conductance
        return conductance / (1 + self.film_resistance * self._conductance_below_film(1.0))

    def _conductance_below_film(self, contact_area_fraction: Any) -> Any:
        """Of charge transfer and side reaction side by side."""
        assert self.laws.kinetics is not None
        conductance = self.laws.kinetics.conductance(contact_area_fraction, self.overpotential)
        growth = self.film_growth
        if growth is None:
            return conductance
        return conductance + growth.conductance(
            contact_area_fraction, self.side_potential, self.film_thickness
        )

    @property
    def film_growth(self) -> FilmGrowth | None:
        """Law of the side reaction, or None."""
        return None if self.laws.film is None else self.laws.film.growth

    @cached_property
    def film_thickness(self) -> Any:
        """L = h / J_s: the film stretches with the face that it lies on. Only where a film grows."""
        assert self.film_growth is not None and self.film_logarithm is not None
        as_built = self.film_growth.initial_thickness * ufl.exp(self.film_logarithm.value("+"))
        return as_built / self.kinematics.area_ratio

    @cached_property
    def film_resistance(self) -> Any:
        """R_film per true contact area."""
        assert self.laws.film is not None
        if self.film_growth is None:
            return ufl.as_ufl(self.laws.film.resistance)
        return self.laws.film.area_resistance(self.film_thickness)

    @cached_property
    def plating_potential(self) -> Any:
        """phi_s - phi_e."""
        assert self.second.electrolyte_potential
        return self.electrode_potential_in("value") - self.second.electrolyte_potential.value("-")

    @cached_property
    def side_potential(self) -> Any:
        """phi_s - phi_e - w, which drives the side reaction."""
        assert self.film_drop is not None
        return self.plating_potential - self.film_drop.value("+")

    @cached_property
    def side_current_density(self) -> Any:
        """i_side per current area; only where a film grows."""
        assert self.film_growth is not None
        return self.film_growth.current_density(
            self.contact_area_fraction, self.side_potential, self.film_thickness
        )

    @property
    def passing_current_density(self) -> Any:
        """i and i_side together per current area."""
        if self.film_growth is None:
            return self.current_density
        return self.current_density + self.side_current_density

    @cached_property
    def lithium_in_film(self) -> Any:
        """What the film has grown by per current area, over V: the charge that its lithium took."""
        growth = self.film_growth
        assert growth is not None
        as_built = growth.initial_thickness / self.kinematics.area_ratio
        return (self.film_thickness - as_built) / growth.molar_volume

    @cached_property
    def growth_residual(self) -> Any:
        """(h - h_old + dt J_s V i_side) / L_0: the film has grown by what the side current made."""
        growth, unknown = self.film_growth, self.film_logarithm
        assert growth is not None and unknown is not None
        grown = ufl.exp(unknown.value("+")) - ufl.exp(unknown.old("+"))
        if self.first.switches.frozen:
            return grown
        made = -self.side_current_density * self.kinematics.area_ratio * growth.molar_volume
        return grown - self.time_step * made / growth.initial_thickness

    @property
    def side_power(self) -> Any:
        """i_side (phi_s - phi_e - w) per current area: lost with the lithium that the film takes."""
        return self.side_current_density * self.side_potential

    @cached_property
    def film_residual(self) -> Any:
        """Zero where w = R_film (i + i_side) / a; times a i_0, a current like the equations beside it."""
        law = self.laws.kinetics
        assert law is not None and self.film_drop is not None
        exchange = law.exchange_current_density
        through = law.current_density(1.0, self.overpotential)
        if self.film_growth is not None:
            through += self.film_growth.current_density(1.0, self.side_potential, self.film_thickness)
        drop = self.film_drop.value("+")
        residual = film.drop_residual(drop, self.film_resistance, exchange, through)
        return self.contact_area_fraction * exchange * residual

    @cached_property
    def film_power(self) -> Any:
        """(i + i_side) w per current area."""
        assert self.film_drop is not None
        return self.passing_current_density * self.film_drop.value("+")

    @cached_property
    def exchanged_potentials(self) -> tuple[Any, Any]:
        """Potential that drives the exchange on either side: mu of lithium, or phi_e."""
        first, second = self.first, self.second
        if first.potential and second.potential:
            return first.potential.value("+"), second.potential.value("-")
        assert first.electrolyte_potential and second.electrolyte_potential
        return first.electrolyte_potential.value("+"), second.electrolyte_potential.value("-")

    @cached_property
    def exchanged_current_density(self) -> Any:
        """Current from the first side to the second per current area, of lithium or of ions."""
        assert self.laws.exchange is not None
        return self.laws.exchange.current_density(self.contact_area_fraction, *self.exchanged_potentials)

    @cached_property
    def exchange_power(self) -> Any:
        """i (Phi_A - Phi_B) per current area."""
        first, second = self.exchanged_potentials
        return self.exchanged_current_density * (first - second)

    @cached_property
    def _electron_potentials(self) -> tuple[Any, Any]:
        first, second = self.first.electrode_potential_drop, self.second.electrode_potential_drop
        assert first and second
        return first.value("+"), second.value("-")

    @cached_property
    def electron_current_density(self) -> Any:
        """Current from the first side to the second per current area that electrons carry."""
        assert self.laws.electrons is not None
        return self.laws.electrons.current_density(self.contact_area_fraction, *self._electron_potentials)

    @cached_property
    def electron_power(self) -> Any:
        """i (phi_A - phi_B) per current area."""
        first, second = self._electron_potentials
        return self.electron_current_density * (first - second)
