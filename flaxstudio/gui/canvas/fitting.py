"""Whether a layer fits at the end of a wire, as far as its ports and the known shape tell."""

from flaxstudio.graph.shape import Shape
from flaxstudio.graph.spec import LayerSpec, PortSpec
from flaxstudio.gui.canvas.port_painter import Side


def fits(spec: LayerSpec, side: Side | None, shape: Shape | None) -> bool:
    """Return whether a wire from a port of that side may end at a new node of this layer."""
    if side == "in":
        return bool(spec.outputs)
    return any(shape is None or _takes(spec, port, len(shape.sizes) + 1) for port in spec.inputs)


def _takes(spec: LayerSpec, port: PortSpec, rank: int) -> bool:
    wanted: int | None = port.rank if isinstance(port.rank, int) else None
    if isinstance(port.rank, str):
        default = spec.attribute(port.rank).default
        wanted = len(default) + 2 if isinstance(default, tuple) else None
    return rank == wanted if wanted is not None else rank >= port.minimum_rank
