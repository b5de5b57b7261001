"""Bodies that nothing but their interfaces holds: once these have opened, they could move at no cost.

A drag far weaker than any stiffness keeps such a body where it is, so that the equations have a solution:

    f = k (u - u_old),      k = 1e-8 E / H^2

per volume as built, with H the height of the model. It resists only motion, so that a body that has come to
rest bears no force; a run reports the force of the tethers over the platen's area.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from lithiate import parallel
from lithiate.geometry import Geometry
from lithiate.materials.card import MaterialCard
from lithiate.scaling import Units

SHARE = 1e-8
"""Stiffness of the tether of a body of the model's height, as a share of its Young's modulus."""


def loose_bodies(geometry: Geometry, held: Mapping[str, tuple[int, ...]]) -> list[tuple[str, ...]]:
    """Bodies that can move along an axis although all outer surfaces are held as they are; collective.

    Args:
        geometry: the mesh.
        held: components of the displacement that vanish on named surfaces, those without a platen.
    """
    dimension = geometry.dimension
    mesh = geometry.mesh
    mesh.topology.create_connectivity(dimension - 1, dimension)
    to_cells = mesh.topology.connectivity(dimension - 1, dimension)
    # A model of revolution cannot move off its axis.
    movable = {dimension - 1} if geometry.symmetry == "axisymmetric" else set(range(dimension))
    loose = []
    for body, part in geometry.bodies.items():
        free = set(movable)
        for surface in sorted(geometry.surface_tags.keys() & held.keys()):  # in the same order on all ranks
            cells = [to_cells.links(facet)[0] for facet in geometry.surface_facets(surface)]
            touches = bool((part.parent_to_sub[np.array(cells, dtype=np.int32)] >= 0).any())
            if parallel.any_rank(geometry.communicator, touches):
                free -= {component % dimension for component in held[surface]}
        if free:
            loose.append(body)
    return loose


def drag_stiffness(card: MaterialCard, units: Units, height: float) -> float:
    """k [solver stress / length^2].

    Args:
        card: material of the region.
        units: of the solver.
        height: H of the model as built [m].
    """
    modulus = card.youngs_modulus.smallest(units.temperature) / units.stress
    return SHARE * modulus * (units.length / height) ** 2
