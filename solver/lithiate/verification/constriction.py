"""A current squeezed through contact spots: resistance of a block that touches at a share of its face.

One circular spot of radius a on a half space of conductivity kappa has R = 1 / (4 kappa a)
(R. Holm, Electric Contacts, 4th ed. (1967), section 3).
"""

from __future__ import annotations

from collections.abc import Mapping

from lithiate_meshes.families.verification_constriction import SpotContactGeometry

from lithiate.case import Case
from lithiate.geometry import Geometry
from lithiate.problem.observables import SQUARE_CENTIMETRES
from lithiate.problem.states import State
from lithiate.verification.drive import SurfaceReaction, bare_problem
from lithiate.verification.steady import CONJUGATE_GRADIENTS, SteadySolve, conduction_units

REGION, SPOTS, FAR_FACE = "electrolyte", "spots", "top"

POTENTIAL_DIFFERENCE = 1.0
"""Between spots and far face [V]; resistances do not depend on it."""

ION_DEGREE, BULK_DEGREE = 2, 3
"""The current density is infinite at the edge of a spot: with a potential of degree one, elements of a 32nd
of the spot's radius there miss the resistance by 2.4 % in 3D, of degree two by 0.4 %. Quadrature is exact for
the product of its gradients and r."""


class Constriction(SteadySolve):
    """The spots are held at one potential, the far face at zero; the rest of the face insulates.

    Mechanics is idle: nothing loads the block, and its displacement stays zero.
    """

    def __init__(self, case: Case, geometry: Geometry) -> None:
        shape, temperature = case.geometry, case.physics.temperature
        assert isinstance(shape, SpotContactGeometry)
        self._height, self._half_width = shape.height, shape.spot_half_width
        self._platen_area = shape.platen_area
        self._conductivity = case.card(REGION).ionic_conductivity_at(temperature)
        units = self._units = conduction_units(geometry.length, self._conductivity, temperature)
        problem = bare_problem(case, geometry, units, BULK_DEGREE, grounded=FAR_FACE, ion_degree=ION_DEGREE)
        name = f"electrolyte_potential.{REGION}"
        problem.fix(name, FAR_FACE)
        problem.fix(name, SPOTS, None, POTENTIAL_DIFFERENCE / units.potential)
        options = CONJUGATE_GRADIENTS if geometry.dimension == 3 else {}
        super().__init__(case, problem, (name,), options)
        self._entering = SurfaceReaction(problem, name, SPOTS)
        self._leaving = SurfaceReaction(problem, name, FAR_FACE)
        self._current_density = 0.0

    def quantities(self, state: State) -> Mapping[str, float]:
        """Potential difference and mean current density of the far face."""
        # A current is solver current density times area, an area [m2] in 3D and [m2/m] in plane strain.
        lengths = 1 if self.problem.geometry.symmetry == "plane_strain" else 2
        area = self._platen_area / self._units.length**lengths
        self._current_density = self._entering.total() / area * self._units.current_density
        return {
            "potential_difference": POTENTIAL_DIFFERENCE,
            "current_density": self._current_density,
        }

    def balance_errors(self, state: State) -> Mapping[str, float]:
        """What enters through the spots against what leaves through the far face."""
        entering, leaving = self._entering.total(), self._leaving.total()
        return {"charge_balance_error": abs(entering + leaving) / abs(entering)}

    def summary_values(self) -> Mapping[str, float]:
        """Resistance of the block per area of its whole face, and that part of it which the spots add."""
        if self._current_density == 0.0:
            return {}
        resistance = POTENTIAL_DIFFERENCE / self._current_density
        even = self._height / self._conductivity
        return {
            "effective_resistance": resistance * SQUARE_CENTIMETRES,
            "constriction_resistance": (resistance - even) * SQUARE_CENTIMETRES,
            "effective_conductivity": self._height / resistance,
            "spot_half_width": self._half_width,
        }
