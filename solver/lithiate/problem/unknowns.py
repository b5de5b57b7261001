"""The unknown fields of a run, each with its value at the start of the step."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import scifem
import ufl
from dolfinx import fem
from dolfinx import mesh as dolfinx_mesh
from numpy.typing import NDArray

PLATEN = "platen_displacement"
ELECTRODE_POTENTIAL = "electrode_potential"
"""Names of the two global unknowns."""

DISPLACEMENT_DEGREE = 2


@dataclass(eq=False)
class Unknown:
    """One block of the monolithic system.

    Attributes:
        name: quantity, and after a dot the region or body.
        value: current iterate, at the end of the step.
        old: accepted value at the start of the step.
        test: its test function.
        conditions: Dirichlet conditions.
        error_scale: size that counts as one in the control of the time-step error.
        bounded: whether the value must stay inside (0, 1).
        instantaneous: whether it follows the load without memory of its own (potentials of charge).
        algebraic: whether it is a function of other unknowns at the same instant (chemical potentials).
    """

    name: str
    value: fem.Function
    old: fem.Function
    test: Any
    error_scale: float
    bounded: bool = False
    instantaneous: bool = False
    algebraic: bool = False
    conditions: list[Any] = field(default_factory=list)

    @property
    def owned(self) -> int:
        """Number of this rank's own degrees of freedom."""
        dofmap = self.value.function_space.dofmap
        return int(dofmap.index_map.size_local * dofmap.index_map_bs)

    @property
    def total(self) -> int:
        """Number of degrees of freedom over all ranks."""
        dofmap = self.value.function_space.dofmap
        return int(dofmap.index_map.size_global * dofmap.index_map_bs)

    @property
    def owned_values(self) -> NDArray[np.float64]:
        """This rank's own values (a view)."""
        return self.value.x.array[: self.owned]


def create_unknown(
    name: str,
    space: fem.FunctionSpace,
    error_scale: float,
    bounded: bool = False,
    instantaneous: bool = False,
    algebraic: bool = False,
) -> Unknown:
    """Unknown on a space, zero at first."""
    value, old, test = fem.Function(space), fem.Function(space), ufl.TestFunction(space)
    return Unknown(name, value, old, test, error_scale, bounded, instantaneous, algebraic)


def scalar_field_space(mesh: dolfinx_mesh.Mesh, degree: int = 1) -> fem.FunctionSpace:
    """P1, for concentrations and potentials, or of a higher degree."""
    return fem.functionspace(mesh, ("Lagrange", degree))


def displacement_space(mesh: dolfinx_mesh.Mesh) -> fem.FunctionSpace:
    """Vector P2."""
    return fem.functionspace(mesh, ("Lagrange", DISPLACEMENT_DEGREE, (mesh.geometry.dim,)))


def global_scalar_space(mesh: dolfinx_mesh.Mesh) -> fem.FunctionSpace:
    """One number for the whole mesh."""
    return scifem.create_real_functionspace(mesh)
