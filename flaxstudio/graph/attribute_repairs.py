"""Repairs of attributes that do not go with what a node is given: the nearest values that do."""

import math
from collections.abc import Iterator

from flaxstudio.graph.problem import Fix, setting
from flaxstudio.graph.repair import RemoveNode
from flaxstudio.graph.situation import Situation


def attribute_repairs(at: Situation) -> Iterator[Fix]:
    """Yield the attributes' values that would fit."""
    if not at.given.sizes:
        return
    yield from _of_heads(at)
    yield from _of_groups(at)
    yield from _of_axes(at)
    yield from _of_places(at)
    yield from _of_windows(at)


def divisor_near(number: int, wanted: int) -> int:
    """Return the divisor of a number that is nearest to the wanted one; the smaller of two."""
    return min((d for d in range(1, number + 1) if number % d == 0), key=lambda d: (abs(d - wanted), d))


def _of_heads(at: Situation) -> Iterator[Fix]:
    heads, own = at.value("num_heads"), at.value("qkv_features")
    features = own if isinstance(own, int) else at.given.sizes[-1]
    if not isinstance(heads, int) or not at.has("qkv_features") or features % heads == 0:
        return
    near = divisor_near(features, heads)
    yield at.set("num_heads", near, f"Set num_heads to {near}")
    yield at.set("qkv_features", math.ceil(features / heads) * heads)


def _of_groups(at: Situation) -> Iterator[Fix]:
    channels, groups = at.given.sizes[-1], at.value("num_groups")
    if isinstance(groups, int) and channels % groups:
        yield at.set("num_groups", divisor_near(channels, groups))
    groups, features = at.value("feature_group_count"), at.value("features")
    if isinstance(groups, int) and isinstance(features, int) and (channels % groups or features % groups):
        yield at.set("feature_group_count", divisor_near(math.gcd(channels, features), groups))
        if channels % groups == 0:
            yield at.set("features", math.ceil(features / groups) * groups)


def _of_axes(at: Situation) -> Iterator[Fix]:
    rank = len(at.given.sizes) + 1
    axes = at.value("axes") if at.node.layer == "Transpose" else None
    if isinstance(axes, tuple) and sorted(a for a in axes if isinstance(a, int)) != list(range(rank)) and rank > 2:
        yield at.set("axes", (0, *range(2, rank), 1))
    for name in ("axis", "axis1", "axis2"):
        axis = at.value(name)
        ones = axis if isinstance(axis, tuple) else (axis,)
        is_batch = at.node.layer == "BatchNorm" and axis in (0, -rank)
        if is_batch or any(isinstance(one, int) and not -rank <= one < rank for one in ones):
            yield at.set(name, (-1,) if isinstance(axis, tuple) else -1)


def _of_places(at: Situation) -> Iterator[Fix]:
    sizes, axis = at.given.sizes, at.value("axis")
    if not isinstance(axis, int) or not -len(sizes) <= axis <= len(sizes) or axis == 0:
        return
    size = sizes[axis % (len(sizes) + 1) - 1]
    if at.node.layer == "Squeeze" and size != 1:
        yield from (at.set("axis", place) for place, one in enumerate(sizes, 1) if one == 1)
        yield Fix(f"Delete {at.node.name}", (RemoveNode(at.node.name),))
    parts = {"Split": 2, "SplitThree": 3}.get(at.node.layer)
    if parts and size % parts:
        maker = at.maker(at.wire)
        if maker is not None and axis in (-1, len(sizes)):
            even = math.ceil(size / parts) * parts
            yield setting(f"Set {maker.name}'s features to {even}", maker.name, "features", even)
        yield from (at.set("axis", place) for place, one in enumerate(sizes, 1) if one % parts == 0)
    index, start = at.value("index"), at.value("start_index")
    if at.node.layer == "Take" and isinstance(index, int) and not -size <= index < size:
        yield at.set("index", -1)
    if at.node.layer == "Slice" and isinstance(start, int) and start >= size:
        yield at.set("start_index", 0)


def _of_windows(at: Situation) -> Iterator[Fix]:
    name = next((name for name in ("kernel_size", "window_shape") if at.has(name)), "")
    window = at.value(name) if name else None
    if not isinstance(window, tuple) or len(at.given.sizes) != len(window) + 1:
        return
    for other in ("strides", "kernel_dilation", "input_dilation"):
        value = at.value(other)
        if isinstance(value, tuple) and len(value) not in (1, len(window)):
            yield at.set(other, tuple((*value, *[value[-1]] * 3)[: len(window)]))
    widths = [width for width in window if isinstance(width, int)]
    pairs = list(zip(widths, at.given.sizes[:-1], strict=True)) if len(widths) == len(window) else []
    if any(width > size for width, size in pairs) and at.value("padding") == "VALID":
        yield at.set("padding", "SAME")
        yield at.set(name, tuple(min(width, size) for width, size in pairs))
