"""The properties that a material can have, in SI units, each with a source or marked as assumed."""

from __future__ import annotations

from typing import Annotated, Literal

from lithiate_meshes.quantities import (
    Concentration,
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

from lithiate.materials.directional import DirectionalFunction, DirectionalQuantity
from lithiate.materials.functions import PropertyFunction, StoichiometryFunction, refuse_key

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
_CONDUCTIVITY_UNITS = ("S/m", "mS/cm", "S/cm", "mS/m")
IonicConductivity = Annotated[
    float | tuple[float, ...],
    DirectionalQuantity("conductivity", "S/m", "1 mS/cm", _CONDUCTIVITY_UNITS, greater_than=0.0),
]
ElectronicConductivity = Annotated[
    StoichiometryFunction | tuple[StoichiometryFunction, ...],
    DirectionalFunction(quantity("conductivity", "S/m", "1 mS/cm", units=_CONDUCTIVITY_UNITS, gt=0)),
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
    ionic_conductivity: IonicConductivity | None = Field(
        default=None,
        description="its presence makes a region conduct ions; a list has one along each axis of the mesh as "
        "built, (x, y), (r, z) or (x, y, z), which turn with the material",
    )
    electronic_conductivity: ElectronicConductivity | None = Field(
        default=None,
        description='of electrons; counts with physics.electrons = "resolved", may change with stoichiometry '
        "and along the axes, as a list like ionic_conductivity",
    )
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
