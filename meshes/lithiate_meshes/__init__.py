# SPDX-License-Identifier: LGPL-3.0-or-later
"""Geometries and meshes with named regions, surfaces and interfaces. gmsh is needed only to build a mesh."""

from __future__ import annotations

from typing import Protocol

from lithiate_meshes.cache import cached_mesh
from lithiate_meshes.checks import (
    SMALLEST_ALLOWED_SCALED_JACOBIAN,
    check_morphology,
    check_quality,
    check_tags,
)
from lithiate_meshes.errors import InputError, MeshQualityError
from lithiate_meshes.families import GeometrySection, MeshFileGeometry, ParticleGeometry, VerificationBlock
from lithiate_meshes.mesh_data import MeshData
from lithiate_meshes.quality import scaled_jacobian
from lithiate_meshes.reading import read_mesh
from lithiate_meshes.writing import write_msh, write_xdmf

__all__ = [
    "Geometry", "GeometrySection", "InputError", "MeshData", "MeshFileGeometry", "MeshQualityError",
    "ParticleGeometry", "SMALLEST_ALLOWED_SCALED_JACOBIAN", "VerificationBlock", "build_mesh", "cached_mesh",
    "check_morphology", "check_quality", "check_tags", "read_mesh", "scaled_jacobian", "write_msh",
    "write_xdmf",
]  # fmt: skip


class Geometry(Protocol):
    """What a family's model must offer besides its parameters."""

    @property
    def regions(self) -> tuple[str, ...]:
        """Names of the regions."""

    @property
    def surfaces(self) -> tuple[str, ...]:
        """Names of the outer surfaces."""

    @property
    def interfaces(self) -> tuple[str, ...]:
        """Names "A|B" of the interfaces."""

    @property
    def platen_area(self) -> float:
        """Area of the face ``top`` of the model [m2; plane strain: per metre of depth]."""

    def region_volumes(self) -> dict[str, float]:
        """Volumes of the regions as asked for [m3; plane strain: per metre of depth]."""

    def interface_areas(self) -> dict[str, float]:
        """Areas of the interfaces as asked for [m2; plane strain: per metre of depth]."""

    def estimated_cells(self) -> dict[str, int]:
        """Number of elements per region that a mesh will have, without making one."""

    def interface_mesh_size(self, name: str) -> float:
        """Element size on an interface [m]."""

    def build(self) -> MeshData:
        """Make the mesh, unchecked."""


def build_mesh(geometry: Geometry) -> MeshData:
    """Mesh a geometry and check that every name and every element can be computed with.

    Args:
        geometry: A validated geometry of any family.

    Returns:
        The mesh in metres. Two calls give the same arrays bit for bit.

    Raises:
        InputError: If the mesh cannot be made or is not completely and uniquely named.
        MeshQualityError: If an element has a scaled Jacobian below 0.1.
    """
    mesh = geometry.build()
    check_tags(mesh)
    check_quality(mesh)
    return mesh
