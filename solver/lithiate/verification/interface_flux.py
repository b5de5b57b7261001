"""Two conductors of ions, or two regions that store lithium, against an exact solution with a current.

The current changes along the interface and meets two conductivities, or diffusivities, and a jump. For ions
nothing is added to the equations to make the solution exact: it is harmonic on either side. Lithium is
harmonic where D is constant; its chemical potential is no linear function of it, so that on the interface,
from one side to the other, passes what the law lacks.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import ufl
from dolfinx import fem
from lithiate_meshes.families.verification import INTERFACE, VerificationBlock
from numpy.typing import NDArray
from scipy.special import j0, jn_zeros

from lithiate import compat, parallel
from lithiate.case import Case
from lithiate.errors import InputError
from lithiate.geometry import Geometry
from lithiate.problem.laws_of_case import interface_laws
from lithiate.problem.problem import Problem
from lithiate.problem.states import State
from lithiate.scaling import Units
from lithiate.verification.drive import Means, SurfaceReaction, bare_problem, diffusivity_at, switches
from lithiate.verification.steady import SteadySolve, conduction_units

Array = NDArray[np.float64]

LOWER, UPPER = "electrode", "electrolyte"
"""Names of the two blocks, which both conduct ions or both store lithium here."""

VARIATION = 0.5
"""Amplitude of the current density along the interface, as a share of its mean."""

EXACT_DEGREE, BULK_DEGREE = 3, 4
"""The exact fields are interpolated with this degree: their own error is of fourth order, that of the
solution of second. Errors are integrated with the other."""


@dataclass(frozen=True)
class HarmonicFlux:
    """Exact potentials with the current density J (1 + m M) through the interface, in any coherent units.

    M is an even mode across the block with no slope on its walls, of wave number k: zeta being the height
    above the interface,

        phi_1 = -(J / kappa_1) (zeta + m M sinh(k zeta) / k)
        phi_2 = -(J / kappa_2) (zeta + m M sinh(k zeta) / k) - R J (1 + m M cosh(k zeta))

    Both have no Laplacian; on the interface kappa_1 d phi_1 = kappa_2 d phi_2 = -J (1 + m M), and the jump
    phi_1 - phi_2 is R times that.

    Attributes:
        symmetry: "plane_strain", "axisymmetric" or "3d".
        width: of the block.
        interface_height: where the interface lies.
        flux: J, mean current density from the lower block to the upper one.
        conductivities: kappa_1 and kappa_2.
        resistance: R of the interface.
    """

    symmetry: str
    width: float
    interface_height: float
    flux: float
    conductivities: tuple[float, float]
    resistance: float

    @property
    def wave_number(self) -> float:
        """k, from which M falls away from the interface."""
        if self.symmetry == "axisymmetric":
            return float(jn_zeros(1, 1)[0]) / self.width
        return float(np.pi / self.width * (np.sqrt(2) if self.symmetry == "3d" else 1.0))

    def mode(self, x: Array) -> Array:
        """M: cos(pi x / w), its product with cos(pi y / w), or J_0(k r) with J_1(k w) = 0."""
        if self.symmetry == "axisymmetric":
            return np.asarray(j0(self.wave_number * x[0]))
        along = np.cos(np.pi * x[0] / self.width)
        return np.asarray(along * np.cos(np.pi * x[1] / self.width) if self.symmetry == "3d" else along)

    def current_density(self, x: Array) -> Array:
        """J (1 + m M), at any height that of the interface."""
        return np.asarray(self.flux * (1 + VARIATION * self.mode(x)))

    def _height(self, x: Array) -> Array:
        return np.asarray(x[2 if self.symmetry == "3d" else 1] - self.interface_height)

    def _drop(self, x: Array, conductivity: float) -> Array:
        height, number = self._height(x), self.wave_number
        shape = height + VARIATION * self.mode(x) * np.sinh(number * height) / number
        return np.asarray(-self.flux / conductivity * shape)

    def below(self, x: Array) -> Array:
        """phi_1."""
        return self._drop(x, self.conductivities[0])

    def above(self, x: Array) -> Array:
        """phi_2."""
        jump = 1 + VARIATION * self.mode(x) * np.cosh(self.wave_number * self._height(x))
        return self._drop(x, self.conductivities[1]) - self.resistance * self.flux * jump


class ExactFlux(SteadySolve):
    """The exact field is held below and above; sides are mirrors. Mechanics is idle.

    Args:
        case: valid.
        problem: without conditions.
        unknowns: of the balance in either block.
        solved: names of all unknowns that are solved for.
        exact: fields of either block.
        balance: name of the balance that is checked.
    """

    def __init__(
        self,
        case: Case,
        problem: Problem,
        unknowns: Mapping[str, str],
        solved: Collection[str],
        exact: Mapping[str, Callable[[Array], Array]],
        balance: str,
    ) -> None:
        for region, surface in ((LOWER, "bottom"), (UPPER, "top")):
            held = fem.Function(problem.unknowns[unknowns[region]].value.function_space)
            held.interpolate(exact[region])
            problem.fix(unknowns[region], surface, None, held)
        super().__init__(case, problem, solved, {})
        self._balance = balance
        self._entering = SurfaceReaction(problem, unknowns[LOWER], "bottom")
        self._leaving = SurfaceReaction(problem, unknowns[UPPER], "top")
        self._errors: dict[str, list[Any]] = {}
        self._means = Means(problem)

    def _compare(self, name: str, found: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
        """Keep a field of either block, and what it should be."""
        measures, squares = self.problem.measures, [0, 0]
        for region, exact in wanted.items():
            for number, field in enumerate((found[region] - exact, exact)):
                squares[number] += measures.region(field**2, region)
        self._keep(f"error_l2.{name}", squares)

    def _compare_flux(self, flux: Any, wanted: Any) -> None:
        """Keep the current density of the interface, and what it should be."""
        measures = self.problem.measures
        squares = [measures.interface(field**2, INTERFACE) for field in (flux - wanted, wanted)]
        self._keep("interface_flux_error", squares)
        self._means.add("flux", measures.interface(flux, INTERFACE), measures.interface(1.0, INTERFACE))

    def _keep(self, name: str, squares: list[Any]) -> None:
        maps = self.problem.geometry.entity_maps()
        self._errors[name] = [compat.compile_form(form, maps) for form in squares]

    def quantities(self, state: State) -> Mapping[str, float]:
        """Mean current density through the interface."""
        return {"interface_flux": self._means.evaluate()["flux"] * self.problem.units.current_density}

    def balance_errors(self, state: State) -> Mapping[str, float]:
        """What enters below against what leaves above."""
        entering, leaving = self._entering.total(), self._leaving.total()
        return {self._balance: abs(entering + leaving) / abs(entering)}

    def summary_values(self) -> Mapping[str, float]:
        """Norms over both blocks, and over the interface, of the error over that of the exact field."""
        communicator, found = self.problem.geometry.communicator, {}
        for name, forms in self._errors.items():
            error, exact = (float(parallel.total(communicator, fem.assemble_scalar(form))) for form in forms)
            found[name] = float(np.sqrt(error / exact))
        return found


class IonFlux(ExactFlux):
    """Between two conductors of ions."""

    def __init__(self, case: Case, geometry: Geometry) -> None:
        shape, temperature = case.geometry, case.physics.temperature
        assert isinstance(shape, VerificationBlock) and case.load is not None
        assert shape.width is not None and shape.height is not None and case.load.flux is not None
        conductivities = [case.card(name).ionic_conductivity_at(temperature) for name in (LOWER, UPPER)]
        units = conduction_units(geometry.length, max(conductivities), temperature)
        laws = interface_laws(case, INTERFACE, units)
        assert laws.exchange is not None
        residual = laws.residual_contact_fraction
        contact = residual + (1 - residual) * laws.bonded_share
        exact = HarmonicFlux(
            geometry.symmetry,
            shape.width / units.length,
            shape.height / units.length,
            case.load.flux / units.current_density,
            (conductivities[0] / units.conductivity, conductivities[1] / units.conductivity),
            laws.exchange.resistance / contact,
        )
        problem = bare_problem(
            case, geometry, units, BULK_DEGREE, interfaces={INTERFACE: laws}, grounded="top"
        )
        names = {name: f"electrolyte_potential.{name}" for name in (LOWER, UPPER)}
        values = {LOWER: exact.below, UPPER: exact.above}
        super().__init__(case, problem, names, tuple(names.values()), values, "charge_balance_error")
        found = {region: problem.unknowns[name].value for region, name in names.items()}
        wanted = {region: _interpolated(problem, region, function) for region, function in values.items()}
        self._compare("electrolyte_potential", found, wanted)
        flux = problem.interfaces[INTERFACE].exchanged_current_density
        self._compare_flux(flux, _interpolated(problem, LOWER, exact.current_density)("+"))


class LithiumFlux(ExactFlux):
    """Between two regions that store lithium, in a steady state around the filling at the start.

    With j = -D Grad C the filling is harmonic as the potential of ions is, D C_max in place of kappa. Its
    jump is that of the resistance R where the chemical potential has the slope of the start.
    """

    def __init__(self, case: Case, geometry: Geometry) -> None:
        shape, start = case.geometry, case.initial.stoichiometry
        assert isinstance(shape, VerificationBlock) and case.load is not None
        assert shape.width is not None and shape.height is not None and case.load.flux is not None
        units = _diffusion_units(case, geometry.length)
        laws = interface_laws(case, INTERFACE, units)
        assert laws.exchange is not None
        residual = laws.residual_contact_fraction
        contact = residual + (1 - residual) * laws.bonded_share
        still = replace(switches(case), mechanics=False)
        problem = bare_problem(
            case, geometry, units, BULK_DEGREE, switches=still, interfaces={INTERFACE: laws}
        )
        problem.time_step.value = 1.0
        storages = {name: problem.regions[name].storage for name in (LOWER, UPPER)}
        lower, upper = (
            diffusivity_at(case, name, start) / units.diffusivity * storage.maximum_concentration
            for name, storage in storages.items()
            if storage is not None
        )
        exact = HarmonicFlux(
            geometry.symmetry,
            shape.width / units.length,
            shape.height / units.length,
            case.load.flux / units.current_density,
            (lower, upper),
            laws.exchange.resistance / contact * start,
        )
        values = {
            LOWER: lambda x: start + exact.below(x),
            UPPER: lambda x: start + exact.above(x),
        }
        names = {name: f"stoichiometry.{name}" for name in values}
        wanted = {name: _interpolated(problem, name, function) for name, function in values.items()}
        _require_fillings(case, problem, wanted)
        for name in names.values():
            # Steady: what is held at the end of the step is what was held before.
            unknown = problem.unknowns[name]
            problem.residuals[name] = ufl.replace(problem.residuals[name], {unknown.old: unknown.value})
        potentials = {
            name: storage.chemical_potential(wanted[name])
            for name, storage in storages.items()
            if storage is not None
        }
        interface = problem.interfaces[INTERFACE]
        law = laws.exchange.current_density(
            interface.contact_area_fraction, potentials[LOWER]("+"), potentials[UPPER]("-")
        )
        density = _interpolated(problem, LOWER, exact.current_density)("+")
        for name, side, sign in ((LOWER, "+", 1), (UPPER, "-", -1)):
            unknown = problem.unknowns[names[name]]
            lacking = sign * (density - law) * unknown.test(side)
            problem.add(unknown.name, problem.measures.interface(lacking, INTERFACE))
        super().__init__(case, problem, names, problem.solved_unknowns, values, "lithium_balance_error")
        self._compare(
            "lithium_concentration", {name: problem.unknowns[names[name]].value for name in names}, wanted
        )
        found = {name: problem.unknowns[f"chemical_potential.{name}"].value for name in names}
        self._compare("chemical_potential", found, potentials)
        self._compare_flux(interface.exchanged_current_density + density - law, density)


def _diffusion_units(case: Case, length: float) -> Units:
    """Units in which the larger D is one, and one of the largest concentrations."""
    diffusivity = max(diffusivity_at(case, name, case.initial.stoichiometry) for name in (LOWER, UPPER))
    concentration = case.concentration_as_built(LOWER)
    return Units(length, length**2 / diffusivity, concentration, case.physics.temperature)


def _require_fillings(case: Case, problem: Problem, wanted: Mapping[str, fem.Function]) -> None:
    """Refuse a flux that would empty or overfill a block.

    Raises:
        InputError: with the largest flux that is allowed.
    """
    communicator, start = problem.geometry.communicator, case.initial.stoichiometry
    farthest = 0.0
    for field in wanted.values():
        below, above = (start - field.x.array) / start, (field.x.array - start) / (1 - start)
        farthest = max(farthest, parallel.largest(communicator, np.maximum(below, above)))
    if farthest >= 1.0:
        assert case.load is not None and case.load.flux is not None
        flux = case.load.flux
        raise InputError(
            f"{case.path}: load.flux: found {flux:g} A/m2, with which the stoichiometry leaves (0, 1); "
            f"allowed: less than {flux / farthest:.4g} A/m2 around initial.stoichiometry = {start:g}"
        )


def interface_flux(case: Case, geometry: Geometry) -> ExactFlux:
    """The problem of ions, or of lithium where both blocks store it.

    Args:
        case: valid.
        geometry: its mesh.

    Raises:
        InputError: the flux would empty or overfill a block that stores lithium.
    """
    return (LithiumFlux if case.storing_regions else IonFlux)(case, geometry)


def _interpolated(problem: Problem, region: str, values: Callable[[Array], Array]) -> fem.Function:
    """An exact field on a region."""
    mesh = problem.geometry.regions[region].mesh
    exact = fem.Function(fem.functionspace(mesh, ("Lagrange", EXACT_DEGREE)))
    exact.interpolate(values)
    return exact
