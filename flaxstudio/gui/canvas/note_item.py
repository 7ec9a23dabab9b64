"""A note in the scene: a sheet with text in Markdown."""

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, QSizeF, Qt, QUrl
from PySide6.QtGui import QAbstractTextDocumentLayout, QColor, QPainter, QPalette, QPen, QTextDocument
from PySide6.QtWidgets import QGraphicsItem, QGraphicsRectItem, QStyleOptionGraphicsItem, QWidget

from flaxstudio.gui import tokens as t
from flaxstudio.gui.theme import body_font
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project.annotations import Note

_MARGIN = 4
_PAD = 10.0
_FEATURES = QTextDocument.MarkdownFeature.MarkdownDialectGitHub | QTextDocument.MarkdownFeature.MarkdownNoHTML


class _Markdown(QTextDocument):
    """Text that shows itself and nothing else: pictures it names are not fetched, neither files nor from the net."""

    def loadResource(self, kind: int, name: QUrl | str) -> object:  # noqa: ARG002 - Qt's signature
        return None


class NoteItem(QGraphicsRectItem):
    """Shows a note. Its position is the note's top left. A rectangle item, which tells Qt its bounds without Python."""

    def __init__(self, note: Note, tokens: Tokens, parent: QGraphicsItem) -> None:
        super().__init__(parent)
        self.note = note
        self.is_selected = False
        self._tokens = tokens
        self._size = QSizeF()
        self._document = _Markdown()
        self._document.setDocumentMargin(0)
        self._document.setUndoRedoEnabled(False)
        self.setPen(Qt.PenStyle.NoPen)
        self.setZValue(-0.5)
        self.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        self.show_note(note)

    def show_note(self, note: Note) -> None:
        """Show another value of the note."""
        self.note = note
        font = body_font()
        font.setPixelSize(t.BODY)
        self._document.setDefaultFont(font)
        self._document.setMarkdown(note.text, _FEATURES)
        self.put(QRectF(*note.box))
        self.update()

    def put(self, box: QRectF) -> None:
        """Be somewhere else for now, while it is dragged or resized."""
        if box.size() != self._size:
            self._size = box.size()
            self.setRect(QRectF(QPointF(0, 0), self._size).adjusted(-_MARGIN, -_MARGIN, _MARGIN, _MARGIN))
            self._document.setTextWidth(max(1.0, box.width() - 2 * _PAD))
        self.setPos(box.topLeft())

    def box(self) -> QRectF:
        """Return the note's box in scene px."""
        return QRectF(self.pos(), self._size)

    def show_selected(self, is_selected: bool) -> None:
        """Draw the note as selected or not."""
        if is_selected != self.is_selected:
            self.is_selected = is_selected
            self.update()

    def set_tokens(self, tokens: Tokens) -> None:
        """Draw in another theme."""
        self._tokens = tokens
        self.update()

    def plain_text(self) -> str:
        """Return the text as it is read, without the marks of Markdown."""
        return self._document.toPlainText()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:  # noqa: ARG002 - Qt's signature
        box, color = QRectF(QPointF(0, 0), self._size), self.note.color
        tokens = self._tokens
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        outline = QColor(tokens.accent if self.is_selected else tokens.marks.get(color, tokens.line))
        painter.setPen(QPen(outline, 2.0 if self.is_selected else 1.0))
        painter.setBrush(QColor(tokens.tints.get(color, tokens.panel)))
        painter.drawRoundedRect(box, t.RADIUS, t.RADIUS)
        inner = box.adjusted(_PAD, _PAD, -_PAD, -_PAD)
        if not self.note.text.strip():
            painter.setFont(self._document.defaultFont())
            painter.setPen(QColor(tokens.secondary))
            painter.drawText(inner, Qt.TextFlag.TextWordWrap, QCoreApplication.translate("Canvas", "Double-click to write"))
            return
        self._paint_text(painter, inner)

    def _paint_text(self, painter: QPainter, inner: QRectF) -> None:
        tokens = self._tokens
        painter.save()
        painter.setClipRect(inner, Qt.ClipOperation.IntersectClip)
        painter.translate(inner.topLeft())
        context = QAbstractTextDocumentLayout.PaintContext()
        palette = QPalette()
        palette.setColor(QPalette.ColorRole.Text, QColor(tokens.text))
        palette.setColor(QPalette.ColorRole.Link, QColor(tokens.accent))
        context.palette = palette
        self._document.documentLayout().draw(painter, context)
        painter.restore()
        if self._document.size().height() > inner.height():  # there is more than the sheet can show
            painter.setPen(QColor(tokens.secondary))
            painter.drawText(inner.adjusted(0, 0, 0, _PAD), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom, "…")
