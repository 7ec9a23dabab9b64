"""An editor for Python source: line numbers, colours as one types, indentation kept, faults on their lines."""

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QKeyEvent, QPainter, QPaintEvent, QTextCursor, QTextFormat
from PySide6.QtWidgets import QTextEdit, QToolTip, QWidget

from flaxstudio.gui import tokens as t
from flaxstudio.gui.panels.code_view import CodeView
from flaxstudio.gui.tokens import Tokens

_TINT = 0.12
_UNITS = (2, 4)
_TOP = 4  # as CodeView has it


class CodeEditor(CodeView):
    """A CodeView that can be typed into. `text_edited` follows every change of the text."""

    text_edited = Signal()

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        self._faults: dict[int, str] = {}
        self._text = ""
        super().__init__(tokens, parent)
        self.setReadOnly(False)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextEditorInteraction)
        self.setAccessibleName(self.tr("Source of the layer"))
        self.setCursorWidth(2)
        self._gutter.setCursor(Qt.CursorShape.ArrowCursor)
        self.textChanged.connect(self._on_text_changed)

    def set_text(self, text: str) -> None:
        """Begin with a text: nothing before it can be undone."""
        self.setPlainText(text)
        self.document().setModified(False)

    def replace_text(self, text: str) -> None:
        """Change the whole text as one step that can be undone; the caret stays at its line's end of the text."""
        from_end = self.document().characterCount() - self.textCursor().position()
        cursor = self._whole()
        cursor.insertText(text)
        cursor.setPosition(max(0, self.document().characterCount() - from_end))
        self.setTextCursor(cursor)

    def show_faults(self, faults: Iterable[tuple[int, str]]) -> None:
        """Mark the lines of these faults and write them there; the first of a line counts."""
        table: dict[int, str] = {}
        for line, sentence in faults:
            table.setdefault(line, sentence)
        if table != self._faults:
            self._faults = table
            self._tint()
            self.viewport().update()

    def go_to(self, line: int) -> None:
        """Put the caret at a line's first word."""
        cursor = QTextCursor(self.document().findBlockByNumber(line - 1))
        cursor.movePosition(QTextCursor.MoveOperation.NextCharacter, n=len(_indentation(cursor.block().text())))
        self.setTextCursor(cursor)
        self.centerCursor()
        self.setFocus()

    def unit(self) -> int:
        """Return how many spaces one step of indentation has: as the text has it, or 4."""
        widths = [len(_indentation(line)) for line in self.toPlainText().split("\n") if line.strip()]
        smallest = min((width for width in widths if width), default=4)
        return smallest if smallest in _UNITS else 4

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, cursor = event.key(), self.textCursor()
        has_command = bool(event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier))
        if has_command:
            super().keyPressEvent(event)
        elif key == Qt.Key.Key_Tab:
            self._indent(cursor)
        elif key == Qt.Key.Key_Backtab:
            self._shift_lines(cursor, -self.unit())
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._break_line(cursor)
        elif key == Qt.Key.Key_Backspace and self._is_in_indentation(cursor):
            self._step_back(cursor)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            sentence = self._faults.get(self.line_at(QPointF(self.viewport().mapFromGlobal(event.globalPos()))), "")
            QToolTip.showText(event.globalPos(), sentence, self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        painter.setFont(self.font())
        painter.setPen(QColor(self._tokens.error))
        for line, sentence in self._faults.items():
            block = self.document().findBlockByNumber(line - 1)
            if block.isValid() and block.isVisible():
                box = self.blockBoundingGeometry(block).translated(self.contentOffset())
                left = box.left() + self.fontMetrics().horizontalAdvance(block.text()) + 2 * t.PADDING
                room = QRectF(left, box.top(), max(0.0, self.viewport().width() - left), box.height())
                words = self.fontMetrics().elidedText(sentence, Qt.TextElideMode.ElideRight, int(room.width()))
                painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)
        painter.end()

    def _paint_number(self, painter: QPainter, line: int, top: float, height: float) -> None:
        super()._paint_number(painter, line, top, height)
        if line in self._faults:
            painter.fillRect(QRectF(0, top, 3, height), QColor(self._tokens.error))

    def _tint(self) -> None:
        super()._tint()
        color = QColor(self._tokens.error)
        color.setAlphaF(_TINT)
        marks = self.extraSelections()
        for line in self._faults:
            mark = QTextEdit.ExtraSelection()
            mark.format.setBackground(color)
            mark.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
            mark.cursor = QTextCursor(self.document().findBlockByNumber(line - 1))
            marks.append(mark)
        self.setExtraSelections(marks)

    def _on_text_changed(self) -> None:
        text = self.toPlainText()
        if text == self._text:  # only colours have changed
            return
        self._text = text
        self._highlighter.set_source(text)
        self._highlighter.rehighlight()
        self.setViewportMargins(self.gutter_width(), _TOP, 0, 0)
        self._place_gutter()
        self._gutter.update(QRect(0, 0, self._gutter.width(), self._gutter.height()))
        self.text_edited.emit()

    def _whole(self) -> QTextCursor:
        cursor = self.textCursor()
        cursor.select(QTextCursor.SelectionType.Document)
        return cursor

    def _indent(self, cursor: QTextCursor) -> None:
        if _spans_lines(cursor):
            self._shift_lines(cursor, self.unit())
        else:
            width = self.unit() - cursor.positionInBlock() % self.unit()
            cursor.insertText(" " * width)

    def _shift_lines(self, cursor: QTextCursor, by: int) -> None:
        """Move the selected lines right, or left as far as each has spaces."""
        first = self.document().findBlock(cursor.selectionStart())
        last = self.document().findBlock(max(cursor.selectionStart(), cursor.selectionEnd() - 1))
        cursor.beginEditBlock()
        for number in range(first.blockNumber(), last.blockNumber() + 1):
            edit = QTextCursor(self.document().findBlockByNumber(number))
            text = edit.block().text()
            if by > 0 and text.strip():
                edit.insertText(" " * by)
            elif by < 0:
                spaces = min(-by, len(text) - len(text.lstrip(" ")))
                edit.movePosition(QTextCursor.MoveOperation.NextCharacter, QTextCursor.MoveMode.KeepAnchor, spaces)
                edit.removeSelectedText()
        cursor.endEditBlock()

    def _break_line(self, cursor: QTextCursor) -> None:
        """Begin a line as far in as this one, one step further after a colon."""
        before = cursor.block().text()[: cursor.positionInBlock()]
        step = " " * self.unit() if before.rstrip().endswith(":") else ""
        cursor.insertText("\n" + _indentation(before) + step)
        self.setTextCursor(cursor)
        self.ensureCursorVisible()

    def _is_in_indentation(self, cursor: QTextCursor) -> bool:
        before = cursor.block().text()[: cursor.positionInBlock()]
        return not cursor.hasSelection() and bool(before) and not before.strip(" ")

    def _step_back(self, cursor: QTextCursor) -> None:
        spaces = (cursor.positionInBlock() - 1) % self.unit() + 1
        cursor.movePosition(QTextCursor.MoveOperation.PreviousCharacter, QTextCursor.MoveMode.KeepAnchor, spaces)
        cursor.removeSelectedText()


def _spans_lines(cursor: QTextCursor) -> bool:
    document = cursor.document()
    return document.findBlock(cursor.selectionStart()) != document.findBlock(cursor.selectionEnd())


def _indentation(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t"))]
