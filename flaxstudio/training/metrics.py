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

from flaxstudio.project.metrics import USUAL, Averaging, top_count
from flaxstudio.project.options import TargetKind

Array = npt.NDArray[Any]
_COUNTED = ("precision", "recall", "f1", "iou")


class Measure:
    """The metrics of one Output over the batches of a split. `add` takes a batch whose first `count` rows count.

    Targets that are left out are, of classes, those below 0, and of numbers those that equal `ignored`.
    """

    def __init__(
        self, kind: TargetKind, names: Sequence[str], averaging: Averaging = "macro", ignored: float | None = None
    ) -> None:
        self._kind = kind
        self._names = tuple(names)
        self._averaging: Averaging = averaging
        self._ignored = ignored
        sums = _class_sums if kind == "classes" else partial(_number_sums, ignored=ignored)
        self._sums = jax.jit(partial(sums, names=self._names))
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
        if not self._total or not self._total["count"]:
            return {}
        counts = targets >= 0 if self._kind == "classes" else _counted_numbers(targets, self._ignored)
        told = _of_classes(self._total) if self._kind == "classes" else _of_numbers(self._total, targets, counts)
        told |= _counted(self._total, self._averaging)
        if self._scores:
            scores = np.concatenate(self._scores)[counts]
            told |= _areas(self._kind, scores, targets[counts], self._averaging)
        return {name: told[name] for name in self._names if name in told}


def measure(
    kind: TargetKind,
    outputs: Array,
    targets: Array,
    names: Sequence[str] = (),
    averaging: Averaging = "macro",
    ignored: float | None = None,
) -> dict[str, float]:
    """Return the metrics of outputs: (n, ..., classes) or like targets; targets: class indices (n, ...) or numbers."""
    whole = Measure(kind, names or USUAL[kind], averaging, ignored)
    whole.add(outputs, targets, len(targets))
    return whole.result(targets)


def _class_sums(outputs: jax.Array, targets: jax.Array, count: jax.Array, *, names: tuple[str, ...]) -> dict[str, jax.Array]:
    classes = outputs.shape[-1]
    is_there = (_rows_there(targets, count) & (targets >= 0)).reshape(-1)
    outputs, targets = outputs.astype(jnp.float32).reshape(-1, classes), targets.reshape(-1)
    predicted = outputs.argmax(axis=-1)
    hits = is_there & (predicted == targets)
    sums = {"count": jnp.sum(is_there), "hits": jnp.sum(hits)}
    if set(names) & set(_COUNTED):
        sums["both"] = jax.ops.segment_sum(hits.astype(jnp.int32), targets, classes)
        sums["taken"] = jax.ops.segment_sum(is_there.astype(jnp.int32), predicted, classes)
        sums["true"] = jax.ops.segment_sum(is_there.astype(jnp.int32), targets, classes)
    own = jnp.take_along_axis(outputs, targets[:, None], axis=-1)
    for name in names:
        if (top := top_count(name)) is not None:
            sums[name] = jnp.sum(is_there & ((outputs > own).sum(axis=-1) < top))
    if "perplexity" in names:
        likelihood = jnp.take_along_axis(jax.nn.log_softmax(outputs), targets[:, None], axis=-1)[:, 0]
        sums["surprise"] = -jnp.sum(jnp.where(is_there, likelihood, 0))
    return sums


def _number_sums(
    outputs: jax.Array, targets: jax.Array, count: jax.Array, *, names: tuple[str, ...], ignored: float | None
) -> dict[str, jax.Array]:
    is_there = _rows_there(targets, count)
    is_there = is_there if ignored is None else is_there & (targets != ignored)
    errors = jnp.where(is_there, outputs.astype(jnp.float32) - targets, 0)
    sums = {"count": jnp.sum(is_there), "sizes": jnp.sum(jnp.abs(errors)), "squares": jnp.sum(jnp.square(errors))}
    if set(names) & set(_COUNTED):
        said, true = is_there & (outputs > 0), is_there & (targets > 0.5)
        sums |= {"both": jnp.sum(said & true), "taken": jnp.sum(said), "true": jnp.sum(true)}
    return sums


def _rows_there(targets: jax.Array, count: jax.Array) -> jax.Array:
    shape = (len(targets), *[1] * (targets.ndim - 1))
    return jnp.broadcast_to((jnp.arange(len(targets)) < count).reshape(shape), targets.shape)


def _counted_numbers(targets: Array, ignored: float | None) -> Array:
    return np.ones(targets.shape, np.bool_) if ignored is None else np.asarray(targets != np.float32(ignored))


def _of_classes(total: dict[str, Array]) -> dict[str, float]:
    count = float(total["count"])
    told = {"accuracy": float(total["hits"]) / count}
    told |= {name: float(value) / count for name, value in total.items() if top_count(name) is not None}
    if "surprise" in total:
        told["perplexity"] = float(np.exp(np.minimum(total["surprise"] / count, 700)))
    return told


def _of_numbers(total: dict[str, Array], targets: Array, counts: Array) -> dict[str, float]:
    count, squares = float(total["count"]), float(total["squares"])
    exact = targets.astype(np.float64)
    mean = np.where(counts, exact, 0).sum(axis=0) / np.maximum(counts.sum(axis=0), 1)
    spread = float(np.square(np.where(counts, exact - mean, 0)).sum())
    told = {"mae": float(total["sizes"]) / count, "rmse": float(np.sqrt(squares / count))}
    return told | ({"r2": 1.0 - squares / spread} if spread > 0 else {})


def _counted(total: dict[str, Array], averaging: Averaging) -> dict[str, float]:
    """Return what counts of true, taken and both give: a mean over the classes that occur or are taken for one."""
    if "both" not in total:
        return {}
    both, taken, true = (np.atleast_1d(total[name]) for name in ("both", "taken", "true"))
    if averaging == "micro":
        both, taken, true = (array.sum(keepdims=True) for array in (both, taken, true))
    occurs = taken + true > 0
    if not occurs.any():
        return {}
    both, taken, true = both[occurs], taken[occurs], true[occurs]
    weights = true if averaging == "weighted" and true.any() else np.ones(len(true))
    precision, recall = both / np.maximum(taken, 1), both / np.maximum(true, 1)
    values = {"precision": precision, "recall": recall}
    values |= {"f1": 2 * both / (taken + true), "iou": both / (taken + true - both)}
    return {name: float(np.average(value, weights=weights)) for name, value in values.items()}


def _areas(kind: TargetKind, scores: Array, targets: Array, averaging: Averaging) -> dict[str, float]:
    """Return the area below the ROC curve, exactly: by ranks, where equal scores share theirs."""
    if kind == "numbers":
        pairs = [(scores.reshape(-1), targets.reshape(-1) > 0.5)]
    else:
        shifted = scores - scores.max(axis=-1, keepdims=True)
        likely = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
        is_of = targets[:, None] == np.arange(scores.shape[-1])
        pairs = [(likely.reshape(-1), is_of.reshape(-1))] if averaging == "micro" else list(zip(likely.T, is_of.T, strict=True))
    areas = [(area, float(is_one.sum())) for given, is_one in pairs if (area := _area(given, is_one)) is not None]
    if not areas:
        return {}
    weights = [count for _, count in areas] if averaging == "weighted" else None
    return {"roc_auc": float(np.average([area for area, _ in areas], weights=weights))}


def _area(scores: Array, is_one: Array) -> float | None:
    ones, zeros = int(is_one.sum()), int((~is_one).sum())
    if not ones or not zeros:
        return None
    ordered = np.sort(scores)
    ranks = (np.searchsorted(ordered, scores, "left") + np.searchsorted(ordered, scores, "right") + 1) / 2
    return float((ranks[is_one].sum() - ones * (ones + 1) / 2) / (ones * zeros))
