import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np

from flaxstudio.layers import catalogue
from flaxstudio.training.initialization import initialize, run_keys
from flaxstudio.training.task import build_model
from tests.training.runs import are_same, iris_project, noisy_project


def test_a_module_initialised_as_a_whole_has_flaxs_own_variables() -> None:
    model = build_model(noisy_project(), catalogue())
    key = run_keys(5)[1]
    assert are_same(initialize(model.module, key, model.samples(1), "module"), model.module.init(key, jnp.zeros((1, 4))))


def test_layer_by_layer_the_first_gets_the_key_itself_and_each_other_its_own() -> None:
    model = build_model(iris_project(("Dropout", {}), ("Dense", {"features": 8}), ("relu", {})), catalogue())
    key = run_keys(0)[1]
    variables = initialize(model.module, key, model.samples(1), "layer")
    first = nn.Dense(8).init(key, jnp.zeros((1, 4)))["params"]
    second = nn.Dense(3).init(jax.random.fold_in(key, 1), jnp.zeros((1, 8)))["params"]
    assert are_same(variables, {"params": {"dense_1": first, "dense_2": second}})


def test_both_ways_give_the_same_names_and_shapes() -> None:
    model = build_model(noisy_project(), catalogue())
    whole, layers = (initialize(model.module, run_keys(0)[1], model.samples(1), way) for way in ("module", "layer"))  # type: ignore[arg-type]
    assert jax.tree.map(np.shape, whole) == jax.tree.map(np.shape, layers)
    assert set(whole) == {"params", "batch_stats"}


class _Centred(nn.Module):
    """Keeps the mean of the first batch."""

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        mean = self.variable("state", "mean", lambda: x.mean())
        return nn.WeightNorm(nn.Dense(3, kernel_init=nn.initializers.normal(0.02)))(x - mean.value)


def test_variables_made_of_the_samples_values_are_flaxs_own_too() -> None:
    module, key, samples = _Centred(), run_keys(5)[1], np.ones((2, 4), np.float32)
    assert are_same(initialize(module, key, samples, "module"), module.init(key, jnp.asarray(samples)))
