from hypothesis import given
from hypothesis import strategies as st

from flaxstudio.graph.graph import Graph, Node, edge
from flaxstudio.graph.order import downstream, nodes_on_cycles, topological_order, upstream, would_cycle

pairs = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=20)


def graph_of(arrows: list[tuple[int, int]]) -> Graph:
    return Graph(tuple(Node(f"n{i}", "Add") for i in range(8)), tuple(edge(f"n{a}", f"n{b}") for a, b in dict.fromkeys(arrows)))


@given(pairs)
def test_every_node_comes_after_its_inputs(arrows: list[tuple[int, int]]) -> None:
    graph = graph_of([(min(a, b), max(a, b)) for a, b in arrows if a != b])
    order = topological_order(graph)
    assert sorted(order) == sorted(graph.names())
    assert all(order.index(e.source.node) < order.index(e.target.node) for e in graph.edges)


@given(pairs)
def test_a_node_is_on_a_cycle_when_it_reaches_itself(arrows: list[tuple[int, int]]) -> None:
    graph = graph_of(arrows)
    expected = {
        name for name in graph.names() if any(name in downstream(graph, [e.target.node]) for e in graph.edges_from(name))
    }
    assert nodes_on_cycles(graph) == expected


@given(pairs, st.dictionaries(st.integers(0, 7), st.integers(0, 7), max_size=4))
def test_what_shares_params_comes_after_their_owner_where_the_wires_allow_it(
    arrows: list[tuple[int, int]], owners: dict[int, int]
) -> None:
    plain = graph_of([(min(a, b), max(a, b)) for a, b in arrows if a != b])
    nodes = (Node(f"n{i}", "Dense", {"shares": f"n{owners[i]}"} if i in owners else {}) for i in range(8))
    graph = Graph(tuple(nodes), plain.edges)
    order = topological_order(graph)
    assert sorted(order) == sorted(graph.names())
    assert all(order.index(e.source.node) < order.index(e.target.node) for e in graph.edges)
    if len(owners) == 1:
        ((sharer, owner),) = owners.items()
        is_free = f"n{owner}" not in downstream(graph, [f"n{sharer}"])
        assert (order.index(f"n{owner}") < order.index(f"n{sharer}")) or not is_free


def test_nodes_behind_a_cycle_are_left_out_of_the_order() -> None:
    order = topological_order(graph_of([(0, 1), (1, 2), (2, 1), (2, 3)]))
    assert set(order) == {"n0", "n4", "n5", "n6", "n7"}


def test_a_branch_is_finished_before_the_next_begins() -> None:
    graph = graph_of([(0, 1), (1, 2), (0, 3), (3, 4), (2, 5), (4, 5)])
    assert topological_order(graph)[:6] == ("n0", "n1", "n2", "n3", "n4", "n5")


def test_an_edge_back_would_close_a_cycle() -> None:
    graph = graph_of([(0, 1), (1, 2)])
    assert would_cycle(graph, "n2", "n0")
    assert would_cycle(graph, "n1", "n1")
    assert not would_cycle(graph, "n0", "n2")
    assert upstream(graph, ["n2"]) == {"n0", "n1", "n2"}
