"""A graph in the making: nodes by number, modules that nodes are calls of, and the names they are given at the end."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flaxstudio.codegen.terms import Term, Wire
from flaxstudio.graph.graph import Edge, Field, Graph, Node, Port, Value
from flaxstudio.graph.naming import MAX_LENGTH, fault_of_name, free_name
from flaxstudio.graph.spec import Catalogue, LayerSpec


@dataclass(slots=True)
class DraftModule:
    """A Module that was made: the term that makes it, and what it turned out to be with its attributes."""

    number: int
    made: Term
    wish: str = ""
    specs: dict[str, LayerSpec] = field(default_factory=dict)
    """What it is, by the method that is called: "" for the call itself, ".attend"."""
    attributes: dict[str, Value] = field(default_factory=dict)
    flags: dict[str, Term] = field(default_factory=dict)


@dataclass(slots=True)
class DraftNode:
    """A node: `inputs` are the wires at each port, `wish` the name it would like.

    `module` is what it is a call of; the attributes are those of the module then.
    """

    number: int
    spec: LayerSpec
    attributes: dict[str, Value]
    inputs: dict[str, tuple[Wire, ...]]
    module: int | None = None
    wish: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a draft had come."""

    nodes: int
    modules: int
    log: int
    taken: frozenset[int]


_Key = tuple[str, int | None, frozenset[tuple[str, Value]], tuple[tuple[str, tuple[Wire, ...]], ...]]


class Draft:
    """Nodes in the order of the text. What an earlier method computed from the same is not computed again."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self.nodes: list[DraftNode] = []
        self.modules: list[DraftModule] = []
        self.log: list[int] = []
        """The nodes in the order in which they were asked for."""
        self._earlier: dict[_Key, list[int]] = {}
        self._taken: set[int] = set()

    def begin_method(self) -> None:
        """From here on nodes may be those of the methods before."""
        self._taken = set()
        self._earlier = {}
        for node in self.nodes:
            if node.spec.name in ("Input", "Output"):
                continue
            self._earlier.setdefault(_key(node.spec, node.attributes, node.inputs, node.module), []).append(node.number)

    def mark(self) -> Mark:
        """Return how far the draft has come."""
        return Mark(len(self.nodes), len(self.modules), len(self.log), frozenset(self._taken))

    def back_to(self, mark: Mark) -> None:
        """Forget what was added since."""
        del self.nodes[mark.nodes :]
        del self.modules[mark.modules :]
        del self.log[mark.log :]
        self._taken = set(mark.taken)

    def module(self, made: Term, wish: str = "") -> DraftModule:
        """Add a module."""
        module = DraftModule(len(self.modules), made, wish)
        self.modules.append(module)
        return module

    def add(
        self,
        spec: LayerSpec,
        attributes: Mapping[str, Value],
        inputs: Mapping[str, tuple[Wire, ...]],
        module: int | None = None,
        line: int = 0,
    ) -> DraftNode:
        """Add a node, or return the one that an earlier method has for the same."""
        wired = {port: wires for port, wires in inputs.items() if wires}
        key = _key(spec, attributes, wired, module)
        number = next((n for n in self._earlier.get(key, ()) if n not in self._taken), None)
        if number is None:
            number = len(self.nodes)
            self.nodes.append(DraftNode(number, spec, dict(attributes), dict(wired), module, line=line))
        else:
            self._taken.add(number)
        self.log.append(number)
        return self.nodes[number]

    def useful(self, ends: Sequence[DraftNode]) -> list[DraftNode]:
        """Return the nodes that lead to the given ones, in order."""
        seen: set[int] = set()
        todo = [end.number for end in ends]
        while todo:
            number = todo.pop()
            if number not in seen:
                seen.add(number)
                todo.extend(wire.node for wires in self.nodes[number].inputs.values() for wire in wires)
        return [node for node in self.nodes if node.number in seen]

    def graph(self, fields: Sequence[Field] = ()) -> Graph:
        """Return the graph of all that leads to the Outputs: Inputs first, then the rest in the text's order."""
        ends = [node for node in self.nodes if node.spec.name == "Output"]
        useful = self.useful(ends)
        useful.sort(key=lambda node: node.spec.name != "Input")
        owners: dict[int, int] = {}
        for node in useful:
            if node.module is not None:
                owners.setdefault(node.module, node.number)
        names = self._names(useful, owners, {field.name for field in fields})
        nodes = tuple(self._node(node, owners, names) for node in useful)
        return Graph(nodes, tuple(_edges(useful, names)), tuple(fields))

    def _node(self, node: DraftNode, owners: Mapping[int, int], names: Mapping[int, str]) -> Node:
        if node.module is None:
            return Node(names[node.number], node.spec.name, node.attributes)
        owner = owners[node.module]
        attributes = self.modules[node.module].attributes if owner == node.number else {"shares": names[owner]}
        return Node(names[node.number], node.spec.name, dict(attributes))

    def _names(self, useful: list[DraftNode], owners: Mapping[int, int], fields: set[str]) -> dict[int, str]:
        wishes: dict[int, str] = {}
        taken = set(fields)
        for node in useful:
            is_owner = node.module is not None and owners[node.module] == node.number
            wish = as_name(self.modules[node.module].wish if is_owner and node.module is not None else node.wish)
            if wish and fault_of_name(wish, taken) is None:
                wishes[node.number] = wish
                taken.add(wish)
        counts: dict[str, int] = {}
        names: dict[int, str] = {}
        for node in useful:
            base = node.spec.base_name()
            counts[base] = counts.get(base, 0) + 1
            usual = f"{base}_{counts[base]}"
            names[node.number] = wishes.get(node.number) or (usual if usual not in taken else free_name(base, taken))
            taken.add(names[node.number])
        return names


def as_name(text: str) -> str:
    """Return a name of the text as a node may be called: `Conv_0` becomes `conv_0`."""
    if fault_of_name(text) is None:
        return text
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", text).lower()
    return re.sub(r"_+", "_", snake).strip("_")[:MAX_LENGTH]


def _edges(nodes: Sequence[DraftNode], names: Mapping[int, str]) -> list[Edge]:
    return [
        Edge(Port(names[wire.node], wire.port), Port(names[node.number], port.name))
        for node in nodes
        for port in node.spec.inputs
        for wire in node.inputs.get(port.name, ())
    ]


def _key(spec: LayerSpec, attributes: Mapping[str, Value], inputs: Mapping[str, tuple[Wire, ...]], module: int | None) -> _Key:
    return spec.name, module, frozenset(attributes.items()), tuple(sorted(inputs.items()))
