"""The octant in a cylinder is the axisymmetric model in other coordinates: nothing of them may show."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from running import read_history, run_case

SETTINGS = (
    'geometry.mesh_size="0.2 um"',
    "protocol.0.until.state_of_charge=0.2",
    "protocol.1.until.time=1",
    "protocol.2.until.time=1",
    "output.states_of_charge=[0.1]",
    "output.pictures=false",
)

AGREEMENT = {
    "voltage [V]": 0.02,
    "thickness [m]": 0.02,
    "mean_hydrostatic_stress.particle [Pa]": 0.02,
    "mean_hydrostatic_stress.electrolyte [Pa]": 0.02,
    "mean_von_mises_stress.electrolyte [Pa]": 0.02,
    # The stress of diffusion follows the curvature of the concentration, which is linear on elements that
    # are up to twice as large inside the octant: this one column falls slowly with the mesh.
    "mean_von_mises_stress.particle [Pa]": 0.12,
}
"""Largest relative difference at a state of charge of 0.2."""


@pytest.mark.slow
def test_octant_agrees_with_axisymmetry(tmp_path: Path) -> None:
    flat = run_case(tmp_path / "axisymmetric", *SETTINGS)
    assert flat.returncode == 0, flat.stderr
    solid = run_case(tmp_path / "octant", *SETTINGS, 'geometry.symmetry="3d"', ranks=2)
    assert solid.returncode == 0, solid.stderr
    expected, found = (_end_of_lithiation(tmp_path / name) for name in ("axisymmetric", "octant"))
    assert found["state_of_charge [-]"] == pytest.approx(0.2, abs=1e-9)
    growth = [row["thickness [m]"] - 2e-6 for row in (expected, found)]
    assert growth[1] == pytest.approx(growth[0], rel=0.02)
    for column, tolerance in AGREEMENT.items():
        assert found[column] == pytest.approx(expected[column], rel=tolerance), column


def _end_of_lithiation(folder: Path) -> dict[str, float]:
    names, rows = read_history(folder)
    step = rows[:, names.index("protocol_step [-]")]
    last = rows[np.flatnonzero(step == 0)[-1]]
    return dict(zip(names, last, strict=True))


@pytest.mark.slow
def test_octant_in_a_box_runs(tmp_path: Path) -> None:
    """Other walls, and a checkable number: the box holds more electrolyte, so the platen rises less."""
    settings = (
        'geometry.block_size="1.5 um"',
        'geometry.mesh_size="0.22 um"',
        'geometry.mesh_size_far="0.5 um"',
        'geometry.symmetry="3d"',
        "protocol.0.until.state_of_charge=0.06",
        "protocol.1.until.time=1",
        "protocol.2.until.time=1",
        "output.states_of_charge=[]",
        "output.pictures=false",
        "solver.tolerance=1e-2",
    )
    heights = {}
    for shape in ("cylinder", "box"):
        finished = run_case(tmp_path / shape, *settings, f'geometry.block_shape="{shape}"')
        assert finished.returncode == 0, finished.stderr
        heights[shape] = _end_of_lithiation(tmp_path / shape)["thickness [m]"]
    assert heights["box"] < heights["cylinder"]
