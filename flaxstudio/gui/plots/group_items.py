"""What the plot shows of several runs beside their median: the members' lines, the band, and the bands of older groups."""

from collections.abc import Callable, Iterator, Mapping

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QCoreApplication, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen

from flaxstudio.gui.plots.loss_curves import Drawing, Spread
from flaxstudio.gui.tokens import Tokens

_PATTERNS = (Qt.BrushStyle.BDiagPattern, Qt.BrushStyle.FDiagPattern, Qt.BrushStyle.DiagCrossPattern)
_SHARP_POINTS = 4000
_NOTHING = (np.empty(0), np.empty(0))
_SAMPLE = QRectF(2, 5, 16, 10)


class GroupItems:
    """Items behind the curves of a run. `names` are the bands', `pen` makes pens of logical width."""

    def __init__(self, view: pg.ViewBox, names: Mapping[str, str], pen: Callable[[str | QColor, float], QPen]) -> None:
        self._names = names
        self._pen = pen
        self.lines = pg.PlotCurveItem(connect="finite", skipFiniteCheck=False)
        self.band = _band_item()
        self.others = [(_band_item(), pg.PlotCurveItem(connect="finite", skipFiniteCheck=False)) for _ in _PATTERNS]
        self._entries: list[tuple[object, str]] = []
        self._is_alone = False
        older = tuple(zip(*self.others, strict=True))
        for depth, item in enumerate((self.band, *older[0], self.lines, *older[1])):
            item.setZValue(-20 + depth)
            view.addItem(item, ignoreBounds=True)

    def draw(self, drawing: Drawing) -> None:
        """Show what is given, or nothing for a run alone."""
        is_alone = not drawing.members and not drawing.beside and drawing.band is None and len(drawing.lines[0]) == 0
        if is_alone and self._is_alone:
            return
        self._is_alone = is_alone
        points = drawing.lines
        self.lines.setData(*points, antialias=len(points[0]) <= _SHARP_POINTS)
        _show_band(self.band, drawing.band)
        for index, (band, median) in enumerate(self.others):
            spread = drawing.beside[index][1] if index < len(drawing.beside) else None
            _show_band(band, spread)
            median.setData(*(spread.median if spread else _NOTHING))
        self._entries = list(self._named(drawing))

    def entries(self) -> list[tuple[object, str]]:
        """Return what stands in the legend."""
        return self._entries

    def set_tokens(self, tokens: Tokens) -> None:
        """Take another theme's colours. Each older band has a pattern and a dashed median of its own colour."""
        self.lines.setPen(pg.mkPen(mixed(tokens.accent, tokens.panel, 0.65), width=1))
        self.band.setBrush(mixed(tokens.accent, tokens.panel, 0.16))
        self.band.setPen(None)
        for (band, median), pattern, color in zip(
            self.others, _PATTERNS, (tokens.secondary, tokens.warning, tokens.error), strict=True
        ):
            band.setBrush(QBrush(mixed(color, tokens.panel, 0.5), pattern))
            band.setPen(pg.mkPen(mixed(color, tokens.panel, 0.6), width=1))
            pen = self._pen(color, 2)
            pen.setStyle(Qt.PenStyle.DashLine)
            median.setPen(pen)

    def _named(self, drawing: Drawing) -> Iterator[tuple[object, str]]:
        if drawing.members:
            yield self.lines, _tr("{0} runs").format(f"{drawing.members:,}")
        if drawing.band is not None:
            yield BandSample(self.band), self._names[drawing.band.kind]
        for (band, _), (name, _spread) in zip(self.others, drawing.beside, strict=False):
            yield BandSample(band), name


class BandSample(pg.ItemSample):
    """A piece of a band for the legend."""

    def paint(self, painter: QPainter, *_: object) -> None:
        """Draw a small rectangle filled as the band is."""
        painter.setBrush(self.item.opts["brush"])
        painter.setPen(pg.mkPen(self.item.opts["pen"]))
        painter.drawRect(_SAMPLE)


def _band_item() -> pg.PlotCurveItem:
    return pg.PlotCurveItem(fillLevel="enclosed", connect="all")


def _show_band(item: pg.PlotCurveItem, spread: Spread | None) -> None:
    if spread is None:
        item.setData(*_NOTHING)
        return
    (steps, low), (_, high) = spread.low, spread.high
    item.setData(np.concatenate([steps, steps[::-1]]), np.concatenate([low, high[::-1]]))


def mixed(front: str, back: str, share: float) -> QColor:
    """Return an opaque mixture: see-through lines are many times slower to draw."""
    a, b = QColor(front), QColor(back)
    parts = ((a.red(), b.red()), (a.green(), b.green()), (a.blue(), b.blue()))
    return QColor(*(round(share * x + (1 - share) * y) for x, y in parts))


def _tr(text: str) -> str:
    return QCoreApplication.translate("LossPlot", text)
