"""Writes a schedule as the Optax expression that makes it."""

from dataclasses import replace

from flaxstudio.graph.graph import Value
from flaxstudio.project.optim_schedules import RESTART, ScheduleOption, schedule_option
from flaxstudio.project.optimizer import Schedule


def schedule_text(schedule: Schedule, number: float, steps: int) -> str:
    """Return the expression of a checked schedule of an argument whose own number is `number`, in a run of `steps`."""
    if schedule.name == "join_schedules":
        lengths = part_lengths(schedule, steps)
        parts = (schedule_text(part, number, length) for part, length in zip(schedule.parts, lengths, strict=True))
        ends = [sum(lengths[: index + 1]) for index in range(len(lengths) - 1)]
        return f"optax.join_schedules([{', '.join(parts)}], boundaries={ends})"
    if schedule.name == "sgdr_schedule":
        lengths = part_lengths(schedule, steps)
        parts = (_restart(part, number, length) for part, length in zip(schedule.parts, lengths, strict=True))
        return f"optax.sgdr_schedule([{', '.join(parts)}])"
    option = schedule_option(schedule.name)
    return f"optax.{schedule.name}({_keywords(option, schedule, number, steps)})"


def part_lengths(schedule: Schedule, steps: int) -> list[int]:
    """Return how long each part lasts: as it is told, and what is left of the run in equal parts."""
    told = sum(part.steps or 0 for part in schedule.parts)
    free = sum(part.steps is None for part in schedule.parts)
    rest = max(1, (steps - told) // free) if free else 0
    return [part.steps or rest for part in schedule.parts]


def _restart(part: Schedule, number: float, steps: int) -> str:
    whole = Schedule(RESTART, part.arguments)
    return f"dict({_keywords(schedule_option(RESTART), whole, number, steps)})"


def _keywords(option: ScheduleOption, schedule: Schedule, number: float, steps: int) -> str:
    written = []
    warmup = schedule.arguments.get(option.warmup) if option.warmup else None
    if option.steps == "decay_steps" and option.warmup:  # they count the warm-up too, and must go beyond it
        steps = max(steps, 1 + (warmup if isinstance(warmup, int) else 1))
    for spec in option.arguments:
        value = _value(option, spec.name, schedule.arguments.get(spec.name, spec.default), number, steps)
        if spec.type == "text":
            written.append(f"{spec.name}={_pairs(str(value))}")
        elif value != spec.default or spec.is_required:
            written.append(f"{spec.name}={replace(spec, is_required=True).source(value)}")
    return ", ".join(written)


def _value(option: ScheduleOption, name: str, value: Value, number: float, steps: int) -> Value:
    """Return an argument's value: what is not set is the number itself, the whole length, or a tenth of it."""
    if value is not None:
        return value
    if name == option.value:
        return number
    if name == option.warmup:
        return max(1, steps // 10)
    return max(1, steps) if name == option.steps else None


def _pairs(text: str) -> str:
    """Return `100: 0.1, 200: 0.5` as the dict that it stands for."""
    pairs = (part.split(":") for part in text.split(","))
    return "{" + ", ".join(f"{int(step)}: {float(factor)!r}" for step, factor in pairs) + "}"
