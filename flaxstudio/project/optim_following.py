"""The paths of an optimizer follow the nodes they name: renamed, put into a block or out of one, deleted."""

import re
from collections.abc import Callable, Mapping, Set
from dataclasses import replace

from flaxstudio.graph.graph import Value
from flaxstudio.project.optim_groups import SEVERAL
from flaxstudio.project.optim_paths import MASKS, patterns_in
from flaxstudio.project.optimizer import Group, Link, OptimizerSpec

Patterns = tuple[str, ...]
Names = tuple[str, ...]
"""The names of nodes on the way to one: ("block_1", "dense_1")."""


def patterns_of(spec: OptimizerSpec) -> dict[str, Patterns]:
    """Return all patterns of an optimizer, by who has them, in words: "The group head"."""
    found = {f"The group {group.name}": group.patterns for group in spec.groups}
    own = [group.optimizer for group in spec.groups if group.optimizer is not None]
    for link in (link for part in (spec, *own) for link in (*part.chain, *part.around)):
        found[f"The params of {link.name}"] = link.params
        found |= {f"The {name} of {link.name}": patterns_in(str(link.arguments.get(name, ""))) for name in MASKS}
    return {whose: patterns for whose, patterns in found.items() if patterns}


def with_patterns(spec: OptimizerSpec, change: Callable[[Patterns], Patterns], only: str = "") -> OptimizerSpec:
    """Return the optimizer with all its patterns changed, or those of one group; itself where they all stay.

    A group that is left without patterns goes.
    """
    changed_groups = [_changed_group(group, change) if only in ("", group.name) else group for group in spec.groups]
    groups = tuple(new for new, old in zip(changed_groups, spec.groups, strict=True) if new.patterns or not old.patterns)
    if only:
        return replace(spec, groups=groups)
    links, around = (tuple(_changed_link(link, change) for link in links) for links in (spec.links, spec.around))
    changed = replace(spec, arguments=_changed_masks(spec.arguments, change), links=links, groups=groups, around=around)
    return spec if changed == spec else changed


def with_node_moved(spec: OptimizerSpec, ways: Mapping[Names, Names], others: Set[str] = frozenset()) -> OptimizerSpec:
    """Return the optimizer with nodes under other names, or inside others, in all its paths.

    `others` are names that look like the numbered modules of a node, and are nodes themselves.
    """

    def change(patterns: Patterns) -> Patterns:
        return tuple(_moved(pattern, ways, others) for pattern in patterns)

    return with_patterns(spec, change)


def with_block_dissolved(spec: OptimizerSpec, block: str, names: Mapping[str, str]) -> OptimizerSpec:
    """Return the optimizer with the nodes of a block, old name -> new one, named in the place of its node."""
    ways: dict[Names, Names] = {(block, old): (new,) for old, new in names.items()}

    def change(patterns: Patterns) -> Patterns:
        moved = (_moved(pattern, ways, frozenset()) for pattern in patterns)
        whole = {block: tuple(names.values()), f"!{block}": tuple(f"!{name}" for name in names.values())}
        return tuple(part for pattern in moved for part in whole.get(pattern, (pattern,)))

    return with_patterns(spec, change)


def without_nodes(spec: OptimizerSpec, names: Set[str]) -> OptimizerSpec:
    """Return the optimizer with deleted nodes out of its groups' paths, and the groups of nothing else gone.

    A mask keeps such a path: without any it would mean all params.
    """

    def left(patterns: Patterns) -> Patterns:
        kept = tuple(pattern for pattern in patterns if _plain(pattern).partition("/")[0].removesuffix(SEVERAL) not in names)
        had, has = (any(not pattern.startswith("!") for pattern in some) for some in (patterns, kept))
        return () if had and not has else kept

    groups = tuple(replace(group, patterns=left(group.patterns)) for group in spec.groups)
    if groups == spec.groups:
        return spec
    return replace(spec, groups=tuple(group for group in groups if group.patterns))


def _changed_group(group: Group, change: Callable[[Patterns], Patterns]) -> Group:
    own = with_patterns(group.optimizer, change) if group.optimizer is not None else None
    return replace(group, patterns=change(group.patterns), optimizer=own)


def _changed_link(link: Link, change: Callable[[Patterns], Patterns]) -> Link:
    return replace(link, params=change(link.params), arguments=_changed_masks(link.arguments, change))


def _changed_masks(arguments: Mapping[str, Value], change: Callable[[Patterns], Patterns]) -> dict[str, Value]:
    def changed(text: Value) -> Value:
        before = patterns_in(str(text))
        after = change(before)
        return text if before == after else ", ".join(after)

    return {name: changed(value) if name in MASKS else value for name, value in arguments.items()}


def _moved(pattern: str, ways: Mapping[Names, Names], others: Set[str]) -> str:
    parts = tuple(_plain(pattern).split("/"))
    for old, new in ways.items():
        tails = [_tail(part, name, others) for part, name in zip(parts, old, strict=False)]
        if len(parts) >= len(old) and None not in tails:
            last = (*[""] * len(new), *tails)[-len(new) :]
            named = (f"{name}{tail}" for name, tail in zip(new, last, strict=True))
            return "!" * pattern.startswith("!") + "/".join((*named, *parts[len(old) :]))
    return pattern


def _tail(part: str, name: str, others: Set[str]) -> str | None:
    """Return the number of a node's module behind its name in a path, "" for none, or None where the part is another's."""
    if part == name:
        return ""
    tail = part.removeprefix(name) if part.startswith(name) else ""
    is_numbered = tail == SEVERAL or (re.fullmatch(r"_\d+", tail) is not None and part not in others)
    return tail if is_numbered else None


def _plain(pattern: str) -> str:
    return pattern.removeprefix("!")
