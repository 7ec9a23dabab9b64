"""The table of what a model costs: node by node, into blocks, as far as it is known without waiting."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from flaxstudio.codegen.costs import FlopCounter
from flaxstudio.codegen.shapes import ShapeInference, as_owner, input_shapes, repeats_of, single_node
from flaxstudio.graph.activity import active
from flaxstudio.graph.cost import Cost, CostRow, CostTable, bytes_of, item_size, total_of
from flaxstudio.graph.fields import computed, field_values
from flaxstudio.graph.graph import Graph, Node, Value
from flaxstudio.graph.library import Block
from flaxstudio.graph.order import topological_order
from flaxstudio.graph.receptive_field import ReceptiveField, receptive_fields
from flaxstudio.graph.shape import GraphShapes, NodeShape, Shape
from flaxstudio.graph.spec import Catalogue

_VIEWS = ("Flatten", "Reshape", "Squeeze", "ExpandDims", "StopGradient", "Output")
"""Layers that give out what they got: nothing more has to be kept."""


@dataclass(frozen=True, slots=True)
class _Scene:
    """A graph with all that is known at it."""

    graph: Graph
    shapes: Mapping[str, NodeShape]
    fields: Mapping[str, Value]
    reach: Mapping[str, ReceptiveField | None]


class CostAnalysis:
    """Makes tables of costs and remembers what it had to ask XLA. Not thread-safe: give it one thread."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._inference = ShapeInference(catalogue)
        self._counter = FlopCounter()
        self._may_count: Callable[[], bool] = lambda: True
        self._is_complete = True

    def table(
        self,
        graph: Graph,
        shapes: GraphShapes,
        catalogue: Catalogue | None = None,
        may_count: Callable[[], bool] = lambda: True,
    ) -> CostTable:
        """Return what each node costs, in the order of computing. XLA is asked for what is new while `may_count()`.

        Nodes whose shape is not known cost nothing known. A node inside a block is counted for all of its repeats.
        """
        self._catalogue = catalogue or self._catalogue
        self._may_count, self._is_complete = may_count, True
        graph = active(graph, self._catalogue)
        reach = receptive_fields(graph, shapes.nodes, self._catalogue)
        rows = tuple(self._rows(_Scene(graph, shapes.nodes, field_values(graph), reach)))
        return CostTable(rows, self._is_complete)

    def _rows(self, scene: _Scene) -> Iterator[CostRow]:
        nodes = scene.graph.by_name()
        for name in topological_order(scene.graph):
            shape, spec = scene.shapes.get(name), self._catalogue.get(nodes[name].layer)
            inputs = input_shapes(scene.graph, nodes[name], scene.shapes, self._catalogue)
            if shape is None or spec is None or inputs is None:
                yield CostRow(name, nodes[name].layer, shape.output if shape else None, Cost(), None)
                continue
            cost, children, count = self._cost(nodes[name], scene, shape, inputs)
            if nodes[name].attributes.get("shares"):
                cost = replace(cost, params=0, bytes=0)
            yield CostRow(name, nodes[name].layer, shape.output, cost, scene.reach.get(name), count, children)

    def _cost(
        self, node: Node, scene: _Scene, shape: NodeShape, inputs: tuple[Shape, ...]
    ) -> tuple[Cost, tuple[CostRow, ...], int]:
        """Return what a node costs with all its repeats, the rows inside it, and how many repeats there are."""
        owner = as_owner(scene.graph, node)
        spec = self._catalogue[node.layer]
        connected = tuple(port.name for port in spec.inputs for _ in scene.graph.edges_into(node.name, port.name))
        items = repeats_of(owner, scene.fields)
        whole, rows = Cost(), tuple[CostRow, ...]()
        for index, item in enumerate(items):
            one = computed(owner, scene.fields, item)
            bare = Node(
                one.name, one.layer, {a.name: one.attributes[a.name] for a in spec.attributes if a.name in one.attributes}
            )
            alike = len(items) - index if index and item is None else 1  # from the second on, repeats are alike
            if isinstance(spec.definition, Block):
                inner = self._inside(bare, spec.definition, inputs, scene, node)
                cost, output = total_of([row.cost for row in inner]), _output_of(inner, spec.definition, shape)
                rows = _added(rows, inner, alike)
            else:
                made = shape if len(items) == 1 else self._shape(bare, inputs, connected)
                cost, output = self._single(bare, scene, made, inputs, connected), made.output
            if output is None:
                return cost, rows, 1
            whole += cost.times(alike)
            if between := owner.attributes.get("between"):
                gaps = min(alike, len(items) - 1 - index)
                whole += self._single(Node(one.name, str(between)), scene, NodeShape(output), (output,), ("in",)).times(gaps)
            if alike > 1:
                break
            inputs = (output, *inputs[1:])
        if owner.attributes.get("remat"):
            whole = replace(whole, activations=bytes_of(shape.output) * max(len(items), 1))
        return whole, rows, max(len(items), 1)

    def _inside(self, node: Node, block: Block, inputs: tuple[Shape, ...], scene: _Scene, placed: Node) -> tuple[CostRow, ...]:
        spec = self._catalogue[node.layer]
        given = {attribute.name: spec.value(node, attribute.name) for attribute in spec.attributes}
        ends = block.inputs()
        found = self._inference.infer(block.graph, self._catalogue, dict(zip(ends.values(), inputs, strict=True)), given)
        graph = active(block.graph, self._catalogue)
        sources = {port: scene.graph.edges_into(placed.name, port) for port in ends}
        entries = {end: scene.reach.get(sources[port][0].source.node) for port, end in ends.items() if sources[port]}
        reach = receptive_fields(graph, found.nodes, self._catalogue, entries)
        rows = self._rows(_Scene(graph, found.nodes, field_values(graph, given), reach))
        return tuple(row for row in rows if row.layer not in ("Input", "Output"))

    def _shape(self, node: Node, inputs: tuple[Shape, ...], connected: tuple[str, ...]) -> NodeShape:
        """Return what one of several repeats gives out."""
        graph = single_node(node, inputs, self._catalogue, connected)
        entries = dict(zip(graph.names(), inputs, strict=False))
        return self._inference.infer(graph, self._catalogue, entries).nodes.get(node.name, NodeShape(None))

    def _single(
        self, node: Node, scene: _Scene, shape: NodeShape, inputs: tuple[Shape, ...], connected: tuple[str, ...]
    ) -> Cost:
        flops = self._counter.known(node, inputs, connected, shape, self._catalogue)
        if flops is None and self._may_count():
            flops = self._counter.count(node, inputs, connected, self._catalogue, scene.graph.fields)
        if flops is None:
            self._is_complete = False
        kept = 0 if node.layer in _VIEWS else bytes_of(shape.output) + sum(bytes_of(other) for _, other in shape.others)
        size = item_size(str(node.attributes.get("param_dtype") or "float32"))
        known = (None, None) if flops is None else (flops.forward, flops.training)
        return Cost(shape.params, shape.params * size, kept, *known)


def _added(rows: tuple[CostRow, ...], more: tuple[CostRow, ...], count: int) -> tuple[CostRow, ...]:
    """Return the rows of a block with those of further repeats added, line by line."""
    if not rows:
        return tuple(_times(row, count) for row in more)
    return tuple(
        replace(
            row,
            shape=new.shape,
            cost=row.cost + new.cost.times(count),
            count=row.count + new.count * count,
            children=_added(row.children, new.children, count),
        )
        for row, new in zip(rows, more, strict=True)
    )


def _times(row: CostRow, count: int) -> CostRow:
    if count == 1:
        return row
    children = tuple(_times(child, count) for child in row.children)
    return replace(row, cost=row.cost.times(count), count=row.count * count, children=children)


def _output_of(rows: tuple[CostRow, ...], block: Block, shape: NodeShape) -> Shape | None:
    """Return what one repeat of a block gives to the next."""
    end = next(iter(block.outputs().values()), "")
    into = block.graph.edges_into(end)
    return next((row.shape for row in rows if into and row.name == into[0].source.node), shape.output)
