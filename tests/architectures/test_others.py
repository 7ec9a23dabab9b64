"""Autoencoders, networks with several inputs or outputs, for sets and for fields, drawn: like those written by hand."""

import functools

import jax
import jax.numpy as jnp

from flaxstudio.codegen.module import build_module

from . import other_by_hand as by_hand
from .judging import QUICKLY, judge, judge_like
from .other_autoencoders import autoencoder, conditional_vae, denoising_autoencoder, vae
from .other_ends import deepfm, multi_task, neumf, siamese, triplet, two_towers, wide_and_deep
from .other_functions import attention_mil, deep_sets, nested, siren, two_experts

quickly = functools.partial(jax.jit, compiler_options=QUICKLY, static_argnames=("method", "train"))


def test_an_autoencoder_is_the_one_written_by_hand() -> None:
    judge_like(autoencoder(), by_hand.AutoEncoder())


def test_decoding_what_was_encoded_is_the_call() -> None:
    module = build_module(autoencoder(pixels=6, latents=2).source())
    x = jnp.linspace(0, 1, 12).reshape(2, 6)
    output, variables = quickly(module.init_with_output)(jax.random.key(0), x)
    code = quickly(module.apply)(variables, x, method="encode")
    assert code.shape == (2, 2)
    assert jnp.allclose(quickly(module.apply)(variables, code, method="decode"), output, atol=1e-6)


def test_a_denoising_autoencoder_is_the_one_written_by_hand() -> None:
    judge_like(denoising_autoencoder(), by_hand.DenoisingAutoEncoder())


def test_noise_is_there_in_training_alone() -> None:
    module = build_module(denoising_autoencoder(pixels=6, latents=2).source())
    x = jnp.ones((2, 6))
    output, variables = quickly(module.init_with_output)(jax.random.key(0), x)
    assert jnp.array_equal(quickly(module.apply)(variables, x), output)
    noisy = quickly(module.apply)(variables, x, train=True, rngs={"noise": jax.random.key(1)})
    assert not jnp.allclose(noisy, output)


def test_the_variational_autoencoder_is_that_of_flax_s_examples() -> None:
    judge_like(vae(), by_hand.VAE())


def test_a_variational_autoencoder_samples_encodes_and_generates() -> None:
    source = vae(pixels=6, hidden=8, latents=2).source()
    assert source.rngs == ("sample",)
    module = build_module(source)
    x = jnp.ones((2, 6))
    (logits, mean, log_variance), variables = quickly(module.init_with_output)(jax.random.key(0), x)
    encoded = quickly(module.apply)(variables, x, method="encode")
    assert jnp.allclose(encoded[0], mean, atol=1e-6)
    assert jnp.allclose(encoded[1], log_variance, atol=1e-6)
    drawn = quickly(module.apply)(variables, mean, method="generate")
    assert jnp.allclose(drawn, jax.nn.sigmoid(logits), atol=1e-6)
    samples = [quickly(module.apply)(variables, x, train=True, rngs={"sample": jax.random.key(k)})[0] for k in (1, 2)]
    assert not jnp.allclose(samples[0], samples[1])


def test_a_conditional_variational_autoencoder_is_the_one_written_by_hand() -> None:
    judge_like(conditional_vae(), by_hand.ConditionalVAE())


def test_a_siamese_network_has_one_tower_as_written_by_hand() -> None:
    judge_like(siamese(), by_hand.Siamese())


def test_a_siamese_network_finds_no_distance_between_the_same() -> None:
    module = build_module(siamese(side=8).source())
    image = jax.random.normal(jax.random.key(1), (2, 8, 8, 1))
    output, variables = quickly(module.init_with_output)(jax.random.key(0), image, image)
    assert set(variables["params"]) == {"tower", "dense_1"}
    assert jnp.array_equal(output, jnp.full((2, 1), 0.5))


def test_a_triplet_network_is_the_one_written_by_hand() -> None:
    judge_like(triplet(), by_hand.Triplet())


def test_neural_collaborative_filtering_is_the_one_written_by_hand() -> None:
    judge_like(neumf(), by_hand.NeuMF())


def test_two_towers_are_those_written_by_hand() -> None:
    judge_like(two_towers(), by_hand.TwoTowers())


def test_a_wide_and_deep_network_is_the_one_written_by_hand() -> None:
    judge_like(wide_and_deep(), by_hand.WideAndDeep())


def test_deepfm_is_the_one_written_by_hand() -> None:
    judge_like(deepfm(), by_hand.DeepFM())


def test_a_network_with_two_heads_is_the_one_written_by_hand() -> None:
    judge_like(multi_task(), by_hand.MultiTask())


def test_deep_sets_are_those_written_by_hand() -> None:
    judge_like(deep_sets(), by_hand.DeepSets())


def test_deep_sets_do_not_care_about_order() -> None:
    module = build_module(deep_sets().source())
    x = jax.random.normal(jax.random.key(1), (2, 20, 3))
    output, variables = quickly(module.init_with_output)(jax.random.key(0), x)
    assert jnp.allclose(quickly(module.apply)(variables, x[:, ::-1]), output, atol=1e-4)


def test_attention_over_instances_is_the_one_written_by_hand() -> None:
    judge_like(attention_mil(), by_hand.AttentionMIL())


def test_a_network_of_sines_has_198_401_params() -> None:
    judge(siren(), 198_401)


def test_two_experts_are_those_written_by_hand() -> None:
    judge_like(two_experts(), by_hand.TwoExperts())


def test_blocks_five_deep_are_those_written_by_hand() -> None:
    judge_like(nested(), by_hand.Nested(), is_computed=True)
