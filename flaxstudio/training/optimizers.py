"""Optimizers as they are shown: the text that codegen writes is what is executed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import optax

from flaxstudio.codegen.optimizer_text import optimizer_text
from flaxstudio.project.optim_option import Need
from flaxstudio.project.optimizer import OptimizerSpec

ParamsInUse = Callable[[Any, Any], Any]


@dataclass(frozen=True, slots=True)
class Optimizer:
    """What steps the params. `needs` names what `tx.update` takes beside gradients, state and params; `params_in_use`
    gives, of state and params, those that the model is judged with, where they are others."""

    tx: optax.GradientTransformation
    needs: tuple[Need, ...] = ()
    params_in_use: ParamsInUse | None = None


def make_optimizer(spec: OptimizerSpec, steps: int) -> Optimizer:
    """Return a checked optimizer for a run of so many steps."""
    source = optimizer_text(spec, steps)
    namespace: dict[str, Any] = {"__name__": "optimizer"}
    exec(source.text, namespace)
    return Optimizer(namespace["tx"], source.needs, namespace.get("params_in_use"))


def build_optimizer(spec: OptimizerSpec, steps: int = 1000) -> optax.GradientTransformation:
    """Return only what steps the params."""
    return make_optimizer(spec, steps).tx
