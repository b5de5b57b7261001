# SPDX-License-Identifier: LGPL-3.0-or-later
"""What a run warns of, from rows of its history alone."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from case_files import write_case
from lithiate.case import load_case


@pytest.mark.parametrize(("beyond", "count"), [(1e-12, 0), (1e-6, 1)])
def test_round_off_is_not_beyond_the_table(tmp_path: Path, beyond: float, count: int) -> None:
    """The cell starts where the open-circuit table does, at 0.05 and to the last digits."""
    pytest.importorskip("dolfinx", exc_type=ImportError)
    from lithiate.courses.cell_watch import CellWatch

    observer: Any = SimpleNamespace()
    state: Any = SimpleNamespace(interfaces={}, regions={})
    record: Any = SimpleNamespace(time=0.0, state=state, current_density=0.0)
    watch = CellWatch(load_case(write_case(tmp_path)), observer)
    row = {
        "smallest_stoichiometry.particle": 0.05 - beyond,
        "largest_stoichiometry.particle": 0.95 + 1e-12,
        "contact_area_fraction.particle|electrolyte": 1.0,
    }
    watch.note(record, row)
    assert sum("stoichiometry went below 0.05" in text for text in watch.warnings) == count
    assert len(watch.warnings) == count
