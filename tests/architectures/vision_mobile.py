"""Networks of few multiplications: MobileNet, ShuffleNet, EfficientNet, Xception."""

from flaxstudio.graph.graph import Field, Formula, Port
from flaxstudio.graph.library import Block
from flaxstudio.project.sketch import Sketch

from .judging import Drawing, sketch
from .vision_residual import FEATURES, STRIDES, conv_norm

CHANNELS = Field("channels", "int", 32, "Channels of the input.")
KERNEL = Field("kernel_size", "Conv.kernel_size", (3, 3))


def mobilenet_v1() -> Drawing:
    """Return MobileNet v1: a filter for each channel, then one for each place."""
    s = sketch(fields=[CHANNELS, FEATURES, STRIDES])
    x = s.add("Input", shape=(8, 8, 32))
    x = s.add("relu6", _depthwise(s, x, "channels", strides=Formula("strides")))
    s.add("Output", s.add("relu6", conv_norm(s, x, features=Formula("features"), kernel_size=(1, 1))))
    block = s.block("SeparableConv", "A filter for each channel, then a mixture of the channels.")

    s = sketch(block)
    x = s.add("relu6", conv_norm(s, s.add("Input", shape=(224, 224, 3)), features=32, strides=(2, 2)))
    channels = 32
    for features, step in ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)):
        x = s.add("SeparableConv", x, channels=channels, features=features, strides=(step, step))
        channels = features
    x = s.add("SeparableConv", x, channels=512, features=512, repeat=5)
    x = s.add("SeparableConv", x, channels=512, features=1024, strides=(2, 2))
    x = s.add("SeparableConv", x, channels=1024, features=1024)
    s.add("Output", s.add("Dense", s.add("Dropout", s.add("GlobalAvgPool", x), rate=0.001), features=1000))
    return Drawing(s.graph(), (block,), "MobileNetV1")


def _depthwise(s: Sketch, x: Port, channels: str, **attributes: Formula) -> Port:
    count = Formula(channels)
    given = {"kernel_size": (3, 3), "padding": "SAME", **attributes}
    conv = s.add("Conv", x, features=count, feature_group_count=count, use_bias=False, **given)
    return s.add("BatchNorm", conv, momentum=0.9)


def mobilenet_v2() -> Drawing:
    """Return MobileNet v2: blocks that are wide inside and narrow between."""
    first, same, down = (
        _inverted("Bottleneck", expands=False),
        _inverted("InvertedResidual", adds=True),
        _inverted("InvertedDown"),
    )
    s = sketch(first, same, down)
    x = s.add("relu6", conv_norm(s, s.add("Input", shape=(224, 224, 3)), features=32, strides=(2, 2)))
    x = s.add("Bottleneck", x, channels=32, features=16)
    channels = 16
    for features, depth, step in ((24, 2, 2), (32, 3, 2), (64, 4, 2), (96, 3, 1), (160, 3, 2), (320, 1, 1)):
        x = s.add("InvertedDown", x, channels=channels, features=features, strides=(step, step))
        if depth > 1:
            x = s.add("InvertedResidual", x, channels=features, repeat=depth - 1)
        channels = features
    x = s.add("relu6", conv_norm(s, x, features=1280, kernel_size=(1, 1)))
    x = s.add("Dropout", s.add("GlobalAvgPool", x), rate=0.2)
    s.add("Output", s.add("Dense", x, features=1000))
    return Drawing(s.graph(), (first, same, down), "MobileNetV2")


def _inverted(name: str, expands: bool = True, adds: bool = False) -> Block:
    expansion = [Field("expansion", "int", 6)] if expands else []
    s = sketch(fields=[CHANNELS, *expansion, *([] if adds else [FEATURES, STRIDES])])
    x = start = s.add("Input", shape=(8, 8, 32))
    wide = "channels * expansion" if expands else "channels"
    if expands:
        x = s.add("relu6", conv_norm(s, x, features=Formula(wide), kernel_size=(1, 1)))
    x = s.add("relu6", _depthwise(s, x, wide, **({} if adds else {"strides": Formula("strides")})))
    x = conv_norm(s, x, features=Formula("channels" if adds else "features"), kernel_size=(1, 1))
    s.add("Output", s.add("Add", start, x) if adds else x)
    return s.block(name)


def shufflenet_v2() -> Drawing:
    """Return ShuffleNet v2 of width 1: half the channels pass by, then both halves are shuffled."""
    shuffle, unit, down = _shuffle(), _shuffle_unit(), _shuffle_down()
    s = sketch(shuffle, unit, down)
    x = s.add("relu", conv_norm(s, s.add("Input", shape=(224, 224, 3)), features=24, strides=(2, 2)))
    x = s.add("MaxPool", x, window_shape=(3, 3), padding=((1, 1), (1, 1)))
    channels = 24
    for side, features, depth in ((28, 116, 3), (14, 232, 7), (7, 464, 3)):
        x = s.add("ShuffleDown", x, channels=channels, half=features // 2, side=side)
        x = s.add("ShuffleUnit", x, half=features // 2, side=side, repeat=depth)
        channels = features
    x = s.add("relu", conv_norm(s, x, features=1024, kernel_size=(1, 1)))
    s.add("Output", s.add("Dense", s.add("GlobalAvgPool", x), features=1000))
    return Drawing(s.graph(), (shuffle, unit, down), "ShuffleNetV2")


_HALF = Field("half", "int", 8, "Half the channels.")
_SIDE = Field("side", "int", 4)


def _shuffle() -> Block:
    s = sketch(fields=[_HALF, _SIDE])
    x = s.add("Concatenate", s.add("Input", shape=(4, 4, 8), name="left"), s.add("Input", shape=(4, 4, 8), name="right"))
    x = s.add("Reshape", x, shape=Formula("side, side, 2, half"))
    x = s.add("SwapAxes", x, axis1=3, axis2=4)
    s.add("Output", s.add("Reshape", x, shape=Formula("side, side, 2 * half")))
    return s.block("ChannelShuffle", "Joins two halves, their channels in turn.")


def _shuffle_branch(s: Sketch, x: Port, **attributes: Formula) -> Port:
    half = Formula("half")
    x = s.add("relu", conv_norm(s, x, features=half, kernel_size=(1, 1)))
    x = _depthwise(s, x, "half", **attributes)
    return s.add("relu", conv_norm(s, x, features=half, kernel_size=(1, 1)))


def _shuffle_unit() -> Block:
    s = sketch(_shuffle(), fields=[_HALF, _SIDE])
    s.add("Split", s.add("Input", shape=(4, 4, 16)), name="halves")
    x = _shuffle_branch(s, Port("halves", "second"))
    s.add("Output", s.add("ChannelShuffle", Port("halves", "first"), x, half=Formula("half"), side=Formula("side")))
    return s.block("ShuffleUnit")


def _shuffle_down() -> Block:
    s = sketch(_shuffle(), fields=[CHANNELS, _HALF, _SIDE])
    start = s.add("Input", shape=(8, 8, 32))
    left = _depthwise(s, start, "channels", strides=(2, 2))
    left = s.add("relu", conv_norm(s, left, features=Formula("half"), kernel_size=(1, 1)))
    right = _shuffle_branch(s, start, strides=(2, 2))
    s.add("Output", s.add("ChannelShuffle", left, right, half=Formula("half"), side=Formula("side")))
    return s.block("ShuffleDown")


def efficientnet_b0() -> Drawing:
    """Return EfficientNet-B0: wide inside, and each channel weighed by what the whole image holds."""
    excite = _squeeze_excite()
    first, down, same = (
        _mb_conv(excite, "MBConvFirst", False, False),
        _mb_conv(excite, "MBConvDown"),
        _mb_conv(excite, "MBConv", adds=True),
    )
    s = sketch(excite, first, down, same)
    x = s.add("silu", conv_norm(s, s.add("Input", shape=(224, 224, 3)), features=32, strides=(2, 2)))
    x = s.add("MBConvFirst", x, channels=32, features=16)
    channels = 16
    stages = ((24, 3, 2, 2), (40, 5, 2, 2), (80, 3, 2, 3), (112, 5, 1, 3), (192, 5, 2, 4), (320, 3, 1, 1))
    for features, kernel, step, depth in stages:
        size = (kernel, kernel)
        x = s.add("MBConvDown", x, channels=channels, features=features, kernel_size=size, strides=(step, step))
        if depth > 1:
            x = s.add("MBConv", x, channels=features, kernel_size=size, repeat=depth - 1)
        channels = features
    x = s.add("silu", conv_norm(s, x, features=1280, kernel_size=(1, 1)))
    x = s.add("Dropout", s.add("GlobalAvgPool", x), rate=0.2)
    s.add("Output", s.add("Dense", x, features=1000))
    return Drawing(s.graph(), (excite, first, down, same), "EfficientNetB0")


def _squeeze_excite() -> Block:
    s = sketch(fields=[CHANNELS, Field("squeezed", "int", 8)])
    start = s.add("Input", shape=(8, 8, 32))
    x = s.add("Mean", start, axis=(1, 2), keepdims=True)
    x = s.add("silu", s.add("Conv", x, features=Formula("squeezed"), kernel_size=(1, 1)))
    gate = s.add("sigmoid", s.add("Conv", x, features=Formula("channels"), kernel_size=(1, 1)), name="gate")
    s.add("Output", s.add("Multiply", start, gate))
    return s.block("SqueezeExcite", "Weighs each channel by what the whole image holds.")


def _mb_conv(excite: Block, name: str, expands: bool = True, adds: bool = False) -> Block:
    expansion = [Field("expansion", "int", 6)] if expands else []
    s = sketch(excite, fields=[CHANNELS, KERNEL, *expansion, *([] if adds else [FEATURES, STRIDES])])
    x = start = s.add("Input", shape=(8, 8, 32))
    wide = "channels * expansion" if expands else "channels"
    if expands:
        x = s.add("silu", conv_norm(s, x, features=Formula(wide), kernel_size=(1, 1)))
    step = {} if adds else {"strides": Formula("strides")}
    x = s.add("silu", _depthwise(s, x, wide, kernel_size=Formula("kernel_size"), **step))
    x = s.add("SqueezeExcite", x, channels=Formula(wide), squeezed=Formula("channels // 4"))
    x = conv_norm(s, x, features=Formula("channels" if adds else "features"), kernel_size=(1, 1))
    if adds:
        x = s.add("Add", s.add("Dropout", x, rate=0.2, broadcast_dims=(1, 2, 3)), start)
    s.add("Output", x)
    return s.block(name)


def xception_middle(repeat: int = 8) -> Drawing:
    """Return Xception's middle flow: three separable convolutions and a way past them, again and again."""
    s = sketch(fields=[FEATURES])
    x = s.add("relu", s.add("Input", shape=(19, 19, 64)))
    count = Formula("features")
    x = s.add("Conv", x, features=count, feature_group_count=count, use_bias=False, name="depthwise")
    x = s.add("Conv", x, features=count, kernel_size=(1, 1), use_bias=False, name="pointwise")
    s.add("Output", s.add("BatchNorm", x))
    unit = s.block("ReluSeparable")

    s = sketch(unit, fields=[FEATURES])
    start = s.add("Input", shape=(19, 19, 64))
    x = s.add("ReluSeparable", start, features=count, repeat=3)
    s.add("Output", s.add("Add", x, start))
    flow = s.block("MiddleFlow")

    s = sketch(unit, flow)
    x = s.add("Input", shape=(19, 19, 728))
    s.add("Output", s.add("MiddleFlow", x, features=728, repeat=repeat))
    return Drawing(s.graph(), (unit, flow), "XceptionMiddle")
