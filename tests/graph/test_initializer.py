import flax.linen as nn
import jax
import pytest

from flaxstudio.graph.initializer import ARGUMENTS, fault_of_initializer, initializer_source, parse_initializer


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
