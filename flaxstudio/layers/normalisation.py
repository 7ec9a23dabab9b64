"""Layers that keep values in range and models from memorising."""

from flaxstudio.graph.spec import AttributeSpec, LayerSpec, PortSpec
from flaxstudio.layers.attributes import FLAX

_EPSILON = AttributeSpec(
    "epsilon", "float", 1e-5, "Small number added to the variance, against division by zero.", minimum=0.0, maximum=1.0
)
_USE_SCALE = AttributeSpec("use_scale", "bool", True, "Multiply by a trained scale.")
_USE_BIAS = AttributeSpec("use_bias", "bool", True, "Add a trained offset.")
_LAYER_EPSILON = AttributeSpec("epsilon", "float", 1e-6, _EPSILON.help, minimum=0.0, maximum=1.0)

LAYERS = (
    LayerSpec(
        "BatchNorm",
        "normalisation",
        "Standardises each channel over the batch; uses running averages after training (collection batch_stats).",
        "nn.BatchNorm({attributes})",
        inputs=(PortSpec("in", "(batch, ..., features)", minimum_rank=2),),
        attributes=(
            AttributeSpec(
                "momentum", "float", 0.99, "Share of the old running average kept at each step.", minimum=0.0, maximum=1.0
            ),
            _EPSILON,
            _USE_BIAS,
            _USE_SCALE,
        ),
        is_module=True,
        call="use_running_average=not train",
        shown=("momentum",),
        doc=f"{FLAX}/layers.html#flax.linen.BatchNorm",
        keywords="batch normalization",
    ),
    LayerSpec(
        "LayerNorm",
        "normalisation",
        "Standardises each sample over its features.",
        "nn.LayerNorm({attributes})",
        inputs=(PortSpec("in", "(batch, ..., features)", minimum_rank=2),),
        attributes=(_LAYER_EPSILON, _USE_BIAS, _USE_SCALE),
        is_module=True,
        doc=f"{FLAX}/layers.html#flax.linen.LayerNorm",
        keywords="layer normalization",
    ),
    LayerSpec(
        "Dropout",
        "normalisation",
        "In training sets a random share of the values to zero; does nothing afterwards.",
        "nn.Dropout({attributes})",
        attributes=(
            AttributeSpec("rate", "float", 0.5, "Share of the values set to zero.", minimum=0.0, maximum=1.0, is_required=True),
        ),
        is_module=True,
        call="deterministic=not train",
        shown=("rate",),
        doc=f"{FLAX}/layers.html#flax.linen.Dropout",
        keywords="regularization random",
    ),
)
