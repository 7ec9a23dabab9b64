"""What a run may choose, as data: losses, optimizers, scalings. Forms, checks and the engine read the same values."""

from dataclasses import dataclass
from typing import Literal

from flaxstudio.graph.spec import AttributeSpec

TargetKind = Literal["numbers", "classes"]


@dataclass(frozen=True, slots=True)
class LossSpec:
    """A loss: `code` gives one value a sample from `outputs` and `targets`; the run takes the mean over samples."""

    name: str
    title: str
    help: str
    target_kind: TargetKind
    code: str


@dataclass(frozen=True, slots=True)
class OptimizerOption:
    """An optimizer of Optax by its name there; `arguments` come beside the learning rate."""

    name: str
    title: str
    help: str
    arguments: tuple[AttributeSpec, ...] = ()

    def argument(self, name: str) -> AttributeSpec:
        """Return the spec of an argument; KeyError if there is none of that name."""
        return {spec.name: spec for spec in self.arguments}[name]


def _share(name: str, default: float, help_text: str) -> AttributeSpec:
    return AttributeSpec(name, "float", default, help_text, minimum=0.0, maximum=1.0)


_ADAM = (
    _share("b1", 0.9, "How much of the gradient's running mean is kept at each step."),
    _share("b2", 0.999, "How much of the squared gradient's running mean is kept at each step."),
    AttributeSpec("eps", "float", 1e-8, "Small number against division by zero.", minimum=0.0),
)
_WEIGHT_DECAY = AttributeSpec(
    "weight_decay", "float", 1e-4, "How strongly params are pulled to zero at each step.", minimum=0.0, is_required=True
)

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

OPTIMIZERS = (
    OptimizerOption(
        "sgd",
        "Gradient descent",
        "Plain gradient steps, with momentum if set.",
        (
            AttributeSpec(
                "momentum", "float", None, "Share of the last step that is repeated; empty for none.",
                minimum=0.0, maximum=1.0, is_optional=True,
            ),
            AttributeSpec("nesterov", "bool", False, "Look ahead along the momentum."),
        ),
    ),
    OptimizerOption("adam", "Adam", "Adapts the step for each param. A good first choice.", _ADAM),
    OptimizerOption("adamw", "AdamW", "Adam with weight decay.", (*_ADAM, _WEIGHT_DECAY)),
    OptimizerOption(
        "rmsprop",
        "RMSProp",
        "Divides the step by the gradient's running size.",
        (_share("decay", 0.9, "How much of the running size is kept."),),
    ),
    OptimizerOption("adagrad", "Adagrad", "Slows down params that have moved a lot."),
    OptimizerOption(
        "lion",
        "Lion",
        "Steps by the gradient's sign; takes a rate about ten times smaller than Adam's.",
        (_share("b1", 0.9, "Weight of the momentum in the step."), _share("b2", 0.99, "How much of the momentum is kept.")),
    ),
)  # fmt: skip


def loss_spec(name: str) -> LossSpec:
    """Return the loss of that name; KeyError if unknown."""
    return {spec.name: spec for spec in LOSSES}[name]


def optimizer_option(name: str) -> OptimizerOption:
    """Return the optimizer of that name; KeyError if unknown."""
    return {option.name: option for option in OPTIMIZERS}[name]
