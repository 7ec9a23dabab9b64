"""Values of terms that are known without running anything: a small, harmless part of Python."""

import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

from flaxstudio.codegen.normal_forms import indexed
from flaxstudio.codegen.terms import Batch, Call, Const, Literal, Op, OwnClass, Ref, Seq, Splice, Term, is_array, rebuilt

_LIMIT = 10**15
_MAX_ITEMS = 1000
_BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "//": operator.floordiv,
    "%": operator.mod, "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt,
    ">=": operator.ge, "is": operator.eq, "is not": operator.ne,
}  # fmt: skip
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "builtins.int": int, "builtins.float": float, "builtins.round": round, "builtins.abs": abs, "builtins.max": max,
    "builtins.min": min, "builtins.bool": bool, "builtins.divmod": divmod, "builtins.str": str,
    "math.sqrt": math.sqrt, "math.ceil": math.ceil, "math.floor": math.floor, "math.log": math.log, "math.log2": math.log2,
    "math.exp": math.exp, "numpy.sqrt": math.sqrt, "jax.numpy.sqrt": math.sqrt, "numpy.log2": math.log2,
    "numpy.log": math.log, "jax.numpy.log": math.log,
}  # fmt: skip
_OF_LISTS = frozenset({f"builtins.{name}" for name in ("zip", "reversed", "enumerate", "list", "tuple", "len")})
"""What only moves the items of lists, arrays among them."""

_OF_SEQUENCES: dict[str, Callable[[Sequence[Any]], Any]] = {
    "math.prod": math.prod, "numpy.prod": math.prod, "jax.numpy.prod": math.prod, "builtins.sum": sum, "builtins.max": max,
    "builtins.min": min, "builtins.all": all, "builtins.any": any,
}  # fmt: skip


def folded(term: Term, known: Callable[[Term], Term | None] = lambda _: None) -> Term:
    """Return a term with all computed that can be; `known` gives what fields, shapes and loops stand for."""
    found = known(term)
    if found is not None:
        return found if found == term else folded(found, known)
    match term:
        case Op(name="if", args=(test, chosen, other)):
            value = truth(folded(test, known))
            return term if value is None else folded(chosen if value else other, known)
        case Op(name="and" | "or" as name, args=args):
            return _chosen(name, [folded(arg, known) for arg in args], term)
        case Op(args=args):
            inner = rebuilt(term, lambda part: folded(part, known))
            return inner if not isinstance(inner, Op) or is_array(inner) else _operation(inner, known)
        case Call(function=Ref(path=path)):
            inner = rebuilt(term, lambda part: folded(part, known))
            is_open = isinstance(inner, Call) and (not is_array(inner) or path in _OF_LISTS)
            return _function(inner, path) if is_open and isinstance(inner, Call) else inner
        case Seq(items=items):
            return Seq(tuple(part for item in items for part in _spliced(item, known)))
        case _:
            return term


def truth(term: Term) -> bool | None:
    """Return whether a folded term is true, or None where that is not known."""
    match term:
        case Const(value=value):
            return bool(value)
        case Seq(items=items):
            return bool(items)
        case Batch() | Ref() | OwnClass():
            return True
        case Op(name="dict", args=args):
            return bool(args)
        case Op(name="not", args=(inner,)):
            value = truth(inner)
            return None if value is None else not value
        case _:
            return None


def plain(term: Term) -> Any:
    """Return the Python value of a folded literal; LookupError where it is none."""
    match term:
        case Const(value=value):
            return value
        case Seq(items=items):
            return tuple(plain(item) for item in items)
        case _:
            raise LookupError


def literal_term(value: Any) -> Term:
    """Return the term of a Python value."""
    return Seq(tuple(literal_term(item) for item in value)) if isinstance(value, tuple | list) else Const(value)


def _spliced(item: Term, known: Callable[[Term], Term | None]) -> tuple[Term, ...]:
    if not isinstance(item, Splice):
        return (folded(item, known),)
    inner = folded(item.term, known)
    return inner.items if isinstance(inner, Seq) else (Splice(inner),)


def _chosen(name: str, args: list[Term], term: Term) -> Term:
    """Return what `and` and `or` give: the first that decides."""
    last: Term = term
    for arg in args:
        value = truth(arg)
        if value is None:
            return Op(name, tuple(args))
        last = arg
        if value == (name == "or"):
            return arg
    return last


def _operation(term: Op, known: Callable[[Term], Term | None]) -> Term:
    match term.name, term.args:
        case "index", (Op(name="dict", args=pairs), Const() as key):
            chosen = [pair.items[1] for pair in pairs if isinstance(pair, Seq) and pair.items[0] == key]
            return chosen[-1] if chosen else term
        case "index", (value, place):
            found = indexed(value, place, term.line)
            return found if found == term else folded(found, known)
        case "not", (inner,):
            is_true = truth(inner)
            return term if is_true is None else Const(not is_true)
        case "text", args if all(isinstance(arg, Const) for arg in args):
            return Const("".join(str(arg.value) for arg in args if isinstance(arg, Const))[:_MAX_ITEMS])
        case "==" | "!=" | "is" | "is not" as name, (left, right):
            return _compared(name, left, right, term)
        case "in" | "not in" as name, (left, Seq(items=items)) if _is_known(left) and all(map(_is_known, items)):
            return Const((left in items) == (name == "in"))
        case "*", (Seq(items=items), Const(value=int(count))) | (Const(value=int(count)), Seq(items=items)):
            return Seq(items * count) if len(items) * count <= _MAX_ITEMS else term
        case "neg", (Const(value=int() | float() as value),):
            return Const(-value)
        case name, (Const(value=left), Const(value=right)):
            return _computed(lambda: _binary(name, left, right), term)
        case _:
            return term


def _binary(name: str, left: Literal, right: Literal) -> Any:
    if name == "**":
        if not isinstance(left, int | float) or not isinstance(right, int | float) or abs(right) > 64 or abs(left) > 10**6:
            raise ValueError
        return left**right
    if name in ("+", "*", "%") and (isinstance(left, str) or isinstance(right, str)):
        raise ValueError
    return _BINARY[name](left, right)


def _compared(name: str, left: Term, right: Term, term: Op) -> Term:
    is_same = name in ("==", "is")
    if left == right and not is_array(left):
        return Const(is_same)
    if _is_known(left) and _is_known(right):
        return Const((left == right) == is_same)
    is_none_asked = Const(None) in (left, right)
    other = right if left == Const(None) else left
    is_something = isinstance(other, Seq | Ref | OwnClass | Batch) or (isinstance(other, Op) and other.name == "dict")
    if is_none_asked and is_something:
        return Const(not is_same)
    return term


def _is_known(term: Term) -> bool:
    match term:
        case Const() | Batch() | Ref() | OwnClass():
            return True
        case Seq(items=items):
            return all(_is_known(item) for item in items)
        case _:
            return False


def _function(term: Call, path: str) -> Term:
    values = [value for _, value in term.args]
    match path, values:
        case "builtins.len", [Seq(items=items)] if not any(isinstance(item, Splice) for item in items):
            return Const(len(items))
        case "builtins.tuple" | "builtins.list", [Seq() as items]:
            return items
        case "builtins.tuple" | "builtins.list", []:
            return Seq(())
        case "builtins.reversed", [Seq(items=items)]:
            return Seq(items[::-1])
        case "builtins.range", _:
            return _range(values, term)
        case "builtins.enumerate", [Seq(items=items), *rest]:
            first = rest[0].value if rest and isinstance(rest[0], Const) else 0
            start = first if isinstance(first, int) else 0
            return Seq(tuple(Seq((Const(start + place), item)) for place, item in enumerate(items)))
        case "builtins.zip", _ if values and all(isinstance(value, Seq) for value in values):
            columns = [value.items for value in values if isinstance(value, Seq)]
            return Seq(tuple(Seq(tuple(row)) for row in zip(*columns, strict=False)))
        case _, [Seq() as items] if path in _OF_SEQUENCES:
            return _computed(lambda: _OF_SEQUENCES[path](plain(items)), term)
        case _ if path in _FUNCTIONS:
            return _computed(lambda: _FUNCTIONS[path](*(plain(value) for value in values)), term)
        case _:
            return term


def _range(values: list[Term], term: Call) -> Term:
    try:
        numbers = range(*(plain(value) for value in values))
    except (LookupError, TypeError, ValueError):
        return term
    return Seq(tuple(Const(number) for number in numbers)) if len(numbers) <= _MAX_ITEMS else term


def _computed(compute: Callable[[], Any], term: Term) -> Term:
    try:
        value = compute()
    except (ArithmeticError, TypeError, ValueError, LookupError, AttributeError):
        return term
    if isinstance(value, int | float) and (not math.isfinite(value) or abs(value) > _LIMIT):
        return term
    return literal_term(value) if isinstance(value, bool | int | float | str | tuple) else term
