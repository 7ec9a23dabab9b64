"""What training brought: trained variables and the history of runs. Kept beside the project; undo never loses a training."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from flaxstudio.graph.graph import Graph
from flaxstudio.graph.library import Library
from flaxstudio.project.compute import SeedsInUse
from flaxstudio.project.project import Project

Tree = dict[str, Any]
"""A pytree as flax.serialization writes it: nested dicts of numpy arrays and numbers."""


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """What becomes of an Input's features: (x - offset) / scale. float32, shape of one sample or scalars' shape ()."""

    offset: npt.NDArray[np.float32]
    scale: npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Target:
    """What an Output is held against: its columns, and its classes in index order; none for numbers."""

    columns: tuple[str, ...]
    classes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Preparation:
    """What the training split taught about the data: features become (x - offset) / scale; classes in index order.

    offset and scale: float32, shape of one sample or scalars' shape (). `classes` is empty for targets of numbers.
    A model of several Inputs has a Scale for each in `inputs`, one of several Outputs a Target for each in `outputs`.
    """

    offset: npt.NDArray[np.float32]
    scale: npt.NDArray[np.float32]
    classes: tuple[str, ...] = ()
    inputs: Mapping[str, Scale] = field(default_factory=dict)
    outputs: Mapping[str, Target] = field(default_factory=dict)

    def scale_of(self, name: str) -> Scale:
        """Return what becomes of an Input's features."""
        return self.inputs.get(name) or Scale(self.offset, self.scale)

    def classes_of(self, name: str) -> tuple[str, ...]:
        """Return the classes of an Output, empty for numbers."""
        return self.outputs[name].classes if name in self.outputs else self.classes


@dataclass(frozen=True, slots=True, eq=False)
class Best:
    """The variables of one of a run's best evaluations, and the metric's value there."""

    step: int
    value: float
    variables: Tree


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """What a run remembers beside its state, so that it goes on as if it had never ended.

    `rate` is the learning rate if it was changed while the run went, `rate_base` the config's at that time; `values` has
    other numbers of its optimizer that were, each with the config's own. `value` is the best metric so far, which the last
    `waited` evaluations did not improve; `evaluated` is the step of the last one.
    `best` are the best first. `is_looped` tells which of the two programs computed the steps, None if none has yet.
    `loss_scale` and `good_steps` are those of float16, None where the loss is not scaled.
    """

    rate: float | None = None
    rate_base: float = 0.0
    value: float | None = None
    waited: int = 0
    evaluated: int = -1
    best: tuple[Best, ...] = ()
    is_looped: bool | None = None
    loss_scale: float | None = None
    good_steps: int = 0
    values: Mapping[str, tuple[float, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """Variables and optimizer state after `step` steps, with the graph they belong to and the own layers it uses.

    `aside` keeps what nodes had learnt that were muted or bypassed when these were made.
    """

    variables: Tree
    optimizer_state: Tree
    step: int
    graph: Graph
    preparation: Preparation
    library: Library = Library()
    aside: Tree = field(default_factory=dict)
    standing: Standing = Standing()

    def fits(self, project: Project) -> bool:
        """Return whether a project's model, its graph with its own layers, is still the one that was trained."""
        return self.graph == project.graph and self.library == project.library.used_by(project.graph)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Loss and metrics of one split at one step."""

    step: int
    split: str
    loss: float
    metrics: Mapping[str, float] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Change:
    """A hyper-parameter that the user changed while the run went: it holds from `step` on."""

    step: int
    name: str
    value: float


@dataclass(frozen=True, slots=True)
class Origin:
    """What a run came from, so that it can be told whether another one should give the same.

    `project` is the hash of all that determines a run in a project, `data` that of the rows as they were split and scaled.
    """

    project: str
    data: str
    device: str
    seeds: SeedsInUse
    versions: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True, eq=False)
class RunRecord:
    """One training: what it was told and how it went. `losses[i]` is the loss of step `first_step + i`, before its update.

    `group` is the number of the first run of the population that it was trained in, `varied` what sets it apart there
    beside its seed, by name.
    """

    number: int
    started: str
    seed: int
    device: str
    params: int
    first_step: int
    losses: npt.NDArray[np.float32]
    evaluations: tuple[Evaluation, ...] = ()
    reason: str = ""
    seconds: float = 0.0
    steps_per_epoch: float = 1.0
    changes: tuple[Change, ...] = ()
    origin: Origin | None = None
    group: int | None = None
    varied: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Results:
    """The last trained variables, if any, and all runs in order."""

    trained: Trained | None = None
    runs: tuple[RunRecord, ...] = ()

    def is_same(self, other: "Results") -> bool:
        """Return whether the other holds these very values."""
        return self.trained is other.trained and self.runs == other.runs


def count_params(tree: Mapping[str, Any]) -> int:
    """Return the number of values in a tree's arrays."""
    return sum(count_params(value) if isinstance(value, Mapping) else np.size(value) for value in tree.values())


def bytes_beside(trained: Trained | None, other: Trained | None) -> int:
    """Return the bytes of the arrays that only the first one holds: what it costs to keep it beside the other."""
    shared = {id(array) for array in _arrays(other)}
    return sum(int(array.nbytes) for array in _arrays(trained) if id(array) not in shared)


def _arrays(trained: Trained | None) -> Iterator[Any]:
    todo = [trained.variables, trained.optimizer_state, trained.aside] if trained else []
    todo += [best.variables for best in trained.standing.best] if trained else []
    while todo:
        for value in todo.pop().values():
            if isinstance(value, Mapping):
                todo.append(dict(value))
            elif isinstance(value, np.ndarray):
                yield value
