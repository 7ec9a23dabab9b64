"""What the fields of a class may hold, and the values that formulas get from them."""

from collections.abc import Mapping
from dataclasses import replace

from flaxstudio.graph.formula import evaluate
from flaxstudio.graph.graph import Field, Formula, Graph, Node, Value
from flaxstudio.graph.spec import AttributeSpec, Catalogue

BASIC_FIELDS: Mapping[str, AttributeSpec] = {
    "int": AttributeSpec("", "int", 1, ""),
    "float": AttributeSpec("", "float", 1.0, ""),
    "bool": AttributeSpec("", "bool", True, ""),
    "ints": AttributeSpec("", "ints", (1,), ""),
}
"""What a field may be like without being like a layer's attribute."""


def field_spec(field: Field, catalogue: Catalogue) -> AttributeSpec | None:
    """Return what a field may hold, or None where it is like something that is not known."""
    if field.like in BASIC_FIELDS:
        like: AttributeSpec | None = BASIC_FIELDS[field.like]
    else:
        layer, _, attribute = field.like.partition(".")
        spec = catalogue.get(layer)
        like = next((a for a in spec.attributes if a.name == attribute), None) if spec else None
    if like is None:
        return None
    help_text = field.help or like.help
    return replace(like, name=field.name, default=field.default, help=help_text, group="", is_call=False, is_required=False)


def field_values(graph: Graph, given: Mapping[str, Value] | None = None) -> dict[str, Value]:
    """Return the value of each field: what was given, or its default."""
    given = given or {}
    return {field.name: given.get(field.name, field.default) for field in graph.fields}


def computed(node: Node, fields: Mapping[str, Value], item: Value = None) -> Node:
    """Return the node with its formulas computed, `item` standing for the repeat's own value; ValueError where it cannot be."""
    if not any(isinstance(value, Formula) for value in node.attributes.values()):
        return node
    attributes = {
        key: (item if value.is_each else evaluate(value, fields)) if isinstance(value, Formula) else value
        for key, value in node.attributes.items()
    }
    return replace(node, attributes=attributes)
