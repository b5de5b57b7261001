# SPDX-License-Identifier: LGPL-3.0-or-later
"""The geometry families: one module each, and one entry in :data:`GeometrySection`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from lithiate_meshes.families.columnar import ColumnarGeometry
from lithiate_meshes.families.film import FilmGeometry
from lithiate_meshes.families.mesh_file import MeshFileGeometry
from lithiate_meshes.families.particle import ParticleGeometry
from lithiate_meshes.families.stack import StackGeometry
from lithiate_meshes.families.verification import VerificationBlock
from lithiate_meshes.families.verification_problems import VerificationSection

__all__ = [
    "ColumnarGeometry", "FilmGeometry", "GeometrySection", "MeshFileGeometry", "ParticleGeometry",
    "StackGeometry", "VerificationBlock",
]  # fmt: skip

GeometrySection = Annotated[
    ColumnarGeometry
    | FilmGeometry
    | MeshFileGeometry
    | ParticleGeometry
    | StackGeometry
    | VerificationSection,
    Field(discriminator="family"),
]
"""The ``[geometry]`` table of a case file; ``family`` says which model reads it."""
