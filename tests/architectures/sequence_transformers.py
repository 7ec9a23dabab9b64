"""Transformers: the encoder and the decoder of the first paper, both together, BERT and GPT-2."""

from flaxstudio.graph.graph import Field, Formula, Port
from flaxstudio.graph.library import Block
from flaxstudio.project.sketch import Sketch

from .judging import Drawing, sketch

FEATURES, HEADS, HIDDEN = Formula("features"), Formula("heads"), Formula("hidden")


def encoder(depth: int = 6, length: int = 32) -> Drawing:
    """Return the encoder of “Attention Is All You Need”, base, with a mask against padding."""
    layer = encoder_layer()
    s = sketch(layer)
    x = s.add("Input", shape=(length, 512))
    tokens = s.add("Input", shape=(length,), dtype="int32", name="tokens")
    s.add("Output", s.add("EncoderLayer", x, _padding(s, tokens, tokens), repeat=depth))
    return Drawing(s.graph(), (layer,), "TransformerEncoder")


def decoder(depth: int = 6, length: int = 32) -> Drawing:
    """Return the decoder: it sees what was written so far, and all of what the encoder read."""
    layer = decoder_layer()
    s = sketch(layer)
    x = s.add("Input", shape=(length, 512))
    memory = s.add("Input", shape=(length, 512), name="memory")
    tokens = s.add("Input", shape=(length,), dtype="int32", name="tokens")
    read = s.add("Input", shape=(length,), dtype="int32", name="read_tokens")
    wires = {"mask": s.add("CausalMask", tokens), "memory_mask": _padding(s, tokens, read)}
    s.add("Output", s.add("DecoderLayer", x, memory, wires=wires, repeat=depth))
    return Drawing(s.graph(), (layer,), "TransformerDecoder")


def transformer(vocabulary: int = 37_000, depth: int = 6, length: int = 32) -> Drawing:
    """Return the whole transformer, base; one table of rows is both embeddings and the last layer."""
    layers = encoder_layer(), decoder_layer()
    s = sketch(*layers)
    source = s.add("Input", shape=(length,), dtype="int32", name="source")
    target = s.add("Input", shape=(length,), dtype="int32", name="target")
    y = _placed(s, s.add("Embed", target, num_embeddings=vocabulary, features=512, name="embedding"))
    x = _placed(s, s.add("Embed", source, shares="embedding", name="embed_2"))
    memory = s.add("EncoderLayer", x, _padding(s, source, source), repeat=depth, name="encoder")
    mask = s.add("CombineMasks", s.add("CausalMask", target), _padding(s, target, target))
    wires = {"memory_mask": _padding(s, target, source)}
    y = s.add("DecoderLayer", y, memory, mask, wires=wires, repeat=depth, name="decoder")
    s.add("Output", s.add("EmbedAttend", y, shares="embedding"))
    return Drawing(s.graph(), layers, "Transformer")


def bert(vocabulary: int = 30_522, features: int = 768, depth: int = 12, heads: int = 12, length: int = 64) -> Drawing:
    """Return BERT with its pooler; the numbers are those of base."""
    layer = encoder_layer(is_smooth=True)
    s = sketch(layer)
    tokens = s.add("Input", shape=(length,), dtype="int32", name="tokens")
    types = s.add("Input", shape=(length,), dtype="int32", name="types")
    mask = s.add("Input", shape=(length,), dtype="int32", name="mask")
    x = s.add("Embed", tokens, num_embeddings=vocabulary, features=features, name="word_embeddings")
    y = s.add("Embed", types, num_embeddings=2, features=features, name="type_embeddings")
    x = s.add("LearnedPosition", s.add("Add", x, y), max_length=512, name="position_embeddings")
    x = s.chain(x, ("LayerNorm", {"epsilon": 1e-12}), ("Dropout", {"rate": 0.1}))
    sizes = {"features": features, "heads": heads, "hidden": 4 * features}
    x = s.add("EncoderLayer", x, _padding(s, mask, mask), **sizes, repeat=depth, name="layer")
    s.add("Output", x)
    s.add("Output", s.add("tanh", s.add("Dense", s.add("FirstStep", x), features=features, name="pooler")))
    return Drawing(s.graph(), (layer,), "Bert")


def gpt2(
    vocabulary: int = 50_257,
    features: int = 768,
    depth: int = 12,
    heads: int = 12,
    length: int = 64,
    places: int = 1024,
    is_scanned: bool = False,
) -> Drawing:
    """Return GPT-2, whose last layer uses the embedding's rows again; the numbers are those of the small one."""
    layer = gpt_layer()
    s = sketch(layer)
    tokens = s.add("Input", shape=(length,), dtype="int32", name="tokens")
    x = s.add("Embed", tokens, num_embeddings=vocabulary, features=features, embedding_init="normal(0.02)", name="wte")
    x = s.add("LearnedPosition", x, max_length=places, name="wpe")
    x = s.add("Dropout", x, rate=0.1)
    mask = s.add("CausalMask", tokens)
    x = s.add("GPTLayer", x, mask, features=features, heads=heads, repeat=depth, scan=is_scanned, remat=is_scanned, name="h")
    x = s.add("LayerNorm", x, epsilon=1e-5, name="ln_f")
    s.add("Output", s.add("EmbedAttend", x, shares="wte"))
    return Drawing(s.graph(), (layer,), "GPT2")


def encoder_layer(is_smooth: bool = False) -> Block:
    """Return an encoder's layer that normalises last; `is_smooth`: gelu instead of relu."""
    s = sketch(fields=_sizes())
    start = s.add("Input", shape=(32, 512), name="inputs")
    mask = s.add("Input", shape=(1, 32, 32), name="mask")
    y = _attention(s, start, mask, name="attention")
    x = s.add("LayerNorm", s.add("Add", start, y))
    s.add("Output", s.add("LayerNorm", s.add("Add", x, _feed_forward(s, x, "gelu" if is_smooth else "relu"))))
    return s.block("EncoderLayer", "Attention, then two Denses, each added and normalised.")


def decoder_layer() -> Block:
    """Return a decoder's layer: attention to itself, then to what the encoder read."""
    s = sketch(fields=_sizes())
    start = s.add("Input", shape=(32, 512), name="inputs")
    memory = s.add("Input", shape=(32, 512), name="memory")
    mask = s.add("Input", shape=(1, 32, 32), name="mask")
    memory_mask = s.add("Input", shape=(1, 32, 32), name="memory_mask")
    x = s.add("LayerNorm", s.add("Add", start, _attention(s, start, mask, name="attention")))
    y = _attention(s, x, memory_mask, name="cross_attention", memory=memory)
    x = s.add("LayerNorm", s.add("Add", x, y))
    s.add("Output", s.add("LayerNorm", s.add("Add", x, _feed_forward(s, x, "relu"))))
    return s.block("DecoderLayer", "Attention to itself and to a memory, then two Denses, each added and normalised.")


def gpt_layer() -> Block:
    """Return a layer of GPT-2: it normalises first."""
    s = sketch(fields=_sizes()[:2])
    start = s.add("Input", shape=(32, 64), name="inputs")
    mask = s.add("Input", shape=(1, 32, 32), name="mask")
    y = s.add("LayerNorm", start, epsilon=1e-5, name="ln_1")
    y = s.add("MultiHeadDotProductAttention", y, wires={"mask": mask}, num_heads=HEADS, dropout_rate=0.1, name="attn")
    x = s.add("Add", start, s.add("Dropout", y, rate=0.1))
    y = s.add("LayerNorm", x, epsilon=1e-5, name="ln_2")
    y = s.add("gelu", s.add("Dense", y, features=Formula("4 * features"), name="c_fc"))
    y = s.add("Dropout", s.add("Dense", y, features=FEATURES, name="c_proj"), rate=0.1)
    s.add("Output", s.add("Add", x, y))
    return s.block("GPTLayer", "Normalise and attend, normalise and think, each added.")


def _sizes() -> list[Field]:
    return [
        Field("features", "Dense.features", 512),
        Field("heads", "MultiHeadDotProductAttention.num_heads", 8),
        Field("hidden", "Dense.features", 2048),
    ]


def _attention(s: Sketch, x: Port, mask: Port, name: str, memory: Port | None = None) -> Port:
    wires = {"mask": mask} | ({"key": memory} if memory else {})
    y = s.add("MultiHeadDotProductAttention", x, wires=wires, num_heads=HEADS, dropout_rate=0.1, name=name)
    return s.add("Dropout", y, rate=0.1)


def _feed_forward(s: Sketch, x: Port, activation: str) -> Port:
    y = s.add(activation, s.add("Dense", x, features=HIDDEN))
    return s.add("Dropout", s.add("Dense", y, features=FEATURES), rate=0.1)


def _padding(s: Sketch, query: Port, key: Port) -> Port:
    return s.add("AttentionMask", s.add("PaddingMask", query), s.add("PaddingMask", key))


def _placed(s: Sketch, x: Port) -> Port:
    x = s.add("SinusoidalPosition", s.add("MultiplyConstant", x, value=512**0.5))
    return s.add("Dropout", x, rate=0.1)
