"""What a node shows, as plain text made from node, spec, shape and problems."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from flaxstudio.graph.graph import Edge, Formula, Mode, Node, Value
from flaxstudio.graph.layout import Flow
from flaxstudio.graph.library import Block, Code
from flaxstudio.graph.problem import Problem, Severity
from flaxstudio.graph.shape import NodeShape
from flaxstudio.graph.spec import LayerSpec, PortSpec
from flaxstudio.gui.group_signs import GroupSign
from flaxstudio.project.annotations import Look

Side = Literal["in", "out"]
Key = tuple[Side, str]


@dataclass(frozen=True, slots=True)
class NodeContent:
    """A node's texts and ports. Two equal contents look the same. `spec` is None for a layer nobody knows.

    `wrapping` says how the module is repeated, `shares` whose params it uses again, `flow` on which sides its ports are.
    `mode` says whether it is part of the model, `hidden` which ports are not shown, `group` in which of the optimizer's
    groups its params are.
    `mode` says whether it is part of the model, `hidden` which ports are not shown.

    What follows from these is found once, since it is asked for at every painting: `inputs` and `outputs` are the names
    of the ports, top to bottom, the optional ones last; `has_labels` says whether they are named on the node, since
    nobody could tell them apart.
    """

    name: str
    layer: str
    spec: LayerSpec | None
    attributes: str = ""
    params: int = 0
    shape: str = ""
    severity: Severity | None = None
    message: str = ""
    wrapping: str = ""
    shares: str = ""
    flow: Flow = "right"
    mode: Mode = "on"
    look: Look = Look()
    hidden: frozenset[Key] = frozenset()
    group: GroupSign | None = None
    inputs: tuple[str, ...] = field(init=False, compare=False)
    outputs: tuple[str, ...] = field(init=False, compare=False)
    has_labels: bool = field(init=False, compare=False)

    def __post_init__(self) -> None:
        ports = self._shown("in"), self._shown("out")
        need_labels = not self.look.is_collapsed and any(map(_need_labels, ports))
        found = {"inputs": _in_order(ports[0]), "outputs": _in_order(ports[1]), "has_labels": need_labels}
        for name, value in found.items():
            object.__setattr__(self, name, value)

    @property
    def is_block(self) -> bool:
        """Whether the node stands for a graph of its own."""
        return self.spec is not None and isinstance(self.spec.definition, Block)

    @property
    def can_be_opened(self) -> bool:
        """Whether there is something inside: a block's graph, or a layer's code."""
        return self.spec is not None and self.spec.family == "custom" and isinstance(self.spec.definition, Block | Code)

    def _shown(self, side: Side) -> tuple[PortSpec, ...]:
        ports = (self.spec.inputs if side == "in" else self.spec.outputs) if self.spec else ()
        return tuple(port for port in ports if (side, port.name) not in self.hidden) if self.hidden else ports


def content_of(
    node: Node,
    spec: LayerSpec | None,
    shape: NodeShape | None,
    problems: tuple[Problem, ...],
    flow: Flow = "right",
    look: Look = Look(),
    hidden: frozenset[Key] = frozenset(),
    group: GroupSign | None = None,
) -> NodeContent:
    """Return what to show for a node; its first error speaks, else its first warning."""
    return NodeContent(
        node.name,
        node.layer,
        spec,
        _line(node, spec) if spec and not node.attributes.get("shares") else "",  # its owner's hold
        shape.params if shape else 0,
        _shape(node, spec, shape),
        "error" if any(p.severity == "error" for p in problems) else "warning" if problems else None,
        "\n".join(str(problem) for problem in sorted(problems, key=lambda p: p.severity)),
        " · ".join(_wrapping(node)),
        str(node.attributes.get("shares") or ""),
        flow,
        node.mode,
        look,
        hidden,
        group,
    )


def _line(node: Node, spec: LayerSpec) -> str:
    """Return the line of attributes. The shape of an Input stands below, as that of any node does."""
    return str(spec.value(node, "dtype")) if node.layer == "Input" else attributes_line(node, spec)


def _shape(node: Node, spec: LayerSpec | None, shape: NodeShape | None) -> str:
    """Return what the node gives out; for an Input that nothing is known of yet, what it is meant to give."""
    if shape is not None:
        return str(shape.output) if shape.output else ""
    sizes = spec.value(node, "shape") if spec is not None and node.layer == "Input" else ()
    if not isinstance(sizes, tuple) or not sizes:
        return ""
    return f"({', '.join(['batch', *map(str, sizes)])})"


def hidden_ports(into: Iterable[Edge], out_of: Iterable[Edge], spec: LayerSpec | None) -> frozenset[Key]:
    """Return the optional ports of a node without a wire, given its wires: what is hidden where unused ports are."""
    if spec is None:
        return frozenset()
    fed = {edge.target.port for edge in into}
    used = {edge.source.port for edge in out_of}
    inputs: set[Key] = {("in", port.name) for port in spec.inputs if port.is_optional and port.name not in fed}
    outputs: set[Key] = {("out", port.name) for port in spec.outputs if port.is_optional and port.name not in used}
    return frozenset(inputs | outputs)


def attributes_line(node: Node, spec: LayerSpec) -> str:
    """Return the attributes that matter in one line: "64 · 3x3 · SAME"."""
    texts = [_text(name, spec.value(node, name)) for name in spec.shown]
    if spec.family == "custom":  # whose attributes nobody knows by heart
        named = zip(spec.shown, texts, strict=True)
        texts = [text if text in ("", name) else f"{name} {text.removeprefix(f'{name} ')}" for name, text in named]
    return " · ".join(text for text in texts if text)


def _wrapping(node: Node) -> Iterator[str]:
    each = next((v for v in node.attributes.values() if isinstance(v, Formula) and v.is_each), None)
    repeat = node.attributes.get("repeat", 1)
    if each is not None:
        yield f"× {each.formula}"
    elif isinstance(repeat, Formula) or repeat != 1:
        yield f"× {repeat.formula if isinstance(repeat, Formula) else f'{repeat:,}'}"
    if between := node.attributes.get("between"):
        yield str(between)
    yield from (name for name in ("scan", "remat") if node.attributes.get(name))


def _in_order(ports: tuple[PortSpec, ...]) -> tuple[str, ...]:
    return tuple(port.name for port in sorted(ports, key=lambda port: port.is_optional))


def _need_labels(ports: tuple[PortSpec, ...]) -> bool:
    return len(ports) > 2 or sum(not port.is_optional for port in ports) > 1


def _text(name: str, value: Value) -> str:
    if isinstance(value, bool):
        return name if value else ""
    if isinstance(value, tuple):
        return "x".join(map(str, value))
    if isinstance(value, float):
        return f"{name} {value:g}"
    if isinstance(value, int):
        return f"{value:,}" if value > 0 else f"{name} {value}"  # 64 speaks for itself, -1 does not
    if isinstance(value, Formula):
        return f"each of {value.formula}" if value.is_each else value.formula
    return value or ""
