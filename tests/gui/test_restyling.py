from PySide6.QtCore import QObject
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QTabWidget, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from flaxstudio.gui.restyling import Restyling
from flaxstudio.gui.slices import Slices
from flaxstudio.gui.theme import apply_theme
from flaxstudio.gui.tokens import DARK, LIGHT, Tokens


def page() -> QWidget:
    whole, caption = QWidget(), QLabel("Loss")
    whole.setProperty("role", "panel")
    caption.setProperty("role", "caption")
    column = QVBoxLayout(whole)
    for part in (caption, QLineEdit("0.1")):
        column.addWidget(part)
    return whole


def shown(qtbot: QtBot) -> QTabWidget:
    tabs = QTabWidget()
    qtbot.addWidget(tabs)
    tabs.addTab(page(), "Seen")
    tabs.addTab(page(), "Behind")
    tabs.resize(300, 200)
    tabs.show()
    qtbot.waitExposed(tabs)
    return tabs


def colors(page: QWidget | None) -> tuple[str, str]:
    """Return the colours of the caption's text and of the page's ground."""
    assert page is not None
    caption = page.findChild(QLabel)
    assert caption is not None
    ground = QColor(page.grab().toImage().pixel(3, 3))
    return caption.palette().windowText().color().name(), ground.name()


def of_theme(tokens: Tokens) -> tuple[str, str]:
    return QColor(tokens.secondary).name(), QColor(tokens.panel).name()


def test_what_is_in_sight_has_another_theme_at_once_and_the_rest_soon(qtbot: QtBot, qapp: QApplication) -> None:
    owner = QObject()
    try:
        apply_theme(qapp, LIGHT)
        tabs, restyling = shown(qtbot), Restyling(qapp, owner)
        restyling.apply(DARK)
        assert colors(tabs.widget(0)) == of_theme(DARK)
        assert restyling.is_busy
        tabs.widget(1).layout().itemAt(1).widget().deleteLater()  # a widget may go meanwhile
        qtbot.waitUntil(lambda: not restyling.is_busy)
        assert colors(tabs.widget(1)) == of_theme(DARK)
        restyling.apply(LIGHT)
        qtbot.waitUntil(lambda: not restyling.is_busy)
        assert [colors(tabs.widget(index)) for index in range(2)] == [of_theme(LIGHT)] * 2
    finally:
        owner.deleteLater()
        qapp.setStyleSheet("")


def test_slices_go_through_all_steps_and_drop_what_is_replaced(qtbot: QtBot) -> None:
    slices, done = Slices(), []
    slices.begin(done.append(number) for number in range(3))
    slices.begin(done.append(number) for number in range(10, 13))
    with qtbot.waitSignal(slices.ended):
        assert slices.is_busy
        assert not done
    assert done == [10, 11, 12]
    assert not slices.is_busy
