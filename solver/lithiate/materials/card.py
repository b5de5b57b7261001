"""What is known of one material: its properties in SI units, each with a source or marked as assumed."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from lithiate_meshes.quantities import (
    Concentration,
    Conductivity,
    Density,
    Length,
    MolarVolume,
    PositiveDimensionless,
    PositivePressure,
    Pressure,
    Voltage,
    quantity,
)
from pydantic import BaseModel, ConfigDict, Field, model_validator

from lithiate.materials import flow_checks
from lithiate.materials.functions import (
    PropertyFunction,
    StoichiometryFunction,
    arrhenius_factor,
    refuse_key,
)
from lithiate.materials.regular_solution import CRITICAL_PARAMETER
from lithiate.materials.swelling import refused_curve

__all__ = ["Frozen", "MaterialCard", "MaterialProperties", "OpenCircuitTable", "Stoichiometry", "refuse_key"]

Stoichiometry = Annotated[float, quantity("stoichiometry", "", "0.5", gt=0, lt=1)]
"""A filling inside (0, 1), both ends left out."""


class Frozen(BaseModel):
    """Base of every table of a case file: cannot be changed, refuses unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


_STRESS_UNITS = ("GPa", "MPa", "kPa", "Pa")
Modulus = Annotated[
    StoichiometryFunction,
    PropertyFunction(quantity("Young's modulus", "Pa", "80 GPa", units=_STRESS_UNITS, gt=0)),
]
PoissonRatio = Annotated[
    StoichiometryFunction, PropertyFunction(quantity("Poisson ratio", "", "0.3", ge=0, lt=0.5))
]
YieldStress = Annotated[
    StoichiometryFunction,
    PropertyFunction(quantity("yield stress", "Pa", "0.5 GPa", units=_STRESS_UNITS, gt=0)),
]
Rate = Annotated[float, quantity("rate", "1/s", "1e-9 1/s", units=("1/s", "1/h"), gt=0)]
RateExponent = Annotated[float, quantity("exponent", "", "4", ge=1, le=50)]
Porosity = Annotated[float, quantity("porosity", "", "0.2", gt=0, lt=1)]
MolarEnergy = Annotated[
    float, quantity("molar energy", "J/mol", "37 kJ/mol", units=("J/mol", "kJ/mol"), ge=0, le=1e6)
]
FlowKind = Literal["elastic", "rate_independent", "viscoplastic", "creep"]
ElasticityKind = Literal["neo_hookean", "hencky", "third_medium"]


SaturationStress = Annotated[
    StoichiometryFunction,
    PropertyFunction(quantity("saturation stress", "Pa", "0.6 GPa", units=_STRESS_UNITS, gt=0)),
]
FailureStress = Annotated[
    StoichiometryFunction,
    PropertyFunction(quantity("failure stress", "Pa", "100 MPa", units=_STRESS_UNITS, gt=0)),
]
DiffusivityFunction = Annotated[
    StoichiometryFunction,
    PropertyFunction(quantity("diffusivity", "m^2/s", "1e-12 cm^2/s", units=("m^2/s", "cm^2/s"), gt=0)),
]
RegularSolutionParameter = Annotated[float, quantity("regular solution parameter", "", "2.5", ge=-20, le=20)]
GradientEnergy = Annotated[
    float, quantity("gradient energy", "J/m", "1e-10 J/m", units=("J/m", "nJ/m", "N"), gt=0)
]
FillingWidth = Annotated[float, quantity("width", "", "0.01", gt=0, le=0.2)]
SwellingCurve = Annotated[
    StoichiometryFunction, PropertyFunction(quantity("growth of the volume", "", "0.1", gt=-1))
]


class OpenCircuitTable(Frozen):
    """Open-circuit potential against Li/Li+, measured points; see :mod:`lithiate.materials.open_circuit`."""

    stoichiometry: tuple[Stoichiometry, ...] = Field(description="fillings c, increasing, inside (0, 1)")
    potential: tuple[Voltage, ...] = Field(
        description="open-circuit potential at these against Li/Li+, falling"
    )

    @model_validator(mode="after")
    def _falls(self) -> OpenCircuitTable:
        fillings, potentials = self.stoichiometry, self.potential
        if len(fillings) != len(potentials):
            raise refuse_key(
                "potential", f"found {len(potentials)} values for {len(fillings)} stoichiometries"
            )
        if len(fillings) < 2:
            raise refuse_key("stoichiometry", f"found {len(fillings)} points; allowed: at least 2")
        for left, right in zip(fillings[:-1], fillings[1:], strict=True):
            if not right > left:
                raise refuse_key(
                    "stoichiometry", f"found {right:g} after {left:g}; allowed: increasing values"
                )
        for left, right in zip(potentials[:-1], potentials[1:], strict=True):
            if not right < left:
                raise refuse_key(
                    "potential",
                    f"found {right:g} V after {left:g} V; allowed: falling values; an open-circuit potential "
                    "that does not fall with lithium is unstable against separation",
                )
        return self


class MaterialProperties(Frozen):
    """Every property a region can be given; in a case file each overrides the library's value."""

    youngs_modulus: Modulus | None = Field(default=None, description="E, of the material as lithiated")
    poisson_ratio: PoissonRatio | None = Field(default=None, description="nu")
    flow: FlowKind | None = Field(
        default=None,
        description="elastic: never yields; rate_independent: J2 plasticity with isotropic hardening; "
        "viscoplastic: rate_0 (stress / yield stress - 1)^m beyond the yield stress; "
        "creep: A (stress / reference stress)^n exp(-Q / (R T))",
    )
    yield_stress: YieldStress | None = Field(default=None, description="flow stress at no plastic strain")
    hardening_modulus: Pressure | None = Field(
        default=None, description="rise of the flow stress per equivalent plastic strain"
    )
    maximum_concentration: Concentration | None = Field(
        default=None,
        description="C_max per volume of the unlithiated material; its presence makes a region store lithium",
    )
    partial_molar_volume: MolarVolume | None = Field(
        default=None, description="Omega: stress-free swelling per mole of lithium"
    )
    diffusivity: DiffusivityFunction | None = Field(default=None, description="D of lithium")
    diffusivity_kind: Literal["tracer", "chemical"] | None = Field(
        default=None, description="tracer: M = D C (1 - c)/(R T); chemical: M = D / (d mu/d C)"
    )
    chemistry: Literal["open_circuit", "ideal_dilute", "regular_solution"] | None = Field(
        default=None,
        description="where the chemical potential comes from: open_circuit: a measured curve; "
        "regular_solution: R T [ln(c/(1-c)) + Omega_r (1 - 2 c)] - F U_0; ideal_dilute (R T ln c) is for "
        "verification",
    )
    open_circuit_potential: OpenCircuitTable | None = Field(
        default=None, description="measured points of U(c)"
    )
    density: Density | None = Field(default=None, description="mass per volume of the unlithiated material")
    ionic_conductivity: Conductivity | None = Field(
        default=None, description="its presence makes a region conduct ions"
    )
    electronic_conductivity: Conductivity | None = Field(default=None, description="of electrons")
    reference_rate: Rate | None = Field(
        default=None,
        description="plastic strain rate: rate_0 of viscoplastic flow, A of creep (at infinite temperature)",
    )
    rate_exponent: RateExponent | None = Field(
        default=None, description="m of viscoplastic flow, n of creep; large: hardly any rate effect"
    )
    reference_stress: PositivePressure | None = Field(
        default=None, description="sigma_ref of creep, the stress at which its rate is A exp(-Q / (R T))"
    )
    creep_activation_energy: MolarEnergy | None = Field(
        default=None, description="Q of creep; zero: the same rate at every temperature"
    )
    elasticity: ElasticityKind | None = Field(
        default=None,
        description="neo_hookean: the default; hencky: quadratic in the logarithmic strain; "
        "third_medium: soft filler of a pore, which carries load once the pore has closed",
    )
    regular_solution_parameter: RegularSolutionParameter | None = Field(
        default=None, description="Omega_r per R T; above 2 the solution separates into two phases"
    )
    reference_potential: Voltage | None = Field(
        default=None, description="U_0, open-circuit potential of a regular solution at c = 1/2"
    )
    gradient_energy: GradientEnergy | None = Field(
        default=None,
        description="kappa_g of the energy (kappa_g/2) |Grad c|^2 per volume, with lengths and volume of the "
        "mesh as built",
    )
    activation_volume: MolarVolume | None = Field(
        default=None,
        description="V_a of D exp(V_a sigma_h/(R T)): where positive, compression slows diffusion",
    )
    failure_stress: FailureStress | None = Field(
        default=None,
        description="largest principal stress at which the material breaks; a run warns where it is passed",
    )
    diffusivity_activation_energy: MolarEnergy | None = Field(
        default=None, description="D changes by exp(-E_a/R (1/T - 1/298.15 K)) with physics.temperature"
    )
    ionic_conductivity_activation_energy: MolarEnergy | None = Field(
        default=None, description="the same for the ionic conductivity"
    )
    regularisation_length: Length | None = Field(
        default=None,
        description="l of a third medium: its energy (K l^2 / 2) |Grad Grad u|^2 keeps elements in shape",
    )
    swelling_curve: SwellingCurve | None = Field(
        default=None,
        description="J(c) - 1, by which the stress-free volume has grown from c = 0 to c; rises or falls "
        "throughout; in place of partial_molar_volume",
    )
    first_lithiation_potential: OpenCircuitTable | None = Field(
        default=None,
        description="measured points of the curve that material follows while it takes up more lithium than "
        "it ever held, below open_circuit_potential and with the same ends",
    )
    first_lithiation_width: FillingWidth | None = Field(
        default=None,
        description="filling by which c falls below its largest value until the ordinary curve holds again",
    )
    saturation_stress: SaturationStress | None = Field(
        default=None,
        description="flow stress in which saturating (Voce) hardening ends, above the yield stress; linear "
        'hardening by hardening_modulus comes on top; for flow = "rate_independent"',
    )
    saturation_strain: PositiveDimensionless | None = Field(
        default=None,
        description="equivalent plastic strain in which the rise to the saturation stress falls to 1/e",
    )
    porosity: Porosity | None = Field(
        default=None, description="share of pores in a layer that densifies, as built and without load"
    )
    densification_pressure: PositivePressure | None = Field(
        default=None,
        description="p_0 at which the layer as built begins to compact for good; its presence makes it "
        "densify: p <= p_0 + P_H ln(porosity as built / porosity)",
    )
    heckel_pressure: PositivePressure | None = Field(
        default=None, description="P_H, the inverse of the slope of ln(1 / porosity) over the pressure"
    )
    sources: dict[str, str] = Field(
        default_factory=dict, description="property -> where its value comes from"
    )
    assumed: dict[str, str] = Field(default_factory=dict, description="property -> why its value was assumed")
    validity: dict[str, str] = Field(
        default_factory=dict, description="property -> within which bounds its value holds"
    )


NOTES = ("sources", "assumed", "validity")
"""The fields of a card that hold texts about its properties."""

PROPERTY_NAMES: tuple[str, ...] = tuple(name for name in MaterialProperties.model_fields if name not in NOTES)
"""The names of all properties of a material."""

REPLACES = {"swelling_curve": "partial_molar_volume", "partial_molar_volume": "swelling_curve"}
"""Properties that say the same in two ways: who sets one in a case takes the library's other out."""

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

    def ionic_conductivity_at(self, temperature: float) -> float:
        """kappa(T) [S/m], by its activation energy from the stated one; 0 where no ions pass.

        Args:
            temperature: T [K].
        """
        energy = self.ionic_conductivity_activation_energy or 0.0
        return (self.ionic_conductivity or 0.0) * arrhenius_factor(energy, temperature)

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
            if getattr(self, name) is not None:
                raise refuse_key(
                    name,
                    f'found {getattr(self, name):g} with elasticity = "third_medium"; allowed: none, because '
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
