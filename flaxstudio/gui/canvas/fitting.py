"""Whether a layer fits at the end of a wire, as far as its ports and the known shape tell, and which one follows often."""

from collections.abc import Mapping

from PySide6.QtCore import QCoreApplication

from flaxstudio.graph.graph import Node
from flaxstudio.graph.shape import ArrayShape, Shape
from flaxstudio.graph.spec import Family, LayerSpec, PortSpec
from flaxstudio.gui.canvas.port_painter import Side

_OFTEN_NEXT: Mapping[Family, tuple[str, ...]] = {
    "io": ("Conv", "Dense", "Embed", "LSTM", "Flatten"),
    "linear": ("relu", "gelu", "Dropout", "Dense", "LayerNorm", "Output"),
    "convolution": ("relu", "BatchNorm", "MaxPool", "Conv", "Flatten", "GlobalAvgPool"),
    "normalisation": ("relu", "Dense", "Conv", "MultiHeadAttention", "Add"),
    "activation": ("Dense", "Conv", "MaxPool", "Dropout", "BatchNorm", "Flatten", "Output"),
    "shape": ("Dense", "Conv", "LSTM", "Concatenate"),
    "merge": ("relu", "LayerNorm", "Dense", "Conv"),
    "attention": ("Add", "Dropout", "LayerNorm", "Dense"),
    "recurrent": ("LastStep", "Dropout", "LSTM", "Dense"),
}
"""Layers that often stand behind one of a family, the most usual first."""


def often_next(spec: LayerSpec | None) -> tuple[str, ...]:
    """Return the layers that often follow one."""
    return _OFTEN_NEXT.get(spec.family, ()) if spec else ()


def fits(spec: LayerSpec, side: Side | None, shape: Shape | None) -> bool:
    """Return whether a wire from a port of that side may end at a new node of this layer."""
    if side == "in":
        return bool(spec.outputs)
    return fitting_input(spec, shape) is not None


def stands_on_wire(spec: LayerSpec, shape: Shape | None) -> bool:
    """Return whether a new node of this layer may be put on a wire that carries a shape."""
    return spec.main_output is not None and fits(spec, "out", shape)


def fitting_input(spec: LayerSpec, shape: Shape | None) -> PortSpec | None:
    """Return the input of a new node that a wire goes to, or None if it fits none."""
    ports = sorted(spec.inputs, key=lambda port: port.is_optional)
    return next((port for port in ports if shape is None or _takes(spec, port, shape)), None)


def misfit(spec: LayerSpec, node: Node, port: PortSpec, shape: Shape | None) -> str:
    """Return why an input of a node will not take a shape, as a sentence, or "" where it may."""
    if shape is None or port.is_state or not isinstance(shape, ArrayShape):
        return ""
    rank, wanted = len(shape.sizes) + 1, _rank(port, spec.value(node, port.rank) if isinstance(port.rank, str) else None)
    if wanted is not None and rank != wanted:
        text = QCoreApplication.translate("Canvas", "{layer} expects {wanted} dimensions and this wire has {rank}: {shape}.")
    elif wanted is None and rank < port.minimum_rank:
        wanted = port.minimum_rank
        text = QCoreApplication.translate(
            "Canvas", "{layer} expects at least {wanted} dimensions and this wire has {rank}: {shape}."
        )
    else:
        return ""
    return text.format(layer=spec.name, wanted=wanted, rank=rank, shape=shape)


def _takes(spec: LayerSpec, port: PortSpec, shape: Shape) -> bool:
    if port.is_state or not isinstance(shape, ArrayShape):
        return port.is_state and not isinstance(shape, ArrayShape)
    rank, wanted = len(shape.sizes) + 1, _rank(port, spec.attribute(port.rank).default if isinstance(port.rank, str) else None)
    return rank == wanted if wanted is not None else rank >= port.minimum_rank


def _rank(port: PortSpec, kernel: object) -> int | None:
    """Return how many dimensions an input must have; `kernel` is the value of the attribute that its rank follows."""
    if isinstance(port.rank, str):
        return len(kernel) + 2 if isinstance(kernel, tuple) else None
    return port.rank
