# SPDX-License-Identifier: LGPL-3.0-or-later
"""Small meshes of a core with a shell and a hole in a block, for tests of files, reports and the cache."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
from lithiate_meshes import MeshData
from lithiate_meshes.assembly import Assembly, Domain, Refinement
from lithiate_meshes.shapes import Box, Ellipsoid

SYMMETRIES = ("plane_strain", "axisymmetric", "3d")


def shell_mesh(symmetry: str, size: float = 0.4e-6) -> MeshData:
    """A core, its shell and the electrolyte around, a void at the top: three regions, two interfaces."""
    dimension = 3 if symmetry == "3d" else 2
    centre = (0.0,) * dimension
    domain = Domain(symmetry, centre, (2.4e-6,) * dimension)
    hole = Box((*(1.2e-6,) * (dimension - 1), 2.0e-6), (2.4e-6,) * dimension)
    return Assembly(
        name="shell",
        domain=domain,
        background="electrolyte",
        parts=[
            ("shell", Ellipsoid(centre, (1.4e-6,) * dimension)),
            ("core", Ellipsoid(centre, (1e-6,) * dimension)),
            ("void", hole),
        ],
        regions=("core", "shell", "electrolyte", "void"),
        sizes=dict.fromkeys(("core", "shell", "electrolyte", "void"), size),
        refinements=[Refinement(("core|shell",), size)],
        empty=frozenset({"void"}),
    ).build()


def assert_same(one: MeshData, other: MeshData) -> None:
    """Two meshes agree bit for bit, the order of their names included."""
    for item in fields(MeshData):
        first, second = getattr(one, item.name), getattr(other, item.name)
        if isinstance(first, np.ndarray):
            assert first.dtype == second.dtype, item.name
            np.testing.assert_array_equal(first, second, err_msg=item.name)
        elif isinstance(first, dict):
            assert list(first.items()) == list(second.items()), item.name
        else:
            assert first == second, item.name
