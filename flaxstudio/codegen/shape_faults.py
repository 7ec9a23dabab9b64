"""What a layer cannot take, told in words and with the names of dimensions before anything is computed."""

import math
from collections.abc import Sequence

from flaxstudio.codegen.attribute_faults import fault_of_attributes
from flaxstudio.graph.dimensions import expected_dimensions
from flaxstudio.graph.graph import Node, Value
from flaxstudio.graph.shape import ArrayShape, Shape
from flaxstudio.graph.shape_fault import ShapeFault
from flaxstudio.graph.spec import LayerSpec, PortSpec

__all__ = ["ShapeFault", "fault_of_inputs", "fault_of_scan", "first_sentence", "listed"]

_ELEMENTWISE = ("Add", "Multiply", "Subtract", "Divide", "Maximum", "Minimum", "Average", "Where")


def fault_of_inputs(node: Node, spec: LayerSpec, given: tuple[Shape, ...]) -> ShapeFault | None:
    """Return why a node cannot take arrays of these shapes, as far as that can be told beforehand."""
    inputs = tuple(shape for shape in given if isinstance(shape, ArrayShape))
    if len(inputs) < len(given):
        return None  # what carries states tells itself what it cannot take
    for port, shape in zip(spec.inputs, inputs, strict=False):  # a variadic port stands last
        if fault := _fault_of_type(node, shape) or _fault_of_rank(node, spec, port, shape):
            return fault
    if fault := fault_of_attributes(node, spec, inputs):
        return fault
    match node.layer:
        case "Reshape":
            return _fault_of_reshape(spec.value(node, "shape"), inputs[0])
        case "Concatenate":
            return _fault_of_concatenate(spec.value(node, "axis"), inputs)
        case "MatMul" if len(inputs) == 2:
            return _fault_of_matmul(*inputs)
        case layer if layer in _ELEMENTWISE:
            return _fault_of_elementwise(inputs)
        case _:
            return None


def _fault_of_type(node: Node, given: ArrayShape) -> ShapeFault | None:
    if node.layer in ("Embed", "OneHot") and "int" not in given.dtype:
        what = f"expects whole numbers (batch, ...); it gets {given} of {given.dtype}"
        return ShapeFault(what, "Set the Input's dtype to int32.")
    return None


def _fault_of_rank(node: Node, spec: LayerSpec, port: PortSpec, given: ArrayShape) -> ShapeFault | None:
    rank = len(given.sizes) + 1
    wanted = port.rank
    if isinstance(wanted, str):
        kernel = spec.value(node, wanted)
        wanted = len(kernel) + 2 if isinstance(kernel, tuple) else None
    if wanted is not None and rank != wanted:
        names = expected_dimensions(port, wanted)
        shape = f"({', '.join(names)})" if all(names) else f"{wanted} dimensions"
        remedy = "Insert a Reshape before it." if rank < wanted else "Insert a Flatten or Reshape before it."
        return ShapeFault(f"expects {shape}; it gets {given}", remedy)
    if rank < port.minimum_rank:
        told = port.help if port.help.startswith("(") else f"at least {port.minimum_rank} dimensions"
        return ShapeFault(f"expects {told}; it gets {given}", "Insert a Reshape before it.")
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
    elif any(not shape.sizes for shape in inputs):
        return None  # one number a sample: JAX tells whether it goes
    return ShapeFault(
        f"gets {listed(inputs)}, which differ", "Make the shapes equal, with a Dense or Conv on one of the wires."
    )


def _fault_of_concatenate(axis: Value, inputs: tuple[ArrayShape, ...]) -> ShapeFault | None:
    ranks = {len(shape.sizes) + 1 for shape in inputs}
    if len(ranks) > 1:
        what = f"expects arrays of as many dimensions each; it gets {listed(inputs)}"
        return ShapeFault(what, "Insert a Flatten or Reshape on a wire.")
    rank = next(iter(ranks), 0)
    if not isinstance(axis, int) or not -rank <= axis < rank:
        return None
    along = axis % rank - 1
    rests = {tuple(size for place, size in enumerate(shape.sizes) if place != along) for shape in inputs}
    if len(rests) <= 1:
        return None
    what = f"joins along dimension {axis}, where all other sizes must be alike; it gets {listed(inputs)}"
    return ShapeFault(what, "Choose another axis, or make the other sizes equal.")


def _fault_of_matmul(first: ArrayShape, second: ArrayShape) -> ShapeFault | None:
    if len(first.sizes) < 2 or len(second.sizes) < 2 or first.sizes[-1] == second.sizes[-2]:
        return None
    what = f"expects as many rows in the second as the first has columns; it gets {listed((first, second))}"
    return ShapeFault(what, "Exchange the last two dimensions of one of them.")


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
