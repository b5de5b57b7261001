"""Formulas of a case: arithmetic in given names, and nothing else.

Those of a material card are in the stoichiometry c and the temperature T [K].

A formula is read into a tree of which only numbers, the names, the operators + - * / ** and the functions of
:data:`FUNCTIONS` are let through, and that tree is evaluated node by node: no text of a case file is
ever run.
"""

from __future__ import annotations

import ast
import functools
import math
import operator
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

NAMES = ("c", "T")
FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "tanh": np.tanh,
}
"""What a formula may call, as NumPy evaluates it."""

_OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
}
_LONGEST = 400


class FormulaError(ValueError):
    """A formula that is no formula; its text says what is wrong and what is allowed."""


def _allowed(names: tuple[str, ...]) -> str:
    return f"numbers, {', '.join(names)}, + - * / **, {', '.join(FUNCTIONS)}"


@functools.cache
def parse(text: str, names: tuple[str, ...] = NAMES) -> ast.expr:
    """The tree of a formula.

    Args:
        text: for example ``"1 - 0.57 * c * exp(-T / 300)"``.
        names: what it may depend on.

    Raises:
        FormulaError: it holds anything but what the module's text allows.
    """
    if len(text) > _LONGEST:
        raise FormulaError(f"found a formula of {len(text)} characters; allowed: at most {_LONGEST}")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise FormulaError(f'found "{text}", which cannot be read; allowed: {_allowed(names)}') from None
    _let_through(tree, text, names)
    return tree


def _let_through(node: ast.AST, text: str, names: tuple[str, ...]) -> None:
    """Refuse every node that is not on the list."""
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        _let_through(node.left, text, names)
        _let_through(node.right, text, names)
    elif isinstance(node, ast.UnaryOp) and type(node.op) in _OPERATORS:
        _let_through(node.operand, text, names)
    elif (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in FUNCTIONS
        and len(node.args) == 1
        and not node.keywords
    ):
        _let_through(node.args[0], text, names)
    else:
        number = isinstance(node, ast.Constant) and type(node.value) in (int, float)
        if not number and not (isinstance(node, ast.Name) and node.id in names):
            part = ast.get_source_segment(text.strip(), node) or type(node).__name__
            raise FormulaError(f'found "{part}" in the formula; allowed: {_allowed(names)}')


def depends_on(text: str, name: str) -> bool:
    """Whether a formula mentions c or T."""
    return name in names_in(text, NAMES)


def names_in(text: str, names: tuple[str, ...]) -> frozenset[str]:
    """The names that a formula mentions.

    Args:
        text: the formula.
        names: what it may depend on.
    """
    used = {node.id for node in ast.walk(parse(text, names)) if isinstance(node, ast.Name)}
    return frozenset(used.intersection(names))


def evaluate(
    text: str,
    stoichiometry: Any,
    temperature: float,
    functions: Mapping[str, Callable[[Any], Any]] = FUNCTIONS,
) -> Any:
    """The value of a formula.

    Args:
        text: the formula.
        stoichiometry: c; whatever ``functions`` and the operators take (a float, an array, a UFL expression).
        temperature: T [K].
        functions: the functions for arguments that are no plain numbers.

    Raises:
        ArithmeticError, ValueError: plain numbers alone have no value, as in ``1 / 0`` or ``log(T - 1000)``.
    """
    return evaluate_with(text, {"c": stoichiometry, "T": float(temperature)}, functions)


def evaluate_with(
    text: str, values: Mapping[str, Any], functions: Mapping[str, Callable[[Any], Any]] = FUNCTIONS
) -> Any:
    """The value of a formula in any names.

    Args:
        text: the formula.
        values: of all names that it may depend on.
        functions: the functions for arguments that are no plain numbers.

    Raises:
        ArithmeticError, ValueError: plain numbers alone have no value.
    """
    return _value(parse(text, tuple(values)), values, functions)


def _value(node: ast.expr, names: Mapping[str, Any], functions: Mapping[str, Callable[[Any], Any]]) -> Any:
    match node:
        case ast.Constant():
            # As a float, so that no formula can ask for a whole number of a million digits.
            return float(node.value)
        case ast.Name():
            return names[node.id]
        case ast.UnaryOp():
            return _OPERATORS[type(node.op)](_value(node.operand, names, functions))
        case ast.BinOp():
            left, right = _value(node.left, names, functions), _value(node.right, names, functions)
            result = _OPERATORS[type(node.op)](left, right)
            if isinstance(result, complex):  # the root of a negative number
                raise ValueError("no real value")
            return result
        case ast.Call(func=ast.Name(id=name)):
            argument = _value(node.args[0], names, functions)
            return getattr(math, name)(argument) if isinstance(argument, float) else functions[name](argument)
    raise AssertionError(f"{type(node).__name__} was not let through")
