"""Changes of an optimizer as pure functions: arguments, schedules, links, what is around."""

from collections.abc import Mapping
from dataclasses import replace

from flaxstudio.graph.graph import Value
from flaxstudio.graph.spec import AttributeSpec
from flaxstudio.project.optim_links import is_link, link_option
from flaxstudio.project.optim_option import OptimizerOption
from flaxstudio.project.optim_paths import NOT_DECAYED
from flaxstudio.project.optimizer import CHAIN, RATE, Link, OptimizerSpec, Schedule

RATE_SPEC = AttributeSpec(
    RATE, "float", OptimizerSpec().learning_rate, "How far each step goes.", minimum=1e-12, is_required=True
)
_OUTERMOST = {"apply_if_finite": 1, "MultiSteps": 2, "ema_of_params": 3}
_DECAY_MASKS = ("mask", "weight_decay_mask")


def specs_of(option: OptimizerOption) -> tuple[AttributeSpec, ...]:
    """Return what can be set on an optimizer or a link, its learning rate first."""
    return ((RATE_SPEC, *option.arguments)) if option.takes_rate else option.arguments


def argument_value(spec: OptimizerSpec, name: str) -> Value:
    """Return what a single optimizer's argument, or its learning rate, is set to; KeyError if it has none of that name."""
    option = link_option(spec.name)
    if name == RATE and option.takes_rate:
        return spec.learning_rate
    return spec.arguments.get(name, option.argument(name).default)


def with_argument(spec: OptimizerSpec, name: str, value: Value) -> OptimizerSpec:
    """Return the optimizer with its rate or an argument set; an argument's default is kept as nothing."""
    if name == RATE and (spec.name == CHAIN or link_option(spec.name).takes_rate):
        return replace(spec, learning_rate=float(value)) if isinstance(value, float | int) else spec
    return replace(spec, arguments=_with_value(spec.arguments, link_option(spec.name), name, value))


def with_rate(spec: OptimizerSpec, rate: float) -> OptimizerSpec:
    """Return the optimizer with its learning rate set, whatever it is called there."""
    if spec.name != CHAIN and is_link(spec.name) and not link_option(spec.name).takes_rate:
        known = {argument.name for argument in link_option(spec.name).arguments}
        name = RATE if RATE in known else "max_learning_rate"
        return with_argument(spec, name, rate) if name in known else replace(spec, learning_rate=rate)
    return replace(spec, learning_rate=rate)


def with_schedule(spec: OptimizerSpec, name: str, schedule: Schedule | None) -> OptimizerSpec:
    """Return the optimizer with a schedule for its rate or an argument, or without."""
    return replace(spec, schedules=_without(spec.schedules, name) | ({name: schedule} if schedule else {}))


def with_name(spec: OptimizerSpec, name: str) -> OptimizerSpec:
    """Return another optimizer in the place of the chain; its rate, groups and what is around stay, as what it shares."""
    if name == spec.name:
        return spec
    if name == CHAIN:
        return as_chain(spec)
    rate = {key: kept for key, kept in spec.schedules.items() if key == RATE and link_option(name).takes_rate}
    return replace(spec, name=name, arguments={}, schedules=rate, links=())


def as_chain(spec: OptimizerSpec) -> OptimizerSpec:
    """Return the same optimizer as a chain of links."""
    if spec.name == CHAIN:
        return spec
    rate = {key: kept for key, kept in spec.schedules.items() if key == RATE}
    own = spec.chain[0]
    if RATE in spec.schedules and not link_option(spec.name).takes_rate:
        own, rate = replace(own, schedules={**own.schedules, **rate}), {}
    return replace(spec, name=CHAIN, arguments={}, schedules=rate, links=(own,))


def with_links(spec: OptimizerSpec, links: tuple[Link, ...]) -> OptimizerSpec:
    """Return the chain with other links; one optimizer alone is that optimizer."""
    chain = as_chain(spec)
    if len(links) == 1 and _is_plain(links[0]):
        only = links[0]
        return replace(
            chain, name=only.name, arguments=only.arguments, schedules={**chain.schedules, **only.schedules}, links=()
        )
    return replace(chain, links=links)


def _is_plain(link: Link) -> bool:
    is_whole = is_link(link.name) and link_option(link.name).family == "optimizer"
    return is_whole and link.is_on and not link.params and RATE not in (*link.arguments, *link.schedules)


def with_added(spec: OptimizerSpec, name: str, place: int | None = None) -> OptimizerSpec:
    """Return the chain with a new link at a place: what clips first, all else last."""
    links = spec.chain
    if place is None:
        place = 0 if link_option(name).family == "clipping" else len(links)
    return with_links(spec, (*links[:place], Link(name), *links[place:]))


def with_moved(spec: OptimizerSpec, place: int, to: int) -> OptimizerSpec:
    """Return the chain with a link moved to another place."""
    rest = [*spec.chain[:place], *spec.chain[place + 1 :]]
    rest.insert(max(0, min(to, len(rest))), spec.chain[place])
    return with_links(spec, tuple(rest))


def with_removed(spec: OptimizerSpec, place: int) -> OptimizerSpec:
    """Return the chain without a link."""
    return with_links(spec, (*spec.chain[:place], *spec.chain[place + 1 :]))


def with_link(spec: OptimizerSpec, place: int, link: Link) -> OptimizerSpec:
    """Return the chain with one of its links changed."""
    return with_links(spec, (*spec.chain[:place], link, *spec.chain[place + 1 :]))


def with_link_argument(link: Link, name: str, value: Value) -> Link:
    """Return a link with an argument set; its default is kept as nothing."""
    option = link_option(link.name)
    if name == RATE and option.takes_rate:
        return replace(link, arguments={**link.arguments, RATE: value})
    return replace(link, arguments=_with_value(link.arguments, option, name, value))


def with_link_schedule(link: Link, name: str, schedule: Schedule | None) -> Link:
    """Return a link with a schedule for an argument, or without."""
    return replace(link, schedules=_without(link.schedules, name) | ({name: schedule} if schedule else {}))


def with_around(spec: OptimizerSpec, name: str, is_on: bool) -> OptimizerSpec:
    """Return the optimizer with something around it, or without: what gathers and what is judged stay outermost."""
    kept = tuple(link for link in spec.around if link.name != name)
    around = (*kept, Link(name)) if is_on else kept
    return replace(spec, around=tuple(sorted(around, key=lambda link: _OUTERMOST.get(link.name, 0))))


def with_around_argument(spec: OptimizerSpec, around: str, name: str, value: Value) -> OptimizerSpec:
    """Return the optimizer with an argument of what is around it set."""
    changed = (with_link_argument(link, name, value) if link.name == around else link for link in spec.around)
    return replace(spec, around=tuple(changed))


def decays_kernels_only(spec: OptimizerSpec) -> bool | None:
    """Return whether weight decay is kept from biases and norms; None where nothing that decays can tell params apart."""
    masks = [str(link.arguments.get(mask, "")) for link in spec.chain if (mask := _decay_mask(link))]
    return all(mask == ", ".join(NOT_DECAYED) for mask in masks) if masks else None


def with_decay_of_kernels_only(spec: OptimizerSpec, is_on: bool) -> OptimizerSpec:
    """Return the optimizer with weight decay kept from biases and norms, or for all params."""
    text = ", ".join(NOT_DECAYED) if is_on else ""
    if spec.name != CHAIN:
        mask = _decay_mask(spec.chain[0])
        return with_argument(spec, mask, text) if mask else spec
    links = (with_link_argument(link, mask, text) if (mask := _decay_mask(link)) else link for link in spec.links)
    return replace(spec, links=tuple(links))


def _decay_mask(link: Link) -> str:
    """Return the argument that tells which params decay, or ""."""
    known = {spec.name for spec in link_option(link.name).arguments} if is_link(link.name) else set()
    return next((name for name in _DECAY_MASKS if name in known and link.name != "freeze"), "")


def _with_value(arguments: Mapping[str, Value], option: OptimizerOption, name: str, value: Value) -> dict[str, Value]:
    kept = {key: given for key, given in arguments.items() if key != name}
    return kept if value == option.argument(name).default else {**kept, name: value}


def _without(schedules: Mapping[str, Schedule], name: str) -> dict[str, Schedule]:
    return {key: kept for key, kept in schedules.items() if key != name}
