"""What cards tell, and when they come and go."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest

from flaxstudio.graph.graph import Edge, Node, Port
from flaxstudio.graph.shape import ArrayShape, StateShape
from flaxstudio.gui.canvas.cards import bytes_of, card_of, expectation
from flaxstudio.gui.canvas.probe_item import Probe
from flaxstudio.gui.tokens import DARK
from flaxstudio.project.edits import remove, set_attribute
from tests.gui.canvas_desk import CATALOGUE, Desk, chain

WIRE = Edge(Port("dense_1", "out"), Port("relu_1", "in"))


@pytest.fixture
def desk(qtbot) -> Desk:
    return Desk(qtbot, chain())


def rest(desk: Desk, x: float, y: float) -> None:
    """Move the pointer there and leave it."""
    QTest.mouseMove(desk.canvas.view.viewport(), desk.at(x - 3, y))
    QTest.mouseMove(desk.canvas.view.viewport(), desk.at(x, y))


def card(desk: Desk):
    return desk.canvas.view.hovering.card


def test_a_card_about_a_node_tells_what_it_gives_its_params_and_its_first_problem(desk) -> None:
    dense = card_of(desk.canvas.scene, "dense_1")
    assert (dense.title, dense.kind) == ("dense_1", "Dense")
    assert ("Params", "1,664") in dense.rows
    assert ("Gives", "(batch, 64)") in dense.rows
    free = card_of(desk.canvas.scene, "dropout_1")
    assert free.problem is not None
    assert free.problem.remedy


def test_a_card_about_a_wire_tells_its_ends_and_what_a_sample_takes(desk) -> None:
    rows = dict(card_of(desk.canvas.scene, WIRE).rows)
    assert (rows["From"], rows["To"], rows["Type"]) == ("dense_1", "relu_1", "float32")
    assert rows["A sample takes"] == "256 bytes"


def test_a_card_about_an_input_tells_what_it_expects_and_gets(desk) -> None:
    rows = dict(card_of(desk.canvas.scene, (Port("relu_1", "in"), "in")).rows)
    assert rows["Expects"] == "any shape"
    assert rows["Shape"] == "(batch, 64)"
    free = dict(card_of(desk.canvas.scene, (Port("dropout_1", "in"), "in")).rows)
    assert free["Gets"] == "nothing: no wire ends here"


def test_what_an_input_expects_is_told_by_the_names_of_dimensions() -> None:
    def of(layer: str, **attributes) -> str:
        spec = CATALOGUE[layer]
        return expectation(spec.inputs[0], spec, Node("n", layer, attributes))

    assert of("Conv") == "(batch, height, width, channels)"
    assert of("Conv", kernel_size=(3,)) == "(batch, length, channels)"
    assert of("Dense") == "(batch, ..., features)"
    assert of("LSTM") == "(batch, time, features)"


def test_bytes_follow_the_type_and_count_every_array_of_a_state() -> None:
    assert bytes_of(ArrayShape((8, 8, 32))) == 8192
    assert bytes_of(ArrayShape((10,), "bfloat16")) == 20
    assert bytes_of(ArrayShape((10,), "bool")) == 10
    assert bytes_of(StateShape((ArrayShape((64,)), ArrayShape((64,))))) == 512


def test_what_is_gone_has_no_card(desk) -> None:
    assert card_of(desk.canvas.scene, "nobody") is None
    assert card_of(desk.canvas.scene, (Port("nobody", "in"), "in")) is None


def test_a_card_comes_when_the_pointer_rests_and_goes_when_it_leaves(desk, qtbot) -> None:
    rest(desk, *desk.title_of("dense_1"))
    assert card(desk) is None
    qtbot.waitUntil(lambda: card(desk) is not None)
    assert card(desk).title == "dense_1"
    rest(desk, *desk.port_of("relu_1", "in"))
    qtbot.waitUntil(lambda: card(desk) is not None and card(desk).kind == "Input of relu_1")
    rest(desk, 100, 500)
    assert card(desk) is None


def test_a_press_a_key_and_a_turn_of_the_wheel_take_the_card_away(desk, qtbot) -> None:
    at = desk.title_of("dense_1")
    for end in (lambda: desk.click(*at), lambda: desk.key(Qt.Key.Key_Shift), lambda: desk.canvas.acts["zoom_in"]()):
        rest(desk, 100, 500)
        rest(desk, *(desk.canvas.scene.nodes["dense_1"].box().center().toTuple()))
        qtbot.waitUntil(lambda: card(desk) is not None)
        end()
        assert card(desk) is None


def test_a_card_takes_neither_mouse_nor_focus_and_stays_in_the_window(desk, qtbot) -> None:
    window = desk.canvas.window()
    desk.canvas.view.setFocus()
    for name in ("dense_1", "output_1"):
        rest(desk, 100, 500)
        rest(desk, *desk.title_of(name))
        qtbot.waitUntil(lambda: card(desk) is not None)
        shown = desk.canvas.view.hovering._card
        assert window.rect().contains(shown.geometry())
        assert window.childAt(shown.geometry().center()) is not shown
        assert shown.focusPolicy() == Qt.FocusPolicy.NoFocus
    assert shown.heightForWidth(shown.width()) <= shown.height()


def test_keys_show_the_card_of_the_selection_and_esc_takes_it_away_alone(desk) -> None:
    spoken = QSignalSpy(desk.canvas.spoken)
    desk.canvas.scene.select(["dense_1"])
    desk.key(Qt.Key.Key_I)
    assert card(desk).title == "dense_1"
    assert "1,664" in spoken.at(0)[0]
    desk.key(Qt.Key.Key_Escape)
    assert card(desk) is None
    assert desk.canvas.selected_nodes() == ("dense_1",)
    desk.canvas.scene.select([], [WIRE])
    desk.key(Qt.Key.Key_I)
    assert card(desk).title == "Wire"


def test_a_card_in_sight_follows_what_changes_and_goes_with_its_node(desk) -> None:
    desk.canvas.scene.select(["dense_1"])
    desk.key(Qt.Key.Key_I)
    desk.canvas.set_tokens(DARK)
    assert DARK.panel in desk.canvas.view.hovering._card.styleSheet()
    desk.edit(set_attribute("dense_1", "features", 77, CATALOGUE))
    assert ("Attributes", "77") in card(desk).rows
    desk.edit(remove(("dense_1",), ()))
    assert card(desk) is None


def test_probes_of_any_array_can_be_drawn(desk) -> None:
    port = Port("dense_1", "out")
    arrays = {
        "image": np.random.default_rng(0).normal(size=(300, 200, 128)).astype(np.float32),
        "matrix": np.linspace(-1, 1, 16 * 64).reshape(16, 64),
        "vector": np.linspace(-1, 1, 1000),
        "few": np.array([0.1, -0.2, 0.7]),
        "none": np.zeros(0),
        "number": np.array(3.0),
        "not finite": np.array([np.nan, np.inf, 1.0] * 20),
        "tokens": np.arange(40),
        "five": np.ones((3, 4, 4, 4, 2)),
    }
    empty = desk.canvas.view.grab().toImage()
    for name, array in arrays.items():
        desk.canvas.scene.probes.display({port: Probe(name, array, ("mean 0", "0 to 1"))})
        assert desk.canvas.view.grab().toImage() != empty
    desk.canvas.scene.probes.display({port: Probe("fault", fault="There are no variables yet.")})
    assert desk.canvas.view.grab().toImage() != empty
    desk.canvas.scene.probes.display({})
    assert desk.canvas.view.grab().toImage() == empty
