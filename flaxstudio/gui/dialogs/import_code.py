"""The dialog for Python text: which class of it, the shapes of its inputs, where the graph goes, what the reader has to say."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Literal, get_args

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from flaxstudio.codegen.imported_project import Asks
from flaxstudio.graph.problem import ProblemError
from flaxstudio.graph.shape import ArrayShape
from flaxstudio.graph.shape_text import shape_in
from flaxstudio.gui import tokens as t
from flaxstudio.gui.panels.still_fields import ChoiceBox
from flaxstudio.gui.theme import code_font

_WIDTH = 520
_NOTES_HEIGHT = 160
_TEXT_HEIGHT = 150
_DTYPES = ("float32", "int32")

Target = Literal["project", "block", "nodes"]
"""Where the graph goes: a new project, a block of the open one with a node of it, or single nodes in the open graph."""


class ImportCodeDialog(QDialog):
    """Asks for a class, its inputs' shapes, values of its fields that have none, and where the graph is to go.

    `source` is what the text is called, `modules` tells what each class asks.
    `read_requested` carries the class, with the values given to it, and the shapes; after `show_notes`, `open_requested`
    the wish to go on.
    """

    read_requested = Signal(str, object)
    open_requested = Signal()

    def __init__(
        self,
        source: str,
        modules: Mapping[str, Asks],
        text: str = "",
        target: Target = "project",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Import code"))
        self._modules = modules
        self._is_read = False
        self.classes = ChoiceBox()
        self.classes.addItems(list(modules))
        self.classes.setCurrentIndex(self.classes.count() - 1)  # what is built of the others stands last
        self.shapes: dict[str, QLineEdit] = {}
        self.types: dict[str, QComboBox] = {}
        self.values: dict[str, QLineEdit] = {}
        self.text = QPlainTextEdit(text)
        self.targets, self.outcome = ChoiceBox(), QLabel()
        self.form, self.notes, self.status = QFormLayout(), QLabel(), QLabel()
        self.import_button = QPushButton(self.tr("Import"))
        self.cancel_button = QPushButton(self.tr("Cancel"))
        self._lay_out(source)
        self._fill_targets(target)
        self.classes.currentTextChanged.connect(lambda _: self._show_class())
        self.targets.currentIndexChanged.connect(lambda _: self._show_outcome())
        self.import_button.clicked.connect(self._go_on)
        self.cancel_button.clicked.connect(self.reject)
        self._show_class()

    def show_progress(self) -> None:
        """Say that the text is being read."""
        self.import_button.setEnabled(False)
        self._say(self.tr("Reading the text…"))

    def show_fault(self, text: str) -> None:
        """Say why there is nothing to import."""
        self.import_button.setEnabled(True)
        self._say(text, is_fault=True)

    def show_notes(self, notes: Sequence[str]) -> None:
        """Show what the reader has to say before the graph is opened."""
        self._is_read = True
        self.notes.setText("\n\n".join(notes))
        self.area.show()
        self._show_outcome()
        self.import_button.setEnabled(True)
        self.import_button.setFocus()
        self._say(self.tr("The graph is ready. Look at this before you go on:"))

    def target(self) -> Target:
        """Return where the graph is to go."""
        return get_args(Target)[self.targets.currentIndex()]

    def given(self) -> tuple[ArrayShape, ...]:
        """Return the shapes that were typed; ProblemError where one is missing or is none. Trailing ones may be left out."""
        found: list[ArrayShape] = []
        missing = ""
        for name, is_needed in self._asks().arrays:
            text = self.shapes[name].text().strip()
            if not text:
                missing = missing or name
                if is_needed:
                    raise ProblemError(self.tr("Give the shape of {0}.").format(name))
                continue
            if missing:
                raise ProblemError(self.tr("Give the shape of {0} as well.").format(missing))
            found.append(shape_in(f"{text}:{self.types[name].currentText()}"))
        return tuple(found)

    def wanted(self) -> str:
        """Return the class, with the values that were typed for its fields: `MLP(features=(64, 10))`."""
        given = ((name, edit.text().strip()) for name, edit in self.values.items())
        typed = ", ".join(f"{name}={text}" for name, text in given if text)
        return f"{self.classes.currentText()}({typed})" if typed else self.classes.currentText()

    def _asks(self) -> Asks:
        return self._modules.get(self.classes.currentText(), Asks(()))

    def _go_on(self) -> None:
        if self._is_read:
            self.open_requested.emit()
            return
        try:
            shapes = self.given()
        except ProblemError as problem:
            self._say(str(problem), is_fault=True)
            return
        self.read_requested.emit(self.wanted(), shapes)

    def _show_class(self) -> None:
        """Offer a line for each argument of the class."""
        while self.form.rowCount() > 2:
            self.form.removeRow(1)
        self.shapes, self.types, self.values = {}, {}, {}
        for name, is_needed in self._asks().arrays:
            self._add_row(name if is_needed else self.tr("{0} (optional)").format(name), self._row(name))
        for name in self._asks().fields:
            self.values[name] = edit = QLineEdit()
            edit.setPlaceholderText(self.tr("Its value in Python: 64 or (64, 10)"))
            edit.setAccessibleName(self.tr("Value of the field {0}").format(name))
            edit.textChanged.connect(lambda _: self._begin_anew())
            self._add_row(self.tr("{0} (field)").format(name), edit)
        self._order_fields()
        self._begin_anew()

    def _order_fields(self) -> None:
        """Let Tab go from line to line, beginning with the first that is to be filled."""
        shapes = [field for name, edit in self.shapes.items() for field in (edit, self.types[name])]
        fields = [*shapes, *self.values.values(), self.targets, self.cancel_button, self.import_button]
        for before, after in pairwise([self.classes, *fields]):
            QWidget.setTabOrder(before, after)
        if not self.isVisible():
            fields[0].setFocus()

    def _add_row(self, label: str, field: QWidget) -> None:
        self.form.insertRow(self.form.rowCount() - 1, label, field)  # where the graph goes stands last

    def _fill_targets(self, target: Target) -> None:
        self.targets.addItems([self.tr("A new project"), self.tr("A block in this graph"), self.tr("Nodes in this graph")])
        self.targets.setCurrentIndex(get_args(Target).index(target))
        self.targets.setAccessibleName(self.tr("Becomes"))
        self.form.addRow(self.tr("Becomes"), self.targets)
        self._show_outcome()

    def _show_outcome(self) -> None:
        """Say what will come of it, on the button too."""
        words: Mapping[Target, str] = {
            "project": self.tr("The graph opens as a project of its own; what is not saved of this one is asked about first."),
            "block": self.tr(
                "The class becomes a block of this project, and a node of it stands in the open graph. Undo takes it back."
            ),
            "nodes": self.tr("Its layers stand in the open graph, without Inputs and Outputs. Undo takes them back."),
        }
        self.outcome.setText(words[self.target()])
        insert = self.tr("Open the graph") if self.target() == "project" else self.tr("Insert")
        self.import_button.setText(insert if self._is_read or self.target() != "project" else self.tr("Import"))

    def _row(self, name: str) -> QWidget:
        edit, kind = QLineEdit(), ChoiceBox()
        edit.setPlaceholderText(self.tr("One sample's sizes: 28, 28, 1"))
        edit.setAccessibleName(self.tr("Shape of {0}").format(name))
        edit.textChanged.connect(lambda _: self._begin_anew())
        kind.addItems(list(_DTYPES))
        kind.setAccessibleName(self.tr("Type of {0}").format(name))
        kind.currentTextChanged.connect(lambda _: self._begin_anew())
        self.shapes[name], self.types[name] = edit, kind
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(t.GAP)
        layout.addWidget(edit, 1)
        layout.addWidget(kind)
        return row

    def _begin_anew(self) -> None:
        """What was read before was something else."""
        self._is_read = False
        self.area.hide()
        self._show_outcome()
        self.import_button.setEnabled(bool(self._modules))
        self._say("" if self._modules else self.tr("There is no linen Module in it."), is_fault=not self._modules)

    def _say(self, text: str, is_fault: bool = False) -> None:
        self.status.setText(text)
        self.status.setProperty("role", "error" if is_fault else "secondary")
        self.status.style().unpolish(self.status)
        self.status.style().polish(self.status)

    def _lay_out(self, source: str) -> None:
        self.setMinimumWidth(_WIDTH)
        title = QLabel(self.tr("Import a Module from {0}").format(source))
        title.setProperty("role", "title")
        about = QLabel(self.tr("The text is read and never run. What cannot be drawn is kept as a node of code."))
        about.setProperty("role", "secondary")
        self.classes.setAccessibleName(self.tr("Class"))
        self.form.setLabelAlignment(Qt.AlignmentFlag.AlignVCenter)
        self.form.addRow(self.tr("Class"), self.classes)
        self.area = QScrollArea()
        self.area.setWidget(self.notes)
        self.area.setWidgetResizable(True)
        self.area.setMinimumHeight(_NOTES_HEIGHT)
        self.notes.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.text.setReadOnly(True)
        self.text.setFont(code_font())
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setFixedHeight(_TEXT_HEIGHT)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName(self.tr("Text of {0}").format(source))
        self.text.setVisible(bool(self.text.toPlainText()))
        self.outcome.setProperty("role", "secondary")
        for label in (self.notes, self.status, self.outcome, about):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.notes.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.import_button.setProperty("primary", True)
        self.import_button.setDefault(True)
        self.cancel_button.setAutoDefault(False)
        buttons = QHBoxLayout()
        buttons.setSpacing(t.GAP)
        buttons.addStretch()
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.import_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(t.SECTION_GAP, t.SECTION_GAP, t.SECTION_GAP, t.SECTION_GAP)
        layout.setSpacing(t.PADDING)
        layout.addWidget(title)
        layout.addWidget(about)
        layout.addWidget(self.text)
        layout.addLayout(self.form)
        layout.addWidget(self.outcome)
        layout.addWidget(self.status)
        layout.addWidget(self.area, 1)
        layout.addLayout(buttons)
