"""FLOPs of the commonest layers by formula, as XLA counts them, so that the table need not wait for XLA."""

import math
from dataclasses import dataclass

from flaxstudio.graph.graph import Node, Value
from flaxstudio.graph.shape import ArrayShape, Shape
from flaxstudio.graph.spec import LayerSpec


@dataclass(frozen=True, slots=True)
class Flops:
    """FLOPs of one sample: of the forward pass, and of forward and backward pass together."""

    forward: int
    training: int


def formula_flops(node: Node, spec: LayerSpec, inputs: tuple[Shape, ...], output: Shape | None) -> Flops | None:
    """Return what XLA would count, within two percent; None for layers that have no formula here."""
    if len(inputs) != 1 or not isinstance(inputs[0], ArrayShape) or not isinstance(output, ArrayShape):
        return None
    if not inputs[0].dtype.startswith(("float", "bfloat")):
        return None
    match node.layer:
        case "Dense":
            macs = math.prod(inputs[0].sizes) * output.sizes[-1]
        case "Conv" if spec.value(node, "padding") in ("SAME", "VALID") and spec.value(node, "input_dilation") is None:
            macs = _conv_macs(node, spec, inputs[0].sizes, output.sizes)
        case _:
            return None
    bias = math.prod(output.sizes) if spec.value(node, "use_bias") else 0
    return Flops(2 * macs + bias, 6 * macs + 2 * bias)


def _conv_macs(node: Node, spec: LayerSpec, given: tuple[int, ...], made: tuple[int, ...]) -> int:
    """Return the multiplications of a convolution: where a window reaches over the border, fewer."""
    groups = spec.value(node, "feature_group_count")
    kernel, rank = _sizes(spec.value(node, "kernel_size"), len(given) - 1), len(given) - 1
    strides, gaps = _sizes(spec.value(node, "strides"), rank), _sizes(spec.value(node, "kernel_dilation"), rank)
    is_same = spec.value(node, "padding") == "SAME"
    axes = zip(kernel, strides, gaps, given, made, strict=False)
    taps = math.prod(_taps(*axis, is_same=is_same) for axis in axes)
    return taps * given[-1] * made[-1] // (groups if isinstance(groups, int) else 1)


def _taps(kernel: int, stride: int, gap: int, size: int, made: int, *, is_same: bool) -> int:
    """Return how many values of the input the windows along one axis meet in all."""
    span = (kernel - 1) * gap + 1
    before = max((made - 1) * stride + span - size, 0) // 2 if is_same else 0
    if kernel * made > 100_000:
        return kernel * made
    return sum(0 <= place * stride + tap * gap - before < size for place in range(made) for tap in range(kernel))


def _sizes(value: Value, rank: int) -> tuple[int, ...]:
    return tuple(item for item in value if isinstance(item, int)) if isinstance(value, tuple) else (1,) * rank
