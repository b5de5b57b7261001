"""One complete material: its properties in SI units, checked as a whole."""

from __future__ import annotations

from typing import Any, Literal

from lithiate_meshes.quantities import Pressure
from pydantic import model_validator

from lithiate.materials import flow_checks
from lithiate.materials.directional import along_axes
from lithiate.materials.functions import arrhenius_factor, refuse_key, written
from lithiate.materials.properties import (
    ElasticityKind,
    FillingWidth,
    FlowKind,
    MaterialProperties,
    Modulus,
    OpenCircuitTable,
    PoissonRatio,
)
from lithiate.materials.regular_solution import CRITICAL_PARAMETER
from lithiate.materials.swelling import refused_curve

_NEEDED_TO_FLOW: dict[FlowKind, tuple[str, ...]] = {
    "elastic": (),
    "rate_independent": ("yield_stress",),
    "viscoplastic": ("yield_stress", "reference_rate", "rate_exponent"),
    "creep": ("reference_stress", "reference_rate", "rate_exponent", "creep_activation_energy"),
}


class MaterialCard(MaterialProperties):
    """One complete material: library values with a region's overrides laid over them, SI units.

    A property that a material does not have is None: one without ``maximum_concentration`` stores no lithium,
    one without ``ionic_conductivity`` conducts no ions.
    """

    name: str
    description: str = ""
    youngs_modulus: Modulus
    poisson_ratio: PoissonRatio
    flow: FlowKind = "elastic"
    hardening_modulus: Pressure = 0.0
    diffusivity_kind: Literal["tracer", "chemical"] = "tracer"
    chemistry: Literal["open_circuit", "ideal_dilute", "regular_solution"] = "open_circuit"
    elasticity: ElasticityKind = "neo_hookean"
    first_lithiation_width: FillingWidth = 0.02

    @property
    def stores_lithium(self) -> bool:
        """Whether lithium dissolves in this material."""
        return self.maximum_concentration is not None

    @property
    def is_electrolyte(self) -> bool:
        """Whether ions pass through this material and lithium does not stay in it."""
        return self.conducts_ions and not self.stores_lithium

    @property
    def conducts_ions(self) -> bool:
        """Whether ions have a conductivity here."""
        return self.ionic_conductivity is not None

    @property
    def conducts_electrons(self) -> bool:
        """Whether electrons have a conductivity here."""
        return self.electronic_conductivity is not None

    @property
    def is_third_medium(self) -> bool:
        """Whether this is no solid but the filler of a pore."""
        return self.elasticity == "third_medium"

    @property
    def densifies(self) -> bool:
        """Whether this is porous and compacts under pressure."""
        return self.densification_pressure is not None

    @property
    def swelling(self) -> float:
        """J(1) - 1, stress-free growth in volume from c = 0 to c = 1 [-]; 0 where no lithium is stored."""
        return float(self.growth_at(1.0))

    def growth_at(self, stoichiometry: Any) -> Any:
        """J(c) - 1 = Omega C_max c, or that of the swelling curve: stress-free, over the unlithiated volume.

        Args:
            stoichiometry: c in [0, 1], a float or an array.
        """
        if not self.stores_lithium:
            return 0.0 * stoichiometry
        if self.swelling_curve is not None:
            return self.swelling_curve.at(stoichiometry)
        return (self.partial_molar_volume or 0.0) * (self.maximum_concentration or 0.0) * stoichiometry

    def diffusivity_factor(self, temperature: float) -> float:
        """Arrhenius factor by which D differs from the stated one.

        Args:
            temperature: T [K].
        """
        return arrhenius_factor(self.diffusivity_activation_energy or 0.0, temperature)

    def ionic_conductivities_at(self, temperature: float) -> tuple[float, ...]:
        """kappa(T) [S/m] along the axes of the mesh, by its activation energy from the stated one.

        A single value counts along all of them; 0 where no ions pass.

        Args:
            temperature: T [K].
        """
        factor = arrhenius_factor(self.ionic_conductivity_activation_energy or 0.0, temperature)
        return tuple(factor * value for value in along_axes(self.ionic_conductivity or 0.0))

    def ionic_conductivity_at(self, temperature: float) -> float:
        """The same of a material that conducts alike in all directions.

        Args:
            temperature: T [K].

        Raises:
            ValueError: it does not.
        """
        conductivity, *others = self.ionic_conductivities_at(temperature)
        if others:
            raise ValueError("the ionic conductivity differs along the axes")
        return conductivity

    @model_validator(mode="after")
    def _complete(self) -> MaterialCard:
        for name in _NEEDED_TO_FLOW[self.flow]:
            if getattr(self, name) is None:
                what = name.replace("_", " ")
                raise refuse_key(name, f'missing; allowed: a {what}, because flow = "{self.flow}"')
        flow_checks.require_hardening(self)
        flow_checks.require_densification(self)
        if self.is_third_medium:
            self._require_filler()
        elif self.regularisation_length is not None:
            raise refuse_key(
                "regularisation_length",
                f'found with elasticity = "{self.elasticity}"; allowed: only with "third_medium"',
            )
        if not self.stores_lithium:
            for name in ("swelling_curve", "first_lithiation_potential"):
                if getattr(self, name) is not None:
                    raise refuse_key(name, "found without a maximum_concentration; no lithium is stored")
            return self
        if self.diffusivity is None:
            raise refuse_key("diffusivity", "missing; a material with a maximum_concentration needs it")
        self._require_swelling()
        if self.chemistry == "open_circuit" and self.open_circuit_potential is None:
            raise refuse_key("open_circuit_potential", 'missing; needed because chemistry = "open_circuit"')
        if self.chemistry == "regular_solution":
            self._require_regular_solution()
        if self.first_lithiation_potential is not None:
            self._require_first_lithiation(self.first_lithiation_potential)
        return self

    def _require_first_lithiation(self, first: OpenCircuitTable) -> None:
        """Refuse a branch that has no curve to leave, or that leaves open what is meant."""
        if self.chemistry != "open_circuit" or self.open_circuit_potential is None:
            raise refuse_key(
                "first_lithiation_potential",
                f'found with chemistry = "{self.chemistry}"; allowed: only with "open_circuit"',
            )
        if self.diffusivity_kind == "chemical":
            raise refuse_key(
                "diffusivity_kind",
                'found "chemical" with a first_lithiation_potential; allowed: "tracer", because d mu/d C is '
                "no function of the lithium content then",
            )
        ends, own = ((t.stoichiometry[0], t.stoichiometry[-1]) for t in (self.open_circuit_potential, first))
        if own != ends:
            raise refuse_key(
                "first_lithiation_potential",
                f"found stoichiometries from {own[0]:g} to {own[1]:g}; allowed: from {ends[0]:g} to "
                f"{ends[1]:g}, as those of open_circuit_potential",
            )

    def _require_swelling(self) -> None:
        """Refuse a volume that is not stated exactly once, or that cannot be that of a material."""
        curve, molar_volume = self.swelling_curve, self.partial_molar_volume
        if curve is None and molar_volume is None:
            raise refuse_key(
                "partial_molar_volume",
                "missing; a material with a maximum_concentration needs it, or a swelling_curve",
            )
        if curve is not None and molar_volume is not None:
            raise refuse_key(
                "swelling_curve",
                f"found together with partial_molar_volume = {molar_volume:g} m^3/mol; allowed: one of them",
            )
        if curve is not None and (text := refused_curve(curve)) is not None:
            raise refuse_key("swelling_curve", text)
        if curve is None and self.swelling <= -1:
            raise refuse_key(
                "partial_molar_volume",
                f"found {molar_volume:g} m^3/mol, with which a full region has no volume left; "
                "allowed: Omega C_max > -1",
            )

    def _require_filler(self) -> None:
        """Refuse a third medium that is more than the filler of a pore, or that nothing keeps in shape."""
        for name in ("maximum_concentration", "ionic_conductivity", "electronic_conductivity"):
            found = getattr(self, name)
            if found is not None:
                raise refuse_key(
                    name,
                    f'found {written(found)} with elasticity = "third_medium"; allowed: none, because '
                    "the filler of a pore takes up no lithium and carries no current",
                )
        if self.flow != "elastic":
            raise refuse_key(
                "flow",
                f'found "{self.flow}" with elasticity = "third_medium"; allowed: "elastic", because a filler '
                "that yields would not open again",
            )
        if self.regularisation_length is None:
            raise refuse_key("regularisation_length", 'missing; needed because elasticity = "third_medium"')

    def _require_regular_solution(self) -> None:
        """Refuse a regular solution that is incomplete, or a separating one that has no solution."""
        parameter = self.regular_solution_parameter
        if parameter is None:
            raise refuse_key(
                "regular_solution_parameter", 'missing; needed because chemistry = "regular_solution"'
            )
        if self.reference_potential is None:
            raise refuse_key("reference_potential", 'missing; needed because chemistry = "regular_solution"')
        if self.diffusivity_kind == "chemical" and parameter >= CRITICAL_PARAMETER:
            raise refuse_key(
                "diffusivity_kind",
                f'found "chemical" with regular_solution_parameter = {parameter:g}, for which d mu/d C is '
                'not positive everywhere; allowed: "tracer", or a parameter below 2',
            )
        if parameter > CRITICAL_PARAMETER and self.gradient_energy is None:
            raise refuse_key(
                "gradient_energy",
                f"missing; needed because regular_solution_parameter = {parameter:g} is above 2: nothing "
                "else gives the interface between the two phases a width",
            )
