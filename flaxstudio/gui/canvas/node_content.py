"""What a node shows, as plain text made from node, spec, shape and problems."""

from collections.abc import Iterator
from dataclasses import dataclass

from flaxstudio.graph.graph import Formula, Node, Value
from flaxstudio.graph.layout import Flow
from flaxstudio.graph.library import Block, Code
from flaxstudio.graph.problem import Problem, Severity
from flaxstudio.graph.shape import NodeShape
from flaxstudio.graph.spec import LayerSpec, PortSpec


@dataclass(frozen=True, slots=True)
class NodeContent:
    """A node's texts and ports. Two equal contents look the same. `spec` is None for a layer nobody knows.

    `wrapping` says how the module is repeated, `shares` whose params it uses again, `flow` on which sides its ports are.
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

    @property
    def is_block(self) -> bool:
        """Whether the node stands for a graph of its own."""
        return self.spec is not None and isinstance(self.spec.definition, Block)

    @property
    def can_be_opened(self) -> bool:
        """Whether there is something inside: a block's graph, or a layer's code."""
        return self.spec is not None and self.spec.family == "custom" and isinstance(self.spec.definition, Block | Code)

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of the input ports, top to bottom: the optional ones last."""
        return _in_order(self.spec.inputs) if self.spec else ()

    @property
    def outputs(self) -> tuple[str, ...]:
        """The names of the output ports, top to bottom: the optional ones last."""
        return _in_order(self.spec.outputs) if self.spec else ()

    @property
    def has_labels(self) -> bool:
        """Whether the ports are named on the node, since nobody could tell them apart."""
        return self.spec is not None and any(_need_labels(ports) for ports in (self.spec.inputs, self.spec.outputs))


def content_of(
    node: Node, spec: LayerSpec | None, shape: NodeShape | None, problems: tuple[Problem, ...], flow: Flow = "right"
) -> NodeContent:
    """Return what to show for a node; its first error speaks, else its first warning."""
    return NodeContent(
        node.name,
        node.layer,
        spec,
        attributes_line(node, spec) if spec and not node.attributes.get("shares") else "",  # its owner's hold
        shape.params if shape else 0,
        str(shape.output) if shape and shape.output else "",
        "error" if any(p.severity == "error" for p in problems) else "warning" if problems else None,
        "\n".join(str(problem) for problem in sorted(problems, key=lambda p: p.severity)),
        " · ".join(_wrapping(node)),
        str(node.attributes.get("shares") or ""),
        flow,
    )


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
