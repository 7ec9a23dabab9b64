"""What layers compute that Flax has no single function for."""

from typing import Any

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from flaxstudio.codegen.module import build_module
from flaxstudio.codegen.source import generate
from flaxstudio.layers import catalogue

from .examples import Example, Given, graph_of

CATALOGUE = catalogue()


def given(*shape: int) -> jax.Array:
    return jax.random.normal(jax.random.key(sum(shape)), shape)


def computed(layer: str, *inputs: jax.Array, train: bool = False, **attributes: Any) -> Any:
    spec = CATALOGUE[layer]
    ports = [port.name for port in spec.inputs if not port.is_optional]
    shapes = {port: Given(x.shape[1:]) for port, x in zip(ports, inputs, strict=True)}
    source = generate(graph_of(spec, Example({**shapes}, attributes), CATALOGUE)[0], "Single", CATALOGUE)
    module = build_module(source)
    rngs = {name: jax.random.key(9) for name in source.rngs}
    flags = {"train": train} if source.uses_train else {}
    return module.apply(module.init(jax.random.key(0), *inputs), *inputs, **flags, rngs=rngs)


def test_depth_to_space_takes_space_to_depth_back() -> None:
    x = given(2, 6, 4, 3)
    depth = computed("SpaceToDepth", x, block_size=2)
    assert depth.shape == (2, 3, 2, 12)
    assert jnp.array_equal(depth[0, 0, 0, 3:6], x[0, 0, 1])
    assert jnp.array_equal(computed("DepthToSpace", depth, block_size=2), x)


def test_patches_are_squares_row_by_row() -> None:
    x = given(2, 8, 4, 3)
    patches = computed("Patches", x, patch_size=4)
    assert patches.shape == (2, 2, 48)
    assert jnp.array_equal(patches[1, 1].reshape(4, 4, 3), x[1, 4:, :])


def test_rotary_position_keeps_lengths_and_tells_distances_only() -> None:
    token = jnp.tile(given(1, 1, 8), (1, 6, 1))
    turned = computed("RotaryPosition", token)
    np.testing.assert_allclose(jnp.linalg.norm(turned, axis=-1), jnp.linalg.norm(token, axis=-1), rtol=1e-5)
    products = turned[0] @ turned[0].T
    np.testing.assert_allclose(products[0, 2], products[3, 5], rtol=1e-4)
    assert not np.isclose(products[0, 2], products[0, 3], rtol=1e-3)


def test_rotary_position_turns_each_head_alike() -> None:
    x = given(2, 5, 3, 4)
    heads = computed("RotaryPosition", x)
    np.testing.assert_allclose(heads[:, :, 1], computed("RotaryPosition", x[:, :, 1]), rtol=1e-6)


@pytest.mark.parametrize("features", [7, 8])
def test_sinusoidal_position_is_the_same_for_all_samples_and_differs_from_step_to_step(features: int) -> None:
    waves = computed("SinusoidalPosition", jnp.zeros((3, 5, features)))
    assert jnp.array_equal(waves[0], waves[1])
    assert jnp.array_equal(waves[0, 0, : (features + 1) // 2], jnp.zeros((features + 1) // 2))
    assert jnp.abs(waves[0, 1:] - waves[0, :-1]).max(axis=-1).min() > 0.1


def test_a_class_token_stands_before_the_sequence() -> None:
    x = given(2, 4, 3)
    tokens = computed("ClassToken", x, token_init="ones")
    assert jnp.array_equal(tokens[:, 0], jnp.ones((2, 3)))
    assert jnp.array_equal(tokens[:, 1:], x)


def test_layer_scale_starts_small() -> None:
    x = given(2, 4, 3)
    np.testing.assert_allclose(computed("LayerScale", x), 1e-6 * x, rtol=1e-5)


def test_pools_keep_what_they_say_of_each_window() -> None:
    x = given(2, 4, 4, 3)
    windows = x.reshape(2, 2, 2, 2, 2, 3)
    assert jnp.array_equal(computed("MinPool", x), windows.min(axis=(2, 4)))
    assert jnp.array_equal(computed("MaxPool", x), windows.max(axis=(2, 4)))
    np.testing.assert_allclose(computed("AvgPool", x), windows.mean(axis=(2, 4)), rtol=1e-5)


@pytest.mark.parametrize("shape", [(2, 5, 3), (2, 4, 5, 3), (2, 3, 4, 5, 3)])
def test_global_pools_leave_one_value_a_channel_whatever_the_rank(shape: tuple[int, ...]) -> None:
    x = given(*shape)
    flat = x.reshape(2, -1, 3)
    np.testing.assert_allclose(computed("GlobalAvgPool", x), flat.mean(axis=1), rtol=1e-5, atol=1e-6)
    assert jnp.array_equal(computed("GlobalMaxPool", x), flat.max(axis=1))
    assert jnp.array_equal(computed("GlobalMinPool", x), flat.min(axis=1))


def test_random_layers_rest_after_training() -> None:
    x, log_variance = given(2, 5), given(2, 5) - 2
    assert jnp.array_equal(computed("GaussianNoise", x), x)
    assert jnp.array_equal(computed("GaussianSample", x, log_variance), x)
    assert not jnp.allclose(computed("GaussianNoise", x, train=True), x)


def test_a_gaussian_sample_has_the_spread_it_is_given() -> None:
    mean, log_variance = jnp.full((4000, 1), 3.0), jnp.full((4000, 1), 2 * np.log(0.5))
    drawn = computed("GaussianSample", mean, log_variance, train=True)
    assert abs(drawn.mean() - 3.0) < 0.05
    assert abs(drawn.std() - 0.5) < 0.03


def test_an_upsampled_image_repeats_its_pixels() -> None:
    x = given(1, 2, 3, 2)
    assert jnp.array_equal(computed("UpSample", x)[:, ::2, 1::2], x)


def test_merges_and_slices_take_the_right_places() -> None:
    a, b = given(2, 4, 6), given(2, 4, 6) * 2
    np.testing.assert_allclose(computed("Dot", a, b), jnp.einsum("bti,bti->bt", a, b), rtol=1e-5)
    np.testing.assert_allclose(computed("L2Normalize", a), a / jnp.linalg.norm(a, axis=-1, keepdims=True), rtol=1e-5)
    assert jnp.array_equal(computed("LastStep", a), a[:, 3])
    assert jnp.array_equal(computed("Take", a, index=-2, axis=2), a[:, :, 4])
    assert jnp.array_equal(computed("Slice", a, start_index=-3, limit_index=None, axis=2), a[:, :, 3:])
    first, second = computed("Split", a)
    assert jnp.array_equal(jnp.concatenate([first, second], axis=-1), a)


def test_weight_norm_of_a_dense_begins_with_kernels_of_length_one() -> None:
    outputs = computed("WeightNormDense", jnp.eye(6), features=3, use_bias=False)
    np.testing.assert_allclose(jnp.linalg.norm(outputs, axis=0), jnp.ones(3), rtol=1e-5)


def test_a_causal_mask_hides_what_comes_later() -> None:
    mask = computed("CausalMask", jnp.ones((2, 3)))
    assert jnp.array_equal(mask[0, 0], jnp.tril(jnp.ones((3, 3))))
    assert jnp.array_equal(mask, nn.make_causal_mask(jnp.ones((2, 3))))
