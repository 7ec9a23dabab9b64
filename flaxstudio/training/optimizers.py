"""Optimizers by name, with the arguments that the user set; all others keep Optax's own defaults."""

import optax

from flaxstudio.project.config import OptimizerSpec
from flaxstudio.project.options import optimizer_option


def build_optimizer(spec: OptimizerSpec) -> optax.GradientTransformation:
    """Return the Optax optimizer that a checked spec names."""
    option = optimizer_option(spec.name)
    required = {argument.name: argument.default for argument in option.arguments if argument.is_required}
    tx: optax.GradientTransformation = getattr(optax, option.name)(spec.learning_rate, **{**required, **spec.arguments})
    return tx
