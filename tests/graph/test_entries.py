from flaxstudio.graph.entries import call_inputs
from flaxstudio.graph.graph import Graph, Node, edge

NODES = (
    Node("latent", "Input"), Node("image", "Input"), Node("decoder", "Dense"), Node("output_1", "Output"),
    Node("output_2", "Output", {"method": "decode"}),
)  # fmt: skip


def names(graph: Graph) -> list[str]:
    return [node.name for node in call_inputs(graph)]


def test_the_call_takes_the_inputs_that_lead_to_its_outputs() -> None:
    graph = Graph(NODES, (edge("image", "output_1"), edge("latent", "decoder"), edge("decoder", "output_2")))
    assert names(graph) == ["image"]
    both = graph.with_edges(edge("latent", "output_1"))
    assert names(both) == ["latent", "image"]


def test_without_an_output_the_call_takes_all() -> None:
    assert names(Graph(NODES[:3])) == ["latent", "image"]
