"""What a run may choose, as data: losses and optimizers. Forms, checks and the engine read the same values."""

from flaxstudio.project.losses import LOSSES as LOSSES
from flaxstudio.project.losses import LossSpec as LossSpec
from flaxstudio.project.losses import TargetKind as TargetKind
from flaxstudio.project.losses import loss_spec as loss_spec
from flaxstudio.project.optim_optimizers import OPTIMIZERS as OPTIMIZERS
from flaxstudio.project.optim_option import OptimizerOption as OptimizerOption


def optimizer_option(name: str) -> OptimizerOption:
    """Return the optimizer of that name; KeyError if unknown."""
    return {option.name: option for option in OPTIMIZERS}[name]
