"""Convolutions over sequences: TextCNN for sentences, WaveNet for sound, TCN for series."""

from flaxstudio.graph.graph import Field, Formula, Port
from flaxstudio.graph.library import Block

from .judging import Drawing, sketch

FEATURES = Field("features", "Conv.features", 32)
DILATION = Field("dilation", "int", 1)


def text_cnn(words: int = 20_000, length: int = 50) -> Drawing:
    """Return Kim's network for sentences: filters of three widths, the largest answer of each."""
    s = sketch()
    x = s.add("Embed", s.add("Input", shape=(length,), dtype="int32"), num_embeddings=words, features=300)
    found = []
    for width in (3, 4, 5):
        y = s.add("Conv", x, features=100, kernel_size=(width,), padding="VALID", name=f"width_{width}")
        found.append(s.add("GlobalMaxPool", s.add("relu", y)))
    x = s.add("Dropout", s.add("Concatenate", *found))
    s.add("Output", s.add("Dense", x, features=2))
    return Drawing(s.graph(), name="TextCNN")


def wavenet(depth: int = 10, features: int = 32, skips: int = 64, length: int = 64) -> Drawing:
    """Return a stack of WaveNet: gated causal convolutions, each reaching twice as far, whose skips are added up."""
    layer = wavenet_layer()
    s = sketch(layer)
    x = s.add("Input", shape=(length, 1))
    x = s.add("Conv", x, features=features, kernel_size=(2,), padding="CAUSAL", name="start")
    given = []
    for number in range(depth):
        name = f"layer_{number}"
        s.add("WaveNetLayer", x, features=features, skips=skips, dilation=2**number, name=name)
        x = Port(name, "output_1")
        given.append(Port(name, "output_2"))
    x = s.chain(s.add("Add", *given), "relu", ("Conv", {"features": skips, "kernel_size": (1,)}), "relu")
    s.add("Output", s.add("Conv", x, features=256, kernel_size=(1,), name="levels"))
    return Drawing(s.graph(), (layer,), "WaveNet")


def wavenet_layer() -> Block:
    """Return a layer with two outputs: what the next layer gets, and what all layers give to the end."""
    s = sketch(fields=[FEATURES, Field("skips", "Conv.features", 64), DILATION])
    x = s.add("Input", shape=(64, 32))
    gate = {
        "features": Formula("features"),
        "kernel_size": (2,),
        "padding": "CAUSAL",
        "kernel_dilation": Formula("(dilation,)"),
    }
    y = s.add("Multiply", s.add("tanh", s.add("Conv", x, **gate, name="filter")), s.add("sigmoid", s.add("Conv", x, **gate, name="gate")))  # fmt: skip
    again = s.add("Conv", y, features=Formula("features"), kernel_size=(1,), name="to_residual")
    s.add("Output", s.add("Add", again, x))
    s.add("Output", s.add("Conv", y, features=Formula("skips"), kernel_size=(1,), name="to_skip"))
    return s.block("WaveNetLayer", "A gated causal convolution.")


def tcn(features: int = 25, dilations: tuple[int, ...] = (1, 2, 4, 8, 16, 32, 64, 128), length: int = 784) -> Drawing:
    """Return a temporal convolutional network, as for pictures read pixel by pixel."""
    layer = tcn_layer()
    s = sketch(layer, fields=[Field("dilations", "ints", dilations)])
    x = s.add("Conv", s.add("Input", shape=(length, 1)), features=features, kernel_size=(1,), name="start")
    x = s.add("TCNLayer", x, features=features, dilation=Formula("dilations", is_each=True), name="layers")
    s.add("Output", s.add("Dense", s.add("LastStep", x), features=10))
    return Drawing(s.graph(), (layer,), "TCN")


def tcn_layer() -> Block:
    """Return two causal convolutions of one reach, added to what came."""
    s = sketch(fields=[FEATURES, DILATION])
    start = s.add("Input", shape=(64, 32))
    conv = {
        "features": Formula("features"),
        "kernel_size": (7,),
        "padding": "CAUSAL",
        "kernel_dilation": Formula("(dilation,)"),
    }
    y = start
    for _ in range(2):
        y = s.chain(y, ("WeightNormConv", conv), "relu", ("Dropout", {"rate": 0.05, "broadcast_dims": (1,)}))
    s.add("Output", s.add("relu", s.add("Add", y, start)))
    return s.block("TCNLayer", "Two causal convolutions and a shortcut.")
