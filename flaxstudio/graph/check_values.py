"""Find what is wrong with the values set on a node: its attributes and formulas, what is shared, what is repeated."""

from collections.abc import Iterator, Mapping

from flaxstudio.graph.fields import field_spec, field_values
from flaxstudio.graph.formula import evaluate, fault_of_formula
from flaxstudio.graph.graph import Formula, Graph, Node, Value
from flaxstudio.graph.problem import Problem, setting
from flaxstudio.graph.spec import AttributeSpec, Catalogue, LayerSpec


def check_fields(graph: Graph, catalogue: Catalogue) -> Iterator[Problem]:
    """Yield what is wrong with the fields of the class that a graph becomes."""
    names = set(graph.names())
    for field in graph.fields:
        spec = field_spec(field, catalogue)
        if spec is None:
            yield Problem("", f"The field {field.name} is like {field.like}, which is not known.", "Remove the field.")
        elif fault := "must have a value of its own" if isinstance(field.default, Formula) else spec.fault(field.default):
            yield Problem("", f"The field {field.name} {fault}.", "Change it in the inspector.")
        if field.name in names:
            yield Problem(field.name, f"{field.name} is the name of a field and of a node.", "Rename one of them.")


def check_own_layer(node: Node, spec: LayerSpec) -> Iterator[Problem]:
    """Yield what keeps a layer of the project's own from running."""
    if spec.fault:
        yield Problem(
            node.name, f"{node.name} is a {spec.name}, which cannot work: {spec.fault.rstrip('.')}.", "Edit the layer."
        )
    elif not spec.is_trusted:
        what = f"{node.name} holds code that came with the file and has not been allowed to run."
        yield Problem(node.name, what, "Read it and allow it: open the layer, or use --trust-code on the command line.")


def check_attributes(node: Node, spec: LayerSpec, graph: Graph) -> Iterator[Problem]:
    """Yield what is wrong with a node's attributes."""
    fields = field_values(graph)
    for name, value in node.attributes.items():
        try:
            attribute = spec.attribute(name)
        except KeyError:
            yield Problem(node.name, f"{node.name} has no attribute “{name}”.", "Delete the node and add it again.")
            continue
        if fault := _fault_of(value, attribute, fields):
            fix = setting(f"Set it to {attribute.default}", node.name, name, attribute.default)
            yield Problem(node.name, f"{node.name}: {name} {fault}.", "Change it in the inspector.", fixes=(fix,))


def _fault_of(value: Value, attribute: AttributeSpec, fields: Mapping[str, Value]) -> str | None:
    if not isinstance(value, Formula):
        return attribute.fault(value)
    if fault := fault_of_formula(value, fields):
        return fault
    try:
        if value.is_each:
            return _fault_of_each(fields[value.formula.strip()], attribute)
        return attribute.fault(evaluate(value, fields))
    except ValueError as error:
        return str(error)


def _fault_of_each(items: Value, attribute: AttributeSpec) -> str | None:
    if not isinstance(items, tuple):
        return "can only take the numbers of a field of several numbers one by one"
    return next((fault for item in items if (fault := attribute.fault(item))), None)


def check_wrapping(node: Node, spec: LayerSpec, graph: Graph, catalogue: Catalogue) -> Iterator[Problem]:
    """Yield what is wrong with how a node is shared or repeated."""
    if owner := node.attributes.get("shares"):
        yield from _check_shares(node, spec, str(owner), graph, catalogue)
    each = [key for key, value in node.attributes.items() if isinstance(value, Formula) and value.is_each]
    repeat = node.attributes.get("repeat", 1)
    if repeat == 1 and not each:
        if node.attributes.get("scan"):
            fixes = (setting("Turn scan off", node.name, "scan", False), setting("Set repeat to 2", node.name, "repeat", 2))
            yield Problem(node.name, f"{node.name} is scanned and not repeated.", "Set repeat to at least 2.", fixes=fixes)
        return
    required = [port for port in spec.outputs if not port.is_optional]
    if len(required) != 1 or not spec.inputs:
        what = f"{node.name} is repeated, which needs one output that feeds the next repeat's first input."
        yield Problem(node.name, what, "Set repeat to 1.")
    if node.attributes.get("scan") and (each or node.attributes.get("between")):
        what = f"{node.name} is repeated by nn.scan, which repeats the same and nothing between."
        yield Problem(node.name, what, "Turn scan off.")
    if len(each) > 1 or (each and repeat != 1):
        yield Problem(node.name, f"{node.name} is repeated in two ways.", "Keep one of them.")
    yield from _check_repeated_names(node, graph)


def _check_shares(node: Node, spec: LayerSpec, owner: str, graph: Graph, catalogue: Catalogue) -> Iterator[Problem]:
    remedy = "Choose another node in the inspector."
    if not graph.has_node(owner):
        what = f"{node.name} shares the params of {owner}, which is not there."
        yield Problem(node.name, what, remedy, fixes=(setting("Give it params of its own", node.name, "shares", ""),))
        return
    other = graph.node(owner)
    its_spec = catalogue.get(other.layer)
    if other.name == node.name or its_spec is None or its_spec.constructor != spec.constructor:
        alike = [layer.name for layer in catalogue if layer.constructor == spec.constructor] if spec.method else [node.layer]
        what = f"{node.name} can only share the params of another {' or '.join(alike)}."
        yield Problem(node.name, what, remedy, fixes=(setting("Give it params of its own", node.name, "shares", ""),))
    elif other.attributes.get("shares"):
        first = other.attributes["shares"]
        fix = setting(f"Share those of {first}", node.name, "shares", first)
        yield Problem(node.name, f"{node.name} shares the params of {owner}, which has none of its own.", remedy, fixes=(fix,))


def _check_repeated_names(node: Node, graph: Graph) -> Iterator[Problem]:
    """The modules of a repeated node are called NAME_0, NAME_1, ...; no other node may have such a name."""
    if node.attributes.get("scan"):
        return
    for other in graph.names():
        stem, _, number = other.rpartition("_")
        if stem == node.name and number.isdigit():
            what = f"{other} is also the name of one of the repeats of {node.name}."
            yield Problem(other, what, "Rename one of the two.")
