"""A frame in the scene: a titled box behind nodes, taken by its title, resized by its edges."""

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsRectItem, QStyleOptionGraphicsItem, QWidget

from flaxstudio.gui import tokens as t
from flaxstudio.gui.canvas.node_painter import TITLE_BELOW
from flaxstudio.gui.theme import body_font
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project.annotation_following import TITLE_HEIGHT
from flaxstudio.project.annotations import Frame

_FILL = 0.45
_MARGIN = 4
_LEAST_TITLE, _MOST_TITLE = 13.0, 64.0
_FAR_TITLE = 1.4 * _MOST_TITLE


class FrameItem(QGraphicsRectItem):
    """Shows a frame. Its position is the frame's top left; what lies in it is not its child.

    A rectangle item, which tells Qt its bounds without Python. They have room for the title as it is seen from far away.
    """

    def __init__(self, frame: Frame, tokens: Tokens) -> None:
        super().__init__()
        self.frame = frame
        self.is_selected = False
        self._tokens = tokens
        self._size = QSizeF()
        self.setPen(Qt.PenStyle.NoPen)
        self.setZValue(-2)
        self.put(QRectF(*frame.box))

    def show_frame(self, frame: Frame) -> None:
        """Show another value of the frame."""
        self.frame = frame
        self.put(QRectF(*frame.box))
        self.update()

    def put(self, box: QRectF) -> None:
        """Be somewhere else for now, while it is dragged or resized."""
        if box.size() != self._size:
            self._size = box.size()
            self.setRect(QRectF(QPointF(0, 0), self._size).adjusted(-_MARGIN, -_FAR_TITLE, _MARGIN, _MARGIN))
        self.setPos(box.topLeft())

    def box(self) -> QRectF:
        """Return the frame's box in scene px."""
        return QRectF(self.pos(), self._size)

    def title_box(self) -> QRectF:
        """Return where the title is in scene px: there the frame is taken, and renamed by a double-click."""
        return QRectF(self.pos(), QSizeF(self._size.width(), min(TITLE_HEIGHT, self._size.height())))

    def show_selected(self, is_selected: bool) -> None:
        """Draw the frame as selected or not."""
        if is_selected != self.is_selected:
            self.is_selected = is_selected
            self.update()

    def set_tokens(self, tokens: Tokens) -> None:
        """Draw in another theme."""
        self._tokens = tokens
        self.update()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:  # noqa: ARG002 - Qt's signature
        scale = option.levelOfDetailFromTransform(painter.worldTransform())
        box, color = QRectF(QPointF(0, 0), self._size), self.frame.color
        fill = QColor(self._tokens.tints.get(color, self._tokens.panel))
        strip = QColor(fill)
        fill.setAlphaF(_FILL)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(QColor(self._tokens.accent if self.is_selected else self._tokens.marks.get(color, self._tokens.secondary)))
        pen.setWidthF(2.0 if self.is_selected else 1.25)
        pen.setCosmetic(scale < 1)
        painter.setPen(pen)
        painter.setBrush(fill)
        painter.drawRoundedRect(box, t.RADIUS, t.RADIUS)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(strip)
        inset = box.adjusted(1, 1, -1, -1)
        painter.drawRoundedRect(QRectF(inset.topLeft(), QSizeF(inset.width(), TITLE_HEIGHT - 1)), t.RADIUS, t.RADIUS)
        self._paint_title(painter, box, scale)

    def _paint_title(self, painter: QPainter, box: QRectF, scale: float) -> None:
        """Write the title: from far away above the frame, in letters that stay legible."""
        is_far = scale < TITLE_BELOW
        pixels = min(_MOST_TITLE, _LEAST_TITLE / scale) if is_far else _LEAST_TITLE
        font = body_font()
        font.setPixelSize(round(pixels))
        font.setBold(True)
        painter.setFont(font)
        title = self.frame.title or QCoreApplication.translate("Canvas", "Frame")
        painter.setPen(QColor(self._tokens.text if self.frame.title else self._tokens.secondary))
        height = pixels * 1.4 if is_far else TITLE_HEIGHT
        row = QRectF(t.PADDING, -height if is_far else 0, box.width() - 2 * t.PADDING, height)
        text = QFontMetricsF(font).elidedText(title, Qt.TextElideMode.ElideRight, row.width())
        painter.drawText(row, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
