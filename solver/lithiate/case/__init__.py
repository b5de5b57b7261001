"""Case files: what they may hold, and how they are read. Nothing here needs DOLFINx, PETSc, MPI or gmsh."""

from lithiate.case.case import AssumedValue, Case
from lithiate.case.estimate import Estimate, estimate
from lithiate.case.json_schema import case_schema
from lithiate.case.loading import load_case
from lithiate.case.quantities_known import known_quantities

__all__ = ["AssumedValue", "Case", "Estimate", "case_schema", "estimate", "known_quantities", "load_case"]
