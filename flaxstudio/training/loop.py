"""A run from beginning to end, as a generator of events. It never raises: what goes wrong is its last event."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import jax

from flaxstudio.data.batches import BatchOrder
from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.spec import Catalogue
from flaxstudio.project.optim_steering import standing_for
from flaxstudio.project.project import Project
from flaxstudio.training.allocator import give_back_memory
from flaxstudio.training.control import Control
from flaxstudio.training.device import compiler_options, setting_of
from flaxstudio.training.dispatch import is_better_looped
from flaxstudio.training.events import Event, RunFailed
from flaxstudio.training.faults import RunBroken, explain, is_of_memory
from flaxstudio.training.first_state import check_resumable, first_state
from flaxstudio.training.judging import check_metric
from flaxstudio.training.keeper import Keeper, keeper_in
from flaxstudio.training.origin import check_same_data, hash_of, origin_of
from flaxstudio.training.run import Run
from flaxstudio.training.sharing import sharing_of
from flaxstudio.training.steps import step_of, variables_in_use, variables_of
from flaxstudio.training.streaming import Program, dispatcher_for
from flaxstudio.training.task import prepare_task
from flaxstudio.training.told import Told


def train(project: Project, catalogue: Catalogue, *, control: Control | None = None, **told: Any) -> Iterator[Event]:
    """Yield the events of one run: RunStarted, then others, then exactly one RunFinished or RunFailed. Never raises.

    `told` are the other fields of Told. `device` is "auto", "cpu" or "gpu".
    """
    wanted = Told(project, catalogue, control or Control(), **told)
    run, step = None, wanted.resume.step if wanted.resume else 0
    closing: list[Callable[[], None]]
    keeper, closing = keeper_in(wanted.keep_in, project.training.watch), []
    try:
        run = _begin(wanted, keeper, closing)
        yield from run.events()
    except RunBroken as error:
        yield error.failure
    except Exception as error:
        if run is not None and is_of_memory(error):
            yield run.out_of_memory()
            return
        problem = explain(error, run.task.model if run else None).problem
        yield RunFailed(str(problem), problem.node, run.step if run else step)
    finally:
        for close in closing:
            close()
        if keeper is not None:
            keeper.close()
        del run
        give_back_memory()


def _reading(told: Told, share: float) -> None:
    """Tell how much of the data is read; ProblemError where it is not wanted any more."""
    if told.control.is_stopped:
        raise ProblemError("The run was stopped while its data was read.")
    told.tell(share)


def _begin(told: Told, keeper: Keeper | None, closing: list[Callable[[], None]]) -> Run:
    """Make all ready for the first step; ProblemError if something is wrong. `closing` ends what works beside the run."""
    project, resume = told.project, told.resume
    config = project.training
    setting = setting_of(told.device, config)
    check_resumable(project, resume, is_interrupted=told.earlier is not None)
    with setting.entered():
        preparation = resume.preparation if resume and resume.step else None
        task = prepare_task(project, told.catalogue, told.beside, preparation, partial(_reading, told))
        origin = origin_of(project, hash_of(task.dataset), setting)
        check_same_data(told.earlier, origin)
        state = first_state(project, task.model, resume)
        step = step_of(task.model.source, task.loss, setting.device)
        train = task.dataset.train
        order = BatchOrder(config.seeds.or_else(config.seed).data, len(train), config.batch_size)
        sharing = sharing_of(setting.device, config.compute.devices, order.batch_size)
        place: Callable[[Any], Any] = partial(jax.device_put, device=setting.device)
        if sharing is not None:
            step, place = sharing.shared(step), sharing.placed
        state = place(state)  # as the step gives it back, so that it is not compiled anew for the second dispatch
        check_metric(config.watch, task.scorer, variables_in_use(state), task.dataset.validation)
        standing = standing_for(config.optimizer, resume)
        if standing.is_looped is None:
            is_looped = is_better_looped(task.model.apply_in_use, setting.device, variables_of(state), task.model.samples(2))
            standing = replace(standing, is_looped=is_looped)
        options = compiler_options(setting, config.compute)
        program = Program(step, is_looped=bool(standing.is_looped), options=options)
        dispatcher = dispatcher_for(train, order, setting.device, place, program, closing)
    return Run(told, task, setting, origin, state, place, standing, dispatcher, order, step, keeper)
