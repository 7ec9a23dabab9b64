import flax.linen as nn
import jax
import jax.numpy as jnp
import pytest

from flaxstudio.graph.initializer import (
    ARGUMENTS,
    fault_of_initializer,
    initializer_source,
    initializer_text,
    parse_initializer,
)


@pytest.mark.parametrize("name", [name for name in ARGUMENTS if name not in ("delta_orthogonal", "default_embed_init")])
def test_every_initializer_is_one_of_flax_and_draws(name: str) -> None:
    initializer = eval(initializer_source(name), {"nn": nn})
    assert initializer(jax.random.PRNGKey(0), (4, 6)).shape == (4, 6)


def test_a_number_reaches_the_initializer() -> None:
    initializer = eval(initializer_source("constant(0.25)"), {"nn": nn})
    assert float(initializer(jax.random.PRNGKey(0), (2,))[0]) == 0.25
    assert initializer_source("normal(0.02)") == "nn.initializers.normal(stddev=0.02)"


@pytest.mark.parametrize("text", ["normal(0.02", "evil()", "zeros(1)", "normal(nan)", "normal(__import__)", 3, None])
def test_what_is_no_initializer_is_refused(text: object) -> None:
    assert fault_of_initializer(text) is not None  # type: ignore[arg-type]


def test_numbers_are_read() -> None:
    assert parse_initializer("uniform(1e-3)") == ("uniform", (0.001,))


def test_variance_scaling_is_what_flax_makes_of_its_three_arguments() -> None:
    text = "variance_scaling(2.0, fan_avg, uniform)"
    assert parse_initializer(text) == ("variance_scaling", (2.0, "fan_avg", "uniform"))
    assert initializer_source(text) == "nn.initializers.variance_scaling(scale=2.0, mode='fan_avg', distribution='uniform')"
    ours = eval(initializer_source(text), {"nn": nn})
    flax_s = nn.initializers.variance_scaling(2.0, "fan_avg", "uniform")
    assert jnp.array_equal(ours(jax.random.key(1), (4, 6)), flax_s(jax.random.key(1), (4, 6)))


def test_arguments_that_are_left_out_are_those_of_flax() -> None:
    assert initializer_source("truncated_normal(0.02)") == "nn.initializers.truncated_normal(stddev=0.02)"
    assert initializer_text("truncated_normal", {"upper": 1.0}) == "truncated_normal(0.01, -2.0, 1.0)"
    assert initializer_text("variance_scaling", {}) == "variance_scaling(1.0, fan_in, truncated_normal)"
    assert initializer_text("normal", {}) == "normal"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("variance_scaling(2.0, fan, normal)", "one of fan_in, fan_out, fan_avg, fan_geo_avg as the mode of variance_scaling"),
        ("variance_scaling(2.0, fan_in, gamma)", "one of truncated_normal, normal, uniform as the distribution"),
        ("variance_scaling(much, fan_in, normal)", "a number as the scale of variance_scaling"),
        ("variance_scaling(0, fan_in, normal)", "a scale above 0"),
        ("truncated_normal(0.1, 2, -2)", "lower below upper"),
        ("normal(0.1, 2)", "normal takes stddev"),
        ("he_normal(2)", "takes nothing in brackets"),
        ("variance(2)", "must be one of lecun_normal"),
    ],
)
def test_what_is_wrong_with_an_argument_is_said(text: str, fault: str) -> None:
    assert fault in (fault_of_initializer(text) or "")
