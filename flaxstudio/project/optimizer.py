"""How params are changed at each step, as data: an optimizer of Optax or a chain, its schedules, and groups of params."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flaxstudio.graph.graph import Value

CHAIN = "chain"
"""The name of an optimizer that is composed of links."""
RATE = "learning_rate"


@dataclass(frozen=True, slots=True)
class Schedule:
    """A number that changes with the steps, by its name in Optax, with the arguments that are set.

    Where they are not, its value is the argument's own number and its length that of the run. A schedule with
    `parts` runs one after the other; `steps` tells how long such a part lasts, None for what is left of the run.
    """

    name: str
    arguments: Mapping[str, Value] = field(default_factory=dict, hash=False)
    parts: tuple["Schedule", ...] = ()
    steps: int | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A gradient transformation of a chain, or one around the whole, with the arguments that differ from their default.

    `schedules` names arguments that change with the steps. `params` are patterns of paths, where only some params
    are meant; `is_on` is whether it is there at all.
    """

    name: str
    arguments: Mapping[str, Value] = field(default_factory=dict, hash=False)
    schedules: Mapping[str, Schedule] = field(default_factory=dict, hash=False)
    params: tuple[str, ...] = ()
    is_on: bool = True


@dataclass(frozen=True, slots=True)
class Group:
    """Params that are treated in another way, found by patterns of their paths; the first group that fits has them.

    They are frozen, or have an optimizer of their own, or the common one with its steps made `rate` times as long.
    """

    name: str
    patterns: tuple[str, ...]
    rate: float = 1.0
    is_frozen: bool = False
    optimizer: "OptimizerSpec | None" = None


@dataclass(frozen=True, slots=True)
class OptimizerSpec:
    """An optimizer by its name in Optax, its learning rate, and the arguments that differ from their default.

    `schedules` names arguments (or "learning_rate") that change with the steps. With the name "chain", `links` are
    what it is made of, one after the other; those that take a learning rate and have none of their own take this one.
    `groups` are params that are treated in another way; `around` wraps the whole, the innermost first.
    """

    name: str = "adam"
    learning_rate: float = 1e-3
    arguments: Mapping[str, Value] = field(default_factory=dict, hash=False)
    schedules: Mapping[str, Schedule] = field(default_factory=dict, hash=False)
    links: tuple[Link, ...] = ()
    groups: tuple[Group, ...] = ()
    around: tuple[Link, ...] = ()

    @property
    def chain(self) -> tuple[Link, ...]:
        """The links of the chain, those switched off too; a single optimizer is a chain of one."""
        if self.name == CHAIN:
            return self.links
        own = {name: schedule for name, schedule in self.schedules.items() if name != RATE}
        return (Link(self.name, self.arguments, own),)
