"""Networks for sets of things, for fields of physics, with experts, and with blocks in blocks in blocks."""

from flaxstudio.graph.graph import Field, Formula, Port
from flaxstudio.graph.library import Block
from flaxstudio.project.sketch import Sketch

from .judging import Drawing, sketch

FEATURES = Field("features", "Dense.features", 64)


def deep_sets(members: int = 20, columns: int = 3) -> Drawing:
    """Return a network for sets: each member alone, their sum, then all together."""
    s = sketch()
    x = s.add("Input", shape=(members, columns))
    x = s.chain(x, ("Dense", {"features": 64}), "relu", ("Dense", {"features": 64}), ("Sum", {"axis": (1,)}))
    s.add("Output", s.chain(x, ("Dense", {"features": 64}), "relu", ("Dense", {"features": 1})))
    return Drawing(s.graph(), name="DeepSets")


def attention_mil(instances: int = 30, columns: int = 512) -> Drawing:
    """Return gated attention over the instances of a bag, as Ilse and others have it; the weights are an output too."""
    s = sketch()
    x = s.add("relu", s.add("Dense", s.add("Input", shape=(instances, columns)), features=500, name="instances"))
    gates = s.add("sigmoid", s.add("Dense", x, features=128, name="gate"))
    y = s.add("Multiply", s.add("tanh", s.add("Dense", x, features=128, name="attention")), gates)
    weights = s.add("softmax", s.add("Dense", y, features=1, name="weight"), axis=1)
    bag = s.add("Sum", s.add("Multiply", weights, x), axis=(1,))
    s.add("Output", s.add("sigmoid", s.add("Dense", bag, features=1, name="bag")))
    s.add("Output", s.add("Squeeze", weights))
    return Drawing(s.graph(), name="AttentionMIL")


def siren(columns: int = 2, features: int = 256, depth: int = 3) -> Drawing:
    """Return a network of sines for pictures and fields, as Sitzmann and others have it."""
    layer = sine()
    s = sketch(layer)
    x = s.add("Sine", s.add("Input", shape=(columns,)), features=features, name="first")
    x = s.add("Sine", x, features=features, repeat=depth, name="hidden")
    s.add("Output", s.add("Dense", x, features=1))
    return Drawing(s.graph(), (layer,), "SIREN")


def sine() -> Block:
    """Return a Dense whose sine is taken."""
    s = sketch(fields=[FEATURES, Field("frequency", "float", 30.0)])
    x = s.add("Dense", s.add("Input", shape=(2,)), features=Formula("features"))
    s.add("Output", s.add("Sin", s.add("MultiplyConstant", x, value=Formula("frequency"))))
    return s.block("Sine")


def two_experts(columns: int = 10) -> Drawing:
    """Return two experts whose answers a gate weighs."""
    s = sketch()
    x = s.add("Input", shape=(columns,))
    gate = s.add("softmax", s.add("Dense", x, features=2, name="gate"))
    experts = []
    for number in (1, 2):
        y = s.add("relu", s.add("Dense", x, features=32, name=f"expert_{number}_hidden"))
        experts.append(s.add("Dense", y, features=5, name=f"expert_{number}"))
    s.add("Output", s.add("Contraction", gate, s.add("Stack", *experts), subscripts="be,bef->bf"))
    return Drawing(s.graph(), name="TwoExperts")


def nested() -> Drawing:
    """Return blocks in blocks, five deep: each holds the one before twice and adds what came."""
    blocks: tuple[Block, ...] = ()
    s = sketch(fields=[FEATURES])
    x = s.add("Input", shape=(8,))
    s.add("Output", s.add("gelu", s.add("Dense", x, features=Formula("features"))))
    blocks = (s.block("Level1"),)
    for level in range(2, 6):
        s = sketch(*blocks, fields=[FEATURES])
        _twice(s, f"Level{level - 1}")
        blocks = (*blocks, s.block(f"Level{level}", f"Holds Level{level - 1} twice."))
    s = sketch(*blocks)
    x = s.add("Level5", s.add("Input", shape=(8,)), features=8)
    s.add("Output", s.add("Dense", x, features=3))
    return Drawing(s.graph(), blocks, "Nested")


def _twice(s: Sketch, layer: str) -> Port:
    start = s.add("Input", shape=(8,))
    x = s.add(layer, start, features=Formula("features"), repeat=2, name="inner")
    return s.add("Output", s.add("Add", x, start))
