"""From syntax to terms: names looked up, calls with their arguments in order. Nothing is computed, nothing is run."""

import ast
from itertools import pairwise
from typing import Protocol

from flaxstudio.codegen.normal_forms import added, called, indexed, of_value
from flaxstudio.codegen.terms import Const, Op, Ref, SelfRef, Seq, Splice, Term, Unreadable
from flaxstudio.codegen.vocabulary import named

_BINARY: dict[type[ast.operator], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**", ast.MatMult: "@",
}  # fmt: skip
_COMPARED: dict[type[ast.cmpop], str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Is: "is", ast.IsNot: "is not",
    ast.In: "in", ast.NotIn: "not in",
}  # fmt: skip
_UNARY: dict[type[ast.unaryop], str] = {ast.USub: "neg", ast.Not: "not", ast.UAdd: "pos", ast.Invert: "~"}


class Names(Protocol):
    """What names mean where an expression stands."""

    def name(self, name: str, line: int) -> Term:
        """Return what a variable or an import means."""

    def of_self(self, name: str, line: int) -> Term:
        """Return what `self.NAME` means."""

    def function(self, tree: ast.Lambda) -> Term:
        """Return the function that a lambda makes."""

    def comprehension(self, tree: ast.ListComp | ast.GeneratorExp) -> Term:
        """Return what a comprehension makes."""


def operator_name(operator: ast.operator) -> str:
    """Return an operator as it is written."""
    return _BINARY.get(type(operator), "?")


def term_of(tree: ast.expr, names: Names) -> Term:
    """Return the term of an expression; Unreadable for what has none."""
    match tree:
        case ast.Constant(value=value) if value is None or isinstance(value, bool | int | float | str):
            return Const(value)
        case ast.Constant(value=value) if value is ...:
            return Ref("builtins.Ellipsis")
        case ast.Name(id=name):
            return names.name(name, tree.lineno)
        case ast.Attribute(value=owner, attr=name):
            return _attribute(term_of(owner, names), name, tree.lineno, names)
        case ast.Call():
            return _call(tree, names)
        case ast.BinOp(left=left, op=op, right=right):
            return _binary(operator_name(op), term_of(left, names), term_of(right, names), tree.lineno)
        case ast.UnaryOp(op=op, operand=operand):
            return _unary(_UNARY[type(op)], term_of(operand, names), tree.lineno)
        case ast.BoolOp(op=op, values=values):
            name = "and" if isinstance(op, ast.And) else "or"
            return Op(name, tuple(term_of(value, names) for value in values), tree.lineno)
        case ast.Compare():
            return _compared(tree, names)
        case ast.IfExp(test=test, body=body, orelse=other):
            return Op("if", tuple(term_of(part, names) for part in (test, body, other)), tree.lineno)
        case ast.Subscript(value=value, slice=place):
            return indexed(term_of(value, names), _place(place, names), tree.lineno)
        case ast.Tuple(elts=items) | ast.List(elts=items):
            return Seq(tuple(part for item in items for part in _items(item, names)))
        case ast.Lambda():
            return names.function(tree)
        case ast.ListComp() | ast.GeneratorExp():
            return names.comprehension(tree)
        case ast.JoinedStr(values=values):
            return Op("text", tuple(_text_part(value, names) for value in values), tree.lineno)
        case ast.Dict():
            return _dictionary(tree, names)
        case _:
            raise Unreadable(tree.lineno, f"`{shortened(tree)}` is not something that a graph can hold.")


def shortened(tree: ast.AST) -> str:
    """Return an expression's source, its middle left out if it is long."""
    text = " ".join(ast.unparse(tree).split())
    return text if len(text) <= 60 else f"{text[:40]} … {text[-16:]}"


def _attribute(owner: Term, name: str, line: int, names: Names) -> Term:
    match owner:
        case SelfRef():
            return names.of_self(name, line)
        case Ref(path=path) if not path.startswith("builtins."):
            return named(f"{path}.{name}")
        case _:
            return of_value(owner, name, line)


def _call(tree: ast.Call, names: Names) -> Term:
    function = term_of(tree.func, names)
    positional = [part for argument in tree.args for part in _items(argument, names)]
    keywords: list[tuple[str, Term]] = []
    for keyword in tree.keywords:
        value = term_of(keyword.value, names)
        if keyword.arg is not None:
            keywords.append((keyword.arg, value))
        elif isinstance(value, Op) and value.name == "dict":
            keywords.extend(_unpacked(value, tree.lineno))
        else:
            keywords.append(("**", value))
    return called(function, positional, keywords, tree.lineno)


def _unpacked(pairs: Op, line: int) -> list[tuple[str, Term]]:
    found = []
    for pair in pairs.args:
        key = pair.items[0] if isinstance(pair, Seq) else None
        if not isinstance(key, Const) or not isinstance(key.value, str) or not isinstance(pair, Seq):
            raise Unreadable(line, "An argument's name is not known before the model runs.")
        found.append((key.value, pair.items[1]))
    return found


def _dictionary(tree: ast.Dict, names: Names) -> Term:
    """Return a dictionary's pairs, those of `**others` among them; a later one takes the place of an earlier."""
    pairs: dict[Term, Term] = {}
    for key, value in zip(tree.keys, tree.values, strict=True):
        found = term_of(value, names)
        if key is not None:
            pairs[term_of(key, names)] = found
        elif isinstance(found, Op) and found.name == "dict":
            pairs.update(pair.items for pair in found.args if isinstance(pair, Seq))  # type: ignore[misc]
        else:
            raise Unreadable(tree.lineno, f"`{shortened(tree)}` is not something that a graph can hold.")
    return Op("dict", tuple(Seq(pair) for pair in pairs.items()), tree.lineno)


def _items(tree: ast.expr, names: Names) -> list[Term]:
    if not isinstance(tree, ast.Starred):
        return [term_of(tree, names)]
    value = term_of(tree.value, names)
    return list(value.items) if isinstance(value, Seq) else [Splice(value)]


def _binary(name: str, left: Term, right: Term, line: int) -> Term:
    return added(left, right, line) if name == "+" else Op(name, (left, right), line)


def _unary(name: str, operand: Term, line: int) -> Term:
    match name, operand:
        case "neg", Const(value=value) if isinstance(value, int | float) and not isinstance(value, bool):
            return Const(-value)
        case "pos", _:
            return operand
        case "not", Op(name="not", args=(inner,)):
            return inner
        case _:
            return Op(name, (operand,), line)


def _compared(tree: ast.Compare, names: Names) -> Term:
    terms = [term_of(part, names) for part in (tree.left, *tree.comparators)]
    pairs = [Op(_COMPARED[type(op)], sides, tree.lineno) for op, sides in zip(tree.ops, pairwise(terms), strict=True)]
    return pairs[0] if len(pairs) == 1 else Op("and", tuple(pairs), tree.lineno)


def _place(tree: ast.expr, names: Names) -> Term:
    match tree:
        case ast.Slice(lower=lower, upper=upper, step=step):
            ends = tuple(Const(None) if end is None else term_of(end, names) for end in (lower, upper, step))
            return Op("slice", ends, tree.lineno)
        case ast.Tuple(elts=items):
            return Seq(tuple(_place(item, names) for item in items))
        case _:
            return term_of(tree, names)


def _text_part(tree: ast.expr, names: Names) -> Term:
    match tree:
        case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
            return term_of(value, names)
        case ast.Constant(value=str(value)):
            return Const(value)
        case _:
            raise Unreadable(tree.lineno, "A text is put together in a way that is not known before the model runs.")
