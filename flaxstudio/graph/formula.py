"""Formulas: values computed from a class's fields. A small, harmless part of Python, checked before it is used."""

import ast
import operator
from collections.abc import Callable, Collection, Mapping
from typing import Any

from flaxstudio.graph.graph import Formula, Value

_OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_MAX_LENGTH = 200


def fault_of_formula(formula: Formula, fields: Collection[str]) -> str | None:
    """Return what is wrong with a formula as the end of a sentence, or None."""
    tree = _parse(formula)
    if tree is None or not _is_allowed(tree):
        return "must be a calculation with fields and numbers, such as 4 * features"
    unknown = sorted(names_in(formula) - set(fields))
    if unknown:
        known = f"; there are {', '.join(sorted(fields))}" if fields else ""
        return f"names “{unknown[0]}”, which is not a field{known}"
    if formula.is_each and not isinstance(tree, ast.Name):
        return "must name one field to take its numbers one by one"
    return None


def names_in(formula: Formula) -> frozenset[str]:
    """Return the fields that a formula names."""
    tree = _parse(formula)
    names = (node.id for node in ast.walk(tree) if isinstance(node, ast.Name)) if tree else ()
    return frozenset(names) - {"len"}


def formula_source(formula: Formula) -> str:
    """Return the source of a formula inside a Module, its fields as attributes of self; `...` for one that is not allowed."""
    tree = _parse(formula)
    if tree is None or not _is_allowed(tree):
        return "..."
    return ast.unparse(_OfSelf().visit(tree))


def is_operation(formula: Formula) -> bool:
    """Return whether a formula is a calculation with parts, which beside an operator wants parentheses."""
    return isinstance(_parse(formula), ast.BinOp | ast.UnaryOp)


def evaluate(formula: Formula, fields: Mapping[str, Value]) -> Value:
    """Return a checked formula's value; ValueError where it cannot be computed (a division by zero, say)."""
    tree = _parse(formula)
    assert tree is not None
    try:
        value: Value = _compute(tree, fields)
    except (ArithmeticError, TypeError, IndexError, KeyError) as error:
        raise ValueError(f"cannot be computed: {error}") from error
    return value


def renamed(formula: Formula, old: str, new: str) -> Formula:
    """Return the formula with one field under another name."""
    tree = _parse(formula)
    if tree is None:
        return formula
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id == old:
            node.id = new
    return Formula(ast.unparse(tree), formula.is_each)


def substituted(formula: Formula, values: Mapping[str, Value]) -> Value:
    """Return the formula with values in the place of fields: a value if all are known, else a formula of their own fields."""
    used = {name: values[name] for name in names_in(formula)}
    if not any(isinstance(value, Formula) for value in used.values()):
        if formula.is_each:
            raise ValueError("is repeated for each number of a field")
        return evaluate(formula, used)
    tree = _parse(formula)
    assert tree is not None
    return Formula(ast.unparse(_Put(used).visit(tree)), formula.is_each)


def _parse(formula: Formula) -> ast.expr | None:
    if len(formula.formula) > _MAX_LENGTH:
        return None
    try:
        return ast.parse(formula.formula.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _is_allowed(tree: ast.expr) -> bool:
    match tree:
        case ast.Name():
            return True
        case ast.Constant(value=value):
            return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e12
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return _is_allowed(operand)
        case ast.BinOp(left=left, op=op, right=right):
            return type(op) in _OPERATORS and _is_allowed(left) and _is_allowed(right)
        case ast.Subscript(value=ast.Name(), slice=index):
            return isinstance(index, ast.Constant | ast.UnaryOp) and _is_allowed(index)
        case ast.Tuple(elts=items):
            return bool(items) and all(_is_allowed(item) for item in items)
        case ast.Call(func=ast.Name(id="len"), args=[ast.Name()], keywords=[]):
            return True
        case _:
            return False


def _compute(tree: ast.expr, fields: Mapping[str, Value]) -> Any:
    match tree:
        case ast.Name(id=name):
            return fields[name]
        case ast.Constant(value=value):
            return value
        case ast.UnaryOp(operand=operand):
            return -_compute(operand, fields)
        case ast.BinOp(left=left, op=op, right=right):
            return _OPERATORS[type(op)](_compute(left, fields), _compute(right, fields))
        case ast.Subscript(value=value, slice=index):
            return _compute(value, fields)[_compute(index, fields)]
        case ast.Tuple(elts=items):
            return tuple(_compute(item, fields) for item in items)
        case ast.Call(args=[sequence]):
            return len(_compute(sequence, fields))
    raise KeyError(ast.unparse(tree))


class _OfSelf(ast.NodeTransformer):
    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id == "len":
            return node
        return ast.Attribute(ast.Name("self", ast.Load()), node.id, ast.Load())


class _Put(ast.NodeTransformer):
    def __init__(self, values: Mapping[str, Value]) -> None:
        self._values = values

    def visit_Name(self, node: ast.Name) -> ast.AST:
        value = self._values.get(node.id)
        if node.id not in self._values:
            return node
        return ast.parse(value.formula if isinstance(value, Formula) else repr(value), mode="eval").body
