"""The same models in Keras on JAX and in PyTorch: reads a line, trains for that many seconds, and prints seconds a step.

Started by training.py with an interpreter that has them. PyTorch takes as many threads as are fastest: on shared cores
that is one.
"""

import importlib.util
import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

ROWS = 1024
Step = Callable[[], Any]


def data_of(case: str) -> tuple[np.ndarray, np.ndarray, int]:
    """Return samples, targets and batch size."""
    rng = np.random.default_rng(0)
    match case:
        case "linear":
            return rng.normal(size=(20, 10)).astype(np.float32), rng.normal(size=(20, 5)).astype(np.float32), 20
        case "mlp":
            return rng.normal(size=(ROWS, 64)).astype(np.float32), np.arange(ROWS) % 10, 64
        case "cnn":
            return rng.normal(size=(ROWS, 28, 28, 1)).astype(np.float32), np.arange(ROWS) % 10, 64
        case _:
            return rng.normal(size=(ROWS, 64, 128)).astype(np.float32), np.arange(ROWS) % 10, 32


def keras_step(case: str) -> Step:
    os.environ["KERAS_BACKEND"] = "jax"
    import keras
    from keras import layers

    x, y, size = data_of(case)

    def encoder(h: Any) -> Any:
        a = layers.LayerNormalization(epsilon=1e-6)(h)
        h = h + layers.MultiHeadAttention(4, 32)(a, a)
        a = layers.Dense(512, activation="gelu")(layers.LayerNormalization(epsilon=1e-6)(h))
        return h + layers.Dense(128)(a)

    entry = keras.Input(x.shape[1:])
    h: Any = entry
    if case == "linear":
        h = layers.Dense(5)(h)
    elif case == "mlp":
        h = layers.Dense(10)(layers.Dense(128, activation="relu")(layers.Dense(128, activation="relu")(h)))
    elif case == "cnn":
        for filters in (32, 64):
            h = layers.MaxPooling2D()(layers.Conv2D(filters, 3, padding="same", activation="relu")(h))
        h = layers.Dense(10)(layers.Dense(128, activation="relu")(layers.Flatten()(h)))
    else:
        for _ in range(4):
            h = encoder(h)
        h = layers.Dense(10)(layers.GlobalAveragePooling1D()(h))
    model = keras.Model(entry, h)
    loss = "mse" if case == "linear" else keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(0.1) if case == "linear" else keras.optimizers.Adam(1e-3), loss)
    # fit is how it is used; the batches are repeated so that its callbacks and the start of an epoch weigh little
    count = len(x) // size
    repeats = {"linear": 500, "mlp": 16, "cnn": 1, "transformer": 1}[case]
    many = (np.tile(x, (repeats,) + (1,) * (x.ndim - 1)), np.tile(y, (repeats,) + (1,) * (y.ndim - 1)))

    def step() -> int:
        model.fit(*many, batch_size=size, epochs=1, verbose=0)
        return count * repeats

    return step


def torch_step(case: str) -> Step:
    import torch
    from torch import nn

    x, y, size = data_of(case)
    torch.manual_seed(0)

    class Encoder(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body = nn.TransformerEncoder(
                nn.TransformerEncoderLayer(128, 4, 512, 0.0, "gelu", batch_first=True, norm_first=True),
                4,
                enable_nested_tensor=False,
            )
            self.head = nn.Linear(128, 10)

        def forward(self, h: Any) -> Any:
            return self.head(self.body(h).mean(1))

    if case == "linear":
        model: Any = nn.Linear(10, 5)
    elif case == "mlp":
        model = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 10))
    elif case == "cnn":
        body = [nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
        body += [nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
        model = nn.Sequential(*body, nn.Flatten(), nn.Linear(3136, 128), nn.ReLU(), nn.Linear(128, 10))
        x = np.ascontiguousarray(x.transpose(0, 3, 1, 2))
    else:
        model = Encoder()
    samples, targets = torch.from_numpy(x), torch.from_numpy(y)
    rng = np.random.default_rng(0)
    is_linear = case == "linear"
    tx: Any = torch.optim.SGD(model.parameters(), 0.1) if is_linear else torch.optim.Adam(model.parameters(), 1e-3)
    loss_of = nn.functional.mse_loss if is_linear else nn.functional.cross_entropy
    done = 0

    def step() -> int:
        nonlocal done
        rows = slice(None) if is_linear else torch.from_numpy(rng.integers(0, len(samples), size))
        tx.zero_grad()
        loss = loss_of(model(samples[rows]), targets[rows])
        loss.backward()
        tx.step()
        done += 1
        if done % 10 == 0:
            loss.item()
        return 1

    seconds = {}
    for threads in (1, torch.get_num_threads()):
        torch.set_num_threads(threads)
        step()
        began = time.perf_counter()
        for _ in range(3):
            step()
        seconds[threads] = time.perf_counter() - began
    torch.set_num_threads(min(seconds, key=lambda threads: seconds[threads]))
    return step


def serve(step: Step, ready: dict[str, str], warm: int = 0) -> None:
    """Answer each line of the input, a number of seconds, with seconds a step; some steps before are not counted."""
    print(json.dumps(ready), flush=True)
    for line in sys.stdin:
        for _ in range(warm):
            step()
        steps, began, used = 0, time.perf_counter(), time.process_time()
        until = began + float(line)
        while time.perf_counter() < until:
            steps += step()
        wall, cpu = time.perf_counter() - began, time.process_time() - used
        print(json.dumps({"wall": wall / steps, "cpu": cpu / steps}), flush=True)


def main() -> None:
    framework, case = sys.argv[1:3]
    if importlib.util.find_spec(framework) is None:
        print(json.dumps({"missing": framework}), flush=True)
        return
    step = {"keras": keras_step, "torch": torch_step}[framework](case)
    step()
    serve(step, {"ready": framework, "version": __import__(framework).__version__})


if __name__ == "__main__":
    main()
