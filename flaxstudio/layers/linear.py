"""Layers that multiply by a trained matrix."""

from flaxstudio.graph.spec import LayerSpec, PortSpec
from flaxstudio.layers.attributes import FLAX, KERNEL_INIT, USE_BIAS, features

LAYERS = (
    LayerSpec(
        "Dense",
        "linear",
        "Multiplies the last dimension by a trained matrix (kernel) and adds a bias.",
        "nn.Dense({attributes})",
        inputs=(PortSpec("in", "(batch, ..., features)", minimum_rank=2),),
        attributes=(features("Size of the output's last dimension."), USE_BIAS, KERNEL_INIT),
        is_module=True,
        shown=("features",),
        doc=f"{FLAX}/layers.html#flax.linen.Dense",
        keywords="linear fully connected affine",
    ),
)
