"""Find what keeps a graph from being a network, without computing anything."""

from collections.abc import Iterator
from dataclasses import replace

from flaxstudio.graph.activity import active, silent_sources
from flaxstudio.graph.check_values import check_attributes, check_fields, check_own_layer, check_wrapping
from flaxstudio.graph.graph import Edge, Graph, Node, Port
from flaxstudio.graph.library import Block
from flaxstudio.graph.order import nodes_on_cycles, upstream
from flaxstudio.graph.problem import Fix, Problem
from flaxstudio.graph.repair import AddOutput, RemoveNode, UseNode
from flaxstudio.graph.spec import Catalogue, LayerSpec
from flaxstudio.graph.wiring_repairs import disconnecting, ending, feeding, replacing, unlooping


def check(graph: Graph, catalogue: Catalogue) -> tuple[Problem, ...]:
    """Return the problems of a graph and of the blocks it uses: whole-graph ones first, then node by node.

    What is muted or bypassed is no part of the model, so nothing is wrong with it.
    """
    problems = list(_check_graph(graph, catalogue))
    for block in blocks_in(graph, catalogue):
        found = (*_check_silent_ends(block), *_check_graph(block.graph, catalogue))
        problems += [replace(problem, block=block.name) for problem in found]
    return tuple(problems)


def blocks_in(graph: Graph, catalogue: Catalogue) -> tuple[Block, ...]:
    """Return the blocks that a graph uses, directly or inside others, each once."""
    found: dict[str, Block] = {}
    todo = [graph]
    while todo:
        for node in active(todo.pop(), catalogue).nodes:
            spec = catalogue.get(node.layer)
            if spec is not None and isinstance(spec.definition, Block) and spec.name not in found:
                found[spec.name] = spec.definition
                todo.append(spec.definition.graph)
    return tuple(found.values())


def _check_graph(whole: Graph, catalogue: Catalogue) -> Iterator[Problem]:
    graph = active(whole, catalogue)
    yield from _check_ends(graph, whole, catalogue)
    yield from check_fields(graph, catalogue)
    yield from _check_edges(graph, catalogue)
    yield from _check_nodes(graph, whole, catalogue)


def has_errors(problems: tuple[Problem, ...]) -> bool:
    """Return whether any problem prevents the graph from running."""
    return any(problem.severity == "error" for problem in problems)


def _check_silent_ends(block: Block) -> Iterator[Problem]:
    """The ends of a block are its nodes' ports: without one, their wires would end nowhere."""
    for node in block.graph.nodes:
        if node.layer in ("Input", "Output") and node.mode != "on":
            what = f"{node.name} is an end of the block and cannot be {node.mode}."
            yield Problem(node.name, what, "Mute what stands beside it, or mute nodes of the block.")


def _check_ends(graph: Graph, whole: Graph, catalogue: Catalogue) -> Iterator[Problem]:
    for layer, role in (("Input", "where data enters"), ("Output", "whose value is the result")):
        if any(graph.of_layer(layer)):
            continue
        if silent := next(whole.of_layer(layer), None):
            what = f"Every {layer} node, {role}, is {silent.mode}." if silent.mode == "muted" else ""
            what = what or f"{silent.name} has nothing to let through."
            yield Problem(silent.name, what, f"Unmute {silent.name}.", fixes=_using(silent))
        else:
            remedy = f"Add {layer} from the palette and connect it."
            yield Problem("", f"The graph has no {layer} node, {role}.", remedy, fixes=ending(graph, layer, catalogue))
    outputs = list(graph.of_layer("Output"))
    if outputs and all(node.attributes.get("method", "__call__") != "__call__" for node in outputs):
        what = "Every Output belongs to a method of its own, so the model's call returns nothing."
        yield Problem("", what, "Set the method of one Output to __call__.")


def _check_edges(graph: Graph, catalogue: Catalogue) -> Iterator[Problem]:
    nodes = graph.by_name()
    taken: set[tuple[str, str]] = set()
    for edge in graph.edges:
        if _dangles(edge, nodes, catalogue):
            what = f"A wire from {edge.source.node} to {edge.target.node} ends nowhere."
            at = next((end for end in (edge.target.node, edge.source.node) if end in nodes), "")
            yield Problem(at, what, "Delete the wire.", fixes=(disconnecting(edge),))
            continue
        spec = catalogue.get(nodes[edge.target.node].layer)  # of an unknown layer nobody knows the ports
        port = spec.input(edge.target.port) if spec else None
        end = (edge.target.node, edge.target.port)
        if port is not None and not port.is_variadic and end in taken:
            what = f"{end[0]} has two wires into its port “{end[1]}”."
            rivals = graph.edges_into(*end)
            yield Problem(end[0], what, "Delete one of them.", fixes=tuple(map(disconnecting, reversed(rivals))))
        taken.add(end)


def _dangles(edge: Edge, nodes: dict[str, Node], catalogue: Catalogue) -> bool:
    source, target = nodes.get(edge.source.node), nodes.get(edge.target.node)
    if source is None or target is None:
        return True
    giver, taker = catalogue.get(source.layer), catalogue.get(target.layer)
    if giver is None or taker is None:
        return False  # the unknown layer is a problem of its own
    return giver.output(edge.source.port) is None or taker.input(edge.target.port) is None


def _check_nodes(graph: Graph, whole: Graph, catalogue: Catalogue) -> Iterator[Problem]:
    on_cycle = nodes_on_cycles(graph)
    fed = {(edge.target.node, edge.target.port) for edge in graph.edges}
    useful = upstream(graph, (node.name for node in graph.of_layer("Output")))
    has_output = any(graph.of_layer("Output"))
    feeding = {edge.source.node for edge in graph.edges}  # what is left out since its followers are is told at the last of them
    drawn = useful if whole is graph else upstream(whole, (node.name for node in whole.of_layer("Output")))
    for node in graph.nodes:
        spec = catalogue.get(node.layer)
        if spec is None:
            yield Problem(
                node.name,
                f"{node.name} is a “{node.layer}”, a layer this version does not know.",
                "Delete or replace it.",
                fixes=replacing(node, catalogue),
            )
            continue
        yield from check_own_layer(node, spec)
        if node.attributes:
            yield from check_attributes(node, spec, graph)
            yield from check_wrapping(node, spec, graph, catalogue)
        yield from _check_inputs(fed, node, spec, whole, catalogue)
        if node.name in on_cycle:
            what, remedy = f"{node.name} is part of a loop.", "Delete one of the loop's wires."
            yield Problem(node.name, what, remedy, fixes=unlooping(graph, on_cycle))
        elif has_output and node.name not in useful and node.name not in feeding:
            yield _left_out(node, spec, node.name in drawn)


def _left_out(node: Node, spec: LayerSpec, is_silenced: bool) -> Problem:
    """Return the warning at a node that no Output needs; `is_silenced`: one would, but for what is muted or bypassed."""
    if is_silenced:
        what = f"{node.name} leads only to what is muted or bypassed, and is left out."
        return Problem(node.name, what, "Mute it too, or use what follows it again.", "warning", rule="muted_feeder")
    what = f"{node.name} does not lead to an output and is left out."
    delete = Fix(f"Delete {node.name}", (RemoveNode(node.name, is_bridged=False),))
    output = spec.main_output
    fixes = (Fix("Add an Output", (AddOutput(Port(node.name, output.name)),)), delete) if output else (delete,)
    return Problem(node.name, what, "Connect it or delete it.", "warning", fixes, rule="unused")


def _check_inputs(
    fed: set[tuple[str, str]], node: Node, spec: LayerSpec, whole: Graph, catalogue: Catalogue
) -> Iterator[Problem]:
    for port in spec.inputs:
        if (node.name, port.name) not in fed and not port.is_optional:
            which = "input" if len(spec.inputs) == 1 else f"input at its port “{port.name}”"
            if silent := silent_sources(whole, node.name, port.name):
                yield _silenced(node, which, silent)
            else:
                remedy = "Drag a wire to it from another node's output."
                fixes = feeding(whole, node, port, catalogue)
                yield Problem(node.name, f"{node.name} has no {which}.", remedy, fixes=fixes)


def _silenced(node: Node, which: str, silent: tuple[Node, ...]) -> Problem:
    """Return the problem of a node that gets nothing since what feeds it is muted, or bypassed with nothing to let through."""
    cause = next((source for source in silent if source.mode == "muted"), silent[0])
    if cause.mode == "muted":
        what = f"{node.name} has no {which}: {cause.name} is muted."
        return Problem(node.name, what, f"Unmute {cause.name}.", fixes=_using(cause))
    what = f"{node.name} has no {which}: {cause.name} is bypassed and has nothing to let through."
    return Problem(node.name, what, f"Use {cause.name} again, or give it an input.", fixes=_using(cause))


def _using(node: Node) -> tuple[Fix, ...]:
    label = f"Unmute {node.name}" if node.mode == "muted" else f"Use {node.name} again"
    return (Fix(label, (UseNode(node.name),)),)
