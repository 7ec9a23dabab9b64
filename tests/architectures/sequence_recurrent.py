"""Networks that read a sequence step by step: classifiers, a tagger, translation from one sequence to another, video."""

from flaxstudio.graph.graph import Port

from .judging import Drawing, sketch


def lstm_classifier(words: int = 20_000, length: int = 80) -> Drawing:
    """Return the LSTM for film reviews of Keras's examples."""
    s = sketch()
    x = s.add("Embed", s.add("Input", shape=(length,), dtype="int32"), num_embeddings=words, features=128)
    x = s.chain(x, ("LSTM", {"features": 128}), "LastStep", ("Dropout", {"rate": 0.2}), ("Dense", {"features": 1}))
    s.add("Output", s.add("sigmoid", x))
    return Drawing(s.graph(), name="LSTMClassifier")


def bidirectional_lstm(words: int = 20_000, length: int = 200) -> Drawing:
    """Return the two bidirectional LSTMs for film reviews of Keras's examples."""
    s = sketch()
    x = s.add("Embed", s.add("Input", shape=(length,), dtype="int32"), num_embeddings=words, features=128)
    x = s.chain(x, ("BidirectionalLSTM", {"features": 64}), ("BidirectionalLSTM", {"features": 64}), "LastStep")
    s.add("Output", s.add("sigmoid", s.add("Dense", x, features=1)))
    return Drawing(s.graph(), name="BidirectionalLSTM2")


def gru_tagger(words: int = 10_000, tags: int = 17, length: int = 40) -> Drawing:
    """Return a network that gives each word a tag; what lies behind a sentence's end is not read."""
    s = sketch()
    words_in = s.add("Input", shape=(length,), dtype="int32", name="words")
    x = s.add("Embed", words_in, num_embeddings=words, features=100)
    lengths = s.add("Sum", s.add("Cast", s.add("PaddingMask", words_in), dtype="int32"))
    x = s.add("BidirectionalGRU", s.add("Dropout", x), wires={"seq_lengths": lengths}, features=100)
    s.add("Output", s.add("Dense", x, features=tags, name="tags"))
    return Drawing(s.graph(), name="GRUTagger")


def stacked_gru(depth: int = 3, length: int = 24, columns: int = 5) -> Drawing:
    """Return several GRUs, one above the other, that foretell the next value of a series."""
    s = sketch()
    x = s.add("GRU", s.add("Input", shape=(length, columns)), features=32)
    x = s.add("GRU", x, features=32, repeat=depth - 1, name="deeper")
    s.add("Output", s.add("Dense", s.add("LastStep", x), features=1))
    return Drawing(s.graph(), name="StackedGRU")


def seq2seq(source_words: int = 8_000, target_words: int = 6_000, features: int = 256, length: int = 20) -> Drawing:
    """Return a translator: the decoder begins with the state that the encoder ended with."""
    s = sketch()
    source = s.add("Input", shape=(length,), dtype="int32", name="source")
    target = s.add("Input", shape=(length,), dtype="int32", name="target")
    x = s.add("Embed", source, num_embeddings=source_words, features=features, name="source_embedding")
    s.add("LSTM", x, features=features, name="encoder")
    y = s.add("Embed", target, num_embeddings=target_words, features=features, name="target_embedding")
    y = s.add("LSTM", y, wires={"initial_carry": Port("encoder", "carry")}, features=features, name="decoder")
    s.add("Output", s.add("Dense", y, features=target_words, name="words"))
    return Drawing(s.graph(), name="Seq2Seq")


def seq2seq_with_attention(words: int = 8_000, features: int = 128, length: int = 20) -> Drawing:
    """Return a translator whose decoder also looks back at what was read, as Luong has it."""
    s = sketch()
    source = s.add("Input", shape=(length,), dtype="int32", name="source")
    target = s.add("Input", shape=(length,), dtype="int32", name="target")
    x = s.add("Embed", source, num_embeddings=words, features=features, name="source_embedding")
    x = s.add("GRU", x, features=features, name="encoder")
    y = s.add("Embed", target, num_embeddings=words, features=features, name="target_embedding")
    y = s.add("GRU", y, wires={"initial_carry": Port("encoder", "carry")}, features=features, name="decoder")
    weights = s.add("softmax", s.add("Contraction", y, x, subscripts="bti,bsi->bts"))
    context = s.add("MatMul", weights, x)
    y = s.add("tanh", s.add("Dense", s.add("Concatenate", context, y), features=features, name="attentional"))
    s.add("Output", s.add("Dense", y, features=words, name="words"))
    return Drawing(s.graph(), name="AttentionSeq2Seq")


def frame_predictor(side: int = 16, frames: int = 6) -> Drawing:
    """Return ConvLSTMs that foretell each next picture of a film, after Keras's example."""
    s = sketch()
    x = s.add("Input", shape=(frames, side, side, 1))
    for size in (5, 3, 1):
        x = s.add("BatchNorm", s.add("ConvLSTM", x, features=64, kernel_size=(size, size)))
    x = s.add("Conv", x, features=1, kernel_size=(3, 3, 3))
    s.add("Output", s.add("sigmoid", x))
    return Drawing(s.graph(), name="FramePredictor")
