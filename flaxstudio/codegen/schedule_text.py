"""Writes a schedule as the Optax expression that makes it."""

from dataclasses import replace

from flaxstudio.project.optim_curves import lengths_of_parts, values_of
from flaxstudio.project.optim_schedules import RESTART, ScheduleOption, schedule_option
from flaxstudio.project.optimizer import Schedule


def schedule_text(schedule: Schedule, number: float, steps: int) -> str:
    """Return the expression of a checked schedule of an argument whose own number is `number`, in a run of `steps`."""
    if schedule.name == "join_schedules":
        lengths = lengths_of_parts(schedule, steps)
        parts = (schedule_text(part, number, length) for part, length in zip(schedule.parts, lengths, strict=True))
        ends = [sum(lengths[: index + 1]) for index in range(len(lengths) - 1)]
        return f"optax.join_schedules([{', '.join(parts)}], boundaries={ends})"
    if schedule.name == "sgdr_schedule":
        lengths = lengths_of_parts(schedule, steps)
        parts = (_restart(part, number, length) for part, length in zip(schedule.parts, lengths, strict=True))
        return f"optax.sgdr_schedule([{', '.join(parts)}])"
    option = schedule_option(schedule.name)
    return f"optax.{schedule.name}({_keywords(option, schedule, number, steps)})"


def _restart(part: Schedule, number: float, steps: int) -> str:
    whole = Schedule(RESTART, part.arguments)
    return f"dict({_keywords(schedule_option(RESTART), whole, number, steps)})"


def _keywords(option: ScheduleOption, schedule: Schedule, number: float, steps: int) -> str:
    written, given = [], values_of(schedule, number, steps)
    for spec in option.arguments:
        value = given[spec.name]
        if spec.type == "text":
            written.append(f"{spec.name}={_pairs(str(value))}")
        elif value != spec.default or spec.is_required:
            written.append(f"{spec.name}={replace(spec, is_required=True).source(value)}")
    return ", ".join(written)


def _pairs(text: str) -> str:
    """Return `100: 0.1, 200: 0.5` as the dict that it stands for."""
    pairs = (part.split(":") for part in text.split(","))
    return "{" + ", ".join(f"{int(step)}: {float(factor)!r}" for step, factor in pairs) + "}"
