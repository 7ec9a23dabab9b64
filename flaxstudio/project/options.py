"""What a run may choose, as data: losses, optimizers, scalings. Forms, checks and the engine read the same values."""

from dataclasses import dataclass
from typing import Literal

from flaxstudio.project.optim_optimizers import OPTIMIZERS as OPTIMIZERS
from flaxstudio.project.optim_option import OptimizerOption as OptimizerOption

TargetKind = Literal["numbers", "classes"]


@dataclass(frozen=True, slots=True)
class LossSpec:
    """A loss: `code` gives one value a sample from `outputs` and `targets`; the run takes the mean over samples."""

    name: str
    title: str
    help: str
    target_kind: TargetKind
    code: str


LOSSES = (
    LossSpec(
        "cross_entropy",
        "Cross-entropy",
        "For classes. The output has one value a class, without softmax.",
        "classes",
        "optax.softmax_cross_entropy_with_integer_labels(outputs, targets)",
    ),
    LossSpec(
        "mean_squared_error",
        "Mean squared error",
        "For numbers. Mean over the outputs of the squared error.",
        "numbers",
        "optax.squared_error(outputs, targets).mean(axis=-1)",
    ),
    LossSpec(
        "half_squared_error",
        "Half squared error",
        "For numbers. Sum over the outputs of half the squared error, as in the Flax basics notebook.",
        "numbers",
        "optax.l2_loss(outputs, targets).sum(axis=-1)",
    ),
    LossSpec(
        "mean_absolute_error",
        "Mean absolute error",
        "For numbers with outliers. Mean over the outputs of the error's size.",
        "numbers",
        "jnp.abs(outputs - targets).mean(axis=-1)",
    ),
    LossSpec(
        "huber",
        "Huber",
        "For numbers. Squared error when small, absolute error when large.",
        "numbers",
        "optax.huber_loss(outputs, targets).mean(axis=-1)",
    ),
)


def loss_spec(name: str) -> LossSpec:
    """Return the loss of that name; KeyError if unknown."""
    return {spec.name: spec for spec in LOSSES}[name]


def optimizer_option(name: str) -> OptimizerOption:
    """Return the optimizer of that name; KeyError if unknown."""
    return {option.name: option for option in OPTIMIZERS}[name]
