"""What an attribute can be tied to where its node stands: the class's fields, other nodes, and in which section it is shown."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from flaxstudio.graph.fields import field_values
from flaxstudio.graph.formula import evaluate, fault_of_formula
from flaxstudio.graph.graph import Formula, Graph, Node, Value
from flaxstudio.graph.spec import AttributeSpec, Catalogue
from flaxstudio.project.field_edits import can_be_exposed

Section = Literal["main", "more", "module"]

_FEW = 4
_RARE = frozenset(
    {
        *("dtype", "param_dtype", "precision", "preferred_element_type", "use_fast_variance", "force_float32_reductions"),
        *("force_fp32_for_softmax", "broadcast_dropout", "broadcast_dims", "sow_weights", "input_dilation", "transpose_kernel"),
        *("reduction_axes", "feature_axes", "batch_dims", "error_on_non_matrix", "unroll", "keep_order", "kernel_dilation"),
    }
)


@dataclass(frozen=True, slots=True)
class FormContext:
    """What the attributes of one node can be tied to.

    `exposable` can become fields, `repeatable` can take a field's numbers one by one; `nodes` are those whose params
    can be shared; `locked` says why nothing but sharing can be set.
    """

    fields: Mapping[str, Value] = field(default_factory=dict)
    exposable: frozenset[str] = frozenset()
    repeatable: frozenset[str] = frozenset()
    nodes: tuple[str, ...] = ()
    locked: str = ""

    def fault(self, value: Value, spec: AttributeSpec) -> str | None:
        """Return what is wrong with a value, formulas computed with the fields' defaults."""
        if not isinstance(value, Formula):
            return spec.fault(value)
        if fault := fault_of_formula(value, self.fields):
            return fault
        try:
            results = self.results(value)
        except ValueError as error:
            return str(error)
        return next((fault for result in results if (fault := spec.fault(result))), None)

    def results(self, formula: Formula) -> tuple[Value, ...]:
        """Return what a sound formula is worth: one value, or one for each repeat."""
        if not formula.is_each:
            return (evaluate(formula, self.fields),)
        items = self.fields[formula.formula]
        if not isinstance(items, tuple):
            raise ValueError("can only take the numbers of a field of several numbers one by one")
        return tuple(items)

    def sequences(self) -> Iterator[str]:
        """Yield the fields of several numbers."""
        return (name for name, value in self.fields.items() if isinstance(value, tuple))


def context_of(graph: Graph, node: Node, catalogue: Catalogue, locked: str) -> FormContext:
    """Return what the attributes of a node of a known layer can be tied to; `locked` explains one that shares params."""
    spec = catalogue[node.layer]
    attributes = (*spec.attributes, *spec.wrapping)
    exposable = frozenset(a.name for a in attributes if can_be_exposed(node, a, spec.family == "io"))
    repeatable = frozenset(a.name for a in spec.attributes if spec.is_module and a.type in ("int", "float"))
    return FormContext(field_values(graph), exposable, repeatable, can_share_with(graph, node, catalogue), locked)


def can_share_with(graph: Graph, node: Node, catalogue: Catalogue) -> tuple[str, ...]:
    """Return the nodes whose params a node may use: those of the same module that have params of their own."""
    spec = catalogue.get(node.layer)
    if spec is None or not spec.is_module:
        return ()
    alike = {layer.name for layer in catalogue if layer.is_module and layer.constructor == spec.constructor}
    others = (other for other in graph.nodes if other.layer in alike and other.name != node.name)
    return tuple(other.name for other in others if not other.attributes.get("shares"))


def section_of(spec: AttributeSpec, count: int) -> Section:
    """Return where an attribute is shown, given how many the layer has."""
    if spec.is_wrapping:
        return "module"
    if count <= _FEW or spec.is_required:
        return "main"
    return "more" if spec.name in _RARE or spec.type == "initializer" or spec.name.endswith("_fn") else "main"
