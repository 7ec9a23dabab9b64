"""What `--set optimizer…` changes: a name or an Optax expression, arguments, schedules, groups, what is around."""

from dataclasses import replace

from flaxstudio.cli.values import NONE, attribute_value, number, one_of
from flaxstudio.graph.problem import ProblemError
from flaxstudio.project.optim_edits import (
    decays_kernels_only,
    with_argument,
    with_around,
    with_around_argument,
    with_decay_of_kernels_only,
    with_rate,
    with_schedule,
)
from flaxstudio.project.optim_groups import with_group, without_group
from flaxstudio.project.optim_links import AROUND, is_link, link_option
from flaxstudio.project.optim_paths import patterns_in
from flaxstudio.project.optim_reader import read_optimizer, read_schedule
from flaxstudio.project.optimizer import CHAIN, RATE, Group, OptimizerSpec

_SHORT = {
    "accumulate": ("MultiSteps", "every_k_schedule"),
    "ema": ("ema_of_params", "decay"),
    "skip_non_finite": ("apply_if_finite", "max_consecutive_errors"),
    "lookahead": ("lookahead", "sync_period"),
}
"""Short keys of what is around an optimizer: its name and the argument that is meant."""


def optimizer_written(spec: OptimizerSpec, text: str) -> OptimizerSpec:
    """Return the optimizer that a text names or writes as in Optax; rate, groups and what is around stay."""
    if "(" not in text:
        return OptimizerSpec(text, spec.learning_rate, groups=spec.groups, around=spec.around)
    written = read_optimizer(text, spec.learning_rate)
    return replace(written, groups=spec.groups, around=written.around or spec.around)


def rate_written(spec: OptimizerSpec, text: str) -> OptimizerSpec:
    """Return the optimizer with its learning rate set to a number, or made to follow a schedule written as in Optax."""
    if "(" in text:
        return with_schedule(spec, RATE, read_schedule(text))
    return with_rate(with_schedule(spec, RATE, None), number(RATE, text))


def argument_written(spec: OptimizerSpec, name: str, text: str) -> OptimizerSpec:
    """Return the optimizer with what `optimizer.NAME=TEXT` says; ProblemError where there is no such thing."""
    if name == "decay_kernels_only":
        return _with_decay_of_kernels_only(spec, text)
    if name in _SHORT:
        around, argument = _SHORT[name]
        return _with_around(spec, around, argument, text)
    first, dot, rest = name.partition(".")
    if first == "group" and dot:
        return _with_group(spec, rest, text)
    if dot and first in {option.name for option in AROUND}:
        return _with_around(spec, first, rest, text)
    if spec.name == CHAIN or not is_link(spec.name):
        raise ProblemError(
            f"The optimizer is a {spec.name}, so it has no argument “{name}”.", "Write it whole: --set 'optimizer=chain(…)'."
        )
    known = {argument.name: argument for argument in link_option(spec.name).arguments}
    if name not in known:
        has = f"It has {', '.join(known)}." if known else "It has none."
        raise ProblemError(f"The optimizer {spec.name} has no argument “{name}”.", has)
    if known[name].type == "float" and "(" in text:
        return with_schedule(spec, name, read_schedule(text))
    value = attribute_value(f"optimizer.{name}", known[name], text)
    return with_argument(with_schedule(spec, name, None), name, value)


def _with_decay_of_kernels_only(spec: OptimizerSpec, text: str) -> OptimizerSpec:
    is_on = one_of("optimizer.decay_kernels_only", text.lower(), ("true", "false")) == "true"
    if decays_kernels_only(spec) is None:
        raise ProblemError(
            "Nothing in the optimizer decays weights for some params only.", "Choose adamw, or another with a mask."
        )
    return with_decay_of_kernels_only(spec, is_on)


def _with_around(spec: OptimizerSpec, around: str, name: str, text: str) -> OptimizerSpec:
    """Return the optimizer with something around it, its argument set; without it for "none"."""
    if text.lower() in (*NONE, "false"):
        return with_around(spec, around, is_on=False)
    option = link_option(around)
    known = {argument.name: argument for argument in option.arguments}
    if name not in known:
        raise ProblemError(f"{around} has no argument “{name}”.", f"It has {', '.join(known) or 'none'}.")
    value = attribute_value(f"optimizer.{around}.{name}", known[name], text)
    is_there = any(link.name == around for link in spec.around)
    return with_around_argument(spec if is_there else with_around(spec, around, is_on=True), around, name, value)


def _with_group(spec: OptimizerSpec, key: str, text: str) -> OptimizerSpec:
    """Return the optimizer with a group's patterns, rate, optimizer, or whether it is frozen."""
    name, _, what = key.partition(".")
    group = next((group for group in spec.groups if group.name == name), Group(name, ()))
    match what:
        case "" if text.lower() in NONE:
            return without_group(spec, name)
        case "":
            group = replace(group, patterns=patterns_in(text))
        case "rate":
            group = replace(group, rate=number(f"optimizer.group.{name}.rate", text))
        case "frozen":
            group = replace(
                group, is_frozen=one_of(f"optimizer.group.{name}.frozen", text.lower(), ("true", "false")) == "true"
            )
        case "optimizer":
            own = None if text.lower() in NONE else read_optimizer(text, spec.learning_rate)
            group = replace(group, optimizer=own)
        case _:
            raise ProblemError(f"A group of params has no “{what}”.", "It has rate, frozen and optimizer.")
    return with_group(spec, group, name)
