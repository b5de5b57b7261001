"""Impedance over frequency from the operators of a linearisation, real and imaginary parts at once.

[ K   -w M ] [ Re xi ]   [ b ]
[ w M   K  ] [ Im xi ] = [ 0 ],      Z = xi_V for a current of one per platen area
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import pi

import numpy as np
import ufl
from mpi4py import MPI
from numpy.typing import NDArray
from petsc4py import PETSc

from lithiate import parallel
from lithiate.errors import SolverError
from lithiate.impedance.linearisation import Linearisation
from lithiate.problem.observables import SQUARE_CENTIMETRES
from lithiate.problem.pointwise import InterfacePoints
from lithiate.problem.problem import Problem

SHORT = 1e6
"""A shorted interface conducts this many times i_0 F / (R T) more; it adds a millionth of the resistance."""

LARGEST_LINEAR_RESIDUAL = 1e-6
"""Of a linear solve, relative to the current."""


@dataclass(frozen=True)
class Limits:
    """Resistances without diffusion per platen area [ohm cm2].

    Attributes:
        electrolyte: of the cell whose reacting interfaces are shorted; what electrons meet is in it.
        interface: what the interfaces add to it, which is the width of their semicircle.
    """

    electrolyte: float
    interface: float


class Spectrum:
    """Solves for one frequency after the other.

    Args:
        linearisation: about the state.
    """

    def __init__(self, linearisation: Linearisation) -> None:
        self._linear = linearisation
        units = linearisation.problem.units
        self._unit = units.area_resistance * SQUARE_CENTIMETRES
        self._time = units.time
        resistive, reactive = linearisation.resistive, linearisation.reactive
        communicator = resistive.comm
        opposite = reactive.copy()
        opposite.scale(-1.0)
        self._real = _as_one([[resistive, None], [None, resistive]])
        self._imaginary = _as_one([[None, opposite], [reactive, None]])
        self._matrix = self._real.copy()
        self._matrix.axpy(1.0, self._imaginary, PETSc.Mat.Structure.DIFFERENT_NONZERO_PATTERN)
        self._solver = _direct_solver(communicator)
        self._load = self._matrix.createVecLeft()
        own = linearisation.load.getLocalSize()
        self._load.array[:own] = linearisation.load.array_r
        self._answer = self._matrix.createVecRight()

    def impedance(self, frequency: float) -> complex:
        """Z [ohm cm2] per platen area as built; its imaginary part is negative where current leads.

        Args:
            frequency: [Hz], positive.

        Raises:
            SolverError: the linear system could not be solved.
        """
        subset = PETSc.Mat.Structure.SUBSET_NONZERO_PATTERN
        self._matrix.zeroEntries()
        self._matrix.axpy(1.0, self._real, subset)
        self._matrix.axpy(2 * pi * frequency * self._time, self._imaginary, subset)
        _solve(self._solver, self._matrix, self._load, self._answer, f"at {frequency:g} Hz")
        own = self._linear.load.getLocalSize()
        parts = [self._linear.potential_in(self._answer, start) for start in (0, own)]
        total: NDArray[np.float64] = parallel.total(self._communicator, np.array(parts))
        return complex(*total) * self._unit

    def impedances(self, frequencies: Sequence[float]) -> NDArray[np.complex128]:
        """Z [ohm cm2] of several frequencies [Hz]."""
        return np.array([self.impedance(frequency) for frequency in frequencies])

    def limits(self) -> Limits:
        """Resistances of the state while its lithium cannot follow.

        Raises:
            SolverError: a linear system could not be solved.
        """
        linear = self._linear
        fixed = linear.lithium_rows
        moving = fixed.copy()
        moving.scale(-1.0)
        moving.shift(1.0)
        found = []
        for short in (0.0, SHORT):
            matrix = linear.resistive.copy()
            matrix.axpy(short, linear.shorting)
            matrix.diagonalScale(moving)
            matrix.setDiagonal(fixed, PETSc.InsertMode.ADD_VALUES)
            answer = matrix.createVecRight()
            _solve(_direct_solver(matrix.comm), matrix, linear.load, answer, "without diffusion")
            share = linear.potential_in(answer)
            found.append(float(parallel.total(self._communicator, share)) * self._unit)
        total, electrolyte = found
        return Limits(electrolyte, total - electrolyte)

    @property
    def _communicator(self) -> MPI.Intracomm:
        return self._linear.problem.geometry.communicator


def resolved_frequency(problem: Problem, name: str, element_size: float) -> float:
    """D / (2 pi h^2) [Hz]: above it lithium that swings reaches less deep than an element.

    The part of an impedance that comes from diffusion is then that of the mesh and not of the material.

    Args:
        problem: in the state.
        name: of an interface at which lithium reacts.
        element_size: h at the interface [m].
    """
    electrode, units = problem.interfaces[name].first, problem.units
    assert electrode.storage is not None
    slope = ufl.diff(electrode.chemical_potential_of_composition, electrode.stoichiometry)
    mobility = electrode.storage.mobility(electrode.stoichiometry)
    diffusivity = mobility * slope / electrode.storage.maximum_concentration
    points = InterfacePoints(problem.measures, name, {"diffusivity": diffusivity("+")})
    values = np.abs(points.own_values(points.all_values())["diffusivity"])
    smallest = parallel.smallest(problem.geometry.communicator, values) * units.diffusivity
    return smallest / (2 * pi * element_size**2)


def _as_one(blocks: list[list[PETSc.Mat | None]]) -> PETSc.Mat:
    return PETSc.Mat().createNest(blocks).convert("aij")


def _direct_solver(communicator: PETSc.Comm) -> PETSc.KSP:
    solver = PETSc.KSP().create(communicator)
    solver.setType(PETSc.KSP.Type.PREONLY)
    solver.getPC().setType(PETSc.PC.Type.LU)
    solver.getPC().setFactorSolverType("mumps")
    return solver


def _solve(solver: PETSc.KSP, matrix: PETSc.Mat, load: PETSc.Vec, answer: PETSc.Vec, place: str) -> None:
    solver.setOperators(matrix)
    solver.solve(load, answer)
    left = load.duplicate()
    matrix.mult(answer, left)
    left.axpy(-1.0, load)
    share = left.norm() / load.norm()
    if not share < LARGEST_LINEAR_RESIDUAL:
        raise SolverError(f"the impedance {place} could not be solved for: relative residual {share:.2e}")
