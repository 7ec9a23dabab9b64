"""What the training form offers, worked out from the specs without Qt: order of losses, attributes of optimizers, epochs."""

from flaxstudio.graph.graph import Value
from flaxstudio.graph.spec import AttributeSpec
from flaxstudio.gui.panels.data_state import RowCounts
from flaxstudio.project.config import OptimizerSpec, TrainConfig
from flaxstudio.project.optim_edits import RATE_SPEC, specs_of
from flaxstudio.project.optimizer import CHAIN
from flaxstudio.project.options import LOSSES, LossSpec, TargetKind, optimizer_option

LEARNING_RATE = "learning_rate"


def losses_in_order(kind: TargetKind) -> tuple[tuple[LossSpec, ...], tuple[LossSpec, ...]]:
    """Return the losses for that kind of target, and the others."""
    fitting = tuple(spec for spec in LOSSES if spec.target_kind == kind)
    return fitting, tuple(spec for spec in LOSSES if spec.target_kind != kind)


def common_kind(training: TrainConfig) -> TargetKind:
    """Return what kind of targets the common loss is for."""
    return next((spec.target_kind for spec in LOSSES if spec.name == training.loss), "numbers")


def optimizer_specs(name: str) -> tuple[AttributeSpec, ...]:
    """Return what can be set on an optimizer: its learning rate and its arguments; of a chain the common rate."""
    return (RATE_SPEC,) if name == CHAIN else specs_of(optimizer_option(name))


def optimizer_values(optimizer: OptimizerSpec) -> dict[str, Value]:
    """Return what is set on an optimizer."""
    if optimizer.name == CHAIN or optimizer_option(optimizer.name).takes_rate:
        return {LEARNING_RATE: optimizer.learning_rate, **optimizer.arguments}
    return dict(optimizer.arguments)


def steps_per_epoch(training: TrainConfig, rows: RowCounts | None) -> float | None:
    """Return how many steps see every training row once, or None while the rows are unknown."""
    if rows is None or rows.train < 1:
        return None
    return rows.train / min(training.batch_size or rows.train, rows.train)


def epochs_of(training: TrainConfig, rows: RowCounts | None) -> float | None:
    """Return a run's steps as epochs, to four digits, or None while the rows are unknown."""
    per_epoch = steps_per_epoch(training, rows)
    return None if per_epoch is None else float(f"{training.steps / per_epoch:.4g}")


def steps_for(epochs: float, training: TrainConfig, rows: RowCounts) -> int:
    """Return the whole steps nearest to so many epochs, at least one."""
    return max(1, round(epochs * (steps_per_epoch(training, rows) or 1.0)))
