"""Where a run went wrong, in words for the user."""

from dataclasses import replace

import jax

from flaxstudio.codegen.module import node_of_error
from flaxstudio.graph.problem import ProblemError
from flaxstudio.project.project import Project
from flaxstudio.training.diagnosis import Diagnosis
from flaxstudio.training.events import RunFailed, RunFinished
from flaxstudio.training.fitting import largest_fitting
from flaxstudio.training.task import Model, Task


class RunBroken(Exception):
    """A run whose numbers went wrong, with the event that tells it."""

    def __init__(self, failure: RunFailed) -> None:
        self.failure = failure
        super().__init__(failure.error)


def broken(found: Diagnosis, step: int, rescued: RunFinished, *, is_spike: bool) -> RunFailed:
    """Return the event of a run that broke at a step."""
    what = f"The loss has leapt up at step {step}." if is_spike else f"The loss is not a finite number at step {step}."
    sentence = f"{what} {found.sentence(step)} {found.cause.remedy}"
    return RunFailed(
        sentence, found.node, step, rescued, found.repair, kind=found.cause.kind, rows=found.rows, began=found.step
    )


def is_of_memory(error: Exception) -> bool:
    """Return whether an error says that the memory has given out."""
    text = str(error)
    return isinstance(error, MemoryError) or "RESOURCE_EXHAUSTED" in text or "Out of memory" in text


def out_of_memory(project: Project, task: Task, device: jax.Device, step: int) -> RunFailed:
    """Return the event of a run that the memory did not suffice for, with the batch that would fit if there is one."""
    what = "The memory does not suffice for this run."
    size = largest_fitting(project, task, device)
    if size is None:
        return RunFailed(f"{what} Choose a smaller model.", "", step, kind="memory")
    repair = replace(project.training, batch_size=size)
    return RunFailed(f"{what} A batch of {size:,} samples would fit.", "", step, repair=repair, kind="memory")


def explain(error: Exception, model: Model | None) -> ProblemError:
    """Return an unforeseen error of JAX, Flax or the machine as a problem in one sentence."""
    if isinstance(error, ProblemError):
        return error
    text = str(error).strip()
    if is_of_memory(error):
        return ProblemError("The memory does not suffice for this run.", "Choose a smaller batch or a smaller model.")
    node = node_of_error(model.source, error) if model else ""
    first = text.splitlines()[0].rstrip(".") if text else type(error).__name__
    return ProblemError(f"Training ended by an error{f' at {node}' if node else ''}: {first[:300]}.", node=node)
