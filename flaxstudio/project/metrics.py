"""What a model may be measured by beside its loss, as data."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, get_args

from flaxstudio.project.losses import TargetKind

Averaging = Literal["macro", "micro", "weighted"]
"""How classes make one number: each class alike, each sample alike, or each class by its share."""

AVERAGINGS: tuple[Averaging, ...] = get_args(Averaging)
AVERAGED = ("precision", "recall", "f1", "iou", "roc_auc")
"""Metrics of classes that are first told of each class."""

METRICS: dict[TargetKind, dict[str, str]] = {
    "classes": {
        "accuracy": "Share of samples whose class is the most likely one.",
        "top_5": "Share of samples whose class is among the five most likely ones.",
        "precision": "Of those taken for a class, how many are of it.",
        "recall": "Of those of a class, how many are found.",
        "f1": "Harmonic mean of precision and recall.",
        "iou": "Of those of a class or taken for it, how many are both.",
        "roc_auc": "Chance that a sample of a class is thought likelier to be of it than another.",
        "perplexity": "Among how many classes the model is in doubt: the exponential of the cross-entropy.",
    },
    "numbers": {
        "mae": "Mean of the error's size.",
        "rmse": "Root of the mean squared error.",
        "r2": "Share of the targets' variance that is explained.",
        "precision": "For targets 0 and 1: of those above 0, how many are 1.",
        "recall": "For targets 0 and 1: of the ones, how many are above 0.",
        "f1": "For targets 0 and 1: harmonic mean of precision and recall.",
        "iou": "For masks of 0 and 1: of those that are 1 or above 0, how many are both.",
        "roc_auc": "For targets 0 and 1: chance that a one gets a larger output than a zero.",
    },
}
"""Kind of targets -> metric -> what it tells."""

USUAL: dict[TargetKind, tuple[str, ...]] = {"classes": ("accuracy",), "numbers": ("mae", "rmse", "r2")}
SHARES = ("accuracy", "precision", "recall", "f1", "iou")
"""Metrics that are shares, best written in per cent."""

_TOP = re.compile(r"top_([1-9]\d{0,4})")


def top_count(name: str) -> int | None:
    """Return the K of “top_K”, the share of samples whose class is among the K most likely ones; None for another name."""
    found = _TOP.fullmatch(name)
    return int(found[1]) if found else None


def suits(name: str, kind: TargetKind) -> bool:
    """Return whether a metric tells something of targets of that kind."""
    return name in METRICS[kind] or (kind == "classes" and top_count(name) is not None)


def is_share(name: str) -> bool:
    """Return whether a metric, perhaps one of several Outputs' as in “output_1.accuracy”, is a share."""
    own = name.rpartition(".")[2]
    return own in SHARES or top_count(own) is not None


def metrics_for(kind: TargetKind, chosen: Sequence[str]) -> tuple[str, ...]:
    """Return the metrics of an Output: the usual ones, and those chosen that suit its targets."""
    return (*USUAL[kind], *(name for name in dict.fromkeys(chosen) if suits(name, kind) and name not in USUAL[kind]))


def told_metrics(outputs: Mapping[str, TargetKind], chosen: Sequence[str]) -> tuple[str, ...]:
    """Return the names that evaluations of Outputs with such targets tell, the loss first; of several under each one's name."""
    if len(outputs) == 1:
        return ("loss", *metrics_for(next(iter(outputs.values())), chosen))
    own = (f"{name}.{metric}" for name, kind in outputs.items() for metric in ("loss", *metrics_for(kind, chosen)))
    return ("loss", *own)


def metric_faults(chosen: Sequence[str], averaging: str) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the metrics that were chosen."""
    known = {name for names in METRICS.values() for name in names}
    for name in chosen:
        if name not in known and top_count(name) is None:
            yield f"The metric “{name}” is unknown.", f"Choose some of {', '.join(sorted(known))}."
    if averaging not in AVERAGINGS:
        yield f"The averaging “{averaging}” is unknown.", f"Choose one of {', '.join(AVERAGINGS)}."
