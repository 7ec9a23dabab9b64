"""Edits that put nodes into a block and take it apart again."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from flaxstudio.graph.fields import field_values
from flaxstudio.graph.formula import names_in, substituted
from flaxstudio.graph.graph import Edge, Formula, Graph, Node, Port, Value
from flaxstudio.graph.library import Block
from flaxstudio.graph.naming import free_name
from flaxstudio.graph.order import downstream, upstream
from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.spec import Catalogue
from flaxstudio.project.annotation_following import part_of_annotations, with_part
from flaxstudio.project.annotations import Annotations
from flaxstudio.project.block_edits import require_free
from flaxstudio.project.edits import Edit
from flaxstudio.project.optim_following import with_block_dissolved, with_node_moved
from flaxstudio.project.project import Position, Project

_MARGIN = 240.0
"""How far a block's ends stand from its first and last nodes."""


def make_block(names: Iterable[str], name: str, catalogue: Catalogue, items: Iterable[str] = ()) -> Edit:
    """Put nodes, with these frames and notes, into a new block of that name and a node of it in their place."""
    chosen, beside = frozenset(names), tuple(items)

    def apply(project: Project) -> Project:
        require_free(name, project, catalogue)
        return _with_items_inside(_grouped(project, chosen, name, catalogue), project.annotations, name, beside)

    return Edit(f"Make block {name}", apply)


def dissolve(node: str) -> Edit:
    """Put a block's nodes in the place of a node of it."""

    def apply(project: Project) -> Project:
        placed = project.graph.node(node)
        is_shared = any(other.attributes.get("shares") == node for other in project.graph.nodes)
        if placed.mode != "on":
            raise ProblemError(f"{node} is {placed.mode}.", "Use it again before you take it apart.")
        if is_shared or placed.attributes.get("repeat", 1) != 1 or placed.attributes.get("shares"):
            raise ProblemError(f"{node} is repeated or shared.", "Set repeat to 1 and share nothing before you take it apart.")
        return _dissolved(project, placed, project.library.block(placed.layer))

    return Edit(f"Take {node} apart", apply)


def _grouped(project: Project, chosen: frozenset[str], name: str, catalogue: Catalogue) -> Project:
    graph = project.graph
    inner = graph.without_nodes(frozenset(graph.names()) - chosen)
    if not inner.nodes or any(node.layer in ("Input", "Output") for node in inner.nodes):
        raise ProblemError("A block is made of layers, and Input and Output stay outside.", "Select other nodes.")
    _require_whole_sharing(graph, chosen)
    _require_nothing_between(graph, chosen)
    entering = [e for e in graph.edges if e.target.node in chosen and e.source.node not in chosen]
    leaving = [e for e in graph.edges if e.source.node in chosen and e.target.node not in chosen]
    sources = list(dict.fromkeys(e.source for e in entering))
    results = list(dict.fromkeys(e.source for e in leaving)) or _last_ports(inner, catalogue)
    taken = set(inner.names())
    inputs = _ends("Input", "input", len(sources), taken)
    outputs = _ends("Output", "output", len(results), taken)
    used = {n for node in inner.nodes for v in node.attributes.values() if isinstance(v, Formula) for n in names_in(v)}
    fields = tuple(field for field in graph.fields if field.name in used)
    edges = [
        Edge(Port(inputs[sources.index(e.source)].name, "out"), e.target) if e.source.node not in chosen else e
        for e in graph.edges
        if e.target.node in chosen
    ]
    edges += [Edge(port, Port(end.name, "in")) for port, end in zip(results, outputs, strict=True)]
    block = Block(name, Graph((*inputs, *inner.nodes, *outputs), tuple(edges), fields))
    node = Node(_node_name(name, graph, chosen), name, {field.name: Formula(field.name) for field in fields})
    return _with_block_placed(project, chosen, block, node, dict(zip(sources, block.inputs(), strict=True)), results)


def _with_block_placed(
    project: Project, chosen: frozenset[str], block: Block, node: Node, into: Mapping[Port, str], results: list[Port]
) -> Project:
    graph = project.graph
    out_of = dict(zip(results, block.outputs(), strict=True))
    # in the order of the old edges, so that merges keep the order of their wires
    edges: list[Edge] = []
    for old in graph.edges:
        starts_inside, ends_inside = old.source.node in chosen, old.target.node in chosen
        if starts_inside and not ends_inside:
            edges.append(Edge(Port(node.name, out_of[old.source]), old.target))
        elif ends_inside and not starts_inside:
            edges.append(Edge(old.source, Port(node.name, into[old.source])))
        elif not starts_inside:
            edges.append(old)
    inner = graph.without_nodes(frozenset(graph.names()) - chosen)
    place = next(index for index, old in enumerate(graph.nodes) if old.name in chosen)
    before = [old for old in graph.nodes[:place] if old.name not in chosen]
    after = [old for old in graph.nodes[place:] if old.name not in chosen]
    positions = {name: project.positions.get(name, (0.0, 0.0)) for name in chosen}
    ways: dict[tuple[str, ...], tuple[str, ...]] = {(name,): (node.name, name) for name in chosen}
    centre = tuple(sum(p[axis] for p in positions.values()) / len(positions) for axis in (0, 1))
    return replace(
        project,
        graph=replace(graph, nodes=(*before, node, *after), edges=tuple(dict.fromkeys(edges))),
        positions={**{n: p for n, p in project.positions.items() if n not in chosen}, node.name: (centre[0], centre[1])},
        library=project.library.with_definition(block),
        block_positions={**project.block_positions, block.name: _with_end_positions(block, positions)},
        block_annotations=_with_beside(project.block_annotations, block.name, part_of_annotations(project.annotations, inner)),
        training=replace(project.training, optimizer=with_node_moved(project.training.optimizer, ways)),
    )


def _with_items_inside(project: Project, before: Annotations, block: str, items: tuple[str, ...]) -> Project:
    """Return the project with frames and notes moved from beside the nodes to where these are now."""
    if not items:
        return project
    moved = part_of_annotations(before, Graph(), items)
    inside = project.block_annotations.get(block, Annotations())
    after = replace(
        project.annotations,
        frames=tuple(frame for frame in project.annotations.frames if frame.name not in items),
        notes=tuple(note for note in project.annotations.notes if note.name not in items),
    )
    beside = _with_beside(project.block_annotations, block, replace(inside, frames=moved.frames, notes=moved.notes))
    return replace(project, annotations=after, block_annotations=beside)


def _with_beside(known: Mapping[str, Annotations], block: str, annotations: Annotations) -> dict[str, Annotations]:
    return {**known, block: annotations} if annotations != Annotations() else dict(known)


def _with_end_positions(block: Block, positions: Mapping[str, Position]) -> dict[str, Position]:
    left = min(x for x, _ in positions.values()) - _MARGIN
    right = max(x for x, _ in positions.values()) + _MARGIN
    top = min(y for _, y in positions.values())
    placed = dict(positions)
    for x, ends in ((left, block.inputs()), (right, block.outputs())):
        placed |= {end: (x, top + 120.0 * index) for index, end in enumerate(ends.values())}
    return placed


def _require_whole_sharing(graph: Graph, chosen: frozenset[str]) -> None:
    for node in graph.nodes:
        owner = node.attributes.get("shares")
        if owner and (node.name in chosen) != (owner in chosen):
            raise ProblemError(f"{node.name} shares the params of {owner}.", "Select both for the block, or neither.")


def _require_nothing_between(graph: Graph, chosen: frozenset[str]) -> None:
    between = (downstream(graph, chosen) & upstream(graph, chosen)) - chosen
    first = next((name for name in graph.names() if name in between), "")
    if first:
        raise ProblemError(f"{first} lies between the nodes of the block.", "Select it too.", first)


def _last_ports(graph: Graph, catalogue: Catalogue) -> list[Port]:
    """Return what nodes give out that feed nothing."""
    giving = {edge.source.node for edge in graph.edges}
    last = ((node.name, catalogue.get(node.layer)) for node in graph.nodes if node.name not in giving)
    return [Port(name, port.name) for name, spec in last if spec for port in spec.outputs if not port.is_optional]


def _ends(layer: str, base: str, count: int, taken: set[str]) -> list[Node]:
    ends = []
    for _ in range(count):
        name = free_name(base, taken)
        taken.add(name)
        ends.append(Node(name, layer))
    return ends


def _node_name(block: str, graph: Graph, chosen: frozenset[str]) -> str:
    base = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", block).lower()
    return free_name(base, {name for name in graph.names() if name not in chosen})


def _dissolved(project: Project, placed: Node, block: Block) -> Project:
    graph = project.graph
    taken = set(graph.names()) - {placed.name}
    ends = {*block.inputs().values(), *block.outputs().values()}
    names = {}
    for node in block.graph.nodes:
        if node.name not in ends:
            stem, _, number = node.name.rpartition("_")
            is_free = node.name not in taken
            names[node.name] = node.name if is_free else free_name(stem if number.isdigit() else node.name, taken)
            taken.add(names[node.name])
    values = field_values(block.graph, placed.attributes)
    nodes = tuple(_placed(node, names, values) for node in block.graph.nodes if node.name in names)
    edges = tuple(dict.fromkeys(_joined_edges(graph, placed, block, names)))
    place = graph.names().index(placed.name)
    at = project.positions.get(placed.name, (0.0, 0.0))
    inside = project.block_positions.get(block.name, {})
    way = _way(inside, names, at)
    optimizer = with_block_dissolved(project.training.optimizer, placed.name, names)
    moved = {new: (x + way[0], y + way[1]) for new, (x, y) in _known(inside, names).items()}
    positions = {**{n: p for n, p in project.positions.items() if n != placed.name}, **moved}
    return replace(
        project,
        graph=replace(graph, nodes=(*graph.nodes[:place], *nodes, *graph.nodes[place + 1 :]), edges=edges),
        positions=positions,
        annotations=with_part(project.annotations, _beside_of(project, block, ends), names, way),
        training=replace(project.training, optimizer=optimizer),
    )


def _placed(node: Node, names: Mapping[str, str], values: Mapping[str, Value]) -> Node:
    """Return a block's node as it stands in the graph around: renamed, its formulas in terms of what is there."""
    attributes: dict[str, Value] = {}
    for key, value in node.attributes.items():
        if isinstance(value, Formula):
            attributes[key] = _substituted(value, values, node.name)
        else:
            attributes[key] = names.get(str(value), value) if key == "shares" else value
    return replace(node, name=names[node.name], attributes=attributes)


def _substituted(value: Formula, values: Mapping[str, Value], node: str) -> Value:
    try:
        return substituted(value, values)
    except ValueError as error:
        what = f"{node} in the block cannot stand outside of it: its {value.formula} {error}."
        raise ProblemError(what, "Set a number there first.") from error


def _joined_edges(graph: Graph, placed: Node, block: Block, names: Mapping[str, str]) -> Iterator[Edge]:
    feeding = {edge.target.port: edge.source for edge in graph.edges_into(placed.name)}
    entries = {end: feeding.get(port) for port, end in block.inputs().items()}

    def origin(port: Port) -> Port | None:
        return entries[port.node] if port.node in entries else Port(names[port.node], port.port)

    given = {}
    for port, end in block.outputs().items():
        into = block.graph.edges_into(end)
        given[port] = origin(into[0].source) if into else None
    for edge in graph.edges:
        if edge.target.node == placed.name:
            continue
        source = given.get(edge.source.port) if edge.source.node == placed.name else edge.source
        if source is not None:
            yield Edge(source, edge.target)
    for edge in block.graph.edges:
        if edge.target.node in names:
            source = origin(edge.source)
            if source is not None:
                yield Edge(source, Port(names[edge.target.node], edge.target.port))


def _beside_of(project: Project, block: Block, ends: set[str]) -> Annotations:
    annotations = project.block_annotations.get(block.name, Annotations())
    return part_of_annotations(annotations, block.graph.without_nodes(frozenset(ends)), annotations.names())


def _known(positions: Mapping[str, Position], names: Mapping[str, str]) -> dict[str, Position]:
    return {new: positions.get(old, (0.0, 0.0)) for old, new in names.items()}


def _way(positions: Mapping[str, Position], names: Mapping[str, str], at: Position) -> Position:
    """Return how far a block's nodes move so that their middle lies where its node was."""
    places = _known(positions, names).values()
    if not places:
        return at
    return at[0] - sum(x for x, _ in places) / len(places), at[1] - sum(y for _, y in places) / len(places)
