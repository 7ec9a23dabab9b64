"""From terms to attributes' values: literals, formulas of the class's fields, initializers, the expressions of choices."""

import ast
from collections.abc import Callable, Mapping
from functools import lru_cache

from flaxstudio.codegen.folding import folded, plain
from flaxstudio.codegen.patterns import reference
from flaxstudio.codegen.terms import Call, Const, FieldOf, Item, Op, Ref, Seq, Term, walk
from flaxstudio.graph.formula import fault_of_formula, names_in
from flaxstudio.graph.graph import Formula, Value
from flaxstudio.graph.initializer import ARGUMENTS, initializer_text
from flaxstudio.graph.spec import AttributeSpec, LayerSpec

_OPERATORS: dict[str, ast.operator] = {
    "+": ast.Add(), "-": ast.Sub(), "*": ast.Mult(), "/": ast.Div(), "//": ast.FloorDiv(), "%": ast.Mod(),
}  # fmt: skip
_INITIALIZERS = ("flax.linen.initializers.", "jax.nn.initializers.", "flax.linen.linear.")
Known = Callable[[Term], Term | None]


class Mismatch(Exception):
    """Why a term is no value of an attribute, as the end of a sentence that begins with the attribute."""


def value_of(spec: AttributeSpec, term: Term, known: Known, is_field: Callable[[str], bool]) -> Value:
    """Return the attribute's value; Mismatch where the term is none.

    `known` gives what fields and shapes stand for, where no formula can be made of them; `is_field` tells which fields
    the graph's class can have.
    """
    if isinstance(term, Item):
        return Formula(term.field, is_each=True)
    if any(isinstance(part, FieldOf) for part in walk(term)):
        formula = formula_of(term)
        if formula is not None and all(is_field(name) for name in names_in(formula)):
            return formula
    value = _literal(spec, folded(term, known))
    if fault := spec.fault(value):
        raise Mismatch(fault)
    return value


def is_default_of(spec: AttributeSpec, value: Value) -> bool:
    """Return whether a value need not be stored."""
    return value == spec.default and isinstance(value, bool) == isinstance(spec.default, bool)


def formula_of(term: Term) -> Formula | None:
    """Return a calculation with fields as a formula, or None where it is more than a formula can hold."""
    tree = _formula_tree(term)
    if tree is None:
        return None
    formula = Formula(ast.unparse(tree))
    return None if fault_of_formula(formula, names_in(formula)) else formula


def kernel_of(spec: LayerSpec) -> AttributeSpec | None:
    """Return the attribute that has a number for every dimension which a layer's kernel has, if there is one."""
    return next((a for a in spec.attributes if a.lengths and a.is_required), None)


def spread(attributes: Mapping[str, Value], singles: Mapping[str, bool], dimensions: int) -> dict[str, Value]:
    """Return attributes with single numbers as tuples; `singles` tells which are, and whether for every dimension."""
    counts = {name: dimensions if is_for_each else 1 for name, is_for_each in singles.items()}
    return {name: _repeated(value, counts[name]) if name in counts else value for name, value in attributes.items()}


def _repeated(value: Value, count: int) -> Value:
    if isinstance(value, Formula):
        return Formula(ast.unparse(ast.Tuple([ast.parse(value.formula, mode="eval").body] * count, ast.Load())))
    return value * count if isinstance(value, tuple) else value


def _literal(spec: AttributeSpec, term: Term) -> Value:
    if term == Const(None):
        return None
    match spec.type:
        case "initializer":
            return _initializer(term)
        case "choice" if spec.expressions:
            return _choice(spec, term)
        case "ints":
            return _numbers(term)
        case "padding":
            return plain_value(term) if isinstance(term, Const) and isinstance(term.value, str) else _pairs(term)
        case _:
            return plain_value(term)


def plain_value(term: Term) -> Value:
    """Return a literal's value; Mismatch where it is none."""
    try:
        value: Value = plain(term)
    except LookupError:
        raise Mismatch("is not known before the model runs") from None
    return value


def _numbers(term: Term) -> Value:
    value = plain_value(term)
    return (value,) if isinstance(value, int) and not isinstance(value, bool) else value


def _pairs(term: Term) -> Value:
    value = plain_value(term)
    if isinstance(value, int) and not isinstance(value, bool):
        return (value,)
    return value


def _choice(spec: AttributeSpec, term: Term) -> Value:
    if isinstance(term, Const) and isinstance(term.value, str):
        return term.value
    for choice, source in spec.expressions.items():
        if _reference(source) == term:
            return choice
    raise Mismatch(f"must be one of {', '.join(spec.choices)}")


@lru_cache(maxsize=1024)
def _reference(source: str) -> Term:
    return reference(source)


def _initializer(term: Term) -> Value:
    if isinstance(term, Const) and isinstance(term.value, str):
        return term.value
    function = term.function if isinstance(term, Call) else term
    path = function.path if isinstance(function, Ref) else ""
    name = path.rpartition(".")[2]
    if not path.startswith(_INITIALIZERS):
        raise Mismatch("must be an initializer of nn.initializers")
    if not isinstance(term, Call):
        return name
    if name in ("zeros_init", "ones_init") and not term.args:
        return name.removesuffix("_init")
    known = {argument.name for argument in ARGUMENTS.get(name, ())}
    given: dict[str, float | str] = {}
    for key, value in term.args:
        word = plain_value(value) if key in known else None
        if key in known and isinstance(word, int | float | str) and not isinstance(word, bool):
            given[key] = word if isinstance(word, str) else float(word)
        elif key != "dtype":
            raise Mismatch(f"has an initializer with {key}, which a node cannot hold: {name}")
    return initializer_text(name, given)


def _formula_tree(term: Term) -> ast.expr | None:
    match term:
        case FieldOf(name=name):
            return ast.Name(name, ast.Load())
        case Const(value=value) if isinstance(value, int | float) and not isinstance(value, bool):
            return ast.UnaryOp(ast.USub(), ast.Constant(-value)) if value < 0 else ast.Constant(value)
        case Op(name="neg", args=(inner,)):
            tree = _formula_tree(inner)
            return ast.UnaryOp(ast.USub(), tree) if tree else None
        case Op(name=name, args=(left, right)) if name in _OPERATORS:
            trees = _formula_tree(left), _formula_tree(right)
            return ast.BinOp(trees[0], _OPERATORS[name], trees[1]) if trees[0] and trees[1] else None
        case Op(name="index", args=(FieldOf(name=name), Const(value=int(place)))):
            return ast.Subscript(ast.Name(name, ast.Load()), ast.Constant(place), ast.Load())
        case Seq(items=items):
            found = [tree for item in items if (tree := _formula_tree(item)) is not None]
            return ast.Tuple(found, ast.Load()) if items and len(found) == len(items) else None
        case Call(function=Ref(path="builtins.len"), args=((_, FieldOf(name=name)),)):
            return ast.Call(ast.Name("len", ast.Load()), [ast.Name(name, ast.Load())], [])
        case _:
            return None
