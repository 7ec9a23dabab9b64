"""Names of dimensions: batch, height, width, channels, time, features, and how they flow through the layers."""

import re
from collections.abc import Iterable, Mapping, Sequence

from flaxstudio.graph.graph import Edge, Graph, Node, Port
from flaxstudio.graph.order import edges_by_node, topological_order
from flaxstudio.graph.shape import ArrayShape, NodeShape, Shape
from flaxstudio.graph.spec import Catalogue, LayerSpec, PortSpec

Names = tuple[str, ...]
"""One name for each dimension, the batch's among them; "" where it has none."""

BATCH = "batch"
IMAGES: Mapping[int, Names] = {
    3: (BATCH, "length", "channels"),
    4: (BATCH, "height", "width", "channels"),
    5: (BATCH, "depth", "height", "width", "channels"),
}
_SEQUENCES: Mapping[int, Names] = {2: (BATCH, "time"), 3: (BATCH, "time", "features")}
_TOKENS = ("Embed", "OneHot")
_NEW_FEATURES = ("Dense", "DenseGeneral", "Einsum", "EmbedAttend")
_DROPPING = ("LastStep", "FirstStep", "Take", "Squeeze", "Sum", "Mean", "Max", "Min", "Prod", "Std", "Variance", "Norm",
             "LogSumExp", "ArgMax", "ArgMin")  # fmt: skip


def expected_dimensions(port: PortSpec, rank: int) -> Names:
    """Return the names of what a port takes, as far as its layer says them."""
    told = _told(port)
    if port.rank is not None and rank in IMAGES and "channels" in told:
        return IMAGES[rank]
    return told if len(told) == rank else _plain(rank)


def worded(shape: ArrayShape, names: Names) -> tuple[str, ...]:
    """Return dimensions in words: "batch", "height 8"; the size alone where it has no name. Commas part dimensions only."""
    known = names[1:] if len(names) == len(shape.sizes) + 1 else _plain(len(shape.sizes) + 1)[1:]
    return (BATCH, *(f"{name} {size}".strip() for name, size in zip(known, shape.sizes, strict=True)))


def described(shape: Shape, names: Names = ()) -> str:
    """Return a shape in words: "(batch, height 8, width 8, channels 1)"."""
    return f"({', '.join(worded(shape, names))})" if isinstance(shape, ArrayShape) else str(shape)


def dimension_names(graph: Graph, shapes: Mapping[str, NodeShape], catalogue: Catalogue) -> dict[Port, Names]:
    """Return the names of the dimensions at each output whose shape is an array that is known."""
    nodes, (into, out_of) = graph.by_name(), edges_by_node(graph)
    found: dict[Port, Names] = {}
    for name in topological_order(graph):
        shape, spec = shapes.get(name), catalogue.get(nodes[name].layer)
        if shape is None or spec is None:
            continue
        for port in spec.outputs:
            array = shape.at(port.name)
            if not isinstance(array, ArrayShape):
                continue
            if spec.inputs:
                names = _after(nodes[name], spec, _taken(into[name], shapes, found), array)
                if "" in names:  # as behind a Reshape: what takes it says what it means
                    names = _told_behind(len(names), out_of[name], nodes, catalogue) or names
            else:
                names = _entry(array, out_of[name], nodes, catalogue)
            found[Port(name, port.name)] = names
    return found


def _taken(into: Iterable[Edge], shapes: Mapping[str, NodeShape], found: Mapping[Port, Names]) -> list[Names]:
    return [found[edge.source] for edge in into if edge.source in found and edge.source.node in shapes]


def _entry(shape: ArrayShape, out_of: Iterable[Edge], nodes: Mapping[str, Node], catalogue: Catalogue) -> Names:
    """Return the names at an Input, as the layers it feeds have them; else as arrays of that rank usually are."""
    rank = len(shape.sizes) + 1
    if told := _told_behind(rank, out_of, nodes, catalogue):
        return told
    return IMAGES[rank] if rank >= 4 and rank in IMAGES else (BATCH, "features") if rank == 2 else _plain(rank)


def _told_behind(rank: int, out_of: Iterable[Edge], nodes: Mapping[str, Node], catalogue: Catalogue) -> Names | None:
    """Return the names that the first layer which says so has for what it takes; None where none does."""
    for edge in out_of:
        node = nodes.get(edge.target.node)
        spec = catalogue.get(node.layer) if node else None
        port = spec.input(edge.target.port) if spec else None
        if spec is None or port is None:
            continue
        if spec.name in _TOKENS or spec.family == "recurrent":
            return _SEQUENCES.get(rank, _plain(rank))
        names = expected_dimensions(port, rank)
        if all(names):
            return names
    return None


def _after(node: Node, spec: LayerSpec, taken: Sequence[Names], output: ArrayShape) -> Names:
    """Return the names behind a layer."""
    rank = len(output.sizes) + 1
    first = taken[0] if taken else _plain(rank)
    if node.layer in _TOKENS:
        return _appended(first, "classes" if node.layer == "OneHot" else "features", rank)
    if spec.family == "convolution":
        return IMAGES.get(rank, _plain(rank)) if rank > 2 else (BATCH, "channels")
    if spec.family == "recurrent":
        return _SEQUENCES[3] if rank == 3 else (BATCH, "features") if rank == 2 else _plain(rank)
    if (moved := _rearranged(node, spec, first)) and len(moved) == rank:
        return moved
    if node.layer in _DROPPING and (kept := _kept(node, spec, first)) and len(kept) == rank:
        return kept
    if node.layer in ("Reshape", "Transpose", "SwapAxes", "Flatten"):
        return (BATCH, "features") if rank == 2 else _plain(rank)
    alike = next((names for names in taken if len(names) == rank and all(names)), None)
    alike = alike or next((names for names in taken if len(names) == rank), None)
    if alike is not None:
        return (*alike[:-1], "features") if spec.name in _NEW_FEATURES else alike
    return (BATCH, "features") if rank == 2 else _plain(rank)


def _rearranged(node: Node, spec: LayerSpec, first: Names) -> Names | None:
    match node.layer:
        case "Transpose":
            axes = spec.value(node, "axes")
            if isinstance(axes, tuple) and all(isinstance(a, int) and 0 <= a < len(first) for a in axes):
                return tuple(first[a] for a in axes if isinstance(a, int))
        case "SwapAxes":
            one, two = spec.value(node, "axis1"), spec.value(node, "axis2")
            if isinstance(one, int) and isinstance(two, int) and max(abs(one), abs(two)) < len(first):
                swapped = list(first)
                swapped[one], swapped[two] = first[two], first[one]
                return tuple(swapped)
        case "ExpandDims":
            axis = spec.value(node, "axis")
            if isinstance(axis, int):
                place = axis % (len(first) + 1)
                return (*first[:place], "", *first[place:])
    return None


def _kept(node: Node, spec: LayerSpec, first: Names) -> Names | None:
    if node.layer in ("LastStep", "FirstStep"):
        return (first[0], *first[2:])
    if node.attributes.get("keepdims"):
        return first
    axis = spec.value(node, "axis")
    gone = {one % len(first) for one in (axis if isinstance(axis, tuple) else (axis,)) if isinstance(one, int)}
    return tuple(name for place, name in enumerate(first) if place not in gone)


def _appended(first: Names, name: str, rank: int) -> Names:
    names = tuple("time" if len(first) == 2 and one in ("features", "") else one for one in first)
    return (*names, name) if len(names) + 1 == rank else _plain(rank)


def _told(port: PortSpec) -> Names:
    """Return the names in a port's help, `(batch, height, width, channels)`; nothing where some are left open."""
    match = re.match(r"\((batch(?:, [a-z]+)*)\)", port.help)
    return tuple(match[1].split(", ")) if match else ()


def _plain(rank: int) -> Names:
    return (BATCH, *[""] * (rank - 1))
