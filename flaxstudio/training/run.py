"""A run under way: steps, evaluations and checkpoints in their order, told as events; and how it ends."""

import math
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from flaxstudio.data.batches import BatchOrder
from flaxstudio.data.dataset import SplitName
from flaxstudio.graph.problem import ProblemError
from flaxstudio.project.optim_steering import standing_for
from flaxstudio.project.results import Origin, Results, RunRecord, Standing, Tree, count_params
from flaxstudio.project.storage import dump_project
from flaxstudio.training.device import Setting
from flaxstudio.training.diagnosis import Case, diagnose, diagnose_spike, rows_text
from flaxstudio.training.dispatch import Losses, is_ready, read_losses
from flaxstudio.training.distributions import taps_of
from flaxstudio.training.events import (
    Changed,
    EndReason,
    Evaluated,
    Event,
    Refused,
    RunFailed,
    RunFinished,
    RunStarted,
    StepsDone,
)
from flaxstudio.training.faults import RunBroken, broken, out_of_memory
from flaxstudio.training.first_state import first_state, with_scaling
from flaxstudio.training.judging import has_waited, judged
from flaxstudio.training.keeper import Keeper
from flaxstudio.training.keeping import kept as kept_of
from flaxstudio.training.keeping import on_host, taken_back
from flaxstudio.training.observing import Observer
from flaxstudio.training.outliers import strange_rows
from flaxstudio.training.pace import Pace
from flaxstudio.training.record import RunRecorder, trained_of, until
from flaxstudio.training.replay import Replay, all_finite, is_sound
from flaxstudio.training.scoring import ScoringStopped
from flaxstudio.training.spikes import SpikeGuard
from flaxstudio.training.steering import Steering
from flaxstudio.training.steps import TrainState, variables_in_use
from flaxstudio.training.streaming import AnyDispatcher
from flaxstudio.training.task import Task
from flaxstudio.training.timing import Evaluations, Stopwatch
from flaxstudio.training.told import Told


@dataclass(frozen=True, slots=True)
class _Pending:
    """A dispatch that has been started and not yet read."""

    first_step: int
    steps: int
    losses: Losses
    started: float


class Run:
    """A run under way: what has been started, what has been read, and the state in between."""

    def __init__(
        self,
        told: Told,
        task: Task,
        setting: Setting,
        origin: Origin,
        state: TrainState,
        place: Callable[[TrainState], TrainState],
        standing: Standing,
        dispatcher: AnyDispatcher,
        order: BatchOrder,
        step_program: Callable[..., Any],
        keeper: Keeper | None,
    ) -> None:
        self.task = task
        self.step = int(state.step)
        """Steps whose losses have been told."""
        self._told = told
        self._config = told.project.training
        self._setting = setting
        self._origin = origin
        self._state = state
        self._place = place
        self._standing = standing
        self._steering = Steering(self._config, (standing, state))
        self._dispatcher = dispatcher
        self._control = told.control
        self._order = order
        self._step_program = step_program
        self._steps_per_epoch = order.steps_per_epoch
        self._anchor = told.resume
        """The state that was kept last: from there the steps can be computed again."""
        taps = partial(taps_of, told.project, told.catalogue)
        self._observer = Observer(step_program, setting, taps) if told.is_observed else None
        self._guard = SpikeGuard(told.earlier.losses if told.earlier else np.empty(0, np.float32))
        self._keeper = keeper
        self._recorder = RunRecorder(told.project)
        self._evaluations = Evaluations(self._config, self._steps_per_epoch, has_rows=len(task.dataset.validation) > 0)
        self._launched = self.step
        self._pending: deque[_Pending] = deque()
        self._pace = Pace(dispatcher.capacity)
        self._stopwatch = Stopwatch()

    def events(self) -> Iterator[Event]:
        """Yield all events from RunStarted to RunFinished; ProblemError where the run fails."""
        try:
            for event in self._events():
                self._recorder.add(event)
                yield event
        finally:
            if self._observer is not None:
                self._observer.close()

    def _events(self) -> Iterator[Event]:
        yield self._started()
        self._keep()
        if self._is_evaluation_missing():
            yield from self._evaluate_on_the_way()
        yield from self._steps()
        is_stopped = self._control.is_stopped and self._launched < self._config.steps
        reason: EndReason = "stopped" if is_stopped else "completed"
        if not is_stopped:
            reason = "early_stopping" if self._launched < self._config.steps else "completed"
            yield from self._evaluate_at_the_end()
        end = self._finished(reason)
        self._keep(end)
        yield end

    def _steps(self) -> Iterator[Event]:
        while self._launched < self._config.steps and not self._control.is_stopped:
            yield from self._take_changes()
            is_single = self._control.is_paused
            if is_single and not self._control.take_step():
                yield from self._hold()
                continue
            self._launch(1 if is_single else self._pace.steps)
            yield from self._read(leaving=1 if self._pace.runs_ahead and not is_single else 0)
            if self._evaluations.is_due(self._launched):
                yield from self._read(leaving=0)
                yield from self._evaluate_on_the_way()
                if has_waited(self._standing, self._config.watch):
                    return
            if self._observer is not None and self._observer.is_due():
                yield from self._observe(self._observer)
            if self._keeper is not None and self._keeper.is_due():
                yield from self._read(leaving=0)
                self._keep()
        yield from self._read(leaving=0)

    def _observe(self, observer: Observer) -> Iterator[Event]:
        yield from self._read(leaving=0)
        if self._launched < self._config.steps:
            with self._setting.entered():
                seen = observer.observe(self._state, self._dispatcher.batch(self._launched), self._launched)
            self._pace.restart()
            if seen is not None:
                yield seen

    def _take_changes(self) -> Iterator[Event]:
        """Let hyper-parameters that were changed hold from the next step on."""
        for name, value in self._control.take_changes().items():
            with self._setting.entered():
                standing = self._steering.changed(self._standing, name, value)
            if standing is None:
                yield Refused(self._launched, name, self._steering.refusal(self._standing, name, value))
            else:
                yield from self._read(leaving=0)
                with self._setting.entered():
                    self._standing = standing
                    self._state = self._place(self._steering.steered(self._state, standing))
                yield Changed(self._launched, name, value)

    def _hold(self) -> Iterator[Event]:
        """Tell all that was computed, keep it, and wait; the time does not count."""
        yield from self._read(leaving=0)
        if self._keeper is not None and self._keeper.kept < self.step:
            self._keep()
        self._stopwatch.hold(self._control)
        self._pace.restart()

    def _launch(self, wanted: int) -> None:
        """Start as many steps as are wanted, but none beyond the next evaluation."""
        steps = min(wanted, self._evaluations.steps_until(self._launched))
        with self._setting.entered():
            self._state, losses = self._dispatcher.run(self._state, self._launched, steps)
        self._pending.append(_Pending(self._launched, steps, losses, time.perf_counter()))
        self._launched += steps

    def _read(self, leaving: int) -> Iterator[Event]:
        """Yield the losses of dispatches in their order until that many are left; RunBroken at the first that is wrong."""
        while len(self._pending) > leaving:
            pending = self._pending.popleft()
            was_waited_for = not is_ready(pending.losses)
            losses = read_losses(pending.losses, pending.steps)
            rate = self._pace.learn(pending.steps, pending.started, was_waited_for)
            wrong = np.flatnonzero(~np.isfinite(losses))
            count = int(wrong[0]) if len(wrong) else pending.steps
            leap = self._guard.find(losses[:count]) if self._config.watch.stops_at_spikes else None
            count = count if leap is None else leap + 1
            self.step = pending.first_step + count
            if count:
                yield StepsDone(pending.first_step, losses[:count], rate)
            if leap is not None:
                self._break(self.step - 1, is_spike=True)
            if len(wrong):
                self._break(self.step)

    def _break(self, step: int, *, is_spike: bool = False) -> None:
        """Find out what went wrong at a step, go back to the last sound state, keep it, and end the run."""
        record = self._recorder.record()
        assert record is not None
        with self._setting.entered():
            replay = self._replay(record)
            rate = self._steering.rate(self._standing)
            told = (self.task, self._config, rate, self._step_program, self._order, self._dispatcher, replay)
            case = Case(*told, record.losses, record.first_step)
            found = diagnose_spike(case, step) if is_spike else diagnose(case, step)
            self._state, self.step = replay.at(found.good_step), found.good_step
        rescued = self._finished("stopped")
        self._keep(at=found.good_step)
        raise RunBroken(broken(found, step, rescued, is_spike=is_spike))

    def out_of_memory(self) -> RunFailed:
        """Let go of the state, which takes room, and return the event of a run that the memory did not suffice for."""
        del self._state
        self._pending.clear()
        with self._setting.entered():
            return out_of_memory(self._told.project, self.task, self._setting.device, self.step)

    def _replay(self, record: RunRecord) -> Replay:
        """Return the steps since the run was last kept, to be computed again."""
        anchor = self._anchor
        first = anchor.step if anchor else 0
        changes = [change for change in record.changes if change.step >= first]
        told = self._steering.changed_all(standing_for(self._config.optimizer, anchor), changes)

        def steered(standing: Standing, state: TrainState) -> TrainState:
            return self._place(self._steering.steered(state, standing))

        def begin() -> TrainState:
            return steered(
                standing_for(self._config.optimizer, anchor), first_state(self._told.project, self.task.model, anchor)
            )

        return Replay(begin, first, self._dispatcher, {step: partial(steered, one) for step, one in told.items()})

    def _is_evaluation_missing(self) -> bool:
        """Return whether a run that goes on had been stopped before an evaluation that was due."""
        is_between = self._told.resume is not None and 0 < self.step < self._config.steps
        return is_between and self._evaluations.is_due(self._launched) and self._standing.evaluated != self.step

    def _evaluate_on_the_way(self) -> Iterator[Event]:
        for told in self._evaluate("validation"):
            self._judge(told)
            yield told
        self._pace.restart()
        self._evaluations.restart()

    def _evaluate_at_the_end(self) -> Iterator[Event]:
        """Yield what all splits give: for the best variables where these are wanted, else for the last."""
        stopping = self._config.watch.early_stopping
        told = list(self._evaluate("validation")) if self._standing.evaluated != self.step else []
        for one in told:
            self._judge(one)
        if stopping is not None and stopping.restores_best and self._standing.best:
            best = self._standing.best[0]
            if best.step != self.step:
                yield from told
                self._take_back(best.variables)
                yield from self._evaluate("validation", best.step)
            else:
                yield from told or self._evaluate("validation")
            yield from self._evaluate("train", best.step)
            yield from self._evaluate("test", best.step)
            return
        yield from told or self._evaluate("validation")
        yield from self._evaluate("train")
        yield from self._evaluate("test")

    def _judge(self, told: Evaluated) -> None:
        self._standing = judged(self._standing, told, self._config.watch, lambda: on_host(variables_in_use(self._state)))

    def _take_back(self, variables: Tree) -> None:
        """Give the state the variables of an earlier step."""
        with self._setting.entered():
            self._state = self._place(taken_back(self._state, variables))

    def _evaluate(self, name: SplitName, step: int | None = None) -> Iterator[Evaluated]:
        """Yield a split's loss and metrics, or nothing if it is empty or the run is stopped meanwhile."""
        split = self.task.dataset.split(name)
        if len(split) == 0:
            return
        try:
            with self._setting.entered():
                score = self.task.scorer.score(variables_in_use(self._state), split, lambda: self._control.is_stopped)
        except ScoringStopped:
            return
        if not math.isfinite(score.loss):
            if not is_sound(self._state):
                self._break(self.step)
            rows = tuple(int(split.rows[row]) + 1 for row in strange_rows(split.features, self.task.dataset.train.features))
            where = f": {rows_text(rows)} may be the cause" if rows else ""
            what = f"The {name} loss is not a finite number after {self.step:,} steps{where}."
            raise ProblemError(what, "Look at these rows." if rows else "Lower the learning rate.")
        yield Evaluated(self.step if step is None else step, name, score.loss, score.metrics)

    def _keep(self, end: RunFinished | None = None, at: int | None = None) -> None:
        """Write down how the run stands, beside the run, or how it ended; of one that has not begun that it was begun.

        With `at`, what came after that step is forgotten.
        """
        if self._keeper is None:
            return
        project, record = self._told.project, self._recorder.record()
        assert record is not None

        def snapshot() -> Callable[[], bytes]:
            is_new = self._told.resume is None and self.step == record.first_step
            now = end or self._finished("stopped")
            reason = end.reason if end else "interrupted"
            told = replace(record, reason=reason, seconds=record.seconds + now.seconds)
            kept = None if is_new else trained_of(now, project)
            if end is None and at is None and kept is not None:
                if not all_finite(kept.variables):
                    self._break(self.step)
                self._anchor = kept
            results = Results(kept, (told if at is None else until(told, at),))
            return lambda: dump_project(project, results)

        self._keeper.keep(snapshot, self.step)

    def _started(self) -> RunStarted:
        earlier, before = self._told.earlier, self._told.results.runs
        numbers = [record.number for record in before]
        is_free = earlier is not None and earlier.number not in numbers
        return RunStarted(
            run=earlier.number if earlier is not None and is_free else 1 + max(numbers, default=0),
            seed=self._config.seed,
            device=self._setting.device.platform,
            params=count_params(self._state.params),
            steps=self._config.steps,
            first_step=self.step,
            steps_per_epoch=self._steps_per_epoch,
            started=earlier.started if earlier else datetime.now(UTC).isoformat(timespec="seconds"),
            reference_loss=self._reference_loss(),
            earlier=earlier,
            origin=self._origin,
        )

    def _finished(self, reason: EndReason) -> RunFinished:
        variables, optimizer_state = kept_of(self._state)
        standing = replace(self._standing, waited=0) if reason == "early_stopping" else self._standing
        return RunFinished(
            reason=reason,
            step=self.step,
            seconds=self._stopwatch.seconds,
            variables=variables,
            optimizer_state=optimizer_state,
            preparation=self.task.dataset.preparation,
            standing=with_scaling(standing, self._state),
        )

    def _reference_loss(self) -> float | None:
        dataset = self.task.dataset
        if dataset.reference is None:
            return None
        with self._setting.entered():
            exact, noisy = jax.tree.map(jnp.asarray, (dataset.reference, dataset.train.targets))
            return float(self.task.loss(exact, noisy).mean())
