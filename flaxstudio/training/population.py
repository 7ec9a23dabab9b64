"""Several runs of one model trained together in one program: other seeds, or other learning rates.

Each member follows the run that it would be alone, but for the order of sums: `vmap` gives the same operations with one more
dimension.
"""

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import jax
import jax.numpy as jnp
import numpy as np

from flaxstudio.data.batches import BatchOrder
from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.spec import Catalogue
from flaxstudio.project.config import TrainConfig
from flaxstudio.project.project import Project
from flaxstudio.project.results import Results, Standing, count_params
from flaxstudio.project.watch import improves
from flaxstudio.training.control import Control
from flaxstudio.training.device import Setting, setting_of
from flaxstudio.training.dispatch import is_better_looped
from flaxstudio.training.events import EndReason, Evaluated, RunFailed, RunFinished, RunStarted
from flaxstudio.training.faults import explain
from flaxstudio.training.first_state import first_state, with_scaling
from flaxstudio.training.keeping import kept
from flaxstudio.training.members import MemberEvaluated, MembersDone, PopulationEvent, PopulationFinished, PopulationStarted
from flaxstudio.training.origin import hash_of, origin_of
from flaxstudio.training.pace import Pace
from flaxstudio.training.proportion import is_proportional
from flaxstudio.training.stacked import StackedDispatcher
from flaxstudio.training.steps import TrainState, step_of, variables_in_use, variables_of
from flaxstudio.training.task import Task, prepare_task

Varied = Literal["seed", "learning_rate"]
_EVALUATIONS = 10


def members_of(project: Project, varied: Varied, values: Sequence[float]) -> tuple[Project, ...]:
    """Return the project once for each value: as the run alone would be told."""
    config = project.training
    if varied == "seed":
        return tuple(replace(project, training=replace(config, seed=int(value))) for value in values)
    return tuple(
        replace(project, training=replace(config, optimizer=replace(config.optimizer, learning_rate=float(value))))
        for value in values
    )


def train_population(
    members: Sequence[Project],
    catalogue: Catalogue,
    *,
    control: Control | None = None,
    device: str = "auto",
    results: Results = Results(),
    beside: Path | None = None,
) -> Iterator[PopulationEvent]:
    """Yield PopulationStarted, then others, then one PopulationFinished or RunFailed. Never raises.

    `members` differ in seed or learning rate only. One whose loss is not finite is told as failed; the others go on.
    """
    task = None
    try:
        setting = setting_of(device, members[0].training)
        with setting.entered():
            task = prepare_task(members[0], catalogue, beside)
            _check(members)
            population = _Population(members, task, setting, control or Control(), results)
        yield from population.events()
    except Exception as error:
        problem = explain(error, task.model if task else None).problem
        yield RunFailed(str(problem), problem.node, 0)


def _check(members: Sequence[Project]) -> None:
    config = members[0].training
    if config.compute.devices > 1:
        raise ProblemError("A population is trained on one device.", "Set the number of devices to 1.")
    rates = {member.training.optimizer.learning_rate for member in members}
    if not all(math.isfinite(rate) and rate > 0 for rate in rates):
        raise ProblemError("The learning rate must be a number above 0.", "Try 0.001.")
    if len(rates) > 1 and not is_proportional(config):
        what = f"The updates of {config.optimizer.name} are not proportional to its learning rate."
        raise ProblemError(what, "Vary the seed, or choose another optimizer.")


@dataclass(slots=True)
class _Clock:
    began: float
    held: float = 0.0

    def seconds(self) -> float:
        return time.perf_counter() - self.began - self.held


class _Population:
    """The members' states, stacked, and how far they have come."""

    def __init__(self, members: Sequence[Project], task: Task, setting: Setting, control: Control, results: Results) -> None:
        self._members = members
        self._task = task
        self._setting = setting
        self._data = hash_of(task.dataset)
        self._control = control
        self._config = members[0].training
        self._first_number = 1 + max((record.number for record in results.runs), default=0)
        first = self._state_of(members[0])
        # functions must be the same ones in all states for these to be stacked
        functions = {"tx": first.tx, "params_in_use": first.params_in_use}
        states = [first, *(self._state_of(member).replace(**functions) for member in members[1:])]
        train = task.dataset.train
        step = step_of(task.model.source, task.loss, setting.device)
        orders = [self._order_of(member.training) for member in members]
        self._steps_per_epoch = orders[0].steps_per_epoch
        samples = task.model.samples(2)
        is_looped = is_better_looped(task.model.apply_in_use, setting.device, variables_of(states[0]), samples)
        self._params = count_params(states[0].params)
        self._state: TrainState = jax.tree.map(lambda *leaves: jnp.stack(leaves), *states)
        self._dispatcher = StackedDispatcher(step, train.features, train.targets, orders, is_looped=is_looped)
        self._pace = Pace(self._dispatcher.capacity)
        self._failed: dict[int, int] = {}
        self._step = 0
        self._last = np.full(len(members), np.inf)
        self._scores: dict[int, dict[str, Evaluated]] = {index: {} for index in range(len(members))}
        self._clock = _Clock(time.perf_counter())

    def _state_of(self, member: Project) -> TrainState:
        """Return a member's first state; its learning rate is a multiple of the first member's."""
        base = self._config.optimizer.learning_rate
        told = replace(member, training=replace(member.training, optimizer=self._config.optimizer))
        state = first_state(told, self._task.model, None)
        return state.replace(rate=jnp.array(member.training.optimizer.learning_rate / base, jnp.float32))

    def _order_of(self, config: TrainConfig) -> BatchOrder:
        return BatchOrder(config.seeds.or_else(config.seed).data, len(self._task.dataset.train), config.batch_size)

    def events(self) -> Iterator[PopulationEvent]:
        yield PopulationStarted(tuple(self._started(index) for index in range(len(self._members))))
        interval = max(math.ceil(self._steps_per_epoch), math.ceil(self._config.steps / _EVALUATIONS))
        while self._step < self._config.steps and not self._control.is_stopped:
            if self._control.is_paused and not self._control.take_step():
                before = time.perf_counter()
                self._control.wait_while_paused()
                self._clock.held += time.perf_counter() - before
                self._pace.restart()
                continue
            until = min(self._config.steps, (self._step // interval + 1) * interval)
            yield self._run(1 if self._control.is_paused else min(self._pace.steps, until - self._step))
            if self._step % interval == 0 and self._step < self._config.steps:
                yield from self._evaluate("validation")
                self._pace.restart()
        is_whole = self._step == self._config.steps
        if is_whole:
            for split in ("validation", "train", "test"):
                yield from self._evaluate(split)
        yield self._finished("completed" if is_whole else "stopped")

    def _run(self, steps: int) -> MembersDone:
        began = time.perf_counter()
        with self._setting.entered():
            self._state, given = self._dispatcher.run(self._state, self._step, steps)
        losses = np.asarray(given)[:steps].astype(np.float32)
        rate = self._pace.learn(steps, began, True)
        first, self._step = self._step, self._step + steps
        for index in range(len(self._members)):
            wrong = np.flatnonzero(~np.isfinite(losses[:, index]))
            if len(wrong):
                self._failed.setdefault(index, first + int(wrong[0]))
        self._last = losses[-1]
        return MembersDone(first, losses, rate)

    def _evaluate(self, name: Any) -> Iterator[MemberEvaluated]:
        split = self._task.dataset.split(name)
        for index in range(len(self._members)) if len(split) else ():
            if index in self._failed or self._control.is_stopped:
                continue
            with self._setting.entered():
                score = self._task.scorer.score(variables_in_use(self._member(index)), split)
            evaluated = Evaluated(self._step, name, score.loss, score.metrics)
            self._scores[index][name] = evaluated
            yield MemberEvaluated(index, evaluated)

    def _member(self, index: int) -> TrainState:
        state: TrainState = jax.tree.map(lambda leaf: leaf[index], self._state)
        return state

    def _finished(self, reason: EndReason) -> PopulationFinished:
        ends: list[RunFinished | RunFailed] = []
        for index in range(len(self._members)):
            if (step := self._failed.get(index)) is not None:
                ends.append(RunFailed(f"The loss is not a finite number at step {step}.", "", step))
                continue
            with self._setting.entered():
                state = self._member(index)
                variables, optimizer_state = kept(state.replace(rate=jnp.ones(())))
                standing = with_scaling(Standing(), state)
            preparation = self._task.dataset.preparation
            ends.append(
                RunFinished(reason, self._step, self._clock.seconds(), variables, optimizer_state, preparation, standing)
            )
        if len(self._failed) == len(self._members):
            first = min(self._failed.values())
            raise ProblemError(
                f"No member's loss stayed a finite number: the first failed at step {first}.", "Lower the rates."
            )
        return PopulationFinished(tuple(ends), self._best())

    def _best(self) -> int:
        """Return the member whose last evaluation of the validation split, else last loss, is best."""
        metric, best, index = self._config.watch.metric, None, -1
        for candidate in range(len(self._members)):
            if candidate in self._failed:
                continue
            told = self._scores[candidate].get("validation")
            value = float(self._last[candidate]) if told is None else {**told.metrics, "loss": told.loss}.get(metric, told.loss)
            if index < 0 or improves(metric if told else "loss", value, best):
                best, index = value, candidate
        return index

    def _started(self, index: int) -> RunStarted:
        member = self._members[index]
        return RunStarted(
            run=self._first_number + index,
            seed=member.training.seed,
            device=self._setting.device.platform,
            params=self._params,
            steps=self._config.steps,
            first_step=0,
            steps_per_epoch=self._steps_per_epoch,
            started=datetime.now(UTC).isoformat(timespec="seconds"),
            origin=origin_of(member, self._data, self._setting),
        )
