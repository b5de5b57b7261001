"""The only place where forms are summed: from geometry and laws to the residual of every unknown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import ufl
from dolfinx import fem
from dolfinx import mesh as dolfinx_mesh
from numpy.typing import NDArray

from lithiate import parallel
from lithiate.errors import InputError
from lithiate.geometry import Geometry, Measures, surface_dofs
from lithiate.materials.card import MaterialCard
from lithiate.materials.parameters import SolidParameters, StorageParameters
from lithiate.physics import chemistry, kinematics
from lithiate.problem import unknowns
from lithiate.problem.interface_model import InterfaceHistory, InterfaceLaws, InterfaceModel
from lithiate.problem.normals import smooth_normals
from lithiate.problem.pointwise import InterfacePoints, RegionPoints, history_space, store
from lithiate.problem.region_model import RegionModel, Switches, create_closure_history, create_flow_history
from lithiate.problem.unknowns import Unknown
from lithiate.scaling import Units

PLATEN = "platen_displacement"
ELECTRODE_POTENTIAL = "electrode_potential"
POTENTIAL_SCALE = 1.0
"""The chemical potential counts against this [V] in the control of the time-step error."""

INSTANTANEOUS_SCALE = 10.0
"""Potentials of charge count against this [V]: they have no memory of their own, so that an error of theirs
goes no further, and where the last contact is lost they rise without bound."""


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
        ion_degree: polynomial degree of the electrolyte potential; one of two reaches the same current with
            far fewer elements where it is singular at the edge of a contact.
    """

    cards: Mapping[str, MaterialCard]
    initial_stoichiometry: Mapping[str, float]
    interfaces: Mapping[str, InterfaceLaws] = field(default_factory=dict)
    switches: Switches = Switches()
    platen: str | None = None
    grounded: str | None = None
    start: Mapping[str, float] = field(default_factory=dict)
    ion_degree: int = 1

    def start_of(self, region: str) -> float:
        """Stoichiometry of a storing region at time zero."""
        return self.start.get(region, self.initial_stoichiometry[region])


class Problem:
    """Unknowns, models and residuals.

    Attributes:
        geometry, measures, units: where and in which units.
        unknowns: by name.
        regions, interfaces: models by name.
        residuals: residual form of each unknown; terms may be added before the system is compiled.
        time_step: length of the step (zero for the equilibrium step).
        stack_pressure: p on the platen, compression positive; that at ``held_platen`` where a spring acts.
        fixture_stiffness: of a spring behind the platen, per platen area; zero without one.
        gap_held: one where the platen stays at ``held_platen`` and the pressure follows, else zero.
        held_platen: displacement of the platen that it keeps, or at which a spring is at ``stack_pressure``.
        platen_resistance: form of the internal forces against the platen, None without one.
        current_density: applied current per platen area as built, anodic positive.
        voltage_held: one where the electrode potential is prescribed and the current follows, else zero.
        held_potential: the electrode potential that is prescribed then.
        reaction: form of the current that reacts at all interfaces, None without reactions.
    """

    def __init__(
        self, geometry: Geometry, units: Units, description: Description, bulk_degree: int | None = None
    ) -> None:
        self.geometry, self.units, self.description = geometry, units, description
        self.measures = Measures(geometry) if bulk_degree is None else Measures(geometry, bulk_degree)
        self.time_step = fem.Constant(geometry.mesh, 0.0)
        self.stack_pressure = fem.Constant(geometry.mesh, 0.0)
        self.fixture_stiffness = fem.Constant(geometry.mesh, 0.0)
        self.gap_held = fem.Constant(geometry.mesh, 0.0)
        self.held_platen = fem.Constant(geometry.mesh, 0.0)
        self.current_density = fem.Constant(geometry.mesh, 0.0)
        self.voltage_held = fem.Constant(geometry.mesh, 0.0)
        self.held_potential = fem.Constant(geometry.mesh, 0.0)
        self.unknowns: dict[str, Unknown] = {}
        self._platen_shape: fem.Function | None = None
        self.regions = self._create_regions()
        self.interfaces = self._create_interfaces()
        self.residuals: dict[str, Any] = {}
        self.reaction: Any = None
        self.platen_resistance: Any = None
        for region in self.regions.values():
            self._add_region(region)
        for interface in self.interfaces.values():
            self._add_interface(interface)
        self._add_loads()
        self._history_updates = self._create_history_updates()

    # Unknowns and models

    def _add_unknown(
        self, name: str, space: fem.FunctionSpace, error_scale: float, **traits: bool
    ) -> Unknown:
        if name not in self.unknowns:
            self.unknowns[name] = unknowns.create_unknown(name, space, error_scale, **traits)
        return self.unknowns[name]

    def _displacement(self, body: tuple[str, ...]) -> tuple[Any, Any]:
        """Total displacement of a body and its part without the platen."""
        mesh = self.geometry.bodies[body].mesh
        unknown = self._add_unknown("displacement." + "+".join(body), unknowns.displacement_space(mesh), 1.0)
        if self.description.platen is None:
            return unknown.value, unknown.value
        if self._platen_shape is None:
            self._platen_shape = self._create_platen_shape()
        if self._platen_shape.function_space.mesh is not mesh:
            return unknown.value, unknown.value
        platen = self._add_unknown(PLATEN, unknowns.global_scalar_space(self.geometry.mesh), 1.0)
        return unknown.value + platen.value * self._platen_shape, unknown.value

    def _create_platen_shape(self) -> fem.Function:
        """Displacement for a unit motion of the platen: one on its nodes, zero on all others."""
        surface = self.description.platen
        assert surface is not None
        body = self.body_at(surface)
        submesh = self.geometry.bodies[body]
        space = self.unknowns_space("displacement." + "+".join(body), submesh.mesh)
        shape = fem.Function(space)
        component = self.geometry.dimension - 1
        dofs = surface_dofs(self.geometry, space, surface, component)
        shape.x.array[dofs] = 1.0
        shape.x.scatter_forward()
        self._require_platen_clear_of_interfaces(shape)
        return shape

    def unknowns_space(self, name: str, mesh: dolfinx_mesh.Mesh) -> fem.FunctionSpace:
        """Displacement space of a body, the same object each time."""
        return self._add_unknown(name, unknowns.displacement_space(mesh), 1.0).value.function_space

    def _require_platen_clear_of_interfaces(self, shape: fem.Function) -> None:
        """The forms of interfaces leave the platen out, so no cell may touch both."""
        space = shape.function_space
        block = space.dofmap.bs
        loaded = np.abs(shape.x.array.reshape(-1, block)[space.dofmap.list]).max(axis=(1, 2)) > 0
        sub = next(part for part in self.geometry.bodies.values() if part.mesh is space.mesh)
        touching = np.zeros(len(sub.parent_to_sub), dtype=bool)
        touching[sub.cells[np.flatnonzero(loaded)]] = True
        clash = any(
            touching[face.pairs[:, side]].any()
            for face in self.geometry.interfaces.values()
            for side in (0, 2)
        )
        if parallel.any_rank(self.geometry.communicator, clash):
            raise InputError(
                f"geometry.mesh_size: an element reaches from the platen '{self.description.platen}' to an "
                "interface; choose a smaller mesh_size or more room above the interface"
            )

    def body_at(self, surface: str) -> tuple[str, ...]:
        """The one body that a surface belongs to.

        Raises:
            InputError: if the surface belongs to several bodies.
        """
        facets = self.geometry.surface_facets(surface)
        mesh = self.geometry.mesh
        mesh.topology.create_connectivity(self.geometry.dimension - 1, self.geometry.dimension)
        to_cells = mesh.topology.connectivity(self.geometry.dimension - 1, self.geometry.dimension)
        cells = np.array([to_cells.links(facet)[0] for facet in facets], dtype=np.int32)
        found = []
        for body in self.geometry.bodies:
            tags = [self.geometry.region_tags[name] for name in body]
            touches = bool(
                np.isin(self.geometry.cell_tags.values, tags)[
                    np.isin(self.geometry.cell_tags.indices, cells)
                ].any()
            )
            if parallel.any_rank(self.geometry.communicator, touches):
                found.append(body)
        if len(found) != 1:
            raise InputError(f"surface '{surface}' belongs to {len(found)} bodies; a platen needs one")
        return found[0]

    def _create_regions(self) -> dict[str, RegionModel]:
        models = {}
        description, units = self.description, self.units
        potential_scale = POTENTIAL_SCALE / units.potential
        charge_scale = INSTANTANEOUS_SCALE / units.potential
        for name, card in description.cards.items():
            mesh = self.geometry.regions[name].mesh
            total, local = self._displacement(self.geometry.body_of(name))
            solid = SolidParameters(card, units)
            model = RegionModel(
                name, self.measures, description.switches, solid, None, total, local, self.time_step
            )
            if card.stores_lithium:
                model.storage = StorageParameters(
                    card, units, description.initial_stoichiometry[name], description.switches.small_strain
                )
                space = unknowns.scalar_field_space(mesh)
                bounded = card.chemistry != "ideal_dilute"
                model.concentration = self._add_unknown(f"stoichiometry.{name}", space, 1.0, bounded=bounded)
                # A space of its own: Dirichlet conditions find the blocks they act on by the space.
                space = unknowns.scalar_field_space(mesh)
                model.potential = self._add_unknown(f"chemical_potential.{name}", space, potential_scale)
                if model.storage.first_lithiation is not None:
                    model.largest_filling = fem.Function(model.concentration.value.function_space)
                self._initialise(model, description.start_of(name))
            elif card.is_electrolyte and description.grounded is not None:
                space = unknowns.scalar_field_space(mesh, description.ion_degree)
                model.electrolyte_potential = self._add_unknown(
                    f"electrolyte_potential.{name}", space, charge_scale, instantaneous=True
                )
            if solid.flows:
                model.history = create_flow_history(mesh, self.measures.bulk_degree)
            if card.densifies and not description.switches.small_strain:
                model.old_closure = create_closure_history(mesh, self.measures.bulk_degree)
            models[name] = model
        return models

    @staticmethod
    def _initialise(model: RegionModel, start: float) -> None:
        assert model.storage and model.concentration and model.potential
        chemical = model.storage.chemical_potential_at(start)
        for unknown, value in ((model.concentration, start), (model.potential, chemical)):
            unknown.value.x.array[:] = value
            unknown.old.x.array[:] = value
        if model.largest_filling is not None:
            model.largest_filling.x.array[:] = start

    def _create_interfaces(self) -> dict[str, InterfaceModel]:
        models = {}
        for name, laws in self.description.interfaces.items():
            first, second = self.geometry.interfaces[name].sides
            potential = None
            if laws.kinetics is not None:
                space = unknowns.global_scalar_space(self.geometry.mesh)
                scale = INSTANTANEOUS_SCALE / self.units.potential
                potential = self._add_unknown(ELECTRODE_POTENTIAL, space, scale, instantaneous=True)
                storage = self.regions[first].storage
                assert storage is not None
                start = self.description.start_of(first)
                potential.value.x.array[:] = -storage.chemical_potential_at(start)
                potential.old.x.array[:] = potential.value.x.array
            mesh = self.geometry.regions[first].mesh
            history, gap = None, self._initial_gap(name, mesh)
            if laws.cohesion is not None:
                history = InterfaceHistory(
                    fem.Function(history_space(mesh)), fem.Function(history_space(mesh, 3))
                )
                as_made = history.opening.x.array if gap is None else gap.x.array
                history.opening.x.array[:] = laws.cohesion.initial_history(as_made)
                if laws.contact_area.remembers:
                    history.largest_pressure = fem.Function(history_space(mesh))
            normal = smooth_normals(self.measures, name)
            sides = self.regions[first], self.regions[second]
            models[name] = InterfaceModel(
                name, self.measures, laws, *sides, potential, self.time_step, normal, history, gap
            )
        return models

    def _initial_gap(self, interface: str, mesh: dolfinx_mesh.Mesh) -> fem.Function | None:
        """Gap as made at the points of an interface; between the mesh's points it is linear."""
        given = self.geometry.initial_gap(interface)
        if given is None:
            return None
        gap = fem.Function(history_space(mesh))
        gap.interpolate(given)
        return gap

    # Residuals

    def add(self, unknown: str, form: Any) -> None:
        """Add a term to the residual of an unknown (before the system is compiled)."""
        self.residuals[unknown] = self.residuals[unknown] + form if unknown in self.residuals else form

    def _body_unknown(self, region: str) -> Unknown:
        return self.unknowns["displacement." + "+".join(self.geometry.body_of(region))]

    def _add_region(self, region: RegionModel) -> None:
        """Balance of momentum, of lithium and of charge in a region, and the definition of mu."""
        measures, name = self.measures, region.name
        displacement = self._body_unknown(name)
        self.add(displacement.name, measures.region(region.internal_work(displacement.test), name))
        shape = self._platen_shape
        if shape is not None and shape.function_space.mesh is displacement.value.function_space.mesh:
            platen = self.unknowns[PLATEN]
            self.add(PLATEN, measures.region(region.internal_work(shape) * platen.test, name))
        if region.concentration and region.potential and region.storage:
            concentration, potential = region.concentration, region.potential
            capacity = region.storage.maximum_concentration
            stored = capacity * (concentration.value - concentration.old) * concentration.test
            gradient = ufl.grad(concentration.test)
            flux = ufl.as_vector([region.lithium_flux[i] for i in range(self.geometry.dimension)])
            self.add(concentration.name, measures.region_nodal(stored, name))
            self.add(concentration.name, measures.region(-self.time_step * ufl.inner(flux, gradient), name))
            definition = (potential.value - region.chemical_potential_of_composition) * potential.test
            self.add(potential.name, measures.region_nodal(definition, name))
            if region.storage.gradient_energy:
                spread = chemistry.gradient_potential(
                    region.storage.gradient_energy,
                    capacity,
                    region.stoichiometry_gradient,
                    kinematics.scalar_gradient(potential.test, region.symmetry),
                )
                self.add(potential.name, measures.region(-spread, name))
            if region.stress_in_potential:
                self.add(
                    potential.name,
                    measures.region_at_nodes(-region.mechanical_potential, potential.test, name),
                )
        if region.electrolyte_potential:
            unknown = region.electrolyte_potential
            current = ufl.as_vector([region.ionic_current[i] for i in range(self.geometry.dimension)])
            self.add(unknown.name, measures.region(-ufl.inner(current, ufl.grad(unknown.test)), name))

    def _add_interface(self, interface: InterfaceModel) -> None:
        """Traction, and whatever passes: what is taken from one side is given to the other."""
        measures, name = self.measures, interface.name
        area = interface.kinematics.area_ratio
        if interface.separable:
            first, second = (
                self._body_unknown(interface.first.name),
                self._body_unknown(interface.second.name),
            )
            traction = ufl.as_vector([interface.traction[i] for i in range(self.geometry.dimension)])
            self.add(first.name, measures.interface(-ufl.inner(traction, first.test("+")) * area, name))
            self.add(second.name, measures.interface(ufl.inner(traction, second.test("-")) * area, name))
        if interface.laws.kinetics is not None:
            self._add_reaction(interface, interface.current_density * area)
        if interface.laws.exchange is not None:
            self._add_exchange(interface, interface.exchanged_current_density * area)

    def _add_reaction(self, interface: InterfaceModel, current: Any) -> None:
        """Lithium leaves the electrode, ions enter the electrolyte, electrons the collector."""
        measures, name = self.measures, interface.name
        lithium, ions = interface.first.concentration, interface.second.electrolyte_potential
        potential = interface.electrode_potential
        assert lithium and ions and potential
        self.add(lithium.name, measures.interface(self.time_step * current * lithium.test("+"), name))
        self.add(ions.name, measures.interface(-current * ions.test("-"), name))
        self.add(potential.name, measures.interface(current * potential.test("+"), name))

    def _add_exchange(self, interface: InterfaceModel, current: Any) -> None:
        """Lithium, or ions, from the first side to the second."""
        first, second = interface.first, interface.second
        if first.concentration and second.concentration:
            sides, current = (first.concentration, second.concentration), self.time_step * current
        else:
            assert first.electrolyte_potential and second.electrolyte_potential
            sides = first.electrolyte_potential, second.electrolyte_potential
        for unknown, side, sign in zip(sides, "+-", (1, -1), strict=True):
            form = self.measures.interface(sign * current * unknown.test(side), interface.name)
            self.add(unknown.name, form)

    def _add_loads(self) -> None:
        """Platen force and applied current, both per platen area as built."""
        platen = self.description.platen
        if platen is not None:
            self._add_platen_load(platen)
        if ELECTRODE_POTENTIAL in self.unknowns:
            surface = platen or self.description.grounded
            assert surface is not None
            self._add_electrical_load(surface)

    def _add_platen_load(self, surface: str) -> None:
        """(1 - g) (internal force + p A + k A (u - u_h)) + g (u - u_h) A = 0: a force, or (g = 1) a place."""
        unknown, held = self.unknowns[PLATEN], self.gap_held
        self.platen_resistance = self.residuals[PLATEN]
        motion = unknown.value - self.held_platen
        pressure = self.stack_pressure + self.fixture_stiffness * motion
        force = self.measures.surface(pressure * unknown.test, surface)
        self.residuals[PLATEN] = (1 - held) * (self.platen_resistance + force) + (
            self.measures.surface(held * motion * unknown.test, surface)
        )

    def _add_electrical_load(self, surface: str) -> None:
        """(1 - h) (integral of i - I) + h (phi_s - V) A = 0: the current is given, or (h = 1) the voltage."""
        unknown, held = self.unknowns[ELECTRODE_POTENTIAL], self.voltage_held
        self.reaction = self.residuals[ELECTRODE_POTENTIAL]
        applied = self.measures.surface(self.current_density * unknown.test, surface)
        distance = (unknown.value - self.held_potential) * unknown.test
        self.residuals[ELECTRODE_POTENTIAL] = (1 - held) * (self.reaction - applied) + (
            self.measures.surface(held * distance, surface)
        )

    # Dirichlet conditions

    def surface_dofs(self, unknown: str, surface: str, component: int | None = None) -> NDArray[np.int32]:
        """This rank's degrees of freedom of an unknown, or of one component of it, on a named surface."""
        space = self.unknowns[unknown].value.function_space
        return surface_dofs(self.geometry, space, surface, component)

    def fix(self, unknown: str, surface: str, component: int | None = None, value: Any = 0.0) -> None:
        """Hold an unknown, or one component of a displacement, at a value on a surface.

        Args:
            unknown: name.
            surface: name.
            component: of a displacement; None for scalar fields.
            value: number, ``fem.Constant``, or (for all components at once) a function of the same space.

        Raises:
            ValueError: for a function together with a component; DOLFINx would hold other nodes.
        """
        if isinstance(value, fem.Function) and component is not None:
            raise ValueError(f"{unknown} on {surface}: a function holds all components, found {component}")
        target = self.unknowns[unknown]
        space = target.value.function_space
        dofs = self.surface_dofs(unknown, surface, component)
        if isinstance(value, fem.Function):
            target.conditions.append(fem.dirichletbc(value, dofs))
            return
        held = space if component is None else space.sub(component)
        constant = value if isinstance(value, fem.Constant) else np.float64(value)
        target.conditions.append(fem.dirichletbc(constant, dofs, held))

    # History

    def _create_history_updates(self) -> list[Any]:
        return [
            (region, *region.history_update())
            for region in self.regions.values()
            if region.history is not None or region.old_closure is not None
        ]

    @staticmethod
    def _interface_updates(interface: InterfaceModel) -> dict[str, Any]:
        expressions = {"opening": interface.new_history}
        if interface.friction is not None:
            expressions |= {f"slip_{i}": interface.friction.passed_slip[i] for i in range(3)}
        if interface.history is not None and interface.history.largest_pressure is not None:
            expressions["largest_pressure"] = interface.largest_pressure
        return expressions

    def accept_step(self) -> None:
        """Make the end of the step the start of the next one: histories first, then the unknowns."""
        if not hasattr(self, "_points"):
            self._points = [
                (kept, RegionPoints(self.measures, region.name, expressions))
                for region, expressions, kept in self._history_updates
            ]
            self._face_points = [
                (interface.history, InterfacePoints(self.measures, name, self._interface_updates(interface)))
                for name, interface in self.interfaces.items()
                if interface.history is not None
            ]
        updates = [(kept, points.all_values()) for kept, points in self._points]
        face_updates = [(history, points, points.all_values()) for history, points in self._face_points]
        for kept, values in updates:
            first = 0
            for function, width in kept:
                store(function, values[:, :, first : first + width])
                first += width
        for history, points, values in face_updates:
            store(history.opening, values[:, :1], points.places)
            if "slip_0" in points.names:
                store(history.passed_slip, values[:, 1:4], points.places)
            if history.largest_pressure is not None:
                store(history.largest_pressure, values[:, -1:], points.places)
        for region in self.regions.values():
            if region.largest_filling is not None and region.concentration is not None:
                largest = region.largest_filling.x.array
                np.maximum(largest, region.concentration.value.x.array, out=largest)
        for unknown in self.unknowns.values():
            unknown.old.x.array[:] = unknown.value.x.array
