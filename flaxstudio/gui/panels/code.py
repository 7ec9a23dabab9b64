"""The panel with the generated Flax source: always current, read-only, with the selected node's lines marked."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, QTimer, Signal, SignalInstance
from PySide6.QtGui import QGuiApplication, QStandardItemModel
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from flaxstudio.gui import tokens as t
from flaxstudio.gui.icons import icon
from flaxstudio.gui.panels.code_view import CodeView, LineRange
from flaxstudio.gui.panels.still_fields import ChoiceBox
from flaxstudio.gui.tokens import Tokens

_NOTE_MS = 1500
_OPTIMIZER = "optimizer"


class CodePanel(QWidget):
    """Shows source and asks for another style, a file or the node of a line."""

    line_clicked = Signal(int)
    save_requested = Signal()
    style_changed = Signal(str)
    optimizer_wanted = Signal()

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = CodeView(tokens, self)
        self.view.line_clicked.connect(self.line_clicked)
        self.style_choice = ChoiceBox()
        self.style_choice.addItem(self.tr("Compact style"), "compact")
        self.style_choice.addItem(self.tr("Setup style"), "setup")
        self.style_choice.addItem(self.tr("Optimizer"), _OPTIMIZER)
        self.style_choice.setToolTip(
            self.tr("How the Module is written: all in __call__, or layers made in setup(); or the optimizer that trains it.")
        )
        self.style_choice.activated.connect(self._choose)
        self._optimizer = ""
        self._module: tuple[str, tuple[LineRange, ...], int] = ("", (), 0)
        self._methods = 1
        self.methods_note = QLabel()
        self.methods_note.setProperty("role", "secondary")
        self.methods_note.setToolTip(
            self.tr("Outputs with different methods make a Module with several methods, whose layers are made in setup().")
        )
        self.methods_note.hide()
        self.copy_button = self._button(self.tr("Copy"), self.tr("Copy the whole source"), self.copy)
        self.save_button = self._button(self.tr("Save as…"), self.tr("Save the source as a Python file"), self.save_requested)
        self.save_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.note = QLabel()
        self.note.setProperty("role", "ok")
        self._note_timer = QTimer(self)
        self._note_timer.setSingleShot(True)
        self._note_timer.timeout.connect(self.note.clear)
        self._lay_out()
        self.set_tokens(tokens)

    def display(self, text: str, marked: tuple[LineRange, ...], sight: int = 0, methods: int = 1) -> None:
        """Show the source with the selected nodes' lines marked, pieces of first and last line, counted from 1.

        `sight` is a line to be in sight where none is marked. A model of several methods can only be written with setup.
        """
        self._module = (text, marked, sight)
        if not self.shows_optimizer:
            self.view.display(text, marked, sight)
        if methods == self._methods:
            return
        self._methods = methods
        model = self.style_choice.model()
        assert isinstance(model, QStandardItemModel)
        model.item(0).setEnabled(methods < 2)
        self.methods_note.setText(self.tr("{0} methods: written with setup").format(methods) if methods > 1 else "")
        self.methods_note.setVisible(methods > 1)

    @property
    def shows_optimizer(self) -> bool:
        """Whether the optimizer's text is shown instead of the Module's."""
        return self.style_choice.currentData() == _OPTIMIZER

    def show_optimizer(self, text: str) -> None:
        """Show the optimizer's text, where it is still wanted."""
        self._optimizer = text
        if self.shows_optimizer:
            self.view.display(text, (), 0)

    def _choose(self) -> None:
        if self.shows_optimizer:
            self.view.display(self._optimizer, (), 0)
            self.optimizer_wanted.emit()
        else:
            self.view.display(*self._module)
            self.style_changed.emit(self.style_choice.currentData())

    def copy(self) -> None:
        """Put the whole source on the clipboard."""
        QGuiApplication.clipboard().setText(self.view.toPlainText())
        self.note.setText(self.tr("Copied"))
        self._note_timer.start(_NOTE_MS)

    def set_tokens(self, tokens: Tokens) -> None:
        self.view.set_tokens(tokens)
        self.copy_button.setIcon(icon("copy", tokens))
        self.save_button.setIcon(icon("save", tokens))

    def _button(self, text: str, tip: str, slot: Callable[[], None] | SignalInstance) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setIconSize(QSize(16, 16))
        button.clicked.connect(slot)
        return button

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setContentsMargins(t.PADDING, 4, t.GAP, 4)
        bar.setSpacing(4)
        bar.addWidget(self.style_choice)
        bar.addWidget(self.methods_note)
        bar.addStretch()
        for part in (self.note, self.copy_button, self.save_button):
            bar.addWidget(part)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(bar)
        layout.addWidget(self.view)
