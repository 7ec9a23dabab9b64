"""The expression that makes a node's module, and how often it is made."""

import re
from collections.abc import Iterable, Mapping

from flaxstudio.graph.formula import is_operation
from flaxstudio.graph.graph import Formula, Node, Value
from flaxstudio.graph.spec import LayerSpec

UNKNOWN = "..."


def is_repeated(node: Node, spec: LayerSpec) -> bool:
    """Return whether a node stands for several modules, one after the other."""
    return spec.is_module and (each_attribute(node) != "" or node.attributes.get("repeat", 1) != 1)


def is_scanned(node: Node, spec: LayerSpec) -> bool:
    """Return whether a node's repeats are made by nn.scan."""
    return is_repeated(node, spec) and node.attributes.get("scan", False) is True


def each_attribute(node: Node) -> str:
    """Return the attribute that takes the items of a field one by one, or ""."""
    return next((key for key, value in node.attributes.items() if isinstance(value, Formula) and value.is_each), "")


def item_name(node: Node) -> str:
    """Return what one item of the repeated field is called: `features` -> `feature`."""
    value = node.attributes[each_attribute(node)]
    assert isinstance(value, Formula)
    name = value.formula.strip()
    return name.removesuffix("s") if name.endswith("s") and len(name) > 1 else f"{name}_item"


def count_source(node: Node, spec: LayerSpec) -> tuple[str, str]:
    """Return what a loop over the repeats runs through, and the item's name where it runs through a field."""
    each = each_attribute(node)
    if each:
        return attribute_source(spec, node, each), item_name(node)
    return f"range({attribute_source(spec, node, 'repeat')})", ""


def last_source(node: Node, spec: LayerSpec) -> str:
    """Return the source of the last repeat's number."""
    each = each_attribute(node)
    if each:
        return f"len({attribute_source(spec, node, each)}) - 1"
    repeat = node.attributes.get("repeat", 1)
    return str(repeat - 1) if isinstance(repeat, int) else f"{attribute_source(spec, node, 'repeat')} - 1"


def activation_between(node: Node, spec: LayerSpec) -> str:
    """Return the activation between a node's repeats, or ""."""
    value = spec.value(node, "between")
    return "" if spec.attribute("between").fault(value) else str(value)


def constructor(node: Node, spec: LayerSpec, name: str = "", item: str = "") -> str:
    """Return the source that makes a node's module; `name` is the source of its name, `item` the repeat's own value."""
    filled = fill(spec, node, {}, (), name, item)
    if node.attributes.get("remat") is not True:
        return filled
    made, _, rest = filled.partition("(")
    # the call's arguments are counted with self; train has to stay a plain bool
    static = f", static_argnums=({len(spec.inputs) + 1},)" if spec.call else ""
    return f"nn.remat({made}{static})({rest}"


def fill(spec: LayerSpec, node: Node, ports: Mapping[str, str], inputs: Iterable[str], name: str = "", item: str = "") -> str:
    """Return a layer's template with a node's values in it."""
    each = each_attribute(node)
    sources = {a.name: item if item and a.name == each else attribute_source(spec, node, a.name) for a in spec.attributes}
    bare = {key: f"({source})" if _needs_parentheses(spec, node, key) else source for key, source in sources.items()}
    groups: dict[str, list[str]] = {"": []}
    for position, attribute in enumerate(spec.attributes):
        written = groups.setdefault(attribute.group, [])
        if attribute.is_call or not (attribute.is_required or attribute.name in node.attributes):
            continue
        is_positional = bool(item) and attribute.name == each and position == 0
        source = sources[attribute.name]
        written.append(source if is_positional else f"{attribute.name}={source}")
    groups[""] += [f"name={name}"] if name else []
    joined = {group or "attributes": ", ".join(written) for group, written in groups.items()}
    code = spec.constructor if spec.is_module else spec.code
    filled = code.format(**{"inputs": spec.join.join(inputs), **ports, **bare, **joined})
    return filled.replace("(, ", "(").replace(", )", ")")


def attribute_source(spec: LayerSpec, node: Node, name: str) -> str:
    """Return the source of a node's attribute, `...` where its value is not allowed."""
    attribute = spec.attribute(name)
    value: Value = spec.value(node, name)
    return UNKNOWN if attribute.fault(value) else attribute.source(value)


def _needs_parentheses(spec: LayerSpec, node: Node, name: str) -> bool:
    """Return whether a calculation stands beside an operator in the layer's template."""
    value = node.attributes.get(name)
    if not isinstance(value, Formula) or not is_operation(value):
        return False
    return re.search(rf"[-+*/%] ?\{{{name}\}}|\{{{name}\}} ?[-+*/%]", spec.code) is not None
