"""A material card as functions of stoichiometry in solver units, for use inside forms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, log
from typing import Any

import numpy as np
import ufl

from lithiate.materials.card import MaterialCard
from lithiate.materials.directional import along_axes
from lithiate.materials.expressions import property_expression
from lithiate.materials.first_lithiation import FirstLithiation
from lithiate.materials.functions import StoichiometryFunction
from lithiate.materials.open_circuit import evaluate, remainder_spline
from lithiate.materials.properties import OpenCircuitTable
from lithiate.physics import chemistry, elasticity, hencky, plasticity, transport
from lithiate.physics.densification import HeckelDensification
from lithiate.physics.flow_laws import (
    CreepFlow,
    FlowLaw,
    RateIndependentFlow,
    SaturatingFlow,
    ViscoplasticFlow,
)
from lithiate.physics.kinematics import volumetric_ratio
from lithiate.physics.third_medium import THIRD_MEDIUM
from lithiate.scaling import GAS_CONSTANT, Units

LARGEST_ELECTRONIC_CONDUCTIVITY = 1e4
"""In solver units, in which current density, length and R T / F are of order one: a better conductor counts
as this one. Its drop at 1C is a ten-thousandth of R T / F, some microvolts. The conductivity of a metal, of
order 1e11, times the round-off of the potential would be a current that no iteration can get rid of."""

_ELASTIC_LAWS = {"neo_hookean": elasticity.NEO_HOOKEAN, "hencky": hencky.HENCKY, "third_medium": THIRD_MEDIUM}


@dataclass(frozen=True)
class SolidParameters:
    """Mechanical parameters of one region.

    Attributes:
        card: the material.
        units: solver units.
    """

    card: MaterialCard
    units: Units

    def _value(self, function: StoichiometryFunction, stoichiometry: Any, unit: float) -> Any:
        temperature = self.units.temperature
        if function.constant or stoichiometry is None:
            return ufl.as_ufl(float(function.at(0.0, temperature)) / unit)
        return property_expression(function, stoichiometry, temperature) / unit

    def youngs_modulus(self, stoichiometry: Any) -> Any:
        """E(c); ``stoichiometry`` is None in regions that store no lithium."""
        return self._value(self.card.youngs_modulus, stoichiometry, self.units.stress)

    def poisson_ratio(self, stoichiometry: Any) -> Any:
        """nu(c)."""
        return self._value(self.card.poisson_ratio, stoichiometry, 1.0)

    def bulk_modulus(self, stoichiometry: Any) -> Any:
        """K(c)."""
        return elasticity.bulk_modulus(self.youngs_modulus(stoichiometry), self.poisson_ratio(stoichiometry))

    def shear_modulus(self, stoichiometry: Any) -> Any:
        """G(c)."""
        return elasticity.shear_modulus(self.youngs_modulus(stoichiometry), self.poisson_ratio(stoichiometry))

    @property
    def elastic_law(self) -> elasticity.ElasticLaw:
        """Of the card."""
        return _ELASTIC_LAWS[self.card.elasticity]

    @property
    def return_map(self) -> Callable[..., plasticity.FlowState]:
        """Of the elasticity of the card."""
        return hencky.return_map if self.card.elasticity == "hencky" else plasticity.return_map

    @property
    def regularisation_length(self) -> float:
        """l of a third medium; only for those."""
        assert self.card.regularisation_length is not None
        return self.card.regularisation_length / self.units.length

    @property
    def flows(self) -> bool:
        """Whether the material yields or creeps."""
        return self.card.flow != "elastic"

    def yield_stress(self, stoichiometry: Any) -> Any:
        """sigma_Y(c); only for materials that yield."""
        assert self.card.yield_stress is not None
        return self._value(self.card.yield_stress, stoichiometry, self.units.stress)

    def failure_stress(self, stoichiometry: Any) -> Any:
        """Strength at a lithium content; only for materials that have one."""
        assert self.card.failure_stress is not None
        return self._value(self.card.failure_stress, stoichiometry, self.units.stress)

    @property
    def hardening_modulus(self) -> float:
        """H."""
        return self.card.hardening_modulus / self.units.stress

    def flow_law(self, stoichiometry: Any, time_step: Any) -> FlowLaw:
        """The law by which the material flows; only for materials that do.

        Args:
            stoichiometry: c, or None in regions that store no lithium.
            time_step: length of the step, solver units; only the rate laws need it.
        """
        card = self.card
        if card.flow == "rate_independent" and card.saturation_stress and card.saturation_strain:
            start = self.yield_stress(stoichiometry)
            rise = self._value(card.saturation_stress, stoichiometry, self.units.stress) - start
            return SaturatingFlow(start, self.hardening_modulus, rise, card.saturation_strain)
        if card.flow == "rate_independent":
            return RateIndependentFlow(self.yield_stress(stoichiometry), self.hardening_modulus)
        assert card.reference_rate is not None and card.rate_exponent is not None
        reference_strain = card.reference_rate * self.units.time * time_step
        if card.flow == "viscoplastic":
            strength = self.yield_stress(stoichiometry)
            return ViscoplasticFlow(strength, self.hardening_modulus, reference_strain, card.rate_exponent)
        assert card.reference_stress is not None and card.creep_activation_energy is not None
        slowing = exp(-card.creep_activation_energy / (GAS_CONSTANT * self.units.temperature))
        return CreepFlow(
            card.reference_stress / self.units.stress, slowing * reference_strain, card.rate_exponent
        )

    @property
    def densification(self) -> HeckelDensification | None:
        """The law by which pressure closes the pores of the material, or None."""
        card = self.card
        if card.densification_pressure is None or card.porosity is None or card.heckel_pressure is None:
            return None
        return HeckelDensification(
            card.porosity,
            card.densification_pressure / self.units.stress,
            card.heckel_pressure / self.units.stress,
        )

    @property
    def ionic_conductivity(self) -> tuple[Any, ...]:
        """kappa at the temperature of the run, along all axes or along each; 0 where no ions pass."""
        values = self.card.ionic_conductivities_at(self.units.temperature)
        return tuple(value / self.units.conductivity for value in values)

    def electronic_conductivity(self, stoichiometry: Any) -> tuple[Any, ...]:
        """sigma_s(c), at most ``LARGEST_ELECTRONIC_CONDUCTIVITY``, along all axes or along each."""
        assert self.card.electronic_conductivity is not None
        functions = along_axes(self.card.electronic_conductivity)
        return tuple(self._bounded_conductivity(function, stoichiometry) for function in functions)

    def _bounded_conductivity(self, function: StoichiometryFunction, stoichiometry: Any) -> Any:
        conductivity = self._value(function, stoichiometry, self.units.conductivity)
        if function.constant or stoichiometry is None:
            return ufl.as_ufl(min(float(conductivity), LARGEST_ELECTRONIC_CONDUCTIVITY))
        return ufl.min_value(conductivity, LARGEST_ELECTRONIC_CONDUCTIVITY)


@dataclass(frozen=True)
class StorageParameters:
    """Lithium storage of one region, per volume as built at the stress-free stoichiometry c_0.

    Attributes:
        card: the material; has a maximum concentration.
        units: solver units.
        stress_free_stoichiometry: c_0 [-].
        linear: kinematics is linear: the volume as built is that of the unlithiated material.
    """

    card: MaterialCard
    units: Units
    stress_free_stoichiometry: float
    linear: bool = False

    @property
    def _growth_as_built(self) -> float:
        """J(c_0) - 1; linear theory does not tell the volume as built from the unlithiated one."""
        return 0.0 if self.linear else float(self.card.growth_at(self.stress_free_stoichiometry))

    @property
    def maximum_concentration(self) -> float:
        """C_max per volume as built: the card's, divided by the volume ratio at c_0."""
        assert self.card.maximum_concentration is not None
        return self.card.maximum_concentration / (1 + self._growth_as_built) / self.units.concentration

    def volumetric_ratio(self, stoichiometry: Any) -> Any:
        """J_c(c), one at c_0; linear theory has J_c = 1 + J(c) - J(c_0)."""
        if self.card.swelling_curve is None:
            growth = self.card.swelling * stoichiometry
        else:
            growth = property_expression(self.card.swelling_curve, stoichiometry, self.units.temperature)
        if self.linear:
            return 1 + growth - float(self.card.growth_at(self.stress_free_stoichiometry))
        return volumetric_ratio(growth, self._growth_as_built)

    @property
    def _regular_solution(self) -> tuple[float, float]:
        """Omega_r and mu_0 = -F U_0."""
        parameter, potential = self.card.regular_solution_parameter, self.card.reference_potential
        assert parameter is not None and potential is not None
        return parameter, -potential / self.units.potential

    @property
    def gradient_energy(self) -> float:
        """kappa_g; zero where concentration gradients cost nothing."""
        return (self.card.gradient_energy or 0.0) / self.units.energy_per_length

    @property
    def activation_volume(self) -> float:
        """V_a of diffusion; zero where stress does not change the diffusivity."""
        return (self.card.activation_volume or 0.0) * self.units.concentration

    def _remainder(self, table: OpenCircuitTable | None) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        assert table is not None
        breakpoints, coefficients = remainder_spline(
            table.stoichiometry, table.potential, self.units.temperature
        )
        return breakpoints, coefficients / self.units.potential

    @property
    def first_lithiation(self) -> FirstLithiation | None:
        """The branch of its own that a first lithiation follows, if there is one."""
        first, ordinary = self.card.first_lithiation_potential, self.card.open_circuit_potential
        if first is None or ordinary is None or self.card.chemistry != "open_circuit":
            return None
        return FirstLithiation(first, ordinary, self.card.first_lithiation_width, self.units.temperature)

    def first_lithiation_excess(self, stoichiometry: Any, largest: Any) -> Any:
        """w D, by which a first lithiation raises mu_chem; only for materials with such a branch.

        Args:
            stoichiometry: c.
            largest: m, the largest filling so far.
        """
        share = chemistry.first_lithiation_share(stoichiometry, largest, self.card.first_lithiation_width)
        ordinary, first = (
            chemistry.piecewise_polynomial(stoichiometry, *self._remainder(table))
            for table in (self.card.open_circuit_potential, self.card.first_lithiation_potential)
        )
        return share * (ordinary - first)

    def chemical_potential(self, stoichiometry: Any) -> Any:
        """mu_chem(c) = -F U(c), of a regular solution, or R T ln c for verification cases."""
        if self.card.chemistry == "ideal_dilute":
            return ufl.ln(stoichiometry)
        if self.card.chemistry == "regular_solution":
            return chemistry.regular_solution_potential(stoichiometry, *self._regular_solution)
        remainder = chemistry.piecewise_polynomial(
            stoichiometry, *self._remainder(self.card.open_circuit_potential)
        )
        return chemistry.logit_potential(stoichiometry) - remainder

    def chemical_potential_at(self, start: float) -> float:
        """mu_chem at a filling as a number, of material that never held more.

        Args:
            start: stoichiometry in (0, 1).
        """
        table = self.card.first_lithiation_potential or self.card.open_circuit_potential
        if self.card.chemistry == "regular_solution":
            parameter, reference = self._regular_solution
            return log(start / (1 - start)) + parameter * (1 - 2 * start) + reference
        if self.card.chemistry == "ideal_dilute" or table is None:
            return log(start)
        potential = evaluate(table.stoichiometry, table.potential, self.units.temperature, start)
        return -float(potential) / self.units.potential

    def chemical_energy(self, stoichiometry: Any) -> Any:
        """psi_chem(c) with dpsi_chem/dc = mu_chem, per lithium site."""
        if self.card.chemistry == "ideal_dilute":
            return stoichiometry * (ufl.ln(stoichiometry) - 1)
        if self.card.chemistry == "regular_solution":
            return chemistry.regular_solution_energy(stoichiometry, *self._regular_solution)
        breakpoints, coefficients = self._remainder(self.card.open_circuit_potential)
        powers = np.arange(len(coefficients), 0, -1)[:, None]
        integrals = coefficients / powers
        widths = np.diff(breakpoints)
        pieces = sum(row * widths**power for row, power in zip(integrals, powers[:, 0], strict=True))
        offsets = np.concatenate([[0.0], np.cumsum(pieces)[:-1]])
        integral = chemistry.piecewise_polynomial(stoichiometry, breakpoints, np.vstack([integrals, offsets]))
        first, last = breakpoints[0], breakpoints[-1]
        last_value = float(np.polyval(coefficients[:, -1], widths[-1]))
        # Outside the table the remainder is constant, so its integral goes on along straight lines.
        below = float(coefficients[-1, 0]) * ufl.min_value(stoichiometry - first, 0)
        above = last_value * ufl.max_value(stoichiometry - last, 0)
        return chemistry.logit_energy(stoichiometry) - integral - below - above

    def mobility(self, stoichiometry: Any) -> Any:
        """M_R(c) of the flux, by the kind of diffusivity that the card states."""
        assert self.card.diffusivity is not None
        temperature = self.units.temperature
        diffusivity = property_expression(self.card.diffusivity, stoichiometry, temperature)
        diffusivity *= self.card.diffusivity_factor(temperature) / self.units.diffusivity
        concentration = self.maximum_concentration * stoichiometry
        if self.card.chemistry == "ideal_dilute":
            return transport.ideal_dilute_mobility(diffusivity, concentration)
        if self.card.diffusivity_kind == "tracer":
            return transport.tracer_mobility(diffusivity, concentration, stoichiometry)
        variable = ufl.variable(stoichiometry)
        slope = ufl.diff(self.chemical_potential(variable), variable)
        return transport.chemical_mobility(diffusivity, self.maximum_concentration, slope)
