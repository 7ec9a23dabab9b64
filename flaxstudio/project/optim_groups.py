"""Groups of params as they lie on the graph: which nodes stand in one, and changes of who does."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from flaxstudio.graph.graph import Formula, Graph, Node
from flaxstudio.project.optim_paths import fits
from flaxstudio.project.optimizer import Group, OptimizerSpec

SEVERAL = "_[0-9]*"
"""What follows the name of a repeated node in the path of all its modules: block_1_0, block_1_1, ..."""


def is_several(node: Node) -> bool:
    """Return whether a node stands for several modules, each with a number behind its name."""
    is_each = any(isinstance(value, Formula) and value.is_each for value in node.attributes.values())
    return (is_each or node.attributes.get("repeat", 1) != 1) and node.attributes.get("scan", False) is not True


def path_to(graph: Graph, name: str) -> str:
    """Return the path that means all params of a node, or of the one whose params it shares."""
    return path_of(graph, graph.node(name))


def path_of(graph: Graph, node: Node) -> str:
    """Return the path that means all params of a node at hand, or of the one whose params it shares."""
    owner = node
    if (shares := str(node.attributes.get("shares") or "")) and graph.has_node(shares):
        owner = graph.node(shares)
    return f"{owner.name}{SEVERAL}" if owner.attributes and is_several(owner) else owner.name


def stands_in(path: str, patterns: Sequence[str]) -> bool:
    """Return whether all params below a path are meant, as far as its name tells."""
    return fits(f"{path.replace(SEVERAL, '_0')}/?", patterns)


def group_at(path: str, groups: Iterable[Group]) -> Group | None:
    """Return the group that all params below a path are in: the first that fits."""
    return next((group for group in groups if stands_in(path, group.patterns)), None)


def with_group(spec: OptimizerSpec, group: Group, instead_of: str = "") -> OptimizerSpec:
    """Return the optimizer with a group added at the end, or put in the place of one of that name."""
    if any(kept.name == instead_of for kept in spec.groups):
        return replace(spec, groups=tuple(group if kept.name == instead_of else kept for kept in spec.groups))
    return replace(spec, groups=(*spec.groups, group))


def without_group(spec: OptimizerSpec, name: str) -> OptimizerSpec:
    """Return the optimizer without a group."""
    return replace(spec, groups=tuple(group for group in spec.groups if group.name != name))


def with_group_moved(spec: OptimizerSpec, place: int, to: int) -> OptimizerSpec:
    """Return the optimizer with a group moved to another place: the first that fits has a param."""
    rest = [*spec.groups[:place], *spec.groups[place + 1 :]]
    rest.insert(max(0, min(to, len(rest))), spec.groups[place])
    return replace(spec, groups=tuple(rest))


def with_paths_in_group(spec: OptimizerSpec, paths: Sequence[str], name: str) -> OptimizerSpec:
    """Return the optimizer with all that lies below some paths in the group of that name, which is made if need be, and in
    no other; "" in none. A group that names nothing any more goes."""
    groups = []
    for group in spec.groups:
        patterns = _left(group.patterns, paths)
        if group.name == name:
            patterns = (*patterns, *(path for path in paths if not (patterns and stands_in(path, patterns))))
        elif patterns:
            patterns = (*patterns, *(f"!{path}" for path in paths if stands_in(path, patterns)))
        if patterns:
            groups.append(replace(group, patterns=patterns))
    if name and name not in {group.name for group in groups}:
        groups.append(Group(name, tuple(paths)))
    return replace(spec, groups=tuple(groups))


def new_group_name(groups: Iterable[Group]) -> str:
    """Return a name that no group has."""
    taken = {group.name for group in groups}
    return next(name for number in range(1, len(taken) + 2) if (name := f"group_{number}") not in taken)


def _left(patterns: tuple[str, ...], paths: Sequence[str]) -> tuple[str, ...]:
    """Return what is left of patterns without those of some paths; nothing where only exceptions would be."""

    def is_below(pattern: str) -> bool:
        plain = pattern.removeprefix("!")
        return any(plain == path or plain.startswith(f"{path}/") for path in paths)

    kept = tuple(pattern for pattern in patterns if not is_below(pattern))
    had, has = (any(not pattern.startswith("!") for pattern in some) for some in (patterns, kept))
    return () if had and not has else kept
