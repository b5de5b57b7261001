"""The mesh with its named regions, surfaces and interfaces, distributed over the ranks."""

from lithiate.geometry.geometry import Geometry, Interface, Submesh, distribute
from lithiate.geometry.measures import Measures
from lithiate.geometry.surfaces import surface_dofs

__all__ = ["Geometry", "Interface", "Measures", "Submesh", "distribute", "surface_dofs"]
