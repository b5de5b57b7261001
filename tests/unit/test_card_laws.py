# SPDX-License-Identifier: LGPL-3.0-or-later
"""Combinations of laws that a card refuses, with the key that is to blame."""

from __future__ import annotations

from typing import Any

import pytest
from lithiate.materials import MaterialCard
from pydantic import ValidationError

SOLID = {"name": "test", "youngs_modulus": 50e9, "poisson_ratio": 0.3}


def refusal(**properties: Any) -> tuple[str, str]:
    """Key and message of the one error of a card."""
    with pytest.raises(ValidationError) as caught:
        MaterialCard.model_validate(SOLID | properties)
    (error,) = caught.value.errors()
    return error["ctx"]["path"][0], error["msg"]


def test_hencky_material_does_not_flow() -> None:
    key, message = refusal(elasticity="hencky", flow="rate_independent", yield_stress=1e9)
    assert key == "elasticity"
    assert 'found "hencky" with flow = "rate_independent"' in message
