"""Which numbers of an optimizer may follow a schedule, worked out without Qt."""

from flaxstudio.graph.graph import Value
from flaxstudio.project.optim_links import is_link, link_option
from flaxstudio.project.optimizer import CHAIN, RATE, Link, OptimizerSpec, Schedule


def numbers_of(spec: OptimizerSpec) -> dict[str, float]:
    """Return what may follow a schedule in a single optimizer, or the common rate of a chain, with its own value."""
    if spec.name == CHAIN:
        return {RATE: spec.learning_rate}
    if not is_link(spec.name):
        return {}
    rate = {RATE: spec.learning_rate} if link_option(spec.name).takes_rate else {}
    return rate | link_numbers(spec.chain[0])


def link_numbers(link: Link) -> dict[str, float]:
    """Return the arguments of a link that may follow a schedule, with their values."""
    if not is_link(link.name):
        return {}
    option = link_option(link.name)
    values: dict[str, Value] = {
        spec.name: link.arguments.get(spec.name, spec.default) for spec in option.arguments if option.may_follow(spec.name)
    }
    return {name: float(value) for name, value in values.items() if isinstance(value, int | float)}


def schedules_of(spec: OptimizerSpec) -> dict[str, Schedule]:
    """Return the schedules of a single optimizer, or of a chain's common rate."""
    return dict(spec.schedules)
