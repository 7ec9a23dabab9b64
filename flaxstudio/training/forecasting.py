"""Will it fit, and how long will it take? The real training step is compiled and XLA asked, nothing is run."""

import os
from collections.abc import Callable, Iterator
from math import prod
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp

from flaxstudio.codegen.applying import arguments_of
from flaxstudio.graph.spec import Catalogue
from flaxstudio.project.forecast import Forecast, StepForecast, Throughput
from flaxstudio.project.project import Project
from flaxstudio.training.device import setting_of
from flaxstudio.training.dispatch import capacity_of, is_better_looped, looped_program, single_program
from flaxstudio.training.optimizers import make_optimizer
from flaxstudio.training.scaling import scaling_for
from flaxstudio.training.steps import TrainState, create_state, step_of
from flaxstudio.training.task import Task, prepare_task
from flaxstudio.training.throughput import measure_throughput

_ROOM = 0.9
"""The share of the device's memory that a step may take: other programs want some too."""


def forecast(
    project: Project,
    catalogue: Catalogue,
    device: str = "auto",
    beside: Path | None = None,
    throughput: Throughput | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Forecast:
    """Return what a run will need and take; ProblemError where it could not begin. `tell` hears what is being done."""
    setting = setting_of(device, project.training)
    with setting.entered():
        tell("data")
        task = prepare_task(project, catalogue, beside)
        tell("device")
        speed = throughput or measure_throughput(setting.device)
        rows, wanted = len(task.dataset.train), project.training.batch_size
        own = min(wanted or rows, rows)

        def compiled(batch_size: int, is_whole: bool = False) -> StepForecast:
            tell(f"compile {batch_size}")
            return compile_step(project, task, setting.device, None if is_whole else batch_size, speed)

        step = compiled(own, wanted is None)
        capacity = memory_of(setting.device)
        largest = _largest(step, compiled, rows, None if capacity is None else int(_ROOM * capacity))
    return Forecast(
        step,
        setting.device.platform,
        capacity,
        project.training.steps,
        max(1.0, rows / own),
        largest.batch_size,
        largest.memory,
        largest.batch_size >= rows,
        speed,
    )


def compile_step(
    project: Project, task: Task, device: jax.Device, batch_size: int | None, throughput: Throughput
) -> StepForecast:
    """Return what one step takes, as XLA says of the very program that a run would use; None takes all rows at once."""
    step = step_of(task.model.source, task.loss, device)
    state = _abstract_state(project, task)
    features, targets = jax.tree.map(_abstract, (task.dataset.train.features, task.dataset.train.targets))
    variables = {"params": state.params, **state.collections}
    is_looped = is_better_looped(task.model.apply_in_use, device, variables, task.model.samples(2))
    capacity = capacity_of(batch_size)
    if is_looped:
        rows = None if batch_size is None else jax.ShapeDtypeStruct((capacity, batch_size), jnp.int32)
        lowered = looped_program(step, capacity).lower(state, features, targets, rows, jax.ShapeDtypeStruct((), jnp.int32))
    else:
        rows = None if batch_size is None else jax.ShapeDtypeStruct((batch_size,), jnp.int32)
        lowered = single_program(step).lower(state, features, targets, rows)
    compiled = lowered.compile()
    cost = compiled.cost_analysis() or {}
    size = batch_size or len(task.dataset.train)
    batch = jax.tree.map(lambda x: jax.ShapeDtypeStruct((size, *x.shape[1:]), x.dtype), (features, targets))
    products, convolutions = flops_of(jax.make_jaxpr(step)(state, *batch).jaxpr)
    seconds = (
        products / throughput.products
        + convolutions / throughput.convolutions
        + float(cost.get("bytes accessed", 0.0)) / throughput.bandwidth
        + (0.0 if is_looped else throughput.overhead)
    )
    return StepForecast(size, peak_of(compiled.memory_analysis()), float(cost.get("flops", 0.0)), seconds)


def peak_of(memory: Any) -> int:
    """Return the most bytes a compiled program needs at once, by its own account."""
    parts = memory.argument_size_in_bytes + memory.output_size_in_bytes + memory.temp_size_in_bytes
    return int(max(parts - memory.alias_size_in_bytes, getattr(memory, "peak_memory_in_bytes", 0)))


def memory_of(device: jax.Device) -> int | None:
    """Return a device's memory in bytes; of the CPU, the machine's; None where it cannot be told."""
    stats = device.memory_stats()
    if stats and "bytes_limit" in stats:
        return int(stats["bytes_limit"])
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # Windows has no sysconf
        return None


def flops_of(jaxpr: Any) -> tuple[float, float]:
    """Return the FLOPs of all products and of all convolutions in a program; a loop counts once a turn where it says so."""
    products = convolutions = 0.0
    for equation in jaxpr.eqns:
        match equation.primitive.name:
            case "dot_general":
                products += _product_flops(equation)
            case "conv_general_dilated":
                convolutions += _convolution_flops(equation)
            case _:
                turns = equation.params.get("length", 1) if equation.primitive.name == "scan" else 1
                for inner in _inner(equation.params):
                    more = flops_of(inner)
                    products, convolutions = products + turns * more[0], convolutions + turns * more[1]
    return products, convolutions


def _inner(params: dict[str, Any]) -> Iterator[Any]:
    for value in params.values():
        for item in value if isinstance(value, tuple | list) else (value,):
            found = getattr(item, "jaxpr", item)
            if hasattr(found, "eqns"):
                yield found


def _product_flops(equation: Any) -> float:
    (contracted, _), _ = equation.params["dimension_numbers"]
    left = equation.invars[0].aval.shape
    return float(2 * prod(equation.outvars[0].aval.shape) * prod(left[axis] for axis in contracted))


def _convolution_flops(equation: Any) -> float:
    spec = equation.params["dimension_numbers"].rhs_spec
    kernel = equation.invars[1].aval.shape
    per_value = prod(kernel[axis] for axis in spec[1:])
    zeros = prod(equation.params["lhs_dilation"])  # most of what a spread input holds is nothing
    return float(2 * prod(equation.outvars[0].aval.shape) * per_value / zeros)


def _largest(step: StepForecast, compiled: Callable[[int], StepForecast], rows: int, room: int | None) -> StepForecast:
    """Return the largest batch that fits, compiled: guessed by the line through two sizes, then checked."""
    if step.batch_size >= rows or room is None:
        return step
    other = compiled(min(2 * step.batch_size, rows))
    slope = max((other.memory - step.memory) / (other.batch_size - step.batch_size), 1.0)
    size = min(rows, int(step.batch_size + (room - step.memory) / slope))
    best = other if other.memory <= room else step
    for _ in range(3):
        if size <= best.batch_size:
            return best
        found = compiled(size)
        if found.memory <= room:
            return found
        size = int(0.9 * size * room / found.memory)
    return best


def _abstract_state(project: Project, task: Task) -> TrainState:
    optimizer, model = make_optimizer(project.training.optimizer, project.training.steps), task.model

    def begin(key: jax.Array, samples: Any) -> TrainState:
        variables = model.module.init(key, *arguments_of(samples))
        return create_state(model.apply, variables, optimizer, key).replace(scaling=scaling_for(project.training.compute))

    made: TrainState = jax.eval_shape(begin, jax.random.PRNGKey(0), model.samples(1))
    return made


def _abstract(array: Any) -> jax.ShapeDtypeStruct:
    return jax.ShapeDtypeStruct(array.shape, jax.dtypes.canonicalize_dtype(array.dtype))
