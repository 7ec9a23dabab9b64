"""From far away too only what changed is made anew."""

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor

from flaxstudio.graph.graph import edge
from flaxstudio.gui.canvas.overview import Block, OverviewCache


class Town:
    """Boxes in a row, wired one after the other; counts how often one is looked at."""

    def __init__(self, count):
        self.colors = {f"n{i}": "blue" for i in range(count)}
        self.places = {f"n{i}": 100.0 * i for i in range(count)}
        self.edges = [edge(f"n{i}", f"n{i + 1}") for i in range(count - 1)]
        self.looked_at, self.laid = [], []
        self.cache = OverviewCache(self._block, self._wires_at, self._points, lambda: ())
        self.overview()
        self.looked_at, self.laid = [], []

    def overview(self):
        return self.cache.overview(self.places, self.edges)

    def _block(self, name):
        self.looked_at.append(name)
        return Block(QRectF(self.places[name], 0, 50, 20), QColor(self.colors[name]))

    def _wires_at(self, names):
        return [wire for wire in self.edges if {wire.source.node, wire.target.node} & set(names)]

    def _points(self, wire):
        self.laid.append(wire)
        return [QPointF(self.places[end.node], 10) for end in (wire.source, wire.target)]


def test_one_node_that_changed_is_one_block_made_anew():
    town = Town(500)
    town.places["n7"] = 730.0
    for _ in range(3):
        town.cache.renew(["n7"], ())
    assert (town.looked_at, town.laid) == ([], [])  # nobody has looked yet
    shown = town.overview()
    assert (town.looked_at, town.laid) == (["n7"], town.edges[6:8])
    assert QRectF(730, 0, 50, 20) in [block.box for block in shown.blocks]
    assert len(shown.blocks) == 500
    assert len(shown.wires) == 499


def test_a_block_of_another_colour_is_filled_with_that_one_only():
    town = Town(3)
    town.colors["n1"] = "red"
    town.cache.renew(["n1"], ())
    fills = {color.name(): len(boxes) for color, boxes in town.overview().fills}
    assert fills == {"#0000ff": 2, "#ff0000": 1}


def test_what_is_gone_is_no_longer_there_and_the_box_around_all_is_smaller():
    town = Town(3)
    del town.places["n2"]
    town.cache.drop(["n2"], [town.edges.pop()])
    shown = town.overview()
    assert shown.bounds == QRectF(0, 0, 150, 20)
    assert (len(shown.blocks), len(shown.wires), sum(len(boxes) for _, boxes in shown.fills)) == (2, 1, 2)
    assert town.looked_at == []


def test_the_box_around_all_only_grows_while_nodes_move_and_fits_when_they_have():
    town = Town(3)
    town.places["n2"] = 900.0
    town.cache.renew(["n2"], (), is_moving=True)
    assert town.overview().bounds.right() == 950
    town.places["n2"] = 300.0
    town.cache.renew(["n2"], (), is_moving=True)
    assert town.overview().bounds.right() == 950
    town.cache.settle()
    assert town.overview().bounds.right() == 350
