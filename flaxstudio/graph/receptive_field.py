"""Receptive fields: which part of the input one value of a convolution's output looks at, along each axis."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from flaxstudio.graph.activity import active
from flaxstudio.graph.graph import Graph, Node, Port, Value
from flaxstudio.graph.library import Block
from flaxstudio.graph.order import topological_order
from flaxstudio.graph.shape import ArrayShape, NodeShape
from flaxstudio.graph.spec import Catalogue, LayerSpec


@dataclass(frozen=True, slots=True)
class Reach:
    """What one value looks at along one axis of the input, in its steps.

    `size` is how many of them it spans, `jump` how far the next value's lie further on, `centre` where the middle of
    the first value's lies; 0 is the middle of the first step.
    """

    size: float = 1
    jump: float = 1
    centre: float = 0


@dataclass(frozen=True, slots=True)
class ReceptiveField:
    """The reach along each axis; `is_whole` where every value looks at all of the input."""

    axes: tuple[Reach, ...] = ()
    is_whole: bool = False

    @property
    def is_wide(self) -> bool:
        """Whether it tells anything: more than each value looking at its own place."""
        return self.is_whole or any(axis != Reach() for axis in self.axes)


WHOLE = ReceptiveField(is_whole=True)

Fields = Mapping[str, ReceptiveField | None]
_Window = tuple[
    int, int, int, int, int
]  # kernel with its gaps, stride, steps put between inputs, padding before, values touched

_POOLS = ("MaxPool", "AvgPool", "MinPool")
_CONVOLUTIONS = ("Conv", "ConvLocal", "SpectralNormConv", "WeightNormConv")
_OWN_PLACE = ("Dense", "DenseGeneral", "SpectralNormDense", "WeightNormDense", "Embed", "OneHot", "LayerScale", "Output")
_ALL_PLACES = ("Flatten", "GlobalAvgPool", "GlobalMaxPool", "GlobalMinPool", "LastStep", "FirstStep")
_ALL_PLACES_FAMILIES = ("recurrent",)
_ELEMENTWISE_FAMILIES = ("activation", "normalisation", "math")
_REDUCING = ("Sum", "Mean", "Max", "Min", "Prod", "Std", "Variance", "LogSumExp", "Norm", "ArgMax", "ArgMin",
             "CumulativeSum", "Sort", "TopK")  # fmt: skip


def receptive_fields(
    graph: Graph,
    shapes: Mapping[str, NodeShape],
    catalogue: Catalogue,
    entries: Mapping[str, ReceptiveField | None] | None = None,
) -> dict[str, ReceptiveField | None]:
    """Return each node's receptive field; None where there is none to tell. `entries` are those at the Inputs.

    Statistics of a norm are left aside, as they are in textbooks.
    """
    graph = active(graph, catalogue)
    nodes = graph.by_name()
    found: dict[str, ReceptiveField | None] = {}
    for name in topological_order(graph):
        node, spec = nodes[name], catalogue.get(nodes[name].layer)
        if spec is None:
            continue
        if node.layer == "Input":
            found[name] = entries[name] if entries is not None and name in entries else _of_input(shapes.get(name))
            continue
        sources = {port.name: [e.source for e in graph.edges_into(name, port.name)] for port in spec.inputs}
        found[name] = _of_node(node, spec, sources, found, shapes, catalogue)
    return found


def _of_input(shape: NodeShape | None) -> ReceptiveField | None:
    sizes = shape.output.sizes if shape is not None and isinstance(shape.output, ArrayShape) else ()
    return ReceptiveField((Reach(),) * (len(sizes) - 1)) if 2 <= len(sizes) <= 4 else None


def _of_node(
    node: Node,
    spec: LayerSpec,
    sources: Mapping[str, Sequence[Port]],
    found: Fields,
    shapes: Mapping[str, NodeShape],
    catalogue: Catalogue,
) -> ReceptiveField | None:
    ports = [port for port in spec.inputs if sources[port.name] and not port.is_optional]
    given = [found.get(source.node) for port in ports for source in sources[port.name]]
    if not given or any(field is None for field in given):
        return None
    together = _united([field for field in given if field is not None])
    if together is None or together.is_whole:
        return together
    repeat = node.attributes.get("repeat", 1)
    times = repeat if isinstance(repeat, int) else 1
    first = sources[ports[0].name][0]
    sizes = _sizes(shapes.get(first.node), first.port)
    if isinstance(spec.definition, Block):
        field: ReceptiveField | None = together
        for _ in range(min(times, 100)):
            field = _of_block(spec.definition, field, catalogue)
        return field
    for _ in range(min(times, 100)):
        passed = _passed(node, spec, together, sizes)
        if passed is None or passed.is_whole:
            return passed
        together = passed
    return together


def _of_block(block: Block, field: ReceptiveField | None, catalogue: Catalogue) -> ReceptiveField | None:
    """Return what comes out of a block. The shapes inside are not needed but for odd sizes at SAME padding."""
    entries = dict.fromkeys(block.inputs().values(), field)
    inside = receptive_fields(block.graph, {}, catalogue, entries)
    first = next(iter(block.outputs().values()), "")
    return inside.get(first)


def _passed(node: Node, spec: LayerSpec, field: ReceptiveField, sizes: tuple[int, ...]) -> ReceptiveField | None:
    """Return what a layer makes of the receptive field of its input."""
    name = node.layer
    if windows := _windows(node, spec, len(field.axes), sizes):
        return ReceptiveField(tuple(map(_through, field.axes, windows)))
    if name in _ALL_PLACES or spec.family in _ALL_PLACES_FAMILIES or name.startswith("MultiHead"):
        return WHOLE
    if name in ("UpSample", "SpaceToDepth"):
        return _rescaled(node, spec, field)
    if name in _REDUCING or node.attributes.get("axis", -1) not in (-1, len(field.axes) + 1):
        return None
    if name in _OWN_PLACE or spec.family in _ELEMENTWISE_FAMILIES or spec.family == "merge":
        return field
    return None


def _windows(node: Node, spec: LayerSpec, axes: int, sizes: tuple[int, ...]) -> list[_Window]:
    """Return a layer's windows along each axis; empty where it has none."""
    name = node.layer
    if name not in (*_POOLS, *_CONVOLUTIONS, "ConvTranspose"):
        return []
    kernel = _whole(spec.value(node, "window_shape" if name in _POOLS else "kernel_size"), axes, 0)
    strides = _whole(spec.value(node, "strides"), axes, 1)
    gaps = _whole(spec.value(node, "kernel_dilation"), axes, 1) if name not in _POOLS else (1,) * axes
    spread = _whole(spec.value(node, "input_dilation"), axes, 1) if name in _CONVOLUTIONS else (1,) * axes
    if len(kernel) != axes or 0 in kernel or not len(strides) == len(gaps) == len(spread) == axes:
        return []
    make = _transposed if name == "ConvTranspose" else _sliding
    given = spec.value(node, "padding")
    paddings = given if isinstance(given, tuple) and len(given) == axes else (given,) * axes
    known = sizes if len(sizes) == axes else (0,) * axes
    return [make(*window) for window in zip(kernel, strides, gaps, spread, paddings, known, strict=True)]


def _sliding(kernel: int, stride: int, gap: int, spread: int, padding: Value, size: int) -> _Window:
    span = (kernel - 1) * gap + 1
    match padding:
        case (int() as before, _):
            pass
        case int() as before:
            pass
        case "VALID":
            before = 0
        case "CAUSAL":
            before = span - 1
        case "CIRCULAR" | "REFLECT":
            before = (span - 1) // 2
        case _:
            spaced = (size - 1) * spread + 1
            needed = (math.ceil(spaced / stride) - 1) * stride + span - spaced if size else span - stride
            before = max(needed, 0) // 2
    return span, stride, spread, before, _touched(kernel, gap, spread)


def _transposed(kernel: int, stride: int, gap: int, _spread: int, padding: Value, _size: int) -> _Window:
    """Return the window of a transposed convolution: one of stride 1 over the input with steps put between."""
    span = (kernel - 1) * gap + 1
    match padding:
        case (int() as before, _):
            pass
        case int() as before:
            pass
        case "SAME":
            before = span - 1 if stride > span - 1 else math.ceil((span + stride - 2) / 2)
        case _:
            before = span - 1
    return span, 1, stride, before, _touched(kernel, gap, stride)


def _touched(kernel: int, gap: int, spread: int) -> int:
    """Return how many steps of the input, the first to the last, a window touches that lies best for it."""
    places = ([tap * gap + offset for tap in range(kernel) if (tap * gap + offset) % spread == 0] for offset in range(spread))
    return max((hit[-1] - hit[0]) // spread + 1 if hit else 0 for hit in places)


def _through(before: Reach, window: _Window) -> Reach:
    span, stride, spread, padding, touched = window
    step = before.jump / spread
    size = before.size + max(touched - 1, 0) * before.jump
    return Reach(size, step * stride, before.centre + ((span - 1) / 2 - padding) * step)


def _rescaled(node: Node, spec: LayerSpec, field: ReceptiveField) -> ReceptiveField | None:
    is_finer = node.layer == "UpSample"
    given = spec.value(node, "scale" if is_finer else "block_size")
    factors = _whole((given,) * len(field.axes) if isinstance(given, int) else given, len(field.axes), 1)
    if len(factors) != len(field.axes):
        return None
    scale: Callable[[Reach, int], Reach] = _finer if is_finer else _coarser
    return ReceptiveField(tuple(map(scale, field.axes, factors)))


def _finer(axis: Reach, factor: int) -> Reach:
    return replace(axis, jump=axis.jump / factor, centre=axis.centre - (factor - 1) / 2 * axis.jump / factor)


def _coarser(axis: Reach, factor: int) -> Reach:
    more = (factor - 1) * axis.jump
    return Reach(axis.size + more, axis.jump * factor, axis.centre + more / 2)


def _united(fields: Sequence[ReceptiveField]) -> ReceptiveField | None:
    """Return the field that spans all of them; None where their values do not lie on one grid."""
    if any(field.is_whole for field in fields):
        return WHOLE
    if len({tuple(axis.jump for axis in field.axes) for field in fields}) != 1:
        return None
    return ReceptiveField(tuple(_spanning(axes) for axes in zip(*(field.axes for field in fields), strict=True)))


def _spanning(axes: Sequence[Reach]) -> Reach:
    first = min(axis.centre - axis.size / 2 for axis in axes)
    last = max(axis.centre + axis.size / 2 for axis in axes)
    return Reach(last - first, axes[0].jump, (first + last) / 2)


def _sizes(shape: NodeShape | None, port: str) -> tuple[int, ...]:
    given = shape.at(port) if shape is not None else None
    return given.sizes[:-1] if isinstance(given, ArrayShape) else ()


def _whole(value: Value, axes: int, default: int) -> tuple[int, ...]:
    """Return a size along each axis; none where that cannot be told."""
    if value is None:
        return (default,) * axes
    return tuple(item for item in value if isinstance(item, int)) if isinstance(value, tuple) else ()
