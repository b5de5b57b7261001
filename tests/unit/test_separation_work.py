"""The share of regularisation in the work of separation, as the history has it."""

from __future__ import annotations

import pytest

pytest.importorskip("dolfinx", exc_type=ImportError)

from lithiate.output.history import SeparationWork


def test_the_lag_counts_from_the_first_row_on() -> None:
    """What the pressing before spent is no part of it, nor what faces that stick again regain."""
    work = SeparationWork()
    assert work.viscous_share(spent=5.0, viscous=2.0) == 0.0
    assert work.viscous_share(spent=5.0, viscous=0.0) == 0.0
    assert work.viscous_share(spent=8.0, viscous=1.0) == pytest.approx(1 / 4)
    assert work.viscous_share(spent=11.0, viscous=1.0) == pytest.approx(2 / 8)
    assert work.viscous_share(spent=4.0, viscous=0.0) == pytest.approx(1.0)
