# SPDX-License-Identifier: LGPL-3.0-or-later
"""A mesh is made on one rank, but no other rank may ever hold a copy of it.

Four ranks distribute a mesh and create the spaces of a problem. What each of them held at most is compared
with what one process holds in the end, when the arrays that the mesh was made from are gone.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest

RANKS = 4
LARGEST_SHARE = 0.4

PROGRAM = """
import gc, json, resource, sys
from mpi4py import MPI
import dolfinx, scifem
from lithiate.geometry import distribute
from lithiate.problem.unknowns import displacement_space, scalar_field_space
from lithiate_meshes import VerificationBlock, build_mesh

def make(elements):
    data = None
    if MPI.COMM_WORLD.rank == 0:
        shape = {"family": "verification", "shape": "two_blocks", "symmetry": "3d", "width": 1e-6}
        size = {"height": 0.5e-6, "upper_height": 0.5e-6, "mesh_size": 1e-6 / elements}
        data = build_mesh(VerificationBlock.model_validate(shape | size))
    geometry = distribute(MPI.COMM_WORLD, data, 1e-6)
    del data
    bodies = [displacement_space(body.mesh) for body in geometry.bodies.values()]
    return geometry, bodies, [scalar_field_space(region.mesh) for region in geometry.regions.values()]

def most():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

def now():
    return int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize()

kept = make(4)  # what is loaded or compiled at first use is no part of the mesh
gc.collect()
start, largest = now(), most()
kept = make(40)
gc.collect()
held = now() - start if MPI.COMM_WORLD.size == 1 else most() - largest
found = MPI.COMM_WORLD.gather(held / 1e6, root=0)
if MPI.COMM_WORLD.rank == 0:
    print("megabytes", json.dumps(found))
"""


def megabytes(ranks: int) -> list[float]:
    """What each rank came to hold; on one rank in the end, on several at most."""
    launcher = shutil.which("mpirun")
    if launcher is None:
        pytest.skip("no mpirun")
    words = [launcher, "-n", str(ranks), sys.executable, "-c", PROGRAM]
    finished = subprocess.run(words, capture_output=True, text=True, check=False, timeout=900)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    line = next(line for line in finished.stdout.splitlines() if line.startswith("megabytes"))
    found: list[float] = json.loads(line.removeprefix("megabytes"))
    return found


@pytest.mark.slow
def test_no_rank_but_the_first_holds_the_mesh() -> None:
    (serial,) = megabytes(1)
    shares = [held / serial for held in megabytes(RANKS)]
    assert serial > 100.0  # enough to be seen beside what the libraries hold
    assert max(shares[1:]) < LARGEST_SHARE, shares
