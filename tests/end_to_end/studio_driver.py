"""The whole application with real widgets, and a hand that uses it: clicks, drags, keys."""

from pathlib import Path

from PySide6.QtCore import QSettings, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QFileDialog, QMessageBox, QPushButton
from pytestqt.exceptions import TimeoutError as NeverSo

from flaxstudio.gui.entrance import Entrance
from flaxstudio.gui.layer_drag import mime_of
from flaxstudio.gui.settings import Settings
from tests.gui.canvas_desk import CanvasMouse

LONG = 120_000


class Driver:
    """One shown window. `folder` keeps its settings."""

    def __init__(self, qtbot, folder: Path, path: Path | None = None) -> None:
        self.qtbot = qtbot
        settings = Settings(QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat))
        entrance = Entrance(QApplication.instance(), settings)
        self.window = entrance.window
        qtbot.addWidget(self.window, before_close_func=self._give_up)
        entrance.open(path)
        qtbot.waitExposed(self.window)
        with qtbot.waitSignal(entrance.ready, timeout=LONG):
            pass
        self.studio = entrance.studio
        self.mouse = CanvasMouse(self.window.canvas)

    def _give_up(self, _window) -> None:
        """Let pytest-qt close the window of a failed test without a question that nobody would answer."""
        self.window.may_close = lambda: True
        self.studio.close()

    @property
    def known(self):
        """What the studio knows of the open project."""
        return self.studio.session.knowledge

    def wait(self, truth, timeout: int = LONG) -> None:
        """Wait until that is so; if it never is, tell how the window stands, since nobody sees it."""
        try:
            self.qtbot.waitUntil(truth, timeout=timeout)
        except NeverSo as error:
            stands = [self.window.notice.text.text(), *map(str, self.known.problems), str(self.studio.runner.state)]
            raise NeverSo("\n".join([str(error), *filter(None, stands)])) from error

    def click(self, widget) -> None:
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)

    def press(self, parent, text: str) -> None:
        """Click the button of that text, once it is shown."""

        def found() -> QPushButton | None:
            return next((b for b in parent.findChildren(QPushButton) if b.isVisible() and b.text() == text), None)

        self.wait(lambda: found() is not None, 5000)
        self.click(found())

    def do(self, command: str) -> None:
        """Choose a command of the menus."""
        self.window.actions_by_name[command].trigger()

    def drop(self, layer: str, x: float, y: float) -> str:
        """Drag a layer from the palette onto the canvas and return the new node's name."""
        before = set(self.known.project.graph.names())
        self.mouse.drop(mime_of(layer), x, y)
        (name,) = set(self.known.project.graph.names()) - before
        return name

    def connect(self, source: str, target: str) -> None:
        """Drag a wire from a node's output to another's input."""
        self.mouse.drag(self.mouse.port_of(source), self.mouse.port_of(target, "in"))

    def select(self, name: str) -> None:
        self.mouse.click(*self.mouse.title_of(name))
        assert self.window.selected == (name,)

    def set_attribute(self, node: str, name: str, text: str) -> None:
        """Select a node and type a value into the inspector."""
        self.select(node)
        self.type_into(self.window.inspector.node_page.form.row(name).field, text)

    def type_into(self, field, text: str) -> None:
        field.setFocus()
        edit = field.lineEdit() if hasattr(field, "lineEdit") else field
        edit.selectAll()
        QTest.keyClicks(edit, text)
        QTest.keyClick(edit, Qt.Key.Key_Return)

    def close(self, answer: str = "") -> bool:
        """Close the window, answering the question about unsaved work with the button of that text."""
        if answer:
            QTimer.singleShot(100, lambda: answer_question(answer))
        closed = self.window.close()
        return bool(closed)


def answer_question(text: str) -> None:
    """Press the button of the open question."""
    box = QApplication.activeModalWidget()
    assert isinstance(box, QMessageBox)
    button = next(b for b in box.buttons() if isinstance(b, QAbstractButton) and b.text() == text)
    button.click()


def choose_file(monkeypatch, path: Path) -> None:
    """Let the system's file dialogs, which no test can press, choose this path."""
    for name in ("getOpenFileName", "getSaveFileName"):
        monkeypatch.setattr(QFileDialog, name, lambda *_, **__: (str(path), ""))
