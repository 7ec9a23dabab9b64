"""Layers that slide a trained window over images or series."""

from flaxstudio.graph.spec import AttributeSpec, LayerSpec, PortSpec
from flaxstudio.layers.attributes import (
    BIAS_INIT,
    FLAX,
    KERNEL_INIT,
    PRECISION,
    TYPES,
    USE_BIAS,
    element_type,
    features,
    padding,
    window,
)

_KERNEL_DILATION = window("kernel_dilation", None, "Gap between the filter's elements; empty for 1.")
_INPUT_DILATION = window("input_dilation", None, "Gap put between the input's values; empty for 1.")
_GROUPS = AttributeSpec(
    "feature_group_count", "int", 1, "Split the channels into this many groups (depthwise: one each).", minimum=1
)
_PADDINGS = ("SAME", "VALID", "CIRCULAR", "REFLECT", "CAUSAL")


def _convolution(name: str, summary: str, paddings: tuple[str, ...], *extra: AttributeSpec, keywords: str = "") -> LayerSpec:
    return LayerSpec(
        name,
        "convolution",
        summary,
        f"nn.{name}({{attributes}})",
        inputs=(PortSpec("in", "(batch, height, width, channels)", rank="kernel_size"),),
        attributes=(
            features("Number of filters: size of the output's last dimension."),
            window("kernel_size", (3, 3), "Size of the filter in each dimension; one number for series, two for images."),
            window("strides", None, "Step of the filter in each dimension; empty for 1."),
            padding(*paddings),
            *extra,
            USE_BIAS,
            *TYPES,
            PRECISION,
            KERNEL_INIT,
            BIAS_INIT,
        ),
        is_module=True,
        shown=("features", "kernel_size", "padding"),
        doc=f"{FLAX}/layers.html#flax.linen.{name}",
        keywords=f"convolution filter image cnn {keywords}",
    )


LAYERS = (
    _convolution(
        "Conv",
        "Slides trained filters over the image or series.",
        _PADDINGS,
        _KERNEL_DILATION,
        _INPUT_DILATION,
        _GROUPS,
        keywords="conv1d conv2d conv3d depthwise dilated atrous causal patch",
    ),
    _convolution(
        "ConvLocal",
        "A convolution with filters of its own at each place.",
        _PADDINGS,
        _KERNEL_DILATION,
        _INPUT_DILATION,
        _GROUPS,
        keywords="locally connected unshared",
    ),
    _convolution(
        "ConvTranspose",
        "The reverse of a convolution: makes the image larger by its strides.",
        ("SAME", "VALID", "CIRCULAR"),
        _KERNEL_DILATION,
        AttributeSpec(
            "transpose_kernel", "bool", False, "Mirror the filter and swap its channels: the exact reverse of a Conv."
        ),
        element_type("preferred_element_type", None, "Type of numbers to add up in; empty: chosen by JAX."),
        keywords="deconvolution upsample decoder",
    ),
)
