"""The legend of the overlay of costs, in a left corner of the canvas: every colour with what it stands for."""

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from flaxstudio.gui import tokens as t
from flaxstudio.gui.canvas.heat import CostOverlay
from flaxstudio.gui.theme import body_font
from flaxstudio.gui.tokens import Tokens

_SWATCH = 12
_ROW = 18


class HeatLegend(QWidget):
    """Shown while there is an overlay; the mouse goes through it."""

    def __init__(self, tokens: Tokens, parent: QWidget) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._title = ""
        self._is_high: bool | None = None  # None: not chosen yet
        font = body_font()
        font.setPixelSize(t.CAPTION)
        self.setFont(font)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def display(self, overlay: CostOverlay | None) -> None:
        """Show what the colours mean, or nothing."""
        self._title = overlay.title if overlay is not None else ""
        self._is_high = None if overlay is None else self._is_high
        self.setVisible(overlay is not None)
        self.setAccessibleName(self.tr("Colours by {0}: the stronger, the larger the share of the total").format(self._title))
        self.resize(self.sizeHint())
        self.update()

    def stand_in(self, room: QRect, is_taken: Callable[[QRect], bool]) -> None:
        """Stand in the lower left corner of the view, or in the upper one where only that is free as the legend appears."""
        low = QRect(QPoint(t.PADDING, room.height() - self.height() - t.PADDING), self.size())
        high = QRect(QPoint(t.PADDING, t.PADDING), self.size())
        if self._is_high is None and self.isVisible():
            self._is_high = is_taken(low) and not is_taken(high)
        self.move((high if self._is_high else low).topLeft())

    def set_tokens(self, tokens: Tokens) -> None:
        """Draw in another theme."""
        self._tokens = tokens
        self.update()

    def texts(self) -> tuple[str, ...]:
        """Return what each level stands for, the highest first."""
        return (
            self.tr("half or more"), self.tr("from 20 %"), self.tr("from 5 %"), self.tr("from 1 %"), self.tr("less"),
            self.tr("nothing"),
        )  # fmt: skip

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        texts = (self._title, *(f"    {text}" for text in self.texts()))
        width = max(metrics.horizontalAdvance(text) for text in texts) + 2 * t.PADDING + _SWATCH
        return QSize(width, (len(self.texts()) + 1) * _ROW + t.GAP)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, tokens = QPainter(self), self._tokens
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(tokens.line), 1))
        painter.setBrush(QColor(tokens.panel))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), t.RADIUS, t.RADIUS)
        painter.setPen(QColor(tokens.text))
        line = QRectF(t.GAP, t.GAP / 2, self.width() - t.GAP, _ROW)
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, self._title)
        for text, color in zip(self.texts(), reversed(tokens.heat), strict=True):
            line.translate(0, _ROW)
            painter.setPen(QPen(QColor(tokens.secondary), 1))
            painter.setBrush(QColor(color))
            painter.drawRect(QRectF(line.left(), line.center().y() - _SWATCH / 2, _SWATCH, _SWATCH))
            painter.setPen(QColor(tokens.text))
            painter.drawText(line.adjusted(_SWATCH + t.GAP, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, text)
