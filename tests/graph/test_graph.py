from flaxstudio.graph.graph import Edge, Graph, Node, Port, edge


def chain() -> Graph:
    return Graph((Node("a", "Input"), Node("b", "Dense"), Node("c", "Output")), (edge("a", "b"), edge("b", "c")))


def test_removing_a_node_removes_its_edges() -> None:
    graph = chain().without_nodes(frozenset({"b"}))
    assert graph.names() == ("a", "c")
    assert graph.edges == ()


def test_renaming_a_node_takes_its_edges_along() -> None:
    graph = chain().with_node_replaced("b", Node("dense_1", "Dense"))
    assert graph.edges == (edge("a", "dense_1"), edge("dense_1", "c"))
    assert graph.names() == ("a", "dense_1", "c")


def test_adding_an_edge_twice_keeps_one() -> None:
    assert chain().with_edges(edge("a", "b"), edge("a", "c"), edge("a", "c")).edges.count(edge("a", "c")) == 1


def test_graphs_of_equal_content_are_equal() -> None:
    assert chain() == chain()
    assert chain() != chain().with_node_replaced("b", Node("b", "Dense", {"features": 3}))


def test_edges_of_one_port_are_found_in_drawing_order() -> None:
    graph = Graph((Node("a", "Input"), Node("b", "Input"), Node("m", "Add")), (edge("b", "m"), edge("a", "m")))
    assert [e.source.node for e in graph.edges_into("m", "in")] == ["b", "a"]
    assert graph.edges_into("m", "other") == ()
    assert graph.edges_from("a") == (Edge(Port("a", "out"), Port("m", "in")),)
