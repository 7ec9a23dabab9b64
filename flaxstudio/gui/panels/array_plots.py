"""Small plots of arrays: how values are spread, and a vector as a line. They load pyqtgraph when first shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QColor, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from flaxstudio.gui import tokens as t
from flaxstudio.gui.tokens import Tokens
from flaxstudio.project.statistics import Statistics

if TYPE_CHECKING:
    import pyqtgraph as pg

_MARKED = 60


class _Plot(QWidget):
    """A plot that is made when it is first seen."""

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self.plot: pg.PlotWidget | None = None
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 4, t.GAP, 0)
        self.setMinimumSize(120, 64)

    def set_tokens(self, tokens: Tokens) -> None:
        self._tokens = tokens
        if self.plot is not None:
            self.plot.setBackground(tokens.panel)
            for side in ("bottom", "left"):
                self.plot.getAxis(side).set_tokens(tokens)
            self._draw()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.plot is None:
            self._make()

    def _make(self) -> None:
        import pyqtgraph

        from flaxstudio.gui.plots.axes import NumberAxis, PlotView

        axes = {side: NumberAxis(side) for side in ("bottom", "left")}
        self.plot = plot = pyqtgraph.PlotWidget(viewBox=PlotView(), axisItems=axes, enableMenu=False)
        plot.hideButtons()
        plot.setFrameShape(plot.Shape.NoFrame)
        plot.getViewBox().setMouseEnabled(False, False)
        self._layout.addWidget(plot)
        self.set_tokens(self._tokens)

    def _draw(self) -> None:
        raise NotImplementedError


class SpreadPlot(_Plot):
    """The histogram of an array."""

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(tokens, parent)
        self._statistics: Statistics | None = None
        self.setAccessibleName(self.tr("Histogram"))

    def display(self, statistics: Statistics | None) -> None:
        """Show how these values are spread."""
        self._statistics = statistics
        if self.plot is not None:
            self._draw()

    def _draw(self) -> None:
        import pyqtgraph as pg

        assert self.plot is not None
        self.plot.clear()
        found = self._statistics
        if found is None or not len(found.heights):
            return
        color = QColor(self._tokens.accent)
        edges, heights = found.edges, found.heights
        bars = pg.BarGraphItem(x0=edges[:-1], x1=edges[1:], height=heights, brush=color, pen=pg.mkPen(self._tokens.panel))
        self.plot.addItem(bars)
        self.plot.setXRange(float(edges[0]), float(edges[-1]), padding=0.02)
        self.plot.setYRange(0, max(1.0, float(heights.max())), padding=0.02)


class VectorPlot(_Plot):
    """The values of a vector in their order."""

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(tokens, parent)
        self._values: npt.NDArray[np.float64] = np.zeros(0)
        self.setAccessibleName(self.tr("Values in order"))

    def display(self, values: npt.NDArray) -> None:
        """Show these values."""
        self._values = np.asarray(values, np.float64).reshape(-1)
        if self.plot is not None:
            self._draw()

    def _draw(self) -> None:
        import pyqtgraph as pg

        assert self.plot is not None
        self.plot.clear()
        values = self._values
        finite = values[np.isfinite(values)]
        if not finite.size:
            return
        ratio, color = self.devicePixelRatioF(), self._tokens.accent
        few = len(values) <= _MARKED
        low, high = min(0.0, float(finite.min())), max(0.0, float(finite.max()))
        if few:
            places = np.arange(len(values))
            bars = pg.BarGraphItem(x=places, height=np.nan_to_num(values), width=0.7, brush=QColor(color), pen=pg.mkPen(None))
            self.plot.addItem(bars)
        else:
            low, high = float(finite.min()), float(finite.max())
            self.plot.plot(values, pen=pg.mkPen(color, width=ratio), connect="finite")
        self.plot.setXRange(-0.5, len(values) - 0.5, padding=0.01)
        self.plot.setYRange(low, high if high > low else low + 1.0, padding=0.06)
