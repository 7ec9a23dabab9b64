"""Templates that are more than a row of layers: blocks with fields, repeats, shared nodes, a model of several methods."""

from flaxstudio.graph.graph import Field, Formula, Graph
from flaxstudio.graph.library import Block, Library
from flaxstudio.graph.spec import Catalogue
from flaxstudio.project.sketch import Sketch, with_blocks

Drawing = tuple[Graph, Library]


def explicit_mlp(catalogue: Catalogue) -> Drawing:
    """The notebook's ExplicitMLP and SimpleMLP: one Dense for each number of a field, relu between them."""
    sketch = Sketch(catalogue, [Field("features", "ints", (16, 16, 5), "Size of each layer's output.")])
    x = sketch.add("Input", shape=(10,))
    x = sketch.add("Dense", x, name="layers", features=Formula("features", is_each=True), between="relu")
    sketch.add("Output", x)
    return sketch.graph(), Library()


def residual_cnn(catalogue: Catalogue) -> Drawing:
    """A small ResNet for digits: one block, placed once to widen and repeated to deepen."""
    block = _residual_block(catalogue)
    sketch = Sketch(with_blocks(catalogue, block))
    x = sketch.add("Input", shape=(8, 8, 1))
    x = sketch.chain(x, ("Conv", {"features": 32, "use_bias": False}), ("BatchNorm", {"momentum": 0.9}), "relu")
    x = sketch.add("ResidualBlock", x, features=32, repeat=2)
    x = sketch.add("MaxPool", x)
    x = sketch.chain(x, ("Conv", {"features": 64, "use_bias": False}), ("BatchNorm", {"momentum": 0.9}), "relu")
    x = sketch.add("ResidualBlock", x, features=64, repeat=2)
    x = sketch.chain(x, "GlobalAvgPool", ("Dense", {"features": 10}))
    sketch.add("Output", x)
    return sketch.graph(), Library((block,))


def autoencoder(catalogue: Catalogue) -> Drawing:
    """An autoencoder whose encode and decode can be called by themselves: the decoder is placed twice and shares its params."""
    encoder, decoder = _coder(catalogue, "Encoder", 64, 128, 16), _coder(catalogue, "Decoder", 16, 128, 64)
    sketch = Sketch(with_blocks(catalogue, encoder, decoder))
    code = sketch.add("Encoder", sketch.add("Input", shape=(64,)), name="encoder")
    sketch.add("Output", sketch.add("Decoder", code, name="decoder"))
    sketch.add("Output", code, method="encode")
    latent = sketch.add("Input", name="latent", shape=(16,))
    sketch.add("Output", sketch.add("Decoder", latent, shares="decoder", name="decoder_2"), method="decode")
    return sketch.graph(), Library((encoder, decoder))


def vision_transformer(catalogue: Catalogue) -> Drawing:
    """A vision transformer for digits: patches of 2x2 pixels, two encoder blocks."""
    block = _encoder_block(catalogue)
    sketch = Sketch(with_blocks(catalogue, block))
    x = sketch.add("Input", shape=(8, 8, 1))
    x = sketch.add("Conv", x, name="patches", features=64, kernel_size=(2, 2), strides=(2, 2), padding="VALID")
    x = sketch.chain(x, ("Reshape", {"shape": (16, 64)}), ("LearnedPosition", {"embedding_init": "normal(0.5)"}))
    x = sketch.add("EncoderBlock", x, name="encoder", repeat=2)
    x = sketch.chain(x, "LayerNorm", ("Mean", {"axis": (1,)}), ("Dense", {"features": 10}))
    sketch.add("Output", x)
    return sketch.graph(), Library((block,))


def _residual_block(catalogue: Catalogue) -> Block:
    sketch = Sketch(catalogue, [Field("features", "Conv.features", 32, "Number of channels, in and out.")])
    x = sketch.add("Input", shape=(8, 8, 32))
    conv = ("Conv", {"features": Formula("features"), "use_bias": False})
    norm = ("BatchNorm", {"momentum": 0.9})
    y = sketch.chain(x, conv, norm, "relu", conv, norm)
    sketch.add("Output", sketch.chain(sketch.add("Add", y, x), "relu"))
    return sketch.block("ResidualBlock", "Two convolutions around which the input is carried.")


def _coder(catalogue: Catalogue, name: str, entry: int, hidden: int, result: int) -> Block:
    fields = [Field("hidden", "Dense.features", hidden), Field("features", "Dense.features", result)]
    sketch = Sketch(catalogue, fields)
    x = sketch.add("Input", shape=(entry,))
    x = sketch.chain(x, ("Dense", {"features": Formula("hidden")}), "gelu", ("Dense", {"features": Formula("features")}))
    sketch.add("Output", x)
    return sketch.block(name)


def _encoder_block(catalogue: Catalogue) -> Block:
    fields = [
        Field("features", "Dense.features", 64, "Size of each step, in and out."),
        Field("num_heads", "MultiHeadDotProductAttention.num_heads", 4),
        Field("dropout_rate", "Dropout.rate", 0.2),
    ]
    sketch = Sketch(catalogue, fields)
    x = sketch.add("Input", shape=(16, 64))
    y = sketch.add("LayerNorm", x)
    y = sketch.add("MultiHeadDotProductAttention", y, name="attention", num_heads=Formula("num_heads"))
    y = sketch.add("Dropout", y, rate=Formula("dropout_rate"))
    x = sketch.add("Add", y, x)
    y = sketch.chain(
        x,
        "LayerNorm",
        ("Dense", {"features": Formula("4 * features")}),
        "gelu",
        ("Dense", {"features": Formula("features")}),
        ("Dropout", {"rate": Formula("dropout_rate")}),
    )
    sketch.add("Output", sketch.add("Add", y, x))
    return sketch.block("EncoderBlock", "Attention and a Dense network, each with its LayerNorm and carried around.")
