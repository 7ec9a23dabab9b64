"""A model's outputs and scores on many samples, in batches of one fixed shape, so that the same samples give the same bits
during a run, after it and in another process."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import flax.linen as nn
import jax
import numpy as np
import numpy.typing as npt

from flaxstudio.data.dataset import Split
from flaxstudio.project.options import TargetKind
from flaxstudio.training.losses import Loss
from flaxstudio.training.metrics import measure

MAX_BATCH = 256
_MAX_VALUES = 2**22

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Score:
    """The mean loss over a split's samples, and its metrics."""

    loss: float
    metrics: Mapping[str, float]


class ScoringStopped(Exception):
    """The score was no longer wanted before all samples had been seen."""


class Scorer:
    """Applies one Module to any number of samples of one shape."""

    def __init__(self, module: nn.Module, loss: Loss, kind: TargetKind, sample_shape: tuple[int, ...]) -> None:
        self._apply = jax.jit(lambda variables, features: module.apply(variables, features))
        self._loss = jax.jit(loss)
        self._kind = kind
        self._batch = max(1, min(MAX_BATCH, _MAX_VALUES // max(1, int(np.prod(sample_shape)))))

    def outputs(self, variables: Mapping[str, Any], features: Array) -> Array:
        """Return the outputs for samples (n, *sample), shape (n, ...)."""
        parts = [np.asarray(self._apply(variables, batch))[:count] for batch, count in self._batches(features)]
        return np.concatenate(parts)

    def score(self, variables: Mapping[str, Any], split: Split, is_stopped: Callable[[], bool] = lambda: False) -> Score:
        """Return a split's mean loss and metrics; ScoringStopped if `is_stopped` says so on the way."""
        outputs, losses = [], []
        for (features, count), (targets, _) in zip(self._batches(split.features), self._batches(split.targets), strict=True):
            if is_stopped():
                raise ScoringStopped
            batch = self._apply(variables, features)
            losses.append(np.asarray(self._loss(batch, targets))[:count])
            outputs.append(np.asarray(batch)[:count])
        loss = float(np.concatenate(losses).mean(dtype=np.float64))
        return Score(loss, measure(self._kind, np.concatenate(outputs), split.targets))

    def _batches(self, array: Array) -> Iterator[tuple[Array, int]]:
        """Yield batches of the one size, the last filled up with zeros, with the number of samples in each."""
        for start in range(0, len(array), self._batch):
            part = array[start : start + self._batch]
            if len(part) == self._batch:
                yield part, self._batch
            else:
                filled = np.zeros((self._batch, *array.shape[1:]), array.dtype)
                filled[: len(part)] = part
                yield filled, len(part)
