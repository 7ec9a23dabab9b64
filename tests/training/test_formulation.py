from collections.abc import Sequence
from typing import Any

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from flaxstudio.training import dispatch
from flaxstudio.training.formulation import SWITCH, reformulated, suited
from tests.training.runs import events_of, losses_of, template, trained_by

Padding = str | Sequence[tuple[int, int]]


def gradient_of_pooling(window: Sequence[int], strides: Sequence[int], padding: Padding) -> Any:
    def gradient(images: Any, sources: Any) -> Any:
        return jax.vjp(lambda x: nn.max_pool(x, window, strides=strides, padding=padding), images)[1](sources)[0]

    return gradient


@pytest.mark.parametrize(
    ("shape", "window", "strides", "padding"),
    [
        ((2, 8, 8, 3), (2, 2), (2, 2), "VALID"),
        ((2, 7, 9, 2), (2, 2), (2, 2), "VALID"),
        ((2, 7, 9, 2), (2, 2), (2, 2), "SAME"),
        ((2, 7, 9, 2), (3, 3), (2, 2), "SAME"),
        ((2, 7, 9, 2), (2, 3), (1, 1), "SAME"),
        ((2, 7, 9, 2), (2, 2), (3, 3), "VALID"),
        ((2, 8, 8, 2), (3, 3), (2, 2), ((1, 1), (1, 1))),
        ((2, 8, 8, 2), (2, 2), (2, 2), ((1, 0), (0, 1))),
        ((2, 8, 8, 2), (2, 2), (2, 2), ((3, 3), (3, 2))),
        ((2, 11, 3), (3,), (2,), "SAME"),
        ((2, 6, 5, 7, 2), (2, 2, 2), (2, 2, 2), "SAME"),
    ],
)
def test_the_gradient_of_max_pooling_is_xlas_to_the_last_bit_with_ties_too(
    shape: tuple[int, ...], window: Sequence[int], strides: Sequence[int], padding: Padding
) -> None:
    gradient, rng = gradient_of_pooling(window, strides, padding), np.random.default_rng(0)
    for images in (rng.normal(size=shape), rng.integers(-2, 3, size=shape)):
        images = jnp.asarray(images, jnp.float32)
        pooled = jax.eval_shape(lambda x: nn.max_pool(x, window, strides=strides, padding=padding), images)
        sources = jnp.asarray(rng.normal(size=pooled.shape), jnp.float32)
        assert "select_and_scatter" not in str(jax.make_jaxpr(reformulated(gradient))(images, sources))
        assert np.array_equal(jax.jit(gradient)(images, sources), jax.jit(reformulated(gradient))(images, sources))


def test_a_large_window_is_left_to_xla() -> None:
    gradient = reformulated(gradient_of_pooling((8, 8), (8, 8), "VALID"))
    assert "select_and_scatter" in str(jax.make_jaxpr(gradient)(jnp.ones((1, 8, 8, 1)), jnp.ones((1, 1, 1, 1))))


def test_an_environment_variable_leaves_every_step_to_xla(monkeypatch: pytest.MonkeyPatch) -> None:
    gradient, device = gradient_of_pooling((2, 2), (2, 2), "VALID"), jax.devices("cpu")[0]
    assert suited(gradient, device) is not gradient
    monkeypatch.setenv(SWITCH, "0")
    assert suited(gradient, device) is gradient


class Pooled(nn.Module):
    @nn.compact
    def __call__(self, x: Any, _: Any = None) -> Any:
        return nn.max_pool(nn.relu(nn.Conv(3, (3, 3))(x)), (3, 3), strides=(1, 1), padding="SAME"), None


class Nested(nn.Module):
    @nn.compact
    def __call__(self, x: Any) -> Any:
        x, _ = nn.remat(Pooled)()(x)
        scanned = nn.scan(Pooled, variable_axes={"params": 0}, split_rngs={"params": True}, length=3)
        return scanned()(x, None)[0].sum()


def test_pooling_within_loops_and_recomputed_parts_is_found_and_the_gradients_are_the_same() -> None:
    images = jnp.asarray(np.random.default_rng(0).normal(size=(2, 8, 8, 3)), jnp.float32)
    variables = Nested().init(jax.random.key(0), images)
    gradient = jax.value_and_grad(Nested().apply)
    ours = reformulated(gradient)
    assert "select_and_scatter" in str(jax.make_jaxpr(gradient)(variables, images))
    assert "select_and_scatter" not in str(jax.make_jaxpr(ours)(variables, images))
    assert_close(jax.jit(gradient)(variables, images), jax.jit(ours)(variables, images))


def test_a_run_with_pooling_gives_the_losses_and_params_that_xlas_own_gradient_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    project = template("digits-cnn", steps=12)
    events = events_of(project)
    monkeypatch.setenv(SWITCH, "0")
    plain = events_of(project)
    assert_close(losses_of(events), losses_of(plain))
    assert_close(trained_by(project, events).variables, trained_by(project, plain).variables)


def assert_close(first: Any, second: Any) -> None:
    """What XLA fuses with an operation may round otherwise beside another one."""
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5), first, second)


def test_what_is_compiled_for_a_run_on_a_cpu_has_no_slow_gradient(monkeypatch: pytest.MonkeyPatch) -> None:
    program = dispatch.single_program
    seen: list[str] = []

    def listened(step: Any, *options: Any) -> Any:
        compiled = program(step, *options)

        def run(*arguments: Any) -> Any:
            seen.append(str(jax.make_jaxpr(step)(arguments[0], *arguments[1:3])) if not seen else "")
            return compiled(*arguments)

        return run

    monkeypatch.setattr(dispatch, "single_program", listened)
    events_of(template("digits-cnn", steps=1), device="cpu")
    assert "reduce_window_max" in seen[0]
    assert "select_and_scatter" not in seen[0]
