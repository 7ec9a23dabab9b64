"""The edit that puts nodes on a wire: a single one or a chain, and what lies behind the wire makes room."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from flaxstudio.graph.graph import Edge, Graph, Port
from flaxstudio.graph.order import downstream
from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.spec import Catalogue
from flaxstudio.project.edits import Edit, move
from flaxstudio.project.project import Position, Project

Sizes = Mapping[str, tuple[float, float]]

GAP = 60.0
"""How far apart two nodes stand that a wire joins, at least."""
_SNAP = 10.0
_UNKNOWN = (168.0, 80.0)


def chain_ends(graph: Graph, names: Iterable[str], catalogue: Catalogue) -> tuple[Port, Port] | None:
    """Return the input and the output by which some nodes can stand on a wire as one, or None if they cannot.

    They have no wires to other nodes, are joined among each other, and one of them alone begins and one alone ends them.
    """
    chosen = frozenset(names)
    touching = [e for e in graph.edges if e.source.node in chosen or e.target.node in chosen]
    if not all(e.source.node in chosen and e.target.node in chosen for e in touching):
        return None
    heads, tails = chosen - {e.target.node for e in touching}, chosen - {e.source.node for e in touching}
    if len(heads) != 1 or len(tails) != 1:
        return None
    first, last = (catalogue.get(graph.node(next(iter(ends))).layer) for ends in (heads, tails))
    if first is None or last is None or not first.inputs or last.main_output is None:
        return None
    return Port(next(iter(heads)), first.inputs[0].name), Port(next(iter(tails)), last.main_output.name)


def insert(names: Iterable[str], edge: Edge, catalogue: Catalogue, places: Mapping[str, Position], sizes: Sizes) -> Edit:
    """Put placed nodes between the two ends of an edge, at these places, or where there is room beside them.

    `sizes` are the nodes' as they are drawn. What lies behind the edge moves on along the flow as far as it must.
    """
    chosen = tuple(names)

    def apply(project: Project) -> Project:
        ends = chain_ends(project.graph, chosen, catalogue)
        if ends is None:
            raise ProblemError(
                "These nodes cannot stand on a wire.", "Choose nodes that follow one another and have no other wires."
            )
        if edge not in project.graph.edges:
            raise ProblemError("That wire is no longer there.")
        edges = tuple(
            e
            for old in project.graph.edges
            for e in ((Edge(edge.source, ends[0]), Edge(ends[1], edge.target)) if old == edge else (old,))
        )
        inserted = replace(project, graph=replace(project.graph, edges=edges), positions={**project.positions, **places})
        moved = room(inserted, chosen, edge, sizes)
        return move(moved).apply(inserted) if moved else inserted

    what = chosen[0] if len(chosen) == 1 else f"{len(chosen)} nodes"
    return Edit(f"Insert {what}", apply)


def room(project: Project, names: Iterable[str], edge: Edge, sizes: Sizes) -> dict[str, Position]:
    """Return the new places of all that must move so that nodes which stand on an edge lie between its two ends."""
    along = 0 if project.flow == "right" else 1
    chosen = tuple(names)

    def start(name: str) -> float:
        return project.positions.get(name, (0.0, 0.0))[along]

    def end(name: str) -> float:
        return start(name) + sizes.get(name, _UNKNOWN)[along]

    if start(edge.target.node) <= start(edge.source.node):
        return {}  # the wire runs backwards: nothing is in order there
    by = _on_grid(end(edge.source.node) + GAP - min(map(start, chosen)))
    moved = dict.fromkeys(chosen, by) if by > 0 else {}
    behind = _on_grid(max(map(end, chosen)) + max(by, 0.0) + GAP - start(edge.target.node))
    if behind > 0:
        following = downstream(project.graph, [edge.target.node]) - set(chosen)
        moved |= {name: behind for name in following if start(name) > start(edge.source.node)}
    return {name: _along(project.positions.get(name, (0.0, 0.0)), distance, along) for name, distance in moved.items()}


def _along(place: Position, by: float, along: int) -> Position:
    return (place[0] + by, place[1]) if along == 0 else (place[0], place[1] + by)


def _on_grid(value: float) -> float:
    """Return the value rounded up to the grid that nodes lie on."""
    return -(-value // _SNAP) * _SNAP
