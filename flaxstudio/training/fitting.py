"""After the memory has given out: the largest batch below the one that failed whose step fits, as XLA says of its program."""

import jax

from flaxstudio.project.forecast import Throughput
from flaxstudio.project.project import Project
from flaxstudio.training.forecasting import compile_step, memory_of
from flaxstudio.training.task import Task

_ROOM = 0.9
_NO_MATTER = Throughput(1.0, 1.0, 1.0, 0.0)


def largest_fitting(project: Project, task: Task, device: jax.Device) -> int | None:
    """Return that batch size, None where not even a batch of one would fit. Compiles a few steps, runs none."""
    rows, capacity = len(task.dataset.train), memory_of(device)
    failed = min(project.training.batch_size or rows, rows)

    def memory(size: int) -> int:
        return compile_step(project, task, device, size, _NO_MATTER).memory

    if failed < 2:
        return None
    size, most = failed // 2, memory(failed)
    # what failed does not fit, whatever the account says: others may hold a part of the memory
    room = min(_ROOM * (capacity if capacity is not None else most), _ROOM * most)
    half = memory(size)
    slope = max((most - half) / (failed - size), 1.0)
    if half > room:
        size = max(1, int(size - (half - room) / slope))
    while size >= 1:
        size = 1 << (size.bit_length() - 1)
        if memory(size) <= room:
            return size
        size //= 2
    return None
