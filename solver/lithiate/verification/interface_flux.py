"""Two conductors of ions and the resistance between them, against an exact solution with a current.

The current changes along the interface and meets two conductivities and a jump of the potential. Nothing is
added to the equations to make the solution exact: it is harmonic on either side.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from dolfinx import fem
from lithiate_meshes.families.verification import INTERFACE, VerificationBlock
from numpy.typing import NDArray
from scipy.special import j0, jn_zeros

from lithiate import compat, parallel
from lithiate.case import Case
from lithiate.geometry import Geometry
from lithiate.problem.from_case import interface_laws
from lithiate.problem.problem import Problem
from lithiate.problem.states import State
from lithiate.verification.drive import Means, SurfaceReaction, bare_problem
from lithiate.verification.steady import SteadySolve, conduction_units

Array = NDArray[np.float64]

LOWER, UPPER = "electrode", "electrolyte"
"""Names of the two blocks, which both conduct ions here."""

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


class InterfaceFlux(SteadySolve):
    """The exact potential is held below and above; sides are mirrors. Mechanics is idle."""

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
        self._exact = HarmonicFlux(
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
        self._names = {name: f"electrolyte_potential.{name}" for name in (LOWER, UPPER)}
        values = {LOWER: self._exact.below, UPPER: self._exact.above}
        for region, surface in ((LOWER, "bottom"), (UPPER, "top")):
            held = fem.Function(problem.unknowns[self._names[region]].value.function_space)
            held.interpolate(values[region])
            problem.fix(self._names[region], surface, None, held)
        super().__init__(case, problem, tuple(self._names.values()), {})
        self._entering = SurfaceReaction(problem, self._names[LOWER], "bottom")
        self._leaving = SurfaceReaction(problem, self._names[UPPER], "top")
        self._prepare_errors(values)

    def _prepare_errors(self, values: Mapping[str, Callable[[Array], Array]]) -> None:
        problem, measures = self.problem, self.problem.measures
        squares: list[Any] = [0, 0]
        for region, function in values.items():
            exact = _interpolated(problem, region, function)
            error = problem.unknowns[self._names[region]].value - exact
            for number, field in enumerate((error, exact)):
                squares[number] += measures.region(field**2, region)
        flux = problem.interfaces[INTERFACE].exchanged_current_density
        wanted = _interpolated(problem, LOWER, self._exact.current_density)("+")
        faces = [measures.interface(field**2, INTERFACE) for field in (flux - wanted, wanted)]
        maps = problem.geometry.entity_maps()
        self._errors = [[compat.compile_form(form, maps) for form in forms] for forms in (squares, faces)]
        self._means = Means(problem)
        self._means.add("flux", measures.interface(flux, INTERFACE), measures.interface(1.0, INTERFACE))

    def quantities(self, state: State) -> Mapping[str, float]:
        """Mean current density through the interface."""
        return {"interface_flux": self._means.evaluate()["flux"] * self.problem.units.current_density}

    def balance_errors(self, state: State) -> Mapping[str, float]:
        """What enters below against what leaves above."""
        entering, leaving = self._entering.total(), self._leaving.total()
        return {"charge_balance_error": abs(entering + leaving) / abs(entering)}

    def summary_values(self) -> Mapping[str, float]:
        """Norms over both blocks and over the interface of the error, over that of the exact field."""
        communicator = self.problem.geometry.communicator
        potential, flux = (
            [float(parallel.total(communicator, fem.assemble_scalar(form))) for form in forms]
            for forms in self._errors
        )
        return {
            "error_l2.electrolyte_potential": float(np.sqrt(potential[0] / potential[1])),
            "interface_flux_error": float(np.sqrt(flux[0] / flux[1])),
        }


def _interpolated(problem: Problem, region: str, values: Callable[[Array], Array]) -> fem.Function:
    """An exact field on a region."""
    mesh = problem.geometry.regions[region].mesh
    exact = fem.Function(fem.functionspace(mesh, ("Lagrange", EXACT_DEGREE)))
    exact.interpolate(values)
    return exact
