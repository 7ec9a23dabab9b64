"""A run from beginning to end, as a generator of events. It never raises: what goes wrong is its last event."""

import math
import time
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import serialization

from flaxstudio.codegen.applying import keys_by_name
from flaxstudio.data.batches import BatchOrder
from flaxstudio.data.dataset import SplitName
from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.spec import Catalogue
from flaxstudio.project.config import TrainConfig
from flaxstudio.project.project import Project
from flaxstudio.project.results import Results, Trained, Tree, count_params
from flaxstudio.training.control import Control
from flaxstudio.training.device import Setting, find_device
from flaxstudio.training.dispatch import Dispatcher, Losses, is_better_looped, is_ready, read_losses
from flaxstudio.training.events import EndReason, Evaluated, Event, RunFailed, RunFinished, RunStarted, StepsDone
from flaxstudio.training.faults import diverged, explain
from flaxstudio.training.initialization import initialize, run_keys
from flaxstudio.training.optimizers import build_optimizer
from flaxstudio.training.pace import Pace
from flaxstudio.training.scoring import ScoringStopped
from flaxstudio.training.settling import settled
from flaxstudio.training.steps import TrainState, create_state, train_step, variables_of
from flaxstudio.training.task import Model, Task, check_variables, prepare_task

_EVALUATIONS = 50


@dataclass(frozen=True, slots=True)
class _Pending:
    """A dispatch that has been started and not yet read."""

    first_step: int
    steps: int
    losses: Losses
    started: float


def train(
    project: Project,
    catalogue: Catalogue,
    *,
    control: Control | None = None,
    device: str = "auto",
    resume: Trained | None = None,
    results: Results = Results(),
    beside: Path | None = None,
) -> Iterator[Event]:
    """Yield the events of one run: RunStarted, StepsDone and Evaluated, then exactly one RunFinished or RunFailed.

    `device` is "auto", "cpu" or "gpu"; `resume` is what an earlier run left; `results` gives the run its number;
    `beside` is the project's folder, where data files that have moved are looked for. Never raises.
    """
    run, step = None, resume.step if resume else 0
    try:
        run = _begin(project, catalogue, control or Control(), device, resume, beside)
        yield run.started(number=1 + max((record.number for record in results.runs), default=0))
        yield from run.events()
    except Exception as error:
        problem = explain(error, run.task.model if run else None).problem
        yield RunFailed(str(problem), problem.node, run.step if run else step)


def _begin(
    project: Project, catalogue: Catalogue, control: Control, device: str, resume: Trained | None, beside: Path | None
) -> "_Run":
    """Make all ready for the first step; ProblemError if something is wrong."""
    config = project.training
    setting = Setting(find_device(device), config.classic_random)
    _check_resumable(project, resume)
    with setting.entered():
        task = prepare_task(project, catalogue, beside, resume.preparation if resume and resume.step else None)
        state = _first_state(project, task.model, resume)
        source = task.model.source
        step = partial(train_step, loss=task.loss, uses_train=source.uses_train, rngs=source.rngs)
        train = task.dataset.train
        order = BatchOrder(config.seed, len(train), config.batch_size)
        is_looped = is_better_looped(task.model.apply_in_use, setting.device, variables_of(state), task.model.samples(2))
        dispatcher = Dispatcher(step, train.features, train.targets, order, is_looped=is_looped)
    return _Run(project.training, task, setting, state, dispatcher, order.steps_per_epoch, control)


def _check_resumable(project: Project, resume: Trained | None) -> None:
    if resume is None:
        return
    if not resume.fits(project):
        raise ProblemError("The model has changed since it was trained.", "Train it from the start.")
    if resume.step >= project.training.steps:
        raise ProblemError(
            f"The model has already been trained for {resume.step:,} steps.", "Raise the number of steps to go on."
        )


def _first_state(project: Project, model: Model, resume: Trained | None) -> TrainState:
    config = project.training
    root, init_key = run_keys(config.seed)
    tx = build_optimizer(config.optimizer)
    if resume is None:
        drawn = initialize(model.module, init_key, model.samples(1), config.initialization)
        return create_state(model.module.apply, _settled(model, drawn, root), tx, root)
    check_variables(model, resume.variables)
    variables = _settled(model, jax.tree.map(jnp.array, resume.variables), root)
    state = create_state(model.module.apply, variables, tx, root, resume.step)
    if resume.step == 0:
        return state  # no step was taken yet, so there is nothing that another optimizer could not go on from
    try:
        restored = serialization.from_state_dict(state.opt_state, resume.optimizer_state)
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise ProblemError(
            "The optimizer has changed since the model was trained.", "Choose it again, or train from the start."
        ) from error
    return state.replace(opt_state=jax.tree.map(jnp.array, restored))


def _settled(model: Model, variables: Mapping[str, Any], key: jax.Array) -> dict[str, Any]:
    """Return the variables with their state in the shape it has after a step."""
    keys = keys_by_name(key, ("dropout", *model.source.rngs))
    return settled(model.module, variables, model.samples(2), keys, uses_train=model.source.uses_train)


class _Run:
    """A run under way: what has been started, what has been read, and the state in between."""

    def __init__(
        self,
        config: TrainConfig,
        task: Task,
        setting: Setting,
        state: TrainState,
        dispatcher: Dispatcher,
        steps_per_epoch: float,
        control: Control,
    ) -> None:
        self.task = task
        self.step = int(state.step)
        """Steps whose losses have been told."""
        self._config = config
        self._setting = setting
        self._state = state
        self._dispatcher = dispatcher
        self._control = control
        self._steps_per_epoch = steps_per_epoch
        self._interval = self._steps_between_evaluations()
        self._launched = self.step
        self._pending: deque[_Pending] = deque()
        self._pace = Pace(dispatcher.capacity)
        self._began = time.perf_counter()
        self._held = 0.0

    def _steps_between_evaluations(self) -> int:
        """Return a number that follows from config and data alone: at least an epoch, at most so many in a run."""
        if len(self.task.dataset.validation) == 0:
            return self._config.steps
        return max(math.ceil(self._steps_per_epoch), math.ceil(self._config.steps / _EVALUATIONS))

    def started(self, number: int) -> RunStarted:
        """Return the run's first event."""
        return RunStarted(
            run=number,
            seed=self._config.seed,
            device=self._setting.device.platform,
            params=count_params(self._state.params),
            steps=self._config.steps,
            first_step=self.step,
            steps_per_epoch=self._steps_per_epoch,
            started=datetime.now(UTC).isoformat(timespec="seconds"),
            reference_loss=self._reference_loss(),
        )

    def events(self) -> Iterator[Event]:
        """Yield all events after the first, up to RunFinished; ProblemError where the run fails."""
        yield from self._steps()
        is_stopped = self._launched < self._config.steps
        if not is_stopped:
            for split in ("validation", "train", "test"):
                yield from self._evaluate(split)
        yield self._finished("stopped" if is_stopped else "completed")

    def _steps(self) -> Iterator[Event]:
        while self._launched < self._config.steps and not self._control.is_stopped:
            if self._control.is_paused:
                yield from self._read(leaving=0)
                self._wait()
                continue
            self._launch()
            yield from self._read(leaving=1 if self._pace.runs_ahead else 0)
            if self._launched % self._interval == 0 and self._launched < self._config.steps:
                yield from self._read(leaving=0)
                yield from self._evaluate("validation")
                self._pace.restart()
        yield from self._read(leaving=0)

    def _launch(self) -> None:
        """Start as many steps as the pace says, up to the next evaluation."""
        until = min(self._config.steps, (self._launched // self._interval + 1) * self._interval)
        steps = min(self._pace.steps, until - self._launched)
        with self._setting.entered():
            self._state, losses = self._dispatcher.run(self._state, self._launched, steps)
        self._pending.append(_Pending(self._launched, steps, losses, time.perf_counter()))
        self._launched += steps

    def _read(self, leaving: int) -> Iterator[Event]:
        """Yield the losses of dispatches in their order until that many are left; ProblemError at the first not finite."""
        while len(self._pending) > leaving:
            pending = self._pending.popleft()
            was_waited_for = not is_ready(pending.losses)
            losses = read_losses(pending.losses, pending.steps)
            rate = self._pace.learn(pending.steps, pending.started, was_waited_for)
            wrong = np.flatnonzero(~np.isfinite(losses))
            count = int(wrong[0]) if len(wrong) else pending.steps
            self.step = pending.first_step + count
            if count:
                yield StepsDone(pending.first_step, losses[:count], rate)
            if len(wrong):
                with self._setting.entered():
                    raise diverged(self.task.model, self._state, self._dispatcher.batch(self.step)[0], self.step)

    def _evaluate(self, name: SplitName) -> Iterator[Evaluated]:
        """Yield a split's loss and metrics, or nothing if it is empty or the run is stopped meanwhile."""
        split = self.task.dataset.split(name)
        if len(split) == 0:
            return
        try:
            with self._setting.entered():
                score = self.task.scorer.score(variables_of(self._state), split, lambda: self._control.is_stopped)
        except ScoringStopped:
            return
        if not math.isfinite(score.loss):
            raise ProblemError(f"The {name} loss is not a finite number after {self.step:,} steps.", "Lower the learning rate.")
        yield Evaluated(self.step, name, score.loss, score.metrics)

    def _wait(self) -> None:
        """Hold while paused; the time does not count."""
        before = time.perf_counter()
        self._control.wait_while_paused()
        self._held += time.perf_counter() - before
        self._pace.restart()

    def _finished(self, reason: EndReason) -> RunFinished:
        state = self._state
        return RunFinished(
            reason=reason,
            step=self.step,
            seconds=time.perf_counter() - self._began - self._held,
            variables=_numpy(variables_of(state)),
            optimizer_state=_numpy(serialization.to_state_dict(state.opt_state)),
            preparation=self.task.dataset.preparation,
        )

    def _reference_loss(self) -> float | None:
        dataset = self.task.dataset
        if dataset.reference is None:
            return None
        with self._setting.entered():
            exact, noisy = jax.tree.map(jnp.asarray, (dataset.reference, dataset.train.targets))
            return float(self.task.loss(exact, noisy).mean())


def _numpy(tree: Any) -> Tree:
    """Return a tree with its arrays copied to the host."""
    copied: Tree = jax.tree.map(np.array, tree)
    return copied
