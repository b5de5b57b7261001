"""Properties that change with stoichiometry and temperature as UFL, inside forms."""

from __future__ import annotations

from typing import Any

import numpy as np
import ufl

from lithiate.materials import formula
from lithiate.materials.functions import FormulaFunction, StoichiometryFunction, TabulatedFunction

_FUNCTIONS = {"exp": ufl.exp, "log": ufl.ln, "sqrt": ufl.sqrt, "tanh": ufl.tanh}


def property_expression(function: StoichiometryFunction, stoichiometry: Any, temperature: float) -> Any:
    """A property as a UFL expression, SI.

    Args:
        function: the property.
        stoichiometry: c, a UFL scalar.
        temperature: of the run [K].
    """
    if isinstance(function, FormulaFunction):
        return formula.evaluate(function.formula, stoichiometry, temperature, _FUNCTIONS) * function.factor
    if isinstance(function, TabulatedFunction):
        return _spline_expression(function, stoichiometry)
    return function.at(stoichiometry)


def _spline_expression(function: TabulatedFunction, stoichiometry: Any) -> Any:
    """S(c) = S(0) + sum_k [S_k(c held between x_k and x_k+1) - S_k(x_k)], the pieces of a spline added up.

    No conditional stands between the pieces: the form compiler fails on one whose branch is constant, as a
    flat piece of a table is.
    """
    spline = function.spline()
    result = ufl.as_ufl(float(function.values[0]))
    for left, right, coefficients in zip(spline.x[:-1], spline.x[1:], spline.c.T, strict=True):
        if not np.any(coefficients[:-1]):
            continue
        inside = ufl.min_value(ufl.max_value(stoichiometry, float(left)), float(right)) - float(left)
        cubic, square, slope = (float(coefficient) for coefficient in coefficients[:-1])
        result = result + inside * (slope + inside * (square + inside * cubic))
    return result
