"""Several runs of one model trained together in one program: other seeds, or other values of one of the optimizer's numbers.

Each member follows the run that it would be alone, but for the order of sums: `vmap` gives the same operations with one more
dimension. Evaluations, early stopping and best states are each member's own.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt

from flaxstudio.data.batches import BatchOrder
from flaxstudio.data.dataset import SplitName
from flaxstudio.data.table import Tell, untold
from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.spec import Catalogue
from flaxstudio.project.checkpoints import Checkpoint, members_content
from flaxstudio.project.optimizer import RATE
from flaxstudio.project.population import best_of, varied_in
from flaxstudio.project.project import Project
from flaxstudio.project.results import Results, count_params
from flaxstudio.project.storage import dump_project
from flaxstudio.training.control import Control
from flaxstudio.training.device import Setting, setting_of
from flaxstudio.training.dispatch import is_better_looped
from flaxstudio.training.events import EndReason, Evaluated, RunFailed, RunFinished, RunStarted
from flaxstudio.training.faults import explain
from flaxstudio.training.first_state import check_resumable
from flaxstudio.training.judging import check_metric
from flaxstudio.training.keeper import Keeper, keeper_in
from flaxstudio.training.member import Beginning, Member, beginnings_of, failure, leap
from flaxstudio.training.members import (
    MemberEnded,
    MemberEvaluated,
    MembersDone,
    PopulationEvent,
    PopulationFinished,
    PopulationRecorder,
    PopulationStarted,
)
from flaxstudio.training.origin import check_same_data, hash_of, origin_of
from flaxstudio.training.pace import Pace
from flaxstudio.training.proportion import is_proportional
from flaxstudio.training.record import trained_of
from flaxstudio.training.scoring import ScoringStopped
from flaxstudio.training.stacked import StackedDispatcher
from flaxstudio.training.steps import TrainState, step_of, variables_in_use, variables_of
from flaxstudio.training.streaming import is_streamed
from flaxstudio.training.task import Task, prepare_task
from flaxstudio.training.timing import Evaluations, Stopwatch
from flaxstudio.training.varied import Varied, check_steps, like, varied_optimizer, with_number, without_number


def train_population(
    members: Sequence[Project],
    catalogue: Catalogue,
    *,
    control: Control | None = None,
    device: str = "auto",
    results: Results = Results(),
    beside: Path | None = None,
    found: Sequence[Checkpoint] = (),
    keep_in: Path | None = None,
    tell: Tell = untold,
) -> Iterator[PopulationEvent]:
    """Yield PopulationStarted, then others, then one PopulationFinished or RunFailed. Never raises.

    `members` differ in seed or one number only. One whose loss is not finite, or leaps up, is told as failed; the others
    go on. Of a population that had been interrupted, `found` are the members of its checkpoint. Checkpoints are kept in
    `keep_in`. `tell` gets the share that is done while data is read.
    """
    task = None
    keeper = keeper_in(keep_in, members[0].training.watch)
    try:
        begun = beginnings_of(members, found)
        setting = setting_of(device, members[0].training)
        with setting.entered():
            task = _task(begun, catalogue, beside, tell)
            population = _Population(begun, task, setting, control or Control(), results, keeper)
        yield from population.events()
    except Exception as error:
        problem = explain(error, task.model if task else None).problem
        yield RunFailed(str(problem), problem.node, 0)
    finally:
        if keeper is not None:
            keeper.close()


def _task(begun: Sequence[Beginning], catalogue: Catalogue, beside: Path | None, tell: Tell) -> Task:
    """Return what all members are to learn; ProblemError where they cannot be trained together."""
    first = begun[0].project
    config = first.training
    if config.compute.devices > 1:
        raise ProblemError("A population is trained on one device.", "Set the number of devices to 1.")
    projects = [one.project for one in begun]
    if RATE in varied_in(first, projects) and not is_proportional(config):
        what = f"The updates of {config.optimizer.name} are not proportional to its learning rate."
        raise ProblemError(what, "Vary the seed, or choose another optimizer.")
    for one in begun:
        check_resumable(one.project, one.trained, is_interrupted=True)
    known = next((one.trained.preparation for one in begun if one.trained and one.trained.step), None)
    return prepare_task(first, catalogue, beside, known, tell)


class _Population:
    """The members' states, stacked, and how far they have come."""

    def __init__(
        self,
        begun: Sequence[Beginning],
        task: Task,
        setting: Setting,
        control: Control,
        results: Results,
        keeper: Keeper | None,
    ) -> None:
        self._members = [Member(one, task) for one in begun]
        self._projects = [one.project for one in begun]
        self._task = task
        self._setting = setting
        self._control = control
        self._config = self._projects[0].training
        self._keeper = keeper
        self._recorder = PopulationRecorder(self._projects)
        self._numbers = _numbers(begun, results)
        data = hash_of(task.dataset)
        self._origins = [origin_of(project, data, setting) for project in self._projects]
        for member, origin in zip(self._members, self._origins, strict=True):
            check_same_data(member.earlier, origin)
        self._step = max(member.step for member in self._members)
        self._is_resumed = self._step > 0
        orders = [self._order_of(project) for project in self._projects]
        self._steps_per_epoch = orders[0].steps_per_epoch
        self._evaluations = Evaluations(self._config, self._steps_per_epoch, has_rows=len(task.dataset.validation) > 0)
        self._state, self._dispatcher = self._prepared(orders)
        self._take: Callable[[TrainState, int], TrainState] = jax.jit(
            lambda state, index: without_number(jax.tree.map(lambda leaf: leaf[index], state))
        )
        self._pace = Pace(self._dispatcher.capacity)
        self._stopwatch = Stopwatch()

    def _prepared(self, orders: Sequence[BatchOrder]) -> tuple[TrainState, StackedDispatcher]:
        """Return the stacked states before the next step, and what takes them on."""
        task, device = self._task, self._setting.device
        states = self._states()
        first = without_number(states[0])
        check_metric(self._config.watch, task.scorer, variables_in_use(first), task.dataset.validation)
        is_looped = is_better_looped(task.model.apply_in_use, device, variables_of(first), task.model.samples(2))
        self._params = count_params(first.params)
        step = step_of(task.model.source, task.loss, device)
        train = task.dataset.train
        if is_streamed(train, orders[0], device):
            raise ProblemError(
                "A population keeps all of its data in memory, and there is too much of it.",
                "Set more memory aside for the data, or train one run at a time.",
            )
        if isinstance(states[0].opt_state, Varied):
            (name,) = varied_in(self._projects[0], self._projects)
            rows = orders[0].rows_of(0, 1)[0]
            features, targets = jax.tree.map(lambda array: array[rows], (train.features, train.targets))
            check_steps(step, states[0], features, targets, name)
        dispatcher = StackedDispatcher(step, train.features, train.targets, orders, is_looped=is_looped)
        stacked: TrainState = jax.tree.map(lambda *leaves: jnp.stack(leaves), *states)
        return stacked, dispatcher

    def _states(self) -> list[TrainState]:
        """Return each member's state before the next step; one that differs in a number has it as a factor or in its state."""
        told = [varied_in(project, self._projects) for project in self._projects]
        name = next(iter(told[0]), "")
        if name and name != RATE:
            tx: Any = varied_optimizer(self._config, name)
            states = [
                with_number(member.first_state(member.project.training.optimizer), own[name], tx)
                for member, own in zip(self._members, told, strict=True)
            ]
        else:
            states = [member.first_state(self._config.optimizer) for member in self._members]
            tx = states[0].tx
            if name:
                rates = [jnp.array(own[RATE] / told[0][RATE], jnp.float32) for own in told]
                states = [state.replace(rate=rate) for state, rate in zip(states, rates, strict=True)]
        # functions and classes must be the same ones in all states for these to be stacked
        step = jnp.array(self._step, jnp.int32)
        same = {"tx": tx, "params_in_use": states[0].params_in_use, "step": step}
        return [state.replace(**same, opt_state=like(states[0].opt_state, state.opt_state)) for state in states]

    def _order_of(self, project: Project) -> BatchOrder:
        config = project.training
        return BatchOrder(config.seeds.or_else(config.seed).data, len(self._task.dataset.train), config.batch_size)

    @property
    def _going(self) -> list[int]:
        return [index for index, member in enumerate(self._members) if member.end is None]

    def events(self) -> Iterator[PopulationEvent]:
        """Yield all events from PopulationStarted to PopulationFinished; ProblemError where no member is left."""
        for event in self._events():
            self._recorder.add(event)
            yield event

    def _events(self) -> Iterator[PopulationEvent]:
        yield PopulationStarted(tuple(self._started(index) for index in range(len(self._members))))
        for index, member in enumerate(self._members):
            if member.end is not None:
                yield MemberEnded(index, member.end)
        self._keep()
        if self._is_resumed and self._evaluations.is_due(self._step):
            yield from self._evaluate_on_the_way()
        yield from self._steps()
        is_stopped = self._control.is_stopped and self._step < self._config.steps
        for index in self._going:
            yield from self._end(index, "stopped" if is_stopped else "completed")
        yield self._finished()

    def _steps(self) -> Iterator[PopulationEvent]:
        while self._going and self._step < self._config.steps and not self._control.is_stopped:
            is_single = self._control.is_paused
            if is_single and not self._control.take_step():
                self._hold()
                continue
            yield from self._run(1 if is_single else self._pace.steps)
            if self._evaluations.is_due(self._step):
                yield from self._evaluate_on_the_way()
            if self._keeper is not None and self._keeper.is_due():
                self._keep()

    def _hold(self) -> None:
        if self._keeper is not None and self._keeper.kept < self._step:
            self._keep()
        self._stopwatch.hold(self._control)
        self._pace.restart()

    def _run(self, wanted: int) -> Iterator[PopulationEvent]:
        steps = min(wanted, self._evaluations.steps_until(self._step))
        began = time.perf_counter()
        with self._setting.entered():
            self._state, given = self._dispatcher.run(self._state, self._step, steps)
        losses = np.array(np.asarray(given)[:steps], np.float32)
        rate = self._pace.learn(steps, began, True)
        first, self._step = self._step, self._step + steps
        failed = []
        for index, member in enumerate(self._members):
            sound, end = (0, None) if member.end is not None else _sound(member, losses[:, index], first)
            losses[sound:, index] = np.nan
            failed += [(index, end)] if end is not None else []
        yield MembersDone(first, losses, rate)
        for index, end in failed:
            yield self._ended(index, end)

    def _evaluate_on_the_way(self) -> Iterator[PopulationEvent]:
        for index in self._going:
            member = self._members[index]
            if member.standing.evaluated == self._step:
                continue  # before it was interrupted
            for told in self._evaluate(index, "validation"):
                yield told
                if isinstance(told, MemberEvaluated) and member.judge(told.evaluated, self._member(index)):
                    yield from self._end(index, "early_stopping")
        self._pace.restart()
        self._evaluations.restart()

    def _end(self, index: int, reason: EndReason) -> Iterator[PopulationEvent]:
        """Yield what all splits give, where the member was not stopped by hand, and its end."""
        member, state, step = self._members[index], self._member(index), self._step
        if reason != "stopped":
            if member.standing.evaluated != step:
                for told in self._evaluate(index, "validation"):
                    yield told
                    if isinstance(told, MemberEvaluated):
                        member.judge(told.evaluated, state)
            splits: tuple[SplitName, ...] = ("train", "test")
            if member.is_restoring and member.standing.best[0].step != step:
                with self._setting.entered():
                    state = member.at_its_best(state)
                splits, step = ("validation", *splits), member.standing.best[0].step
            for split in splits:
                if member.end is None:
                    yield from self._evaluate(index, split, state, step)
        if member.end is None:
            with self._setting.entered():
                end = member.finished(reason, self._step, self._stopwatch.seconds, state)
            yield self._ended(index, end)

    def _evaluate(
        self, index: int, name: SplitName, state: TrainState | None = None, step: int | None = None
    ) -> Iterator[PopulationEvent]:
        """Yield a member's score of a split, or its end if that is no number; nothing where the split is empty."""
        split = self._task.dataset.split(name)
        if len(split) == 0:
            return
        try:
            with self._setting.entered():
                variables = variables_in_use(state or self._member(index))
                score = self._task.scorer.score(variables, split, lambda: self._control.is_stopped)
        except ScoringStopped:
            return
        if np.isfinite(score.loss):
            yield MemberEvaluated(index, Evaluated(self._step if step is None else step, name, score.loss, score.metrics))
        else:
            yield self._ended(index, failure(f"{name} loss", self._step))

    def _ended(self, index: int, end: RunFinished | RunFailed) -> MemberEnded:
        self._members[index].end = end
        return MemberEnded(index, end)

    def _member(self, index: int) -> TrainState:
        with self._setting.entered():
            return self._take(self._state, index)

    def _finished(self) -> PopulationFinished:
        ends = tuple(member.end for member in self._members if member.end is not None)
        best = best_of(self._recorder.records(), self._config.watch.metric)
        if best is None:
            first = min(end.step for end in ends)
            raise ProblemError(
                f"No member's loss stayed a finite number: the first failed at step {first:,}.", "Lower the learning rate."
            )
        self._keep(best)
        return PopulationFinished(ends, best)

    def _keep(self, best: int | None = None) -> None:
        """Write down how all members stand, or how they ended, beside the run."""
        if self._keeper is not None:
            self._member(0)  # compiles what takes a member out, which is no cost of a checkpoint
            self._keeper.keep(lambda: self._snapshot(best), self._step)

    def _snapshot(self, best: int | None) -> Callable[[], bytes]:
        """Return what packs a copy of all members."""
        copies = []
        for index, (member, record) in enumerate(zip(self._members, self._recorder.records(), strict=True)):
            end: Any = member.end
            if end is None:
                seconds = self._stopwatch.seconds
                record = replace(record, reason="interrupted", seconds=record.seconds + seconds)
                if self._step:
                    with self._setting.entered():
                        end = member.finished("stopped", self._step, seconds, self._member(index))
            trained = trained_of(end, member.project) if isinstance(end, RunFinished) else None
            copies.append((member.project, Results(trained, (record,))))
        return lambda: members_content([dump_project(project, results) for project, results in copies], best)

    def _started(self, index: int) -> RunStarted:
        project, earlier = self._projects[index], self._members[index].earlier
        return RunStarted(
            run=self._numbers[index],
            seed=project.training.seed,
            device=self._setting.device.platform,
            params=self._params,
            steps=self._config.steps,
            first_step=self._step,
            steps_per_epoch=self._steps_per_epoch,
            started=earlier.started if earlier else datetime.now(UTC).isoformat(timespec="seconds"),
            earlier=earlier,
            origin=self._origins[index],
            varied=varied_in(project, self._projects),
        )


def _sound(member: Member, losses: npt.NDArray[np.float32], first: int) -> tuple[int, RunFailed | None]:
    """Return how many of a member's next losses are told, and its end if it comes with them."""
    wrong = np.flatnonzero(~np.isfinite(losses))
    count = int(wrong[0]) if len(wrong) else len(losses)
    leapt = member.find_spike(losses[:count])
    if leapt is not None:
        return leapt + 1, leap(first + leapt)
    return count, failure("loss", first + count) if len(wrong) else None


def _numbers(begun: Sequence[Beginning], results: Results) -> tuple[int, ...]:
    """Return the members' numbers: those they had, unless other runs have taken them since."""
    taken = {record.number for record in results.runs}
    had = [one.record.number for one in begun if one.record is not None]
    if len(had) == len(begun) and not taken & set(had):
        return tuple(had)
    first = 1 + max(taken, default=0)
    return tuple(range(first, first + len(begun)))
