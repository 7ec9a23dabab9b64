"""A small popup with the numbers of a run's optimizer that can be changed while it goes, each in a field of its own."""

from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from flaxstudio.graph.graph import Value
from flaxstudio.gui import tokens as t
from flaxstudio.gui.panels.attribute_fields import NumberField, value_text
from flaxstudio.gui.panels.attribute_row import AttributeRow
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project.optim_steering import Knob

_WIDTH = 304
_MOST = 420
"""Of many numbers so much is seen at once; the rest is scrolled to."""


class KnobPopup(QFrame):
    """Emits a number's name and its new value with Enter, or when its field is left; Esc or a click elsewhere closes it."""

    number_changed = Signal(str, float)

    def __init__(self, tokens: Tokens, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._tokens = tokens
        self._knobs: tuple[Knob, ...] = ()
        self.rows: dict[str, AttributeRow] = {}
        self.note = QLabel(self.tr("Enter changes a number from the next step on; the run's history keeps each change."))
        self._scroll = QScrollArea()
        self._build()
        self.set_tokens(tokens)

    def display(self, knobs: tuple[Knob, ...]) -> None:
        """Show these numbers with the values that hold; what is being typed stays unless its own value has changed."""
        if knobs == self._knobs:
            return
        if [(knob.name, knob.spec) for knob in knobs] != [(knob.name, knob.spec) for knob in self._knobs]:
            self._fill(knobs)
        self._knobs = knobs
        for knob in knobs:
            row = self.rows[knob.name]
            row.display(knob.value)
            _write(row, knob.value)

    def refuse(self, name: str, reason: str) -> None:
        """Say below a number why the run goes on with the value that held, and show that one."""
        for knob in self._knobs:
            if knob.name == name:
                self.rows[name].reset(knob.value)
                _write(self.rows[name], knob.value)
                self.rows[name].refuse(reason)

    def open_at(self, point: QPoint) -> None:
        """Open with its upper left corner there, as far as the screen allows; the keys go to the first number."""
        for knob in self._knobs:  # what was refused or not sent is forgotten
            self.rows[knob.name].reset(knob.value)
            _write(self.rows[knob.name], knob.value)
        self.adjustSize()
        room = self.screen().availableGeometry()
        self.move(min(point.x(), room.right() - self.width()), min(point.y(), room.bottom() - self.height()))
        self.show()
        for row in self.rows.values():
            row.plain.setFocus(Qt.FocusReason.TabFocusReason)
            break

    def set_tokens(self, tokens: Tokens) -> None:
        """Draw in another theme."""
        self._tokens = tokens
        self.setStyleSheet(f"KnobPopup {{ background: {tokens.panel}; border: 1px solid {tokens.line}; }}")
        for row in self.rows.values():
            row.set_tokens(tokens)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Show the field that is gone to; let Esc close all of it from within a field, which forgets what was typed there."""
        if event.type() == QEvent.Type.FocusIn and isinstance(watched, QWidget):
            self._scroll.ensureWidgetVisible(watched)
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            for knob in self._knobs:
                self.rows[knob.name].reset(knob.value)
            self.close()
            return True
        return super().eventFilter(watched, event)

    def _build(self) -> None:
        self.setFixedWidth(_WIDTH)
        self.setAccessibleName(self.tr("Change while it runs"))
        self.note.setProperty("role", "caption")
        self.note.setWordWrap(True)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(t.PADDING, t.GAP, t.GAP, t.GAP)
        layout.setSpacing(t.GAP)
        layout.addWidget(self._scroll)
        layout.addWidget(self.note)

    def _fill(self, knobs: tuple[Knob, ...]) -> None:
        """Make a row for each number, those of one link or group below its name."""
        whole = QWidget()
        whole.setProperty("role", "panel")
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 4, 0)
        column.setSpacing(4)
        self.rows, before = {}, ""
        for knob in knobs:
            lead, _, title = knob.name.rpartition(".")
            if lead != before:
                column.addWidget(_caption(lead.replace(".", " ")))
            before = lead
            self.rows[knob.name] = row = AttributeRow(replace(knob.spec, name=knob.name), self._tokens, whole, title)
            row.plain.setAccessibleName(f"{lead.replace('.', ' ')} {title}".strip())
            row.plain.installEventFilter(self)
            row.reset(knob.value)
            row.value_changed.connect(self._tell)
            column.addWidget(row)
        width = max((row.label.sizeHint().width() for row in self.rows.values()), default=0)
        for row in self.rows.values():
            row.label.setFixedWidth(width)
        column.addStretch(1)
        self._scroll.setWidget(whole)
        self._scroll.setFixedHeight(min(whole.sizeHint().height() + 2 * t.GAP, _MOST))

    def _tell(self, name: str, value: float) -> None:
        _write(self.rows[name], value)
        self.number_changed.emit(name, float(value))


def _write(row: AttributeRow, value: Value) -> None:
    """Write out a value that an empty field would stand for: there is a number to be seen and changed."""
    field = row.plain
    if isinstance(field, NumberField) and not field.lineEdit().text():
        field.lineEdit().setText(value_text(value))


def _caption(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "caption")
    return label
