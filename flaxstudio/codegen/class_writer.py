"""Writes one linen class: its fields, setup if that is the style, and a method for each group of Outputs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from flaxstudio.codegen.constructors import constructor, count_source, is_repeated, is_scanned
from flaxstudio.codegen.formatting import formatted
from flaxstudio.codegen.method_writer import LETTERS, MethodWriter, Statement
from flaxstudio.graph.activity import active
from flaxstudio.graph.entries import CALL, methods_of
from flaxstudio.graph.fields import field_spec
from flaxstudio.graph.graph import Graph, Node
from flaxstudio.graph.order import topological_order, upstream
from flaxstudio.graph.spec import AttributeSpec, Catalogue, LayerSpec

Style = Literal["compact", "setup"]

UNKNOWN = "..."  # stands where the user has not given something yet; such a source is shown, never executed


@dataclass(frozen=True, slots=True)
class ClassText:
    """A class's lines; `places` tells each node's among them, in pieces of first and last line, counted from 1."""

    name: str
    lines: list[str]
    places: Mapping[str, list[tuple[int, int]]] = field(default_factory=dict)
    uses_train: bool = False


def write_class(graph: Graph, name: str, catalogue: Catalogue, style: Style, help_text: str = "") -> ClassText:
    """Return the class for a graph. A model with several methods is written with setup whatever the style."""
    writer = _ClassWriter(active(graph, catalogue), catalogue, style)
    lines = [f"class {name}(nn.Module):"]
    places: dict[str, list[tuple[int, int]]] = {}
    for statement in writer.statements(help_text):
        text = formatted(statement.text, statement.depth) if statement.text else ("",)
        if statement.node:
            pieces = places.setdefault(statement.node, [])
            follows = bool(pieces) and pieces[-1][1] == len(lines)
            pieces.append((pieces.pop()[0] if follows else len(lines) + 1, len(lines) + len(text)))
        lines.extend(text)
    return ClassText(name, lines, places, writer.uses_train)


class _ClassWriter:
    def __init__(self, graph: Graph, catalogue: Catalogue, style: Style) -> None:
        self._graph = graph
        self._catalogue = catalogue
        self._nodes = graph.by_name()
        self._methods = methods_of(graph)
        self._style: Style = "setup" if len(self._methods) > 1 else style
        self._orders = {name: self._order_to(outputs) for name, outputs in self._methods.items()}
        if not self._methods:
            self._orders = {CALL: list(topological_order(graph))}
        whole = list(dict.fromkeys(name for order in self._orders.values() for name in order))
        self._default_names = _default_names(whole, self._nodes, catalogue)
        self.uses_train = any(self._uses_train(name) for name in self._orders.get(CALL, whole))
        self._owners = [name for name in whole if self._is_owner(name)]
        self._shared = {str(self._nodes[name].attributes["shares"]) for name in whole if self._shares(name)}

    def statements(self, help_text: str) -> Iterator[Statement]:
        """Yield everything inside the class."""
        if help_text:
            yield Statement("", f'"""{_docstring(help_text)}"""', 1)
            yield Statement("", "", 0)
        fields = list(self._field_lines())
        yield from (Statement("", line, 1) for line in fields)
        if fields:
            yield Statement("", "", 0)
        if self._style == "setup" and self._owners:
            yield Statement("", "def setup(self):", 1)
            for name in self._owners:
                yield Statement(name, self._setup_line(name), 2)
            yield Statement("", "", 0)
        for number, (method, order) in enumerate(self._orders.items()):
            if number:
                yield Statement("", "", 0)
            yield from self._method(method, order)

    def _method(self, method: str, order: list[str]) -> Iterator[Statement]:
        parameters = self._parameters(order)
        uses_train = any(self._uses_train(name) for name in order)
        if self._style == "compact":
            yield Statement("", "@nn.compact", 1)
        arguments = ["self", *parameters.values(), *(["train: bool = False"] if uses_train else [])]
        yield from _signature(method, arguments)
        writer = MethodWriter(
            self._graph, self._catalogue, order, parameters, self._default_names, self._style == "setup", self._shared
        )
        body = list(writer.statements())
        outputs = self._methods.get(method, [])
        body += writer.result_names(outputs)
        returned = ", ".join(writer.input_value(node) for node in outputs)
        if len(body) == 1 and returned in LETTERS and body[0].text.startswith(f"{returned} = "):
            yield replace(body[0], text=f"return {body[0].text.removeprefix(f'{returned} = ')}")
            return
        yield from body
        if outputs:
            yield Statement("", f"return {returned}", 2)
        elif not body:
            yield Statement("", UNKNOWN, 2)

    def _parameters(self, order: list[str]) -> dict[str, str]:
        """Return Input -> parameter. A single Input of the call that kept its first name is `x`."""
        called = [name for name in self._orders.get(CALL, order) if self._nodes[name].layer == "Input"]
        inputs = [node.name for node in self._graph.of_layer("Input") if node.name in order]
        return {name: "x" if called == [name] == ["input_1"] else name for name in inputs}

    def _field_lines(self) -> Iterator[str]:
        for given in self._graph.fields:
            spec = field_spec(given, self._catalogue)
            if spec is None:
                yield f"{given.name}: {UNKNOWN}"
            else:
                value = UNKNOWN if spec.fault(given.default) else spec.source(given.default)
                yield f"{given.name}: {_annotation(spec)} = {value}"

    def _setup_line(self, name: str) -> str:
        node = self._nodes[name]
        spec = self._catalogue[node.layer]
        if not is_repeated(node, spec) or is_scanned(node, spec):
            return f"self.{name} = {constructor(node, spec)}"
        count, item = count_source(node, spec)
        made = constructor(node, spec, item=item or "")
        return f"self.{name} = [{made} for {item or '_'} in {count}]"

    def _order_to(self, outputs: list[Node]) -> list[str]:
        useful = upstream(self._graph, [node.name for node in outputs])
        return [name for name in topological_order(self._graph) if name in useful]

    def _uses_train(self, name: str) -> bool:
        spec = self._catalogue.get(self._nodes[name].layer)
        return spec is not None and spec.uses_train(self._nodes[name])

    def _shares(self, name: str) -> bool:
        return bool(self._nodes[name].attributes.get("shares"))

    def _is_owner(self, name: str) -> bool:
        """Whether a node makes a module of its own."""
        spec = self._catalogue.get(self._nodes[name].layer)
        return spec is not None and spec.is_module and not self._shares(name)


def _signature(method: str, arguments: list[str]) -> Iterator[Statement]:
    lines = formatted(f"def {method}({', '.join(arguments)}):\n    pass", 1)
    yield from (Statement("", line.removeprefix("    "), 1) for line in lines[:-1])


def _default_names(order: list[str], nodes: Mapping[str, Node], catalogue: Catalogue) -> dict[str, str]:
    """Return the name that each node has unless it was given another: the k-th of its kind is `kind_k`."""
    counts: dict[str, int] = {}
    names = {}
    for name in order:
        spec: LayerSpec | None = catalogue.get(nodes[name].layer)
        base = spec.base_name() if spec else "node"
        counts[base] = counts.get(base, 0) + 1
        names[name] = f"{base}_{counts[base]}"
    return names


def _annotation(spec: AttributeSpec) -> str:
    kind: str
    match spec.type:
        case "int" | "float" | "bool":
            kind = spec.type
        case "ints":
            kind = "Sequence[int]"
        case "padding":
            kind = "str | Sequence[int]"
        case "initializer":
            kind = "nn.initializers.Initializer"
        case "choice" if spec.expressions:
            kind = "Callable" if any(source.startswith("nn.") for source in spec.expressions.values()) else "Any"
        case _:
            kind = "str"
    return f"{kind} | None" if spec.is_optional else kind


def _docstring(text: str) -> str:
    clean = " ".join(text.split()).replace("\\", "\\\\").replace('"""', "'''")
    return f"{clean} " if clean.endswith('"') else clean
