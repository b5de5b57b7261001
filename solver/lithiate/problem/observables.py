"""Everything that is read off a solution: fields at points, and the numbers of a row of the history."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from dolfinx import fem, la
from numpy.typing import NDArray

from lithiate import compat, parallel
from lithiate.problem.expressions import interface_expressions, region_expressions
from lithiate.problem.first_lithiation_energy import FirstLithiationEnergy
from lithiate.problem.platen import body_at
from lithiate.problem.pointwise import InterfacePoints, RegionPoints
from lithiate.problem.problem import Problem
from lithiate.problem.states import Array, InterfaceState, RegionState, State
from lithiate.problem.unknowns import ELECTRODE_POTENTIAL, PLATEN

OPEN_GAP = 1e-9
"""A face counts as open beyond this gap [m]."""

NO_AREA = 1e-9
"""Share of the largest point's area below which an interface point does not count."""

SQUARE_CENTIMETRES = 1e4
"""cm2 per m2."""

MILLIAMPERE_HOUR_PER_SQUARE_CENTIMETRE = 3.6e4
"""C/m2 in one mAh/cm2."""


class Observer:
    """Evaluates solutions of one problem.

    Attributes:
        problem: what is observed.
        platen_area: of the model as built, solver units (a length in plane strain).
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        measures = problem.measures
        self._regions = {
            name: RegionPoints(measures, name, region_expressions(model))
            for name, model in problem.regions.items()
        }
        self.interface_points = {
            name: InterfacePoints(measures, name, interface_expressions(model))
            for name, model in problem.interfaces.items()
        }
        maps = problem.geometry.entity_maps()
        self._amounts, self._chemical_energies = {}, {}
        for name, model in problem.regions.items():
            if model.storage and model.concentration:
                filling, capacity = model.concentration.value, model.storage.maximum_concentration
                energy = capacity * model.storage.chemical_energy(filling)
                # At the nodes, where the chemical potential is defined: otherwise energy would not close in
                # space.
                self._chemical_energies[name] = compat.compile_form(measures.region_nodal(energy, name), maps)
                self._amounts[name] = compat.compile_form(
                    measures.region_nodal(capacity * filling, name), maps
                )
        self._first_lithiations = [
            FirstLithiationEnergy(model)
            for model in problem.regions.values()
            if model.largest_filling is not None
        ]
        self._reactions = self._compile_reactions(maps)
        self._reaction, self._resistance = (
            None if form is None else compat.compile_form(form, maps)
            for form in (problem.reaction, problem.platen_resistance)
        )
        surface = problem.description.platen or problem.description.grounded
        self.platen_area = (
            self._integral(compat.compile_form(measures.surface(1.0, surface), maps)) if surface else 0.0
        )
        self.capacity = sum(
            model.storage.maximum_concentration * self.volume(name)
            for name, model in problem.regions.items()
            if model.storage
        )

    def _compile_reactions(self, maps: Any) -> list[tuple[Any, NDArray[np.int32]]]:
        """Internal forces of every body and its own entries on the bottom, which resists the platen."""
        problem = self.problem
        if problem.description.platen is None:
            return []
        reactions = []
        for body in problem.geometry.bodies:
            unknown = problem.unknowns["displacement." + "+".join(body)]
            form = compat.compile_form(problem.residuals[unknown.name], maps)
            dofs = problem.surface_dofs(unknown.name, "bottom", problem.geometry.dimension - 1)
            reactions.append((form, dofs[dofs < unknown.owned]))
        return reactions

    def _integral(self, form: Any) -> float:
        return float(parallel.total(self.problem.geometry.communicator, fem.assemble_scalar(form)))

    def _total(self, values: Array) -> float:
        return float(parallel.total(self.problem.geometry.communicator, float(np.sum(values))))

    def volume(self, region: str) -> float:
        """Volume of a region as built, in solver units."""
        measures = self.problem.measures
        form = compat.compile_form(measures.region_nodal(1.0, region), self.problem.geometry.entity_maps())
        return self._integral(form)

    def state(self) -> State:
        """Evaluate the present solution; call before the step is accepted."""
        regions = {}
        for name, points in self._regions.items():
            values = points.evaluate()
            regions[name] = RegionState(values, points.weights * values["weight"])
        interfaces = {}
        for name, face in self.interface_points.items():
            samples = face.all_values()
            values = face.own_values(samples)
            interfaces[name] = InterfaceState(
                values, face.weights * values["weight"], face.facet_means(samples)
            )
        return State(regions, interfaces)

    # Cheap numbers, also used to locate events

    def lithium_content(self) -> float:
        """Integral of C over all storing regions, solver units."""
        return sum(self._integral(form) for form in self._amounts.values())

    def chemical_energy(self) -> float:
        """Integral of C_max psi_chem over all storing regions, solver units."""
        later = sum(self._integral(form) for form in self._chemical_energies.values())
        return later + self._total(np.array([branch.stored() for branch in self._first_lithiations]))

    def first_lithiation_loss(self) -> float:
        """Energy lost so far because first lithiations run at a lower potential, solver units."""
        return self._total(np.array([branch.lost() for branch in self._first_lithiations]))

    def state_of_charge(self) -> float:
        """Integral of C over integral of C_max."""
        return self.lithium_content() / self.capacity if self.capacity else 0.0

    def voltage(self) -> float:
        """Electrode potential against the ideal lithium face [V]."""
        if ELECTRODE_POTENTIAL not in self.problem.unknowns:
            return 0.0
        return self._global_scalar(ELECTRODE_POTENTIAL) * self.problem.units.potential

    def accepted_voltage(self) -> float:
        """The voltage at the start of the step [V]."""
        unknown = self.problem.unknowns[ELECTRODE_POTENTIAL]
        values = unknown.old.x.array[: unknown.owned]
        return parallel.largest(self.problem.geometry.communicator, values) * self.problem.units.potential

    def reacting_current(self) -> float:
        """Integral of i over all interfaces as the equations have it, anodic positive, solver units."""
        return 0.0 if self._reaction is None else self._assembled(self._reaction)

    def platen_pressure(self) -> float:
        """Pressure with which the model pushes against the platen, solver units."""
        return 0.0 if self._resistance is None else -self._assembled(self._resistance) / self.platen_area

    def _assembled(self, form: Any) -> float:
        """The one entry of an equation of a global unknown."""
        vector = fem.assemble_vector(form)
        vector.scatter_reverse(la.InsertMode.add)
        return self._total(vector.array[: vector.index_map.size_local])

    def _global_scalar(self, name: str) -> float:
        values = self.problem.unknowns[name].owned_values
        return parallel.largest(self.problem.geometry.communicator, values)

    def platen_displacement(self) -> float:
        """Displacement of the platen, solver units, positive when the model grows."""
        return self._global_scalar(PLATEN) if PLATEN in self.problem.unknowns else 0.0

    def top_displacement(self) -> float:
        """Of the platen, or where there is none the mean of the free face, solver units."""
        if PLATEN in self.problem.unknowns:
            return self.platen_displacement()
        return self._integral(self._free_face) / self.platen_area

    @cached_property
    def _free_face(self) -> Any:
        """Integral of the displacement along its normal over the face that no platen holds flat."""
        problem = self.problem
        geometry, surface = problem.geometry, problem.description.grounded
        assert surface is not None
        unknown = problem.unknowns["displacement." + "+".join(body_at(geometry, surface))]
        risen = problem.measures.surface(unknown.value[geometry.dimension - 1], surface)
        return compat.compile_form(risen, geometry.entity_maps())

    def bottom_reaction(self) -> float:
        """Force that the bottom exerts on the model along the platen's normal, solver units."""
        force = 0.0
        for form, dofs in self._reactions:
            vector = fem.assemble_vector(form)
            vector.scatter_reverse(la.InsertMode.add)
            force += self._total(vector.array[dofs])
        return force

    # Numbers of a row

    def region_row(self, name: str, state: RegionState) -> dict[str, float]:
        """Columns ``<quantity>.<region>`` in SI."""
        communicator, unit = self.problem.geometry.communicator, self.problem.units.stress
        volume = self._total(state.current_volumes)
        hydrostatic, mises = state.hydrostatic_stress * unit, state.von_mises_stress * unit
        row = {
            "mean_hydrostatic_stress": self._total(hydrostatic * state.current_volumes) / volume,
            "smallest_hydrostatic_stress": parallel.smallest(communicator, hydrostatic),
            "largest_hydrostatic_stress": parallel.largest(communicator, hydrostatic),
            "mean_von_mises_stress": self._total(mises * state.current_volumes) / volume,
            "largest_von_mises_stress": parallel.largest(communicator, mises),
            "largest_equivalent_plastic_strain": parallel.largest(
                communicator, state.values["plastic_strain"]
            ),
            "volume_ratio": volume / self._total(state.volumes),
        }
        if "stoichiometry" in state.values:
            filling = state.values["stoichiometry"]
            built = self._total(state.volumes)
            row = {
                "mean_stoichiometry": self._total(filling * state.volumes) / built,
                "smallest_stoichiometry": parallel.smallest(communicator, filling),
                "largest_stoichiometry": parallel.largest(communicator, filling),
                **row,
            }
        if "porosity" in state.values:
            row["mean_porosity"] = self._total(state.values["porosity"] * state.current_volumes) / volume
        if "electrode_potential_drop" in state.values:
            drop = self._total(state.values["electrode_potential_drop"] * state.current_volumes) / volume
            row["mean_electrode_potential"] = self.voltage() + drop * self.problem.units.potential
        if "failure_stress" in state.values:
            row["largest_failure_index"] = parallel.largest(communicator, state.failure_index)
        return {f"{key}.{name}": value for key, value in row.items()}

    def place_of_failure(self, state: RegionState) -> tuple[float, ...]:
        """Where on the mesh as built the failure index is largest [m]."""
        axes = range(self.problem.geometry.dimension)
        places = np.stack([state.values[f"coordinate_{axis}"].ravel() for axis in axes], axis=1)
        return self._place_of_largest(state.failure_index.ravel(), places)

    def place_of_damage(self, name: str, state: InterfaceState) -> tuple[float, ...]:
        """Where on the mesh as built an interface is damaged most [m]."""
        places = self.interface_points[name].coordinates[:, : self.problem.geometry.dimension]
        return self._place_of_largest(state.values["damage"], places)

    def largest_slip(self, name: str, state: InterfaceState) -> tuple[float, tuple[float, ...]]:
        """How far touching faces have slid, and where on the mesh as built that is most [m]."""
        slip = np.where(state.values["gap"] <= 0.0, state.values["slip"], 0.0)
        largest = parallel.largest(self.problem.geometry.communicator, slip) * self.problem.units.length
        places = self.interface_points[name].coordinates[:, : self.problem.geometry.dimension]
        return largest, self._place_of_largest(slip, places)

    def _place_of_largest(self, values: Array, places: Array) -> tuple[float, ...]:
        """The place [m] of the largest of some values over all ranks, one row of ``places`` for each."""
        communicator = self.problem.geometry.communicator
        rows = parallel.gather_rows(communicator, np.column_stack([values, places]))
        found = [] if rows is None else [float(value) for value in rows[np.argmax(rows[:, 0]), 1:]]
        return tuple(value * self.problem.units.length for value in parallel.from_root(communicator, found))

    def interface_row(self, name: str, state: InterfaceState) -> dict[str, float]:
        """Columns ``<quantity>.<interface>`` in SI."""
        communicator, units = self.problem.geometry.communicator, self.problem.units
        # Points on the axis of revolution carry no area: nothing holds the faces together there.
        counted = state.areas > NO_AREA * parallel.largest(communicator, state.areas)
        areas = state.current_areas[counted]
        values = {key: array[counted] for key, array in state.values.items()}
        area = self._total(areas)
        gap = np.maximum(values["gap"], 0.0) * units.length
        row = {
            "contact_area_fraction": self._total(values["contact_area_fraction"] * areas) / area,
            "open_area_fraction": self._total((gap > OPEN_GAP) * areas) / area,
            "mean_gap": self._total(gap * areas) / area,
            "largest_gap": parallel.largest(communicator, gap),
            "largest_contact_pressure": parallel.largest(communicator, values["contact_pressure"])
            * units.stress,
            "mean_damage": self._total(values["damage"] * areas) / area,
            "peak_to_valley_height": self._peak_to_valley_height(state),
        }
        if "current_density" in values:
            current = values["current_density"]
            mean = self._total(current * areas) / area
            variance = self._total((current - mean) ** 2 * areas) / area
            conductance = self._total(values["conductance"] * areas) / self.platen_area
            row["interface_resistance"] = units.area_resistance / conductance * SQUARE_CENTIMETRES
            row["current_density_deviation"] = float(np.sqrt(variance)) * units.current_density
            plating = parallel.smallest(communicator, values["plating_potential"])
            row["smallest_plating_potential"] = plating * units.potential
        if "film_resistance" in values:
            mean = self._total(values["film_resistance"] * areas) / area
            row["film_resistance"] = mean * units.area_resistance * SQUARE_CENTIMETRES
        if "film_thickness" in values:
            row["mean_film_thickness"] = self._total(values["film_thickness"] * areas) / area * units.length
            side, lost = (
                self._total(values[key] * areas) / self.platen_area * units.current_density
                for key in ("side_current_density", "lithium_in_film")
            )
            row["side_current_density"] = side
            row["lithium_lost"] = lost * units.time / MILLIAMPERE_HOUR_PER_SQUARE_CENTIMETRE
        return {f"{key}.{name}": value for key, value in row.items()}

    def _peak_to_valley_height(self, state: InterfaceState) -> float:
        """max(x_n + u_n) - min(x_n + u_n) [m] of the first side's face, n the platen's normal."""
        communicator, heights = self.problem.geometry.communicator, state.values["height"]
        highest, lowest = parallel.largest(communicator, heights), parallel.smallest(communicator, heights)
        return (highest - lowest) * self.problem.units.length

    def interface_current(self, state: State) -> float:
        """Integral of i and i_side over all interfaces, anodic positive, solver units."""
        reacting = self.interface_total(state, "current_density")
        return reacting + self.interface_total(state, "side_current_density")

    def tether_forces(self, state: State) -> dict[str, Array]:
        """Force against the motion of each tethered region, (dimension,) each, solver units."""
        axes = range(self.problem.geometry.dimension)
        return {
            name: np.array(
                [self._total(region.values[f"tether_force_{axis}"] * region.volumes) for axis in axes]
            )
            for name, region in state.regions.items()
            if "tether_work" in region.values
        }

    def tether_pressure(self, state: State) -> float:
        """Largest force of a tether over the platen's area [Pa]."""
        largest = max((float(np.linalg.norm(it)) for it in self.tether_forces(state).values()), default=0.0)
        return largest / self.platen_area * self.problem.units.stress

    def region_total(self, state: State, quantity: str) -> float:
        """Integral of a quantity over all regions that have it, solver units."""
        return sum(
            self._total(region.values[quantity] * region.volumes)
            for region in state.regions.values()
            if quantity in region.values
        )

    def interface_total(self, state: State, quantity: str) -> float:
        """Integral of a quantity per current area over all interfaces that have it, solver units."""
        return sum(
            self._total(interface.values[quantity] * interface.current_areas)
            for interface in state.interfaces.values()
            if quantity in interface.values
        )

    def charge_transfer_power(self, state: State) -> float:
        """Integral of i (phi_s - phi_e + mu), solver units: of i eta, where kinetics see all of mu."""
        return sum(
            self._total(face.values["current_density"] * face.values["affinity"] * face.current_areas)
            for face in state.interfaces.values()
            if "current_density" in face.values
        )
