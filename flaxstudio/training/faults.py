"""Where a run went wrong: the node that first gave a value that is not finite, and errors in words for the user."""

from collections.abc import Mapping
from typing import Any

import jax
import numpy as np

from flaxstudio.codegen.applying import arguments_of
from flaxstudio.codegen.module import node_of_error
from flaxstudio.graph.problem import ProblemError
from flaxstudio.training.steps import TrainState, step_keys, variables_of
from flaxstudio.training.task import Model


def diverged(model: Model, state: TrainState, features: Any, step: int) -> ProblemError:
    """Return the problem of a loss that is not finite at a step, with the node where it began if that can be found."""
    node = first_not_finite(model, state, features)
    where = f" It began at {node}." if node else ""
    return ProblemError(
        f"The loss is not a finite number at step {step}.{where}",
        "Lower the learning rate, or scale the features.",
        node,
    )


def first_not_finite(model: Model, state: TrainState, features: Any) -> str:
    """Return the first node, in the order of computation, whose variables or outputs are not finite, or ""."""
    arguments: dict[str, Any] = {"train": True} if model.source.uses_train else {}
    _, seen = model.module.apply(
        variables_of(state),
        *arguments_of(features),
        **arguments,
        rngs=step_keys(state, model.source.rngs),
        mutable=[*state.collections, "intermediates"],
        capture_intermediates=True,
    )
    outputs = seen.get("intermediates", {})
    for node in model.source.lines:
        if not (_is_finite(state.params.get(node, {})) and _is_finite(outputs.get(node, {}))):
            return node
    return ""


def explain(error: Exception, model: Model | None) -> ProblemError:
    """Return an unforeseen error of JAX, Flax or the machine as a problem in one sentence."""
    if isinstance(error, ProblemError):
        return error
    text = str(error).strip()
    if isinstance(error, MemoryError) or "RESOURCE_EXHAUSTED" in text or "Out of memory" in text:
        return ProblemError("The memory does not suffice for this run.", "Choose a smaller batch or a smaller model.")
    node = node_of_error(model.source, error) if model else ""
    first = text.splitlines()[0].rstrip(".") if text else type(error).__name__
    return ProblemError(f"Training ended by an error{f' at {node}' if node else ''}: {first[:300]}.", node=node)


def _is_finite(tree: Mapping[str, Any] | Any) -> bool:
    return all(bool(np.isfinite(np.asarray(leaf)).all()) for leaf in jax.tree.leaves(tree))
