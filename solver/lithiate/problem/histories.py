"""Histories at the bulk quadrature points of a region."""

from __future__ import annotations

from dataclasses import dataclass

import basix.ufl
import numpy as np
from dolfinx import fem
from dolfinx import mesh as dolfinx_mesh


@dataclass(eq=False)
class FlowHistory:
    """Plastic history at the bulk quadrature points of a region."""

    inverse_plastic_metric: fem.Function
    equivalent_plastic_strain: fem.Function


def create_flow_history(mesh: dolfinx_mesh.Mesh, degree: int) -> FlowHistory:
    """History of material that has never flowed: unit metric, zero strain."""
    cell = mesh.basix_cell()
    metric = fem.Function(fem.functionspace(mesh, basix.ufl.quadrature_element(cell, (3, 3), degree=degree)))
    metric.x.array.reshape(-1, 9)[:] = np.eye(3).ravel()
    strain = fem.Function(fem.functionspace(mesh, basix.ufl.quadrature_element(cell, degree=degree)))
    return FlowHistory(metric, strain)


def create_closure_history(mesh: dolfinx_mesh.Mesh, degree: int) -> fem.Function:
    """Closure ln(phi_0 / phi) of pores as built, at the bulk quadrature points: zero."""
    return fem.Function(
        fem.functionspace(mesh, basix.ufl.quadrature_element(mesh.basix_cell(), degree=degree))
    )
