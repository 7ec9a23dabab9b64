"""An optimizer one number of which is an array of its state, so that members of a population may each have their own.

The number's name stands in the optimizer's text where its value stands for a run alone. `1 - b1` is then computed in float32
and not by Python: a member follows its run alone but for the last bits.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax

from flaxstudio.codegen.optimizer_text import optimizer_text
from flaxstudio.graph.problem import ProblemError
from flaxstudio.project.config import TrainConfig
from flaxstudio.project.optim_steering import steered
from flaxstudio.training.steps import TrainState

_NAME = "varied_number"


class Varied(NamedTuple):
    """The state of such an optimizer: the number, and the state that a run alone would have."""

    number: jax.Array
    inner: Any


class _Written(float):
    """A number that is written as a name. As it is not a number, it is no argument's default and so is never left out."""

    def __new__(cls) -> "_Written":
        return super().__new__(cls, math.nan)

    def __repr__(self) -> str:
        return _NAME


def varied_optimizer(config: TrainConfig, name: str) -> optax.GradientTransformationExtraArgs:
    """Return the optimizer of a run with that number in its state; its state is made by `with_number`."""
    source = optimizer_text(steered(config.optimizer, {name: _Written()}), config.steps)
    code = compile(source.text, "optimizer", "exec")

    def init(_: Any) -> Any:
        raise NotImplementedError("made by with_number")

    def update(updates: Any, state: Varied, params: Any = None, **extra: Any) -> Any:
        namespace: dict[str, Any] = {"__name__": "optimizer", _NAME: state.number}
        exec(code, namespace)
        updates, inner = optax.with_extra_args_support(namespace["tx"]).update(updates, state.inner, params, **extra)
        return updates, Varied(state.number, like(state.inner, inner))

    return optax.GradientTransformationExtraArgs(init, update)


def like(state: Any, other: Any) -> Any:
    """Return another state of an optimizer of the same text with the classes of the first, which each text has anew."""
    return jax.tree.unflatten(jax.tree.structure(state), jax.tree.leaves(other))


def with_number(state: TrainState, value: float, tx: optax.GradientTransformation) -> TrainState:
    """Return the state of a run alone as that of a member whose optimizer has a number of its own."""
    number = jnp.array(value, jnp.result_type(float))
    return state.replace(tx=tx, opt_state=Varied(number, state.opt_state))


def without_number(state: TrainState) -> TrainState:
    """Return a member's state as that of its run alone."""
    return state.replace(opt_state=state.opt_state.inner) if isinstance(state.opt_state, Varied) else state


def check_steps(step: Callable[..., Any], state: TrainState, features: Any, targets: Any, name: str) -> None:
    """Raise ProblemError where a step cannot be taken without knowing that number before the run. Nothing is computed."""
    try:
        after = jax.eval_shape(step, state, features, targets)[0]
        is_same = _shapes(after.opt_state) == _shapes(state.opt_state)
    except (TypeError, ValueError):
        is_same = False
    if not is_same:
        what = f"The optimizer needs its {name} before the run, so that members cannot each have their own."
        raise ProblemError(what, "Train one run after the other, or vary another number.")


def _shapes(tree: Any) -> Any:
    return [(leaf.shape, leaf.dtype) for leaf in jax.tree.leaves(tree)]
