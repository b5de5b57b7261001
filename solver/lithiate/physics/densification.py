"""Porous layers that compact for good once the pressure passes what their density bears.

The pores are part of the material: its volume falls by J_p = det F^p, and J_e = J / (J_c J_p). Beside the
deviatoric flow of :mod:`plasticity`, which does not change the volume, this is a second and independent
mechanism, driven by the pressure p = -tr(tau_e) / 3 alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ufl

from lithiate.physics.flow_laws import log_omega

NEWTON_STEPS = 3
"""Newton steps for the porosity; from the start below the pressure is then right to 1e-11 of the bulk
modulus, also in steps that compact by half and for P_H down to 1e-4 K."""

SMALLEST_SQUARE = 1e-12
"""Keeps the elastic volume at yield positive where the bulk modulus has fallen below any pressure borne."""


@dataclass(frozen=True)
class HeckelDensification:
    """p <= p_0 + P_H ln(phi_0 / phi): the law of Heckel (1961) for pressed powders, rate-independent.

    R. W. Heckel, Trans. Metall. Soc. AIME 221 (1961) 671: ln(1 / (1 - D)) = p / P_H + A with the relative
    density D = 1 - phi, so that no finite pressure closes the last pore. The constant A is that of the
    material as built, which begins to compact at p_0; D = D_0 / J_p is the density without load. The history
    is ln(phi_0 / phi), which tells the smallest porosities apart where J_p cannot.

    Attributes:
        porosity: phi_0 as built, in (0, 1).
        onset_pressure: p_0 > 0.
        heckel_pressure: P_H > 0, the inverse of Heckel's slope.
    """

    porosity: float
    onset_pressure: float
    heckel_pressure: float

    def porosity_at(self, closure: Any) -> Any:
        """phi = phi_0 exp(-zeta), zeta the closure ln(phi_0 / phi) >= 0."""
        return self.porosity * ufl.exp(-closure)

    def plastic_ratio(self, closure: Any) -> Any:
        """J_p = (1 - phi_0) / (1 - phi)."""
        return (1 - self.porosity) / (1 - self.porosity_at(closure))

    def pressure_at(self, closure: Any) -> Any:
        """p_c = p_0 + P_H zeta, the pressure at which more compacts."""
        return self.onset_pressure + self.heckel_pressure * closure

    def closure(self, total_ratio: Any, old_closure: Any, bulk: Any) -> Any:
        """zeta at the end of a step, with p = (K/2) (1 - J_e^2) <= p_c(zeta), never below its old value.

        With z = zeta_old - zeta = ln(phi / phi_old), D the old density and J the elastic ratio if nothing
        compacted, it solves p(phi) = p_c,old - P_H z, p(phi) = (K/2) [1 - J^2 (1 - phi)^2 / D^2]. With the
        tangent of p at the porosity that would bring p back to p_c,old this is b exp(z) + z = const, which
        the Wright omega function solves. p is concave in phi, so that this is a lower bound; Newton's method
        does the rest.

        Args:
            total_ratio: J / J_c.
            old_closure: zeta at the start of the step.
            bulk: K.
        """
        slope, borne = self.heckel_pressure, self.pressure_at(old_closure)
        old_porosity = self.porosity_at(old_closure)
        density = 1 - old_porosity
        onset = ufl.sqrt(ufl.max_value(1 - 2 * borne / bulk, SMALLEST_SQUARE))
        trial = total_ratio / self.plastic_ratio(old_closure)
        # Where nothing compacts the other branch is computed too: at the onset all of it is finite.
        held = ufl.min_value(trial, onset)

        def excess(porosity: Any) -> Any:
            return bulk / 2 * (1 - (held * (1 - porosity) / density) ** 2) - borne

        def rise(porosity: Any) -> Any:
            return bulk * held**2 * (1 - porosity) / density**2

        start = ufl.max_value(1 - density * onset / held, 0.0)
        logarithm = ufl.ln(rise(start) * self.porosity / slope) - old_closure
        root = log_omega(logarithm - (excess(start) - rise(start) * start) / slope) - logarithm
        for _ in range(NEWTON_STEPS):
            porosity = old_porosity * ufl.exp(root)
            root = root - (slope * root + excess(porosity)) / (slope + rise(porosity) * porosity)
        return old_closure - ufl.conditional(ufl.lt(trial, onset), ufl.min_value(root, 0.0), ufl.as_ufl(0.0))

    def work(self, closure: Any, old_closure: Any, elastic_energy: Any) -> Any:
        """(J_p,old - J_p) (p_mean + psi_e): what compaction dissipates in a step, per volume J_c.

        The force on -ln J_p is p + psi_e per intermediate volume, because a compacted volume also holds less
        elastic energy; p_mean is the mean of p_c at both ends of the step.

        Args:
            closure: zeta at the end of the step.
            old_closure: at its start.
            elastic_energy: psi_e at its end.
        """
        pressure = (self.pressure_at(closure) + self.pressure_at(old_closure)) / 2
        return (self.plastic_ratio(old_closure) - self.plastic_ratio(closure)) * (pressure + elastic_energy)
