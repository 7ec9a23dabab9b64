"""One form for what can be written in several ways: methods of arrays as functions, shapes as tuples, arguments by name."""

from collections.abc import Sequence
from dataclasses import replace

from flaxstudio.codegen.terms import (
    NONE,
    SHAPE,
    Batch,
    Call,
    Closure,
    Const,
    Group,
    Hole,
    ModuleRef,
    Op,
    OwnClass,
    Ref,
    Seq,
    Splice,
    Term,
)
from flaxstudio.codegen.vocabulary import Parameter, is_default, parameters

_METHODS = frozenset(
    {
        *("reshape", "mean", "sum", "max", "min", "std", "var", "prod", "transpose", "squeeze", "swapaxes", "astype", "argmax"),
        *("argmin", "cumsum", "repeat", "sort", "clip", "round", "dot", "take", "any", "all", "ravel", "cumprod"),
    }
)
_PACKED = {"reshape": "shape", "transpose": "axes"}
_OPERATORS = {
    "jax.numpy.add": "+", "jax.numpy.subtract": "-", "jax.numpy.multiply": "*", "jax.numpy.divide": "/",
    "jax.numpy.true_divide": "/", "jax.numpy.power": "**", "jax.numpy.negative": "neg", "jax.numpy.matmul": "@",
    "jax.numpy.greater": ">", "jax.lax.add": "+", "jax.lax.sub": "-", "jax.lax.mul": "*", "jax.lax.div": "/",
    "jax.lax.neg": "neg",
}  # fmt: skip
_SAME = {"jax.nn.swish": "flax.linen.silu", "jax.numpy.absolute": "jax.numpy.abs", "jax.numpy.amax": "jax.numpy.max",
         "jax.numpy.amin": "jax.numpy.min"}  # fmt: skip
_POOLINGS = ("flax.linen.max_pool", "flax.linen.avg_pool", "flax.linen.min_pool")


def of_value(owner: Term, name: str, line: int = 0) -> Term:
    """Return an attribute of a value: `x.shape`, `x.T`."""
    if name == "T":
        return called(Ref("jax.numpy.transpose"), [owner], [], line)
    if name == "ndim":
        return Op("attr:ndim", (owner,), line)
    return Op(f"attr:{name}", (owner,), line)


def called(function: Term, positional: Sequence[Term], keywords: Sequence[tuple[str, Term]], line: int = 0) -> Term:
    """Return a call in its one form."""
    match function:
        case Op(name=name, args=(owner,)) if name.removeprefix("attr:") in _METHODS and _may_be_array(owner):
            method = name.removeprefix("attr:")
            packed = _PACKED.get(method)
            if packed and len(positional) > 1:
                positional = [Seq(tuple(positional))]
            return called(Ref(f"jax.numpy.{method}"), [owner, *positional], keywords, line)
        case Ref(path=path):
            return _known_call(_SAME.get(path, path), positional, keywords, line)
        case _:
            return Call(function, _in_order(None, positional, keywords), line)


def added(left: Term, right: Term, line: int = 0) -> Term:
    """Return a sum; that of tuples is a tuple."""
    if isinstance(left, Seq) or isinstance(right, Seq):
        sides = (side.items if isinstance(side, Seq) else (Splice(side),) for side in (left, right))
        return Seq(tuple(item for side in sides for item in side))
    return Op("+", (left, right), line)


def indexed(value: Term, place: Term, line: int = 0) -> Term:
    """Return an item or a part of a value."""
    is_shape = isinstance(value, Op) and value.name == SHAPE
    match place:
        case Const(value=0) if is_shape:
            return Batch()
        case Const(value=int(number)) if (
            isinstance(value, Seq) and _is_plain(value) and -len(value.items) <= number < len(value.items)
        ):
            return value.items[number]
        case Op(name="slice", args=(Const() as first, Const() as last, Const(value=None))) if is_shape:
            return _part_of_shape(value, first.value, last.value, line)
        case Op(name="slice", args=(Const() as first, Const() as last, Const() as step)) if isinstance(
            value, Seq
        ) and _is_plain(value):
            ends = (end.value if isinstance(end.value, int) else None for end in (first, last, step))
            return Seq(value.items[slice(*ends)])
        case Seq(items=items):
            return _indexed_by_many(value, items, line)
        case _:
            return Op("index", (value, place), line)


def full_slice() -> Op:
    """Return `:`."""
    return Op("slice", (NONE, NONE, NONE))


def _indexed_by_many(value: Term, items: tuple[Term, ...], line: int) -> Term:
    """Full slices at the end say nothing."""
    kept = list(items)
    while len(kept) > 1 and kept[-1] == full_slice() and Ref("builtins.Ellipsis") not in kept:
        kept.pop()
    return Op("index", (value, Seq(tuple(kept))), line)


def _part_of_shape(shape: Term, first: object, last: object, line: int) -> Term:
    if not (first is None or isinstance(first, int)) or not (last is None or isinstance(last, int)):
        return Op("index", (shape, Op("slice", (NONE, NONE, NONE))), line)
    start = first or 0
    if last is not None and 0 <= start <= last <= start + 16:
        return Seq(tuple(indexed(shape, Const(place), line) for place in range(start, last)))
    if last is None and -16 <= start < 0:
        return Seq(tuple(indexed(shape, Const(place), line) for place in range(start, 0)))
    return Op("index", (shape, Op("slice", (Const(first), Const(last), NONE))), line)


def _known_call(path: str, positional: Sequence[Term], keywords: Sequence[tuple[str, Term]], line: int) -> Term:
    name = _OPERATORS.get(path)
    if name and len(positional) in (1, 2) and not keywords:
        is_sum = name == "+" and len(positional) == 2
        return added(positional[0], positional[1], line) if is_sum else Op(name, tuple(positional), line)
    if path in ("jax.numpy.shape", "jax.numpy.ndim") and len(positional) == 1:
        return Op(f"attr:{path.rpartition('.')[2]}", tuple(positional), line)
    if path == "builtins.len" and len(positional) == 1 and isinstance(positional[0], Op) and positional[0].name == SHAPE:
        return Op("attr:ndim", positional[0].args, line)
    if path in ("jax.numpy.asarray", "jax.numpy.array") and len(positional) == 1 and not keywords:
        return positional[0]
    if path == "builtins.dict" and not positional and "**" not in dict(keywords):
        return Op("dict", tuple(Seq((Const(name), value)) for name, value in keywords), line)
    if path == "functools.partial" and positional:
        function, *rest = positional
        return Call(Ref(path), (("func", function), ("args", Seq(tuple(rest))), *keywords), line)
    if path == "jax.numpy.concat":
        path = "jax.numpy.concatenate"
    call = Call(Ref(path), _in_order(parameters(path), positional, keywords), line)
    return _settled(call, path)


def _settled(call: Call, path: str) -> Call:
    """Bring what may be a number or a tuple into one form."""
    shape = call.get("shape")
    if path == "jax.numpy.reshape" and shape is not None and not isinstance(shape, Seq | Hole):
        return replace(call, args=tuple((k, Seq((v,)) if k == "shape" and isinstance(v, Const) else v) for k, v in call.args))
    window, is_pattern = call.get("window_shape"), any(isinstance(value, Group) for _, value in call.args)
    if path in _POOLINGS and isinstance(window, Seq) and call.get("strides") is None and not is_pattern:
        ones = Seq(tuple(Const(1) for _ in window.items))
        at = [key for key, _ in call.args].index("window_shape") + 1
        return replace(call, args=(*call.args[:at], ("strides", ones), *call.args[at:]))
    return call


def _in_order(
    listed: tuple[Parameter, ...] | None, positional: Sequence[Term], keywords: Sequence[tuple[str, Term]]
) -> tuple[tuple[str, Term], ...]:
    """Return arguments by name in the function's order; those that the function does not have keep their place or name."""
    if listed is None:
        return (*((str(place), term) for place, term in enumerate(positional)), *keywords)
    given: dict[str, Term] = {}
    usual = [p for p in listed if p.kind in ("POSITIONAL_ONLY", "POSITIONAL_OR_KEYWORD")]
    rest = next((p for p in listed if p.kind == "VAR_POSITIONAL"), None)
    for place, term in enumerate(positional):
        if place < len(usual):
            given[usual[place].name] = term
        elif rest is None:
            given[str(place)] = term
    if rest is not None and len(positional) > len(usual):
        given[rest.name] = Seq(tuple(positional[len(usual) :]))
    given.update(keywords)
    known = {p.name: p for p in listed}
    ordered = [p.name for p in listed if p.name in given]
    ordered += [name for name in given if name not in known]
    return tuple((name, given[name]) for name in ordered if name not in known or not is_default(known[name], given[name]))


def _may_be_array(owner: Term) -> bool:
    return not isinstance(owner, Const | Seq | Closure | ModuleRef | OwnClass | Ref)


def _is_plain(value: Seq) -> bool:
    return not any(isinstance(item, Splice) for item in value.items)
