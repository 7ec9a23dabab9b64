"""Edits of blocks and other own layers: make one, open it, take it apart, change its ports and fields everywhere at once."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from flaxstudio.graph.fields import field_values
from flaxstudio.graph.formula import evaluate, names_in, renamed, substituted
from flaxstudio.graph.graph import Edge, Field, Formula, Graph, Node, Port, Value
from flaxstudio.graph.library import Block, Definition, Library
from flaxstudio.graph.naming import fault_of_class_name, fault_of_field, free_name
from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.spec import Catalogue
from flaxstudio.project.edits import Edit
from flaxstudio.project.project import Position, Project

_MARGIN = 240.0
"""How far a block's ends stand from its first and last nodes."""


def inside(project: Project, block: str) -> Project:
    """Return the project as seen from inside a block: its graph and positions in the place of the model's."""
    if not block:
        return project
    graph = project.library.block(block).graph
    return replace(project, name=block, graph=graph, positions=project.block_positions.get(block, {}))


def within(block: str, edit: Edit) -> Edit:
    """Carry out an edit of a graph inside a block; edges and attributes of all its users follow."""
    if not block:
        return edit

    def apply(project: Project) -> Project:
        old = project.library.block(block)
        seen = edit.apply(inside(project, block))
        new = replace(seen.library.block(block), graph=seen.graph)
        positions = {**seen.block_positions, block: seen.positions}
        changed = replace(project, library=seen.library.with_definition(new), block_positions=positions, dataset=seen.dataset)
        return changed if old.graph == new.graph else _with_users_following(changed, old, new)

    return Edit(edit.text, apply, f"{block}: {edit.merge_key}" if edit.merge_key else "")


def set_definition(definition: Definition) -> Edit:
    """Add an own layer to the project, or change the one of its name."""

    def apply(project: Project) -> Project:
        if fault := fault_of_class_name(definition.name):
            raise ProblemError(f"“{definition.name}” cannot be a layer's name: it {fault}.")
        return replace(project, library=project.library.with_definition(definition))

    return Edit(f"Change {definition.name}", apply)


def remove_definition(name: str) -> Edit:
    """Remove an own layer that nothing uses."""

    def apply(project: Project) -> Project:
        users = [block or project.name for block, graph in graphs_of(project) if any(graph.of_layer(name))]
        if users:
            raise ProblemError(f"{name} is used in {users[0]}.", "Delete the nodes that use it first.")
        positions = {block: kept for block, kept in project.block_positions.items() if block != name}
        return replace(project, library=project.library.without(name), block_positions=positions)

    return Edit(f"Remove {name}", apply)


def rename_block(old: str, new: str, catalogue: Catalogue) -> Edit:
    """Give a block another name; its nodes follow."""

    def apply(project: Project) -> Project:
        if fault := fault_of_class_name(new):
            raise ProblemError(f"“{new}” cannot be a block's name: it {fault}.")
        if new in catalogue or new == project.name:
            raise ProblemError(f"There is a layer “{new}” already.", "Choose another name.")
        blocks = tuple(
            replace(block, name=new if block.name == old else block.name, graph=_with_layer_renamed(block.graph, old, new))
            for block in project.library.blocks
        )
        positions = {new if block == old else block: kept for block, kept in project.block_positions.items()}
        return replace(
            project,
            graph=_with_layer_renamed(project.graph, old, new),
            library=replace(project.library, blocks=blocks),
            block_positions=positions,
        )

    return Edit(f"Rename {old} to {new}", apply)


def make_block(names: Iterable[str], name: str, catalogue: Catalogue) -> Edit:
    """Put nodes into a new block of that name and a node of it in their place."""
    chosen = frozenset(names)

    def apply(project: Project) -> Project:
        if fault := fault_of_class_name(name):
            raise ProblemError(f"“{name}” cannot be a block's name: it {fault}.")
        if name in catalogue or name == project.name:
            raise ProblemError(f"There is a layer “{name}” already.", "Choose another name.")
        return _grouped(project, chosen, name)

    return Edit(f"Make block {name}", apply)


def dissolve(node: str) -> Edit:
    """Put a block's nodes in the place of a node of it."""

    def apply(project: Project) -> Project:
        placed = project.graph.node(node)
        if placed.attributes.get("repeat", 1) != 1 or placed.attributes.get("shares"):
            raise ProblemError(f"{node} is repeated or shared.", "Set repeat to 1 and share nothing before you take it apart.")
        return _dissolved(project, placed, project.library.block(placed.layer))

    return Edit(f"Take {node} apart", apply)


def expose(node: str, attribute: str, field: str, catalogue: Catalogue) -> Edit:
    """Make a node's attribute a field of the class that its graph becomes."""

    def apply(project: Project) -> Project:
        if fault := fault_of_field(field, (*project.graph.names(), *(f.name for f in project.graph.fields))):
            raise ProblemError(f"“{field}” cannot be a field's name: it {fault}.")
        placed = project.graph.node(node)
        spec = catalogue[placed.layer]
        like = "int" if attribute == "repeat" else f"{placed.layer}.{attribute}"
        new = Field(field, like, _literal(spec.value(placed, attribute), project.graph), spec.attribute(attribute).help)
        changed = replace(placed, attributes={**placed.attributes, attribute: Formula(field)})
        graph = project.graph.with_node_replaced(node, changed)
        return replace(project, graph=replace(graph, fields=(*graph.fields, new)))

    return Edit(f"Expose {node}.{attribute}", apply)


def set_field(field: Field) -> Edit:
    """Add a field to the class, or change the one of its name."""

    def apply(project: Project) -> Project:
        fields = project.graph.fields
        if project.graph.field(field.name) is None:
            if fault := fault_of_field(field.name, project.graph.names()):
                raise ProblemError(f"“{field.name}” cannot be a field's name: it {fault}.")
            fields = (*fields, field)
        else:
            fields = tuple(field if old.name == field.name else old for old in fields)
        return replace(project, graph=replace(project.graph, fields=fields))

    return Edit(f"Set field {field.name}", apply, f"set field {field.name}")


def remove_field(name: str) -> Edit:
    """Remove a field; formulas that name it become its default."""

    def apply(project: Project) -> Project:
        values = field_values(project.graph)
        nodes = tuple(_without_field(node, name, values) for node in project.graph.nodes)
        fields = tuple(field for field in project.graph.fields if field.name != name)
        return replace(project, graph=replace(project.graph, nodes=nodes, fields=fields))

    return Edit(f"Remove field {name}", apply)


def rename_field(old: str, new: str) -> Edit:
    """Give a field another name; formulas follow."""

    def apply(project: Project) -> Project:
        others = (*project.graph.names(), *(field.name for field in project.graph.fields))
        if fault := fault_of_field(new, others):
            raise ProblemError(f"“{new}” cannot be a field's name: it {fault}.")
        nodes = tuple(
            replace(
                node,
                attributes={k: renamed(v, old, new) if isinstance(v, Formula) else v for k, v in node.attributes.items()},
            )
            for node in project.graph.nodes
        )
        fields = tuple(replace(field, name=new) if field.name == old else field for field in project.graph.fields)
        return replace(project, graph=replace(project.graph, nodes=nodes, fields=fields))

    return Edit(f"Rename field {old} to {new}", apply)


def graphs_of(project: Project) -> Iterator[tuple[str, Graph]]:
    """Yield (block, graph) of the model's own graph, with the block "", and of every block."""
    yield "", project.graph
    yield from ((block.name, block.graph) for block in project.library.blocks)


def _with_users_following(project: Project, old: Block, new: Block) -> Project:
    """Return the project with the edges and attributes at a block's nodes fitted to its new ports and fields."""
    into, out_of = _moved_ports(old.inputs(), new.inputs()), _moved_ports(old.outputs(), new.outputs())
    fields = {field.name for field in new.graph.fields}
    lost = {field.name for field in old.graph.fields} - fields
    fresh = fields - {field.name for field in old.graph.fields}
    heir = {next(iter(lost)): next(iter(fresh))} if len(lost) == len(fresh) == 1 else {}

    def follow(graph: Graph) -> Graph:
        users = {node.name for node in graph.of_layer(new.name)}
        if not users:
            return graph
        edges = (_followed(edge, users, into, out_of) for edge in graph.edges)
        nodes = tuple(_with_fields(node, lost, heir) if node.name in users else node for node in graph.nodes)
        return replace(graph, nodes=nodes, edges=tuple(edge for edge in edges if edge is not None))

    blocks = tuple(replace(block, graph=follow(block.graph)) for block in project.library.blocks)
    return replace(project, graph=follow(project.graph), library=replace(project.library, blocks=blocks))


def _moved_ports(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, str]:
    """Return old port -> new port: that of the same end, or of the one in its place where an end was renamed."""
    by_end = {end: port for port, end in new.items()}
    places = list(new)
    moved = {}
    for index, (port, end) in enumerate(old.items()):
        if end in by_end:
            moved[port] = by_end[end]
        elif len(old) == len(new):
            moved[port] = places[index]
    return moved


def _followed(edge: Edge, users: set[str], into: Mapping[str, str], out_of: Mapping[str, str]) -> Edge | None:
    source, target = edge.source, edge.target
    if target.node in users:
        if target.port not in into:
            return None
        target = Port(target.node, into[target.port])
    if source.node in users:
        if source.port not in out_of:
            return None
        source = Port(source.node, out_of[source.port])
    return Edge(source, target)


def _with_fields(node: Node, lost: set[str], heir: Mapping[str, str]) -> Node:
    kept = {heir.get(key, key): value for key, value in node.attributes.items() if key not in lost or key in heir}
    return replace(node, attributes=kept)


def _with_layer_renamed(graph: Graph, old: str, new: str) -> Graph:
    nodes = tuple(replace(node, layer=new) if node.layer == old else node for node in graph.nodes)
    fields = tuple(
        replace(field, like=f"{new}.{field.like.partition('.')[2]}") if field.like.startswith(f"{old}.") else field
        for field in graph.fields
    )
    return replace(graph, nodes=nodes, fields=fields)


def _grouped(project: Project, chosen: frozenset[str], name: str) -> Project:
    graph = project.graph
    inner = graph.without_nodes(frozenset(graph.names()) - chosen)
    if not inner.nodes or any(node.layer in ("Input", "Output") for node in inner.nodes):
        raise ProblemError("A block is made of layers, and Input and Output stay outside.", "Select other nodes.")
    _require_whole_sharing(graph, chosen)
    entering = [e for e in graph.edges if e.target.node in chosen and e.source.node not in chosen]
    leaving = [e for e in graph.edges if e.source.node in chosen and e.target.node not in chosen]
    sources = list(dict.fromkeys(e.source for e in entering))
    results = list(dict.fromkeys(e.source for e in leaving)) or _last_ports(inner)
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
    place = next(index for index, old in enumerate(graph.nodes) if old.name in chosen)
    before = [old for old in graph.nodes[:place] if old.name not in chosen]
    after = [old for old in graph.nodes[place:] if old.name not in chosen]
    positions = {name: project.positions.get(name, (0.0, 0.0)) for name in chosen}
    centre = tuple(sum(p[axis] for p in positions.values()) / len(positions) for axis in (0, 1))
    return replace(
        project,
        graph=replace(graph, nodes=(*before, node, *after), edges=tuple(dict.fromkeys(edges))),
        positions={**{n: p for n, p in project.positions.items() if n not in chosen}, node.name: (centre[0], centre[1])},
        library=project.library.with_definition(block),
        block_positions={**project.block_positions, block.name: _with_end_positions(block, positions)},
    )


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


def _last_ports(graph: Graph) -> list[Port]:
    giving = {edge.source.node for edge in graph.edges}
    return [Port(node.name, "out") for node in graph.nodes if node.name not in giving]


def _ends(layer: str, base: str, count: int, taken: set[str]) -> list[Node]:
    ends = []
    for _ in range(count):
        name = free_name(base, taken)
        taken.add(name)
        ends.append(Node(name, layer))
    return ends


def _node_name(block: str, graph: Graph, chosen: frozenset[str]) -> str:
    import re

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
    kept = tuple(node for node in graph.nodes if node.name != placed.name)
    at = project.positions.get(placed.name, (0.0, 0.0))
    moved = _around(project.block_positions.get(block.name, {}), names, at)
    positions = {**{n: p for n, p in project.positions.items() if n != placed.name}, **moved}
    return replace(project, graph=replace(graph, nodes=(*kept, *nodes), edges=edges), positions=positions)


def _placed(node: Node, names: Mapping[str, str], values: Mapping[str, Value]) -> Node:
    """Return a block's node as it stands in the graph around: renamed, its formulas in terms of what is there."""
    attributes: dict[str, Value] = {}
    for key, value in node.attributes.items():
        if isinstance(value, Formula):
            attributes[key] = substituted(value, values)
        else:
            attributes[key] = names.get(str(value), value) if key == "shares" else value
    return Node(names[node.name], node.layer, attributes)


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


def _around(positions: Mapping[str, Position], names: Mapping[str, str], at: Position) -> dict[str, Position]:
    known = {new: positions.get(old, (0.0, 0.0)) for old, new in names.items()}
    if not known:
        return {}
    centre = tuple(sum(p[axis] for p in known.values()) / len(known) for axis in (0, 1))
    return {name: (x - centre[0] + at[0], y - centre[1] + at[1]) for name, (x, y) in known.items()}


def _literal(value: Value, graph: Graph) -> Value:
    return evaluate(value, field_values(graph)) if isinstance(value, Formula) else value


def _without_field(node: Node, name: str, values: Mapping[str, Value]) -> Node:
    attributes = {
        key: evaluate(value, values) if isinstance(value, Formula) and name in names_in(value) else value
        for key, value in node.attributes.items()
    }
    return replace(node, attributes=attributes)


def library_of(project: Project) -> Library:
    """Return the own layers that the model's graph uses."""
    return project.library.used_by(project.graph)
