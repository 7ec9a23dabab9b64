"""What is wrong with an optimizer in itself, told before anything is built from it."""

import math
import re
from collections.abc import Iterable, Iterator

from flaxstudio.graph.graph import Value
from flaxstudio.graph.problem import Problem
from flaxstudio.graph.spec import AttributeSpec
from flaxstudio.project.optim_links import is_link, link_option
from flaxstudio.project.optim_optimizers import OPTIMIZERS
from flaxstudio.project.optim_option import OptimizerOption
from flaxstudio.project.optim_paths import fault_of_patterns, patterns_in
from flaxstudio.project.optim_schedules import is_schedule, schedule_option
from flaxstudio.project.optimizer import CHAIN, RATE, Group, Link, OptimizerSpec, Schedule

_PANEL = "Change it in the training panel."
_MAX_PARTS = 100
_JUDGED = {"ema_of_params", "lookahead", "contrib.schedule_free", "contrib.schedule_free_adamw", "contrib.schedule_free_sgd"}
_DESCENDING = {"scale_by_learning_rate", "scale", "scale_by_schedule", "scale_by_polyak", "scale_by_rprop",
               "scale_by_backtracking_linesearch", "scale_by_zoom_linesearch", "contrib.scale_by_madgrad"}  # fmt: skip
Fault = tuple[str, str]


def optimizer_problems(spec: OptimizerSpec) -> tuple[Problem, ...]:
    """Return what is wrong with an optimizer, its schedules, its groups and what is around it."""
    faults = (Problem("", what, remedy) for what, remedy in _faults(spec))
    return (*faults, *_warnings(spec))


def _faults(spec: OptimizerSpec) -> Iterator[Fault]:
    yield from _core_faults(spec)
    yield from _group_faults(spec.groups)
    for link in spec.around:
        if not _is_around(link.name):
            yield f"“{link.name}” cannot stand around an optimizer.", "Remove it in the training panel."
        else:
            yield from _link_faults(link)
    yield from _faults_together(spec)


def _core_faults(spec: OptimizerSpec) -> Iterator[Fault]:
    if not (math.isfinite(spec.learning_rate) and spec.learning_rate > 0):
        yield "The learning rate must be a number above 0.", "Try 0.001."
    if RATE in spec.schedules:
        yield from _schedule_faults(spec.schedules[RATE], "the learning rate")
    if spec.name == CHAIN:
        yield from _chain_faults(spec)
    elif spec.name not in {option.name for option in OPTIMIZERS}:
        yield f"The optimizer “{spec.name}” is unknown.", f"Choose one of {', '.join(option.name for option in OPTIMIZERS)}."
    else:
        yield from _link_faults(spec.chain[0], "The optimizer")


def _chain_faults(spec: OptimizerSpec) -> Iterator[Fault]:
    unknown = [link.name for link in spec.links if not is_link(link.name)]
    for name in dict.fromkeys(unknown):
        yield f"“{name}” is no link of a chain.", "Remove it, or add another in the training panel."
    for link in spec.links:
        if is_link(link.name):
            yield from _link_faults(link)
    active = [link for link in spec.links if link.is_on]
    if not active:
        yield "The optimizer's chain is empty.", "Add a link, or choose an optimizer."


def _warnings(spec: OptimizerSpec) -> Iterator[Problem]:
    active = [link for link in spec.chain if link.is_on]
    if spec.name == CHAIN and active and all(is_link(link.name) and not _descends(link) for link in active):
        what = "The optimizer's chain never turns the gradients into steps down: the loss would rise."
        yield Problem("", what, "Add scale_by_learning_rate at its end.", "warning")


def _descends(link: Link) -> bool:
    return link.name in _DESCENDING or link_option(link.name).family == "optimizer" or link.name == "set_to_zero"


def _link_faults(link: Link, prefix: str = "") -> Iterator[Fault]:
    option = link_option(link.name)
    which = f"{prefix or option.name}'s"
    known = {spec.name: spec for spec in option.arguments}
    rate = {RATE: AttributeSpec(RATE, "float", 1e-3, "", minimum=0.0)} if option.takes_rate and not prefix else {}
    for name, value in link.arguments.items():
        if name not in known | rate:
            yield f"The optimizer {link.name} has no argument “{name}”.", f"It has {', '.join(known) or 'none'}."
        elif fault := (known | rate)[name].fault(value) or _fault_of_mask(name, value):
            yield f"{which} {name} {fault}.", _PANEL
    yield from _scheduled_faults(link, option, which, set(rate))
    if fault := fault_of_patterns(link.params):
        yield f"The params of {link.name} {fault}.", _PANEL
    if link.name == "freeze" and link.is_on and not patterns_in(str(link.arguments.get("mask", ""))):
        yield "freeze does not say which params stay as they are.", "Set its mask, for example to dense_1."


def _scheduled_faults(link: Link, option: OptimizerOption, which: str, rates: set[str]) -> Iterator[Fault]:
    known = {spec.name for spec in option.arguments}
    for name, schedule in link.schedules.items():
        if name not in known | rates:
            yield f"The optimizer {link.name} has no argument “{name}”.", f"It has {', '.join(sorted(known)) or 'none'}."
        elif name not in rates and not option.may_follow(name):
            yield f"{which} {name} cannot follow a schedule.", "Give it a plain value."
        elif name not in rates and link.arguments.get(name, option.argument(name).default) is None:
            yield f"{which} {name} has no value that a schedule could begin with.", "Set its value too."
        else:
            yield from _schedule_faults(schedule, f"{link.name}'s {name}")
    if option.family == "around" and link.schedules:
        yield f"{option.title} takes no schedules.", "Give it plain values."


def _schedule_faults(schedule: Schedule, of: str) -> Iterator[Fault]:
    if not is_schedule(schedule.name):
        yield f"The schedule “{schedule.name}” of {of} is unknown.", "Choose another."
        return
    option = schedule_option(schedule.name)
    known = {spec.name: spec for spec in option.arguments}
    for name, value in schedule.arguments.items():
        if name not in known:
            yield f"{schedule.name} has no argument “{name}”.", f"It has {', '.join(known) or 'none'}."
        elif fault := known[name].fault(value):
            yield f"The {name} of {of}'s schedule {fault}.", _PANEL
    yield from _range_faults(schedule, of)
    if option.has_parts != bool(schedule.parts):
        wrong = "has no parts" if option.has_parts else "cannot have parts"
        yield f"The schedule {schedule.name} of {of} {wrong}.", "Change it in the training panel."
    if len(schedule.parts) > _MAX_PARTS or any(part.steps is not None and part.steps < 1 for part in schedule.parts):
        yield f"The parts of {of}'s schedule must each last 1 step or more, and be {_MAX_PARTS} at most.", _PANEL
    for part in schedule.parts:
        if part.parts or (is_schedule(part.name) and schedule_option(part.name).has_parts):
            yield f"A part of {of}'s schedule cannot have parts itself.", "Put its parts beside the others."
        elif schedule.name == "sgdr_schedule" and part.name != "warmup_cosine_decay_schedule":
            yield "Each part of sgdr_schedule is a warmup_cosine_decay_schedule.", "Use join_schedules for others."
        else:
            yield from _schedule_faults(part, of)


def _range_faults(schedule: Schedule, of: str) -> Iterator[Fault]:
    """Yield what Optax itself refuses: a decay that ends before the warm-up does, an exponential decay by 0."""
    warmup, whole = schedule.arguments.get("warmup_steps"), schedule.arguments.get("decay_steps")
    if isinstance(warmup, int) and isinstance(whole, int) and whole <= warmup:
        yield f"The decay_steps of {of}'s schedule count the warm-up too, and must be above warmup_steps.", _PANEL
    if schedule.arguments.get("decay_rate") == 0:
        yield f"The decay_rate of {of}'s schedule must be above 0.", "Try 0.1."


def _group_faults(groups: Iterable[Group]) -> Iterator[Fault]:
    seen: set[str] = set()
    for group in groups:
        if not re.fullmatch(r"[A-Za-z][\w ]{0,40}", group.name) or group.name == "rest":
            yield f"A group of params cannot be called “{group.name[:40]}”.", "Use a short name of letters, other than rest."
        if group.name in seen:
            yield f"Two groups of params are called {group.name}.", "Rename one."
        seen.add(group.name)
        if not group.patterns:
            yield f"The group {group.name} says of no param that it is in it.", "Name paths, such as dense_1 or */bias."
        if fault := fault_of_patterns(group.patterns):
            yield f"The params of the group {group.name} {fault}.", _PANEL
        if not (math.isfinite(group.rate) and group.rate >= 0):
            yield f"The rate of the group {group.name} must be a factor of at least 0.", "Try 0.1."
        if group.optimizer is not None:
            if group.optimizer.groups or group.optimizer.around:
                yield f"The optimizer of the group {group.name} cannot have groups itself.", "Make them groups beside it."
            yield from _core_faults(group.optimizer)


def _faults_together(spec: OptimizerSpec) -> Iterator[Fault]:
    """Yield what is fine by itself, and cannot be together."""
    links = [link for link in (*spec.chain, *spec.around) if link.is_on and _is_known(link.name)]
    own = [link for group in spec.groups if group.optimizer for link in group.optimizer.chain if _is_known(link.name)]
    needing = [link.name for link in (*links, *own) if link_option(link.name).needs]
    if [link.name for link in links if link.name in _JUDGED][1:]:
        yield "Two parts of the optimizer say with which params the model is judged.", "Keep one of them."
    if any(link.name == "lookahead" for link in links) and needing:
        yield f"Lookahead cannot be around {needing[0]}, which needs the loss itself.", "Remove one of the two."
    whole = {"value_fn", "grad", "grad_fn", "obj_fn"}
    if spec.groups and (found := [name for name in needing if whole & set(link_option(name).needs) and name != "contrib.sam"]):
        yield f"{found[0]} looks at all params at once and cannot be in groups.", "Remove the groups, or choose another."
    if any(link.name == "contrib.sam" for link in links) and any(name != "contrib.sam" for name in needing):
        yield "Sharpness-aware steps cannot be around an optimizer that needs the loss itself.", "Remove one of the two."


def _fault_of_mask(name: str, value: Value) -> str | None:
    return fault_of_patterns(patterns_in(str(value))) if name.endswith("mask") else None


def _is_around(name: str) -> bool:
    return _is_known(name) and link_option(name).family == "around"


def _is_known(name: str) -> bool:
    try:
        link_option(name)
    except KeyError:
        return False
    return True
