# SPDX-License-Identifier: LGPL-3.0-or-later
"""Exact fields, and the equations of the model written a second time, for manufactured solutions.

Nothing of ``lithiate.physics`` or ``lithiate.interfaces`` is used here, and stress and mechanical potential
are no closed forms but derivatives of the energy, so that a factor or a sign that is wrong in the code
cannot be wrong here in the same way. All numbers are in solver units, in which the gas constant times
temperature and the Faraday constant are one; they are made from the SI values of the cards by the formulas
below, not by ``lithiate.scaling``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import ufl
from dolfinx import fem
from dolfinx import mesh as dolfinx_mesh
from lithiate import compat, parallel
from lithiate.materials import MaterialCard, OpenCircuitTable, StoichiometryFunction
from lithiate.problem.problem import Problem
from lithiate.scaling import Units
from mpi4py import MPI
from scipy.constants import physical_constants

GAS_CONSTANT = physical_constants["molar gas constant"][0]
FARADAY_CONSTANT = physical_constants["Faraday constant"][0]

LENGTH, TIME, CONCENTRATION, TEMPERATURE = 1e-6, 3600.0, 3e5, 298.15
UNITS = Units(LENGTH, TIME, CONCENTRATION, TEMPERATURE)
STRESS = CONCENTRATION * GAS_CONSTANT * TEMPERATURE
POTENTIAL = GAS_CONSTANT * TEMPERATURE / FARADAY_CONSTANT
CURRENT_DENSITY = FARADAY_CONSTANT * CONCENTRATION * LENGTH / TIME

START = 0.1
"""Stoichiometry at which the mesh as built is free of stress."""

SOURCE_DEGREE = 6
"""Quadrature degree of sources and of error norms, well above that of the code."""


# Materials


def electrode_card(**changes: Any) -> MaterialCard:
    """Swells to three times its volume, softens, and has terms of similar size in its chemical potential."""
    values: dict[str, Any] = {
        "name": "manufactured electrode",
        "youngs_modulus": StoichiometryFunction(2.0e9, 0.8e9),
        "poisson_ratio": StoichiometryFunction(0.22, 0.3),
        "maximum_concentration": CONCENTRATION,
        "partial_molar_volume": 3.0 / CONCENTRATION,
        "diffusivity": 1.5e-16,
        "open_circuit_potential": OpenCircuitTable(stoichiometry=(0.05, 0.95), potential=(0.33, 0.05)),
    }
    return MaterialCard(**(values | changes))


def electrolyte_card(**changes: Any) -> MaterialCard:
    """Elastic, and so resistive that its potential varies by several R T / F over a micrometre."""
    values: dict[str, Any] = {
        "name": "manufactured electrolyte",
        "youngs_modulus": 1.2e9,
        "poisson_ratio": 0.3,
        "ionic_conductivity": 5e-5,
    }
    return MaterialCard(**(values | changes))


@dataclass(frozen=True)
class Electrode:
    """The equations of a region that stores lithium."""

    card: MaterialCard

    @property
    def full_swelling(self) -> float:
        """Omega C_max."""
        return self.card.partial_molar_volume * self.card.maximum_concentration

    @property
    def capacity(self) -> float:
        """C_max per volume as built."""
        return self.card.maximum_concentration / CONCENTRATION / (1 + self.full_swelling * START)

    def swelling(self, c: Any) -> Any:
        """J_c, one at the start."""
        return (1 + self.full_swelling * c) / (1 + self.full_swelling * START)

    def energy(self, F: Any, c: Any) -> Any:
        """J_c psi_e per volume as built."""
        return self.swelling(c) * neo_hookean_energy(self.card, F, c, ufl.det(F) / self.swelling(c))

    def stress(self, F: Any, c: Any) -> Any:
        """P = d(J_c psi_e)/dF."""
        F = ufl.variable(F)
        return ufl.diff(self.energy(F, c), F)

    def composition_potential(self, c: Any) -> Any:
        """mu_chem of a table of two points: a straight line plus the ideal solution."""
        table = self.card.open_circuit_potential
        (left, right), (first, last) = table.stoichiometry, table.potential
        first = first / POTENTIAL - np.log((1 - left) / left)
        last = last / POTENTIAL - np.log((1 - right) / right)
        return ufl.ln(c / (1 - c)) - (first + (last - first) * (c - left) / (right - left))

    def potential(self, F: Any, c: Any) -> Any:
        """mu = mu_chem + d(J_c psi_e)/dC at fixed F."""
        c = ufl.variable(c)
        return self.composition_potential(c) + ufl.diff(self.energy(F, c), c) / self.capacity

    def flux(self, F: Any, c: Any, potential_gradient: Any) -> Any:
        """j_R = -M F^{-1} F^{-T} Grad mu."""
        D = self.card.diffusivity.at(c) * TIME / LENGTH**2
        if self.card.diffusivity_kind == "tracer":
            mobility = D * self.capacity * c * (1 - c)
        else:
            c = ufl.variable(c)
            mobility = D * self.capacity / ufl.diff(self.composition_potential(c), c)
        return -mobility * ufl.inv(F.T * F) * potential_gradient


@dataclass(frozen=True)
class Electrolyte:
    """The equations of a region that conducts ions."""

    card: MaterialCard

    def stress(self, F: Any) -> Any:
        """P = dpsi_e/dF."""
        F = ufl.variable(F)
        return ufl.diff(neo_hookean_energy(self.card, F, 0.0, ufl.det(F)), F)

    def current(self, F: Any, potential_gradient: Any) -> Any:
        """i_R = -J F^{-1} kappa F^{-T} Grad phi_e."""
        conductivity = self.card.ionic_conductivity * POTENTIAL / (CURRENT_DENSITY * LENGTH)
        return -conductivity * ufl.det(F) * ufl.inv(F.T * F) * potential_gradient


def neo_hookean_energy(card: MaterialCard, F: Any, c: Any, elastic_ratio: Any) -> Any:
    """psi_e = (K/2)[(J_e^2 - 1)/2 - ln J_e] + (G/2)[tr(bbar) - 3] per swollen volume."""
    E, nu = card.youngs_modulus.at(c) / STRESS, card.poisson_ratio.at(c)
    K, G = E / (3 - 6 * nu), E / (2 + 2 * nu)
    isochoric = ufl.tr(F.T * F) / ufl.det(F) ** (2 / 3)
    return K / 2 * ((elastic_ratio**2 - 1) / 2 - ufl.ln(elastic_ratio)) + G / 2 * (isochoric - 3)


# Exact fields


@dataclass(frozen=True)
class Fields:
    """Smooth fields on the unit square, or on the full turn or the cube over it.

    Attributes:
        displacement: components; gradients of 0.1 to 0.3, all of them different.
        hoop: u_r / r in axisymmetric models, finite on the axis.
        stoichiometry, old_stoichiometry: at the end and at the start of the time step.
        change: of the stoichiometry while the progress goes from zero to one.
        electrolyte_potential: phi_e.
    """

    displacement: list[Any]
    hoop: Any
    stoichiometry: Any
    old_stoichiometry: Any
    change: Any
    electrolyte_potential: Any


def exact_fields(
    x: Any,
    symmetry: str,
    growth: float,
    jump: float,
    functions: Any = ufl,
    progress: Any = 1.0,
    old_progress: Any = 0.0,
    stretch: float = 0.0,
) -> Fields:
    """The fields at points.

    Args:
        x: coordinates, UFL or arrays.
        symmetry: of the model; axisymmetric fields are even in r, as smooth fields are.
        growth: of the part of the displacement that grows evenly.
        jump: added displacement along the last coordinate, not uniform.
        functions: where sin and cos come from.
        progress: at the end of the time step, from undeformed (0) to 1.
        old_progress: at its start.
        stretch: added to the growth along the last coordinate, which alone then changes shapes everywhere.
    """
    sin, cos = functions.sin, functions.cos
    along, hoop = x[1 if symmetry != "3d" else 2], 0.0
    if symmetry == "axisymmetric":
        across = x[0] * x[0]
        hoop = 0.15 * growth + 0.08 * cos(0.9 * across + 0.7 * along)
        displacement = [x[0] * hoop]
    elif symmetry == "plane_strain":
        across = x[0]
        displacement = [0.18 * growth * x[0] + 0.1 * sin(1.3 * x[0] + 0.4) * cos(1.1 * along)]
    else:
        across = 0.6 * x[0] + 0.4 * x[1]
        displacement = [
            0.18 * growth * x[0] + 0.1 * sin(1.3 * x[0] + 0.4) * cos(1.1 * along + 0.5 * x[1]),
            0.12 * growth * x[1] + 0.08 * cos(x[0]) * sin(x[1] + along),
        ]
    opening = jump * (1 + 0.4 * sin(1.1 * across + 0.3))
    opening += (0.15 * growth + stretch) * along
    displacement.append(0.1 * cos(1.2 * across) * sin(1.4 * along + 0.3) + opening)
    start = 0.4 + 0.15 * cos(1.1 * across) * sin(0.8 * along + 0.5)
    change = 0.5 + 0.22 * sin(1.5 * across + 0.4) * cos(1.2 * along + 0.2) - start
    return Fields(
        [progress * component for component in displacement],
        progress * hoop,
        start + progress * change,
        start + old_progress * change,
        change,
        3.0 * cos(1.1 * across + 0.2) * sin(1.3 * along + 0.1) - 1.5,
    )


def gradient(vector: Any, hoop: Any, symmetry: str) -> Any:
    """Grad u as a 3 x 3 tensor, components in the order (r, z, theta) in axisymmetric models."""
    H = ufl.grad(vector)
    if symmetry == "3d":
        return H
    return ufl.as_tensor([[H[0, 0], H[0, 1], 0], [H[1, 0], H[1, 1], 0], [0, 0, hoop]])


def in_space(vector: Any) -> Any:
    """A vector of the mesh's dimension as a 3-vector."""
    return vector if len(vector) == 3 else ufl.as_vector([vector[0], vector[1], 0])


# Problems with sources


class Manufactured:
    """Gives a problem the sources under which the exact fields solve it, and measures its errors.

    Attributes:
        problem: not yet compiled.
        x: coordinates.
        growth, jumps, stretch: of the exact displacement, see :func:`exact_fields`; jumps by region.
        progress, old_progress: constants of the forms, see :func:`exact_fields` and :meth:`advance`.
    """

    def __init__(
        self,
        problem: Problem,
        growth: float = 1.0,
        jumps: dict[str, float] | None = None,
        stretch: float = 0.0,
    ) -> None:
        self.problem, self.symmetry = problem, problem.geometry.symmetry
        self.x = ufl.SpatialCoordinate(problem.geometry.mesh)
        self.growth, self.jumps = growth, jumps or dict.fromkeys(problem.regions, 0.0)
        self.stretch = stretch
        self.weight = 2 * np.pi * self.x[0] if self.symmetry == "axisymmetric" else 1.0
        self.progress = fem.Constant(problem.geometry.mesh, 1.0)
        self.old_progress = fem.Constant(problem.geometry.mesh, 0.0)
        self._held: list[tuple[str, fem.Function]] = []

    def fields(self, region: str, x: Any = None) -> Fields:
        """Exact fields of a region in UFL; at points of another mesh as they are now."""
        progress = (self.progress, self.old_progress) if x is None else self._progress_now()
        x = self.x if x is None else x
        return self._fields_at(x, region, ufl, *progress)

    def _fields_at(self, x: Any, region: str, functions: Any, progress: Any, old_progress: Any) -> Fields:
        jump = self.jumps[region]
        return exact_fields(
            x, self.symmetry, self.growth, jump, functions, progress, old_progress, self.stretch
        )

    def _progress_now(self) -> tuple[float, float]:
        return float(self.progress.value), float(self.old_progress.value)

    def advance(self, progress: float) -> None:
        """Make the end of the step the start of the next one, which ends at this progress."""
        self.old_progress.value, self.progress.value = float(self.progress.value), progress
        for region, held in self._held:
            self.interpolate(held, "displacement", region)

    def deformation(self, region: str, x: Any = None) -> Any:
        """F of the exact displacement."""
        fields = self.fields(region, x)
        H = gradient(ufl.as_vector(fields.displacement), fields.hoop, self.symmetry)
        return ufl.Identity(3) + H

    def gradient_of(self, vector: Any) -> Any:
        """Grad of a vector field that is not given with its hoop strain; not for points on the axis."""
        hoop = vector[0] / self.x[0] if self.symmetry == "axisymmetric" else 0
        return gradient(vector, hoop, self.symmetry)

    def body(self, region: str) -> str:
        """Name of the displacement of a region."""
        return "displacement." + "+".join(self.problem.geometry.body_of(region))

    def volume(self, integrand: Any, region: str) -> Any:
        """Integral over a region by accurate quadrature."""
        geometry = self.problem.geometry
        dx = ufl.Measure(
            "dx",
            geometry.mesh,
            subdomain_data=geometry.cell_tags,
            metadata={"quadrature_degree": SOURCE_DEGREE},
        )
        return integrand * self.weight * dx(geometry.region_tags[region])

    def face(self, integrand: Any, interface: str) -> Any:
        """Integral at the code's own interface points: FFCx takes no second rule beside them in one form."""
        return self.problem.measures.interface(integrand, interface)

    def accurate_total(self, integrand: Any, interface: str) -> float:
        """Integral over an interface as a number, by accurate quadrature, without the code's weights."""
        geometry = self.problem.geometry
        data = [(1, geometry.interfaces[interface].pairs.ravel())]
        degree = {"quadrature_degree": SOURCE_DEGREE}
        dS = ufl.Measure("dS", geometry.mesh, subdomain_data=data, metadata=degree)
        weight = self.weight("+") if self.symmetry == "axisymmetric" else 1.0
        form = compat.compile_form(integrand * weight * dS(1), geometry.entity_maps())
        return float(fem.assemble_scalar(form))

    def balance_momentum(self, region: str, stress: Any) -> None:
        """Body force -Div P of the exact stress, in weak form."""
        test = self.problem.unknowns[self.body(region)].test
        self.problem.add(self.body(region), self.volume(-ufl.inner(stress, self.gradient_of(test)), region))

    def balance_lithium(self, region: str, electrode: Electrode) -> None:
        """Source (C - C_old) + dt Div j of the exact fields, in weak form. The definition of mu has none."""
        name, fields, F = f"stoichiometry.{region}", self.fields(region), self.deformation(region)
        test = self.problem.unknowns[name].test
        stored = electrode.capacity * (fields.stoichiometry - fields.old_stoichiometry) * test
        potential = electrode.potential(F, fields.stoichiometry)
        flux = electrode.flux(F, fields.stoichiometry, in_space(ufl.grad(potential)))
        flow = self.problem.time_step * ufl.inner(flux, in_space(ufl.grad(test)))
        self.problem.add(name, self.volume(flow - stored, region))

    def balance_charge(self, region: str, electrolyte: Electrolyte) -> None:
        """Charge source Div i of the exact fields, in weak form."""
        name, fields = f"electrolyte_potential.{region}", self.fields(region)
        test = self.problem.unknowns[name].test
        gradients = in_space(ufl.grad(fields.electrolyte_potential)), in_space(ufl.grad(test))
        current = electrolyte.current(self.deformation(region), gradients[0])
        self.problem.add(name, self.volume(ufl.inner(current, gradients[1]), region))

    def interpolate(self, function: fem.Function, quantity: str, region: str) -> None:
        """Nodal values of an exact field."""

        def values(points: Any) -> Any:
            fields = self._fields_at(points, region, np, *self._progress_now())
            return np.array(getattr(fields, quantity))

        function.interpolate(values)

    def hold_displacement(self, region: str, surfaces: Sequence[str]) -> None:
        """Start from the exact displacement and keep it on the surfaces; on an axis only u_r is held."""
        unknown = self.problem.unknowns[self.body(region)]
        exact = fem.Function(unknown.value.function_space)
        self._held.append((region, exact))
        for function in (exact, unknown.value):
            self.interpolate(function, "displacement", region)
        for surface in surfaces:
            if surface == "axis" and self.symmetry == "axisymmetric":
                self.problem.fix(self.body(region), surface, 0)
            else:
                self.problem.fix(self.body(region), surface, value=exact)

    def start_lithium(self, region: str, electrode: Electrode) -> None:
        """Set the stoichiometry at the start of the step; begin the search at the exact fields of its end."""
        unknown = self.problem.unknowns[f"stoichiometry.{region}"]
        self.interpolate(unknown.old, "old_stoichiometry", region)
        self.interpolate(unknown.value, "stoichiometry", region)
        potential = self.problem.unknowns[f"chemical_potential.{region}"].value
        space = potential.function_space
        x = ufl.SpatialCoordinate(space.mesh)
        exact = electrode.potential(self.deformation(region, x), self.fields(region, x).stoichiometry)
        potential.interpolate(fem.Expression(exact, space.element.interpolation_points()))

    def norm(self, *differences: Any, region: str) -> float:
        """L2 norm of fields over a region."""
        square = sum(ufl.inner(difference, difference) for difference in differences)
        geometry = self.problem.geometry
        form = compat.compile_form(self.volume(square, region), geometry.entity_maps())
        return float(np.sqrt(parallel.total(geometry.communicator, fem.assemble_scalar(form))))

    def displacement_error(self, region: str) -> float:
        """H1 norm of the error of u."""
        fields, value = self.fields(region), self.problem.unknowns[self.body(region)].value
        error = value - ufl.as_vector(fields.displacement)
        strain = self.gradient_of(value) + ufl.Identity(3) - self.deformation(region)
        return self.norm(error, strain, region=region)


def fitted_order(sizes: Sequence[float], errors: Sequence[float]) -> float:
    """Slope of log(error) over log(size)."""
    return float(np.polyfit(np.log(sizes), np.log(errors), 1)[0])


def compiled_values(expression: Callable[[Any], Any], points: Any) -> Any:
    """Values that compiled code gives to an expression of one argument, at any number of points."""
    points = np.asarray(points, dtype=np.float64)
    mesh = dolfinx_mesh.create_interval(MPI.COMM_SELF, len(points), [0.0, 1.0])
    space = fem.functionspace(mesh, ("DG", 0))
    argument, result = fem.Function(space), fem.Function(space)
    argument.x.array[:] = points
    result.interpolate(fem.Expression(ufl.as_ufl(expression(argument)), space.element.interpolation_points()))
    return result.x.array.copy()
