"""Graphs of all kinds of layers for tests of the way to source and back: only their source matters, not that they compute."""

import random
from collections.abc import Iterator

from flaxstudio.graph.graph import Edge, Field, Formula, Graph, Node, Port, Value
from flaxstudio.graph.library import Block, Library
from flaxstudio.graph.order import upstream
from flaxstudio.graph.spec import AttributeSpec, Catalogue, LayerSpec
from flaxstudio.layers.own import catalogue_of

_INITIALIZERS = (
    "ones",
    "he_normal",
    "normal(0.02)",
    "orthogonal",
    "zeros",
    "truncated_normal(0.5)",
    "constant(2.0)",
    "uniform",
    "variance_scaling(2.0, fan_out, uniform)",
)


def other_value(spec: AttributeSpec, chance: random.Random) -> Value:
    """Return a value of an attribute that is not its default, if it has any."""
    for _ in range(30):
        value = _value(spec, chance)
        if value != spec.default and spec.fault(value) is None:
            return value
    return spec.default


def node_of(spec: LayerSpec, name: str, chance: random.Random, share: float = 0.4) -> Node:
    """Return a node with some attributes set."""
    chosen = [a for a in spec.attributes if chance.random() < share]
    values = {a.name: other_value(a, chance) for a in chosen}
    return Node(name, spec.name, {a.name: values[a.name] for a in chosen if values[a.name] != a.default})


def alone(spec: LayerSpec, node: Node, wires: int = 2) -> Graph:
    """Return a node between an Input for each of its wires and an Output for each of its ports."""
    ports = [port.name for port in spec.inputs for _ in range(wires if port.is_variadic else 1)]
    names = ["input_1"] if len(ports) == 1 else [f"array_{number}" for number in range(len(ports))]
    into = [Edge(Port(name, "out"), Port(node.name, port)) for name, port in zip(names, ports, strict=True)]
    outputs = [f"output_{number}" for number in range(1, len(spec.outputs) + 1)]
    out_of = [Edge(Port(node.name, port.name), Port(end, "in")) for port, end in zip(spec.outputs, outputs, strict=True)]
    inputs = tuple(Node(name, "Input") for name in names)
    return Graph((*inputs, node, *(Node(end, "Output") for end in outputs)), (*into, *out_of))


def random_graph(catalogue: Catalogue, seed: int, size: int = 12) -> Graph:
    """Return a graph of that many layers, wired at random."""
    chance = random.Random(seed)
    specs = [spec for spec in catalogue if spec.name not in ("Input", "Output")]
    count = chance.choice((1, 1, 1, 2))
    nodes = [Node("input_1", "Input")] if count == 1 else [Node(f"array_{number}", "Input") for number in range(count)]
    ports = [Port(node.name, "out") for node in nodes]
    edges: list[Edge] = []
    counts: dict[str, int] = {}
    for _ in range(size):
        spec = chance.choice(specs)
        if len(ports) == 1 and any(port.is_variadic for port in spec.inputs):
            continue
        base = spec.base_name()
        counts[base] = counts.get(base, 0) + 1
        name = f"{base}_{counts[base]}" if chance.random() < 0.7 else chance.choice(_names(nodes))
        nodes.append(node_of(spec, name, chance, 0.15))
        edges += _wires(spec, name, ports, chance)
        ports += [Port(name, port.name) for port in spec.outputs]
    free = [port for port in ports if not any(edge.source == port for edge in edges)]
    ends = free[-3:] or ports[-1:]
    for number, port in enumerate(ends, start=1):
        nodes.append(Node(f"output_{number}", "Output"))
        edges.append(Edge(port, Port(f"output_{number}", "in")))
    return _useful(Graph(tuple(nodes), tuple(edges)))


def _wires(spec: LayerSpec, name: str, ports: list[Port], chance: random.Random) -> Iterator[Edge]:
    for port in spec.inputs:
        if port.is_optional and chance.random() < 0.6:
            continue
        # mostly what came last, so that graphs are deep
        choices = ports[-3:] if chance.random() < 0.8 else ports
        if port.is_variadic and len(choices) < 2:
            choices = ports
        for source in chance.sample(choices, min(len(choices), chance.randint(2, 3) if port.is_variadic else 1)):
            yield Edge(source, Port(name, port.name))


def _names(nodes: list[Node]) -> list[str]:
    taken = {node.name for node in nodes}
    words = ("gate", "residual", "stem", "head", "query_part", "mixed", "encoded", "first_half", "skip", "relu_9", "h1")
    return [word for word in words if word not in taken] or [f"extra_{len(taken)}"]


def _value(spec: AttributeSpec, chance: random.Random) -> Value:
    match spec.type:
        case "bool":
            return chance.random() < 0.5
        case "choice":
            return chance.choice((*spec.choices, None) if spec.is_optional else spec.choices)
        case "initializer":
            return chance.choice((*_INITIALIZERS, None) if spec.is_optional else _INITIALIZERS)
        case "int":
            return chance.randint(-3, 12)
        case "float":
            return chance.choice((0.0, 0.25, 0.5, 0.9, 1.0, -1.5, 1e-3, 2))
        case "ints":
            length = chance.choice(spec.lengths or (1, 2, 3))
            return tuple(chance.randint(-2, 5) for _ in range(length))
        case "padding":
            pairs = tuple((chance.randint(0, 2), chance.randint(0, 2)) for _ in range(chance.randint(1, 3)))
            return chance.choice((*spec.choices, pairs, pairs if spec.is_paired else (1, 2)))
        case _:
            return chance.choice(("abc,cd->abd", "...a,ab->...b"))


def random_model(catalogue: Catalogue, seed: int) -> tuple[Graph, Library]:
    """Return a graph with fields, blocks in blocks, repeats, shared nodes and a second method."""
    chance = random.Random(seed)
    library = Library()
    for number in range(chance.randint(1, 3)):
        own = catalogue_of(library, catalogue)
        library = library.with_definition(_random_block(own, f"Block{'ABC'[number]}", chance))
    own = catalogue_of(library, catalogue)
    fields = (
        Field("width", "Dense.features", chance.randint(1, 99)),
        Field("widths", "ints", tuple(chance.randint(1, 9) for _ in range(chance.randint(1, 4)))),
        Field("depth", "int", chance.randint(2, 5)),
        Field("use_bias", "Dense.use_bias", chance.random() < 0.5),
    )
    nodes, edges = [Node("input_1", "Input")], []
    last, owners = Port("input_1", "out"), {}
    counts: dict[str, int] = {}
    for _ in range(chance.randint(3, 9)):
        spec = own[chance.choice(("Dense", "Dense", "relu", "gelu", "Dropout", "Add", *(b.name for b in library.blocks)))]
        base = spec.base_name()
        counts[base] = counts.get(base, 0) + 1
        name = f"{base}_{counts[base]}" if chance.random() < 0.7 else f"part_{len(nodes)}"
        if spec.is_module and spec.name in owners and chance.random() < 0.4:
            attributes: dict[str, Value] = {"shares": chance.choice(owners[spec.name])}
        else:
            attributes = _random_attributes(spec, fields, chance)
            owners.setdefault(spec.name, []).append(name)
        nodes.append(Node(name, spec.name, attributes))
        others = [Port(n.name, own[n.layer].outputs[0].name) for n in nodes[:-1] if n.name != last.node]
        if spec.name == "Add" and not others:
            nodes.pop()
            continue
        if spec.name == "Add" and others:
            edges.append(Edge(chance.choice(others), Port(name, "in")))
        ports = [port.name for port in spec.inputs]
        edges += [Edge(last if port == ports[0] or not others else chance.choice(others), Port(name, port)) for port in ports]
        last = Port(name, chance.choice(spec.outputs).name)
    graph = Graph(tuple(nodes), tuple(dict.fromkeys(edges)), fields)
    ends = [(last, {}), *([(chance.choice([e.source for e in edges]), {"method": "encode"})] if chance.random() < 0.4 else [])]
    for number, (port, attributes) in enumerate(ends, start=1):
        graph = graph.with_nodes(Node(f"output_{number}", "Output", attributes))
        graph = graph.with_edges(Edge(port, Port(f"output_{number}", "in")))
    return _useful(graph), library


def _random_block(catalogue: Catalogue, name: str, chance: random.Random) -> Block:
    inner = [block.name for block in catalogue if isinstance(block.definition, Block)]
    count = chance.choice((1, 1, 2))
    nodes = [Node("input_1", "Input")] if count == 1 else [Node(word, "Input") for word in ("left", "right")]
    ports, edges = [Port(node.name, "out") for node in nodes], []
    fields = (Field("features", "Dense.features", chance.randint(1, 50)), Field("rate", "Dropout.rate", 0.25))
    nodes.append(Node("stem", "Dense", {"features": Formula("features")}))
    edges.append(Edge(ports[0], Port("stem", "in")))
    nodes.append(Node("dropout_1", "Dropout", {"rate": Formula("rate")}))
    edges.append(Edge(Port("stem", "out"), Port("dropout_1", "in")))
    ports.append(Port("dropout_1", "out"))
    for number in range(chance.randint(1, 4)):
        kind = chance.choice(("Dense", "relu", "Add", "BatchNorm", *inner))
        spec = catalogue[kind]
        node = f"node_{number}"
        attributes: dict[str, Value] = {"features": Formula("2 * features")} if kind == "Dense" else {}
        nodes.append(Node(node, kind, attributes))
        chosen = chance.sample(ports, 2) if kind == "Add" else [chance.choice(ports) for _ in spec.inputs]
        names = ["in"] * len(chosen) if kind == "Add" else [port.name for port in spec.inputs]
        edges += [Edge(source, Port(node, port)) for source, port in zip(chosen, names, strict=True)]
        ports.append(Port(node, spec.outputs[0].name))
    ends = ports[-chance.choice((1, 1, 2)) :]
    for number, port in enumerate(ends, start=1):
        nodes.append(Node(f"output_{number}", "Output"))
        edges.append(Edge(port, Port(f"output_{number}", "in")))
    return Block(name, _useful(Graph(tuple(nodes), tuple(edges), fields)), f"The block {name}.")


def _random_attributes(spec: LayerSpec, fields: tuple[Field, ...], chance: random.Random) -> dict[str, Value]:
    attributes: dict[str, Value] = {}
    if spec.name == "Dense":
        features = (Formula("width"), Formula("width // 2 + 1"), Formula("widths", is_each=True), chance.randint(1, 63))
        attributes["features"] = chance.choice(features)
        if chance.random() < 0.3:
            attributes["use_bias"] = chance.choice((False, Formula("use_bias")))
    elif spec.definition is not None and chance.random() < 0.5 and any(a.name == "features" for a in spec.attributes):
        attributes["features"] = chance.choice((Formula("width"), 7))
    is_each = any(isinstance(value, Formula) and value.is_each for value in attributes.values())
    if not spec.is_module or (not is_each and chance.random() < 0.5) or len(spec.outputs) > 1:
        return attributes
    is_block = isinstance(spec.definition, Block)
    if not is_each:
        attributes["repeat"] = chance.choice((2, 3, Formula("depth")))
    if is_block and chance.random() < 0.5:
        attributes["remat"] = True
    if is_block and not is_each and chance.random() < 0.4:
        attributes["scan"] = True
    elif chance.random() < 0.5:
        attributes["between"] = chance.choice(("relu", "gelu", "tanh"))
    return attributes


def _useful(graph: Graph) -> Graph:
    useful = upstream(graph, [node.name for node in graph.of_layer("Output")])
    return graph.without_nodes(frozenset(graph.names()) - useful)
