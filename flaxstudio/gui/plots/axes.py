"""Parts of a plot in the tokens' colours: axes with readable numbers, and a view that tells what the mouse asks of it."""

from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPicture

from flaxstudio.gui import tokens as t
from flaxstudio.gui.plots.number_text import power_text
from flaxstudio.gui.theme import body_font
from flaxstudio.gui.tokens import Tokens


class NumberAxis(pg.AxisItem):
    """An axis whose numbers have thousands separators, or powers of ten written out where they are short."""

    picture: QPicture | None

    def __init__(self, orientation: str) -> None:
        super().__init__(orientation, maxTickLength=0)
        self._specs: Any = None
        self.enableAutoSIPrefix(False)
        font = body_font()
        font.setPixelSize(t.CAPTION)
        self.setTickFont(font)
        self.setStyle(tickTextOffset=6, autoExpandTextSpace=False, hideOverlappingLabels=False)

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        if self.logMode:
            return self.logTickStrings(values, scale, spacing)
        places = 0 if spacing >= 1 else min(12, len(f"{spacing:.12f}".rstrip("0").split(".")[1]))
        return [f"{value:,.{places}f}" for value in values]

    def logTickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:  # noqa: ARG002 - pyqtgraph's signature
        return [power_text(10.0**value) for value in values]

    def paint(self, painter: QPainter, _option: object, _widget: object) -> None:
        """Draw lines and numbers themselves: the picture that pyqtgraph keeps of them takes 20 ms for its fonts each time."""
        if self.picture is None:
            self._specs = self.generateDrawSpecs(painter)
            self.picture = QPicture()  # set to None by whatever makes the specs wrong
        if self._specs is not None:
            painter.save()
            self.drawPicture(painter, *self._specs)
            painter.restore()

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
