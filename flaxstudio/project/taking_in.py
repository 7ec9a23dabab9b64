"""A whole model as a clip, so that it can be pasted into another one's graph: as a block with a node of it, or as its nodes."""

from dataclasses import replace

from flaxstudio.graph.entries import methods_of
from flaxstudio.graph.graph import Graph, Node
from flaxstudio.graph.library import Block
from flaxstudio.graph.naming import free_name, stem
from flaxstudio.graph.problem import ProblemError
from flaxstudio.project.clip import Clip, clip_of
from flaxstudio.project.project import Project

_ENDS = ("Input", "Output")


def as_nodes(project: Project) -> Clip:
    """Return a model's nodes without its Inputs and Outputs: the graph that they come into has its own."""
    return clip_of(project, _inner(project.graph))


def as_block(project: Project) -> Clip:
    """Return a model as a block and a node of it; a model that is one own layer is a node of that."""
    graph = project.graph
    if len(methods_of(graph)) > 1:
        raise ProblemError(f"{project.name} has several methods, and a block has one.", "Open it as a new project.")
    inner = _inner(graph)
    if project.library.get(project.name) is not None or not any(graph.of_layer("Output")):
        return as_nodes(project)
    block = Block(project.name, replace(graph, nodes=tuple(map(_without_shape, graph.nodes))))
    node = Node(free_name(stem(project.name), ()), project.name)
    left, top = min((project.positions.get(name, (0.0, 0.0)) for name in inner), default=(0.0, 0.0))
    return Clip(
        Graph((node,)),
        {node.name: (left, top)},
        library=project.library.with_definition(block),
        block_positions={**project.block_positions, block.name: project.positions},
        block_annotations={**project.block_annotations, block.name: project.annotations},
    )


def _inner(graph: Graph) -> tuple[str, ...]:
    names = tuple(node.name for node in graph.nodes if node.layer not in _ENDS)
    if not names:
        raise ProblemError("There are no layers in it.", "Open it as a new project.")
    return names


def _without_shape(node: Node) -> Node:
    """Return a block's node: its Inputs are given their shapes by what arrives."""
    return replace(node, attributes={}) if node.layer == "Input" else node
