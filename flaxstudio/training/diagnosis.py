"""What went wrong in a run, found by computing its last steps again: step, node, sample rows, cause, and a remedy."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from flaxstudio.data.batches import BatchOrder
from flaxstudio.data.dataset import at_rows
from flaxstudio.project.config import TrainConfig
from flaxstudio.training.causes import Cause, cause_of
from flaxstudio.training.outliers import strange_rows
from flaxstudio.training.replay import Replay, size_of
from flaxstudio.training.streaming import AnyDispatcher
from flaxstudio.training.task import Task
from flaxstudio.training.tracing import Origin, find_origin

_RISE, _STEEP_RISE, _GROWTH = 10.0, 30.0, 100.0
_WINDOW = 5000
_USUAL_RATE = 0.01
_BACK = 3
_LISTED = 5
_BY_OPERATION = ("log", "division", "root", "power", "index", "domain")


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What is told to the user, the last step before which all was well, and the config that would have gone better.

    `rows` are rows of the table, counted from 1. `step` is where it began.
    """

    step: int
    node: str
    cause: Cause
    rows: tuple[int, ...]
    good_step: int
    repair: TrainConfig | None = None

    def sentence(self, told_at: int) -> str:
        """Return what went wrong at which step, for a loss that showed it at `told_at`."""
        where = f"at {self.node}" if self.node else "in the loss" if self.cause.kind in _BY_OPERATION else ""
        rows = f" ({rows_text(self.rows)})" if self.rows else ""
        begun = " ".join(part for part in ("It began", where, f"in step {self.step}" if self.step != told_at else "") if part)
        return f"{begun}: {self.cause.what}{rows}." if begun != "It began" else f"{_capital(self.cause.what)}{rows}."


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A run that has gone wrong: what it trains, what its losses were from `first_step` on, and how to compute it again."""

    task: Task
    config: TrainConfig
    rate: float
    step_program: Callable[..., Any]
    order: BatchOrder
    dispatcher: AnyDispatcher
    replay: Replay
    losses: npt.NDArray[np.float32]
    first_step: int

    def loss_at(self, step: int) -> float:
        """Return a loss that was told; not a number where none was."""
        index = step - self.first_step
        return float(self.losses[index]) if 0 <= index < len(self.losses) else float("nan")

    def rows_of(self, step: int, rows: tuple[int, ...]) -> tuple[int, ...]:
        """Return the rows of the table, from 1, that samples of a step's batch are."""
        chosen = self._indices(step)
        return tuple(sorted(int(self.task.dataset.train.rows[chosen[row]]) + 1 for row in rows))

    def strange(self, step: int) -> tuple[int, ...]:
        """Return the samples of a step's batch that are unlike all others."""
        split, chosen = self.task.dataset.train, self._indices(step)
        pairs = ((split.features, split.features), (split.targets, split.targets))
        return tuple(sorted({row for part, whole in pairs for row in strange_rows(at_rows(part, chosen), whole)}))

    def _indices(self, step: int) -> npt.NDArray[Any]:
        if self.order.is_whole:
            return np.arange(len(self.task.dataset.train))
        rows: npt.NDArray[Any] = self.order.rows_of(step, 1)[0]
        return rows


def diagnose(case: Case, step: int) -> Diagnosis:
    """Return why the loss of a step is not a finite number."""
    culprit = case.replay.last_sound(step)
    before = case.replay.at(culprit - 1) if culprit > case.replay.first else None
    state = case.replay.at(culprit)
    healthy = (before, *case.dispatcher.batch(culprit - 1)) if before is not None else None
    features, targets = case.dispatcher.batch(culprit)
    origin = find_origin(case.step_program, (state, features, targets), healthy, case.task.model.source)
    found = cause_of(origin, case.order.batch_size) if origin else _unknown()
    node = origin.node if origin else ""
    best = _best_step(case, culprit)
    if (by_data := _by_data(case, culprit, found, origin)) is not None:
        strange_step, rows, cause = by_data
        return Diagnosis(strange_step, node, cause, case.rows_of(strange_step, rows), strange_step)
    has_grown = size_of(state) > _GROWTH * max(size_of(case.replay.at(best)), 1e-2)
    if _is_by_rate(case, culprit, best, found, has_grown):
        return _too_high(case, culprit, best, node)
    repair = _slower(case) if found.kind == "rate" else None
    return Diagnosis(culprit, node, found, case.rows_of(culprit, found.rows), culprit, repair)


def diagnose_spike(case: Case, step: int) -> Diagnosis:
    """Return why the loss of a step is far above all before."""
    for guess in range(step, max(case.replay.first, step - _BACK) - 1, -1):
        if rows := case.strange(guess):
            return Diagnosis(guess, "", _strange(rows), case.rows_of(guess, rows), guess)
    return _too_high(case, step, _best_step(case, step), "")


def rows_text(rows: tuple[int, ...]) -> str:
    """Return rows of the table in words."""
    more = f" and {len(rows) - _LISTED} more" if len(rows) > _LISTED else ""
    return f"row{'s' if len(rows) > 1 else ''} {', '.join(map(str, rows[:_LISTED]))}{more} of the data"


def _by_data(case: Case, culprit: int, found: Cause, origin: Origin | None) -> tuple[int, tuple[int, ...], Cause] | None:
    """Return the step, samples and cause where rows of the data are to blame: those of the step, or of the last before."""
    rows = case.strange(culprit)
    if rows and found.kind not in _BY_OPERATION and (not found.rows or set(rows) & set(found.rows)):
        return culprit, rows, _strange(rows)
    if found.kind in _BY_OPERATION or origin is None:
        return None
    for step in range(culprit - 1, max(case.replay.first, culprit - _BACK) - 1, -1):
        if rows := case.strange(step):
            return step, rows, _strange(rows)
    return None


def _is_by_rate(case: Case, culprit: int, best: int, found: Cause, has_grown: bool) -> bool:
    """Return whether the run had been climbing, or its params had become huge, before it broke."""
    rise = case.loss_at(culprit - 1) / max(case.loss_at(best), 1e-30) if culprit - 1 > best else 0.0
    if found.kind in _BY_OPERATION:
        return rise > _STEEP_RISE and has_grown
    return rise > _RISE or has_grown


def _too_high(case: Case, step: int, best: int, node: str) -> Diagnosis:
    slower = _slower(case)
    first, last = case.loss_at(best), case.loss_at(step - 1 if not np.isfinite(case.loss_at(step)) else step)
    rose = f": the loss had risen from {first:.4g} to {last:.4g}" if last > first else ""
    what = f"the learning rate {case.rate:g} is too high{rose}"
    return Diagnosis(step, node, Cause("rate", what, f"Lower it to {slower.optimizer.learning_rate:g}."), (), best, slower)


def _slower(case: Case) -> TrainConfig:
    """Return the config with a tenth of the learning rate; of one that no optimizer learns with, with a usual one."""
    rate = float(f"{case.rate / 10:.3g}") if case.rate <= 1 else _USUAL_RATE
    return replace(case.config, optimizer=replace(case.config.optimizer, learning_rate=rate))


def _best_step(case: Case, step: int) -> int:
    """Return the step of the least loss since the run was last kept."""
    start = max(case.replay.first, case.first_step, step - _WINDOW)
    losses = case.losses[start - case.first_step : max(0, step - case.first_step)]
    finite = np.where(np.isfinite(losses), losses, np.inf)
    return start + int(finite.argmin()) if len(finite) else max(case.replay.first, min(step, case.replay.first))


def _strange(rows: tuple[int, ...]) -> Cause:
    which = "a row of the data is" if len(rows) == 1 else "rows of the data are"
    return Cause("data", f"{which} larger by far than all others", "Correct or remove it, or scale the features.", rows)


def _unknown() -> Cause:
    return Cause("unknown", "a number is beyond what its type can hold", "Lower the learning rate, or scale the features.")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
