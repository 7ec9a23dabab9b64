"""Writes on the canvas: a frame's title in a line, a note's text in a field, laid over them at the zoom of the view."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRect, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from flaxstudio.gui import tokens as t

if TYPE_CHECKING:
    from flaxstudio.gui.canvas.view import GraphView

_LEAST_WIDTH, _LEAST_HEIGHT = 160, 60
_COMMIT = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class BesideEditor(QObject):
    """Edits one frame or note at a time. Leaving the field keeps what was written, Esc does not."""

    def __init__(self, view: "GraphView") -> None:
        super().__init__(view)
        self._view = view
        self.line = QLineEdit(view)
        self.sheet = QPlainTextEdit(view)
        self._name = ""
        self._before = ""
        self.line.setAccessibleName(self.tr("Title of the frame"))
        self.sheet.setAccessibleName(self.tr("Text of the note, in Markdown"))
        self.sheet.setToolTip(self.tr("Markdown. Ctrl+Enter or a click elsewhere keeps it, Esc does not."))
        for field in (self.line, self.sheet):
            field.hide()
            field.installEventFilter(self)
        view.view_moved.connect(self._place)

    @property
    def is_open(self) -> bool:
        """Whether something is being written."""
        return bool(self._name)

    def edit(self, name: str) -> None:
        """Open a frame's title or a note's text."""
        self.close()
        beside = self._view.graph_scene.beside
        if name in beside.frames:
            self._open(name, beside.frames[name].frame.title, self.line)
            self.line.setText(self._before)
            self.line.selectAll()
        elif name in beside.notes:
            self._open(name, beside.notes[name].note.text, self.sheet)
            self.sheet.setPlainText(self._before)
            self.sheet.selectAll()

    def close(self, is_kept: bool = True) -> None:
        """Put the field away; what was written is asked to be kept, or not."""
        name, self._name = self._name, ""
        if not name:
            return
        is_title = self.line.isVisible()
        text = self.line.text() if is_title else self.sheet.toPlainText()
        had_focus = (self.line if is_title else self.sheet).hasFocus()
        self.line.hide()
        self.sheet.hide()
        if had_focus:
            self._view.setFocus()
        if is_kept and text != self._before:
            intents = self._view.intents
            (intents.title_written if is_title else intents.text_written).emit(name, text)

    def forget(self) -> None:
        """Give up if what is edited is no longer there."""
        beside = self._view.graph_scene.beside
        if self._name and self._name not in beside.frames and self._name not in beside.notes:
            self.close(is_kept=False)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut:
            self.close()
        elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and self._ends(watched, event):
            event.accept()  # the key is meant for the field, not for the command of the window that has it too
            return True
        elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and self._ends(watched, event):
            self.close(is_kept=event.key() != Qt.Key.Key_Escape)
            return True
        return super().eventFilter(watched, event)

    def _ends(self, watched: QObject, event: QKeyEvent) -> bool:
        """Return whether a key ends the writing: Esc, Enter in a title, Ctrl+Enter in a note."""
        if event.key() == Qt.Key.Key_Escape:
            return True
        has_ctrl = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        return event.key() in _COMMIT and (watched is self.line or has_ctrl)

    def _open(self, name: str, text: str, field: QWidget) -> None:
        self._name, self._before = name, text
        self._place()
        field.show()
        field.raise_()
        field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _place(self) -> None:
        """Lay the field over what is edited, with letters as large as there."""
        if not self._name:
            return
        beside, zoom = self._view.graph_scene.beside, self._view.zoom()
        frame = beside.frames.get(self._name)
        field: QWidget = self.line if frame else self.sheet
        box = frame.title_box() if frame else beside.notes[self._name].box()
        shown = self._view.mapFromScene(box).boundingRect()
        least = (_LEAST_WIDTH, t.CONTROL_HEIGHT if frame else _LEAST_HEIGHT)
        field.setGeometry(QRect(shown.topLeft(), shown.size().expandedTo(QRect(0, 0, *least).size())))
        font = field.font()
        font.setPixelSize(max(t.CAPTION, min(40, round(t.BODY * zoom))))
        field.setFont(font)
