"""The only place where forms are summed: from geometry and laws to the residual of every unknown."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

import numpy as np
from dolfinx import fem
from numpy.typing import NDArray

from lithiate.geometry import Geometry, Measures, surface_dofs
from lithiate.materials.parameters import SolidParameters, StorageParameters
from lithiate.problem import balance_terms, unknowns
from lithiate.problem.as_made import bond_what_is_pressed, gap_as_made, history_as_made
from lithiate.problem.augmentation import Augmentation
from lithiate.problem.description import Description
from lithiate.problem.histories import create_closure_history, create_flow_history
from lithiate.problem.history_keeper import HistoryKeeper
from lithiate.problem.interface_model import InterfaceModel
from lithiate.problem.interface_unknowns import create_interface_unknown
from lithiate.problem.normals import smooth_normals
from lithiate.problem.platen import body_at, platen_equation, platen_shape
from lithiate.problem.pointwise import InterfacePoints
from lithiate.problem.region_model import RegionModel
from lithiate.problem.tether import drag_stiffness
from lithiate.problem.unknowns import ELECTRODE_POTENTIAL, PLATEN, Unknown
from lithiate.scaling import Units

POTENTIAL_SCALE = 1.0
"""The chemical potential counts against this [V] in the control of the time-step error."""

INSTANTANEOUS_SCALE = 10.0
"""Potentials of charge count against this [V]: they have no memory of their own, so that an error of theirs
goes no further, and where the last contact is lost they rise without bound."""


class Problem:
    """Unknowns, models and residuals.

    Attributes:
        geometry, measures, units: where and in which units.
        unknowns: by name.
        regions, interfaces: models by name.
        residuals: residual form of each unknown; terms may be added before the system is compiled. An unknown
            without one keeps its value: its physics is switched off.
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
        augmentations: multipliers of contacts that a penalty alone does not enforce.
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
        self.augmentations = self._create_augmentations()
        self.reaction: Any = None
        self.platen_resistance: Any = None
        for region in self.regions.values():
            self._add_region(region)
        for interface in self.interfaces.values():
            self._add_interface(interface)
        self._add_loads()

    # Unknowns and models

    @property
    def solved_unknowns(self) -> tuple[str, ...]:
        """Names of the unknowns that have an equation."""
        return tuple(name for name in self.unknowns if name in self.residuals)

    def _add_unknown(
        self, name: str, space: fem.FunctionSpace, error_scale: float, **traits: bool
    ) -> Unknown:
        if name not in self.unknowns:
            self.unknowns[name] = unknowns.create_unknown(name, space, error_scale, **traits)
        return self.unknowns[name]

    def _displacement(self, body: tuple[str, ...]) -> tuple[Any, Any, Any]:
        """Displacement of a body, its part without the platen, and the whole at the start of the step."""
        mesh = self.geometry.bodies[body].mesh
        unknown = self._add_unknown("displacement." + "+".join(body), unknowns.displacement_space(mesh), 1.0)
        if self.description.platen is None:
            return unknown.value, unknown.value, unknown.old
        if self._platen_shape is None:
            loaded = body_at(self.geometry, self.description.platen)
            space = self._displacement_space(loaded)
            self._platen_shape = platen_shape(self.geometry, space, self.description.platen)
        if self._platen_shape.function_space.mesh is not mesh:
            return unknown.value, unknown.value, unknown.old
        platen = self._add_unknown(PLATEN, unknowns.global_scalar_space(self.geometry.mesh), 1.0)
        shape = self._platen_shape
        old = unknown.old + platen.old * shape
        return unknown.value + platen.value * shape, unknown.value, old

    def _displacement_space(self, body: tuple[str, ...]) -> fem.FunctionSpace:
        """Of a body, the same object each time."""
        space = unknowns.displacement_space(self.geometry.bodies[body].mesh)
        return self._add_unknown("displacement." + "+".join(body), space, 1.0).value.function_space

    def _create_regions(self) -> dict[str, RegionModel]:
        models = {}
        description, units = self.description, self.units
        potential_scale = POTENTIAL_SCALE / units.potential
        charge_scale = INSTANTANEOUS_SCALE / units.potential
        for name, card in description.cards.items():
            mesh = self.geometry.regions[name].mesh
            total, local, old = self._displacement(self.geometry.body_of(name))
            solid = SolidParameters(card, units)
            model = RegionModel(
                name, self.measures, description.switches, solid, None, total, local, self.time_step
            )
            if name in description.tethered:
                model.drag, model.old_displacement = drag_stiffness(card, units, self.geometry.height), old
            if card.stores_lithium:
                model.storage = StorageParameters(
                    card, units, description.initial_stoichiometry[name], description.switches.small_strain
                )
                space = unknowns.scalar_field_space(mesh)
                bounded = card.chemistry != "ideal_dilute"
                model.concentration = self._add_unknown(f"stoichiometry.{name}", space, 1.0, bounded=bounded)
                # A space of its own: Dirichlet conditions find the blocks they act on by the space.
                space = unknowns.scalar_field_space(mesh)
                model.potential = self._add_unknown(
                    f"chemical_potential.{name}", space, potential_scale, algebraic=True
                )
                if model.storage.first_lithiation is not None:
                    model.largest_filling = fem.Function(model.concentration.value.function_space)
                self._initialise(model, description.start_of(name))
            elif card.is_electrolyte and description.grounded is not None:
                space = unknowns.scalar_field_space(mesh, description.ion_degree)
                model.electrolyte_potential = self._add_unknown(
                    f"electrolyte_potential.{name}", space, charge_scale, instantaneous=True
                )
            if name in description.electron_regions:
                space = unknowns.scalar_field_space(mesh)
                model.electrode_potential_drop = self._add_unknown(
                    f"electrode_potential_drop.{name}", space, charge_scale, instantaneous=True
                )
            if solid.flows and description.switches.mechanics:
                model.history = create_flow_history(mesh, self.measures.bulk_degree)
            if card.densifies and description.switches.mechanics and not description.switches.small_strain:
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
            gap = gap_as_made(self.geometry, name, laws)
            history = history_as_made(self.geometry, name, laws, gap)
            normal = smooth_normals(self.measures, name, self.description.free_surfaces)
            sides = self.regions[first], self.regions[second]
            models[name] = InterfaceModel(
                name, self.measures, laws, *sides, potential, self.time_step, normal, history, gap
            )
            if laws.film is not None:
                models[name].film_drop = self._film_drop(name)
                if laws.film.growth is not None:
                    unknown = create_interface_unknown(f"film_logarithm.{name}", self.measures, name, 1.0)
                    models[name].film_logarithm = self.unknowns[unknown.name] = unknown
        return models

    def _film_drop(self, interface: str) -> Unknown:
        """Potential that the film on an interface takes, zero at first."""
        name, scale = f"film_potential_drop.{interface}", INSTANTANEOUS_SCALE / self.units.potential
        drop = create_interface_unknown(name, self.measures, interface, scale, instantaneous=True)
        self.unknowns[name] = drop
        return drop

    def _create_augmentations(self) -> list[Augmentation]:
        found = []
        for name, model in self.interfaces.items():
            tolerance = model.laws.largest_penetration
            if model.history is None or model.history.multiplier is None or tolerance is None:
                continue
            fields = {
                "pressure": model.contact_pressure,
                "gap": model.kinematics.gap,
                "weight": self.measures.weight("+"),
            }
            points = InterfacePoints(self.measures, name, fields)
            communicator = self.geometry.communicator
            found.append(Augmentation(model.history.multiplier, points, tolerance, communicator))
        return found

    @property
    def loses_lithium(self) -> bool:
        """Whether part of the current stores nothing, so that the state of charge does not follow from it."""
        return any(interface.film_growth is not None for interface in self.interfaces.values())

    # Residuals

    def add(self, unknown: str, form: Any) -> None:
        """Add a term to the residual of an unknown (before the system is compiled)."""
        self.residuals[unknown] = self.residuals[unknown] + form if unknown in self.residuals else form

    def _body_unknown(self, region: str) -> Unknown:
        return self.unknowns["displacement." + "+".join(self.geometry.body_of(region))]

    def _add_all(self, terms: Iterable[balance_terms.Term]) -> None:
        for unknown, form in terms:
            self.add(unknown, form)

    def _add_region(self, region: RegionModel) -> None:
        """Balance of momentum, of lithium and of charge in a region, and the definition of mu."""
        displacement, switches = self._body_unknown(region.name), self.description.switches
        if switches.mechanics:
            self._add_all(balance_terms.momentum(region, displacement, displacement.test))
        shape = self._platen_shape
        if shape is not None and shape.function_space.mesh is displacement.value.function_space.mesh:
            platen = self.unknowns[PLATEN]
            self._add_all(balance_terms.momentum(region, platen, shape, platen.test))
        if region.concentration:
            self._add_all(balance_terms.lithium(region))
        self._add_all(balance_terms.charge(region))

    def _add_interface(self, interface: InterfaceModel) -> None:
        """Traction, and whatever passes: what is taken from one side is given to the other."""
        if interface.separable and self.description.switches.mechanics:
            sides = (self._body_unknown(side.name) for side in (interface.first, interface.second))
            self._add_all(balance_terms.traction(interface, *sides))
        if interface.laws.kinetics is not None:
            self._add_all(balance_terms.reaction(interface))
        if interface.film_drop is not None:
            self._add_all(balance_terms.film(interface))
        if interface.laws.exchange is not None:
            self._add_all(balance_terms.exchange(interface))
        if interface.laws.electrons is not None:
            self._add_all(balance_terms.electrons(interface))

    def _add_loads(self) -> None:
        """Platen force and applied current, both per platen area as built."""
        platen = self.description.platen
        if platen is not None:
            unknown, self.platen_resistance = self.unknowns[PLATEN], self.residuals[PLATEN]
            self.residuals[PLATEN] = platen_equation(
                self.measures,
                platen,
                unknown.value,
                unknown.test,
                self.platen_resistance,
                self.stack_pressure,
                self.fixture_stiffness,
                self.gap_held,
                self.held_platen,
            )
        if ELECTRODE_POTENTIAL in self.unknowns:
            surface = platen or self.description.grounded
            assert surface is not None
            self._add_electrical_load(surface)

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

    def accept_step(self) -> None:
        """Make the end of the step the start of the next one: histories first, then the unknowns."""
        self._history_keeper.accept()
        for augmentation in self.augmentations:
            augmentation.accept()
        for unknown in self.unknowns.values():
            unknown.old.x.array[:] = unknown.value.x.array

    def bond_what_is_pressed(self) -> None:
        """Let the pressure of the present solution bond faces, where the fabrication press does."""
        for interface in self.interfaces.values():
            bond_what_is_pressed(self.measures, interface)

    @cached_property
    def _history_keeper(self) -> HistoryKeeper:
        """Its expressions are compiled when the first step is accepted: some problems never accept one."""
        return HistoryKeeper(self.measures, self.regions, self.interfaces)
