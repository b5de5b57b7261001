# SPDX-License-Identifier: LGPL-3.0-or-later
"""What PETSc says at the end about options that nothing read."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parents[1]
NOTHING_FACTORISED = """
from lithiate.problem.description import Description
from lithiate.problem.nonlinear import NonlinearSystem
from lithiate.problem.problem import Problem
from verification_problems import BLOCK_UNITS, LENGTH, build_geometry, card

material = card(youngs_modulus=40.0 * BLOCK_UNITS.stress, poisson_ratio=0.25)
geometry = build_geometry("plane_strain", mesh_size=LENGTH)
problem = Problem(geometry, BLOCK_UNITS, Description({"block": material}, {}))
NonlinearSystem(problem, 1e-11, {"ksp_tpye": "gmres"})
"""


def test_only_what_a_user_set_is_named() -> None:
    """A misspelt option, not the default of a factorisation that never came."""
    path = os.pathsep.join([str(TESTS), *filter(None, [os.environ.get("PYTHONPATH")])])
    ended = subprocess.run(
        [sys.executable, "-c", NOTHING_FACTORISED],
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    said = ended.stdout + ended.stderr
    assert "ksp_tpye" in said
    assert "icntl_14" not in said
