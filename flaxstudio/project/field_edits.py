"""Edits of the fields of the class that a graph becomes: expose an attribute as one, add, set, rename and remove them."""

from dataclasses import replace

from flaxstudio.graph.fields import field_values
from flaxstudio.graph.formula import evaluate, names_in, renamed
from flaxstudio.graph.graph import Field, Formula, Graph, Node, Value
from flaxstudio.graph.naming import fault_of_field
from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.spec import AttributeSpec, Catalogue
from flaxstudio.project.edits import Edit
from flaxstudio.project.project import Project


def can_be_exposed(node: Node, spec: AttributeSpec, is_end: bool) -> bool:
    """Return whether an attribute may become a field: not that of an Input or Output, nor how a module is wrapped."""
    value = node.attributes.get(spec.name)
    is_each = isinstance(value, Formula) and value.is_each
    return not is_end and not is_each and (not spec.is_wrapping or spec.name == "repeat")


def expose(node: str, attribute: str, field: str, catalogue: Catalogue) -> Edit:
    """Make a node's attribute a field of the class that its graph becomes."""

    def apply(project: Project) -> Project:
        if fault := fault_of_field(field, (*project.graph.names(), *(f.name for f in project.graph.fields))):
            raise ProblemError(f"“{field}” cannot be a field's name: it {fault}.")
        placed = project.graph.node(node)
        spec = catalogue[placed.layer]
        if not can_be_exposed(placed, spec.attribute(attribute), spec.family == "io"):
            raise ProblemError(f"{attribute} of {node} cannot become an attribute of the class.")
        like = "int" if attribute == "repeat" else f"{placed.layer}.{attribute}"
        default = _literal(spec.value(placed, attribute), node, project.graph)
        new = Field(field, like, default, spec.attribute(attribute).help)
        changed = replace(placed, attributes={**placed.attributes, attribute: Formula(field)})
        graph = project.graph.with_node_replaced(node, changed)
        return replace(project, graph=replace(graph, fields=(*graph.fields, new)))

    return Edit(f"Expose {node}.{attribute}", apply)


def set_field(field: Field) -> Edit:
    """Add a field to the class, or change the one of its name."""

    def apply(project: Project) -> Project:
        fields = project.graph.fields
        if project.graph.field(field.name) is None:
            if fault := fault_of_field(field.name, project.graph.names()):
                raise ProblemError(f"“{field.name}” cannot be a field's name: it {fault}.")
            fields = (*fields, field)
        else:
            fields = tuple(field if old.name == field.name else old for old in fields)
        return replace(project, graph=replace(project.graph, fields=fields))

    return Edit(f"Set field {field.name}", apply, f"set field {field.name}")


def remove_field(name: str) -> Edit:
    """Remove a field; formulas that name it become its default."""

    def apply(project: Project) -> Project:
        nodes = tuple(_without_field(node, name, project.graph) for node in project.graph.nodes)
        fields = tuple(field for field in project.graph.fields if field.name != name)
        return replace(project, graph=replace(project.graph, nodes=nodes, fields=fields))

    return Edit(f"Remove field {name}", apply)


def rename_field(old: str, new: str) -> Edit:
    """Give a field another name; formulas follow."""

    def apply(project: Project) -> Project:
        others = (*project.graph.names(), *(field.name for field in project.graph.fields))
        if fault := fault_of_field(new, others):
            raise ProblemError(f"“{new}” cannot be a field's name: it {fault}.")
        nodes = tuple(
            replace(
                node,
                attributes={k: renamed(v, old, new) if isinstance(v, Formula) else v for k, v in node.attributes.items()},
            )
            for node in project.graph.nodes
        )
        fields = tuple(replace(field, name=new) if field.name == old else field for field in project.graph.fields)
        return replace(project, graph=replace(project.graph, nodes=nodes, fields=fields))

    return Edit(f"Rename field {old} to {new}", apply)


def _literal(value: Value, node: str, graph: Graph) -> Value:
    """Return what a value is with the fields' defaults."""
    if not isinstance(value, Formula):
        return value
    try:
        return evaluate(value, field_values(graph))
    except ValueError as error:
        raise ProblemError(f"{value.formula} at {node} {error}.", "Change it first.") from error


def _without_field(node: Node, name: str, graph: Graph) -> Node:
    def settled(value: Value) -> Value:
        if not isinstance(value, Formula) or name not in names_in(value):
            return value
        if value.is_each:
            raise ProblemError(f"{node.name} is repeated for each number of {name}.", "Set its attribute to a number first.")
        return _literal(value, node.name, graph)

    return replace(node, attributes={key: settled(value) for key, value in node.attributes.items()})
