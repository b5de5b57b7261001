"""The constitutive state of one region as expressions of the unknowns and of its history."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import ufl
from dolfinx import fem

from lithiate.geometry import Measures
from lithiate.materials.parameters import SolidParameters, StorageParameters
from lithiate.physics import (
    chemistry,
    elasticity,
    kinematics,
    plasticity,
    small_strain,
    small_strain_plasticity,
    third_medium,
    transport,
)
from lithiate.physics.flow_laws import FlowLaw, NoFlow
from lithiate.problem.conduction import ConductionModel
from lithiate.problem.histories import FlowHistory
from lithiate.problem.switches import Switches
from lithiate.problem.unknowns import Unknown


@dataclass(eq=False)
class RegionModel:
    """One region: its parameters, the unknowns that live on it, and every quantity that follows from them.

    Attributes:
        name: region.
        measures: integration over the geometry.
        switches: which couplings are on.
        solid: mechanical parameters.
        storage: lithium storage, or None.
        displacement: total displacement u as an expression (the platen's share included).
        face_displacement: the same without the platen's share, which never reaches an interface.
        time_step: length of the step.
        concentration: unknown stoichiometry c, or None.
        potential: unknown chemical potential mu, or None.
        electrolyte_potential: unknown phi_e, or None.
        electrode_potential_drop: unknown phi_s - V, V being the potential of the collector, or None.
        history: plastic history, or None for an elastic region.
        largest_filling: largest stoichiometry so far at each node, or None where none needs it.
        old_closure: ln(phi_0 / phi) of the pores at the start of the step, or None where nothing densifies.
        drag: stiffness of the tether of a body that nothing but its interfaces holds, else zero.
        old_displacement: total displacement at the start of the step.
    """

    name: str
    measures: Measures
    switches: Switches
    solid: SolidParameters
    storage: StorageParameters | None
    displacement: Any
    face_displacement: Any
    time_step: Any
    concentration: Unknown | None = None
    potential: Unknown | None = None
    electrolyte_potential: Unknown | None = None
    history: FlowHistory | None = None
    largest_filling: fem.Function | None = None
    old_closure: fem.Function | None = None
    drag: float = 0.0
    old_displacement: Any = None
    electrode_potential_drop: Unknown | None = None

    @property
    def symmetry(self) -> str:
        """Symmetry of the model."""
        return self.measures.geometry.symmetry

    def gradient_of(self, displacement: Any) -> Any:
        """Grad of a displacement-like field as a 3 x 3 tensor."""
        return kinematics.displacement_gradient(displacement, self.measures.coordinates, self.symmetry)

    @cached_property
    def gradient(self) -> Any:
        """Grad u."""
        return self.gradient_of(self.displacement)

    @cached_property
    def deformation_gradient(self) -> Any:
        """F, or the identity where flux and area refer to the mesh as built."""
        return ufl.Identity(3) if self._as_built else kinematics.deformation_gradient(self.gradient)

    @property
    def _as_built(self) -> bool:
        """Whether the shape is that of the mesh: kinematics is linear, or nothing moves."""
        return self.switches.small_strain or not self.switches.mechanics

    @cached_property
    def face_deformation_gradient(self) -> Any:
        """F on the faces of interfaces."""
        if self._as_built:
            return ufl.Identity(3)
        return kinematics.deformation_gradient(self.gradient_of(self.face_displacement))

    @cached_property
    def stoichiometry(self) -> Any:
        """c, as a variable in which the energy can be differentiated; None where no lithium is stored."""
        return None if self.concentration is None else ufl.variable(self.concentration.value)

    @cached_property
    def volume_ratio(self) -> Any:
        """J, current volume per volume as built."""
        return ufl.det(self.deformation_gradient)

    @cached_property
    def swelling_ratio(self) -> Any:
        """J_c."""
        if self.storage is None:
            return ufl.as_ufl(1.0)
        return ufl.as_ufl(self.storage.volumetric_ratio(self.stoichiometry))

    @cached_property
    def swelling_slope(self) -> Any:
        """dJ_c/dc; over C_max it is the partial molar volume Omega(c)."""
        return ufl.diff(self.swelling_ratio, self.stoichiometry)

    @cached_property
    def closure(self) -> Any:
        """ln(phi_0 / phi) of the pores at the end of the step; only where a region densifies."""
        assert self.solid.densification is not None
        if self.switches.frozen:
            return self.old_closure
        total = self.volume_ratio / self.swelling_ratio
        return self.solid.densification.closure(total, self.old_closure, self.bulk)

    @cached_property
    def porosity(self) -> Any:
        """phi without load; only where a region densifies."""
        assert self.solid.densification is not None
        return self.solid.densification.porosity_at(self.closure)

    @cached_property
    def plastic_ratio(self) -> Any:
        """J_p, below one where a porous region has compacted."""
        law = self.solid.densification
        if law is None or self.old_closure is None:
            return ufl.as_ufl(1.0)
        return law.plastic_ratio(self.closure)

    @cached_property
    def intermediate_ratio(self) -> Any:
        """J_c J_p, volume free of stress per volume as built."""
        if self.old_closure is None:
            return self.swelling_ratio
        return self.swelling_ratio * self.plastic_ratio

    @cached_property
    def elastic_ratio(self) -> Any:
        """J_e = J / (J_c J_p)."""
        return self.volume_ratio / self.intermediate_ratio

    @cached_property
    def bulk(self) -> Any:
        """K(c)."""
        return self.solid.bulk_modulus(self.stoichiometry)

    @cached_property
    def shear(self) -> Any:
        """G(c)."""
        return self.solid.shear_modulus(self.stoichiometry)

    @property
    def _flow_law(self) -> FlowLaw:
        if self.switches.frozen:
            return NoFlow()
        return self.solid.flow_law(self.stoichiometry, self.time_step)

    @cached_property
    def flow(self) -> plasticity.FlowState:
        """Distortion, deviatoric stress and plastic history at the end of the step."""
        if self.switches.small_strain:
            return self._linear_flow()
        if self.history is None:
            return plasticity.elastic_state(self.deformation_gradient, self.shear, self.solid.elastic_law)
        return self.solid.return_map(
            self.deformation_gradient,
            self.history.inverse_plastic_metric,
            self.history.equivalent_plastic_strain,
            self.shear,
            self._flow_law,
        )

    def _linear_flow(self) -> plasticity.FlowState:
        """The same in linear kinematics."""
        if self.history is None:
            return small_strain_plasticity.elastic_state(self.small_strain, self.shear)
        return small_strain_plasticity.return_map(
            self.small_strain,
            self.history.inverse_plastic_metric,
            self.history.equivalent_plastic_strain,
            self.shear,
            self._flow_law,
        )

    @cached_property
    def small_strain(self) -> Any:
        """eps = sym Grad u."""
        return ufl.sym(self.gradient)

    @cached_property
    def cauchy_stress(self) -> Any:
        """sigma = tau_e / J_e; in linear kinematics K tr(eps - eps_c) I + s, eps_c = (J_c - 1)/3 I."""
        if not self.switches.mechanics:
            return ufl.zero(3, 3)
        if self.switches.small_strain:
            deviator = self.flow.deviatoric_stress
            return small_strain.cauchy_stress(self.bulk, self.small_strain, self.swelling_ratio, deviator)
        return self.kirchhoff_stress / self.elastic_ratio

    @cached_property
    def kirchhoff_stress(self) -> Any:
        """tau_e per intermediate volume; in linear kinematics there is one stress."""
        if self.switches.small_strain:
            return self.cauchy_stress
        pressure = self.bulk * self.solid.elastic_law.pressure(self.elastic_ratio)
        return pressure * ufl.Identity(3) + self.flow.deviatoric_stress

    @cached_property
    def nominal_stress(self) -> Any:
        """P, work-conjugate to Grad u per volume as built."""
        if self.switches.small_strain:
            return self.cauchy_stress
        return elasticity.first_piola_kirchhoff_stress(
            self.kirchhoff_stress, self.intermediate_ratio, self.deformation_gradient
        )

    @cached_property
    def strain_energy(self) -> Any:
        """J_c J_p psi_e per volume as built."""
        if not self.switches.mechanics:
            return ufl.as_ufl(0.0)
        if self.switches.small_strain:
            stress, deviator = self.cauchy_stress, self.flow.deviatoric_stress
            return small_strain.strain_energy(self.bulk, self.shear, stress, deviator)
        return self.intermediate_ratio * self.elastic_energy_density

    @cached_property
    def elastic_energy_density(self) -> Any:
        """psi_e per intermediate volume."""
        return self.solid.elastic_law.energy(
            self.bulk, self.shear, self.elastic_ratio, self.flow.isochoric_strain
        )

    @cached_property
    def plastic_work(self) -> Any:
        """Of the step, per volume as built: of flow, and of compaction where a region densifies."""
        if not self.switches.mechanics:
            return ufl.as_ufl(0.0)
        if self.switches.small_strain:
            return self.flow.dissipation
        work = self.intermediate_ratio * self.flow.dissipation
        law = self.solid.densification
        if law is None or self.old_closure is None:
            return work
        compaction = law.work(self.closure, self.old_closure, self.elastic_energy_density)
        return work + self.swelling_ratio * compaction

    @cached_property
    def elastic_energy(self) -> Any:
        """Per volume as built: of the strain, and in a third medium of the second gradient."""
        if not self.is_third_medium:
            return self.strain_energy
        return self.strain_energy + third_medium.regularisation_energy(
            self.bulk, self.solid.regularisation_length, self.second_gradient
        )

    @property
    def is_third_medium(self) -> bool:
        """Whether the region is a pore with a filler."""
        return self.solid.card.is_third_medium

    @cached_property
    def second_gradient(self) -> Any:
        """Grad Grad u."""
        return third_medium.second_gradient(self.displacement)

    @cached_property
    def double_stress(self) -> Any:
        """Work-conjugate to Grad Grad u per volume as built; only in a third medium."""
        return third_medium.double_stress(self.bulk, self.solid.regularisation_length, self.second_gradient)

    @property
    def tether_force(self) -> Any:
        """k (u - u_old) per volume as built, against the motion of a body that nothing else holds."""
        return self.drag * (self.displacement - self.old_displacement)

    def internal_work(self, displacement: Any) -> Any:
        """Work of the stresses per volume as built along a displacement-like field (also a test function)."""
        work = ufl.inner(self.nominal_stress, self.gradient_of(displacement))
        if self.is_third_medium:
            work += ufl.inner(self.double_stress, third_medium.second_gradient(displacement))
        return work

    @cached_property
    def mechanical_potential(self) -> Any:
        """Mechanical part of mu."""
        assert self.storage is not None
        capacity = self.storage.maximum_concentration
        if self.switches.small_strain:
            return self._linear_mechanical_potential() / capacity
        potential = chemistry.mechanical_chemical_potential(
            self.stoichiometry,
            self.intermediate_ratio,
            self.elastic_ratio,
            self.flow.isochoric_strain,
            self.bulk,
            self.shear,
            # d(J_c J_p)/dc with J_p held: like bbar_e, never through the return map.
            self.swelling_slope if self.old_closure is None else self.swelling_slope * self.plastic_ratio,
            self.switches.modulus_term,
            self.solid.elastic_law,
        )
        return potential / capacity

    def _linear_mechanical_potential(self) -> Any:
        """The same in linear kinematics, per volume."""
        stress, deviator = self.cauchy_stress, self.flow.deviatoric_stress
        potential = small_strain.stress_potential(self.swelling_slope, stress)
        if not self.switches.modulus_term:
            return potential
        return potential + small_strain.modulus_potential(
            self.stoichiometry, self.bulk, self.shear, stress, deviator
        )

    @cached_property
    def chemical_potential_of_composition(self) -> Any:
        """mu_chem(c), of new material on the branch of the first lithiation."""
        assert self.storage is not None
        ordinary = self.storage.chemical_potential(self.stoichiometry)
        if self.largest_filling is None:
            return ordinary
        return ordinary + self.storage.first_lithiation_excess(self.stoichiometry, self.largest_filling)

    @property
    def stoichiometry_gradient(self) -> Any:
        """Grad c."""
        assert self.concentration is not None
        return kinematics.scalar_gradient(self.concentration.value, self.symmetry)

    @property
    def gradient_energy(self) -> Any:
        """(kappa_g / 2) |Grad c|^2 per volume as built."""
        assert self.storage is not None
        return chemistry.gradient_energy_density(self.storage.gradient_energy, self.stoichiometry_gradient)

    @property
    def stress_in_potential(self) -> bool:
        """Whether the unknown mu carries its mechanical part at all."""
        switches = self.switches
        return switches.mechanics and (switches.stress_in_flux or switches.stress_in_overpotential)

    @cached_property
    def potential_gradient(self) -> Any:
        """What drives diffusion: Grad mu, or mu_chem'(c) Grad c where stress is kept out of it."""
        assert self.potential is not None and self.concentration is not None
        if self.switches.stress_in_flux or not self.stress_in_potential:
            return kinematics.scalar_gradient(self.potential.value, self.symmetry)
        slope = ufl.diff(self.chemical_potential_of_composition, self.stoichiometry)
        return slope * self.stoichiometry_gradient

    def potential_at_interface(self, side: str) -> Any:
        """Chemical potential that the kinetics see: mu, or mu_chem(c) where stress is kept out of them."""
        assert self.potential is not None
        if self.switches.stress_in_overpotential or not self.stress_in_potential:
            return self.potential.value(side)
        return self.chemical_potential_of_composition(side)

    @cached_property
    def lithium_flux(self) -> Any:
        """j_R."""
        assert self.storage is not None
        mobility = self.storage.mobility(self.stoichiometry)
        if self.storage.activation_volume:
            hydrostatic = ufl.tr(self.cauchy_stress) / 3
            mobility = mobility * transport.stress_factor(self.storage.activation_volume, hydrostatic)
        return transport.lithium_flux(
            mobility, transport.metric(self.deformation_gradient), self.potential_gradient
        )

    @cached_property
    def conduction(self) -> tuple[ConductionModel, ...]:
        """Of ions and of electrons, as far as their potentials are unknowns here."""
        found = []
        if self.electrolyte_potential is not None and self.switches.conduction:
            found.append((self.electrolyte_potential, self.solid.ionic_conductivity))
        if self.electrode_potential_drop is not None:
            conductivities = self.solid.electronic_conductivity(self.stoichiometry)
            found.append((self.electrode_potential_drop, conductivities))
        return tuple(
            ConductionModel(self.name, self.measures, potential, conductivities, self.deformation_gradient)
            for potential, conductivities in found
        )

    @cached_property
    def ohmic_power(self) -> Any:
        """Of all carriers per volume as built."""
        return sum(model.power for model in self.conduction)
