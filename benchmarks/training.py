"""Steps per second of the engine, events on, against a hand-written jitted loop of the same model in the same run."""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax.training.train_state import TrainState

from flaxstudio.layers import catalogue
from flaxstudio.project.config import DatasetSpec, OptimizerSpec, TrainConfig
from flaxstudio.project.project import Project
from flaxstudio.project.templates import build_template, row_of_layers
from flaxstudio.training.events import RunFailed, StepsDone
from flaxstudio.training.loop import train


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


@dataclass(frozen=True)
class Case:
    """The same model twice: as a project and by hand. `steps` is the length of one timed stretch."""

    name: str
    project: Project
    module: nn.Module
    loss: Callable[[jax.Array, jax.Array], jax.Array]
    tx: optax.GradientTransformation
    steps: int


def linear_case() -> Case:
    project = build_template("linear-regression", catalogue())

    def loss(outputs: jax.Array, targets: jax.Array) -> jax.Array:
        return optax.l2_loss(outputs, targets).sum(axis=-1).mean()

    return Case("linear regression 20x10 -> 5", project, nn.Dense(5), loss, optax.sgd(0.3), 300_000)


def _cross_entropy(outputs: jax.Array, targets: jax.Array) -> jax.Array:
    return optax.softmax_cross_entropy_with_integer_labels(outputs, targets).mean()


def mlp_case() -> Case:
    layers = [("Input", {"shape": (64,)}), ("Dense", {"features": 128}), ("relu", {}), ("Dense", {"features": 128})]
    layers += [("relu", {}), ("Dense", {"features": 10}), ("Output", {})]
    dataset = build_template("digits-mlp", catalogue()).dataset
    assert dataset is not None
    config = TrainConfig("cross_entropy", OptimizerSpec("adam", 1e-3), 64)
    project = Project("Mlp", dataset=replace(dataset, validation=0.0, test=0.0), training=config)
    project = row_of_layers(project, layers, catalogue())
    return Case("MLP 64-128-128-10, batch 64", project, Mlp(), _cross_entropy, optax.adam(1e-3), 10_000)


def cnn_case(folder: Path) -> Case:
    path = folder / "images.npz"
    rng = np.random.default_rng(0)
    np.savez(path, x=rng.normal(size=(1024, 28, 28, 1)).astype(np.float32), y=np.arange(1024) % 10)
    conv = [("relu", {}), ("MaxPool", {})]
    layers = [("Input", {"shape": (28, 28, 1)}), ("Conv", {"features": 32}), *conv, ("Conv", {"features": 64}), *conv]
    layers += [("Flatten", {}), ("Dense", {"features": 128}), ("relu", {}), ("Dense", {"features": 10}), ("Output", {})]
    dataset = DatasetSpec(str(path), ("x",), ("y",), "classes", validation=0.0, test=0.0)
    config = TrainConfig("cross_entropy", OptimizerSpec("adam", 1e-3), 64)
    project = row_of_layers(Project("Cnn", dataset=dataset, training=config), layers, catalogue())
    return Case("CNN 28x28 (32, 64 filters), batch 64", project, Cnn(), _cross_entropy, optax.adam(1e-3), 60)


def engine_rate(case: Case) -> float:
    """Return steps/s of `train`, timed from the first tenth of its steps on, when all is compiled, to the last event."""
    total = case.steps + case.steps // 10
    project = replace(case.project, training=replace(case.project.training, steps=total))
    began, counted = 0.0, 0
    for event in train(project, catalogue()):
        if isinstance(event, RunFailed):
            raise RuntimeError(event.error)
        if not isinstance(event, StepsDone):
            continue
        now = time.perf_counter()
        if began:
            counted += len(event.losses)
            ended = now
        elif event.first_step + len(event.losses) >= case.steps // 10:
            began = now
    return counted / (ended - began)


def hand_rate(case: Case, features: Any, targets: Any) -> float:
    """Return steps/s of the usual loop: one jitted step a batch, state donated, losses read at the end."""
    state = TrainState.create(
        apply_fn=case.module.apply, params=case.module.init(jax.random.PRNGKey(0), features[:1]), tx=case.tx
    )
    batch_size = case.project.training.batch_size
    rng = np.random.default_rng(0)

    def step(state: TrainState, x: jax.Array, y: jax.Array) -> tuple[TrainState, jax.Array]:
        value, gradients = jax.value_and_grad(lambda params: case.loss(state.apply_fn(params, x), y))(state.params)
        return state.apply_gradients(grads=gradients), value

    jitted = jax.jit(step, donate_argnums=0)

    def batch() -> tuple[Any, Any]:
        if batch_size is None:
            return features, targets
        rows = rng.integers(0, len(features), batch_size)
        return features[rows], targets[rows]

    state, value = jitted(state, *batch())
    value.block_until_ready()
    losses = []
    began = time.perf_counter()
    for _ in range(case.steps):
        state, value = jitted(state, *batch())
        losses.append(value)
    jax.device_get(losses)
    return case.steps / (time.perf_counter() - began)


def data_of(case: Case) -> tuple[Any, Any]:
    """Return the training split as the engine sees it: on the device where all rows are a batch, else ready to be cut."""
    from flaxstudio.training.task import prepare_task

    split = prepare_task(case.project, catalogue()).dataset.train
    if case.project.training.batch_size is None:
        return jnp.asarray(split.features), jnp.asarray(split.targets)
    return split.features, split.targets


def measure(case: Case, rounds: int) -> dict[str, Any]:
    features, targets = data_of(case)
    pairs = [(engine_rate(case), hand_rate(case, features, targets)) for _ in range(rounds)]
    engine, hand = (statistics.median(pair[side] for pair in pairs) for side in (0, 1))
    ratio = statistics.median(ours / theirs for ours, theirs in pairs)
    return {"case": case.name, "engine": round(engine, 1), "hand": round(hand, 1), "ratio": round(ratio, 3)}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="engine and loop are timed in turn so many times")
    parser.add_argument("--json", action="store_true", help="print one JSON object a case")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        for case in (linear_case(), mlp_case(), cnn_case(Path(folder))):
            result = measure(case, options.rounds)
            if options.json:
                print(json.dumps(result), flush=True)
            else:
                print("{case:40} engine {engine:>9} /s   loop {hand:>9} /s   ratio {ratio}".format(**result), flush=True)


if __name__ == "__main__":
    main()
