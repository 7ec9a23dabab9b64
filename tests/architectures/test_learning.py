"""Drawn networks are trained for a few steps as their source says: with the random keys it names, on inputs of any kind."""

import functools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import optax
import pytest
from flax.errors import InvalidRngError

from flaxstudio.codegen.module import build_module

from .judging import QUICKLY, Drawing
from .other_autoencoders import vae
from .other_ends import neumf
from .sequence_recurrent import lstm_classifier

STEPS = 20


def evidence(outputs: Any, images: jax.Array) -> jax.Array:
    """The loss of a variational autoencoder: how badly it draws, and how far its places are from the normal ones."""
    logits, mean, log_variance = outputs
    drawing = optax.sigmoid_binary_cross_entropy(logits, images).sum(-1)
    distance = -0.5 * (1 + log_variance - mean**2 - jnp.exp(log_variance)).sum(-1)
    return (drawing + distance).mean()


def cross_entropy(probabilities: jax.Array, labels: jax.Array) -> jax.Array:
    return -jnp.log(jnp.where(labels > 0, probabilities, 1 - probabilities)).mean()


def losses(
    drawing: Drawing, inputs: tuple[jax.Array, ...], targets: jax.Array, loss: Callable[[Any, jax.Array], jax.Array]
) -> list[float]:
    """Return the loss of each of some steps of Adam."""
    source = drawing.source()
    module = build_module(source)
    train = {"train": True} if source.uses_train else {}
    optimizer = optax.adam(1e-2)

    def begin(key: jax.Array) -> Any:
        params = module.init(key, *inputs)["params"]
        return params, optimizer.init(params)

    def step(state: Any, number: jax.Array) -> Any:
        params, moments = state
        keys = jax.random.split(jax.random.fold_in(jax.random.key(1), number), max(1, len(source.rngs)))
        rngs = dict(zip(source.rngs, keys, strict=False))
        value, gradients = jax.value_and_grad(
            lambda params: loss(module.apply({"params": params}, *inputs, **train, rngs=rngs), targets)
        )(params)
        updates, moments = optimizer.update(gradients, moments, params)
        return (optax.apply_updates(params, updates), moments), value

    def run(key: jax.Array) -> Any:
        return jax.lax.scan(step, begin(key), jnp.arange(STEPS))[1]

    return [float(value) for value in jax.jit(run, compiler_options=QUICKLY)(jax.random.key(0))]


def assert_learns(values: list[float]) -> None:
    assert all(jnp.isfinite(jnp.array(values)))
    assert values[-1] < 0.8 * values[0]


def test_a_variational_autoencoder_learns_with_its_sampling_key() -> None:
    images = (jax.random.uniform(jax.random.key(5), (16, 64)) > 0.7).astype(jnp.float32)
    drawing = vae(pixels=64, hidden=64, latents=4)
    assert drawing.source().rngs == ("sample",)
    assert_learns(losses(drawing, (images,), images, evidence))


def test_a_network_that_samples_cannot_train_without_its_key() -> None:
    module = build_module(vae(pixels=4, hidden=4, latents=2).source())
    variables = jax.eval_shape(module.init, jax.random.key(0), jnp.ones((1, 4)))
    with pytest.raises(InvalidRngError, match="sample"):
        jax.eval_shape(functools.partial(module.apply, train=True), variables, jnp.ones((1, 4)))


def test_an_lstm_learns_which_word_came() -> None:
    words = jax.random.randint(jax.random.key(5), (32, 10), 0, 50)
    labels = (words == 7).any(1, keepdims=True) | (words[:, -1:] > 25)
    assert_learns(losses(lstm_classifier(words=50, length=10), (words,), labels, cross_entropy))


def test_collaborative_filtering_learns_from_users_and_items() -> None:
    user = jax.random.randint(jax.random.key(5), (64, 1), 0, 20)
    item = jax.random.randint(jax.random.key(6), (64, 1), 0, 30)
    likes = (user % 3 == item % 3).astype(jnp.int32)
    drawing = neumf(users=20, items=30)
    assert_learns(losses(drawing, (user, item), likes, cross_entropy))
