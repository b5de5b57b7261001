# SPDX-License-Identifier: LGPL-3.0-or-later
"""The geometry families: one module each, and one entry in :data:`GeometrySection`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from lithiate_meshes.families.particle import ParticleGeometry
from lithiate_meshes.families.verification import VerificationBlock

__all__ = ["GeometrySection", "ParticleGeometry", "VerificationBlock"]

GeometrySection = Annotated[ParticleGeometry | VerificationBlock, Field(discriminator="family")]
"""The ``[geometry]`` table of a case file; ``family`` says which model reads it."""
