"""GoogLeNet: filters of several sizes side by side."""

from flaxstudio.graph.graph import Field, Formula

from .judging import Drawing, sketch
from .vision_residual import FEATURES, STRIDES


def inception_block(side: int = 28) -> Drawing:
    """Return one Inception block alone, with the numbers of GoogLeNet's first."""
    whole = googlenet()
    conv, inception = whole.blocks
    s = sketch(conv, inception)
    x = s.add("Input", shape=(side, side, 192))
    s.add("Output", s.add("Inception", x, one=64, reduce_three=96, three=128, reduce_five=16, five=32, pooled=32))
    return Drawing(s.graph(), (conv, inception), "InceptionBlock")


def googlenet() -> Drawing:
    """Return GoogLeNet with BatchNorm and without its helping heads, as torchvision gives it after training."""
    s = sketch(fields=[FEATURES, Field("kernel_size", "Conv.kernel_size", (1, 1)), STRIDES])
    x = s.add("Input", shape=(8, 8, 64))
    given = {name: Formula(name) for name in ("features", "kernel_size", "strides")}
    conv = s.add("Conv", x, use_bias=False, **given)
    s.add("Output", s.add("relu", s.add("BatchNorm", conv, momentum=0.9, epsilon=0.001)))
    basic = s.block("BasicConv")

    names = ("one", "reduce_three", "three", "reduce_five", "five", "pooled")
    s = sketch(basic, fields=[Field(name, "Conv.features", 64) for name in names])
    x = s.add("Input", shape=(8, 8, 64))
    one = s.add("BasicConv", x, features=Formula("one"))
    three = s.add("BasicConv", x, features=Formula("reduce_three"))
    three = s.add("BasicConv", three, features=Formula("three"), kernel_size=(3, 3))
    five = s.add("BasicConv", x, features=Formula("reduce_five"))
    five = s.add("BasicConv", five, features=Formula("five"), kernel_size=(3, 3))
    pooled = s.add("MaxPool", x, window_shape=(3, 3), strides=(1, 1), padding="SAME")
    pooled = s.add("BasicConv", pooled, features=Formula("pooled"))
    s.add("Output", s.add("Concatenate", one, three, five, pooled))
    inception = s.block("Inception", "Four ways side by side, joined.")

    s = sketch(basic, inception)
    x = s.add("Input", shape=(224, 224, 3))
    x = s.add("BasicConv", x, features=64, kernel_size=(7, 7), strides=(2, 2))
    x = s.add("MaxPool", x, window_shape=(3, 3), padding="SAME")
    x = s.add("BasicConv", s.add("BasicConv", x, features=64), features=192, kernel_size=(3, 3))
    for number, stage in enumerate(_STAGES):
        x = s.add("MaxPool", x, window_shape=(2, 2) if number == 2 else (3, 3), padding="SAME")
        for sizes in stage:
            x = s.add("Inception", x, **dict(zip(names, sizes, strict=True)))
    x = s.add("Dropout", s.add("GlobalAvgPool", x), rate=0.2)
    s.add("Output", s.add("Dense", x, features=1000))
    return Drawing(s.graph(), (basic, inception), "GoogLeNet")


_STAGES = (
    ((64, 96, 128, 16, 32, 32), (128, 128, 192, 32, 96, 64)),
    (
        (192, 96, 208, 16, 48, 64),
        (160, 112, 224, 24, 64, 64),
        (128, 128, 256, 24, 64, 64),
        (112, 144, 288, 32, 64, 64),
        (256, 160, 320, 32, 128, 128),
    ),
    ((256, 160, 320, 32, 128, 128), (384, 192, 384, 48, 128, 128)),
)
