"""A trial of a model as values: what it is applied to and how, and what was seen. Apart, since these need no jax."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy.typing as npt

from flaxstudio.data.dataset import SplitName
from flaxstudio.project.results import Tree
from flaxstudio.project.statistics import Statistics
from flaxstudio.project.variables import Path

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Filled:
    """A dummy input: so many samples of zeros, ones or normal random numbers."""

    kind: Literal["zeros", "ones", "random"] = "zeros"
    count: int = 1
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Rows:
    """Samples of the project's data, prepared as for training, from a row of a split on."""

    split: SplitName = "train"
    first: int = 0
    count: int = 1


@dataclass(frozen=True, slots=True)
class Typed:
    """Numbers in a text, for one sample or several."""

    text: str


@dataclass(frozen=True, slots=True)
class FromFile:
    """A .npy or .npz of one sample or several, or an image."""

    path: str


Choice = Filled | Rows | Typed | FromFile


@dataclass(frozen=True, slots=True)
class Trial:
    """What is tried; `choices` by Input.

    `is_training` applies as a training step does: dropout drawn from `seed`, collections updated. `is_scaled`: typed
    numbers and files are scaled as the data was.
    """

    choices: Mapping[str, Choice]
    is_training: bool = False
    seed: int = 0
    is_scaled: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What a node gave out, shape (samples, ...). `place` is the node, for a part of it `attention_1/query`, and for one of
    several outputs `lstm_1.carry`."""

    place: str
    node: str
    value: Array
    statistics: Statistics


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """An array of a mutable collection before and after."""

    path: Path
    before: Array
    after: Array


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """All that was seen, in the order of computation. `updated` are the collections beside params, where they were mutable;
    `targets` what the data says of its rows."""

    seen: tuple[Seen, ...]
    targets: tuple[str, ...]
    changes: tuple[Change, ...]
    updated: Tree
    seconds: float

    @property
    def first_not_finite(self) -> str:
        """The place where NaN or infinity first appeared, or ""."""
        return next((seen.place for seen in self.seen if seen.statistics.not_finite), "")
