"""Which numbers of an optimizer can be changed while a run goes, which of them hold, and the optimizer with other ones."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

from flaxstudio.graph.spec import AttributeSpec
from flaxstudio.project.optim_edits import RATE_SPEC, with_argument, with_link_argument
from flaxstudio.project.optim_links import is_link, link_option
from flaxstudio.project.optimizer import CHAIN, RATE, Group, Link, OptimizerSpec
from flaxstudio.project.results import Standing, Trained

_AT_THE_START = frozenset(
    {"initial_scale", "initial_accumulator_value", "estim_lr0", "init_estim_sq_dist", "reps_rel", "lower_bound"}
)
"""Arguments that say what the optimizer's state begins with: once the run goes they mean nothing."""
_UNUSED = {("contrib.cocob", "eps"), ("contrib.scale_by_cocob", "eps")}
"""Arguments that Optax takes and does not use."""
_ABOVE = {"factor": 1e-6, "rtol": 1e-12}
_BELOW_ONE = 1 - 1e-6
_FACTOR = AttributeSpec("rate", "float", 1.0, "What the updates of this group are multiplied by.", minimum=0.0)

Setter = Callable[[OptimizerSpec, float], OptimizerSpec]


@dataclass(frozen=True, slots=True)
class Knob:
    """A number of an optimizer with its range and present value.

    `name` is that of an argument; in a chain, around the whole and in groups it is led by where it stands:
    "clip_by_global_norm.max_norm", "ema_of_params.decay", "group.head.rate".
    """

    name: str
    spec: AttributeSpec
    value: float


def knobs_of(spec: OptimizerSpec) -> tuple[Knob, ...]:
    """Return what can be changed, the learning rate first. What follows a schedule cannot, but for the common rate.

    Of a common rate that follows a schedule the whole schedule is scaled, as its own number is the measure of it.
    """
    return tuple(knob for knob, _ in _places(spec))


def steered(spec: OptimizerSpec, values: Mapping[str, float]) -> OptimizerSpec:
    """Return the optimizer with other values in their places; names that it does not have are passed over."""
    for knob, put in _places(spec):
        if knob.name in values:
            spec = put(spec, values[knob.name])
    return spec


def standing_for(spec: OptimizerSpec, resume: Trained | None) -> Standing:
    """Return the standing that a run goes on from; a number set while it went gives way to a new one of the config."""
    if resume is None:
        return Standing()
    standing, base = resume.standing, spec.learning_rate
    if standing.rate_base != base:
        standing = replace(standing, rate=None, rate_base=base)
    if not standing.values:
        return standing
    own = {knob.name: knob.value for knob in knobs_of(spec)}
    return replace(standing, values={name: pair for name, pair in standing.values.items() if own.get(name) == pair[1]})


def knobs_in_force(spec: OptimizerSpec, standing: Standing) -> tuple[Knob, ...]:
    """Return what can be changed with the values that hold; the default of each is the config's own."""
    holding = {RATE: standing.rate} if standing.rate is not None else {}
    holding |= {name: value for name, (value, _) in standing.values.items()}
    return tuple(
        Knob(knob.name, replace(knob.spec, default=knob.value, is_optional=False), holding.get(knob.name, knob.value))
        for knob in knobs_of(spec)
    )


def has_common_rate(spec: OptimizerSpec) -> bool:
    """Return whether anything in the optimizer steps by its common learning rate."""
    links = (*spec.chain, *spec.around)
    return any(link.is_on and _takes_common_rate(link) for link in links)


def _takes_common_rate(link: Link) -> bool:
    return link_option(link.name).takes_rate and RATE not in link.arguments and RATE not in link.schedules


def _places(spec: OptimizerSpec) -> Iterator[tuple[Knob, Setter]]:
    if not all(is_link(link.name) for link in spec.chain):
        return
    is_told_apart = RATE in spec.schedules and any(group.optimizer is not None for group in spec.groups)
    yield from _places_in_chain(spec, has_rate=has_common_rate(spec) and not is_told_apart)
    for group in spec.groups:
        yield from _places_in_group(group)
    for index, link in enumerate(spec.around):
        for knob in _knobs_of_link(link) if link.is_on else ():
            yield replace(knob, name=f"{link.name}.{knob.name}"), partial(_set_around, index, knob.name)


def _places_in_chain(spec: OptimizerSpec, *, has_rate: bool) -> Iterator[tuple[Knob, Setter]]:
    if has_rate:
        yield Knob(RATE, RATE_SPEC, spec.learning_rate), _set_rate
    seen: Counter[str] = Counter()
    for index, link in enumerate(spec.chain):
        seen[link.name] += 1
        number = f"#{seen[link.name]}" if seen[link.name] > 1 else ""
        lead = f"{link.name}{number}." if spec.name == CHAIN else ""
        for knob in _knobs_of_link(link) if link.is_on else ():
            yield replace(knob, name=lead + knob.name), partial(_set_in_chain, index, knob.name)


def _places_in_group(group: Group) -> Iterator[tuple[Knob, Setter]]:
    lead = f"group.{group.name}."
    if group.is_frozen:
        return
    own = group.optimizer
    if own is None:
        yield Knob(f"{lead}rate", _FACTOR, group.rate), partial(_set_in_group, group.name, _set_factor)
        return
    has_rate = has_common_rate(own) and RATE not in own.schedules
    for knob, put in _places_in_chain(own, has_rate=has_rate):
        yield replace(knob, name=lead + knob.name), partial(_set_in_group, group.name, partial(_set_in_own, put))


def _knobs_of_link(link: Link) -> Iterator[Knob]:
    option = link_option(link.name)
    own = link.arguments.get(RATE) if option.takes_rate else None
    if isinstance(own, int | float) and RATE not in link.schedules:
        yield Knob(RATE, RATE_SPEC, float(own))
    for spec in option.arguments:
        value = link.arguments.get(spec.name, spec.default)
        is_number = spec.type == "float" and isinstance(value, int | float) and not isinstance(value, bool)
        if is_number and spec.name not in link.schedules and _has_effect(link, spec.name):
            yield Knob(spec.name, _within(spec), float(value))  # type: ignore[arg-type]


def _has_effect(link: Link, name: str) -> bool:
    if name == "smooth_beta" and link.arguments.get("mode") != "smooth":
        return False
    return name not in _AT_THE_START and (link.name, name) not in _UNUSED


def _within(spec: AttributeSpec) -> AttributeSpec:
    """Return the spec without the ends of its range that are none in the middle of a run: a mean that keeps all."""
    least = _ABOVE.get(spec.name, spec.minimum)
    return replace(spec, minimum=least, maximum=_BELOW_ONE if spec.maximum == 1.0 else spec.maximum)


def _set_rate(spec: OptimizerSpec, value: float) -> OptimizerSpec:
    return replace(spec, learning_rate=value)


def _set_in_chain(index: int, name: str, spec: OptimizerSpec, value: float) -> OptimizerSpec:
    if spec.name != CHAIN:
        return with_argument(spec, name, value)
    link = with_link_argument(spec.links[index], name, value)
    return replace(spec, links=(*spec.links[:index], link, *spec.links[index + 1 :]))


def _set_around(index: int, name: str, spec: OptimizerSpec, value: float) -> OptimizerSpec:
    link = with_link_argument(spec.around[index], name, value)
    return replace(spec, around=(*spec.around[:index], link, *spec.around[index + 1 :]))


def _set_in_group(name: str, put: Callable[[Group, float], Group], spec: OptimizerSpec, value: float) -> OptimizerSpec:
    groups = (put(group, value) if group.name == name else group for group in spec.groups)
    return replace(spec, groups=tuple(groups))


def _set_factor(group: Group, value: float) -> Group:
    return replace(group, rate=value)


def _set_in_own(put: Setter, group: Group, value: float) -> Group:
    return group if group.optimizer is None else replace(group, optimizer=put(group.optimizer, value))
