"""Networks with ways past their layers: ResNet, Wide ResNet, DenseNet."""

from flaxstudio.graph.graph import Field, Formula, Port, Value
from flaxstudio.graph.library import Block
from flaxstudio.project.sketch import Sketch

from .judging import Drawing, sketch

FEATURES = Field("features", "Conv.features", 64)
STRIDES = Field("strides", "Conv.strides", (1, 1))
DEPTH = Field("depth", "int", 2)


def conv_norm(s: Sketch, x: Port, **attributes: Value) -> Port:
    """Add a convolution without a bias, and a BatchNorm, which has one."""
    kernel = attributes.setdefault("kernel_size", (3, 3))
    assert isinstance(kernel, tuple)
    attributes.setdefault("padding", tuple(int(size) // 2 for size in kernel if isinstance(size, int)))
    return s.add("BatchNorm", s.add("Conv", x, use_bias=False, **attributes), momentum=0.9)


def resnet(depths: tuple[int, ...], name: str, is_deep: bool = False, side: int = 224, classes: int = 1000) -> Drawing:
    """Return a ResNet whose four stages have so many blocks, of two convolutions or (deep) of three."""
    same, down = bottlenecks() if is_deep else basic_blocks()
    stage = _stage(same, down)
    s = sketch(same, down, stage)
    x = s.add("Input", shape=(side, side, 3))
    x = s.add("relu", conv_norm(s, x, features=64, kernel_size=(7, 7), strides=(2, 2)))
    x = s.add("MaxPool", x, window_shape=(3, 3), padding=((1, 1), (1, 1)))
    if is_deep:
        x = s.add("Stage", x, features=64, depth=depths[0])
    else:
        x = s.add(same.name, x, features=64, repeat=depths[0])
    for features, depth in zip((128, 256, 512), depths[1:], strict=True):
        x = s.add("Stage", x, features=features, strides=(2, 2), depth=depth)
    s.add("Output", s.add("Dense", s.add("GlobalAvgPool", x), features=classes))
    return Drawing(s.graph(), (same, down, stage), name)


def _stage(same: Block, down: Block) -> Block:
    s = sketch(same, down, fields=[FEATURES, STRIDES, DEPTH])
    x = s.add(down.name, s.add("Input", shape=(8, 8, 64)), features=Formula("features"), strides=Formula("strides"))
    x = s.add(same.name, x, features=Formula("features"), repeat=Formula("depth - 1"))
    s.add("Output", x)
    return s.block("Stage", "Blocks of one size; the first changes size and channels.")


def basic_blocks() -> tuple[Block, Block]:
    """Return the block that keeps its input's shape, and the one whose shortcut is a convolution."""
    features = Formula("features")
    s = sketch(fields=[FEATURES])
    start = s.add("Input", shape=(8, 8, 64))
    x = s.add("relu", conv_norm(s, start, features=features))
    x = conv_norm(s, x, features=features)
    s.add("Output", s.add("relu", s.add("Add", x, start)))
    same = s.block("BasicBlock", "Two convolutions and the input added to what they give.")

    s = sketch(fields=[FEATURES, STRIDES])
    start = s.add("Input", shape=(8, 8, 64))
    x = s.add("relu", conv_norm(s, start, features=features, strides=Formula("strides")))
    x = conv_norm(s, x, features=features)
    shortcut = conv_norm(s, start, features=features, kernel_size=(1, 1), strides=Formula("strides"))
    s.add("Output", s.add("relu", s.add("Add", x, shortcut)))
    return same, s.block("DownBlock", "Two convolutions, and one for what is added to them.")


def bottlenecks() -> tuple[Block, Block]:
    """Return the blocks of three convolutions, the inner of a quarter of the channels."""
    features, wide = Formula("features"), Formula("4 * features")
    s = sketch(fields=[FEATURES])
    start = s.add("Input", shape=(8, 8, 256))
    x = s.add("relu", conv_norm(s, start, features=features, kernel_size=(1, 1)))
    x = s.add("relu", conv_norm(s, x, features=features))
    x = conv_norm(s, x, features=wide, kernel_size=(1, 1))
    s.add("Output", s.add("relu", s.add("Add", x, start)))
    same = s.block("Bottleneck")

    s = sketch(fields=[FEATURES, STRIDES])
    start = s.add("Input", shape=(8, 8, 64))
    x = s.add("relu", conv_norm(s, start, features=features, kernel_size=(1, 1)))
    x = s.add("relu", conv_norm(s, x, features=features, strides=Formula("strides")))
    x = conv_norm(s, x, features=wide, kernel_size=(1, 1))
    shortcut = conv_norm(s, start, features=wide, kernel_size=(1, 1), strides=Formula("strides"))
    s.add("Output", s.add("relu", s.add("Add", x, shortcut)))
    return same, s.block("DownBottleneck")


def wide_resnet(depth: int = 4, width: int = 4) -> Drawing:
    """Return a Wide ResNet of three stages, each block normalising before it convolves: WRN-28-4 has a depth of 4."""
    features = Formula("features")
    s = sketch(fields=[FEATURES])
    start = s.add("Input", shape=(8, 8, 64))
    x = s.add("Conv", _before(s, start), features=features, use_bias=False)
    x = s.add("Dropout", _before(s, x), rate=0.3)
    s.add("Output", s.add("Add", s.add("Conv", x, features=features, use_bias=False), start))
    same = s.block("WideBlock")

    s = sketch(fields=[FEATURES, STRIDES])
    start = _before(s, s.add("Input", shape=(8, 8, 64)))
    x = s.add("Conv", start, features=features, strides=Formula("strides"), use_bias=False)
    x = s.add("Dropout", _before(s, x), rate=0.3)
    x = s.add("Conv", x, features=features, use_bias=False)
    shortcut = s.add("Conv", start, features=features, kernel_size=(1, 1), strides=Formula("strides"), use_bias=False)
    s.add("Output", s.add("Add", x, shortcut))
    down = s.block("WideDownBlock")

    stage = _stage(same, down)
    s = sketch(same, down, stage)
    x = s.add("Conv", s.add("Input", shape=(32, 32, 3)), features=16, use_bias=False)
    for number, base in enumerate((16, 32, 64)):
        x = s.add("Stage", x, features=base * width, strides=(2, 2) if number else (1, 1), depth=depth)
    s.add("Output", s.add("Dense", s.add("GlobalAvgPool", _before(s, x)), features=10))
    return Drawing(s.graph(), (same, down, stage), "WideResNet")


def densenet121() -> Drawing:
    """Return DenseNet-121: every layer of a stage sees what all before it gave."""
    growth = Field("growth", "Conv.features", 32)
    s = sketch(fields=[growth])
    start = s.add("Input", shape=(8, 8, 64))
    x = s.add("Conv", _before(s, start), features=Formula("4 * growth"), kernel_size=(1, 1), use_bias=False)
    x = s.add("Conv", _before(s, x), features=Formula("growth"), use_bias=False)
    s.add("Output", s.add("Concatenate", start, x))
    layer = s.block("DenseLayer", "Adds channels to those it is given.")

    s = sketch(fields=[FEATURES])
    x = s.add(
        "Conv", _before(s, s.add("Input", shape=(8, 8, 64))), features=Formula("features"), kernel_size=(1, 1), use_bias=False
    )
    s.add("Output", s.add("AvgPool", x))
    transition = s.block("Transition", "Half the channels, half the size.")

    s = sketch(layer, transition)
    x = s.add("Input", shape=(224, 224, 3))
    x = s.add("relu", conv_norm(s, x, features=64, kernel_size=(7, 7), strides=(2, 2)))
    x = s.add("MaxPool", x, window_shape=(3, 3), padding=((1, 1), (1, 1)))
    for features, depth in ((128, 6), (256, 12), (512, 24)):
        x = s.add("Transition", s.add("DenseLayer", x, repeat=depth), features=features)
    x = _before(s, s.add("DenseLayer", x, repeat=16))
    s.add("Output", s.add("Dense", s.add("GlobalAvgPool", x), features=1000))
    return Drawing(s.graph(), (layer, transition), "DenseNet121")


def _before(s: Sketch, x: Port) -> Port:
    """Add what comes before a convolution in later networks."""
    return s.add("relu", s.add("BatchNorm", x, momentum=0.9))
