"""What a run is told: which data, which loss and optimizer, how long. Saved with the project."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from flaxstudio.graph.problem import Problem
from flaxstudio.project.compute import Compute, Seeds, compute_faults
from flaxstudio.project.losses import Objective as Objective
from flaxstudio.project.metrics import Averaging, metric_faults
from flaxstudio.project.objective_check import objective_faults
from flaxstudio.project.optim_check import optimizer_problems
from flaxstudio.project.optimizer import OptimizerSpec as OptimizerSpec
from flaxstudio.project.options import LOSSES, TargetKind, loss_spec
from flaxstudio.project.watch import Watch, watch_faults

Scaling = Literal["none", "standard", "range"]
Initialization = Literal["module", "layer"]

LEAST_MEMORY = 10**6
_LOSS_NAMES = tuple(spec.name for spec in LOSSES)


@dataclass(frozen=True, slots=True)
class DatasetSpec:
    """Which data and how it is used.

    `source` is `sample:NAME` or a file's path. `features` and `targets` name columns (arrays of an NPZ file).
    `scaling` of the features uses statistics of the training split only: "standard" is zero mean and unit
    deviation, "range" 0 to 1. `validation` and `test` are shares of the rows, drawn by `seed`. A file of more bytes than
    `memory` is read from disk while a run goes, with the same results; None is a share of what is free.
    """

    source: str
    features: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    target_kind: TargetKind = "numbers"
    scaling: Scaling = "none"
    validation: float = 0.1
    test: float = 0.2
    seed: int = 0
    memory: int | None = None


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """How a run goes.

    `batch_size` None takes all rows at each step. `initialization` "module" is `module.init(key, x)` of the whole;
    "layer" initialises each layer alone, the first with the run's key itself, as the Flax basics notebook does.
    `classic_random` gives the random numbers of JAX before 0.5. `losses` names the loss of single Outputs, where it
    is not `loss`; what is minimised is the sum over the Outputs. `objectives` tells the rest of a loss, "" of the common one;
    `metrics` are measured beside the usual ones, those of classes as one number by `averaging`.
    """

    loss: str = "mean_squared_error"
    optimizer: OptimizerSpec = OptimizerSpec()
    batch_size: int | None = 32
    steps: int = 1000
    seed: int = 0
    classic_random: bool = False
    initialization: Initialization = "module"
    losses: Mapping[str, str] = field(default_factory=dict, hash=False)
    watch: Watch = Watch()
    compute: Compute = Compute()
    seeds: Seeds = Seeds()
    objectives: Mapping[str, Objective] = field(default_factory=dict, hash=False)
    metrics: tuple[str, ...] = ()
    averaging: Averaging = "macro"

    def loss_of(self, output: str) -> str:
        """Return the name of an Output's loss."""
        return self.losses.get(output, self.loss)

    def objective_of(self, output: str) -> Objective:
        """Return what an Output's loss is beside its name: its own, else, with the common loss, the common one."""
        common = Objective() if output in self.losses else self.objectives.get("", Objective())
        return self.objectives.get(output, common)


def target_kind(output: str, spec: DatasetSpec, config: TrainConfig) -> TargetKind:
    """Return what an Output's targets are: as its own loss has it, else as the dataset has it."""
    own = config.losses.get(output)
    return loss_spec(own).target_kind if own in _LOSS_NAMES else spec.target_kind


def check_training(config: TrainConfig) -> tuple[Problem, ...]:
    """Return what is wrong with a run's config in itself."""
    own = (Problem("", what, remedy) for what, remedy in _training_faults(config))
    return (*own, *optimizer_problems(config.optimizer))


def _training_faults(config: TrainConfig) -> Iterator[tuple[str, str]]:
    for name in dict.fromkeys((config.loss, *config.losses.values())):
        if name not in _LOSS_NAMES:
            yield f"The loss “{name}” is unknown.", f"Choose one of {', '.join(_LOSS_NAMES)}."
    for output, objective in config.objectives.items():
        if config.loss_of(output) in _LOSS_NAMES:
            yield from objective_faults(config.loss_of(output), objective)
    if config.batch_size is not None and config.batch_size < 1:
        yield "The batch size must be at least 1.", "Try 32."
    if config.steps < 1:
        yield "A run needs at least 1 step.", "Set the number of steps."
    if not 0 <= config.seed < 2**32:
        yield "The seed must be between 0 and 4294967295.", "Set another seed."
    yield from metric_faults(config.metrics, config.averaging)
    yield from watch_faults(config.watch)
    yield from compute_faults(config.compute, config.seeds, config.batch_size)


def check_dataset(spec: DatasetSpec | None, config: TrainConfig, outputs: Sequence[str] = ("",)) -> tuple[Problem, ...]:
    """Return what is wrong with a dataset's spec in itself and together with the losses; `outputs` are the call's."""
    return tuple(Problem("", what, remedy) for what, remedy in _dataset_faults(spec, config, outputs))


def _dataset_faults(spec: DatasetSpec | None, config: TrainConfig, outputs: Sequence[str]) -> Iterator[tuple[str, str]]:
    if spec is None:
        yield "There is no data.", "Choose a sample set or open a CSV or NPZ file in the Data panel."
        return
    if not spec.features:
        yield "No feature is ticked.", "Tick the columns that the model gets as input."
    if not spec.targets:
        yield "No target is chosen.", "Choose the column that the model learns to predict."
    overlap = sorted(set(spec.features) & set(spec.targets))
    # an autoencoder gives all its features back; anything less is a leak
    if overlap and not set(spec.features) <= set(spec.targets):
        more = f" and {len(overlap) - 3} more are" if len(overlap) > 3 else " is" if len(overlap) == 1 else " are"
        yield f"{', '.join(overlap[:3])}{more} both feature and target.", "Untick as a feature what is to be predicted."
    yield from _target_faults(spec, config, outputs)
    shares = (spec.validation, spec.test)
    if not all(math.isfinite(s) and 0 <= s < 1 for s in shares) or sum(shares) >= 1:
        yield "The validation and test shares leave no rows to train on.", "Set them to 10 % and 20 %."
    if spec.memory is not None and spec.memory < LEAST_MEMORY:
        yield "Less than 1 MB of memory is set aside for the data.", "Set 256 MB, or leave it to the program."
    if config.watch.early_stopping is not None and spec.validation == 0:
        yield "Early stopping needs a validation split, and its share is 0.", "Set the validation share to 10 %."
    is_used = not all(output in config.losses for output in outputs)
    if is_used and config.loss in _LOSS_NAMES and loss_spec(config.loss).target_kind != spec.target_kind:
        fitting = ", ".join(s.title for s in LOSSES if s.target_kind == spec.target_kind)
        yield f"The loss {loss_spec(config.loss).title} does not suit a target of {spec.target_kind}.", f"Choose {fitting}."


def _target_faults(spec: DatasetSpec, config: TrainConfig, outputs: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield where there are too few targets for the Outputs, or more than Outputs of classes can take: one each."""
    count = len(spec.targets)
    if 0 < count < len(outputs):
        yield f"The model has {len(outputs)} Outputs, and {count} target{'s' if count > 1 else ''}.", "Choose one for each."
    if outputs and count > len(outputs) and all(target_kind(name, spec, config) == "classes" for name in outputs):
        if len(outputs) == 1:
            yield "There are several targets of classes.", "Choose one."
        else:
            yield f"There are {count} targets of classes for {len(outputs)} Outputs.", "Choose one for each."
