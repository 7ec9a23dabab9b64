"""Networks that cut an image into patches: MLP-Mixer, ViT, ConvNeXt; and PointNet, for points in space."""

from flaxstudio.graph.graph import Field, Formula, Port
from flaxstudio.graph.library import Block
from flaxstudio.project.sketch import Sketch

from .judging import Drawing, sketch
from .vision_residual import DEPTH, FEATURES


def mixer(features: int = 512, depth: int = 8, tokens: int = 256, channels: int = 2048, side: int = 224) -> Drawing:
    """Return an MLP-Mixer with patches of 16x16 pixels; the numbers are those of S/16."""
    s = sketch(fields=[Field("hidden", "Dense.features", 256), Field("features", "Dense.features", 64)])
    x = s.chain(
        s.add("Input", shape=(16, 64)),
        ("Dense", {"features": Formula("hidden")}), "gelu", ("Dense", {"features": Formula("features")}),
    )  # fmt: skip
    s.add("Output", x)
    mlp = s.block("MlpBlock")

    count = (side // 16) ** 2
    s = sketch(mlp, fields=[Field(name, "int", 64) for name in ("patches", "features", "token_hidden", "channel_hidden")])
    start = s.add("Input", shape=(16, 64))
    y = s.add("SwapAxes", s.add("LayerNorm", start))
    y = s.add("MlpBlock", y, hidden=Formula("token_hidden"), features=Formula("patches"), name="token_mixing")
    x = s.add("Add", start, s.add("SwapAxes", y))
    y = s.add("LayerNorm", x)
    y = s.add("MlpBlock", y, hidden=Formula("channel_hidden"), features=Formula("features"), name="channel_mixing")
    s.add("Output", s.add("Add", x, y))
    block = s.block("MixerBlock", "Mixes the patches of each channel, then the channels of each patch.")

    s = sketch(mlp, block)
    x = s.add(
        "Conv", s.add("Input", shape=(side, side, 3)), features=features, kernel_size=(16, 16), strides=(16, 16), name="stem"
    )
    x = s.add("Reshape", x, shape=(count, features))
    x = s.add("MixerBlock", x, patches=count, features=features, token_hidden=tokens, channel_hidden=channels, repeat=depth)
    x = s.add("GlobalAvgPool", s.add("LayerNorm", x))
    s.add("Output", s.add("Dense", x, features=1000, name="head"))
    return Drawing(s.graph(), (mlp, block), "MlpMixer")


def vit(
    features: int = 192, depth: int = 12, heads: int = 3, side: int = 224, classes: int = 1000, **wrapping: bool
) -> Drawing:
    """Return a vision transformer with patches of 16x16 pixels; the numbers are those of ViT-Tiny (DeiT-Ti)."""
    encoder = encoder_block()
    s = sketch(encoder)
    x = s.add("Input", shape=(side, side, 3))
    x = s.add("Conv", x, features=features, kernel_size=(16, 16), strides=(16, 16), padding="VALID", name="patch_embedding")
    x = s.add("Reshape", x, shape=((side // 16) ** 2, features))
    x = s.add("Dropout", s.chain(x, "ClassToken", "LearnedPosition"), rate=0.1)
    x = s.add("EncoderBlock", x, features=features, heads=heads, repeat=depth, **wrapping)
    x = s.add("FirstStep", s.add("LayerNorm", x))
    s.add("Output", s.add("Dense", x, features=classes, name="head"))
    return Drawing(s.graph(), (encoder,), "VisionTransformer")


def encoder_block() -> Block:
    """Return a transformer's encoder that normalises first."""
    s = sketch(fields=[Field("features", "Dense.features", 64), Field("heads", "MultiHeadDotProductAttention.num_heads", 4)])
    start = s.add("Input", shape=(16, 64))
    y = s.add("MultiHeadDotProductAttention", s.add("LayerNorm", start), num_heads=Formula("heads"), name="attention")
    x = s.add("Add", start, y)
    y = s.chain(x, "LayerNorm", ("Dense", {"features": Formula("4 * features")}), _GELU, ("Dropout", {"rate": 0.1}))
    s.add("Output", s.add("Add", x, s.add("Dense", y, features=Formula("features"))))
    return s.block("EncoderBlock", "Attention, then a Dense twice over, each added to what came.")


def convnext(depths: tuple[int, ...] = (3, 3, 9, 3), widths: tuple[int, ...] = (96, 192, 384, 768), side: int = 224) -> Drawing:
    """Return a ConvNeXt; the numbers are those of Tiny."""
    features = Formula("features")
    s = sketch(fields=[FEATURES])
    start = s.add("Input", shape=(8, 8, 64))
    y = s.add("Conv", start, features=features, kernel_size=(7, 7), feature_group_count=features)
    y = s.chain(y, "LayerNorm", ("Dense", {"features": Formula("4 * features")}), _GELU, ("Dense", {"features": features}))
    y = s.add("LayerScale", y, scale_init="constant(1e-06)")
    s.add("Output", s.add("Add", start, y))
    block = s.block("ConvNeXtBlock")

    s = sketch(block, fields=[FEATURES, DEPTH])
    x = s.add("LayerNorm", s.add("Input", shape=(8, 8, 64)))
    x = s.add("Conv", x, features=features, kernel_size=(2, 2), strides=(2, 2))
    s.add("Output", s.add("ConvNeXtBlock", x, features=features, repeat=Formula("depth")))
    stage = s.block("ConvNeXtStage")

    s = sketch(block, stage)
    x = s.add("Input", shape=(side, side, 3))
    x = s.add("LayerNorm", s.add("Conv", x, features=widths[0], kernel_size=(4, 4), strides=(4, 4)))
    x = s.add("ConvNeXtBlock", x, features=widths[0], repeat=depths[0])
    for width, depth in zip(widths[1:], depths[1:], strict=True):
        x = s.add("ConvNeXtStage", x, features=width, depth=depth)
    x = s.add("LayerNorm", s.add("GlobalAvgPool", x))
    s.add("Output", s.add("Dense", x, features=1000, name="head"))
    return Drawing(s.graph(), (block, stage), "ConvNeXt")


def pointnet(classes: int = 40, points: int = 32) -> Drawing:
    """Return PointNet for whole objects: the same layers for each point, the largest of all, after the points were turned."""
    layer = _dense_norm()
    s = sketch(layer)
    start = s.add("Input", shape=(32, 3))
    x = _stack(s, s.add("GlobalMaxPool", _stack(s, start, 64, 128, 1024)), 512, 256)
    turn = s.chain(x, ("Dense", {"features": 9, "kernel_init": "zeros"}), ("Reshape", {"shape": (3, 3)}))
    s.add("Output", s.add("Add", start, s.add("MatMul", start, turn)))
    transform = s.block("InputTransform", "Turns the points by a matrix of their own; at first by none.")

    s = sketch(layer, transform)
    x = s.add("InputTransform", s.add("Input", shape=(points, 3)))
    x = _stack(s, x, 64, 128)
    x = s.add("BatchNorm", s.add("Dense", x, features=1024), momentum=0.9)
    x = s.add("DenseNorm", s.add("GlobalMaxPool", x), features=512)
    x = s.chain(x, ("Dense", {"features": 256}), ("Dropout", {"rate": 0.3}), ("BatchNorm", {"momentum": 0.9}), "relu")
    s.add("Output", s.add("log_softmax", s.add("Dense", x, features=classes)))
    return Drawing(s.graph(), (layer, transform), "PointNet")


def _dense_norm() -> Block:
    s = sketch(fields=[Field("features", "Dense.features", 64)])
    x = s.add("Dense", s.add("Input", shape=(32, 3)), features=Formula("features"))
    s.add("Output", s.add("relu", s.add("BatchNorm", x, momentum=0.9)))
    return s.block("DenseNorm")


def _stack(s: Sketch, x: Port, *sizes: int) -> Port:
    for features in sizes:
        x = s.add("DenseNorm", x, features=features)
    return x


_GELU = "gelu", {"approximate": False}
