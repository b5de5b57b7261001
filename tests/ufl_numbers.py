# SPDX-License-Identifier: LGPL-3.0-or-later
"""The value of an expression that holds numbers in place of fields."""

from __future__ import annotations

from typing import Any

import ufl
from ufl.corealg.map_dag import map_expr_dag
from ufl.corealg.multifunction import MultiFunction


class Evaluation(MultiFunction):  # type: ignore[misc]
    """UFL works out sums, products and functions of numbers itself; the rest is done here.

    A plain call of an expression would evaluate each shared part once for every place where it stands.
    """

    expr = MultiFunction.reuse_if_untouched

    def min_value(self, _: Any, left: Any, right: Any) -> Any:
        return ufl.as_ufl(min(float(left), float(right)))

    def max_value(self, _: Any, left: Any, right: Any) -> Any:
        return ufl.as_ufl(max(float(left), float(right)))

    def conditional(self, _: Any, condition: Any, true: Any, false: Any) -> Any:
        return true if condition.evaluate(None, {}, (), ()) else false


def number(expression: Any) -> float:
    """Value of a scalar expression without fields."""
    return float(map_expr_dag(Evaluation(), ufl.as_ufl(expression)))
