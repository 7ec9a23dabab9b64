"""From an empty window to a trained model by key events alone."""

from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QScrollArea, QWidget

from flaxstudio.graph.graph import edge
from tests.end_to_end.studio_driver import Driver
from tests.end_to_end.test_wiring_nodes import PROJECT, opened

K, CTRL, NONE = Qt.Key, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier
ALT, SHIFT = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier


class Keyboard:
    """Sends keys to whatever has the focus, as the system does."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver

    def press(self, key: Qt.Key, keys=NONE, times: int = 1) -> None:
        for _ in range(times):
            target = QApplication.activePopupWidget() or QApplication.focusWidget() or self.driver.window
            focused = target.focusWidget() if QApplication.activePopupWidget() else None
            QTest.keyClick(focused or target, key, keys)
            QApplication.processEvents()

    def type(self, text: str) -> None:
        target = QApplication.activePopupWidget() or QApplication.focusWidget()
        QTest.keyClicks(target.focusWidget() or target, text)
        QApplication.processEvents()

    def add(self, layer: str) -> None:
        """Search for a layer and add it."""
        self.press(K.Key_Tab)
        self.type(layer)
        self.press(K.Key_Return)

    def tab_to(self, wanted, most: int = 60) -> None:
        """Press Tab until a widget for which `wanted` holds has the focus."""
        for _ in range(most):
            if wanted(QApplication.focusWidget()):
                return
            self.press(K.Key_Tab)
        raise AssertionError("Tab does not lead there")

    def set_attribute(self, name: str, text: str) -> None:
        """Go to a field of the inspector and type another value."""
        self.press(K.Key_F4)
        self.tab_to(named(name))
        self.press(K.Key_A, CTRL)
        self.type(text)
        self.press(K.Key_Return)


def named(text: str):
    return lambda widget: widget is not None and (widget.accessibleName() == text or getattr(widget, "text", str)() == text)


def test_a_model_is_drawn_given_data_and_trained_without_a_mouse(qtbot, tmp_path):
    driver = Driver(qtbot, tmp_path)
    hand, window = Keyboard(driver), driver.window
    said = []
    driver.studio.announcer.told.connect(said.append)

    window.activateWindow()
    QApplication.processEvents()

    hand.press(K.Key_N, CTRL)
    assert window.canvas.view.hasFocus()
    for layer in ("Input", "Dense", "Output"):
        hand.add(layer)
    assert driver.known.project.graph.names() == ("input_1", "dense_1", "output_1")
    assert "Add dense_1" in said
    places = driver.known.project.positions.values()
    assert len(set(places)) == 3, "what is added by keys lies beside what is there"

    # wires: output_1 is selected; its only port is an input, so the other end is chosen among outputs
    hand.press(K.Key_W)
    hand.type("dense")
    hand.press(K.Key_Return)
    hand.press(K.Key_J)
    assert len([label for label in window.canvas.view.viewport().children() if hasattr(label, "text")]) == 3
    hand.press(K.Key_Escape)
    assert driver.known.project.graph.edges == (edge("dense_1", "output_1"),)
    hand.press(K.Key_Left)  # along the wire
    assert window.selected == ("dense_1",)
    hand.press(K.Key_W)  # from its output there is nowhere to go
    hand.press(K.Key_W)  # its input
    hand.type("input")
    hand.press(K.Key_Return)
    assert edge("input_1", "dense_1") in driver.known.project.graph.edges

    # attributes in the inspector
    hand.set_attribute("features", "3")
    assert driver.known.project.graph.node("dense_1").attributes["features"] == 3

    # data: the first sample set with classes
    hand.press(K.Key_3, ALT)
    hand.tab_to(named("Sample sets"))
    titles = [action.text() for action in QApplication.focusWidget().menu().actions()]
    hand.press(K.Key_Space)
    hand.press(K.Key_Down, times=1 + next(i for i, title in enumerate(titles) if title.startswith("Iris")))
    hand.press(K.Key_Return)
    driver.wait(lambda: driver.known.data.status == "ready")
    driver.wait(lambda: any("input_1 takes 8" in text for text in map(str, driver.known.problems)))

    hand.press(K.Key_0, ALT)
    assert window.canvas.view.hasFocus()
    hand.press(K.Key_Left)
    assert window.selected == ("input_1",)
    hand.set_attribute("shape", "4")
    driver.wait(lambda: not driver.known.problems)

    hand.press(K.Key_Return, CTRL)
    driver.wait(lambda: driver.known.results.trained is not None)
    assert driver.known.results.runs[-1].losses[-1] < driver.known.results.runs[-1].losses[0]
    assert any("has ended" in text for text in said)
    assert driver.close("Don't save")


def shows_focus(widget: QWidget) -> bool:
    """Return whether a widget looks different without the focus."""
    seen = widget.grab().toImage()
    widget.clearFocus()
    return widget.grab().toImage() != seen


def test_layers_added_by_keys_stand_in_a_row_though_the_pointer_rests_on_the_canvas(qtbot, tmp_path):
    driver = Driver(qtbot, tmp_path)
    hand, canvas = Keyboard(driver), driver.window.canvas
    driver.do("new")
    driver.window.activateWindow()
    driver.wait(driver.window.isActiveWindow)
    middle = canvas.view.mapToScene(canvas.view.viewport().rect().center()).toTuple()
    driver.mouse.move(*middle, button=Qt.MouseButton.NoButton)
    canvas.view.setFocus()
    for layer in ("Input", "Dense", "Output"):
        hand.add(layer)
    places = driver.known.project.positions
    assert places["input_1"][0] < places["dense_1"][0] - 100 < places["output_1"][0] - 200
    assert len({y for _, y in places.values()}) == 1
    assert driver.close("Don't save")


@pytest.mark.parametrize("selected", [(), ("dense_1",)])
def test_the_key_of_each_panel_leads_to_something_that_shows_the_focus(qtbot, tmp_path, selected):
    driver = opened(qtbot, tmp_path, PROJECT)
    hand = Keyboard(driver)
    driver.window.activateWindow()
    driver.wait(driver.window.isActiveWindow)
    driver.window.canvas.select(selected)
    hand.press(K.Key_F4)
    assert isinstance(QApplication.focusWidget(), QLineEdit)
    assert QApplication.focusWidget().accessibleName() == ("Name" if selected else "Class name")
    for digit in (K.Key_1, K.Key_2, K.Key_3, K.Key_4, K.Key_5, K.Key_6, K.Key_7, K.Key_8, K.Key_9):
        hand.press(K.Key_0, ALT)
        hand.press(digit, ALT)
        assert not driver.window.canvas.view.hasFocus()
        assert type(QApplication.focusWidget()) not in (QScrollArea, QWidget)
        assert shows_focus(QApplication.focusWidget())


def test_tab_goes_through_the_inspector_from_top_to_bottom(qtbot, tmp_path):
    driver = opened(qtbot, tmp_path, PROJECT)
    hand, inspector = Keyboard(driver), driver.window.inspector
    driver.window.activateWindow()
    driver.wait(driver.window.isActiveWindow)
    for name, wanted in (("conv_1", "features"), ("dense_1", "features"), ("input_1", "shape")):
        driver.window.canvas.select([name])
        hand.press(K.Key_F4)
        heights = []
        while inspector.isAncestorOf(QApplication.focusWidget()) and len(heights) < 60:
            heights.append(QApplication.focusWidget().mapTo(inspector.node_page, QPoint(0, 0)).y())
            if len(heights) == 2:
                assert QApplication.focusWidget().accessibleName() == wanted
            hand.press(K.Key_Tab)
        assert len(heights) > 4
        assert all(below >= above - 12 for above, below in pairwise(heights[:-4]))
