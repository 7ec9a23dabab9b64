"""Layers that only rearrange values."""

from flaxstudio.graph.spec import AttributeSpec, LayerSpec, PortSpec

LAYERS = (
    LayerSpec(
        "Flatten",
        "shape",
        "Makes one row of each sample: (batch, 8, 8, 1) becomes (batch, 64).",
        "{inputs}.reshape(({inputs}.shape[0], -1))",
        inputs=(PortSpec("in", "(batch, ...)", minimum_rank=2),),
        keywords="reshape vector",
    ),
    LayerSpec(
        "Reshape",
        "shape",
        "Gives each sample another shape with the same number of values.",
        "{inputs}.reshape({inputs}.shape[:1] + {shape})",
        attributes=(AttributeSpec("shape", "ints", (8, 8, 1), "New shape without the batch; one size may be -1.", minimum=-1),),
        shown=("shape",),
        keywords="view",
    ),
)
