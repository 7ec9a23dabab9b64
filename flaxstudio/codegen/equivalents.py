"""Other ways to write the same, for terms that no template is written like."""

import functools
import math
import re
from collections.abc import Callable, Iterator

from flaxstudio.codegen.folding import folded
from flaxstudio.codegen.normal_forms import called, full_slice
from flaxstudio.codegen.terms import NONE, Batch, Call, Const, Op, Ref, Seq, Term, Unreadable, Wire

_ELLIPSIS = Ref("builtins.Ellipsis")
Known = Callable[[Term], Term | None]


def equivalents(term: Term, known: Known) -> Iterator[Term]:
    """Yield other forms of a term."""
    match term:
        case Op(name="+", args=(first, second)) if first == second:
            yield Op("*", (first, Const(2)), term.line)
        case Op(name="*", args=(first, second)) if first == second:
            yield called(Ref("jax.numpy.square"), [first], [], term.line)
        case Op(name="index", args=(value, place)):
            yield from _of_index(value, place, term.line)
        case Call(function=Ref(path="jax.numpy.reshape")):
            yield from _of_reshape(term, known)
        case Call(function=Ref(path="jax.numpy.maximum"), args=((_, Seq(items=(value, Const(value=0)))),)):
            yield called(Ref("flax.linen.relu"), [value], [], term.line)
        case Call(function=Ref(path="einops.rearrange"), args=(("0", value), ("1", Const(value=str(pattern))))):
            yield from _of_rearrange(value, pattern, known, term.line)
        case Call(function=Ref(path="jax.numpy.asarray" | "jax.numpy.array"), args=((_, value), ("dtype", dtype))):
            yield called(Ref("jax.numpy.astype"), [value, dtype], [], term.line)


def _of_index(value: Term, index: Term, line: int) -> Iterator[Term]:
    items = list(index.items) if isinstance(index, Seq) else [index]
    marked = [(at, item) for at, item in enumerate(items) if item not in (full_slice(), _ELLIPSIS)]
    is_behind = _ELLIPSIS in items
    if not marked:
        return
    if all(item == NONE for _, item in marked):
        found = value
        for at, _ in marked:
            is_after = is_behind and items.index(_ELLIPSIS) < at
            axis = at - len(items) if is_after else at
            found = called(Ref("jax.numpy.expand_dims"), [found], [("axis", Const(axis))], line)
        yield found
        return
    if len(marked) != 1:
        return
    at, item = marked[0]
    place = Const(at - len(items) if is_behind and items.index(_ELLIPSIS) < at else at)
    match item:
        case Const(value=int()):
            yield called(Ref("jax.numpy.take"), [value, item], [("axis", place)], line)
        case Op(name="slice", args=(first, last, step)):
            start = Const(0) if first == NONE else first
            stride = Const(1) if step == NONE else step
            yield called(Ref("jax.lax.slice_in_dim"), [value, start, last, stride, place], [], line)


def _of_reshape(term: Call, known: Known) -> Iterator[Term]:
    """Yield `(batch, sizes)` for a shape that gives the batch as -1 or not at all."""
    array, shape = term.get("a"), term.get("shape")
    if not isinstance(array, Wire) or not isinstance(shape, Seq) or not shape.items or shape.items[0] == Batch():
        return
    try:
        old = known(Op("attr:shape", (array,)))
        sizes = [folded(item, known) for item in shape.items]
    except Unreadable:
        return
    numbers = [size.value for size in sizes[1:] if isinstance(size, Const) and isinstance(size.value, int)]
    have = (
        [size.value for size in old.items if isinstance(size, Const) and isinstance(size.value, int)]
        if isinstance(old, Seq)
        else []
    )
    if sizes[0] == Const(-1) and len(numbers) == len(sizes) - 1 and -1 not in numbers and math.prod(numbers) == math.prod(have):
        new = Seq((Batch(), *shape.items[1:]))
        yield Call(term.function, tuple((key, new if key == "shape" else value) for key, value in term.args), term.line)


def _of_rearrange(value: Term, pattern: str, known: Known, line: int) -> Iterator[Term]:
    """Yield a transposition and a reshape for an einops pattern that only moves dimensions and joins them."""
    before, arrow, after = pattern.partition("->")
    names = before.split()
    groups = [group.strip("()").split() for group in re.findall(r"\([^()]*\)|[^\s()]+", after)]
    order = [name for group in groups for name in group]
    if not arrow or sorted(order) != sorted(names) or len(set(names)) < len(names) or not all(map(str.isidentifier, names)):
        return
    axes = [names.index(name) for name in order]
    moved = value
    if axes != sorted(axes):
        moved = called(Ref("jax.numpy.transpose"), [value, Seq(tuple(Const(axis) for axis in axes))], [], line)
    if all(len(group) == 1 for group in groups):
        yield moved
        return
    try:
        shape = folded(Op("attr:shape", (value,), line), known)
    except Unreadable:
        return
    if isinstance(shape, Seq) and len(shape.items) == len(names) and groups[0] == [names[0]]:
        size = dict(zip(names, shape.items, strict=True))
        joined = [folded(functools.reduce(lambda a, b: Op("*", (a, b)), (size[name] for name in group))) for group in groups]
        yield called(Ref("jax.numpy.reshape"), [moved, Seq(tuple(joined))], [], line)
