"""Networks that give images out: U-Net, FCN, an autoencoder."""

from flaxstudio.graph.graph import Field, Formula, Port
from flaxstudio.graph.library import Block

from .judging import Drawing, sketch
from .vision_residual import FEATURES


def unet(base: int = 64, side: int = 64, classes: int = 2) -> Drawing:
    """Return a U-Net of four halvings, padded so that sizes stay."""
    double, up = _unet_blocks()
    s = sketch(double, up)
    x = s.add("Input", shape=(side, side, 1))
    passed: list[Port] = []
    for level in range(4):
        x = s.add("DoubleConv", x, features=base * 2**level)
        passed.append(x)
        x = s.add("MaxPool", x)
    x = s.add("DoubleConv", x, features=base * 16)
    for level in reversed(range(4)):
        x = s.add("Up", x, passed[level], features=base * 2**level)
    s.add("Output", s.add("Conv", x, features=classes, kernel_size=(1, 1), name="logits"))
    return Drawing(s.graph(), (double, up), "UNet")


def _unet_blocks() -> tuple[Block, Block]:
    s = sketch(fields=[FEATURES])
    x = s.add("Conv", s.add("Input", shape=(8, 8, 64)), features=Formula("features"))
    x = s.add("relu", s.add("Conv", s.add("relu", x), features=Formula("features")))
    s.add("Output", x)
    double = s.block("DoubleConv")

    s = sketch(double, fields=[FEATURES])
    low, passed = s.add("Input", shape=(4, 4, 128), name="low"), s.add("Input", shape=(8, 8, 64), name="passed")
    x = s.add("ConvTranspose", low, features=Formula("features"), kernel_size=(2, 2), strides=(2, 2))
    x = s.add("Concatenate", passed, x)
    s.add("Output", s.add("DoubleConv", x, features=Formula("features")))
    return double, s.block("Up", "Twice the size, joined with what passed by.")


def fcn8(base: int = 16, side: int = 64, classes: int = 21) -> Drawing:
    """Return a fully convolutional network that adds its guesses at three sizes, after FCN-8s."""
    s = sketch(fields=[Field("features", "ints", (64, 64))])
    x = s.add("Conv", s.add("Input", shape=(8, 8, 3)), features=Formula("features", is_each=True), between="relu", name="convs")
    s.add("Output", s.add("MaxPool", s.add("relu", x)))
    stage = s.block("ConvStage", "A convolution for each number, then half the size.")

    s = sketch(stage)
    x = s.add("Input", shape=(side, side, 3))
    sizes = []
    for level, depth in enumerate((2, 2, 3, 3, 3)):
        features = base * 2 ** min(level, 3)
        x = s.add("ConvStage", x, features=(features,) * depth)
        sizes.append(x)
    for kernel in ((7, 7), (1, 1)):
        x = s.chain(x, ("Conv", {"features": 16 * base, "kernel_size": kernel}), "relu", "Dropout")
    x = s.add("Conv", x, features=classes, kernel_size=(1, 1), name="score_5")
    for level in (3, 2):
        up = s.add(
            "ConvTranspose", x, features=classes, kernel_size=(4, 4), strides=(2, 2), use_bias=False, name=f"up_{level + 1}"
        )
        score = s.add("Conv", sizes[level], features=classes, kernel_size=(1, 1), name=f"score_{level + 1}")
        x = s.add("Add", up, score)
    x = s.add("ConvTranspose", x, features=classes, kernel_size=(16, 16), strides=(8, 8), use_bias=False, name="up_8")
    s.add("Output", x)
    return Drawing(s.graph(), (stage,), "FCN8")


def autoencoder() -> Drawing:
    """Return a convolutional autoencoder whose two halves can be called alone."""
    encoder, decoder = _halves()
    s = sketch(encoder, decoder)
    code = s.add("Encoder", s.add("Input", shape=(28, 28, 1)), name="encoder")
    s.add("Output", s.add("Decoder", code, name="decoder"))
    s.add("Output", code, method="encode")
    given = s.add("Input", shape=(32,), name="code")
    again = s.add("Decoder", given, shares="decoder")
    s.add("Output", again, method="decode")
    return Drawing(s.graph(), (encoder, decoder), "Autoencoder")


def _halves() -> tuple[Block, Block]:
    s = sketch(fields=[Field("features", "ints", (16, 32)), Field("latent", "Dense.features", 32)])
    x = s.add("Input", shape=(28, 28, 1))
    x = s.add("Conv", x, features=Formula("features", is_each=True), strides=(2, 2), between="relu", name="convs")
    x = s.chain(x, "relu", "Flatten", ("Dense", {"features": Formula("latent")}))
    s.add("Output", x)
    encoder = s.block("Encoder")

    s = sketch(fields=[Field("features", "ints", (32, 16))])
    x = s.add("relu", s.add("Dense", s.add("Input", shape=(32,)), features=Formula("7 * 7 * features[0]")))
    x = s.add("Reshape", x, shape=Formula("7, 7, features[0]"))
    x = s.add("ConvTranspose", x, features=Formula("features", is_each=True), strides=(2, 2), between="relu", name="convs")
    x = s.add("relu", x)
    s.add("Output", s.add("sigmoid", s.add("Conv", x, features=1)))
    return encoder, s.block("Decoder")
