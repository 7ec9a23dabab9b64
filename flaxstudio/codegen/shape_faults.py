"""What a layer cannot take, told in words before anything is computed."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from flaxstudio.graph.graph import Node, Value
from flaxstudio.graph.shape import ArrayShape, Shape
from flaxstudio.graph.spec import LayerSpec, PortSpec


@dataclass(frozen=True, slots=True)
class ShapeFault:
    """Why a node's shape cannot be: the end of a sentence that begins with the node, and what to do."""

    what: str
    remedy: str


def fault_of_inputs(node: Node, spec: LayerSpec, given: tuple[Shape, ...]) -> ShapeFault | None:
    """Return why a node cannot take arrays of these shapes, as far as that can be told beforehand."""
    inputs = tuple(shape for shape in given if isinstance(shape, ArrayShape))
    if len(inputs) < len(given):
        return None  # what carries states tells itself what it cannot take
    for port, shape in zip(spec.inputs, inputs, strict=False):  # a variadic port stands last
        if fault := _fault_of_rank(node, spec, port, shape):
            return fault
    match node.layer:
        case "Reshape":
            return _fault_of_reshape(spec.value(node, "shape"), inputs[0])
        case "Add" | "Multiply":
            return _fault_of_elementwise(inputs)
        case _:
            return None


def _fault_of_rank(node: Node, spec: LayerSpec, port: PortSpec, given: ArrayShape) -> ShapeFault | None:
    rank = len(given.sizes) + 1
    wanted = port.rank
    if isinstance(wanted, str):
        kernel = spec.value(node, wanted)
        wanted = len(kernel) + 2 if isinstance(kernel, tuple) else None
    if wanted is not None and rank != wanted:
        names = {3: "batch, length, channels", 4: "batch, height, width, channels", 5: "batch, depth, height, width, channels"}
        shape = f" ({names[wanted]})" if wanted in names else ""
        remedy = "Insert a Reshape before it." if rank < wanted else "Insert a Flatten or Reshape before it."
        return ShapeFault(f"expects {wanted} dimensions{shape} and gets {given}", remedy)
    if rank < port.minimum_rank:
        return ShapeFault(
            f"expects at least {port.minimum_rank} dimensions {port.help} and gets {given}", "Insert a Reshape before it."
        )
    return None


def _fault_of_reshape(shape: Value, given: ArrayShape) -> ShapeFault | None:
    if not isinstance(shape, tuple):
        return None
    sizes = tuple(size for size in shape if isinstance(size, int))
    have, want = math.prod(given.sizes), math.prod(size for size in sizes if size != -1)
    if 0 in sizes or any(size < -1 for size in sizes) or sizes.count(-1) > 1:
        return ShapeFault("has an impossible shape", "Use sizes of at least 1, and -1 once at most.")
    fits = have % want == 0 if -1 in shape else have == want
    if fits:
        return None
    new = ArrayShape(sizes)
    return ShapeFault(
        f"gets {given}, {have:,} values a sample, which do not make {new}", f"Choose sizes whose product is {have:,}."
    )


def _fault_of_elementwise(inputs: tuple[ArrayShape, ...]) -> ShapeFault | None:
    """A size of 1 goes with any other, as a gate for each channel does with an image."""
    if len({len(shape.sizes) for shape in inputs}) <= 1:
        sizes = zip(*(shape.sizes for shape in inputs), strict=True)
        if all(len({size for size in place if size != 1}) <= 1 for place in sizes):
            return None
    return ShapeFault(
        f"gets {listed(inputs)}, which differ", "Make the shapes equal, with a Dense or Conv on one of the wires."
    )


def fault_of_scan(given: Shape, output: Shape) -> ShapeFault:
    """Return why `nn.scan` cannot repeat what gives out another shape or type than it takes."""
    words = [f"{shape} {shape.dtype}" for shape in (given, output)] if str(given) == str(output) else [str(given), str(output)]
    return ShapeFault(
        f"is repeated by nn.scan, but takes {words[0]} and gives {words[1]}",
        "Make it give out what it takes, or untick nn.scan.",
    )


def listed(inputs: Sequence[Shape]) -> str:
    """Return shapes in words."""
    return " and ".join(map(str, inputs))


def first_sentence(error: Exception) -> str:
    """Return the first sentence of an error's message, without its links."""
    text = str(error).strip().split("\n")[0].split(" (https://")[0]
    return (text or type(error).__name__).rstrip(".")[:200]
