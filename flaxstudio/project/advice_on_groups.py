"""Warnings about the paths of an optimizer: those that name no layer of the model, and groups that have no params."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase

from flaxstudio.graph.graph import Graph, Node
from flaxstudio.graph.problem import Fix, Problem
from flaxstudio.graph.repair import SetPath
from flaxstudio.graph.shape import NodeShape
from flaxstudio.graph.spec import Catalogue
from flaxstudio.project.optim_following import patterns_of
from flaxstudio.project.optim_groups import SEVERAL, group_at, is_several, path_of
from flaxstudio.project.optimizer import Group, OptimizerSpec

_WILD = "*?["


def groups_advice(
    spec: OptimizerSpec, graph: Graph, catalogue: Catalogue, shapes: Mapping[str, NodeShape]
) -> Iterator[Problem]:
    """Yield the warnings about an optimizer's paths in a model; what a layer's arrays are called is not judged."""
    patterns = patterns_of(spec)
    if not patterns:
        return
    paths = [path_of(graph, node) for node in graph.nodes if _has_params(node, catalogue, shapes)]
    for whose, some in patterns.items():
        for pattern in some:
            if not any(_may_fit(pattern.removeprefix("!"), path) for path in paths):
                yield _nothing_there(pattern, whose, graph, paths)
    yield from _hidden(spec.groups, paths)


def _has_params(node: Node, catalogue: Catalogue, shapes: Mapping[str, NodeShape]) -> bool:
    layer, known = catalogue.get(node.layer), shapes.get(node.name)
    is_module = layer is None or layer.is_module
    return is_module and not node.attributes.get("shares") and (known is None or known.params > 0)


def _may_fit(pattern: str, path: str) -> bool:
    """Return whether a pattern may mean something below a path: its first name decides, as far as no * reaches beyond it."""
    first, _, rest = pattern.partition("/")
    place = min((first.index(mark) for mark in _WILD if mark in first), default=-1)
    example = path.replace(SEVERAL, "_0")
    if place >= 0 and (rest or "*" in first):
        return example.startswith(first[:place])
    numbered = path.removesuffix(SEVERAL)
    return fnmatchcase(example, first) or (numbered != path and first.removeprefix(f"{numbered}_").isdigit())


def _nothing_there(pattern: str, whose: str, graph: Graph, paths: Sequence[str]) -> Problem:
    exception, plain = "!" * pattern.startswith("!"), pattern.removeprefix("!")
    first, slash, rest = plain.partition("/")
    takes_out = Fix(f"Take {pattern} out", (SetPath(pattern),))
    if graph.has_node(first) and is_several(graph.node(first)):
        better = f"{exception}{first}{SEVERAL}{slash}{rest}"
        what = f"{whose} names {plain}, and {first} is repeated: its modules are called {first}_0, {first}_1, ..."
        return _warning(what, f"Write {better}.", Fix(f"Write {better}", (SetPath(pattern, better),)), takes_out)
    if graph.has_node(first):
        return _warning(f"{whose} names {plain}, and {first} has no params.", "Take it out.", takes_out)
    alike = [path for path in paths if _number(path) == _number(first)]  # another number is no slip of the pen
    close = get_close_matches(first, alike, 1)
    better = f"{exception}{close[0]}{slash}{rest}" if close else ""
    fixes = (Fix(f"Write {better}", (SetPath(pattern, better),)),) if better else ()
    remedy = f"Write {better}, or take it out." if better else "Take it out, or name a layer of the model."
    return _warning(f"{whose} names {plain}, and there is no such layer with params.", remedy, *fixes, takes_out)


def _number(path: str) -> str:
    tail = path.rpartition("_")[2]
    return tail if tail.isdigit() else ""


def _hidden(groups: Sequence[Group], paths: Sequence[str]) -> Iterator[Problem]:
    """Yield what stands by its name in a group, and in one before it too, which has it."""
    for group in groups:
        for pattern in group.patterns:
            first = group_at(pattern, groups) if pattern in paths else None
            if first is not None and first is not group and first.name != group.name:
                what = f"{pattern} is in the groups {first.name} and {group.name}; the first that fits has it, {first.name}."
                fix = Fix(f"Take {pattern} out of {group.name}", (SetPath(pattern, group=group.name),))
                yield _warning(what, f"Take it out of {group.name}, or put that group first.", fix)


def _warning(what: str, remedy: str, *fixes: Fix) -> Problem:
    return Problem("", what, remedy, "warning", fixes)
