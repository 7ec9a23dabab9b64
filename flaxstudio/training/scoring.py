"""A model's outputs and scores on many samples, in batches of one fixed shape, so that the same samples give the same bits
during a run, after it and in another process."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
import numpy.typing as npt

from flaxstudio.codegen.applying import apply_in_use, arguments_of
from flaxstudio.data.dataset import Arrays, Split, apart, at_rows, joined
from flaxstudio.data.mapping import let_go
from flaxstudio.project.metrics import USUAL, Averaging
from flaxstudio.project.options import TargetKind
from flaxstudio.training.losses import OutputLoss
from flaxstudio.training.metrics import Measure
from flaxstudio.training.precision import Apply

MAX_BATCH = 256
_MAX_VALUES = 2**22
_BATCHES_HELD = 32
"""Of a split on disk, after so many batches the memory that was read is given back."""

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Score:
    """The mean loss over a split's samples, and its metrics."""

    loss: float
    metrics: Mapping[str, float]


class ScoringStopped(Exception):
    """The score was no longer wanted before all samples had been seen."""


@dataclass(frozen=True, slots=True)
class Judge:
    """What an Output is judged by: its loss, and the metrics of numbers or classes."""

    name: str
    kind: TargetKind
    loss: OutputLoss
    metrics: tuple[str, ...] = ()
    averaging: Averaging = "macro"
    ignored: float | None = None


class Scorer:
    """Applies one Module by its `apply` to any number of samples, where each Input's samples are of one shape."""

    def __init__(
        self,
        apply: Apply,
        judges: Sequence[Judge],
        shapes: Sequence[tuple[int, ...]],
        rngs: tuple[str, ...] = (),
    ) -> None:
        self._apply = jax.jit(lambda variables, features: apply_in_use(apply, variables, *arguments_of(features), rngs=rngs))
        self._judges = judges
        self._measures = [
            Measure(judge.kind, judge.metrics or USUAL[judge.kind], judge.averaging, judge.ignored) for judge in judges
        ]
        self._losses = [jax.jit(judge.loss.parts) for judge in judges]
        values = sum(int(np.prod(shape)) for shape in shapes)
        self._batch = max(1, min(MAX_BATCH, _MAX_VALUES // max(1, values)))

    def outputs(self, variables: Mapping[str, Any], features: Arrays) -> Arrays:
        """Return the outputs for samples (n, *sample), each of shape (n, ...)."""
        parts = [at_rows(self._read(variables, batch), slice(count)) for batch, count in self._batches(features)]
        return jax.tree.map(lambda *arrays: np.concatenate(arrays), *parts)

    def score(self, variables: Mapping[str, Any], split: Split, is_stopped: Callable[[], bool] = lambda: False) -> Score:
        """Return a split's mean loss and metrics; ScoringStopped if `is_stopped` says so on the way.

        Of several Outputs the loss is the sum, and loss and metrics of each are told under its name.
        """
        for measure in self._measures:
            measure.clear()
        losses: list[list[Array]] = [[] for _ in self._judges]
        weights: list[list[Array]] = [[] for _ in self._judges]
        for (features, count), (targets, _) in zip(self._batches(split.features), self._batches(split.targets), strict=True):
            if is_stopped():
                raise ScoringStopped
            given = arguments_of(self._apply(variables, features))
            for index, (output, target) in enumerate(zip(given, apart(targets), strict=True)):
                values, counts = self._losses[index](output, target)
                losses[index].append(np.asarray(values)[:count])
                weights[index].append(np.asarray(counts)[:count])
                self._measures[index].add(output, target, count)
        scores = [
            Score(_mean(judge.loss, loss, weight), measure.result(target))
            for judge, loss, weight, measure, target in zip(
                self._judges, losses, weights, self._measures, apart(split.targets), strict=True
            )
        ]
        return scores[0] if len(scores) == 1 else self._sum(scores)

    def _sum(self, scores: Sequence[Score]) -> Score:
        metrics: dict[str, float] = {}
        for judge, score in zip(self._judges, scores, strict=True):
            metrics |= {f"{judge.name}.{name}": value for name, value in {"loss": score.loss, **score.metrics}.items()}
        return Score(sum(score.loss for score in scores), metrics)

    def _read(self, variables: Mapping[str, Any], features: Arrays) -> Arrays:
        return jax.tree.map(np.asarray, self._apply(variables, features))

    def _batches(self, arrays: Arrays) -> Iterator[tuple[Arrays, int]]:
        """Yield batches of the one size, the last filled up with zeros, with the number of samples in each."""
        rows = len(apart(arrays)[0])
        for start in range(0, rows, self._batch):
            count = min(self._batch, rows - start)
            part = at_rows(arrays, slice(start, start + count))
            yield (part if count == self._batch else joined([self._filled(array) for array in apart(part)])), count
            if start // self._batch % _BATCHES_HELD == 0:
                let_go(*apart(arrays))

    def _filled(self, array: Array) -> Array:
        filled = np.zeros((self._batch, *array.shape[1:]), array.dtype)
        filled[: len(array)] = array
        return filled


def _mean(loss: OutputLoss, values: Sequence[Array], weights: Sequence[Array]) -> float:
    """Return the mean over a whole split: of all its values, or by the sum of all weights, never a mean of means."""
    whole = np.concatenate(values)
    if not loss.is_weighted:
        return loss.weight * float(whole.mean(dtype=np.float64))
    counts = np.concatenate(weights).astype(np.float64)
    return loss.weight * float(np.where(counts > 0, whole * counts, 0).sum() / max(counts.sum(), 1e-12))
