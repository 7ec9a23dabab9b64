"""What a model may be measured by beside its loss, as data."""

from collections.abc import Iterator, Sequence

from flaxstudio.project.losses import TargetKind

METRICS: dict[TargetKind, dict[str, str]] = {
    "classes": {
        "accuracy": "Share of samples whose class is the most likely one.",
        "top_5": "Share of samples whose class is among the five most likely ones.",
        "precision": "Of those taken for a class, how many are of it; mean over the classes.",
        "recall": "Of those of a class, how many are found; mean over the classes.",
        "f1": "Harmonic mean of precision and recall; mean over the classes.",
        "iou": "Of those of a class or taken for it, how many are both; mean over the classes.",
        "roc_auc": "Chance that a sample of a class is thought likelier to be of it than another; mean over the classes.",
        "perplexity": "Among how many classes the model is in doubt: the exponential of the cross-entropy.",
    },
    "numbers": {
        "mae": "Mean of the error's size.",
        "rmse": "Root of the mean squared error.",
        "r2": "Share of the targets' variance that is explained.",
        "precision": "For targets 0 and 1: of those above 0, how many are 1.",
        "recall": "For targets 0 and 1: of the ones, how many are above 0.",
        "f1": "Harmonic mean of precision and recall.",
        "iou": "For masks: of those that are 1 or above 0, how many are both.",
        "roc_auc": "Chance that a one gets a larger output than a zero.",
    },
}
"""Kind of targets -> metric -> what it tells."""

USUAL: dict[TargetKind, tuple[str, ...]] = {"classes": ("accuracy",), "numbers": ("mae", "rmse", "r2")}


def metrics_for(kind: TargetKind, chosen: Sequence[str]) -> tuple[str, ...]:
    """Return the metrics of an Output: the usual ones, and those chosen that suit its targets."""
    return (*USUAL[kind], *(name for name in chosen if name in METRICS[kind] and name not in USUAL[kind]))


def metric_faults(chosen: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the metrics that were chosen."""
    known = {name for names in METRICS.values() for name in names}
    for name in chosen:
        if name not in known:
            yield f"The metric “{name}” is unknown.", f"Choose some of {', '.join(sorted(known))}."
