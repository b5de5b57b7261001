"""Ohm's law of one carrier in one region: ions, or electrons."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import ufl

from lithiate.geometry import Measures
from lithiate.physics import kinematics, transport
from lithiate.problem.unknowns import Unknown


@dataclass(eq=False)
class ConductionModel:
    """Current of a carrier whose potential is an unknown of the region.

    Attributes:
        region: name.
        measures: integration over the geometry.
        potential: unknown phi, or phi less a constant.
        conductivities: kappa of the body as it is, one along all axes or one along each.
        deformation_gradient: F.
    """

    region: str
    measures: Measures
    potential: Unknown
    conductivities: tuple[Any, ...]
    deformation_gradient: Any

    @property
    def _gradient(self) -> Any:
        return kinematics.scalar_gradient(self.potential.value, self.measures.geometry.symmetry)

    @cached_property
    def current(self) -> Any:
        """i_R, current per area as built."""
        return transport.conduction_current(
            self.conductivities,
            self.deformation_gradient,
            self._gradient,
            self.measures.geometry.symmetry,
        )

    @cached_property
    def power(self) -> Any:
        """-i_R . Grad phi per volume as built."""
        return -ufl.inner(self.current, self._gradient)

    @property
    def balance(self) -> Any:
        """-i_R . Grad q over the region: no charge is stored."""
        current = ufl.as_vector([self.current[i] for i in range(self.measures.geometry.dimension)])
        return self.measures.region(-ufl.inner(current, ufl.grad(self.potential.test)), self.region)
