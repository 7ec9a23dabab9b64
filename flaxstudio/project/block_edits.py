"""Edits of blocks and other own layers as such: add, rename, remove, and change one inside with all its nodes following."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from flaxstudio.graph.graph import Edge, Graph, Node, Port
from flaxstudio.graph.library import Block, Definition
from flaxstudio.graph.naming import fault_of_class_name
from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.spec import Catalogue
from flaxstudio.project.annotations import Annotations
from flaxstudio.project.edits import Edit, rename_node
from flaxstudio.project.optim_following import with_node_moved
from flaxstudio.project.place import ways_to
from flaxstudio.project.project import Project

_APART = 480.0
"""How far the two ends of a new block stand from each other."""


def inside(project: Project, block: str) -> Project:
    """Return the project as seen from inside a block: its graph and what lies beside it in the place of the model's."""
    if not block:
        return project
    graph = project.library.block(block).graph
    return replace(
        project,
        name=block,
        graph=graph,
        positions=project.block_positions.get(block, {}),
        annotations=project.block_annotations.get(block, Annotations()),
    )


def within(block: str, edit: Edit) -> Edit:
    """Carry out an edit of a graph inside a block; edges and attributes of all its users follow."""
    if not block:
        return edit

    def apply(project: Project) -> Project:
        old = project.library.block(block)
        seen = edit.apply(inside(project, block))
        new = replace(seen.library.block(block), graph=seen.graph)
        positions = {**seen.block_positions, block: seen.positions}
        annotations = {**seen.block_annotations, block: seen.annotations}
        changed = replace(
            project,
            library=seen.library.with_definition(new),
            block_positions=positions,
            block_annotations=_told(annotations),
            dataset=seen.dataset,
        )
        if changed.library.get(project.name) is not None:
            raise ProblemError(f"{project.name} is the model's own name.", "Choose another name.")
        return changed if old.graph == new.graph else _with_users_following(changed, old, new)

    return Edit(edit.text, apply, f"{block}: {edit.merge_key}" if edit.merge_key else "")


def rename_within(block: str, old: str, new: str) -> Edit:
    """Give a node of a block, or of the model's own graph, another name; the optimizer's paths through the block follow."""
    rename = within(block, rename_node(old, new))

    def apply(project: Project) -> Project:
        renamed = rename.apply(project)
        ways = {(*way, old): (*way, new) for way in ways_to(renamed, block)} if block else {}
        optimizer = with_node_moved(renamed.training.optimizer, ways)
        return replace(renamed, training=replace(renamed.training, optimizer=optimizer))

    return Edit(rename.text, apply, rename.merge_key)


def set_definition(definition: Definition) -> Edit:
    """Add an own layer to the project, or change the one of its name."""

    def apply(project: Project) -> Project:
        if fault := fault_of_class_name(definition.name):
            raise ProblemError(f"“{definition.name}” cannot be a layer's name: it {fault}.")
        if definition.name == project.name:
            raise ProblemError(f"{definition.name} is the model's own name.", "Choose another name.")
        return replace(project, library=project.library.with_definition(definition))

    return Edit(f"Change {definition.name}", apply)


def new_block(name: str, catalogue: Catalogue) -> Edit:
    """Add an empty block: an Input and an Output."""

    def apply(project: Project) -> Project:
        require_free(name, project, catalogue)
        block = Block(name, Graph((Node("input_1", "Input"), Node("output_1", "Output"))))
        positions = {**project.block_positions, name: {"input_1": (0.0, 0.0), "output_1": (_APART, 0.0)}}
        return replace(project, library=project.library.with_definition(block), block_positions=positions)

    return Edit(f"New block {name}", apply)


def set_help(name: str, text: str) -> Edit:
    """Say what a block is for."""

    def apply(project: Project) -> Project:
        return replace(project, library=project.library.with_definition(replace(project.library.block(name), help=text)))

    return Edit(f"Describe {name}", apply)


def require_free(name: str, project: Project, catalogue: Catalogue) -> None:
    """Raise ProblemError where a new block cannot have that name."""
    if fault := fault_of_class_name(name):
        raise ProblemError(f"“{name}” cannot be a block's name: it {fault}.")
    if name in catalogue or name == project.name:
        raise ProblemError(f"There is a layer “{name}” already.", "Choose another name.")


def remove_definition(name: str) -> Edit:
    """Remove an own layer that nothing uses."""

    def apply(project: Project) -> Project:
        users = [block or project.name for block, graph in graphs_of(project) if any(graph.of_layer(name))]
        if users:
            raise ProblemError(f"{name} is used in {users[0]}.", "Delete the nodes that use it first.")
        positions = {block: kept for block, kept in project.block_positions.items() if block != name}
        annotations = {block: kept for block, kept in project.block_annotations.items() if block != name}
        likes = _likes(project, name)
        without = replace(
            project, library=project.library.without(name), block_positions=positions, block_annotations=annotations
        )
        return _with_graphs(without, lambda graph: _with_likes(graph, likes))

    return Edit(f"Remove {name}", apply)


def rename_block(old: str, new: str, catalogue: Catalogue) -> Edit:
    """Give a block another name; its nodes follow."""

    def apply(project: Project) -> Project:
        require_free(new, project, catalogue)
        blocks = tuple(
            replace(block, name=new if block.name == old else block.name, graph=_with_layer_renamed(block.graph, old, new))
            for block in project.library.blocks
        )
        positions = {new if block == old else block: kept for block, kept in project.block_positions.items()}
        annotations = {new if block == old else block: kept for block, kept in project.block_annotations.items()}
        return replace(
            project,
            graph=_with_layer_renamed(project.graph, old, new),
            library=replace(project.library, blocks=blocks),
            block_positions=positions,
            block_annotations=annotations,
        )

    return Edit(f"Rename {old} to {new}", apply)


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

    likes = {f"{new.name}.{field.name}": field.like for field in old.graph.fields if field.name in lost}
    likes |= {f"{new.name}.{before}": f"{new.name}.{after}" for before, after in heir.items()}

    def follow(graph: Graph) -> Graph:
        graph = _with_likes(graph, likes)
        users = {node.name for node in graph.of_layer(new.name)}
        if not users:
            return graph
        edges = (_followed(edge, users, into, out_of) for edge in graph.edges)
        nodes = tuple(_with_fields(node, lost, heir) if node.name in users else node for node in graph.nodes)
        return replace(graph, nodes=nodes, edges=tuple(edge for edge in edges if edge is not None))

    return _with_graphs(_with_routes_following(project, new.name, into, out_of), follow)


def _with_routes_following(project: Project, block: str, into: Mapping[str, str], out_of: Mapping[str, str]) -> Project:
    """Return the project with the dots on wires at a block's nodes on the wires to its new ports."""

    def follow(annotations: Annotations, graph: Graph) -> Annotations:
        users = {node.name for node in graph.of_layer(block)}
        pairs = ((route, _followed(route.edge, users, into, out_of)) for route in annotations.routes)
        routes = tuple(replace(route, edge=edge) for route, edge in pairs if edge is not None)
        return annotations if routes == annotations.routes else replace(annotations, routes=routes)

    graphs = {found.name: found.graph for found in project.library.blocks}
    inner = {name: follow(annotations, graphs[name]) for name, annotations in project.block_annotations.items()}
    return replace(project, annotations=follow(project.annotations, project.graph), block_annotations=inner)


def _told(annotations: Mapping[str, Annotations]) -> dict[str, Annotations]:
    """Return the annotations of blocks that have any."""
    return {block: kept for block, kept in annotations.items() if kept != Annotations()}


def _with_graphs(project: Project, change: Callable[[Graph], Graph]) -> Project:
    """Return the project with its graph and those of all blocks changed alike."""
    blocks = tuple(replace(block, graph=change(block.graph)) for block in project.library.blocks)
    return replace(project, graph=change(project.graph), library=replace(project.library, blocks=blocks))


def _likes(project: Project, name: str) -> dict[str, str]:
    """Return what fields that are like those of a block are like without it."""
    block = project.library.get(name)
    return {f"{name}.{field.name}": field.like for field in block.graph.fields} if isinstance(block, Block) else {}


def _with_likes(graph: Graph, likes: Mapping[str, str]) -> Graph:
    fields = tuple(replace(field, like=likes.get(field.like, field.like)) for field in graph.fields)
    return graph if fields == graph.fields else replace(graph, fields=fields)


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
