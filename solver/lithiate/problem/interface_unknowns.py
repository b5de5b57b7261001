"""Unknowns that live at the points of an interface."""

from __future__ import annotations

import numpy as np
from dolfinx import fem, la

from lithiate import compat, parallel
from lithiate.geometry import Measures
from lithiate.problem import unknowns
from lithiate.problem.pointwise import HISTORY_DEGREE
from lithiate.problem.unknowns import Unknown

NO_WEIGHT = 1e-6
"""Share of the largest weight below which a node is none of the points."""


def create_interface_unknown(
    name: str, measures: Measures, interface: str, error_scale: float, instantaneous: bool = False
) -> Unknown:
    """One value at each point of an interface.

    It is a P2 field on the strip of cells along the first side, whose nodes on the interface are the
    quadrature points (in space the midpoints of edges alone), so that an equation tested with it is one
    equation per point. All other nodes are held at zero.

    Args:
        name: of the unknown.
        measures: integration over the geometry.
        interface: name "A|B".
        error_scale: size that counts as one in the control of the time-step error.
        instantaneous: whether it follows the load without memory of its own.
    """
    geometry = measures.geometry
    space = unknowns.scalar_field_space(geometry.strip(interface).mesh, HISTORY_DEGREE)
    unknown = unknowns.create_unknown(name, space, error_scale, instantaneous=instantaneous)
    # Weights of the mesh, without the revolution: points on its axis have an equation, too.
    form = measures.interface_points(unknown.test("+"), interface)
    weights = fem.assemble_vector(compat.compile_form(form, geometry.entity_maps()))
    weights.scatter_reverse(la.InsertMode.add)
    weights.scatter_forward()
    largest = parallel.largest(geometry.communicator, weights.array)
    elsewhere = np.flatnonzero(weights.array < NO_WEIGHT * largest).astype(np.int32)
    unknown.conditions.append(fem.dirichletbc(np.float64(0.0), elsewhere, space))
    return unknown
