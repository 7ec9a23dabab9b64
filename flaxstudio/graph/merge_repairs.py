"""Repairs of merges whose inputs do not go together: match features, spread over an image, another axis."""

import math
from collections.abc import Iterator

from flaxstudio.graph.problem import Fix, setting
from flaxstudio.graph.shape import ArrayShape
from flaxstudio.graph.situation import Arrival, Situation

_ELEMENTWISE = ("Add", "Multiply", "Subtract", "Divide", "Maximum", "Minimum", "Average", "Where", "Stack", "Dot")


def merge_repairs(at: Situation) -> Iterator[Fix]:
    """Yield what makes the inputs of a merge alike."""
    if len(at.arrivals) < 2:
        return
    if at.node.layer == "Concatenate":
        yield from _of_concatenate(at)
    elif at.node.layer == "MatMul":
        edge, shape = at.arrivals[1]
        rank = len(shape.sizes) + 1
        if rank > 2 and shape.sizes[-1] == at.given.sizes[-1]:
            yield at.insert("SwapAxes", edge=edge, axis1=rank - 2, axis2=rank - 1)
    elif at.node.layer in _ELEMENTWISE:
        yield from _of_elementwise(at)


def _of_elementwise(at: Situation) -> Iterator[Fix]:
    """The first arrival that differs from another is brought to that one's shape, or the other way round."""
    arrivals = at.arrivals
    for one, other in ((one, other) for index, one in enumerate(arrivals) for other in arrivals[:index]):
        if one[1].sizes != other[1].sizes:
            yield from _matched(at, one, other[1])
            yield from _matched(at, other, one[1])
            return


def _matched(at: Situation, changed: Arrival, kept: ArrayShape) -> Iterator[Fix]:
    """Yield what brings one arrival to the shape of another."""
    (edge, shape), wanted = changed, kept.sizes
    sizes = shape.sizes
    if len(sizes) == len(wanted) and sizes[:-1] == wanted[:-1]:
        maker = at.maker(edge)
        if maker is not None and _decides_alone(at, edge):
            yield setting(f"Set {maker.name}'s features to {wanted[-1]}", maker.name, "features", wanted[-1])
        label = f"{wanted[-1]} features"
        if len(sizes) > 2:
            yield at.insert("Conv", f"Insert a Conv of {label}", edge, features=wanted[-1], kernel_size=(1,) * (len(sizes) - 1))
        else:
            yield at.insert("Dense", f"Insert a Dense of {label}", edge, features=wanted[-1])
    elif len(sizes) == len(wanted) and len(sizes) > 1:
        yield from _resampled(at, changed, wanted)
    elif len(sizes) == 1 and len(wanted) > 1 and sizes[0] == wanted[-1]:
        spread = (*[1] * (len(wanted) - 1), sizes[0])
        yield at.insert("Reshape", f"Reshape to {', '.join(map(str, spread))}: the same at each place", edge, shape=spread)
    elif len(sizes) > 2 and len(wanted) == 1 and sizes[-1] == wanted[0]:
        yield at.insert("GlobalAvgPool", edge=edge)
    elif math.prod(sizes) == math.prod(wanted):
        yield _reshaped(at, changed, wanted)


def _resampled(at: Situation, changed: Arrival, wanted: tuple[int, ...]) -> Iterator[Fix]:
    """A shortcut round layers with strides takes the same strides."""
    edge, shape = changed
    strides = tuple(math.ceil(size / goal) for size, goal in zip(shape.sizes[:-1], wanted[:-1], strict=True))
    got = tuple(math.ceil(size / step) for size, step in zip(shape.sizes[:-1], strides, strict=True))
    if got == wanted[:-1] and any(step > 1 for step in strides):
        label = f"Insert a Conv of strides {', '.join(map(str, strides))}"
        yield at.insert("Conv", label, edge, features=wanted[-1], kernel_size=(1,) * len(strides), strides=strides)
    elif len(wanted) == 3 and shape.sizes[-1] == wanted[-1]:
        yield at.insert("Resize", f"Resize to {wanted[0]}, {wanted[1]}", edge, size=wanted[:-1])
    if math.prod(shape.sizes) == math.prod(wanted):
        yield _reshaped(at, changed, wanted)


def _reshaped(at: Situation, changed: Arrival, wanted: tuple[int, ...]) -> Fix:
    if len(wanted) == 1:
        return at.insert("Flatten", edge=changed[0])
    return at.insert("Reshape", f"Reshape to {', '.join(map(str, wanted))}", changed[0], shape=wanted)


def _decides_alone(at: Situation, edge: object) -> bool:
    """Whether all other arrivals agree, and come from elsewhere, so that one changed node mends the merge."""
    maker = next(at.maker(other) for other, _ in at.arrivals if other == edge)
    others = [(other, shape) for other, shape in at.arrivals if other != edge]
    return len({shape.sizes for _, shape in others}) == 1 and all(at.maker(other) is not maker for other, _ in others)


def _of_concatenate(at: Situation) -> Iterator[Fix]:
    shapes = [shape for _, shape in at.arrivals]
    if len({len(shape.sizes) for shape in shapes}) > 1:
        tall = [edge for edge, shape in at.arrivals if len(shape.sizes) > 1]
        if min(len(shape.sizes) for shape in shapes) == 1:
            yield from (at.insert("Flatten", f"Insert Flatten behind {edge.source.node}", edge) for edge in tall)
            yield from (at.insert("GlobalAvgPool", f"Insert GlobalAvgPool behind {edge.source.node}", edge) for edge in tall)
        return
    places = enumerate(zip(*(shape.sizes for shape in shapes), strict=True), 1)
    differing = [place for place, sizes in places if len(set(sizes)) > 1]
    last = len(shapes[0].sizes)
    if len(differing) == 1:
        yield at.set("axis", -1 if differing[0] == last else differing[0])
        return
    first = shapes[0].sizes
    for edge, shape in at.arrivals[1:]:
        goal = ArrayShape((*first[:-1], shape.sizes[-1]))
        if shape.sizes != goal.sizes:
            yield from _matched(at, (edge, shape), goal)
