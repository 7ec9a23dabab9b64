"""Where numbers of the optimizer were changed while a run went: dashed lines over the plot, named where there is room."""

from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QGraphicsSimpleTextItem

from flaxstudio.gui import tokens as t
from flaxstudio.gui.plots.loss_curves import Mark
from flaxstudio.gui.theme import body_font

_MOST = 200
_INDENT = 4


class ChangeMarks:
    """A line for each mark, the newest of too many; a name only where it does not run into the next line."""

    def __init__(self, plot: pg.PlotItem, view: pg.ViewBox) -> None:
        self._plot = plot
        self._view = view
        self._pen = QPen()
        self._color = ""
        self._shown: tuple[Mark, ...] = ()
        self.lines: list[pg.InfiniteLine] = []
        self.labels: list[QGraphicsSimpleTextItem] = []

    def display(self, marks: Sequence[Mark]) -> None:
        """Show these marks and no others."""
        shown = tuple(marks[-_MOST:])
        if shown == self._shown:
            return
        self._shown = shown
        while len(self.lines) < len(shown):
            self._add()
        for index, line in enumerate(self.lines):
            line.setVisible(index < len(shown))
            if index < len(shown):
                line.setPos(shown[index].position)
        self.place()

    def set_look(self, pen: QPen, color: str) -> None:
        """Draw lines with a pen and names in a colour."""
        self._pen, self._color = pen, color
        self._pen.setStyle(Qt.PenStyle.DashLine)
        for line in self.lines:
            line.setPen(self._pen)
        for label in self.labels:
            label.setBrush(QColor(color))

    def place(self) -> None:
        """Put the names at the top, each right of its line."""
        area, ((left, right), _) = self._view.geometry(), self._view.viewRange()
        scale = area.width() / ((right - left) or 1.0)
        places = [area.left() + (mark.position - left) * scale for mark in self._shown]
        for index, label in enumerate(self.labels):
            label.hide()
            if index >= len(self._shown) or not area.left() <= places[index] < area.right():
                continue
            label.setText(self._shown[index].text)
            end = places[index] + label.boundingRect().width() + 2 * _INDENT
            following = places[index + 1] if index + 1 < len(places) else area.right()
            label.setPos(places[index] + _INDENT, area.top() + 2)
            label.setVisible(end <= min(following, area.right()))

    def _add(self) -> None:
        line = pg.InfiniteLine(angle=90, movable=False, pen=self._pen)
        line.setZValue(-5)
        self._view.addItem(line, ignoreBounds=True)
        font = body_font()
        font.setPixelSize(t.CAPTION)
        label = QGraphicsSimpleTextItem(self._plot)
        label.setFont(font)
        label.setBrush(QColor(self._color))
        self.lines.append(line)
        self.labels.append(label)
