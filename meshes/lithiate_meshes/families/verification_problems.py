# SPDX-License-Identifier: LGPL-3.0-or-later
"""All shapes of the verification family: ``problem`` says which model reads the ``[geometry]`` table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from lithiate_meshes.families.verification import VerificationBlock
from lithiate_meshes.families.verification_beams import DoubleCantileverGeometry
from lithiate_meshes.families.verification_constriction import SpotContactGeometry
from lithiate_meshes.families.verification_contact import HertzContactGeometry
from lithiate_meshes.families.verification_elements import ElementGeometry
from lithiate_meshes.families.verification_indentation import IndentationGeometry
from lithiate_meshes.families.verification_spheres import CoreShellGeometry, HollowSphereGeometry

__all__ = [
    "CoreShellGeometry", "DoubleCantileverGeometry", "ElementGeometry", "HertzContactGeometry",
    "HollowSphereGeometry", "IndentationGeometry", "SpotContactGeometry", "VerificationBlock",
    "VerificationSection",
]  # fmt: skip


def _block_unless_said(data: Any) -> Any:
    """``problem`` may be left out of blocks and spheres, whose ``shape`` says the same."""
    if isinstance(data, Mapping) and "problem" not in data:
        shape = data.get("shape")
        return {**data, "problem": shape if shape in ("block", "two_blocks", "sphere") else "block"}
    return data


VerificationSection = Annotated[
    Annotated[
        VerificationBlock
        | CoreShellGeometry
        | HollowSphereGeometry
        | DoubleCantileverGeometry
        | HertzContactGeometry
        | SpotContactGeometry
        | ElementGeometry
        | IndentationGeometry,
        Field(discriminator="problem"),
    ],
    BeforeValidator(_block_unless_said),
]
"""The ``[geometry]`` table with ``family = "verification"``."""
