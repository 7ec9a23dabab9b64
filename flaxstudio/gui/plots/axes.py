"""Parts of a plot in the tokens' colours: axes with readable numbers, and a view that tells what the mouse asks of it."""

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen, QPicture

from flaxstudio.gui import tokens as t
from flaxstudio.gui.plots.number_text import power_text
from flaxstudio.gui.theme import body_font
from flaxstudio.gui.tokens import Tokens


class NumberAxis(pg.AxisItem):
    """An axis whose numbers have thousands separators, or powers of ten written out where they are short."""

    def __init__(self, orientation: str) -> None:
        super().__init__(orientation, maxTickLength=0)
        self.enableAutoSIPrefix(False)
        font = body_font()
        font.setPixelSize(t.CAPTION)
        self.setTickFont(font)
        self.setStyle(tickTextOffset=6, autoExpandTextSpace=False, hideOverlappingLabels=False)
        self.picture: QPicture | None = None
        self._specs: tuple | None = None

    def paint(self, painter: QPainter, *_: object) -> None:
        """Draw at once: to play a recorded picture, as pyqtgraph does, takes ten times as long, since it looks up the font."""
        if self.picture is None:  # something has changed
            self._specs = self.generateDrawSpecs(painter)
            self.picture = QPicture()
        if self._specs is not None:
            line, grid, texts = self._specs
            if self.grid:
                self._draw_grid(painter, grid)
            self.drawPicture(painter, line, [], texts)

    def _draw_grid(self, painter: QPainter, lines: list[tuple[QPen, QPointF, QPointF]]) -> None:
        """Fill lines of a pixel: Qt draws them many times slower, since they are see-through."""
        pixel = 1 / painter.device().devicePixelRatioF()
        for pen, start, end in lines:
            left, right = sorted((start.x(), end.x()))
            top, bottom = sorted((start.y(), end.y()))
            painter.fillRect(QRectF(left, top, max(right - left, pixel), max(bottom - top, pixel)), pen.color())

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        if self.logMode:
            return self.logTickStrings(values, scale, spacing)
        places = 0 if spacing >= 1 else min(12, len(f"{spacing:.12f}".rstrip("0").split(".")[1]))
        return [f"{value:,.{places}f}" for value in values]

    def logTickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:  # noqa: ARG002 - pyqtgraph's signature
        return [power_text(10.0**value) for value in values]

    def show_log(self, is_log: bool) -> None:
        """Number the axis by logarithms or not; the same again costs nothing."""
        if self.logMode != is_log:
            self.setLogMode(is_log)

    def set_tokens(self, tokens: Tokens) -> None:
        line = QColor(tokens.line)
        self.setPen(line)
        self.setTickPen(line)
        self.setTextPen(tokens.secondary)


class PlotView(pg.ViewBox):
    """A view that is moved by dragging and the wheel; what else is clicked it only tells."""

    fit_requested = Signal()
    menu_requested = Signal(QPointF)

    def __init__(self) -> None:
        super().__init__(enableMenu=False, defaultPadding=0.0)

    def mouseClickEvent(self, event) -> None:
        if event.button() == Qt.MouseButton.RightButton:
            event.accept()
            self.menu_requested.emit(event.screenPos())
        elif event.double():
            event.accept()
            self.fit_requested.emit()
