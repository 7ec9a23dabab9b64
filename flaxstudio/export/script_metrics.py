"""What a training script measures: the project's metrics in numpy, and only those."""

from collections.abc import Iterator, Sequence

from flaxstudio.data.ends import Goal
from flaxstudio.project.config import TrainConfig
from flaxstudio.project.losses import TargetKind
from flaxstudio.project.metrics import Averaging, metrics_for, top_count

_COUNTED = ("precision", "recall", "f1", "iou")

_CLASSES = '''\
def class_metrics(outputs, targets):
    """Return what outputs (n, ..., classes) are worth; targets are class indices, those below 0 are left out."""
    is_counted = targets >= 0
    outputs, targets = np.asarray(outputs, np.float64)[is_counted], np.asarray(targets)[is_counted]
    classes, predicted = outputs.shape[-1], outputs.argmax(axis=-1)
    told = {"accuracy": (predicted == targets).mean()}
'''
_TOP = """\
    own = np.take_along_axis(outputs, targets[:, None], axis=-1)
    told["top_K"] = ((outputs > own).sum(axis=-1) < K).mean()
"""
_LIKELY = """\
    shifted = outputs - outputs.max(axis=-1, keepdims=True)
    likely = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
"""
_PERPLEXITY = """\
    told["perplexity"] = np.exp(-likely[np.arange(len(targets)), targets].mean())
"""
_COUNTS_OF_CLASSES = """\
    both, taken, true = (
        np.bincount(part, minlength=classes) for part in (targets[predicted == targets], predicted, targets)
    )
    told |= counted(both, taken, true)
"""
_IS_OF = """\
    is_of = targets[:, None] == np.arange(classes)
"""
_AREAS: dict[Averaging, str] = {
    "micro": '    told["roc_auc"] = area(likely.reshape(-1), is_of.reshape(-1))\n',
    "macro": '    told["roc_auc"] = mean_area(likely, is_of)\n',
    "weighted": '    told["roc_auc"] = mean_area(likely, is_of, is_of.sum(axis=0))\n',
}

_NUMBERS = '''\
def number_metrics(outputs, targets, ignored=None):
    """Return what outputs are worth beside targets of numbers, of which those equal to `ignored` are left out."""
    outputs, targets = np.asarray(outputs, np.float64), np.asarray(targets, np.float64)
    is_counted = np.ones(targets.shape, bool) if ignored is None else targets != ignored
    errors = (outputs - targets)[is_counted]
    means = np.where(is_counted, targets, 0).sum(axis=0) / np.maximum(is_counted.sum(axis=0), 1)
    spread = np.square((targets - means)[is_counted]).sum()
    told = {"mae": abs(errors).mean(), "rmse": np.sqrt(np.square(errors).mean())}
    if spread > 0:
        told["r2"] = 1 - np.square(errors).sum() / spread
'''
_COUNTS_OF_NUMBERS = """\
    said, true = outputs[is_counted] > 0, targets[is_counted] > 0.5
    told |= counted(*(np.array([part.sum()]) for part in (said & true, said, true)))
"""
_AREA_OF_NUMBERS = """\
    told["roc_auc"] = area(outputs[is_counted], targets[is_counted] > 0.5)
"""
_RETURN = "    return {name: value for name, value in told.items() if np.isfinite(value)}\n"

_COUNTING = '''\
def counted(both, taken, true):
    """Return {names}, {how}."""
{pooled}    occurs = taken + true > 0
    both, taken, true = both[occurs], taken[occurs], true[occurs]
    values = {{
{values}    }}
    return {{name: {mean} for name, value in values.items() if len(value)}}
'''
_VALUES = {
    "precision": "both / np.maximum(taken, 1)",
    "recall": "both / np.maximum(true, 1)",
    "f1": "2 * both / (taken + true)",
    "iou": "both / (taken + true - both)",
}
_POOLED = "    both, taken, true = (part.sum(keepdims=True) for part in (both, taken, true))\n"
_HOW: dict[Averaging, str] = {
    "macro": "the mean over the classes that occur or are taken for one",
    "micro": "over all samples together",
    "weighted": "the mean over the classes by their shares",
}

_AREA = '''\
def area(scores, is_one):
    """Return the area below the ROC curve by ranks, where equal scores share theirs; NaN without ones or without zeros."""
    ones, zeros = is_one.sum(), (~is_one).sum()
    if not ones or not zeros:
        return np.nan
    ordered = np.sort(scores)
    ranks = (np.searchsorted(ordered, scores, "left") + np.searchsorted(ordered, scores, "right") + 1) / 2
    return (ranks[is_one].sum() - ones * (ones + 1) / 2) / (ones * zeros)
'''
_MEAN_AREA = '''\
def mean_area(scores, is_one, weights=None):
    """Return the mean over the classes that occur of each one's area against all others."""
    areas = np.array([area(*pair) for pair in zip(scores.T, is_one.T)])
    known = np.isfinite(areas)
    if not known.any():
        return np.nan
    return np.average(areas[known], weights=None if weights is None else weights[known])
'''
_OF_OUTPUTS = '''\
def metrics_of(outputs, targets):
    """Return the loss and the metrics of each Output under its name."""
    parts = {{
{parts}    }}
    return {{f"{{output}}.{{name}}": value for output, told in parts.items() for name, value in told.items()}}
'''


def metric_functions(goals: Sequence[Goal], config: TrainConfig) -> Iterator[str]:
    """Yield the functions that measure the Outputs."""
    names = {kind: metrics_for(kind, config.metrics) for kind in dict.fromkeys(goal.kind for goal in goals)}
    every = [name for chosen in names.values() for name in chosen]
    if "roc_auc" in every:
        yield _AREA
    if "roc_auc" in names.get("classes", ()) and config.averaging != "micro":
        yield _MEAN_AREA
    if counts := [name for name in _COUNTED if name in every]:
        yield _counting(counts, config.averaging)
    for kind, chosen in names.items():
        yield _class_metrics(chosen, config.averaging) if kind == "classes" else _number_metrics(chosen)
    if len(goals) > 1:
        yield _OF_OUTPUTS.format(parts="".join(_part(goal, index, config) for index, goal in enumerate(goals)))


def metrics_call(goals: Sequence[Goal], config: TrainConfig) -> str:
    """Return the expression of all metrics of `outputs` and `y`."""
    return "metrics_of(outputs, y)" if len(goals) > 1 else _call(goals[0], config, "outputs", "y")


def _part(goal: Goal, index: int, config: TrainConfig) -> str:
    pair = f"outputs[{index}]", f"targets[{index}]"
    loss = f'{{"loss": loss_of_{goal.name}({", ".join(pair)}).mean()}}'
    return f'        "{goal.name}": {loss} | {_call(goal, config, *pair)},\n'


def _call(goal: Goal, config: TrainConfig, outputs: str, targets: str) -> str:
    function: dict[TargetKind, str] = {"classes": "class_metrics", "numbers": "number_metrics"}
    ignored = config.objective_of(goal.name).ignored_number
    left_out = f", ignored={ignored!r}" if goal.kind == "numbers" and ignored is not None else ""
    return f"{function[goal.kind]}({outputs}, {targets}{left_out})"


def _class_metrics(names: Sequence[str], averaging: Averaging) -> str:
    text = _CLASSES
    tops = [count for name in names if (count := top_count(name)) is not None]
    for place, top in enumerate(tops):
        text += (_TOP if place == 0 else _TOP.partition("\n")[2]).replace("K", str(top))
    if {"perplexity", "roc_auc"} & set(names):
        text += _LIKELY
    if "perplexity" in names:
        text += _PERPLEXITY
    if set(names) & set(_COUNTED):
        text += _COUNTS_OF_CLASSES
    if "roc_auc" in names:
        text += _IS_OF + _AREAS[averaging]
    return text + _RETURN


def _number_metrics(names: Sequence[str]) -> str:
    text = _NUMBERS + (_COUNTS_OF_NUMBERS if set(names) & set(_COUNTED) else "")
    return text + (_AREA_OF_NUMBERS if "roc_auc" in names else "") + _RETURN


def _counting(names: Sequence[str], averaging: Averaging) -> str:
    weights = "np.average(value, weights=true if true.any() else None)" if averaging == "weighted" else "value.mean()"
    return _COUNTING.format(
        names=" and ".join(filter(None, (", ".join(names[:-1]), names[-1]))),
        how=_HOW[averaging],
        pooled=_POOLED if averaging == "micro" else "",
        values="".join(f'        "{name}": {_VALUES[name]},\n' for name in names),
        mean=weights,
    )
