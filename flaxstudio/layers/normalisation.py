"""Layers that keep values in range."""

from flaxstudio.graph.library import Code
from flaxstudio.graph.spec import AttributeSpec, LayerSpec, PortSpec
from flaxstudio.layers.attributes import BIAS_INIT, FLAX, TYPES, axes, axis, in_group, initializer
from flaxstudio.layers.convolution import LAYERS as CONVOLUTIONS
from flaxstudio.layers.linear import LAYERS as LINEAR

_IN = (PortSpec("in", "(batch, ..., features)", minimum_rank=2),)


def _epsilon(default: float, help_text: str = "Small number added to the variance, against division by zero.") -> AttributeSpec:
    return AttributeSpec("epsilon", "float", default, help_text, minimum=0.0, maximum=1.0)


_USE_SCALE = AttributeSpec("use_scale", "bool", True, "Multiply by a trained scale.")
_USE_BIAS = AttributeSpec("use_bias", "bool", True, "Add a trained offset.")
_SCALE_INIT = initializer("scale_init", "ones", "How the scale's first values are drawn.")
_TRAINED = (_USE_BIAS, _USE_SCALE, *TYPES, BIAS_INIT, _SCALE_INIT)
_FEATURE_AXES = axes("Dimensions that have a scale and an offset for each place.", name="feature_axes")
_REDUCTION_AXES = axes("Dimensions that mean and variance are taken over.", name="reduction_axes")
_VARIANCE = (
    AttributeSpec("use_fast_variance", "bool", True, "Compute the variance faster, but less exactly."),
    AttributeSpec("force_float32_reductions", "bool", True, "Compute mean and variance in float32 at least."),
)


def _norm(
    name: str,
    summary: str,
    *attributes: AttributeSpec,
    call: str = "",
    collections: tuple[str, ...] = (),
    shown: tuple[str, ...] = (),
) -> LayerSpec:
    return LayerSpec(
        name,
        "normalisation",
        summary,
        f"nn.{name}({{attributes}})",
        inputs=_IN,
        attributes=(*attributes, *_VARIANCE),
        is_module=True,
        call=call,
        collections=collections,
        shown=shown,
        doc=f"{FLAX}/layers.html#flax.linen.{name}",
        keywords="normalization standardise",
    )


def _weight_norm(
    wrapper: str, layer: LayerSpec, summary: str, *attributes: AttributeSpec, call: str = "", collections: tuple[str, ...] = ()
) -> LayerSpec:
    # with parent=None the wrapper adopts the layer, in compact as in setup: its params stand under the node's name
    return LayerSpec(
        f"{wrapper}{layer.name}",
        "normalisation",
        summary,
        f"nn.{wrapper}(nn.{layer.name}({{layer}}, parent=None), {{attributes}})",
        inputs=layer.inputs,
        attributes=(*in_group("layer", *layer.attributes), *attributes),
        is_module=True,
        call=call,
        collections=collections,
        shown=layer.shown,
        doc=f"{FLAX}/layers.html#flax.linen.{wrapper}",
        keywords=f"normalization weights {layer.keywords}",
    )


_LAYER_SCALE = '''\
import flax.linen as nn


class LayerScale(nn.Module):
    """Multiplies each feature by a trained scale that starts small."""

    scale_init: nn.initializers.Initializer = nn.initializers.constant(value=1e-06)

    @nn.compact
    def __call__(self, x):
        scale = self.param("scale", self.scale_init, x.shape[-1:])
        return x * scale.astype(x.dtype)
'''

_DENSE = next(layer for layer in LINEAR if layer.name == "Dense")
_CONV = next(layer for layer in CONVOLUTIONS if layer.name == "Conv")
_SPECTRAL = (
    AttributeSpec("n_steps", "int", 1, "Steps of power iteration at each update.", minimum=0, maximum=100),
    _epsilon(1e-12, "Small number added to the length of vectors, against division by zero."),
    AttributeSpec("error_on_non_matrix", "bool", False, "Refuse kernels that are not matrices instead of flattening them."),
)
_WEIGHT = (
    _epsilon(1e-12, "Small number added to the kernel's length, against division by zero."),
    _USE_SCALE,
    _SCALE_INIT,
    axes("Dimensions of the kernel that each have a length of their own.", name="feature_axes"),
)

LAYERS = (
    _norm(
        "BatchNorm",
        "Standardises each channel over the batch; uses running averages after training (collection batch_stats).",
        axis("The dimension of the channels; mean and variance are taken over all others."),
        AttributeSpec("momentum", "float", 0.99, "Share of the running average kept at each step.", minimum=0.0, maximum=1.0),
        _epsilon(1e-5),
        *_TRAINED,
        call="use_running_average=not train",
        collections=("batch_stats",),
        shown=("momentum",),
    ),
    _norm(
        "LayerNorm",
        "Standardises each sample over its features.",
        _epsilon(1e-6),
        *_TRAINED,
        _REDUCTION_AXES,
        _FEATURE_AXES,
    ),
    _norm(
        "RMSNorm",
        "Divides each sample's features by their root mean square.",
        _epsilon(1e-6),
        _USE_SCALE,
        *TYPES,
        _SCALE_INIT,
        _REDUCTION_AXES,
        _FEATURE_AXES,
    ),
    _norm(
        "GroupNorm",
        "Standardises each sample over groups of its channels.",
        AttributeSpec(
            "num_groups", "int", 32, "Number of groups, a divisor of the channels; empty where group_size is set.",
            minimum=1, is_optional=True,
        ),
        AttributeSpec(
            "group_size", "int", None, "Channels in a group; set it and leave num_groups empty, or the reverse.",
            minimum=1, is_optional=True,
        ),
        _epsilon(1e-6),
        *_TRAINED,
        AttributeSpec(
            "reduction_axes", "ints", None, "Dimensions that mean and variance are taken over; empty for all but the batch.",
            minimum=-8, is_optional=True,
        ),
        shown=("num_groups",),
    ),
    _norm(
        "InstanceNorm",
        "Standardises each channel of each sample over its places.",
        _epsilon(1e-6),
        *_TRAINED,
        _FEATURE_AXES,
    ),
    _weight_norm(
        "SpectralNorm",
        _DENSE,
        "A Dense whose kernel is divided by its largest singular value (collection batch_stats).",
        *_SPECTRAL,
        call="update_stats=train",
        collections=("batch_stats",),
    ),
    _weight_norm(
        "SpectralNorm",
        _CONV,
        "A Conv whose kernel is divided by its largest singular value (collection batch_stats).",
        *_SPECTRAL,
        call="update_stats=train",
        collections=("batch_stats",),
    ),
    _weight_norm("WeightNorm", _DENSE, "A Dense whose kernel's length is a param of its own.", *_WEIGHT),
    _weight_norm("WeightNorm", _CONV, "A Conv whose kernel's length is a param of its own.", *_WEIGHT),
    LayerSpec(
        "L2Normalize",
        "normalisation",
        "Divides by the length, so that the values along a dimension make a vector of length 1.",
        "{inputs} * jax.lax.rsqrt(jnp.sum(jnp.square({inputs}), axis={axis}, keepdims=True) + {epsilon})",
        attributes=(
            axis("The dimension that vectors lie along.", is_required=True),
            AttributeSpec(
                "epsilon", "float", 1e-12, "Small number added, against division by zero.",
                minimum=0.0, maximum=1.0, is_required=True,
            ),
        ),
        shown=("axis",),
        keywords="unit length cosine similarity",
    ),
    LayerSpec(
        "LayerScale",
        "normalisation",
        "Multiplies each feature by a trained scale that starts small, at the end of a residual branch.",
        "LayerScale({attributes})",
        inputs=_IN,
        attributes=(initializer("scale_init", "constant(1e-06)", _SCALE_INIT.help),),
        is_module=True,
        definition=Code("LayerScale", _LAYER_SCALE),
        keywords="convnext gamma",
    ),
)  # fmt: skip
