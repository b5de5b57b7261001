"""Stack pressure holds the contact: the shipped study, coarser, with its time error known.

Each pressure step must change gap and contact by over ten times what a ten times tighter tolerance changes.
They are compared at the same state of charge on delithiation: with a voltage cut-off a higher pressure lets
more lithium out before contact is lost, so that the ends of the runs are not the same state of the particle.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from running import read_history, run_case

PRESSURES = (1, 5, 20, 50)
STATE_OF_CHARGE = 0.65
GAP = "mean_gap.particle|electrolyte [m]"
CONTACT = "contact_area_fraction.particle|electrolyte [-]"
CAPACITY = "areal_capacity [mAh/cm2]"


def _run(folder: Path, pressure: int, tolerance: float) -> dict[str, float]:
    finished = run_case(
        folder,
        f'stack_pressure.pressure="{pressure} MPa"',
        'geometry.mesh_size="0.12 um"',
        f"solver.tolerance={tolerance}",
        "output.pictures=false",
        f"output.states_of_charge=[{STATE_OF_CHARGE}]",
    )
    assert finished.returncode == 0, finished.stderr
    names, rows = read_history(folder)
    back = rows[rows[:, names.index("protocol_step [-]")] == 2]
    charge = back[::-1, names.index("state_of_charge [-]")]
    found = {
        name: float(np.interp(STATE_OF_CHARGE, charge, back[::-1, names.index(name)]))
        for name in (GAP, CONTACT)
    }
    return {**found, CAPACITY: float(back[-1, names.index(CAPACITY)])}


@pytest.mark.slow
def test_pressure_holds_contact(tmp_path: Path) -> None:
    loose = {pressure: _run(tmp_path / f"{pressure}", pressure, 2e-3) for pressure in PRESSURES}
    tight = {pressure: _run(tmp_path / f"{pressure}_tight", pressure, 2e-4) for pressure in PRESSURES}
    for column, sign in ((GAP, -1), (CONTACT, 1), (CAPACITY, 1)):
        for low, high in pairwise(PRESSURES):
            change = sign * (tight[high][column] - tight[low][column])
            error = max(abs(loose[pressure][column] - tight[pressure][column]) for pressure in (low, high))
            assert change > 10 * error, (
                f"{column} from {low} to {high} MPa: {change} with an error of {error}"
            )
