"""Writes the body of one method: a statement a node in topological order, with as few variables as a person would use."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from flaxstudio.codegen.constructors import (
    UNKNOWN,
    activation_between,
    constructor,
    count_source,
    fill,
    is_repeated,
    is_scanned,
    last_source,
)
from flaxstudio.graph.graph import Edge, Graph, Node, Port
from flaxstudio.graph.spec import Catalogue, LayerSpec

LETTERS = ("x", "y", "z")
"""Variables that say nothing about the node whose value they hold."""

_DEPTH = 2


@dataclass(frozen=True, slots=True)
class Statement:
    """Source of one statement, the node it computes ("" for none) and its indentation in steps."""

    node: str
    text: str
    depth: int = _DEPTH


class MethodWriter:
    """Keeps which variable holds which port's value, and which values are still needed."""

    def __init__(
        self,
        graph: Graph,
        catalogue: Catalogue,
        order: list[str],
        parameters: Mapping[str, str],
        default_names: Mapping[str, str],
        is_setup: bool,
        shared: set[str],
    ) -> None:
        self._catalogue = catalogue
        self._nodes = graph.by_name()
        self._order = order
        self._default_names = default_names
        self._is_setup = is_setup
        self._shared = shared
        self._made: set[str] = set()
        self._into = _edges_into(graph)
        self._values = {Port(name, "out"): variable for name, variable in parameters.items()}
        self._parameters = set(parameters.values())
        in_x = next((port for port, variable in self._values.items() if variable == "x"), None)
        # a letter that is also a node's name stays that node's
        self._letters = {letter: in_x if letter == "x" else None for letter in LETTERS if letter not in self._nodes}
        self._named_results = self._find_named_results(order)
        written = set(order)
        self._uses: dict[Port, int] = {}
        for edge in graph.edges:
            if edge.target.node in written:
                self._uses[edge.source] = self._uses.get(edge.source, 0) + 1

    def statements(self) -> Iterator[Statement]:
        """Yield the statements of all nodes that compute something."""
        for name in self._order:
            node = self._nodes[name]
            if node.layer not in ("Input", "Output"):
                yield from self._node(node)

    def result_names(self, outputs: list[Node]) -> Iterator[Statement]:
        """Yield a line for each Output with a name of its own whose value is still held by another variable."""
        for node in outputs:
            if node.name in self._named_results.values() and self.input_value(node) not in (node.name, UNKNOWN):
                yield Statement("", f"{node.name} = {self.input_value(node)}")
                self._values[self._into[Port(node.name, "in")][0].source] = node.name

    def input_value(self, node: Node) -> str:
        """Return the variable that an Output gives back."""
        edges = self._into.get(Port(node.name, "in"), [])
        return self._values.get(edges[0].source, UNKNOWN) if edges else UNKNOWN

    def _node(self, node: Node) -> Iterator[Statement]:
        spec = self._catalogue.get(node.layer)
        if spec is None:
            self._values[Port(node.name, "out")] = UNKNOWN
            yield Statement(node.name, f"# {node.name}: this version does not know the layer")
            return
        ports = self._port_values(node, spec)
        owner = self._nodes.get(str(node.attributes.get("shares") or ""), node)
        yield from self._maker_statement(owner, spec, node)
        if is_scanned(owner, spec):
            yield self._scanned(node, owner, spec, ports)
        elif is_repeated(owner, spec):
            yield from self._repeated(node, owner, spec, ports)
        else:
            expression = self._expression(node, owner, spec, ports)
            yield Statement(node.name, f"{self._targets(node, spec)} = {expression}")

    def _expression(self, node: Node, owner: Node, spec: LayerSpec, ports: Mapping[str, list[str]]) -> str:
        if not spec.is_module:
            flat = {port: spec.join.join(values) for port, values in ports.items()}
            given = [f"{port.keyword}={value}" if port.keyword else value for port in spec.inputs for value in ports[port.name]]
            return fill(spec, node, flat, given)
        return f"{self._maker(owner, spec)}{spec.method}({self._arguments(node, owner, spec, ports)})"

    def _arguments(self, node: Node, owner: Node, spec: LayerSpec, ports: Mapping[str, list[str]]) -> str:
        """Return the arguments of a module's call."""
        arguments = [value for port in spec.inputs if not port.keyword for value in ports[port.name]]
        arguments += [f"{port.keyword}={ports[port.name][0]}" for port in spec.inputs if port.keyword and ports[port.name]]
        if spec.uses_train(owner):
            is_static = owner.attributes.get("remat") is True
            arguments.append(spec.call.partition("=")[2] if is_static else spec.call)
        called = (a for a in spec.attributes if a.is_call and a.name in owner.attributes)
        arguments += [f"{a.name}={a.source(owner.attributes[a.name])}" for a in called]
        arguments += [port.argument for port in spec.outputs if port.argument and self._is_used(node, port.name)]
        return ", ".join(arguments)

    def _maker_statement(self, owner: Node, spec: LayerSpec, node: Node) -> Iterator[Statement]:
        """Yield the line that makes a module which is called several times, before its first call."""
        if self._is_setup or owner.name not in self._shared or owner.name in self._made:
            return
        self._made.add(owner.name)
        if is_repeated(owner, spec) and not is_scanned(owner, spec):
            count, item = count_source(owner, spec)
            names = self._loop_name("i")
            made = constructor(owner, spec, f'f"{owner.name}_{{{names}}}"', item)
            each = f"{names}, {item} in enumerate({count})" if item else f"{names} in {count}"
            yield Statement(node.name, f"{owner.name} = [{made} for {each}]")
        else:
            made = constructor(owner, spec, f'"{owner.name}"')
            yield Statement(node.name, f"{owner.name} = {made}")

    def _maker(self, owner: Node, spec: LayerSpec) -> str:
        if self._is_setup:
            return f"self.{owner.name}"
        if owner.name in self._shared:
            return owner.name
        return constructor(owner, spec, f'"{owner.name}"')

    def _scanned(self, node: Node, owner: Node, spec: LayerSpec, ports: Mapping[str, list[str]]) -> Statement:
        """nn.scan wants a function of carry and item; the carry is the block's first input."""
        arguments = self._arguments(node, owner, spec, ports)
        first, _, rest = arguments.partition(", ")
        block, carry = self._loop_name("block"), self._loop_name("carry")
        call = f"{block}({', '.join([carry, *([rest] if rest else [])])})"
        axes = ", ".join(f'"{name}": 0' for name in ("params", *spec.collections))
        keys = ", ".join(f'"{name}": True' for name in ("params", *spec.rngs))
        count, _ = count_source(owner, spec)
        length = count.removeprefix("range(").removesuffix(")")
        scan = (
            f"nn.scan(lambda {block}, {carry}, _: ({call}, None), variable_axes={{{axes}}}, "
            f"split_rngs={{{keys}}}, length={length})"
        )
        target = self._targets(node, spec)
        return Statement(node.name, f"{target}, _ = {scan}({self._maker(owner, spec)}, {first}, None)")

    def _repeated(self, node: Node, owner: Node, spec: LayerSpec, ports: Mapping[str, list[str]]) -> Iterator[Statement]:
        arguments = self._arguments(node, owner, spec, ports)
        first, comma, rest = arguments.partition(", ")
        # each turn of the loop reads all inputs but the first again
        again = [value for values in ports.values() for value in values][1:]
        target = self._targets(node, spec, again)
        if target != first:
            yield Statement(node.name, f"{target} = {first}")
        between = activation_between(owner, spec)
        is_kept = self._is_setup or owner.name in self._shared
        number, count_and_item = self._loop_name("i"), count_source(owner, spec)
        count, item = count_and_item
        if is_kept:
            layers = f"self.{owner.name}" if self._is_setup else owner.name
            layer = self._loop_name("layer")
            head = f"for {number}, {layer} in enumerate({layers}):" if between else f"for {layer} in {layers}:"
            call, last = layer, f"len({layers}) - 1"
        else:
            head = f"for {number}, {item} in enumerate({count}):" if item else f"for {number} in {count}:"
            call = constructor(owner, spec, f'f"{owner.name}_{{{number}}}"', item)
            last = last_source(owner, spec)
        lines = [head, f"    {target} = {call}{spec.method}({target}{comma}{rest})"]
        if between:
            lines += [f"    if {number} != {last}:", f"        {target} = nn.{between}({target})"]
        yield Statement(node.name, "\n".join(lines))

    def _loop_name(self, name: str) -> str:
        """Return a name for a loop's variable that no node has."""
        while name in self._nodes or name in self._parameters:
            name += "_"
        return name

    def _port_values(self, node: Node, spec: LayerSpec) -> dict[str, list[str]]:
        """Return port -> the variables that arrive there; `...` where a wire is missing that has to be there."""
        found = {}
        for port in spec.inputs:
            edges = self._into.get(Port(node.name, port.name), [])
            values = [self._values.get(edge.source, UNKNOWN) for edge in edges]
            found[port.name] = values or ([] if port.is_optional else [UNKNOWN])
        return found

    def _is_used(self, node: Node, port: str) -> bool:
        return Port(node.name, port) in self._uses

    def _targets(self, node: Node, spec: LayerSpec, avoided: Collection[str] = ()) -> str:
        """Return what a node's value is assigned to: a variable an output, `_` for one that nobody needs."""
        sources = self._consume(node, spec)
        given = [port.name for port in spec.outputs if not port.is_optional or self._is_used(node, port.name)]
        if len(given) == 1:
            return self._variable(node, given[0], sources, avoided)
        names = []
        for port in given:
            if not self._is_used(node, port):
                names.append("_")
            elif spec.main_output and port == spec.main_output.name:
                names.append(self._variable(node, port, sources))
            else:
                self._values[Port(node.name, port)] = variable = f"{node.name}_{port}"
                names.append(variable)
        return ", ".join(names)

    def _consume(self, node: Node, spec: LayerSpec) -> list[Port]:
        """Note that a node's inputs were used once more and return their sources."""
        sources = [e.source for port in spec.inputs for e in self._into.get(Port(node.name, port.name), ())]
        for source in sources:
            self._uses[source] -= 1
        return sources

    def _variable(self, node: Node, port: str, sources: list[Port], avoided: Collection[str] = ()) -> str:
        """Choose the variable for a node's value: its chain's, else the first free letter, else the node's name."""
        free = [self._values[s] for s in sources if self._uses[s] <= 0 and self._values.get(s, UNKNOWN) != UNKNOWN]
        free = [variable for variable in free if variable not in avoided]
        spec = self._catalogue[node.layer]
        has_module = spec.is_module and not node.attributes.get("shares")
        result = self._named_results.get(Port(node.name, port), "")
        if not has_module and node.name != self._default_names[node.name]:  # a module's name stands where it is made
            chosen = node.name
        elif has_module and result:
            chosen = result
        elif len(set(sources)) == 1 and free and self._may_go_on(free[0]):
            chosen = free[0]
        else:
            chosen = self._free_letter(avoided) or self._own_variable(node)
        self._values[Port(node.name, port)] = chosen
        if chosen in self._letters:
            self._letters[chosen] = Port(node.name, port)
        return chosen

    def _may_go_on(self, variable: str) -> bool:
        """Return whether a chain's variable can hold its next value: not where it is another node's name, or an Input's."""
        return variable == "x" or (variable not in self._parameters and variable not in self._nodes)

    def _find_named_results(self, order: list[str]) -> dict[Port, str]:
        """Return port -> the Output it feeds, where that has a name of its own and is the only such one."""
        named: dict[Port, list[str]] = {}
        for name in order:
            edges = self._into.get(Port(name, "in"), [])
            if self._nodes[name].layer == "Output" and edges and name != self._default_names[name]:
                named.setdefault(edges[0].source, []).append(name)
        return {port: names[0] for port, names in named.items() if len(names) == 1}

    def _free_letter(self, avoided: Collection[str]) -> str:
        """Return the first letter whose value nobody needs any more, or ""."""
        is_free = (letter for letter, port in self._letters.items() if port is None or self._uses.get(port, 0) <= 0)
        return next((letter for letter in is_free if letter not in avoided), "")

    def _own_variable(self, node: Node) -> str:
        return f"{node.name}_out" if node.name in self._shared and not self._is_setup else node.name


def _edges_into(graph: Graph) -> dict[Port, list[Edge]]:
    into: dict[Port, list[Edge]] = {}
    for edge in graph.edges:
        into.setdefault(edge.target, []).append(edge)
    return into
