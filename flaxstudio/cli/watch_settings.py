"""`--set` of what happens beside the steps of a run: evaluations, early stopping, best states, checkpoints."""

from dataclasses import replace

from flaxstudio.cli.values import number, switch, whole
from flaxstudio.project.watch import EarlyStopping, Watch

WATCH_KEYS = (
    *("evaluation_steps", "evaluation_seconds", "metric", "keep_best", "checkpoint_seconds", "stops_at_spikes"),
    *("early_stopping", "early_stopping.patience", "early_stopping.min_delta", "early_stopping.restores_best"),
)
_OFF = ("", "none", "false")


def with_watch(watch: Watch, key: str, text: str) -> Watch:
    """Return a watch with one key set; ProblemError where the text is no value for it."""
    is_off = text.lower() in _OFF
    if key.startswith("early_stopping"):
        return replace(watch, early_stopping=_stopping(watch.early_stopping or EarlyStopping(), key, text))
    match key:
        case "evaluation_steps":
            return replace(watch, evaluation_steps=None if is_off else whole(key, text))
        case "evaluation_seconds":
            return replace(watch, evaluation_seconds=None if is_off else number(key, text))
        case "checkpoint_seconds":
            return replace(watch, checkpoint_seconds=number(key, text))
        case "keep_best":
            return replace(watch, keep_best=whole(key, text))
        case "stops_at_spikes":
            return replace(watch, stops_at_spikes=switch(key, text))
        case _:
            return replace(watch, metric=text)


def _stopping(stopping: EarlyStopping, key: str, text: str) -> EarlyStopping | None:
    match key.partition(".")[2]:
        case "patience":
            return replace(stopping, patience=whole(key, text))
        case "min_delta":
            return replace(stopping, min_delta=number(key, text))
        case "restores_best":
            return replace(stopping, restores_best=switch(key, text))
        case _:
            return None if text.lower() in _OFF else replace(stopping, patience=whole(key, text))
