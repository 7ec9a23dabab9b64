"""The first convolutional networks: LeNet-5, AlexNet, VGG, SqueezeNet."""

from flaxstudio.graph.graph import Field, Formula, Port
from flaxstudio.graph.library import Block
from flaxstudio.project.sketch import Sketch

from .judging import Drawing, sketch


def lenet5() -> Drawing:
    """Return LeNet-5 with its tanh and mean pooling, every map of the third layer joined to all of the second."""
    s = sketch()
    x = s.add("Input", shape=(32, 32, 1))
    for features in (6, 16):
        x = s.add("Conv", x, features=features, kernel_size=(5, 5), padding="VALID")
        x = s.add("tanh", x)
        x = s.add("AvgPool", x)
    x = s.chain(x, "Flatten", ("Dense", {"features": 120}), "tanh", ("Dense", {"features": 84}), "tanh")
    s.add("Output", s.add("Dense", x, features=10))
    return Drawing(s.graph(), name="LeNet5")


def alexnet(classes: int = 1000) -> Drawing:
    """Return AlexNet as torchvision has it."""
    s = sketch()
    x = s.add("Input", shape=(224, 224, 3))
    x = _conv_relu(s, x, 64, (11, 11), (2, 2), strides=(4, 4))
    x = _large_pool(s, x)
    x = _large_pool(s, _conv_relu(s, x, 192, (5, 5), (2, 2)))
    for features in (384, 256, 256):
        x = _conv_relu(s, x, features, (3, 3), (1, 1))
    x = s.add("Flatten", _large_pool(s, x))
    for _ in range(2):
        x = s.chain(x, "Dropout", ("Dense", {"features": 4096}), "relu")
    s.add("Output", s.add("Dense", x, features=classes))
    return Drawing(s.graph(), name="AlexNet")


def small_alexnet() -> Drawing:
    """Return an AlexNet for images of 32x32 pixels."""
    s = sketch()
    x = s.add("Input", shape=(32, 32, 3))
    for features in (64, 192):
        x = s.add("MaxPool", _conv_relu(s, x, features, (3, 3), (1, 1)))
    for features in (384, 256, 256):
        x = _conv_relu(s, x, features, (3, 3), (1, 1))
    x = s.chain(x, "MaxPool", "Flatten", "Dropout", ("Dense", {"features": 512}), "relu", "Dropout")
    s.add("Output", s.add("Dense", x, features=10))
    return Drawing(s.graph(), name="SmallAlexNet")


def _conv_relu(
    s: Sketch, x: Port, features: int, kernel: tuple[int, ...], padding: tuple[int, ...], strides: tuple[int, ...] | None = None
) -> Port:
    conv = s.add("Conv", x, features=features, kernel_size=kernel, padding=padding, strides=strides)
    return s.add("relu", conv)


def _large_pool(s: Sketch, x: Port) -> Port:
    return s.add("MaxPool", x, window_shape=(3, 3))


def vgg(depths: tuple[int, ...], name: str) -> Drawing:
    """Return a VGG network whose five stages have so many convolutions."""
    conv, stage = _vgg_blocks()
    s = sketch(conv, stage)
    x = s.add("Input", shape=(224, 224, 3))
    for features, depth in zip((64, 128, 256, 512, 512), depths, strict=True):
        x = s.add("VGGStage", x, features=features, depth=depth)
    x = s.add("Flatten", x)
    for _ in range(2):
        x = s.chain(x, ("Dense", {"features": 4096}), "relu", "Dropout")
    s.add("Output", s.add("Dense", x, features=1000))
    return Drawing(s.graph(), (conv, stage), name)


def _vgg_blocks() -> tuple[Block, Block]:
    s = sketch(fields=[Field("features", "Conv.features", 64)])
    x = s.add("Conv", s.add("Input", shape=(8, 8, 3)), features=Formula("features"))
    s.add("Output", s.add("relu", x))
    conv = s.block("ConvReLU")

    s = sketch(conv, fields=[Field("features", "Conv.features", 64), Field("depth", "int", 1)])
    x = s.add("ConvReLU", s.add("Input", shape=(8, 8, 3)), features=Formula("features"), repeat=Formula("depth"))
    s.add("Output", s.add("MaxPool", x))
    return conv, s.block("VGGStage", "Convolutions of one size, then half of it.")


def squeezenet() -> Drawing:
    """Return SqueezeNet 1.0."""
    s = sketch(fields=[Field("squeeze", "Conv.features", 16), Field("expand", "Conv.features", 64)])
    x = s.add("Input", shape=(8, 8, 64))
    x = s.add("relu", s.add("Conv", x, features=Formula("squeeze"), kernel_size=(1, 1), name="squeeze_conv"))
    one = s.add("relu", s.add("Conv", x, features=Formula("expand"), kernel_size=(1, 1), name="expand_1x1"))
    three = s.add("relu", s.add("Conv", x, features=Formula("expand"), name="expand_3x3"))
    s.add("Output", s.add("Concatenate", one, three))
    fire = s.block("Fire", "Squeezes the channels, then expands them by two sizes of filter.")

    s = sketch(fire)
    x = s.add("Input", shape=(224, 224, 3))
    x = s.add("relu", s.add("Conv", x, features=96, kernel_size=(7, 7), strides=(2, 2), padding="VALID"))
    x = _large_pool(s, x)
    for squeeze in (16, 16, 32):
        x = s.add("Fire", x, squeeze=squeeze, expand=4 * squeeze)
    x = s.add("MaxPool", x, window_shape=(3, 3), padding="SAME")
    for squeeze in (32, 48, 48, 64):
        x = s.add("Fire", x, squeeze=squeeze, expand=4 * squeeze)
    x = _large_pool(s, x)
    x = s.add("Dropout", s.add("Fire", x, squeeze=64, expand=256))
    x = s.add("relu", s.add("Conv", x, features=1000, kernel_size=(1, 1), name="classifier"))
    s.add("Output", s.add("GlobalAvgPool", x))
    return Drawing(s.graph(), (fire,), "SqueezeNet")
