import flax.linen as nn
import jax
import numpy as np
import pytest

from flaxstudio.graph.initializer import ARGUMENTS
from flaxstudio.graph.problem import ProblemError
from flaxstudio.training.drawing import draw_array

KERNEL = np.zeros((3, 3, 4, 4), np.float32)


@pytest.mark.parametrize("name", ARGUMENTS)
def test_every_initializer_fills_a_kernel_as_flax_does(name: str) -> None:
    drawn = draw_array(KERNEL, name, 3)
    assert (drawn.shape, drawn.dtype) == (KERNEL.shape, np.float32)
    assert np.isfinite(drawn).all()


def test_the_number_and_the_key_are_those_given() -> None:
    wanted = nn.initializers.normal(stddev=0.5)(jax.random.PRNGKey(7), KERNEL.shape, np.float32)
    assert np.array_equal(draw_array(KERNEL, "normal(0.5)", 7), wanted)


def test_what_cannot_fill_a_vector_is_said() -> None:
    with pytest.raises(ProblemError, match=r"lecun_normal cannot fill an array of shape \(4,\)"):
        draw_array(np.zeros(4, np.float32), "lecun_normal", 0)
    with pytest.raises(ProblemError, match=r"“os\.system” is no initializer"):
        draw_array(KERNEL, "os.system", 0)
