"""Read-only source text with line numbers, colours and a tint on some lines."""

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QTextCursor, QTextFormat
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from flaxstudio.gui import tokens as t
from flaxstudio.gui.panels.highlighter import Highlighter
from flaxstudio.gui.theme import code_font
from flaxstudio.gui.tokens import Tokens

LineRange = tuple[int, int]
_TINT = 0.14
_TOP = 4


class CodeView(QPlainTextEdit):
    """Shows source; a click tells its line, counted from 1."""

    line_clicked = Signal(int)

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._marked: tuple[LineRange, ...] = ()
        self._wanted: tuple[LineRange, ...] = ()
        self._text = ""
        self._gutter = _Gutter(self)
        self._highlighter = Highlighter(self.document(), tokens)
        self.setFont(code_font())
        self.setReadOnly(True)
        self.document().setDocumentMargin(0)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setProperty("role", "code")
        self.setAccessibleName(self.tr("Generated source"))
        self.updateRequest.connect(self._update_gutter)

    def display(self, text: str, marked: tuple[LineRange, ...], sight: int = 0) -> None:
        """Show source and tint the lines `marked`, pieces of first and last. The view stays where it was scrolled to,
        unless other lines than before are marked and out of sight, or another line is to be in sight."""
        wanted, before = (marked or ((sight, sight),), self._wanted)
        if (text, marked, wanted) == (self._text, self._marked, before):
            return
        self._marked, self._wanted = marked, wanted
        if text != self._text:
            self._replace(text)
            self._text = text
        self._tint()
        if wanted != before and wanted[0][0]:
            self._bring_into_sight(wanted)

    def set_tokens(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._highlighter.set_tokens(tokens)
        self._tint()
        self._gutter.update()

    def gutter_width(self) -> int:
        """Return the width of the line numbers' column."""
        digits = max(2, len(str(self.blockCount())))
        return self.fontMetrics().horizontalAdvance("9") * digits + 2 * t.PADDING

    def paint_gutter(self, event: QPaintEvent) -> None:
        """Draw the numbers of the lines in sight."""
        painter = QPainter(self._gutter)
        painter.setFont(self.font())
        painter.fillRect(event.rect(), QColor(self._tokens.panel))
        block = self.firstVisibleBlock()
        top = self.blockBoundingGeometry(block).translated(self.contentOffset()).top()
        while block.isValid() and top <= event.rect().bottom():
            height = self.blockBoundingRect(block).height()
            self._paint_number(painter, block.blockNumber() + 1, top, height)
            block, top = block.next(), top + height
        painter.end()

    def line_at(self, position: QPointF) -> int:
        """Return the line at a place in the view, counted from 1."""
        return self.cursorForPosition(position.toPoint()).blockNumber() + 1

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and not self.textCursor().hasSelection():
            self.line_clicked.emit(self.line_at(event.position()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_gutter()

    def _place_gutter(self) -> None:
        area = self.contentsRect()
        self._gutter.setGeometry(QRect(area.left(), area.top() + _TOP, self.gutter_width(), area.height() - _TOP))

    def _paint_number(self, painter: QPainter, line: int, top: float, height: float) -> None:
        is_marked = any(first <= line <= last for first, last in self._marked)
        if is_marked:
            painter.fillRect(QRectF(0, top, self._gutter.width(), height), self._tint_color())
            painter.fillRect(QRectF(0, top, 3, height), QColor(self._tokens.accent))
        painter.setPen(QColor(self._tokens.text if is_marked else self._tokens.secondary))
        box = QRectF(0, top, self._gutter.width() - t.PADDING, height)
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, str(line))

    def _replace(self, text: str) -> None:
        """Exchange only the lines that differ, so that scrolling and selection stay."""
        old, new = self.toPlainText().split("\n"), text.split("\n")
        head = 0
        while head < min(len(old), len(new)) and old[head] == new[head]:
            head += 1
        tail = 0
        while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
            tail += 1
        place = (self.verticalScrollBar().value(), self.horizontalScrollBar().value())
        are_colors_kept = self._highlighter.set_source(text, head, tail)
        if head and tail and len(old) - tail > head and len(new) - tail > head:
            self._replace_lines(head, len(old) - tail - 1, "\n".join(new[head : len(new) - tail]))
            if not are_colors_kept:
                self._highlighter.rehighlight()
        else:
            self.setPlainText(text)  # colours all lines
        self.setViewportMargins(self.gutter_width(), _TOP, 0, 0)
        self._place_gutter()
        self.verticalScrollBar().setValue(place[0])
        self.horizontalScrollBar().setValue(place[1])

    def _replace_lines(self, first: int, last: int, text: str) -> None:
        cursor = QTextCursor(self.document().findBlockByNumber(first))
        end = self.document().findBlockByNumber(last)
        cursor.setPosition(end.position() + end.length() - 1, QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(text)

    def _tint(self) -> None:
        lines = (line for first, last in self._marked for line in range(first - 1, last))
        self.setExtraSelections([self._line_selection(line) for line in lines])
        self._gutter.update()

    def _line_selection(self, line: int) -> QTextEdit.ExtraSelection:
        selection = QTextEdit.ExtraSelection()
        selection.format.setBackground(self._tint_color())
        selection.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
        selection.cursor = QTextCursor(self.document().findBlockByNumber(line))
        return selection

    def _tint_color(self) -> QColor:
        color = QColor(self._tokens.accent)
        color.setAlphaF(_TINT)
        return color

    def _bring_into_sight(self, pieces: tuple[LineRange, ...]) -> None:
        """Scroll to lines of which none is in sight, leaving the text cursor where it is."""
        top = self.firstVisibleBlock().blockNumber()
        count = max(1, self.viewport().height() // max(1, self.fontMetrics().lineSpacing()))
        if not any(top <= first - 1 < top + count - 1 for first, _ in pieces):
            self.verticalScrollBar().setValue(max(0, pieces[0][0] - 1 - count // 2))

    def _update_gutter(self, area: QRect, scrolled: int) -> None:
        if scrolled:
            self._gutter.scroll(0, scrolled)
        else:
            self._gutter.update(0, area.y(), self._gutter.width(), area.height())


class _Gutter(QWidget):
    """The column of line numbers."""

    def __init__(self, view: CodeView) -> None:
        super().__init__(view)
        self._view = view
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        return QSize(self._view.gutter_width(), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        self._view.paint_gutter(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._view.line_clicked.emit(self._view.line_at(event.position()))
