"""The whole graph small in a corner; click or drag to go there. Gone while all of it is in view anyway."""

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QTransform
from PySide6.QtWidgets import QWidget

from flaxstudio.gui import tokens as t
from flaxstudio.gui.canvas.overview import Overview, paint_overview
from flaxstudio.gui.tokens import Tokens

_WIDTH = 168
_LEAST_HEIGHT = 36
_MOST_HEIGHT = 112


class Minimap(QWidget):
    """Shows an overview and the box in view, and says where the user wants to go."""

    point_chosen = Signal(QPointF)

    def __init__(self, tokens: Tokens, parent: QWidget) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._overview = Overview()
        self._in_view = QRectF()
        self.resize(_WIDTH, _MOST_HEIGHT)
        self.setAccessibleName(self.tr("Minimap"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.hide()

    def display(self, overview: Overview, in_view: QRectF) -> None:
        """Show a graph and what is in view, in scene px."""
        self._overview, self._in_view = overview, in_view
        bounds = overview.bounds
        height = round((_WIDTH - 2 * t.GAP) * bounds.height() / max(bounds.width(), 1.0)) + 2 * t.GAP
        self.resize(_WIDTH, max(_LEAST_HEIGHT, min(_MOST_HEIGHT, height)))
        self.setVisible(bool(overview.blocks) and not in_view.contains(overview.bounds))
        self.update()

    def set_tokens(self, tokens: Tokens) -> None:
        """Draw in another theme."""
        self._tokens = tokens
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        panel = QColor(self._tokens.panel)
        panel.setAlphaF(0.92)
        painter.setPen(QPen(QColor(self._tokens.line), 1))
        painter.setBrush(panel)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), t.RADIUS, t.RADIUS)
        painter.setClipRect(self.rect().adjusted(2, 2, -2, -2))
        painter.setTransform(self._transform(), True)
        paint_overview(painter, self._overview, self._tokens, has_wires=False)
        pen = QPen(QColor(self._tokens.accent), 1.5)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(self._in_view)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._go(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(event)

    def _go(self, event: QMouseEvent) -> None:
        back, is_invertible = self._transform().inverted()
        if is_invertible:
            self.point_chosen.emit(back.map(event.position()))

    def _transform(self) -> QTransform:
        """Return the way from scene px to this widget's px: of the graph alone, so that the map stays put while panning."""
        bounds = self._overview.bounds
        room = QRectF(self.rect()).adjusted(t.GAP, t.GAP, -t.GAP, -t.GAP)
        if bounds.isEmpty():
            return QTransform()
        scale = min(room.width() / bounds.width(), room.height() / bounds.height())
        way = QTransform().translate(room.center().x(), room.center().y()).scale(scale, scale)
        return way.translate(-bounds.center().x(), -bounds.center().y())
