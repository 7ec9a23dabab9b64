"""Changes of a schedule as pure functions: its arguments, and the parts of a joined one."""

from dataclasses import replace
from itertools import accumulate

from flaxstudio.graph.graph import Value
from flaxstudio.project.optim_curves import lengths_of_parts, whole_length
from flaxstudio.project.optim_schedules import RESTART, schedule_option
from flaxstudio.project.optimizer import Schedule

JOINED, RESTARTS = "join_schedules", "sgdr_schedule"


def new_schedule(name: str, number: float, steps: int) -> Schedule:
    """Return a schedule of that name for a number; one with parts has some to begin from."""
    if name == JOINED:
        warm_up = Schedule("linear_schedule", {"init_value": 0.0, "end_value": number}, steps=max(1, steps // 10))
        return Schedule(name, parts=(warm_up, Schedule("cosine_decay_schedule")))
    return Schedule(name, parts=(Schedule(RESTART),) * 2 if name == RESTARTS else ())


def with_schedule_argument(schedule: Schedule, name: str, value: Value) -> Schedule:
    """Return a schedule with an argument set; its default is kept as nothing."""
    kept = {key: given for key, given in schedule.arguments.items() if key != name}
    is_default = value == schedule_option(schedule.name).argument(name).default
    return replace(schedule, arguments=kept if is_default else {**kept, name: value})


def with_part(schedule: Schedule, place: int, part: Schedule) -> Schedule:
    """Return a joined schedule with one of its parts changed."""
    return replace(schedule, parts=(*schedule.parts[:place], part, *schedule.parts[place + 1 :]))


def with_part_added(schedule: Schedule, name: str) -> Schedule:
    """Return a joined schedule with another part at its end."""
    return replace(schedule, parts=(*schedule.parts, Schedule(name)))


def with_part_removed(schedule: Schedule, place: int) -> Schedule:
    """Return a joined schedule without a part; the last one stays, since a schedule is of something."""
    if len(schedule.parts) < 2:
        return schedule
    return replace(schedule, parts=(*schedule.parts[:place], *schedule.parts[place + 1 :]))


def with_part_moved(schedule: Schedule, place: int, to: int) -> Schedule:
    """Return a joined schedule with a part in another place."""
    rest = [*schedule.parts[:place], *schedule.parts[place + 1 :]]
    rest.insert(max(0, min(to, len(rest))), schedule.parts[place])
    return replace(schedule, parts=tuple(rest))


def with_part_named(schedule: Schedule, place: int, name: str) -> Schedule:
    """Return a joined schedule with another schedule as one of its parts; what both have stays set."""
    part, known = schedule.parts[place], {spec.name for spec in schedule_option(name).arguments}
    kept = {key: value for key, value in part.arguments.items() if key in known}
    return with_part(schedule, place, replace(part, name=name, arguments=kept))


def ends_of_parts(schedule: Schedule, steps: int) -> tuple[int, ...]:
    """Return the step at which each part of a checked schedule ends, in a run of so many steps."""
    lengths = lengths_of_parts(schedule, steps)
    if schedule.name == RESTARTS:
        lengths = [
            whole_length(Schedule(RESTART, part.arguments), length)
            for part, length in zip(schedule.parts, lengths, strict=True)
        ]
    return tuple(accumulate(lengths))


def with_boundary(schedule: Schedule, place: int, step: int, steps: int) -> Schedule:
    """Return a joined schedule whose part at that place ends at a step; the one behind it is as much shorter or longer.

    Both last at least one step. What had no length of its own and is not last keeps none.
    """
    ends = (0, *ends_of_parts(schedule, steps))
    first, last = ends[place], ends[place + 2] if place + 2 < len(ends) else steps
    step = max(first + 1, min(step, max(last - 1, first + 1)))
    changed = with_part(schedule, place, replace(schedule.parts[place], steps=step - first))
    following = schedule.parts[place + 1] if place + 1 < len(schedule.parts) else None
    if following is None or following.steps is None:
        return changed
    return with_part(changed, place + 1, replace(following, steps=max(1, last - step)))
