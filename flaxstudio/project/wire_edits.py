"""Edits of wires: move all of a port, cut by a stroke, link nodes in a row, take nodes out while the flow goes on."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Literal

from flaxstudio.graph.activity import bridged
from flaxstudio.graph.graph import Edge, Graph, Port
from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.spec import Catalogue
from flaxstudio.project.edits import Edit, connection_fault
from flaxstudio.project.project import Project

_SAME_COLUMN = 84.0
"""Nodes whose places differ by less along the flow stand side by side, not one after the other."""


def cut(edges: Iterable[Edge]) -> Edit:
    """Delete the wires that a stroke went through."""
    gone = frozenset(edges)

    def apply(project: Project) -> Project:
        return replace(project, graph=project.graph.without_edges(gone))

    return Edit("Cut wire" if len(gone) == 1 else f"Cut {len(gone)} wires", apply)


def move_wires(edges: Iterable[Edge], side: Literal["in", "out"], port: Port, catalogue: Catalogue) -> Edit:
    """Let wires start at another output ("out"), or end at another input ("in")."""
    moved = tuple(edges)

    def apply(project: Project) -> Project:
        graph = project.graph.without_edges(frozenset(moved))
        fresh = [Edge(port, edge.target) if side == "out" else Edge(edge.source, port) for edge in moved]
        for edge in fresh:
            if fault := connection_fault(graph, catalogue, edge.source, edge.target):
                raise ProblemError(fault)
        spec = catalogue[graph.node(port.node).layer].input(port.port) if side == "in" else None
        if spec is not None and not spec.is_variadic:
            if len(moved) > 1:
                raise ProblemError(f"The input “{port.port}” of {port.node} takes one wire.", "Move them one by one.")
            graph = graph.without_edges(frozenset(graph.edges_into(port.node, port.port)))
        return replace(project, graph=graph.with_edges(*fresh))

    what = "wire" if len(moved) == 1 else f"{len(moved)} wires"
    return Edit(f"Move {what} to {port.node}", apply)


def remove_and_reconnect(names: Iterable[str], edges: Iterable[Edge], catalogue: Catalogue) -> Edit:
    """Delete nodes and wires; what fed a deleted node's first input then feeds what that node fed."""
    gone, lost = frozenset(names), frozenset(edges)

    def apply(project: Project) -> Project:
        graph = project.graph.without_edges(lost)
        graph = replace(graph, edges=bridged(graph, gone, catalogue)).without_nodes(gone)
        positions = {name: position for name, position in project.positions.items() if name not in gone}
        return replace(project, graph=graph, positions=positions)

    return Edit(f"Delete {_told(gone)} and reconnect", apply)


def detach(names: Iterable[str], catalogue: Catalogue) -> Edit:
    """Take nodes out of the flow, which goes on without them; they stay, with the wires among them."""
    free = frozenset(names)

    def apply(project: Project) -> Project:
        graph = project.graph
        among = tuple(e for e in graph.edges if e.source.node in free and e.target.node in free)
        return replace(project, graph=replace(graph, edges=(*bridged(graph, free, catalogue), *among)))

    return Edit(f"Detach {_told(free)}", apply)


def link(names: Iterable[str], catalogue: Catalogue) -> Edit:
    """Wire nodes one to the next in the order they stand along the flow, to free inputs; those side by side in parallel."""
    chosen = tuple(names)

    def apply(project: Project) -> Project:
        graph = project.graph
        for source, target in _pairs(_columns(project, chosen)):
            edge = _free_edge(graph, source, target, catalogue)
            graph = graph.with_edges(edge) if edge else graph
        if graph is project.graph:
            raise ProblemError("Nothing can be linked.", "Select two or more nodes of which the next has a free input.")
        return replace(project, graph=graph)

    return Edit(f"Link {len(chosen)} nodes", apply)


def _told(names: frozenset[str]) -> str:
    return ", ".join(sorted(names)) if len(names) in (1, 2) else f"{len(names)} nodes"


def _columns(project: Project, names: tuple[str, ...]) -> list[list[str]]:
    """Return the nodes in columns across the flow; one column alone is one after the other."""
    along, across = (0, 1) if project.flow == "right" else (1, 0)
    apart = _SAME_COLUMN if project.flow == "right" else _SAME_COLUMN / 2
    places = {name: project.positions.get(name, (0.0, 0.0)) for name in names}
    columns: list[list[str]] = []
    for name in sorted(names, key=lambda name: (places[name][along], places[name][across])):
        if columns and places[name][along] - places[columns[-1][0]][along] < apart:
            columns[-1].append(name)
        else:
            columns.append([name])
    columns = [sorted(column, key=lambda name: places[name][across]) for column in columns]
    return [[name] for name in columns[0]] if len(columns) == 1 else columns


def _pairs(columns: list[list[str]]) -> Iterator[tuple[str, str]]:
    for before, after in pairwise(columns):
        if len(before) == 1 or len(after) == 1:
            yield from ((source, target) for target in after for source in before)
        else:
            yield from zip(before, after, strict=False)


def _free_edge(graph: Graph, source: str, target: str, catalogue: Catalogue) -> Edge | None:
    """Return the edge from a node's main output to the first input of another that has room for it, if any."""
    giver, taker = catalogue.get(graph.node(source).layer), catalogue.get(graph.node(target).layer)
    if giver is None or taker is None or giver.main_output is None:
        return None
    if any(edge.source.node == source for edge in graph.edges_into(target)):
        return None
    start = Port(source, giver.main_output.name)
    for port in taker.inputs:
        is_free = port.is_variadic or not graph.edges_into(target, port.name)
        if is_free and not port.is_optional and port.is_state == giver.main_output.is_state:
            end = Port(target, port.name)
            return None if connection_fault(graph, catalogue, start, end) else Edge(start, end)
    return None
