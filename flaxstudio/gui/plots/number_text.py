"""Numbers as plots and tiles write them, and the names of what they measure."""

import math

from flaxstudio.project.metrics import is_share, top_count

_TITLES = {"mae": "MAE", "rmse": "RMSE", "r2": "R²", "f1": "F1", "iou": "IoU", "roc_auc": "ROC AUC"}


def metric_title(name: str) -> str:
    """Return what a metric is called: accuracy, F1, top 5; of one Output with its name before."""
    output, dot, own = name.rpartition(".")
    top = top_count(own)
    return f"{output}{dot and ' '}{_TITLES.get(own, own if top is None else f'top {top}')}"


def metric_text(name: str, value: float) -> str:
    """Return a metric's value: shares in per cent."""
    return share_text(value) if is_share(name) else value_text(value)


def power_text(value: float) -> str:
    """Return a number of a logarithmic axis: 1,000 and 0.01 in full, 1e-07 in short."""
    return f"{value:,.6g}" if 1e-4 <= value < 1e7 else f"{value:.1g}"


def value_text(value: float) -> str:
    """Return a loss or metric with four significant digits."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "∞" if value > 0 else "−∞"
    size = abs(value)
    if value and not 1e-4 <= size < 1e6:
        return f"{value:.3e}"
    return f"{value:#,.4g}".rstrip(".") if size < 1e4 else f"{value:,.0f}"


def share_text(value: float) -> str:
    """Return a share as a percentage of one decimal: 97.8 %."""
    return f"{100 * value:.1f} %"
