import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from flaxstudio.codegen.applying import apply_in_use
from flaxstudio.graph.problem import ProblemError
from flaxstudio.layers.code_layer import with_imports
from flaxstudio.training.settling import settled
from tests.layers.layer_texts import BIAS_ADDER

KEY = jax.random.key(0)
X = jnp.arange(10.0).reshape(2, 5)


def notebook_layer() -> nn.Module:
    namespace: dict = {"__name__": "notebook"}
    exec(with_imports(BIAS_ADDER), namespace)
    return namespace["BiasAdderWithRunningMean"]()


class Growing(nn.Module):
    @nn.compact
    def __call__(self, x):
        is_new = not self.has_variable("cache", "all")
        kept = self.variable("cache", "all", lambda: x[:1])
        if not is_new:
            kept.value = jnp.concatenate([kept.value, x[:1]])
        return x


class Usual(nn.Module):
    @nn.compact
    def __call__(self, x, train: bool = False):
        return nn.Dropout(0.5, deterministic=not train)(nn.BatchNorm(use_running_average=not train)(x))


def test_the_notebooks_running_mean_is_given_the_shape_it_gets():
    layer = notebook_layer()
    variables = layer.init(KEY, X)
    found = settled(layer, variables, X, {}, uses_train=False)
    assert found["batch_stats"]["mean"].shape == (1, 5)
    assert found["params"] is variables["params"]


def test_no_result_differs_by_it():
    layer = notebook_layer()
    first = layer.init(KEY, X)
    second = settled(layer, first, X, {}, uses_train=False)
    for _ in range(3):
        out_first, state_first = layer.apply(first, X, mutable=["batch_stats"])
        out_second, state_second = layer.apply(second, X, mutable=["batch_stats"])
        np.testing.assert_array_equal(out_first, out_second)
        first, second = first | state_first, second | state_second
    np.testing.assert_array_equal(first["batch_stats"]["mean"], second["batch_stats"]["mean"])


def test_a_settled_layer_can_run_in_one_loop():
    layer = notebook_layer()
    variables = settled(layer, layer.init(KEY, X), X, {}, uses_train=False)

    def body(_, state):
        return dict(layer.apply({**variables, **state}, X, mutable=["batch_stats"])[1])

    state = jax.lax.fori_loop(0, 100, body, {"batch_stats": variables["batch_stats"]})
    assert state["batch_stats"]["mean"].shape == (1, 5)


def test_what_keeps_its_shape_is_left_alone():
    layer = Usual()
    variables = layer.init(KEY, X)
    found = settled(layer, variables, X, {"dropout": KEY}, uses_train=True)
    assert found["batch_stats"] is variables["batch_stats"]
    dense = nn.Dense(3)
    assert settled(dense, dense.init(KEY, X), X, {}, uses_train=False).keys() == {"params"}


def test_state_that_never_settles_is_a_problem():
    layer = Growing()
    with pytest.raises(ProblemError, match=r"cache/all changes its shape at every step"):
        settled(layer, layer.init(KEY, X), X, {}, uses_train=False)


def test_in_use_nothing_that_a_layer_keeps_is_changed():
    layer = notebook_layer()
    variables = layer.init(KEY, X)
    with pytest.raises(Exception, match="immutable"):
        layer.apply(variables, X)
    before = variables["batch_stats"]["mean"].copy()
    assert apply_in_use(layer.apply, variables, X).shape == X.shape
    np.testing.assert_array_equal(variables["batch_stats"]["mean"], before)


def test_in_use_a_layer_without_state_is_applied_as_ever():
    dense = nn.Dense(3)
    variables = dense.init(KEY, X)
    np.testing.assert_array_equal(apply_in_use(dense.apply, variables, X), dense.apply(variables, X))
