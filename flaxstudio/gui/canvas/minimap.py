"""The whole graph small in a corner; click or drag to go there. Gone while all of it is in view, or where it is in the way."""

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QTransform
from PySide6.QtWidgets import QWidget

from flaxstudio.gui import tokens as t
from flaxstudio.gui.canvas.overview import Overview, paint_overview
from flaxstudio.gui.tokens import Tokens

_WIDTH = 168
_LEAST_HEIGHT = 36
_MOST_HEIGHT = 112
_NEAR = 24


class Minimap(QWidget):
    """Shows an overview and the box in view, and says where the user wants to go."""

    point_chosen = Signal(QPointF, bool)
    """Where to go, in scene px, and whether it is a jump: not so while the box is dragged about."""

    def __init__(self, tokens: Tokens, parent: QWidget) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._overview = Overview()
        self._in_view = QRectF()
        self._picture: QPixmap | None = None
        self._is_wanted = True
        self._is_aside = False
        self.resize(_WIDTH, _MOST_HEIGHT)
        self.setAccessibleName(self.tr("Minimap"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.hide()

    def display(self, overview: Overview, in_view: QRectF) -> None:
        """Show a graph and what is in view, in scene px."""
        if overview is not self._overview:
            self._overview, self._picture = overview, None
            bounds = overview.bounds
            height = round((_WIDTH - 2 * t.GAP) * bounds.height() / max(bounds.width(), 1.0)) + 2 * t.GAP
            self.resize(_WIDTH, max(_LEAST_HEIGHT, min(_MOST_HEIGHT, height)))
        self.look_at(in_view)

    def look_at(self, in_view: QRectF) -> None:
        """Show what is in view of the same graph, in scene px."""
        self._in_view = in_view
        self._show_or_hide()
        self.update()

    @property
    def has_graph(self) -> bool:
        """Whether there is a graph to look at."""
        return bool(self._overview.blocks)

    @property
    def is_wanted(self) -> bool:
        """Whether the user wants a minimap at all."""
        return self._is_wanted

    def set_wanted(self, is_wanted: bool) -> None:
        """Show the minimap where it is of use, or never."""
        self._is_wanted = is_wanted
        self._show_or_hide()

    def give_way(self, at: QPoint | None) -> None:
        """Hide while something is dragged to a point of the parent under the minimap; None: nothing is dragged any more."""
        near = self.geometry().adjusted(-_NEAR, -_NEAR, _NEAR, _NEAR)
        is_aside = at is not None and (self._is_aside or near.contains(at))
        if is_aside != self._is_aside:
            self._is_aside = is_aside
            self._show_or_hide()

    def set_tokens(self, tokens: Tokens) -> None:
        """Draw in another theme."""
        self._tokens, self._picture = tokens, None
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        if self._picture is None or self._picture.devicePixelRatio() != self.devicePixelRatioF():
            self._picture = self._drawn()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawPixmap(0, 0, self._picture)
        painter.setPen(QPen(QColor(self._tokens.accent), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if (box := self.box_in_view()).isValid():
            painter.drawRect(box)

    def box_in_view(self) -> QRectF:
        """Return what is in view, in this widget's px; beyond the map, the map's border stands for it."""
        return self._transform().mapRect(self._in_view) & QRectF(self.rect()).adjusted(2.5, 2.5, -2.5, -2.5)

    def _drawn(self) -> QPixmap:
        """Return the graph's picture: while the view moves over it, it stays the same."""
        ratio = self.devicePixelRatioF()
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        panel = QColor(self._tokens.panel)
        panel.setAlphaF(0.92)
        painter.setPen(QPen(QColor(self._tokens.line), 1))
        painter.setBrush(panel)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), t.RADIUS, t.RADIUS)
        painter.setClipRect(self.rect().adjusted(2, 2, -2, -2))
        painter.setTransform(self._transform(), True)
        paint_overview(painter, self._overview, self._tokens, has_wires=False)
        painter.end()
        return picture

    def _show_or_hide(self) -> None:
        is_useful = bool(self._overview.blocks) and not self._in_view.contains(self._overview.bounds)
        self.setVisible(self._is_wanted and is_useful and not self._is_aside)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._go(event, is_jump=True)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(event)

    def _go(self, event: QMouseEvent, is_jump: bool = False) -> None:
        back, is_invertible = self._transform().inverted()
        if is_invertible:
            self.point_chosen.emit(back.map(event.position()), is_jump)

    def _transform(self) -> QTransform:
        """Return the way from scene px to this widget's px: of the graph alone, so that the map stays put while panning."""
        bounds = self._overview.bounds
        room = QRectF(self.rect()).adjusted(t.GAP, t.GAP, -t.GAP, -t.GAP)
        if bounds.isEmpty():
            return QTransform()
        scale = min(room.width() / bounds.width(), room.height() / bounds.height())
        way = QTransform().translate(room.center().x(), room.center().y()).scale(scale, scale)
        return way.translate(-bounds.center().x(), -bounds.center().y())
