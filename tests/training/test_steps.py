from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from flaxstudio.layers import catalogue
from flaxstudio.project.config import OptimizerSpec
from flaxstudio.project.options import LOSSES
from flaxstudio.training.initialization import initialize, run_keys
from flaxstudio.training.losses import build_loss
from flaxstudio.training.optimizers import Optimizer, build_optimizer
from flaxstudio.training.steps import TrainState, create_state, train_step, variables_of
from flaxstudio.training.task import build_model
from tests.training.runs import are_same, noisy_project

FEATURES = jnp.asarray(np.random.default_rng(0).normal(size=(6, 4)), jnp.float32)
TARGETS = jnp.asarray([0, 1, 2, 0, 1, 2])


def noisy_state(step: int = 0) -> TrainState:
    model = build_model(noisy_project(), catalogue())
    root, key = run_keys(0)
    variables = initialize(model.module, key, model.samples(1), "module")
    return create_state(model.module.apply, variables, Optimizer(optax.sgd(0.1)), root, step)


PLAIN = ("cross_entropy", "mean_squared_error", "half_squared_error", "mean_absolute_error", "huber", "log_cosh")
STEP = partial(train_step, loss=build_loss("cross_entropy"), uses_train=True)


def test_a_step_moves_params_against_the_gradient_and_updates_the_collections() -> None:
    state = noisy_state()
    after, loss = STEP(state, FEATURES, TARGETS)

    def loss_of(params: object) -> jax.Array:
        outputs, _ = state.apply_fn(
            {"params": params, **state.collections},
            FEATURES,
            train=True,
            rngs={"dropout": jax.random.fold_in(state.key, 0)},
            mutable=["batch_stats"],
        )
        return optax.softmax_cross_entropy_with_integer_labels(outputs, TARGETS).mean()

    value, gradients = jax.value_and_grad(loss_of)(state.params)
    assert float(loss) == pytest.approx(float(value), rel=1e-6)
    expected = jax.tree.map(lambda p, g: p - 0.1 * g, state.params, gradients)
    assert jax.tree.all(jax.tree.map(lambda a, b: np.allclose(a, b, atol=1e-6), after.params, expected))
    assert not are_same(after.collections, state.collections)
    assert int(after.step) == 1


def test_dropout_differs_from_step_to_step_and_not_from_call_to_call() -> None:
    losses = [float(STEP(noisy_state(step), FEATURES, TARGETS)[1]) for step in (0, 0, 1)]
    assert losses[0] == losses[1] != losses[2]


def test_from_a_loss_that_is_not_finite_on_nothing_changes() -> None:
    state = noisy_state()
    after, loss = STEP(state, FEATURES.at[0, 0].set(jnp.nan), TARGETS)
    assert np.isnan(loss)
    later, fine = STEP(after, FEATURES, TARGETS)
    assert np.isfinite(fine)
    for frozen in (after, later):
        assert are_same(variables_of(frozen), variables_of(state))
        assert int(frozen.step) == 0


def test_an_optimizers_arguments_reach_optax() -> None:
    params, gradients = {"w": jnp.ones(2)}, {"w": jnp.ones(2)}
    tx = build_optimizer(OptimizerSpec("sgd", 1.0, {"momentum": 0.5}))
    state = tx.init(params)
    for expected in (-1.0, -1.5, -1.75):
        updates, state = tx.update(gradients, state, params)
        assert np.allclose(updates["w"], expected)


@pytest.mark.parametrize("spec", [spec for spec in LOSSES if spec.name in PLAIN], ids=lambda spec: spec.name)
def test_every_loss_gives_one_value_a_sample_that_is_smallest_at_the_targets(spec: object) -> None:
    loss, is_class = build_loss(spec.name), spec.target_kind == "classes"  # type: ignore[attr-defined]
    targets = jnp.asarray([0, 2, 1]) if is_class else jnp.asarray([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    best = 20.0 * jax.nn.one_hot(targets, 3) if is_class else targets
    assert loss(best, targets).shape == (3,)
    assert np.allclose(loss(best, targets), 0, atol=1e-6)
    assert (loss(best[::-1], targets) > 0.1).any()


def test_half_squared_error_is_summed_over_outputs() -> None:
    outputs, targets = jnp.asarray([[1.0, 2.0, 3.0]]), jnp.zeros((1, 3))
    assert build_loss("half_squared_error")(outputs, targets).tolist() == [7.0]
    assert build_loss("mean_squared_error")(outputs, targets).tolist() == [pytest.approx(14 / 3)]
