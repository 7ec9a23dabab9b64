"""Repairs of one click where a layer cannot take the shape it gets: the best first."""

import math
from collections.abc import Iterator

from flaxstudio.graph.attribute_repairs import attribute_repairs
from flaxstudio.graph.merge_repairs import merge_repairs
from flaxstudio.graph.problem import Fix, setting
from flaxstudio.graph.repair import RemoveNode, ReplaceNode
from flaxstudio.graph.situation import Situation

_MOST = 4
_TOKENS = ("Embed", "OneHot")
_WINDOWS = ("kernel_size", "window_shape", "size")
_GLOBAL = ("GlobalAvgPool", "GlobalMaxPool", "GlobalMinPool")
_LOWERING = ("Flatten", "LastStep", "FirstStep", "Take", *_GLOBAL)


def shape_repairs(at: Situation) -> tuple[Fix, ...]:
    """Return what would mend a node that cannot take what it gets, as far as that is known."""
    if not at.arrivals:
        return ()
    found = (*_type_repairs(at), *attribute_repairs(at), *merge_repairs(at), *_rank_repairs(at), *_reshape_repairs(at))
    unlike: dict[object, Fix] = {}
    for fix in found:
        unlike.setdefault(fix.steps, fix)
    return tuple(unlike.values())[:_MOST]


def _type_repairs(at: Situation) -> Iterator[Fix]:
    if at.node.layer not in _TOKENS or "int" in at.given.dtype:
        return
    entry = at.entry(at.wire)
    if entry is not None:
        yield setting(f"Set {entry.name}'s dtype to int32", entry.name, "dtype", "int32")
    features = at.value("features") or at.value("num_classes")
    yield Fix("Use a Dense instead", (ReplaceNode(at.node.name, "Dense", (("features", features),)),))


def _rank_repairs(at: Situation) -> Iterator[Fix]:
    port, rank = at.spec.inputs[0], len(at.given.sizes) + 1
    window = next((name for name in _WINDOWS if name == port.rank), "")
    value = at.value(window) if window else None
    wanted = len(value) + 2 if isinstance(value, tuple) else port.rank
    source = at.nodes.get(at.wire.source.node)
    needed = wanted if isinstance(wanted, int) else port.minimum_rank
    is_twice = source is not None and at.node.layer in _GLOBAL and source.layer in _GLOBAL
    if source is not None and source.layer in _LOWERING and rank < needed and not is_twice:
        yield Fix(f"Delete {source.name}", (RemoveNode(source.name),))
    if isinstance(wanted, int) and rank != wanted:
        yield from _repairs_of_window(at, window, rank, wanted) if window else _to_rank(at, wanted)
    elif rank < port.minimum_rank:
        if at.node.layer in _GLOBAL:
            yield Fix(f"Delete {at.node.name}", (RemoveNode(at.node.name),))
        yield from _to_rank(at, port.minimum_rank)
    elif at.spec.family == "recurrent" and rank == 4:
        height, *rest = at.given.sizes
        row = (height, math.prod(rest))
        yield at.insert("Reshape", f"Read it row by row: reshape to {row[0]}, {row[1]}", shape=row)


def _repairs_of_window(at: Situation, window: str, rank: int, wanted: int) -> Iterator[Fix]:
    """A window of as many dimensions as the input, or an input of as many as the window."""
    sizes, value = at.given.sizes, at.value(window)
    if rank == 3 and wanted == 4 and sizes[0] == sizes[1]:
        yield at.insert("ExpandDims", "Insert ExpandDims: one channel", axis=-1)
    if rank in (3, 4, 5) and isinstance(value, tuple):
        resized = tuple((*value, *[value[-1]] * 3)[: rank - 2])
        steps = at.set(window, resized).steps
        for name in ("strides", "kernel_dilation", "input_dilation"):
            other = at.value(name)
            if isinstance(other, tuple) and len(other) != len(resized):
                steps += at.set(name, tuple((*other, *[other[-1]] * 3)[: rank - 2])).steps
        yield Fix(f"Set {window} to {', '.join(map(str, resized))}", steps)
    yield from _to_rank(at, wanted)


def _to_rank(at: Situation, wanted: int) -> Iterator[Fix]:
    sizes = at.given.sizes
    count, rank = math.prod(sizes), len(sizes) + 1
    if "int" in at.given.dtype and wanted == rank + 1:
        yield at.insert("Embed", "Insert Embed: features for each number")
    if wanted == 4 and rank == 2:
        for channels in (1, 3):
            side = math.isqrt(count // channels)
            if side * side * channels == count and side > 1:
                yield at.insert("Reshape", f"Reshape to images of {side}, {side}, {channels}", shape=(side, side, channels))
        yield at.insert("Reshape", f"Reshape to 1, 1, {count}", shape=(1, 1, count))
    elif wanted == 2 and rank > 2:
        yield at.insert("Flatten")
    elif (wanted, rank) == (3, 2):
        yield at.insert("ExpandDims", "Insert ExpandDims: each number a step", axis=-1)
        yield at.insert("ExpandDims", "Insert ExpandDims: a sequence of one step", axis=1)
    elif (wanted, rank) == (4, 3):
        yield at.insert("ExpandDims", "Insert ExpandDims: one channel", axis=-1)
    elif (wanted, rank) == (3, 4):
        rows = (sizes[0] * sizes[1], sizes[2])
        yield at.insert("Reshape", f"Reshape to {rows[0]}, {rows[1]}", shape=rows)
    elif (wanted, rank) == (2, 1):
        yield at.insert("ExpandDims", axis=-1)


def _reshape_repairs(at: Situation) -> Iterator[Fix]:
    shape = at.value("shape")
    if at.node.layer != "Reshape" or not isinstance(shape, tuple):
        return
    count, sizes = math.prod(at.given.sizes), [size for size in shape if isinstance(size, int)]
    channels = sizes[-1] if sizes and sizes[-1] > 0 else 1
    side = math.isqrt(count // channels)
    if len(sizes) == 3 and side * side * channels == count:  # images are square more often than not
        yield at.set("shape", (side, side, channels))
    for place in reversed(range(len(sizes))):
        rest = [size for index, size in enumerate(sizes) if index != place]
        if all(size > 0 for size in rest) and count % math.prod(rest) == 0:
            yield at.set("shape", (*sizes[:place], count // math.prod(rest), *sizes[place + 1 :]))
    yield at.set("shape", (count,))
