"""What a model's outputs are worth beside the loss: compiled sums over batches, added up in float64 on the host.

Whole splits are judged by their sums and counts, never by means of means.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt

from flaxstudio.project.metrics import USUAL
from flaxstudio.project.options import TargetKind

Array = npt.NDArray[Any]
_TOP = 5
_COUNTED = ("precision", "recall", "f1", "iou")


class Measure:
    """The metrics of one Output over the batches of a split. `add` takes a batch whose first `count` rows count."""

    def __init__(self, kind: TargetKind, names: Sequence[str]) -> None:
        self._kind = kind
        self._names = tuple(names)
        self._sums = jax.jit(partial(_class_sums if kind == "classes" else _number_sums, names=self._names))
        self._total: dict[str, Array] = {}
        self._scores: list[Array] = []

    def clear(self) -> None:
        """Begin with another split."""
        self._total, self._scores = {}, []

    def add(self, outputs: Any, targets: Any, count: int) -> None:
        """Take a batch."""
        sums = jax.device_get(self._sums(outputs, targets, count))
        self._total = {name: self._total.get(name, 0.0) + np.asarray(value, np.float64) for name, value in sums.items()}
        if "roc_auc" in self._names:
            self._scores.append(np.asarray(outputs)[:count].astype(np.float64))

    def result(self, targets: Array) -> dict[str, float]:
        """Return the metrics of all that was added, whose targets these are; what cannot be told is left out."""
        told = _of_classes(self._total) if self._kind == "classes" else _of_numbers(self._total, targets)
        if self._scores:
            told |= _areas(self._kind, np.concatenate(self._scores), targets)
        return {name: told[name] for name in self._names if name in told}


def measure(kind: TargetKind, outputs: Array, targets: Array, names: Sequence[str] = ()) -> dict[str, float]:
    """Return the metrics of outputs: (n, classes) or like targets; targets: class indices (n,) or numbers (n, values)."""
    whole = Measure(kind, names or USUAL[kind])
    whole.add(outputs, targets, len(targets))
    return whole.result(targets)


def _class_sums(outputs: jax.Array, targets: jax.Array, count: jax.Array, *, names: tuple[str, ...]) -> dict[str, jax.Array]:
    classes, outputs = outputs.shape[-1], outputs.astype(jnp.float32)
    is_there = jnp.arange(len(targets)) < count
    predicted = outputs.argmax(axis=-1)
    hits = is_there & (predicted == targets)
    sums = {"count": jnp.sum(is_there), "hits": jnp.sum(hits)}
    if set(names) & set(_COUNTED):
        sums["both"] = jax.ops.segment_sum(hits.astype(jnp.int32), targets, classes)
        sums["taken"] = jax.ops.segment_sum(is_there.astype(jnp.int32), predicted, classes)
        sums["true"] = jax.ops.segment_sum(is_there.astype(jnp.int32), targets, classes)
    if "top_5" in names:
        own = jnp.take_along_axis(outputs, targets[:, None], axis=-1)
        sums["top_5"] = jnp.sum(is_there & ((outputs > own).sum(axis=-1) < _TOP))
    if "perplexity" in names:
        likelihood = jnp.take_along_axis(jax.nn.log_softmax(outputs), targets[:, None], axis=-1)[:, 0]
        sums["surprise"] = -jnp.sum(jnp.where(is_there, likelihood, 0))
    return sums


def _number_sums(outputs: jax.Array, targets: jax.Array, count: jax.Array, *, names: tuple[str, ...]) -> dict[str, jax.Array]:
    shape = (len(targets), *[1] * (targets.ndim - 1))
    is_there = jnp.broadcast_to((jnp.arange(len(targets)) < count).reshape(shape), targets.shape)
    errors = jnp.where(is_there, outputs.astype(jnp.float32) - targets, 0)
    sums = {"count": jnp.sum(is_there), "sizes": jnp.sum(jnp.abs(errors)), "squares": jnp.sum(jnp.square(errors))}
    if set(names) & set(_COUNTED):
        said, true = is_there & (outputs > 0), is_there & (targets > 0.5)
        sums |= {"both": jnp.sum(said & true), "taken": jnp.sum(said), "true": jnp.sum(true)}
    return sums


def _of_classes(total: dict[str, Array]) -> dict[str, float]:
    count = float(total["count"])
    told = {"accuracy": float(total["hits"]) / count}
    if "top_5" in total:
        told["top_5"] = float(total["top_5"]) / count
    if "surprise" in total:
        told["perplexity"] = float(np.exp(np.minimum(total["surprise"] / count, 700)))
    return told | _counted(total)


def _of_numbers(total: dict[str, Array], targets: Array) -> dict[str, float]:
    count, squares = float(total["count"]), float(total["squares"])
    exact = targets.astype(np.float64)
    spread = float(np.square(exact - exact.mean(axis=0)).sum())
    told = {"mae": float(total["sizes"]) / count, "rmse": float(np.sqrt(squares / count))}
    return told | ({"r2": 1.0 - squares / spread} if spread > 0 else {}) | _counted(total)


def _counted(total: dict[str, Array]) -> dict[str, float]:
    """Return what counts of true, taken and both give: of classes the mean over those that occur."""
    if "both" not in total:
        return {}
    both, taken, true = (np.atleast_1d(total[name]) for name in ("both", "taken", "true"))
    occurs = true > 0
    if not occurs.any():
        return {}
    both, taken, true = both[occurs], taken[occurs], true[occurs]
    precision, recall = both / np.maximum(taken, 1), both / true
    f1 = 2 * both / (taken + true)
    iou = both / (taken + true - both)
    values = {"precision": precision, "recall": recall, "f1": f1, "iou": iou}
    return {name: float(value.mean()) for name, value in values.items()}


def _areas(kind: TargetKind, scores: Array, targets: Array) -> dict[str, float]:
    """Return the area below the ROC curve, exactly: by ranks, where equal scores share theirs."""
    if kind == "numbers":
        areas = [_area(scores.reshape(-1), targets.reshape(-1) > 0.5)]
    else:
        shifted = scores - scores.max(axis=-1, keepdims=True)
        likely = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
        areas = [_area(likely[:, index], targets == index) for index in range(scores.shape[-1])]
    known = [area for area in areas if area is not None]
    return {"roc_auc": float(np.mean(known))} if known else {}


def _area(scores: Array, is_one: Array) -> float | None:
    ones, zeros = int(is_one.sum()), int((~is_one).sum())
    if not ones or not zeros:
        return None
    ordered = np.sort(scores)
    ranks = (np.searchsorted(ordered, scores, "left") + np.searchsorted(ordered, scores, "right") + 1) / 2
    return float((ranks[is_one].sum() - ones * (ones + 1) / 2) / (ones * zeros))
