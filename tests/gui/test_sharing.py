from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QGraphicsRectItem

from flaxstudio.graph.graph import Graph, Node
from flaxstudio.gui.canvas.node_content import content_of
from flaxstudio.gui.canvas.sharing import SharingLines, sharers
from flaxstudio.gui.tokens import LIGHT
from flaxstudio.layers import catalogue

UPPER, BELOW, BESIDE = QRectF(0, 0, 160, 80), QRectF(10, 120, 160, 80), QRectF(300, 0, 160, 80)


def line_between(qapp, owner, sharer):
    parent = QGraphicsRectItem()  # which Python would let go of otherwise
    lines = SharingLines(LIGHT, parent)
    lines.show_group(("owner", "sharer"), {"owner": owner, "sharer": sharer})
    return lines.path().boundingRect()


def test_the_line_between_nodes_that_stand_one_above_the_other_runs_between_them(qapp):
    for owner, sharer in ((UPPER, BELOW), (BELOW, UPPER)):
        drawn = line_between(qapp, owner, sharer)
        assert (drawn.top(), drawn.bottom()) == (80, 120)


def test_the_line_between_nodes_beside_each_other_hangs_below_them(qapp):
    assert line_between(qapp, UPPER, BESIDE).bottom() > 100


def test_a_node_that_shares_params_names_no_attributes_of_its_own():
    spec = catalogue()["Dense"]
    assert content_of(Node("dense_1", "Dense"), spec, None, ()).attributes == "64"
    assert content_of(Node("dense_2", "Dense", {"shares": "dense_1"}), spec, None, ()).attributes == ""


def test_all_that_use_a_nodes_params_are_one_group_the_owner_first():
    nodes = [Node("a", "Dense"), Node("b", "Dense", {"shares": "a"}), Node("c", "Dense"), Node("d", "Dense", {"shares": "a"})]
    group = ("a", "b", "d")
    assert sharers(Graph(tuple(nodes))) == {"a": group, "b": group, "d": group}


def test_params_of_a_node_that_is_gone_are_shared_by_nobody():
    assert sharers(Graph((Node("b", "Dense", {"shares": "gone"}),))) == {}
