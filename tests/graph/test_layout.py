"""Tidy: what makes a layout readable, on small graphs of known shape and on random ones."""

import random
from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from flaxstudio.graph.graph import Edge, Graph, Node, edge
from flaxstudio.graph.layout import Layout, lay_out, tidy

SIZE = (180.0, 80.0)


def graph_of(*pairs: str, extra: str = "") -> Graph:
    """Return the graph of one-letter nodes with edges such as "ab"."""
    names = dict.fromkeys([*"".join(pairs), *extra])
    return Graph(tuple(Node(name, "Add") for name in names), tuple(edge(*pair) for pair in pairs))


def sizes_of(graph: Graph) -> dict[str, tuple[float, float]]:
    return dict.fromkeys(graph.names(), SIZE)


def random_graph(seed: int, count: int) -> Graph:
    draw = random.Random(seed)
    nodes = tuple(Node(f"n{i}", "Add") for i in range(count))
    edges = {edge(f"n{draw.randrange(max(0, i - 9), i)}", f"n{i}") for i in range(1, count) for _ in range(draw.randint(0, 2))}
    return Graph(tuple(draw.sample(nodes, count)), tuple(sorted(edges)))


def crossings(edges: tuple[Edge, ...], places: dict[str, tuple[float, float]]) -> int:
    """Count pairs of edges of the same two columns whose ends are in opposite order."""
    ends = [(places[e.source.node], places[e.target.node]) for e in edges]
    return sum(a[0] == c[0] and b[0] == d[0] and (a[1] - c[1]) * (b[1] - d[1]) < 0 for (a, b), (c, d) in combinations(ends, 2))


def test_an_empty_graph_has_an_empty_layout():
    assert tidy(Graph(), {}) == {}


def test_a_chain_is_one_straight_row_from_left_to_right():
    graph = graph_of("ab", "bc", "cd")
    places = tidy(graph, sizes_of(graph))
    assert {y for _, y in places.values()} == {0.0}
    lefts = [places[name][0] for name in "abcd"]
    assert all(right - left >= SIZE[0] + 40 for left, right in pairwise(lefts))


def test_a_chain_of_nodes_of_different_heights_keeps_its_tops_in_line():
    places = tidy(graph_of("ab", "bc"), {"a": (168, 60), "b": (220, 104), "c": (196, 80)})
    assert {y for _, y in places.values()} == {0.0}


def test_columns_leave_room_for_their_widest_node():
    places = tidy(graph_of("ac", "bc"), {"a": (168, 60), "b": (220, 60), "c": (168, 60)})
    assert places["c"][0] >= 220


def test_a_skip_over_a_branch_does_not_lead_behind_it():
    graph = graph_of("ab", "bc", "cd", "ad")
    places = tidy(graph, sizes_of(graph))
    assert places["a"][1] == places["d"][1]
    assert all(abs(places[name][1] - places["a"][1]) >= SIZE[1] / 2 for name in "bc")


def test_an_input_stands_beside_what_it_feeds():
    graph = graph_of("ab", "bc", "cd", "ed")
    places = tidy(graph, sizes_of(graph))
    assert places["e"][0] == places["c"][0]


def test_two_crossed_branches_are_uncrossed():
    graph = graph_of("ax", "by", "ac", "bd", "xc", "yd", "ce", "de", extra="")
    shuffled = Graph(tuple(reversed(graph.nodes[:3])) + graph.nodes[3:], graph.edges)
    places = tidy(shuffled, sizes_of(graph))
    assert crossings(graph.edges, places) == 0


def test_a_tangle_that_can_be_undone_has_no_crossings_left():
    draw = random.Random(3)
    names = [f"{side}{i}" for side in "lr" for i in range(12)]
    pairs = [(f"l{i}", f"r{j}") for i, j in enumerate(draw.sample(range(12), 12))]
    graph = Graph(tuple(Node(name, "Add") for name in names), tuple(edge(a, b) for a, b in pairs))
    assert crossings(graph.edges, tidy(graph, sizes_of(graph))) == 0


def test_nodes_without_wires_stand_below_the_rest():
    graph = graph_of("ab", extra="xy")
    places = tidy(graph, sizes_of(graph))
    assert places["x"][1] == places["y"][1] > max(places["a"][1], places["b"][1]) + SIZE[1]
    assert places["y"][0] > places["x"][0] + SIZE[0]


def test_a_loop_is_laid_out_all_the_same():
    graph = graph_of("ab", "bc", "ca", "cd")
    assert set(tidy(graph, sizes_of(graph))) == set("abcd")


def test_the_same_graph_always_gets_the_same_layout():
    graph = random_graph(5, 40)
    assert tidy(graph, sizes_of(graph)) == tidy(graph, sizes_of(graph))


def test_every_place_is_on_the_grid_that_nodes_snap_to():
    graph = random_graph(2, 30)
    places = tidy(graph, dict.fromkeys(graph.names(), (171.5, 63.0)))
    assert all(value % 10 == 0 for place in places.values() for value in place)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 40))
def test_no_two_nodes_overlap_and_every_wire_leads_to_the_right(seed: int, count: int):
    graph = random_graph(seed, count)
    draw = random.Random(seed)
    sizes = {name: (draw.choice((168.0, 196.0, 220.0)), draw.choice((60.0, 80.0, 126.0))) for name in graph.names()}
    places = tidy(graph, sizes)
    for (a, (ax, ay)), (b, (bx, by)) in combinations(places.items(), 2):
        assert ax + sizes[a][0] <= bx or bx + sizes[b][0] <= ax or ay + sizes[a][1] <= by or by + sizes[b][1] <= ay
    for wire in graph.edges:
        source, target = wire.source.node, wire.target.node
        assert places[source][0] + sizes[source][0] < places[target][0]


def test_parts_that_do_not_hang_together_lie_one_below_the_other():
    graph = graph_of("ab", "bc", "xy")
    places = tidy(graph, sizes_of(graph))
    assert places["a"] == (0.0, 0.0)
    assert places["x"][0] == 0.0
    assert places["x"][1] == places["y"][1] >= SIZE[1] + 40


def test_chosen_nodes_are_laid_out_by_the_wires_among_them_alone():
    graph = graph_of("ab", "bc", "cd", "ad")
    places = tidy(graph, sizes_of(graph), names=["b", "c"])
    assert set(places) == {"b", "c"}
    assert places["b"][1] == places["c"][1]


def test_with_the_flow_downwards_a_chain_is_a_column():
    places = tidy(graph_of("ab", "bc"), sizes_of(graph_of("ab", "bc")), flow="down")
    assert {x for x, _ in places.values()} == {0.0}
    assert all(places[b][1] >= places[a][1] + SIZE[1] + 40 for a, b in pairwise("abc"))


def test_a_wire_to_a_lower_port_is_straight():
    graph = Graph((Node("a", "Add"), Node("b", "Add")), (edge("a", "b", target_port="second"),))
    places = tidy(graph, sizes_of(graph), lambda port, is_output: 50.0 if port.port == "second" else 30.0)
    assert places["a"][1] + 30.0 == places["b"][1] + 50.0


def test_wires_to_the_ports_of_one_node_come_in_the_ports_order():
    graph = Graph(
        tuple(Node(name, "Add") for name in "abc"),
        (edge("a", "c", target_port="second"), edge("b", "c", target_port="first")),
    )
    places = tidy(graph, sizes_of(graph), lambda port, is_output: 50.0 if port.port == "second" else 30.0)
    assert places["b"][1] < places["a"][1]


def test_a_node_with_more_readers_than_inputs_stands_beside_its_readers():
    graph = graph_of("ab", "bc", "cd", "ax", "xd", "xd")
    late = graph_of("ab", "bc", "cd", "de", "ax", "xd", "xe")
    assert tidy(late, sizes_of(late))["x"][0] == tidy(late, sizes_of(late))["c"][0]
    assert tidy(graph, sizes_of(graph))["x"][0] < tidy(graph, sizes_of(graph))["d"][0]


def test_a_large_tangle_has_fewer_crossings_than_known_layout_programs_leave():
    draw = random.Random(7)
    pairs = {(max(0, i - draw.choice((1, 1, 1, 2, 3, 4))), i) for i in range(1, 200)}
    while len(pairs) < 261:
        start = draw.randrange(0, 198)
        end = min(199, start + draw.choice((2, 3, 5, 8, 13, 30, 60)))
        pairs |= {(start, end)} if start != end else set()
    graph = Graph(tuple(Node(f"n{i}", "Add") for i in range(200)), tuple(edge(f"n{a}", f"n{b}") for a, b in sorted(pairs)))
    assert straight_crossings(graph, tidy(graph, sizes_of(graph))) <= 75  # grandalf leaves 91, fast-sugiyama 83


def straight_crossings(graph: Graph, places: dict[str, tuple[float, float]]) -> int:
    """Count pairs of wires that cross when each is a straight line from port to port."""
    lines = [
        ((places[a][0] + SIZE[0], places[a][1]), places[b]) for a, b in ((e.source.node, e.target.node) for e in graph.edges)
    ]

    def side(p, q, r) -> float:
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    return sum(
        side(p, q, r) * side(p, q, s) < 0 and side(r, s, p) * side(r, s, q) < 0 for (p, q), (r, s) in combinations(lines, 2)
    )


def test_wires_that_would_pass_behind_a_node_run_clear_of_it_by_dots():
    graph = graph_of("ab", "bc", "cd", "de", "ad", "be", "ae", "xd")
    layout = lay_out(graph, sizes_of(graph))
    assert layout.routes
    assert behind(graph, layout) == []


def test_a_straight_wire_needs_no_dots():
    graph = graph_of("ab", "bc", "cd", "ad")
    assert lay_out(graph, sizes_of(graph)).routes == {}


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(5, 40))
def test_no_wire_ever_passes_behind_a_node(seed: int, count: int):
    graph = random_graph(seed, count)
    assert behind(graph, lay_out(graph, sizes_of(graph))) == []


def behind(graph: Graph, layout: Layout) -> list[tuple[Edge, str]]:
    """Return the wires that pass behind a node, with that node."""
    found = []
    for wire in graph.edges:
        (ax, ay), (bx, by) = layout.places[wire.source.node], layout.places[wire.target.node]
        stops = [(ax + SIZE[0], ay + 30), *layout.routes.get(wire, ()), (bx, by + 30)]
        points = [point for start, end in pairwise(stops) for point in bow(start, end)]
        found += [
            (wire, name)
            for name, (x, y) in layout.places.items()
            if name not in (wire.source.node, wire.target.node)
            and any(x < px < x + SIZE[0] and y < py < y + SIZE[1] for px, py in points)
        ]
    return found


def bow(start: tuple[float, float], end: tuple[float, float]) -> list[tuple[float, float]]:
    """Return points of a wire's curve."""
    reach = (end[0] - start[0]) / 2
    points = []
    for t in (step / 40 for step in range(41)):
        u = 1 - t
        x = u**3 * start[0] + 3 * u * u * t * (start[0] + reach) + 3 * u * t * t * (end[0] - reach) + t**3 * end[0]
        points.append((x, (u**3 + 3 * u * u * t) * start[1] + (3 * u * t * t + t**3) * end[1]))
    return points


def test_a_long_chain_is_folded_like_the_lines_of_a_text():
    names = [f"n{i}" for i in range(24)]
    graph = Graph(tuple(Node(name, "Add") for name in names), tuple(edge(a, b) for a, b in pairwise(names)))
    layout = lay_out(graph, sizes_of(graph), shape=1.6)
    lines: dict[float, list[str]] = {}
    for name in names:
        lines.setdefault(layout.places[name][1], []).append(name)
    assert 3 <= len(lines) <= 6
    assert [name for line in lines.values() for name in line] == names
    assert all(layout.places[line[0]][0] == 0.0 for line in lines.values())
    assert len(layout.routes) == len(lines) - 1, "a wire leads from each line to the next"


def test_what_hangs_together_by_several_wires_is_not_torn_apart():
    pairs = [(f"a{i}", f"b{i}") for i in range(8)] + [(f"b{i}", f"c{i}") for i in range(8)]
    pairs += [(f"a{i}", f"c{i}") for i in range(8)] + [(f"c{i}", f"a{i + 1}") for i in range(7)]
    names = dict.fromkeys(name for pair in pairs for name in pair)
    graph = Graph(tuple(Node(name, "Add") for name in names), tuple(edge(*pair) for pair in pairs))
    layout = lay_out(graph, sizes_of(graph), shape=1.6)
    assert max(y for _, y in layout.places.values()) > 500
    for i in range(8):
        assert layout.places[f"a{i}"][0] < layout.places[f"b{i}"][0] < layout.places[f"c{i}"][0]
    assert len({layout.places[f"a{i}"][0] for i in range(8)}) < 8


def test_a_folded_drawing_is_broken_so_that_it_is_seen_largest():
    pieces = [[f"p{i}{part}" for part in "abcde"] for i in range(9)]
    pairs = [pair for piece in pieces for pair in (*pairwise(piece), (piece[0], piece[4]))]  # a residual block each
    pairs += [(one[4], other[0]) for one, other in pairwise(pieces)]
    names = [name for piece in pieces for name in piece]
    graph = Graph(tuple(Node(name, "Add") for name in names), tuple(edge(*pair) for pair in pairs))
    shapes = (0.5, 1.0, 1.83, 3.0, 6.0)
    layouts = {shape: lay_out(graph, sizes_of(graph), shape=shape).places.values() for shape in shapes}

    def extent(shape: float, wanted: float) -> float:
        width, height = (max(place[axis] for place in layouts[shape]) + SIZE[axis] for axis in (0, 1))
        return max(width / wanted, height)

    for wanted in shapes:
        assert extent(wanted, wanted) <= 1.02 * min(extent(shape, wanted) for shape in shapes)


def test_a_folded_drawing_may_flow_downwards():
    names = [f"n{i}" for i in range(30)]
    graph = Graph(tuple(Node(name, "Add") for name in names), tuple(edge(a, b) for a, b in pairwise(names)))
    places = lay_out(graph, sizes_of(graph), flow="down", shape=1.6).places
    width, height = (max(place[axis] for place in places.values()) + SIZE[axis] for axis in (0, 1))
    assert 0.8 < width / height < 3.2
