# SPDX-License-Identifier: LGPL-3.0-or-later
"""Comparison of numbers of any size."""

from __future__ import annotations

from typing import Any

import pytest


def relative(expected: Any, rel: float = 1e-6) -> Any:
    """Equal up to a relative error alone: pytest's absolute 1e-12 would pass any two volumes in m3."""
    return pytest.approx(expected, rel=rel, abs=0.0)
