from flaxstudio.graph.check import check, has_errors
from flaxstudio.graph.graph import Edge, Graph, Node, Port, edge
from flaxstudio.graph.problem import setting
from flaxstudio.layers import catalogue

CATALOGUE = catalogue()
SOUND = Graph(
    (Node("input_1", "Input"), Node("dense_1", "Dense"), Node("output_1", "Output")),
    (edge("input_1", "dense_1"), edge("dense_1", "output_1")),
)


def words(graph: Graph) -> list[str]:
    return [str(problem) for problem in check(graph, CATALOGUE)]


def test_a_sound_graph_has_no_problems() -> None:
    assert check(SOUND, CATALOGUE) == ()


def test_an_empty_graph_lacks_input_and_output() -> None:
    assert [word.split(",")[0] for word in words(Graph())] == ["The graph has no Input node", "The graph has no Output node"]


def test_a_node_without_input_is_named() -> None:
    problems = check(SOUND.without_edges(frozenset({edge("input_1", "dense_1")})), CATALOGUE)
    assert any(p.node == "dense_1" and p.what == "dense_1 has no input." for p in problems)


def test_a_node_that_leads_nowhere_is_a_warning_only() -> None:
    problems = check(SOUND.with_nodes(Node("relu_1", "relu")).with_edges(edge("input_1", "relu_1")), CATALOGUE)
    assert [(p.node, p.severity) for p in problems] == [("relu_1", "warning")]
    assert not has_errors(problems)


def test_a_wrong_attribute_offers_its_default() -> None:
    graph = SOUND.with_node_replaced("dense_1", Node("dense_1", "Dense", {"features": 0}))
    (problem,) = check(graph, CATALOGUE)
    assert problem.what == "dense_1: features must be a whole number of at least 1."
    assert problem.fix == setting("Set it to 64", "dense_1", "features", 64)


def test_a_loop_is_told_at_each_of_its_nodes() -> None:
    graph = SOUND.with_nodes(Node("add_1", "Add"), Node("relu_1", "relu"))
    graph = graph.with_edges(edge("add_1", "relu_1"), edge("relu_1", "add_1"), edge("relu_1", "output_1"))
    assert {p.node for p in check(graph, CATALOGUE) if "loop" in p.what} == {"add_1", "relu_1"}


def test_unknown_layers_and_loose_wires_are_told() -> None:
    graph = SOUND.with_nodes(Node("hologram_1", "Hologram"))
    graph = graph.with_edges(Edge(Port("input_1", "sideways"), Port("output_1", "in")))
    text = " ".join(words(graph))
    assert "“Hologram”, a layer this version does not know" in text
    assert "from input_1 to output_1 ends nowhere" in text
