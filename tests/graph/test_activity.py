import pytest

from flaxstudio.graph.activity import active
from flaxstudio.graph.check import check
from flaxstudio.graph.entries import call_inputs, call_outputs
from flaxstudio.graph.graph import Edge, Graph, Mode, Node, Port, edge
from flaxstudio.layers import catalogue

CATALOGUE = catalogue()


def graph_of(*edges: Edge, modes: dict[str, Mode] | None = None) -> Graph:
    """Return a graph whose nodes are named by their layers in small letters: dense_1 is a Dense."""
    layers = {"input": "Input", "output": "Output", "dense": "Dense", "relu": "relu", "add": "Add", "lstm": "LSTM"}
    layers |= {"subtract": "Subtract"}
    names = dict.fromkeys(end.node for e in edges for end in (e.source, e.target))
    nodes = (Node(name, layers[name.rpartition("_")[0]], mode=(modes or {}).get(name, "on")) for name in names)
    return Graph(tuple(nodes), edges)


CHAIN = (edge("input_1", "dense_1"), edge("dense_1", "relu_1"), edge("relu_1", "output_1"))
SKIP = (edge("input_1", "dense_1"), edge("dense_1", "add_1"), edge("input_1", "add_1"), edge("add_1", "output_1"))


def whats(graph: Graph) -> list[str]:
    return [str(problem) for problem in check(graph, CATALOGUE)]


def test_a_graph_with_nothing_muted_is_itself() -> None:
    graph = graph_of(*CHAIN)
    assert active(graph, CATALOGUE) is graph


def test_a_bypassed_node_lets_its_input_through() -> None:
    graph = active(graph_of(*CHAIN, modes={"dense_1": "bypassed", "relu_1": "bypassed"}), CATALOGUE)
    assert graph.names() == ("input_1", "output_1")
    assert graph.edges == (edge("input_1", "output_1"),)


def test_what_follows_a_muted_node_has_no_input_and_is_told_why() -> None:
    graph = graph_of(*CHAIN, modes={"dense_1": "muted"})
    assert "relu_1 has no input: dense_1 is muted. Unmute dense_1." in whats(graph)


def test_a_muted_node_behind_a_bypassed_one_is_named() -> None:
    graph = graph_of(*CHAIN, modes={"dense_1": "muted", "relu_1": "bypassed"})
    assert "output_1 has no input: dense_1 is muted. Unmute dense_1." in whats(graph)


def test_a_bypassed_node_without_input_is_named() -> None:
    graph = graph_of(*CHAIN[1:], edge("input_1", "output_2"), modes={"dense_1": "bypassed"})
    assert any(what.startswith("relu_1 has no input: dense_1 is bypassed and has nothing") for what in whats(graph))


def test_a_merge_goes_on_without_a_muted_branch() -> None:
    graph = graph_of(*SKIP, modes={"dense_1": "muted"})
    assert active(graph, CATALOGUE).edges == (edge("input_1", "add_1"), edge("add_1", "output_1"))
    assert whats(graph) == []


def test_a_bypassed_branch_of_a_merge_is_added_all_the_same() -> None:
    graph = active(graph_of(*SKIP, modes={"dense_1": "bypassed"}), CATALOGUE)
    assert graph.edges_into("add_1") == (edge("input_1", "add_1"), edge("input_1", "add_1"))


def test_the_first_port_with_a_wire_is_let_through() -> None:
    into = (edge("dense_1", "subtract_1", target_port="second"), edge("input_1", "subtract_1", target_port="first"))
    graph = graph_of(edge("input_1", "dense_1"), *into, edge("subtract_1", "output_1"), modes={"subtract_1": "bypassed"})
    assert active(graph, CATALOGUE).edges_into("output_1") == (edge("input_1", "output_1"),)


def test_a_state_is_only_let_through_as_a_state() -> None:
    carry = Edge(Port("lstm_1", "carry"), Port("lstm_2", "initial_carry"))
    graph = graph_of(edge("input_1", "lstm_1"), edge("input_1", "lstm_2"), carry, modes={"lstm_1": "bypassed"})
    assert active(graph, CATALOGUE).edges == (edge("input_1", "lstm_2"),)


def test_bypassed_nodes_in_a_loop_end() -> None:
    loop = (edge("relu_1", "relu_2"), edge("relu_2", "relu_1"), edge("relu_2", "output_1"))
    assert active(graph_of(*loop, modes={"relu_1": "bypassed", "relu_2": "bypassed"}), CATALOGUE).edges == ()


def test_nothing_is_wrong_with_what_is_left_out() -> None:
    nodes = (Node("dense_9", "Dense", {"features": 0}, "muted"), Node("odd_1", "NoSuchLayer", mode="bypassed"))
    assert whats(graph_of(*CHAIN).with_nodes(*nodes)) == []


def test_params_that_are_shared_stay_where_their_owner_is_muted() -> None:
    nodes = (Node("input_1", "Input"), Node("dense_1", "Dense", {"features": 5}, "muted"))
    nodes += (Node("dense_2", "Dense", {"shares": "dense_1"}), Node("output_1", "Output"))
    graph = Graph(nodes, (edge("input_1", "dense_2"), edge("dense_2", "output_1")))
    assert active(graph, CATALOGUE).node("dense_2").attributes == {"features": 5}


def test_a_muted_output_and_what_only_it_needs_leave_the_call() -> None:
    edges = (edge("input_1", "output_1"), edge("input_2", "output_2"))
    graph = graph_of(*edges, modes={"output_2": "muted"})
    assert [node.name for node in call_outputs(graph)] == ["output_1"]
    assert [node.name for node in call_inputs(graph, CATALOGUE)] == ["input_1"]


@pytest.mark.parametrize("mode", ["muted", "bypassed"])
def test_a_graph_whose_only_output_is_off_is_told_so(mode: Mode) -> None:
    assert any("Unmute output_1." in what for what in whats(graph_of(*CHAIN, modes={"output_1": mode})))
