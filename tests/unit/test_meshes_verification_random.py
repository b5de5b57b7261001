# SPDX-License-Identifier: LGPL-3.0-or-later
"""Random parameters of every verification shape: names, sizes, quality and repeatability of the mesh."""

from __future__ import annotations

import hashlib
import math
from typing import Any

import numpy as np
import pytest
from closeness import relative
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from lithiate_meshes import MeshData, build_mesh
from lithiate_meshes.families.verification_problems import VerificationSection
from pydantic import TypeAdapter, ValidationError

SYMMETRIES = ("plane_strain", "axisymmetric", "3d")
SECTION = TypeAdapter(VerificationSection)
PROBLEMS = (
    "core_shell", "hollow_sphere", "double_cantilever", "hertz", "constriction", "spot_contact", "element",
    "element_pair",
)  # fmt: skip


def digest(mesh: MeshData) -> str:
    arrays = (mesh.points, mesh.cells, mesh.cell_tags, mesh.facets, mesh.facet_tags)
    gaps = tuple(mesh.interface_gaps.values())
    return hashlib.sha256(
        b"".join(np.ascontiguousarray(array).tobytes() for array in arrays + gaps)
    ).hexdigest()


@st.composite
def sections(draw: st.DrawFn) -> dict[str, Any]:
    """Geometry sections of every problem, coarse but possible."""
    name = draw(st.sampled_from(PROBLEMS))
    scale = 10.0 ** draw(st.floats(-8.0, -5.0))
    symmetry = draw(st.sampled_from(SYMMETRIES))
    fineness = draw(st.floats(0.4, 1.0))
    section: dict[str, Any] = {"family": "verification", "problem": name, "symmetry": symmetry}
    if name == "core_shell":
        fraction = draw(st.floats(0.02, 0.8))
        core = fraction ** (1.0 / (2.0 if symmetry == "plane_strain" else 3.0))
        size = fineness * min(core / 5.0, 1.0 - core)
        section |= {"radius": scale, "core_volume_fraction": fraction, "mesh_size": scale * size}
    elif name == "hollow_sphere":
        wall = draw(st.floats(0.1, 3.0))
        size = fineness * min(0.2, wall)
        section |= {"inner_radius": scale, "outer_radius": scale * (1.0 + wall), "mesh_size": scale * size}
    elif name == "double_cantilever":
        crack, ligament, depth = (draw(st.floats(0.5, 5.0)) for _ in range(3))
        size = fineness * min(crack, ligament, 1.0) / 4.0
        section |= {"length": scale * (crack + ligament), "arm_height": scale, "crack_length": scale * crack}
        section |= {"mesh_size": scale * size}
        section |= {"depth": scale * depth} if symmetry == "3d" else {"symmetry": "plane_strain"}
    elif name == "hertz":
        section |= {"radius": scale * draw(st.floats(4.0, 50.0)), "contact_width": scale}
        section |= {"width": scale * draw(st.floats(2.0, 50.0)), "height": scale * draw(st.floats(2.0, 50.0))}
        section |= {
            "shape": draw(st.sampled_from(["sphere", "cylinder"])),
            "mesh_size": scale * fineness / 2.0,
        }
        del section["symmetry"]
    elif name in ("constriction", "spot_contact"):
        coverage, random = draw(st.floats(0.02, 0.4)), draw(st.booleans()) and symmetry != "axisymmetric"
        rows = draw(st.sampled_from([2, 4])) if random else draw(st.integers(1, 4))
        count = {"axisymmetric": 1, "plane_strain": rows, "3d": rows**2}[symmetry]
        if random:
            coverage = min(coverage, 0.2)
        section |= {"width": scale, "spots": count, "coverage": coverage, "seed": draw(st.integers(0, 9))}
        section |= {"height": scale * draw(st.floats(0.4, 3.0))}
        section |= {"arrangement": "random" if random else "regular"}
        if name == "spot_contact":
            section |= {"upper_height": scale * draw(st.floats(0.4, 3.0))}
        if symmetry == "3d":
            section |= {"shape": draw(st.sampled_from(["round", "square"]))}
        smallest = coverage / count if symmetry == "plane_strain" else math.sqrt(coverage / count)
        section |= {"mesh_size": scale * fineness * smallest / 4.0}
    else:
        section |= {"mesh_size": scale}
    return section


def check_mesh_of(section: dict[str, Any], largest: int) -> None:
    """What must hold of the mesh of any section, unless it is expected to have more elements than this."""
    try:
        geometry = SECTION.validate_python(section)
    except ValidationError as error:
        assume("found room for" not in str(error))  # random spots may find no place
        raise
    estimate = geometry.estimated_cells()
    assume(sum(estimate.values()) < largest)
    mesh = build_mesh(geometry)  # refuses any tag or element that is not as it should be
    assert (tuple(mesh.regions), tuple(mesh.surfaces)) == (geometry.regions, geometry.surfaces)
    assert tuple(mesh.interfaces) == geometry.interfaces
    assert mesh.region_volumes() == relative(geometry.region_volumes(), rel=0.02)
    assert mesh.interface_areas() == relative(geometry.interface_areas(), rel=0.02)
    assert digest(geometry.build()) == digest(mesh)
    for name, cells in estimate.items():
        found = len(mesh.cells_of(name))
        assert cells <= 2 * found + 20
        assert found <= 2 * cells + 20
    for name in geometry.interfaces:
        assert geometry.interface_mesh_size(name) == geometry.mesh_size


@given(section=sections())
@settings(max_examples=30, deadline=None, derandomize=True)
def test_any_valid_parameters_of_any_problem_give_a_good_mesh(section: dict[str, Any]) -> None:
    check_mesh_of(section, 2_500)


@pytest.mark.slow
@given(section=sections())
@settings(max_examples=300, deadline=None, derandomize=True)
def test_many_valid_parameters_of_any_problem_give_a_good_mesh(section: dict[str, Any]) -> None:
    check_mesh_of(section, 15_000)
