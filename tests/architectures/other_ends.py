"""Networks with several inputs or outputs: for pairs and triplets, for users and items, for several tasks, for sets."""

from flaxstudio.graph.graph import Field, Formula, Port
from flaxstudio.graph.library import Block
from flaxstudio.project.sketch import Sketch

from .judging import Drawing, sketch


def siamese(side: int = 28) -> Drawing:
    """Return a network that tells whether two pictures show the same; both go through one tower."""
    tower = _tower()
    s = sketch(tower)
    first, second = (s.add("Input", shape=(side, side, 1), name=name) for name in ("first", "second"))
    one = s.add("Tower", first, name="tower")
    other = s.add("Tower", second, shares="tower", name="tower_2")
    distance = s.add("Abs", s.add("Subtract", one, other))
    s.add("Output", s.add("sigmoid", s.add("Dense", distance, features=1)))
    return Drawing(s.graph(), (tower,), "Siamese")


def triplet(side: int = 28) -> Drawing:
    """Return a network that puts three pictures where their distances mean something."""
    tower = _tower()
    s = sketch(tower)
    names = ("anchor", "positive", "negative")
    for number, image in enumerate([s.add("Input", shape=(side, side, 1), name=name) for name in names]):
        place = s.add(
            "Tower", image, **({"shares": "tower"} if number else {}), name=f"tower_{number + 1}" if number else "tower"
        )
        s.add("Output", s.add("Divide", place, s.add("Norm", place, keepdims=True)))
    return Drawing(s.graph(), (tower,), "Triplet")


def _tower() -> Block:
    s = sketch()
    x = s.add("Input", shape=(28, 28, 1))
    for features in (32, 64):
        x = s.chain(x, ("Conv", {"features": features}), "relu", "MaxPool")
    s.add("Output", s.chain(x, "Flatten", ("Dense", {"features": 128})))
    return s.block("Tower", "A picture's place in a space of 128 dimensions.")


def neumf(users: int = 6_040, items: int = 3_706, factors: int = 8, layers: tuple[int, ...] = (32, 16, 8)) -> Drawing:
    """Return neural collaborative filtering for MovieLens 1M: factors multiplied, and factors thought over."""
    s = sketch(fields=[Field("layers", "ints", layers)])
    user, item = (s.add("Input", shape=(1,), dtype="int32", name=name) for name in ("user", "item"))
    wide = layers[0]
    ones = [_row(s, user, users, factors, "mf_user"), _row(s, item, items, factors, "mf_item")]
    others = [_row(s, user, users, wide, "mlp_user"), _row(s, item, items, wide, "mlp_item")]
    x = s.add("Concatenate", *others)
    x = s.add("relu", s.add("Dense", x, features=Formula("layers", is_each=True), between="relu", name="mlp"))
    x = s.add("Concatenate", s.add("Multiply", *ones), x)
    s.add("Output", s.add("sigmoid", s.add("Dense", x, features=1, name="prediction")))
    return Drawing(s.graph(), name="NeuMF")


def two_towers(users: int = 1_000, items: int = 1_700) -> Drawing:
    """Return a recommender whose users and items each have a tower; their places are compared at the end."""
    s = sketch()
    s_user = s.add("Input", shape=(1,), dtype="int32", name="user")
    s_item = s.add("Input", shape=(1,), dtype="int32", name="item")
    year = s.add("Input", shape=(1,), name="year")
    u = s.add("Dense", _row(s, s_user, users, 32, "users"), features=64, name="user_hidden")
    u = s.add("Dense", s.add("relu", u), features=32, name="user_place")
    i = s.add("Concatenate", _row(s, s_item, items, 32, "items"), year)
    i = s.add("Dense", s.add("relu", s.add("Dense", i, features=64, name="item_hidden")), features=32, name="item_place")
    s.add("Output", s.add("Dot", u, i))
    s.add("Output", u, method="place_user")
    s.add("Output", i, method="place_item")
    return Drawing(s.graph(), name="TwoTowers")


def wide_and_deep(columns: int = 6, crossed: int = 1_000) -> Drawing:
    """Return a wide linear part that learns by heart beside a deep one that generalises."""
    s = sketch()
    numbers = s.add("Input", shape=(columns,), name="numbers")
    jobs = s.add("Input", shape=(1,), dtype="int32", name="job")
    crosses = s.add("Input", shape=(crossed,), name="crosses")
    x = s.add("Concatenate", numbers, _row(s, jobs, 15, 8, "jobs"))
    for features in (100, 50):
        x = s.add("relu", s.add("Dense", x, features=features))
    deep = s.add("Dense", x, features=1, name="deep")
    wide = s.add("Dense", crosses, features=1, use_bias=False, name="wide")
    s.add("Output", s.add("sigmoid", s.add("Add", wide, deep)))
    return Drawing(s.graph(), name="WideAndDeep")


def deepfm(values: int = 10_000, columns: int = 26, factors: int = 10) -> Drawing:
    """Return DeepFM: each value's weight, each pair's product, and a deep network over the same factors."""
    s = sketch()
    given = s.add("Input", shape=(columns,), dtype="int32", name="columns")
    first = s.add("Sum", s.add("Embed", given, num_embeddings=values, features=1, name="weights"), axis=(1,))
    rows = s.add("Embed", given, num_embeddings=values, features=factors, name="factors")
    square_of_sum = s.add("Square", s.add("Sum", rows, axis=(1,)))
    sum_of_squares = s.add("Sum", s.add("Square", rows), axis=(1,))
    pairs = s.add("Sum", s.add("Subtract", square_of_sum, sum_of_squares), keepdims=True)
    pairs = s.add("MultiplyConstant", pairs, value=0.5)
    x = s.add("Flatten", rows)
    for features in (400, 400, 400):
        x = s.chain(x, ("Dense", {"features": features}), "relu", "Dropout")
    s.add("Output", s.add("sigmoid", s.add("Add", first, pairs, s.add("Dense", x, features=1, name="deep"))))
    return Drawing(s.graph(), name="DeepFM")


def multi_task(columns: int = 16) -> Drawing:
    """Return a trunk with two heads: a class and a number."""
    s = sketch()
    x = s.chain(s.add("Input", shape=(columns,)), ("Dense", {"features": 64}), "relu", ("Dense", {"features": 64}), "relu")
    for name, features in (("label", 4), ("price", 1)):
        head = s.add("relu", s.add("Dense", x, features=32, name=f"{name}_hidden"))
        s.add("Output", s.add("Dense", head, features=features, name=name))
    return Drawing(s.graph(), name="MultiTask")


def _row(s: Sketch, numbers: Port, count: int, features: int, name: str) -> Port:
    return s.add("Flatten", s.add("Embed", numbers, num_embeddings=count, features=features, name=name))
