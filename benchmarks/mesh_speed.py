# SPDX-License-Identifier: LGPL-3.0-or-later
"""How long a million tetrahedra take on one core, and where the time goes.

    containers/run python benchmarks/mesh_speed.py [MILLIONS]

A particle in its block, in 3D. Prints the number of elements, the seconds of every part, and the two ratios
that matter: of the total to the allowed 180 s per million elements, and of the checks to the meshing.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from lithiate_meshes import ParticleGeometry, check_quality, check_tags, write_msh, write_xdmf
from lithiate_meshes.report import mesh_report

ALLOWED_SECONDS_PER_MILLION = 180.0
T = TypeVar("T")


def geometry_with(cells: float) -> ParticleGeometry:
    """The particle whose mesh will have about this many elements."""
    size = 0.1
    for _ in range(20):
        geometry = ParticleGeometry.model_validate(
            {
                "family": "particle",
                "symmetry": "3d",
                "particle_radius": 1e-6,
                "block_size": 2e-6,
                "mesh_size": size * 1e-6,
                "mesh_size_far": 2.0 * size * 1e-6,
            }
        )
        size *= (sum(geometry.estimated_cells().values()) / cells) ** (1.0 / 3.0)
    return geometry


def main() -> None:
    """Measure once and print."""
    millions = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    geometry = geometry_with(1e6 * millions)
    seconds: dict[str, float] = {}

    def timed(name: str, action: Callable[[], T]) -> T:
        started = time.perf_counter()
        result = action()
        seconds[name] = time.perf_counter() - started
        return result

    mesh = timed("meshing (gmsh)", geometry.build)
    timed("check_tags", lambda: check_tags(mesh))
    timed("check_quality", lambda: check_quality(mesh))
    timed("report", lambda: mesh_report(mesh, geometry))
    with tempfile.TemporaryDirectory() as folder:
        timed("writing .msh", lambda: write_msh(mesh, Path(folder) / "mesh.msh"))
        timed("writing XDMF", lambda: write_xdmf(mesh, Path(folder) / "mesh.xdmf"))
    total = sum(seconds.values())
    print(f"{len(mesh.cells):,} tetrahedra, {len(mesh.points):,} points")
    for name, value in seconds.items():
        print(f"{name:<16} {value:8.2f} s  {100 * value / total:5.1f} %")
    print(f"{'total':<16} {total:8.2f} s")
    allowed = ALLOWED_SECONDS_PER_MILLION * len(mesh.cells) / 1e6
    print(f"total to {ALLOWED_SECONDS_PER_MILLION:g} s per million: {total / allowed:.2f}")
    checks = seconds["check_tags"] + seconds["check_quality"]
    print(f"checks to meshing: {checks / seconds['meshing (gmsh)']:.3f}")


if __name__ == "__main__":
    main()
