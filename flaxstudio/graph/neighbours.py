"""Who feeds whom in a graph, found once, for those that ask it of every node."""

from flaxstudio.graph.graph import Edge, Graph, Node


class Neighbours:
    """The wires into and out of each node of a graph."""

    def __init__(self, graph: Graph) -> None:
        self.nodes = graph.by_name()
        self.into: dict[str, list[Edge]] = {name: [] for name in self.nodes}
        self.out_of: dict[str, list[Edge]] = {name: [] for name in self.nodes}
        for edge in graph.edges:
            if edge.source.node in self.nodes and edge.target.node in self.nodes:
                self.out_of[edge.source.node].append(edge)
                self.into[edge.target.node].append(edge)

    def feeder(self, name: str) -> Node | None:
        """Return the node that feeds another, where it is the only one."""
        edges = self.into[name]
        return self.nodes[edges[0].source.node] if len(edges) == 1 else None

    def only_follower(self, name: str) -> Node | None:
        """Return the node that a node feeds, where it feeds no other."""
        edges = self.out_of[name]
        return self.nodes[edges[0].target.node] if len(edges) == 1 else None

    def way_back(self, name: str, through: frozenset[str]) -> list[Node]:
        """Return the nodes before one, the nearest first: through layers of these kinds, and the first of another kind.

        Each is the only feeder of the one before, and feeds nothing else.
        """
        found: list[Node] = []
        node = self.feeder(name)
        while node is not None and self.only_follower(node.name) is not None and node not in found:
            found.append(node)
            if node.layer not in through:
                break
            node = self.feeder(node.name)
        return found
