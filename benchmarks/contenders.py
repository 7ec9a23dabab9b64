"""The models that are timed, and what trains them: the engine, and loops that one would write by hand."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax.training.train_state import TrainState

from flaxstudio.graph.graph import Graph
from flaxstudio.layers import catalogue
from flaxstudio.project.config import DatasetSpec, OptimizerSpec, TrainConfig
from flaxstudio.project.project import Project
from flaxstudio.project.sketch import Sketch
from flaxstudio.project.templates import build_template, row_of_layers
from flaxstudio.training.events import RunFailed, StepsDone
from flaxstudio.training.loop import train
from flaxstudio.training.record import RunRecorder

READ_EVERY = 10
ROWS = 1024
Step = Callable[[], int]
"""Makes some steps and returns how many."""


class Mlp(nn.Module):
    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        x = nn.relu(nn.Dense(128)(x))
        x = nn.relu(nn.Dense(128)(x))
        return nn.Dense(10)(x)


class Cnn(nn.Module):
    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        x = nn.max_pool(nn.relu(nn.Conv(32, (3, 3))(x)), (2, 2), strides=(2, 2))
        x = nn.max_pool(nn.relu(nn.Conv(64, (3, 3))(x)), (2, 2), strides=(2, 2))
        x = nn.relu(nn.Dense(128)(x.reshape((x.shape[0], -1))))
        return nn.Dense(10)(x)


class Encoder(nn.Module):
    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        for _ in range(4):
            x = x + nn.MultiHeadDotProductAttention(4)(nn.LayerNorm()(x))
            x = x + nn.Dense(128)(nn.gelu(nn.Dense(512)(nn.LayerNorm()(x))))
        return nn.Dense(10)(x.mean(axis=1))


@dataclass(frozen=True)
class Case:
    """The same model twice: as a project and by hand. A scan takes `scanned` steps at a time."""

    key: str
    name: str
    project: Project
    module: nn.Module
    loss: Callable[[jax.Array, jax.Array], jax.Array]
    tx: optax.GradientTransformation
    scanned: int


def linear_case(_: Path) -> Case:
    project = build_template("linear-regression", catalogue())

    def loss(outputs: jax.Array, targets: jax.Array) -> jax.Array:
        return optax.l2_loss(outputs, targets).sum(axis=-1).mean()

    return Case("linear", "linear regression 20x10 -> 5, all rows", project, nn.Dense(5), loss, optax.sgd(0.3), 10_000)


def _cross_entropy(outputs: jax.Array, targets: jax.Array) -> jax.Array:
    return optax.softmax_cross_entropy_with_integer_labels(outputs, targets).mean()


def _drawn(name: str, shape: tuple[int, ...], batch_size: int, folder: Path, graph: Graph | None = None) -> Project:
    """Return a project with random data of a shape and ten classes, trained by Adam."""
    path = folder / f"{name}.npz"
    rng = np.random.default_rng(0)
    np.savez(path, x=rng.normal(size=(ROWS, *shape)).astype(np.float32), y=np.arange(ROWS) % 10)
    dataset = DatasetSpec(str(path), ("x",), ("y",), "classes", validation=0.0, test=0.0)
    project = Project(name, dataset=dataset, training=TrainConfig("cross_entropy", OptimizerSpec("adam", 1e-3), batch_size))
    return project if graph is None else replace(project, graph=graph)


def mlp_case(folder: Path) -> Case:
    layers = [("Input", {"shape": (64,)}), ("Dense", {"features": 128}), ("relu", {}), ("Dense", {"features": 128})]
    layers += [("relu", {}), ("Dense", {"features": 10}), ("Output", {})]
    project = row_of_layers(_drawn("Mlp", (64,), 64, folder), layers, catalogue())
    return Case("mlp", "MLP 64-128-128-10, batch 64", project, Mlp(), _cross_entropy, optax.adam(1e-3), 500)


def cnn_case(folder: Path) -> Case:
    conv = [("relu", {}), ("MaxPool", {})]
    layers = [("Input", {"shape": (28, 28, 1)}), ("Conv", {"features": 32}), *conv, ("Conv", {"features": 64}), *conv]
    layers += [("Flatten", {}), ("Dense", {"features": 128}), ("relu", {}), ("Dense", {"features": 10}), ("Output", {})]
    project = row_of_layers(_drawn("Cnn", (28, 28, 1), 64, folder), layers, catalogue())
    return Case("cnn", "CNN 28x28 (32, 64 filters), batch 64", project, Cnn(), _cross_entropy, optax.adam(1e-3), 4)


def transformer_case(folder: Path) -> Case:
    sketch = Sketch(catalogue())
    x = sketch.add("Input", shape=(64, 128))
    for _ in range(4):
        y = sketch.add("MultiHeadDotProductAttention", sketch.add("LayerNorm", x), num_heads=4)
        x = sketch.add("Add", y, x)
        y = sketch.chain(x, "LayerNorm", ("Dense", {"features": 512}), "gelu", ("Dense", {"features": 128}))
        x = sketch.add("Add", y, x)
    sketch.add("Output", sketch.chain(x, ("Mean", {"axis": (1,)}), ("Dense", {"features": 10})))
    project = _drawn("Encoder", (64, 128), 32, folder, sketch.graph())
    name = "transformer encoder, 4 layers, width 128, sequence 64, batch 32"
    return Case("transformer", name, project, Encoder(), _cross_entropy, optax.adam(1e-3), 10)


CASES = {"linear": linear_case, "mlp": mlp_case, "cnn": cnn_case, "transformer": transformer_case}


def engine(case: Case) -> Step:
    """Return the engine as a run uses it: every event made, recorded and counted."""
    project = replace(case.project, training=replace(case.project.training, steps=10**9))
    events, recorder = iter(train(project, catalogue())), RunRecorder(project)

    def told() -> Iterator[int]:
        for event in events:
            if isinstance(event, RunFailed):
                raise RuntimeError(event.error)
            recorder.add(event)
            if isinstance(event, StepsDone):
                yield len(event.losses)

    steps = told()
    return lambda: next(steps)


def loop(case: Case) -> Step:
    """Return the usual loop: one jitted step a batch, state donated, the loss read every ten steps."""
    state, step, batch = _by_hand(case)
    jitted, done = jax.jit(step, donate_argnums=0), 0

    def one() -> int:
        nonlocal state, done
        state, value = jitted(state, *batch())
        done += 1
        if done % READ_EVERY == 1:
            float(value)
        return 1

    return one


def scan(case: Case) -> Step:
    """Return a `lax.scan` over many steps, the data on the device and gathered there."""
    state, step, _ = _by_hand(case)
    features, targets = (jnp.asarray(array) for array in _data(case))
    size, rng = case.project.training.batch_size, np.random.default_rng(0)

    def many(state: TrainState, features: Any, targets: Any, block: Any) -> Any:
        def body(state: TrainState, rows: Any) -> Any:
            return step(state, *((features, targets) if size is None else (features[rows], targets[rows])))

        return jax.lax.scan(body, state, block, length=case.scanned)

    jitted = jax.jit(many, donate_argnums=0)

    def one() -> int:
        nonlocal state
        block = None if size is None else rng.integers(0, len(features), (case.scanned, size))
        state, losses = jitted(state, features, targets, block)
        np.asarray(losses)
        return case.scanned

    return one


def _by_hand(case: Case) -> tuple[TrainState, Any, Any]:
    features, targets = _data(case)
    size, rng = case.project.training.batch_size, np.random.default_rng(0)
    params = case.module.init(jax.random.PRNGKey(0), features[:1])
    state = TrainState.create(apply_fn=case.module.apply, params=params, tx=case.tx)

    def step(state: TrainState, x: jax.Array, y: jax.Array) -> tuple[TrainState, jax.Array]:
        value, gradients = jax.value_and_grad(lambda params: case.loss(state.apply_fn(params, x), y))(state.params)
        return state.apply_gradients(grads=gradients), value

    if size is None:
        placed = jnp.asarray(features), jnp.asarray(targets)
        return state, step, lambda: placed

    def batch() -> Any:
        rows = rng.integers(0, len(features), size)
        return features[rows], targets[rows]

    return state, step, batch


def _data(case: Case) -> tuple[Any, Any]:
    from flaxstudio.training.task import prepare_task

    split = prepare_task(case.project, catalogue()).dataset.train
    return split.features, split.targets


VARIANTS: dict[str, Callable[[Case], Step]] = {"engine": engine, "loop": loop, "scan": scan}
