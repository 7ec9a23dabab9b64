"""New values for one array from one of Flax's initializers."""

from typing import Any

import flax.linen as nn
import jax
import numpy as np
import numpy.typing as npt

from flaxstudio.graph.initializer import fault_of_initializer, initializer_source
from flaxstudio.graph.problem import ProblemError


def draw_array(like: npt.NDArray[Any], initializer: str, seed: int) -> npt.NDArray[Any]:
    """Return what an initializer gives for an array's shape and type with `jax.random.key(seed)`."""
    if fault := fault_of_initializer(initializer):
        raise ProblemError(f"“{initializer}” is no initializer: it {fault}.")
    try:
        draw = eval(initializer_source(initializer), {"nn": nn})  # what the source text of a checked value means
        return np.array(draw(jax.random.PRNGKey(seed), like.shape, like.dtype))
    except (ValueError, TypeError) as error:
        sentence = str(error).strip().split("\n")[0].rstrip(".")[:200]
        what = f"{initializer} cannot fill an array of shape {like.shape}: {sentence}."
        raise ProblemError(what, "Use another, such as normal.") from error
