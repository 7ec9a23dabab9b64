"""Models of several Inputs or Outputs with small made tables that they can learn."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from flaxstudio.graph.graph import Graph
from flaxstudio.layers import catalogue
from flaxstudio.project.config import DatasetSpec, OptimizerSpec, TrainConfig
from flaxstudio.project.project import Project
from flaxstudio.project.sketch import Sketch

ROWS = 240


def ratings(folder: Path, **config: Any) -> Project:
    """Neural collaborative filtering: two whole numbers, each embedded; the rating is what a hidden table says."""
    rng = np.random.default_rng(1)
    user, item = rng.integers(0, 12, ROWS), rng.integers(0, 8, ROWS)
    table = rng.normal(size=(12, 2)) @ rng.normal(size=(2, 8))
    sketch = Sketch(catalogue())
    parts = []
    for name, count in (("user", 12), ("item", 8)):
        x = sketch.add("Input", name=name, shape=(1,), dtype="int32")
        parts.append(sketch.chain(x, ("Embed", {"num_embeddings": count, "features": 8}), "Flatten"))
    x = sketch.chain(sketch.add("Concatenate", *parts), ("Dense", {"features": 32}), "relu", ("Dense", {"features": 1}))
    sketch.add("Output", x)
    columns = {"item": item, "user": user, "rating": table[user, item]}
    return written(folder, sketch.graph(), columns, ("item", "user"), ("rating",), "numbers", **config)


def two_heads(folder: Path, **config: Any) -> Project:
    """A shared trunk with a head for classes and one for two numbers; the columns stand in another order."""
    rng = np.random.default_rng(2)
    x = rng.normal(5, 3, (ROWS, 3))
    columns: dict[str, npt.NDArray[Any]] = {"a": x[:, 0], "b": x[:, 1], "c": x[:, 2]}
    columns |= {"sum": x.sum(1), "kind": np.where(x[:, 0] > x[:, 1], 1, 0), "difference": x[:, 0] - x[:, 2]}
    sketch = Sketch(catalogue())
    trunk = sketch.chain(sketch.add("Input", shape=(3,)), ("Dense", {"features": 16}), "relu")
    sketch.add("Output", sketch.add("Dense", trunk, features=2, name="sizes_head"), name="sizes")
    sketch.add("Output", sketch.add("Dense", trunk, features=2, name="kind_head"), name="kind")
    config = {"losses": {"kind": "cross_entropy"}, **config}
    targets = ("sum", "kind", "difference")
    return written(folder, sketch.graph(), columns, ("a", "b", "c"), targets, "numbers", "standard", **config)


def siamese(folder: Path, **config: Any) -> Project:
    """Two Inputs of two columns each through one shared Dense; how far apart they are."""
    x = np.random.default_rng(3).normal(2, 2, (ROWS, 4))
    columns = {f"x{i}": x[:, i] for i in range(4)} | {"far": np.abs(x[:, :2] - x[:, 2:]).sum(axis=1)}
    sketch = Sketch(catalogue())
    left, right = (sketch.add("Input", name=name, shape=(2,)) for name in ("left", "right"))
    first = sketch.add("Dense", left, features=16, name="shared")
    second = sketch.add("Dense", right, shares="shared", name="again")
    x_ = sketch.chain(sketch.add("Subtract", first, second), "relu", ("Dense", {"features": 1}))
    sketch.add("Output", x_)
    return written(folder, sketch.graph(), columns, ("x0", "x1", "x2", "x3"), ("far",), "numbers", "range", **config)


def variational(folder: Path, **config: Any) -> Project:
    """A variational autoencoder with Dropout, whose decode is a method of its own with an Input of its own."""
    code = np.random.default_rng(4).normal(size=(ROWS, 2))
    x = np.tanh(code @ np.random.default_rng(5).normal(size=(2, 6)))
    columns = {f"x{i}": x[:, i] for i in range(6)}
    sketch = Sketch(catalogue())
    hidden = sketch.chain(sketch.add("Input", shape=(6,)), ("Dense", {"features": 16}), "tanh", ("Dropout", {"rate": 0.1}))
    mean, variance = (sketch.add("Dense", hidden, features=2, name=name) for name in ("mean", "log_variance"))
    drawn = sketch.add("GaussianSample", mean, variance)
    sketch.add("Output", sketch.add("Dense", drawn, features=6, name="decoder"))
    latent = sketch.add("Input", shape=(2,), name="latent")
    sketch.add("Output", sketch.add("Dense", latent, shares="decoder", name="decoder_1"), method="decode")
    names = tuple(columns)
    return written(folder, sketch.graph(), columns, names, names, "numbers", **config)


def written(
    folder: Path,
    graph: Graph,
    columns: Mapping[str, npt.NDArray[Any]],
    features: tuple[str, ...],
    targets: tuple[str, ...],
    kind: Any,
    scaling: Any = "none",
    **config: Any,
) -> Project:
    """Write the columns to an NPZ file and return a project that trains the graph on it."""
    np.savez(folder / "data.npz", **dict(columns))
    dataset = DatasetSpec(str(folder / "data.npz"), features, targets, kind, scaling)
    training = {"optimizer": OptimizerSpec("adam", 0.01), "steps": 300, "batch_size": 32, **config}
    return Project("Several", graph, {}, dataset, TrainConfig(**training))
