"""Walls of spaces left empty: whether a body has grown through a mirror plane into its image."""

from __future__ import annotations

import numpy as np

from lithiate import parallel
from lithiate.problem.problem import Problem

MIRROR_COMPONENTS = {"axis": 0, "side": 0, "symmetry_x": 0, "symmetry_y": 1, "side_y": 1}
"""Vertical outer faces and the coordinate that is constant there."""

FAR_SIDES = ("side", "side_y")
"""Those of them with the largest coordinate, by component."""

WALL_SUFFIX = "_wall"
"""Outer surfaces of this kind bound a region that was left without a mesh."""


class MirrorPlanes:
    """The vertical planes that bound a model with empty spaces; no contact acts between walls that meet.

    Attributes:
        problem: whose displacement is looked at.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        geometry = problem.geometry
        tags, free = geometry.surface_tags, problem.description.free_surfaces
        self._bounds: dict[int, tuple[float, float]] = {}
        is_cylinder = geometry.dimension == 3 and "side_y" not in tags
        if is_cylinder or not any(name.endswith(WALL_SUFFIX) for name in tags):
            return
        for component in sorted({MIRROR_COMPONENTS[name] for name in tags if name in MIRROR_COMPONENTS}):
            places = geometry.mesh.geometry.x[:, component]
            lower, upper = parallel.smallest, parallel.largest
            self._bounds[component] = (
                lower(geometry.communicator, places),
                np.inf if FAR_SIDES[component] in free else upper(geometry.communicator, places),
            )

    def overlap(self) -> float:
        """Largest distance by which a body reaches beyond a plane, solver units; zero where none does."""
        dimension, beyond = self.problem.geometry.dimension, 0.0
        for name, unknown in self.problem.unknowns.items():
            if not name.startswith("displacement.") or not self._bounds:
                continue
            space = unknown.value.function_space
            places = space.tabulate_dof_coordinates()[:, :dimension]
            places = places + unknown.value.x.array.reshape(-1, dimension)
            for component, (lower, upper) in self._bounds.items():
                values = places[:, component]
                beyond = max(beyond, float(np.max(np.maximum(lower - values, values - upper), initial=0.0)))
        return parallel.largest(self.problem.geometry.communicator, np.array([beyond]))
