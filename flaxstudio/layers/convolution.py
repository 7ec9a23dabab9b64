"""Convolutions and the pooling that goes with them."""

from flaxstudio.graph.spec import AttributeSpec, LayerSpec, PortSpec
from flaxstudio.layers.attributes import FLAX, KERNEL_INIT, PADDING, USE_BIAS, features, window

_IMAGE = "(batch, height, width, channels)"


def _convolution(name: str, summary: str, *extra: AttributeSpec) -> LayerSpec:
    return LayerSpec(
        name,
        "convolution",
        summary,
        f"nn.{name}({{attributes}})",
        inputs=(PortSpec("in", _IMAGE, rank="kernel_size"),),
        attributes=(
            features("Number of filters: size of the output's last dimension."),
            window("kernel_size", (3, 3), "Size of the filter in each dimension; one number for series, two for images."),
            window("strides", None, "Step of the filter in each dimension; empty for 1."),
            PADDING,
            *extra,
            USE_BIAS,
            KERNEL_INIT,
        ),
        is_module=True,
        shown=("features", "kernel_size", "padding"),
        doc=f"{FLAX}/layers.html#flax.linen.{name}",
        keywords="convolution filter image cnn",
    )


def _pooling(name: str, function: str, summary: str) -> LayerSpec:
    return LayerSpec(
        name,
        "convolution",
        summary,
        f"nn.{function}({{inputs}}, window_shape={{window_shape}}, strides={{strides}}, padding={{padding}})",
        inputs=(PortSpec("in", _IMAGE, rank="window_shape"),),
        attributes=(
            window("window_shape", (2, 2), "Size of the window in each dimension."),
            window("strides", (2, 2), "Step of the window in each dimension."),
            AttributeSpec("padding", "choice", "VALID", PADDING.help, choices=PADDING.choices),
        ),
        shown=("window_shape", "padding"),
        doc=f"{FLAX}/layers.html#flax.linen.{function}",
        keywords="pooling downsample",
    )


LAYERS = (
    _convolution(
        "Conv",
        "Slides trained filters over the image or series.",
        window("kernel_dilation", None, "Gap between the filter's elements; empty for 1."),
        AttributeSpec(
            "feature_group_count", "int", 1, "Split the channels into this many groups (depthwise: one each).", minimum=1
        ),
    ),
    _convolution("ConvTranspose", "The reverse of a convolution: makes the image larger by its strides."),
    _pooling("MaxPool", "max_pool", "Keeps the largest value of each window."),
    _pooling("AvgPool", "avg_pool", "Keeps the mean of each window."),
    LayerSpec(
        "GlobalAvgPool",
        "convolution",
        "Takes the mean over height and width: one value a channel.",
        "{inputs}.mean(axis=(1, 2))",
        inputs=(PortSpec("in", _IMAGE, rank=4),),
        keywords="global average pooling",
    ),
)
