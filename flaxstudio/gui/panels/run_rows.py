"""What the list of runs tells of a run, and of a group of runs trained together, column by column."""

import math
from collections.abc import Callable, Sequence

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale, Qt

from flaxstudio.gui.panels.member_text import group_name, member_name
from flaxstudio.gui.panels.run_state import duration_text
from flaxstudio.gui.plots.number_text import share_text, value_text
from flaxstudio.project.population import best_of
from flaxstudio.project.results import RunRecord

TEXT_COLUMNS = (0, 1, 2, 10)


def titles() -> tuple[str, ...]:
    """Return the titles of the columns."""
    return (
        _tr("Run"), _tr("Started"), _tr("Ended"), _tr("Steps"), _tr("Seed"), _tr("Last loss"), _tr("Validation"),
        _tr("Test"), _tr("Time"), _tr("Params"), _tr("Device"),
    )  # fmt: skip


def row_of(run: RunRecord, *, is_best: bool = False) -> tuple[str, ...]:
    """Return a run's row; `is_best` of its group."""
    number = f"{run.number:,}"
    return (
        f"{number}  ·  {member_name(run).text}" if run.varied else number,
        started_text(run.started),
        _tr("{0}, the best").format(reason_text(run)) if is_best else reason_text(run),
        f"{_steps(run):,}",
        str(run.seed),
        value_text(float(run.losses[-1])) if len(run.losses) else "–",
        evaluation_text(run, "validation"),
        evaluation_text(run, "test"),
        time_text(run.seconds),
        f"{run.params:,}",
        run.device,
    )


def group_row(runs: Sequence[RunRecord], metric: str) -> tuple[str, ...]:
    """Return the row of a group: the best of the runs, and how far they lie apart."""
    best = best_of(runs, metric)
    winner = None if best is None else runs[best]
    failed = sum(run.reason == "failed" for run in runs)
    ended = _tr("best: run {0}").format(f"{winner.number:,}") if winner else _tr("failed")
    return (
        group_name(runs),
        started_text(runs[0].started),
        f"{ended}, {_tr('{0} failed').format(failed)}" if failed and winner else ended,
        _range([float(_steps(run)) for run in runs], lambda steps: f"{int(steps):,}"),
        _range([float(run.seed) for run in runs], lambda seed: str(int(seed))),
        _range([float(run.losses[-1]) for run in runs if len(run.losses)], _short),
        _spread(winner, runs, "validation"),
        _spread(winner, runs, "test"),
        time_text(max(run.seconds for run in runs)),
        f"{runs[0].params:,}",
        runs[0].device,
    )


def reason_text(run: RunRecord) -> str:
    """Return how a run ended."""
    words = {
        "completed": _tr("completed"),
        "stopped": _tr("stopped"),
        "early_stopping": _tr("stopped early"),
        "failed": _tr("failed"),
    }
    return words.get(run.reason, run.reason)


def evaluation_text(run: RunRecord, split: str) -> str:
    """Return the last evaluation of a split in short: its accuracy, or else its loss; a dash if there was none."""
    last = next((e for e in reversed(run.evaluations) if e.split == split), None)
    if last is None or math.isnan(last.loss):
        return "–"
    accuracy = last.metrics.get("accuracy")
    return value_text(last.loss) if accuracy is None else f"{share_text(accuracy)}  ({value_text(last.loss)})"


def started_text(started: str) -> str:
    """Return a time in ISO form as the user's country writes it, or as it is if it cannot be read."""
    time = QDateTime.fromString(started, Qt.DateFormat.ISODate)
    return QLocale().toString(time.toLocalTime(), QLocale.FormatType.ShortFormat) if time.isValid() else started


def time_text(seconds: float) -> str:
    """Return how long a run took."""
    return duration_text(seconds) if seconds >= 10 else f"{seconds:.1f} s"


def _steps(run: RunRecord) -> int:
    return run.first_step + len(run.losses)


def _spread(winner: RunRecord | None, runs: Sequence[RunRecord], split: str) -> str:
    """Return the best run's evaluation in short, and from where to where those of all lie."""
    told = [next((e for e in reversed(run.evaluations) if e.split == split), None) for run in runs if run.reason != "failed"]
    found = [one for one in told if one is not None]
    if winner is None or not found:
        return "–"
    if all("accuracy" in one.metrics for one in found):
        best = next(e for e in reversed(winner.evaluations) if e.split == split)
        return f"{share_text(best.metrics['accuracy'])}  ({_range([e.metrics['accuracy'] for e in found], _percent)})"
    return _range([one.loss for one in found], _short)


def _range(values: Sequence[float], text_of: Callable[[float], str]) -> str:
    """Return the least and the greatest value, or the only one."""
    finite = [value for value in values if math.isfinite(value)]
    if not finite:
        return "–"
    low, high = text_of(min(finite)), text_of(max(finite))
    return low if low == high else f"{low}–{high}"


def _short(value: float) -> str:
    return f"{value:,.2g}"


def _percent(value: float) -> str:
    return f"{100 * value:.1f}"


def _tr(text: str) -> str:
    return QCoreApplication.translate("RunsPanel", text)
