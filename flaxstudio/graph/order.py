"""Orders of a graph: topological, the cycles that prevent one, and what leads to the outputs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from flaxstudio.graph.graph import Edge, Graph


def _neighbours(graph: Graph) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    into: dict[str, list[str]] = {node.name: [] for node in graph.nodes}
    out_of: dict[str, list[str]] = {name: [] for name in into}
    for edge in graph.edges:
        source, target = edge.source.node, edge.target.node
        if source in out_of and target in into:
            into[target].append(source)
            out_of[source].append(target)
    return into, out_of


def edges_by_node(graph: Graph) -> tuple[dict[str, list[Edge]], dict[str, list[Edge]]]:
    """Return the edges into each node and out of each, in drawing order: to look at many nodes without looking at all edges."""
    into: dict[str, list[Edge]] = {node.name: [] for node in graph.nodes}
    out_of: dict[str, list[Edge]] = {node.name: [] for node in graph.nodes}
    for edge in graph.edges:
        if edge.target.node in into:
            into[edge.target.node].append(edge)
        if edge.source.node in out_of:
            out_of[edge.source.node].append(edge)
    return into, out_of


def topological_order(graph: Graph) -> tuple[str, ...]:
    """Return node names with every node after its inputs, chains kept together; nodes on or behind a cycle are left out.

    Depth first from the last nodes, so that a branch is finished before the next begins, as a person would write it.
    What shares another's params comes after it where the wires allow it: a module's first call is its own.
    """
    into, out_of = _neighbours(graph)
    blocked = _behind_cycles(into, out_of)
    for name, owner in _sharers(graph):
        if owner in into and owner not in blocked and name not in _reached([owner], into):
            into[name] = [owner, *into[name]]
    order: dict[str, None] = {}
    for root in sorted(graph.names(), key=lambda name: bool(out_of[name])):
        stack = [(root, iter(into[root]))] if root not in blocked and root not in order else []
        while stack:
            name, inputs = stack[-1]
            following = next((source for source in inputs if source not in order), None)
            if following is None:
                stack.pop()
                order.setdefault(name)
            else:
                stack.append((following, iter(into[following])))
    return tuple(order)


def _sharers(graph: Graph) -> Iterator[tuple[str, str]]:
    return ((node.name, str(node.attributes["shares"])) for node in graph.nodes if node.attributes.get("shares"))


def nodes_behind_cycles(graph: Graph) -> frozenset[str]:
    """Return the nodes that can never be computed because they are on a cycle or get their input from one."""
    return _behind_cycles(*_neighbours(graph))


def _behind_cycles(into: Mapping[str, Sequence[str]], out_of: Mapping[str, Sequence[str]]) -> frozenset[str]:
    missing = {name: len(sources) for name, sources in into.items()}
    ready = [name for name, count in missing.items() if count == 0]
    done = set()
    while ready:
        name = ready.pop()
        done.add(name)
        for target in out_of[name]:
            missing[target] -= 1
            if missing[target] == 0:
                ready.append(target)
    return frozenset(missing) - done


def nodes_on_cycles(graph: Graph) -> frozenset[str]:
    """Return the nodes from which a way leads back to themselves."""
    into, out_of = _neighbours(graph)
    suspects = _behind_cycles(into, out_of)
    return frozenset(name for name in suspects if name in _reached(out_of[name], out_of))


def would_cycle(graph: Graph, source: str, target: str) -> bool:
    """Return whether an edge from source to target would close a cycle."""
    return source == target or source in downstream(graph, [target])


def upstream(graph: Graph, names: Iterable[str]) -> frozenset[str]:
    """Return the given nodes and all they get their input from."""
    return _reached(names, _neighbours(graph)[0])


def downstream(graph: Graph, names: Iterable[str]) -> frozenset[str]:
    """Return the given nodes and all that get input from them."""
    return _reached(names, _neighbours(graph)[1])


def connected(graph: Graph, names: Iterable[str]) -> frozenset[str]:
    """Return the given nodes and all that any way of wires leads to, against the flow too."""
    into, out_of = _neighbours(graph)
    return _reached(names, {name: [*into[name], *out_of[name]] for name in into})


def _reached(start: Iterable[str], neighbours: dict[str, list[str]]) -> frozenset[str]:
    seen: set[str] = set()
    todo = list(start)
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo.extend(neighbours.get(name, ()))
    return frozenset(seen)
