"""Trees of variables as a frozen value: their arrays in the model's order, one exchanged for another, two compared."""

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from flaxstudio.graph.graph import Graph
from flaxstudio.graph.library import Block, Library
from flaxstudio.graph.order import topological_order
from flaxstudio.project.results import Trained, Tree

Path = tuple[str, ...]
"""Where an array lies: collection, node, (inner module,) name, as in ("params", "dense_1", "kernel")."""

Array = npt.NDArray[Any]
Verdict = Literal["fits", "other shape", "missing", "extra"]
_LAST = ("bias",)


@dataclass(frozen=True, slots=True)
class Match:
    """One array of the model, of a file, or of both. The shape is None where there is no such array.

    `source` is the array's path in the file, where that has another name for it.
    """

    path: Path
    wanted: tuple[int, ...] | None
    given: tuple[int, ...] | None
    source: Path = ()

    @property
    def verdict(self) -> Verdict:
        """Whether the model can take the file's array."""
        if self.given is None:
            return "missing"
        if self.wanted is None:
            return "extra"
        return "fits" if self.wanted == self.given else "other shape"


def path_text(path: Path) -> str:
    """Return a path as it is shown: params/dense_1/kernel."""
    return "/".join(path)


def leaves(tree: Mapping[str, Any], prefix: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield the path and value of everything in a tree that is no map, in the tree's order."""
    for name, value in tree.items():
        path = (*prefix, name)
        if isinstance(value, Mapping):
            yield from leaves(value, path)
        else:
            yield path, value


def ordered_leaves(tree: Mapping[str, Any], graph: Graph, library: Library = Library()) -> dict[Path, Array]:
    """Return path -> array in the model's order."""
    found = dict(leaves(tree))
    return {path: np.asarray(found[path]) for path in in_model_order(found, graph, library)}


def in_model_order(paths: Iterable[Path], graph: Graph, library: Library = Library()) -> list[Path]:
    """Return paths with params first, nodes as the graph and its blocks compute them, and a kernel before its bias."""
    known = list(paths)
    collections = list(dict.fromkeys(path[0] for path in known))
    place = ModelOrder(graph, library)

    def rank(path: Path) -> tuple[Any, ...]:
        return (
            (path[0] != "params", collections.index(path[0])), place.of(path[1:-1]), path[-1] in _LAST, _natural(path[-1])
        )  # fmt: skip

    return sorted(known, key=rank)


class ModelOrder:
    """Tells when a module is computed, from its name and the names of those around it."""

    def __init__(self, graph: Graph, library: Library = Library()) -> None:
        self._graph = graph
        self._library = library
        self._ranks: dict[str, Mapping[str, int]] = {}

    def of(self, names: Path) -> tuple[tuple[int, Any], ...]:
        """Return a key that sorts modules by their place in the graph, then by that in the block, and so on."""
        keys, graph, block = [], self._graph, ""
        for name in names:
            ranks = self._ranks.get(block)
            if ranks is None:
                ranks = self._ranks[block] = {node: rank for rank, node in enumerate(topological_order(graph))}
            node = node_of(("", name, ""), ranks)
            keys.append((ranks.get(node, len(ranks)), _natural(name)))
            layer = graph.node(node).layer if node else ""
            found = self._library.get(layer)
            graph, block = (found.graph, layer) if isinstance(found, Block) else (Graph(), "?")
        return tuple(keys)


def node_of(path: Path, names: Container[str]) -> str:
    """Return the node that an array belongs to: `dense_1`, also for its repeats `dense_1_0`, `dense_1_1`, or ""."""
    if len(path) < 3:
        return ""
    if path[1] in names:
        return path[1]
    stem = re.sub(r"_\d+$", "", path[1])
    return stem if stem in names else ""


def array_at(tree: Mapping[str, Any], path: Path) -> Array:
    """Return the array at a path; KeyError if there is none."""
    value: Any = tree
    for name in path:
        value = value[name]
    return np.asarray(value)


def with_array(tree: Tree, path: Path, array: Array) -> Tree:
    """Return the tree with one array exchanged or added; all others are shared with the old tree."""
    first, rest = path[0], path[1:]
    return {**tree, first: with_array(tree.get(first, {}), rest, array) if rest else array}


def with_aside(trained: Trained, before: Trained | None) -> Trained:
    """Return trained variables that also keep what muted and bypassed nodes had learnt before."""
    known = {} if before is None else {**dict(leaves(before.aside)), **dict(leaves(before.variables))}
    aside: Tree = {}
    for path, array in known.items():
        if _is_off(path, trained.graph, trained.library):
            aside = with_array(aside, path, array)
    return replace(trained, aside=aside)


def _is_off(path: Path, graph: Graph, library: Library) -> bool:
    """Return whether an array belongs to a node that is left out, in the model or inside a block on the way."""
    for name in path[1:-1]:
        names = graph.names()
        node = graph.node(found) if (found := node_of(("", name, ""), names)) else None
        if node is None:
            return False
        if node.mode != "on":
            return True
        block = library.get(node.layer)
        if not isinstance(block, Block):
            return False
        graph = block.graph
    return False


def with_arrays(trained: Trained, arrays: Mapping[Path, Array]) -> Trained:
    """Return trained variables with some arrays exchanged; step and optimizer state stay."""
    variables = trained.variables
    for path, array in arrays.items():
        variables = with_array(variables, path, array)
    return replace(trained, variables=variables)


def compare(wanted: Mapping[Path, tuple[int, ...]], given: Mapping[Path, tuple[int, ...]]) -> tuple[Match, ...]:
    """Return a line for each array of the model, in its order, then those that only the file has."""
    own = [Match(path, shape, given.get(path)) for path, shape in wanted.items()]
    return (*own, *(Match(path, None, shape) for path, shape in given.items() if path not in wanted))


def shapes_of(tree: Mapping[str, Any]) -> dict[Path, tuple[int, ...]]:
    """Return path -> shape of everything in a tree."""
    return {path: tuple(np.shape(value)) for path, value in leaves(tree)}


def _natural(name: str) -> tuple[tuple[int, str], ...]:
    """Return a key that sorts layer_2 before layer_10."""
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name))
