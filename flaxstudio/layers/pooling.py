"""Layers that keep one value of each window of an image or series, or one of all its places."""

from dataclasses import replace

from flaxstudio.graph.spec import AttributeSpec, LayerSpec, PortSpec
from flaxstudio.layers.attributes import FLAX, PADDING, window

_PADDING = replace(
    PADDING,
    default="VALID",
    is_paired=True,
    help="VALID uses whole windows only; SAME adds values at the borders; pairs are the values added before and behind.",
)


def _pooling(name: str, function: str, code: str, summary: str, *extra: AttributeSpec, keywords: str = "") -> LayerSpec:
    return LayerSpec(
        name,
        "convolution",
        summary,
        code,
        inputs=(PortSpec("in", "(batch, height, width, channels)", rank="window_shape"),),
        attributes=(
            window("window_shape", (2, 2), "Size of the window in each dimension."),
            window("strides", (2, 2), "Step of the window in each dimension."),
            _PADDING,
            *extra,
        ),
        shown=("window_shape", "padding"),
        doc=f"{FLAX}/layers.html#flax.linen.{function}",
        keywords=f"pooling downsample {keywords}",
    )


def _global(name: str, method: str, summary: str, keywords: str) -> LayerSpec:
    return LayerSpec(
        name,
        "convolution",
        summary,
        f"{{inputs}}.{method}(axis=tuple(range(1, {{inputs}}.ndim - 1)))",
        inputs=(PortSpec("in", "(batch, ..., channels)", minimum_rank=3),),
        keywords=f"global pooling {keywords}",
    )


LAYERS = (
    _pooling("MaxPool", "max_pool", "nn.max_pool({inputs}, {attributes})", "Keeps the largest value of each window."),
    _pooling(
        "AvgPool",
        "avg_pool",
        "nn.avg_pool({inputs}, {attributes})",
        "Keeps the mean of each window.",
        AttributeSpec("count_include_pad", "bool", True, "Count the zeros that padding adds as values of the mean."),
        keywords="average mean",
    ),
    _pooling(
        "MinPool",
        "max_pool",
        "-nn.max_pool(-{inputs}, {attributes})",
        "Keeps the smallest value of each window.",
        keywords="minimum",
    ),
    _global(
        "GlobalAvgPool", "mean", "Takes the mean over all places of the image or series: one value a channel.", "average mean"
    ),
    _global(
        "GlobalMaxPool", "max", "Takes the largest over all places of the image or series: one value a channel.", "maximum"
    ),
    _global(
        "GlobalMinPool", "min", "Takes the smallest over all places of the image or series: one value a channel.", "minimum"
    ),
)
