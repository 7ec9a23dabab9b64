from flaxstudio.graph.entries import call_inputs, call_outputs, call_shapes, methods_of
from flaxstudio.graph.graph import Graph, Node, edge
from flaxstudio.layers import catalogue

NODES = (
    Node("latent", "Input"), Node("image", "Input"), Node("decoder", "Dense"), Node("output_1", "Output"),
    Node("output_2", "Output", {"method": "decode"}),
)  # fmt: skip


def names(graph: Graph) -> list[str]:
    return [node.name for node in call_inputs(graph, catalogue())]


def test_the_call_takes_the_inputs_that_lead_to_its_outputs() -> None:
    graph = Graph(NODES, (edge("image", "output_1"), edge("latent", "decoder"), edge("decoder", "output_2")))
    assert names(graph) == ["image"]
    both = graph.with_edges(edge("latent", "output_1"))
    assert names(both) == ["latent", "image"]


def test_without_an_output_the_call_takes_all() -> None:
    assert names(Graph(NODES[:3])) == ["latent", "image"]


def test_outputs_are_grouped_by_method_the_call_first() -> None:
    graph = Graph((*reversed(NODES), Node("output_3", "Output")))
    assert {name: [node.name for node in nodes] for name, nodes in methods_of(graph).items()} == {
        "__call__": ["output_1", "output_3"],
        "decode": ["output_2"],
    }
    assert list(methods_of(graph)) == ["__call__", "decode"]
    assert [node.name for node in call_outputs(graph)] == ["output_1", "output_3"]


def test_shapes_of_the_call_are_those_its_inputs_set() -> None:
    image = Node("image", "Input", {"shape": (4, 4, 1), "dtype": "int32"})
    shapes = call_shapes(Graph((NODES[0], image, NODES[3]), (edge("image", "output_1"),)), catalogue())
    assert {name: (shape.sizes, shape.dtype) for name, shape in shapes.items()} == {"image": ((4, 4, 1), "int32")}
